"""Forms kept in modals and buttons."""

import pytest

from adapters.slack.forms import from_value, returned, to_value
from bot.core.content import FieldKind, Form, FormField
from bot.core.places import Place

FORM = Form(
    "ticket",
    "New",
    "Send",
    (
        FormField("area", "Area", FieldKind.CHOICE, options=(("a", "A"), ("b", "B"))),
        FormField("words", "Words"),
    ),
    "42",
)


def test_a_form_survives_in_a_button_unless_it_is_too_long() -> None:
    place = Place("slack", "T1", "C0HELP", "1.0")
    value = to_value(FORM, place)
    assert value is not None
    assert from_value(value) == (FORM, place)
    long = Form("x", "x", "x", tuple(FormField(f"f{at}", "l" * 45, value="v" * 400) for at in range(5)))
    assert to_value(long, place) is None


@pytest.mark.parametrize(
    "forged", ["", "{}", "[]", "null", '{"form":{"name":1},"place":{}}', '{"form":[],"place":3}']
)
def test_what_is_no_form_is_none(forged: str) -> None:
    assert from_value(forged) is None
    assert returned(forged).place is None
