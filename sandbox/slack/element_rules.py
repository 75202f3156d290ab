"""Which block elements Slack accepts (docs.slack.dev/reference/block-kit/block-elements)."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack.model import Json
from sandbox.slack.problems import Problems

STYLES = frozenset({"primary", "danger"})


@dataclass(frozen=True, slots=True)
class Shape:
    required: frozenset[str]
    optional: frozenset[str]
    check: Callable[[Json, Problems], None] = field(default=lambda _element, _problems: None)


def _confirm(element: Json, problems: Problems) -> None:
    confirm = element.get("confirm")
    if confirm is None:
        return
    at = problems.at("confirm")
    if not isinstance(confirm, dict):
        at.add("must be an object")
        return
    at.keys(confirm, frozenset({"title", "text", "confirm", "deny"}), frozenset({"style"}))
    at.text(confirm, "title", 100)
    at.text(confirm, "text", 300, kinds=("plain_text", "mrkdwn"))
    at.text(confirm, "confirm", 30)
    at.text(confirm, "deny", 30)
    at.one_of(confirm, "style", STYLES)


def _common(element: Json, problems: Problems) -> None:
    problems.string(element, "action_id", 255)
    if element.get("placeholder") is not None:
        problems.text(element, "placeholder", 150)
    _confirm(element, problems)


def _button(element: Json, problems: Problems) -> None:
    _common(element, problems)
    problems.text(element, "text", 75)
    problems.string(element, "url", 3000)
    problems.string(element, "value", 2000)
    problems.string(element, "accessibility_label", 75)
    problems.one_of(element, "style", STYLES)


def _feedback(element: Json, problems: Problems) -> None:
    _common(element, problems)
    for side in ("positive_button", "negative_button"):
        button, at = element.get(side), problems.at(side)
        if not isinstance(button, dict):
            at.add("must be an object")
            continue
        at.keys(button, frozenset({"text", "value"}), frozenset({"accessibility_label"}))
        at.text(button, "text", 75)
        at.string(button, "value", 2000)


def _icon_button(element: Json, problems: Problems) -> None:
    _common(element, problems)
    problems.text(element, "text", 75)
    problems.string(element, "value", 2000)


def _option(option: Any, problems: Problems, kinds: tuple[str, ...]) -> None:
    if not isinstance(option, dict):
        problems.add("must be an object")
        return
    problems.keys(option, frozenset({"text", "value"}), frozenset({"description", "url"}))
    problems.text(option, "text", 75, kinds=kinds)
    problems.string(option, "value", 150)
    if option.get("description") is not None:
        problems.text(option, "description", 75, kinds=kinds)


def _options(
    element: Json, problems: Problems, least: int, most: int, kinds: tuple[str, ...] = ("plain_text",)
) -> None:
    for option, at in problems.items(element, "options", least, most):
        _option(option, at, kinds)


def _select(element: Json, problems: Problems) -> None:
    _common(element, problems)
    if (element.get("options") is None) == (element.get("option_groups") is None):
        problems.add("must provide either 'options' or 'option_groups'")
    elif element.get("options") is not None:
        _options(element, problems, 1, 100)
    else:
        for group, at in problems.items(element, "option_groups", 1, 100):
            if isinstance(group, dict):
                at.text(group, "label", 75)
                _options(group, at, 1, 100)
            else:
                at.add("must be an object")
    _initial_is_offered(element, problems)


def _initial_is_offered(element: Json, problems: Problems) -> None:
    initial = element.get("initial_option")
    groups = element.get("option_groups") or [{"options": element.get("options") or []}]
    offered = [option for group in groups if isinstance(group, dict) for option in group.get("options", [])]
    if initial is not None and initial not in offered:
        problems.add("must be one of the provided options", "initial_option")


def _overflow(element: Json, problems: Problems) -> None:
    _common(element, problems)
    _options(element, problems, 1, 5)


def _boxes(element: Json, problems: Problems) -> None:
    _common(element, problems)
    _options(element, problems, 1, 10, ("plain_text", "mrkdwn"))


def _text_input(element: Json, problems: Problems) -> None:
    _common(element, problems)
    problems.number(element, "min_length", 0, 3000)
    problems.number(element, "max_length", 1, 3000)
    problems.string(element, "initial_value", 3000, shortest=0)


def _image(element: Json, problems: Problems) -> None:
    if bool(element.get("image_url")) == bool(element.get("slack_file")):
        problems.add("must provide either 'image_url' or 'slack_file'")
    problems.string(element, "image_url", 3000)
    problems.string(element, "alt_text", 2000)


def _shape(required: str, optional: str, check: Callable[[Json, Problems], None] = _common) -> Shape:
    return Shape(frozenset(required.split()), frozenset(optional.split()) | {"action_id"}, check)


_SELECT = "placeholder confirm focus_on_load initial_option options option_groups"
_MULTI = "placeholder confirm focus_on_load initial_options max_selected_items options option_groups"
_TEXT = "placeholder initial_value dispatch_action_config focus_on_load multiline min_length max_length"
_PICKER = "placeholder confirm focus_on_load"

ELEMENTS: dict[str, Shape] = {
    "button": _shape("text", "url value style confirm accessibility_label", _button),
    "workflow_button": _shape("text workflow", "style accessibility_label", _button),
    "feedback_buttons": _shape("positive_button negative_button", "", _feedback),
    "icon_button": _shape("icon text", "value confirm accessibility_label visible_to_user_ids", _icon_button),
    "overflow": _shape("options", "confirm", _overflow),
    "static_select": _shape("", _SELECT, _select),
    "multi_static_select": _shape("", _MULTI, _select),
    "external_select": _shape("", "placeholder confirm focus_on_load initial_option min_query_length"),
    "users_select": _shape("", f"{_PICKER} initial_user"),
    "multi_users_select": _shape("", f"{_PICKER} initial_users max_selected_items"),
    "conversations_select": _shape(
        "", f"{_PICKER} initial_conversation default_to_current_conversation response_url_enabled filter"
    ),
    "multi_conversations_select": _shape(
        "", f"{_PICKER} initial_conversations default_to_current_conversation max_selected_items filter"
    ),
    "channels_select": _shape("", f"{_PICKER} initial_channel response_url_enabled"),
    "multi_channels_select": _shape("", f"{_PICKER} initial_channels max_selected_items"),
    "radio_buttons": _shape("options", "initial_option confirm focus_on_load", _boxes),
    "checkboxes": _shape("options", "initial_options confirm focus_on_load", _boxes),
    "datepicker": _shape("", f"{_PICKER} initial_date"),
    "timepicker": _shape("", f"{_PICKER} initial_time timezone"),
    "datetimepicker": _shape("", "initial_date_time confirm focus_on_load"),
    "plain_text_input": _shape("", _TEXT, _text_input),
    "number_input": _shape(
        "is_decimal_allowed",
        "placeholder initial_value min_value max_value dispatch_action_config focus_on_load",
    ),
    "email_text_input": _shape("", "placeholder initial_value dispatch_action_config focus_on_load"),
    "url_text_input": _shape("", "placeholder initial_value dispatch_action_config focus_on_load"),
    "rich_text_input": _shape("", "placeholder initial_value dispatch_action_config focus_on_load"),
    "file_input": _shape("", "filetypes max_files"),
    "image": _shape("alt_text", "image_url slack_file", _image),
}

_INLINE = frozenset({"text", "link", "user", "channel", "usergroup", "emoji", "broadcast", "date", "color"})
RICH_TEXT_PARTS = {
    "rich_text_section": _INLINE,
    "rich_text_quote": _INLINE,
    "rich_text_preformatted": frozenset({"text", "link"}),
    "rich_text_list": frozenset({"rich_text_section"}),
}
