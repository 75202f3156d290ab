"""Forms as Slack's modals: drawn, read back, and kept in a button when a modal cannot be opened any more."""

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from adapters.slack.payloads import Json
from adapters.slack.render import shortened
from bot.core.content import FieldKind, Form, FormField
from bot.core.places import Place

OPEN_FORM = "open-form"
"""The action of a button that opens the form it carries."""
_MOST_IN_TITLE = 24
_MOST_IN_OPTION = 75
_MOST_IN_INPUT = 3000
_MOST_IN_VALUE = 2000
_INPUT = "value"


class Returned(Struct, frozen=True):
    """What a modal's private metadata says of the form it shows."""

    subject: str
    place: Place | None


class _Carried(Struct, frozen=True):
    """A form inside a button."""

    form: Form
    place: Place


_ENCODER = msgspec.json.Encoder(enc_hook=str)
"""Marked texts are texts."""


def view(form: Form, place: Place, close_label: str) -> Json:
    """Return the modal that shows the form; it remembers its subject and place itself."""
    return {
        "type": "modal",
        "callback_id": form.name,
        "title": _plain(form.title, _MOST_IN_TITLE),
        "submit": _plain(form.submit_label, _MOST_IN_TITLE),
        "close": _plain(close_label, _MOST_IN_TITLE),
        "private_metadata": _ENCODER.encode(Returned(form.subject, place)).decode(),
        "blocks": [_input(one) for one in form.fields],
    }


def _plain(text: str, limit: int) -> Json:
    return {"type": "plain_text", "text": shortened(" ".join(text.split()) or "…", limit), "emoji": True}


def _input(one: FormField) -> Json:
    is_choice = one.kind is FieldKind.CHOICE and bool(one.options)
    return {
        "type": "input",
        "block_id": one.name,
        "optional": not one.is_required,
        "label": _plain(one.label, _MOST_IN_VALUE),
        "element": _select(one) if is_choice else _text_input(one),
    }


def _select(one: FormField) -> Json:
    options = [{"text": _plain(label, _MOST_IN_OPTION), "value": value} for value, label in one.options]
    element: Json = {"type": "static_select", "action_id": _INPUT, "options": options}
    chosen = next((option for option in options if option["value"] == one.value), None)
    return {**element, "initial_option": chosen} if chosen else element


def _text_input(one: FormField) -> Json:
    element: Json = {
        "type": "plain_text_input",
        "action_id": _INPUT,
        "multiline": one.kind is FieldKind.PARAGRAPH,
        "max_length": max(1, min(one.max_length, _MOST_IN_INPUT)),
    }
    return {**element, "initial_value": one.value[: element["max_length"]]} if one.value else element


def values(state: Mapping[str, Mapping[str, Json]]) -> dict[str, str]:
    """Return field name to what was entered, from a submitted view's `state.values`."""
    found = {}
    for name, inputs in state.items():
        for entered in (inputs or {}).values():
            if not isinstance(entered, Mapping):
                continue
            option = entered.get("selected_option") or {}
            found[name] = str(entered.get("value") or option.get("value") or "")
    return found


def returned(private_metadata: str) -> Returned:
    """Return what the modal remembered; an empty subject and no place when it is not one of ours."""
    try:
        return msgspec.json.decode(private_metadata, type=Returned)
    except ValueError:
        return Returned("", None)


# -- a form inside a button


def to_value(form: Form, place: Place) -> str | None:
    """Return the form as a button's value; None when it is too long for one (2,000 characters)."""
    value = _ENCODER.encode(_Carried(form, place)).decode()
    return value if len(value) <= _MOST_IN_VALUE else None


def from_value(value: str) -> tuple[Form, Place] | None:
    """Return the form and its place out of a button's value, or None when there is none in it."""
    try:
        carried = msgspec.json.decode(value, type=_Carried)
    except ValueError:
        return None
    return carried.form, carried.place
