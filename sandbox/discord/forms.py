"""The forms (modals) that are open in front of people, and what is sent when one is submitted."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from sandbox.discord.components import (
    CHECKBOX,
    CHECKBOX_GROUP,
    FILE_UPLOAD,
    LABEL,
    RADIO_GROUP,
    ROW,
    STRING_SELECT,
    TEXT_DISPLAY,
    TEXT_INPUT,
)
from sandbox.discord.interactions import Interaction
from sandbox.discord.model import Json
from sandbox.discord.news import News
from sandbox.surface import Field, Form, SurfaceError


@dataclass(frozen=True, slots=True)
class OpenForm:
    interaction: Interaction
    modal: Json
    form: Form


class Forms:
    """At most one form for each person, as their client shows it."""

    def __init__(self, news: News) -> None:
        self._news = news
        self._open: dict[str, OpenForm] = {}

    def open(self, interaction: Interaction, modal: Json) -> None:
        fields = tuple(_as_field(label, item) for label, item in _items(modal))
        form = Form(interaction.id, modal["title"], fields, "Submit")
        self._open[interaction.user_id] = OpenForm(interaction, modal, form)
        self._tell(interaction.user_id)

    def of(self, user_id: str) -> OpenForm | None:
        return self._open.get(user_id)

    def reject(self, user_id: str, errors: dict[str, str], values: dict[str, str]) -> None:
        """Show the form again as it was filled in, with these errors beside its fields."""
        shown = self._open[user_id]
        fields = tuple(
            replace(one, error=errors.get(one.id, ""), value=values.get(one.id, ""))
            for one in shown.form.fields
        )
        self._open[user_id] = replace(shown, form=replace(shown.form, fields=fields))
        self._tell(user_id)

    def close(self, user_id: str, form_id: str) -> None:
        shown = self._open.get(user_id)
        if shown is not None and shown.form.id == form_id:
            del self._open[user_id]
            self._tell(user_id)

    def _tell(self, user_id: str) -> None:
        self._news.note("form", person=user_id, is_open=user_id in self._open)


def _items(modal: Json) -> Iterator[tuple[str, Json]]:
    """What can be filled in, with its label."""
    for component in modal["components"]:
        if component["type"] == ROW:
            for child in component["components"]:
                yield child.get("label", ""), child
        elif component["type"] == LABEL:
            yield component["label"], component["component"]


def _as_field(label: str, item: Json) -> Field:
    kind = item["type"]
    is_required = bool(item.get("required", True))
    if kind == TEXT_INPUT:
        shape = "paragraph" if item.get("style") == 2 else "text"
        return Field(item["custom_id"], label, shape, is_required, item.get("value") or "")
    if kind == CHECKBOX:
        value = "true" if item.get("default") else "false"
        return Field(item["custom_id"], label, "select", False, value, (("true", "Yes"), ("false", "No")))
    options = tuple((one["value"], one["label"]) for one in item.get("options") or [])
    chosen = [one["value"] for one in item.get("options") or [] if one.get("default")]
    shape = "select" if options else "text"
    return Field(item["custom_id"], label, shape, is_required, ",".join(chosen), options)


def check_values(modal: Json, values: dict[str, str]) -> dict[str, str]:
    """What is wrong with these values, by field; the client checks this before it sends anything."""
    found = (
        (item["custom_id"], _complaint(item, values.get(item["custom_id"], ""))) for _, item in _items(modal)
    )
    return {custom_id: complaint for custom_id, complaint in found if complaint}


def _complaint(item: Json, value: str) -> str:
    if item["type"] == FILE_UPLOAD:
        return "The sandbox's forms cannot take files." if item.get("required", True) else ""
    if item["type"] == TEXT_INPUT:
        return _text_complaint(item, value)
    chosen = _chosen(value)
    if item["type"] in (STRING_SELECT, RADIO_GROUP, CHECKBOX_GROUP):
        offered = {one["value"] for one in item.get("options") or []}
        if any(one not in offered for one in chosen):
            return "Choose from the list."
    least = item.get("min_values", 1 if item.get("required", True) else 0)
    if item["type"] != CHECKBOX and len(chosen) < least and item.get("required", True):
        return "This field is required."
    if len(chosen) > item.get("max_values", 1 if item["type"] != CHECKBOX_GROUP else 10):
        return f"Choose at most {item.get('max_values', 1)}."
    return ""


def _text_complaint(item: Json, value: str) -> str:
    if not value:
        return "This field is required." if item.get("required", True) else ""
    if len(value) < (item.get("min_length") or 0):
        return f"Must be at least {item['min_length']} characters."
    most = item.get("max_length") or 4000
    return f"Must be {most} characters or fewer." if len(value) > most else ""


def _chosen(value: str) -> list[str]:
    return [one.strip() for one in value.split(",") if one.strip()]


def submitted(modal: Json, values: dict[str, str]) -> Json:
    """The interaction data of this form with these values."""
    components: list[Json] = []
    for component in modal["components"]:
        if component["type"] == ROW:
            children = [_answer(child, values) for child in component["components"]]
            components.append({"type": ROW, "id": component["id"], "components": children})
        elif component["type"] == LABEL:
            inner = _answer(component["component"], values)
            components.append({"type": LABEL, "id": component["id"], "component": inner})
        elif component["type"] == TEXT_DISPLAY:
            components.append({"type": TEXT_DISPLAY, "id": component["id"]})
    return {"custom_id": modal["custom_id"], "components": components}


def _answer(item: Json, values: dict[str, str]) -> Json:
    value = values.get(item["custom_id"], "")
    data: Json = {"type": item["type"], "id": item["id"], "custom_id": item["custom_id"]}
    if item["type"] == TEXT_INPUT:
        return data | {"value": value}
    if item["type"] == CHECKBOX:
        return data | {"value": value == "true"}
    if item["type"] == RADIO_GROUP:
        return data | {"value": value or None}
    return data | {"values": _chosen(value)}


def require_open(shown: OpenForm | None, form_id: str) -> OpenForm:
    if shown is None or shown.form.id != form_id:
        raise SurfaceError("This form is not open any more.")
    return shown
