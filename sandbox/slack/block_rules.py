"""Which blocks Slack accepts (docs.slack.dev/reference/block-kit): shapes and limits, written down as tables.

Every rule breach is a line like those Slack gives in `response_metadata.messages`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.element_rules import ELEMENTS, RICH_TEXT_PARTS, Shape
from sandbox.slack.model import ApiError, Json
from sandbox.slack.problems import Problems

MOST_BLOCKS = {"message": 50, "modal": 100, "home": 100}
MOST_TEXT_IN_MESSAGE = 13_200
"""Of all blocks together: not documented, seen at github.com/slackapi/bolt-js/issues/2509."""
MOST_MARKDOWN = 12_000
IN_ACTIONS = frozenset(ELEMENTS) - {
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "image",
}
IN_INPUT = frozenset(ELEMENTS) - {
    "button",
    "workflow_button",
    "overflow",
    "image",
    "icon_button",
    "feedback_buttons",
}
IN_SECTION = frozenset(ELEMENTS) - {
    "plain_text_input",
    "number_input",
    "email_text_input",
    "url_text_input",
    "file_input",
    "icon_button",
    "feedback_buttons",
}


@dataclass(frozen=True, slots=True)
class BlockRule:
    required: frozenset[str] = frozenset()
    optional: frozenset[str] = frozenset()
    check: Callable[[Json, Problems], None] = field(default=lambda _block, _problems: None)
    surfaces: frozenset[str] = frozenset({"message", "modal", "home"})


def _section(block: Json, problems: Problems) -> None:
    if not block.get("text") and not block.get("fields"):
        problems.add("must provide either 'text' or 'fields'")
    if block.get("text") is not None:
        problems.text(block, "text", 3000, kinds=("mrkdwn", "plain_text"))
    if block.get("fields") is not None:
        for one, at in problems.items(block, "fields", 1, 10):
            at.text_object(one, 2000, kinds=("mrkdwn", "plain_text"))
    if block.get("accessory") is not None:
        _element(block["accessory"], problems.at("accessory"), IN_SECTION)


def _header(block: Json, problems: Problems) -> None:
    problems.text(block, "text", 150)


def _context(block: Json, problems: Problems) -> None:
    for one, at in problems.items(block, "elements", 1, 10):
        if isinstance(one, dict) and one.get("type") == "image":
            _element(one, at, frozenset({"image"}))
        else:
            at.text_object(one, 3000, kinds=("mrkdwn", "plain_text"))


def _actions(block: Json, problems: Problems) -> None:
    seen: set[str] = set()
    for one, at in problems.items(block, "elements", 1, 25):
        _element(one, at, IN_ACTIONS)
        if isinstance(one, dict) and (action_id := one.get("action_id")):
            if action_id in seen:
                at.add(f"`action_id` {action_id} already exists for this block", "action_id")
            seen.add(action_id)


def _context_actions(block: Json, problems: Problems) -> None:
    for one, at in problems.items(block, "elements", 1, 5):
        _element(one, at, frozenset({"feedback_buttons", "icon_button"}))


def _image(block: Json, problems: Problems) -> None:
    if bool(block.get("image_url")) == bool(block.get("slack_file")):
        problems.add("must provide either 'image_url' or 'slack_file'")
    problems.string(block, "image_url", 3000)
    problems.string(block, "alt_text", 2000)
    if block.get("title") is not None:
        problems.text(block, "title", 2000)


def _input(block: Json, problems: Problems) -> None:
    problems.text(block, "label", 2000)
    if block.get("hint") is not None:
        problems.text(block, "hint", 2000)
    _element(block.get("element"), problems.at("element"), IN_INPUT)


def _markdown(block: Json, problems: Problems) -> None:
    problems.string(block, "text", MOST_MARKDOWN)


def _video(block: Json, problems: Problems) -> None:
    problems.text(block, "title", 199)
    for key in ("alt_text", "thumbnail_url", "video_url"):
        problems.string(block, key, 3000)


def _rich_text(block: Json, problems: Problems) -> None:
    for one, at in problems.items(block, "elements", 0, 10_000):
        kind = one.get("type") if isinstance(one, dict) else None
        if kind not in RICH_TEXT_PARTS:
            at.add(f"unsupported type: {kind}", "type")
            continue
        for inner, inner_at in at.items(one, "elements", 0, 10_000):
            if not isinstance(inner, dict) or inner.get("type") not in RICH_TEXT_PARTS[kind]:
                inner_at.add("unsupported type", "type")


def _table(block: Json, problems: Problems) -> None:
    for row, at in problems.items(block, "rows", 1, 100):
        if not isinstance(row, list) or not 1 <= len(row) <= 20:
            at.add("must have between 1 and 20 cells")
            continue
        for number, cell in enumerate(row):
            if not isinstance(cell, dict) or cell.get("type") not in {"raw_text", "raw_number", "rich_text"}:
                at.at(str(number)).add("unsupported type", "type")


def _keys(text: str) -> frozenset[str]:
    return frozenset(text.split())


BLOCKS: dict[str, BlockRule] = {
    "section": BlockRule(optional=_keys("text fields accessory expand"), check=_section),
    "header": BlockRule(_keys("text"), _keys("level"), _header),
    "divider": BlockRule(),
    "context": BlockRule(_keys("elements"), check=_context),
    "actions": BlockRule(_keys("elements"), check=_actions),
    "context_actions": BlockRule(_keys("elements"), frozenset(), _context_actions, frozenset({"message"})),
    "image": BlockRule(_keys("alt_text"), _keys("image_url slack_file title"), _image),
    "input": BlockRule(_keys("label element"), _keys("dispatch_action hint optional"), _input),
    "file": BlockRule(_keys("external_id source"), surfaces=frozenset({"message"})),
    "markdown": BlockRule(_keys("text"), frozenset(), _markdown, frozenset({"message"})),
    "video": BlockRule(
        _keys("alt_text title thumbnail_url video_url"),
        _keys("author_name description provider_icon_url provider_name title_url"),
        _video,
    ),
    "rich_text": BlockRule(_keys("elements"), check=_rich_text),
    "table": BlockRule(_keys("rows"), _keys("column_settings"), _table, frozenset({"message"})),
}


def _element(element: Any, problems: Problems, allowed: frozenset[str]) -> None:
    if not isinstance(element, dict):
        problems.add("must be an object")
        return
    kind = element.get("type")
    if kind not in allowed:
        problems.add(f"unsupported type: {kind}", "type")
        return
    shape: Shape = ELEMENTS[kind]
    problems.keys(element, shape.required, shape.optional)
    shape.check(element, problems)


def check_blocks(blocks: Any, surface: str, pointer: str = "/blocks") -> list[str]:
    """Return what is wrong with the blocks of a message, modal or home, an empty list when nothing is."""
    problems = Problems([], pointer)
    if not isinstance(blocks, list):
        problems.add("must be an array")
        return problems.found
    if len(blocks) > MOST_BLOCKS[surface]:
        problems.add(f"no more than {MOST_BLOCKS[surface]} items allowed")
    seen: set[str] = set()
    for number, block in enumerate(blocks):
        at = problems.at(str(number))
        _check_block(block, surface, at)
        if isinstance(block, dict) and (block_id := block.get("block_id")):
            if block_id in seen:
                at.add(f"`block_id` {block_id} already exists", "block_id")
            seen.add(str(block_id))
    return problems.found


def _check_block(block: Any, surface: str, problems: Problems) -> None:
    if not isinstance(block, dict):
        problems.add("must be an object")
        return
    kind = block.get("type")
    rule = BLOCKS.get(str(kind))
    if rule is None or surface not in rule.surfaces:
        problems.add(f"unsupported type: {kind}", "type")
        return
    problems.keys(block, rule.required, rule.optional | {"block_id"})
    problems.string(block, "block_id", 255)
    rule.check(block, problems)


def refuse_bad_blocks(blocks: Any, surface: str = "message") -> None:
    """Raises ApiError invalid_blocks with the reasons, invalid_blocks_format or msg_blocks_too_long."""
    if not isinstance(blocks, list):
        raise ApiError("invalid_blocks_format")
    if messages := check_blocks(blocks, surface):
        raise ApiError("invalid_blocks", messages=messages, errors=[_bare(line) for line in messages])
    if sum(text_lengths(blocks)) > MOST_TEXT_IN_MESSAGE:
        raise ApiError("msg_blocks_too_long")


def _bare(line: str) -> str:
    return line.removeprefix("[ERROR] ")


def text_lengths(value: Any) -> Iterable[int]:
    """The lengths of every text inside blocks."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "text" and isinstance(inner, str):
                yield len(inner)
            else:
                yield from text_lengths(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from text_lengths(inner)
