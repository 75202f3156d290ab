"""A modal as the form a person fills in, and what they filled in as the state a submission carries."""

from collections.abc import Iterator, Mapping

from sandbox.slack.model import Json, View
from sandbox.slack.plain import options_of
from sandbox.slack.workspace import Workspace
from sandbox.surface import Field, Form

_SINGLE_CHOICE = {
    "users_select": "selected_user",
    "conversations_select": "selected_conversation",
    "channels_select": "selected_channel",
}
_SEVERAL = {
    "multi_users_select": "selected_users",
    "multi_conversations_select": "selected_conversations",
    "multi_channels_select": "selected_channels",
}
_TYPED = {
    "datepicker": "selected_date",
    "timepicker": "selected_time",
    "datetimepicker": "selected_date_time",
}
_OPTION_LISTS = frozenset({"checkboxes", "multi_static_select"})
_ONE_OPTION = frozenset({"static_select", "radio_buttons", "external_select"})


def form_of(workspace: Workspace, view: View) -> Form:
    title, submit = view.payload["title"]["text"], view.payload.get("submit") or {}
    fields = tuple(_field(workspace, view, block, element) for block, element in inputs(view))
    return Form(view.id, title, fields, submit.get("text", ""))


def inputs(view: View) -> Iterator[tuple[Json, Json]]:
    """The input blocks with their elements."""
    for block in view.payload["blocks"]:
        if block["type"] == "input":
            yield block, block["element"]


def _field(workspace: Workspace, view: View, block: Json, element: Json) -> Field:
    block_id = block["block_id"]
    options = choices(workspace, element)
    kind = "select" if options else "paragraph" if element.get("multiline") else "text"
    return Field(
        id=block_id,
        label=block["label"]["text"],
        kind=kind,
        is_required=not block.get("optional", False),
        value=view.values.get(block_id, initial_value(element)),
        options=options,
        error=view.errors.get(block_id, ""),
    )


def choices(workspace: Workspace, element: Json) -> tuple[tuple[str, str], ...]:
    """(value, label) of everything that can be chosen, empty for what is typed."""
    kind = element["type"]
    if kind in {"users_select", "multi_users_select"}:
        return tuple((user.id, user.real_name) for user in workspace.people())
    if "conversations" in kind or "channels" in kind:
        rooms = [channel for channel in workspace.channels.values() if channel.kind != "im"]
        return tuple((channel.id, f"#{channel.name}") for channel in rooms)
    return tuple((option["value"], option["text"]["text"]) for option in options_of(element))


def initial_value(element: Json) -> str:
    """What the element begins with, in the form in which a person's values are given: several by commas."""
    for key, value in element.items():
        if not key.startswith("initial_"):
            continue
        if isinstance(value, dict):
            return str(value.get("value", ""))
        if isinstance(value, list):
            return ",".join(str(one["value"]) if isinstance(one, dict) else str(one) for one in value)
        return str(value)
    return ""


def state_of(view: View, values: Mapping[str, str]) -> Json:
    """The `state.values` of a submission, by block id and action id."""
    return {
        block["block_id"]: {element["action_id"]: _answer(element, _given(view, block, element, values))}
        for block, element in inputs(view)
    }


def _given(view: View, block: Json, element: Json, values: Mapping[str, str]) -> str:
    for key in (block["block_id"], element.get("action_id", "")):
        if key in values:
            return values[key]
    return view.values.get(block["block_id"], initial_value(element))


def _answer(element: Json, value: str) -> Json:
    kind = element["type"]
    parts = [part.strip() for part in value.split(",") if part.strip()]
    if kind in _ONE_OPTION:
        chosen = next((option for option in options_of(element) if option["value"] == value), None)
        return {"type": kind, "selected_option": chosen}
    if kind in _OPTION_LISTS:
        return {
            "type": kind,
            "selected_options": [one for one in options_of(element) if one["value"] in parts],
        }
    if kind in _SINGLE_CHOICE:
        return {"type": kind, _SINGLE_CHOICE[kind]: value or None}
    if kind in _SEVERAL:
        return {"type": kind, _SEVERAL[kind]: parts}
    if kind in _TYPED:
        return {"type": kind, _TYPED[kind]: value or None}
    return {"type": kind, "value": value or None}


def refusals(view: View, values: Mapping[str, str]) -> dict[str, str]:
    """What Slack's client itself would not let through, by block id."""
    errors = {}
    for block, element in inputs(view):
        given = _given(view, block, element, values)
        if error := _refusal(block, element, given):
            errors[block["block_id"]] = error
    return errors


def _refusal(block: Json, element: Json, given: str) -> str:
    if not given.strip():
        return "" if block.get("optional") else "Please complete this required field."
    if len(given) < int(element.get("min_length", 0)):
        return f"Please lengthen this to at least {element['min_length']} characters."
    longest = int(element.get("max_length", 3000))
    if element["type"] == "plain_text_input" and len(given) > longest:
        return f"Please shorten this to {longest} characters or fewer."
    if element["type"] in _ONE_OPTION and all(given != option["value"] for option in options_of(element)):
        return "Please choose one of the options."
    return ""
