"""A message or view in plain words, as someone would read it aloud, and what in it can be clicked."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.slack import mrkdwn
from sandbox.slack.model import Json
from sandbox.slack.workspace import Workspace
from sandbox.surface import Button


def message_text(workspace: Workspace, message: Json) -> str:
    """What the message says: its blocks where they say something, else its text; then its attachments."""
    text = blocks_text(workspace, message.get("blocks", []))
    if not text:
        text = _marked(workspace, message.get("text", ""))
    parts = [text]
    for attachment in message.get("attachments", []):
        parts.extend(_marked(workspace, attachment.get(key, "")) for key in ("pretext", "title", "text"))
        parts.append(blocks_text(workspace, attachment.get("blocks", [])))
    return "\n".join(part for part in parts if part)


def blocks_text(workspace: Workspace, blocks: list[Json]) -> str:
    return "\n".join(text for block in blocks for text in _block_texts(workspace, block) if text)


def _block_texts(workspace: Workspace, block: Json) -> Iterator[str]:
    match block["type"]:
        case "rich_text":
            yield rich_text_plain(workspace, block["elements"])
        case "markdown":
            yield str(block["text"])
        case "section":
            yield _object_text(workspace, block.get("text"))
            yield from (_object_text(workspace, one) for one in block.get("fields", []))
        case "context":
            shown = (_object_text(workspace, one) or one.get("alt_text", "") for one in block["elements"])
            yield " ".join(one for one in shown if one)
        case "image" | "video":
            yield _object_text(workspace, block.get("title")) or str(block.get("alt_text", ""))
        case "table":
            for row in block["rows"]:
                yield " | ".join(_cell_text(workspace, cell) for cell in row)
        case _:
            yield _object_text(workspace, block.get("text") or block.get("label"))


def _cell_text(workspace: Workspace, cell: Json) -> str:
    if cell.get("type") == "rich_text":
        return rich_text_plain(workspace, cell["elements"])
    return str(cell.get("text", ""))


def _object_text(workspace: Workspace, text: Json | None) -> str:
    if not text or not isinstance(text.get("text"), str):
        return ""
    return _marked(workspace, text["text"]) if text["type"] == "mrkdwn" else str(text["text"])


def _marked(workspace: Workspace, text: str) -> str:
    return rich_text_plain(workspace, mrkdwn.rich_text(text)["elements"]) if text else ""


def rich_text_plain(workspace: Workspace, elements: list[Json]) -> str:
    lines = []
    for element in elements:
        match element["type"]:
            case "rich_text_list":
                lines.append(_list_text(workspace, element))
            case "rich_text_quote":
                quoted = _inline_text(workspace, element["elements"])
                lines.append("\n".join(f"> {line}" for line in quoted.split("\n")))
            case _:
                lines.append(_inline_text(workspace, element["elements"]))
    return "\n".join(line.strip("\n") for line in lines)


def _list_text(workspace: Workspace, element: Json) -> str:
    first = int(element.get("offset", 0)) + 1
    return "\n".join(
        ("• " if element["style"] == "bullet" else f"{number}. ") + _inline_text(workspace, item["elements"])
        for number, item in enumerate(element["elements"], first)
    )


def _inline_text(workspace: Workspace, elements: list[Json]) -> str:
    return "".join(_inline_word(workspace, element) for element in elements)


def _inline_word(workspace: Workspace, element: Json) -> str:
    match element["type"]:
        case "user":
            user = workspace.users.get(element["user_id"])
            return f"@{user.display_name if user else element['user_id']}"
        case "channel":
            channel = workspace.channels.get(element["channel_id"])
            return f"#{channel.name if channel else element['channel_id']}"
        case "usergroup":
            return f"@{workspace.groups.get(element['usergroup_id'], element['usergroup_id'])}"
        case "broadcast":
            return f"@{element['range']}"
        case "emoji":
            return f":{element['name']}:"
        case "link":
            url = str(element["url"]).removeprefix("mailto:")
            label = element.get("text", url)
            return str(label) if label == url else f"{label} ({url})"
        case "date":
            return str(element.get("fallback") or element["timestamp"])
        case "color":
            return str(element["value"])
        case _:
            return str(element.get("text", ""))


# -- what can be clicked


@dataclass(frozen=True, slots=True)
class Clickable:
    button: Button
    action: Json
    """The action of the block_actions payload, without its time."""


def clickables(workspace: Workspace, message: Json) -> list[Clickable]:
    """Everything in the message that sends an interaction, in the order in which it is shown."""
    found = list(_in_blocks(workspace, message.get("blocks", [])))
    for attachment in message.get("attachments", []):
        found.extend(_in_blocks(workspace, attachment.get("blocks", [])))
    ids = [one.button.id for one in found]
    # An action_id is unique only within its block: where two blocks share one, the block's id goes before it.
    return [_with_block(one) if ids.count(one.button.id) > 1 else one for one in found]


def _with_block(one: Clickable) -> Clickable:
    button = one.button
    return Clickable(
        Button(f"{one.action['block_id']}/{button.id}", button.label, button.style, button.url), one.action
    )


def _in_blocks(workspace: Workspace, blocks: list[Json]) -> Iterator[Clickable]:
    for block in blocks:
        elements = list(block.get("elements", [])) if block["type"] in {"actions", "context_actions"} else []
        if isinstance(accessory := block.get("accessory"), dict):
            elements.append(accessory)
        for element in elements:
            yield from _in_element(workspace, element, block["block_id"])


def _in_element(workspace: Workspace, element: Json, block_id: str) -> Iterator[Clickable]:
    kind = element["type"]
    base = {"action_id": element.get("action_id", ""), "block_id": block_id, "type": kind}
    match kind:
        case "button" | "workflow_button":
            shown: Json = {key: element[key] for key in ("text", "value", "style", "url") if key in element}
            label = element["text"]["text"]
            button = Button(base["action_id"], label, element.get("style", ""), element.get("url", ""))
            yield Clickable(button, {**base, **shown})
        case "icon_button":
            yield Clickable(
                Button(base["action_id"], element["text"]["text"]), {**base, "text": element["text"]}
            )
        case "feedback_buttons":
            for side in ("positive_button", "negative_button"):
                choice = element[side]
                yield _choice(base, choice["value"], choice["text"]["text"], {"value": choice["value"]})
        case "users_select":
            for user in workspace.people():
                yield _choice(base, user.id, user.real_name, {"selected_user": user.id})
        case "checkboxes" | "multi_static_select":
            for option in options_of(element):
                yield _choice(base, option["value"], option["text"]["text"], {"selected_options": [option]})
        case _:
            for option in options_of(element):
                yield _choice(base, option["value"], option["text"]["text"], {"selected_option": option})


def _choice(base: Json, value: str, label: str, chosen: Json) -> Clickable:
    return Clickable(Button(f"{base['action_id']}={value}", label), {**base, **chosen})


def options_of(element: Json) -> list[Json]:
    """The options of a select, a menu or a set of boxes, those of option groups in one row."""
    groups = element.get("option_groups") or [{"options": element.get("options", [])}]
    return [option for group in groups for option in group["options"]]
