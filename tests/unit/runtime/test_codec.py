"""Whatever can happen or be decided lies in the queues as text and comes back as it was."""

import string
from datetime import UTC, datetime
from typing import Any, get_args, get_type_hints

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import DecodeError
from msgspec.structs import fields

from bot.core.actions import Action, Say
from bot.core.content import Content
from bot.core.events import Author, Event, MessageReceived
from bot.core.places import Identity, MessageAt, Place
from bot.runtime.codec import action_from, event_from, kind_of, storable, to_text

NOW = datetime(2026, 3, 2, 12, 0, 0, 123456, tzinfo=UTC)
EVENTS, ACTIONS = get_args(Event), get_args(Action)

_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=20)


@pytest.fixture(scope="module", autouse=True)
def _strategies() -> None:
    """What a value of each kind may be; whatever a text may hold is tried."""
    st.register_type_strategy(datetime, st.datetimes(timezones=st.just(UTC), min_value=datetime(2000, 1, 1)))  # noqa: DTZ001 - hypothesis adds the zone
    st.register_type_strategy(str, _texts)
    st.register_type_strategy(float, st.floats(0, 1))
    st.register_type_strategy(int, st.integers(-(2**63), 2**63 - 1))


def _any(kind: type) -> st.SearchStrategy[Any]:
    hints = get_type_hints(kind)
    return st.builds(
        kind, **{one.name: st.from_type(hints[one.name]) for one in fields(kind) if one.name != "kind"}
    )


@pytest.mark.parametrize("kind", EVENTS, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_event_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    event = data.draw(_any(kind))
    assert event_from(to_text(event)) == event


@pytest.mark.parametrize("kind", ACTIONS, ids=lambda kind: kind.__name__)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_every_action_comes_back_as_it_was(kind: type, data: st.DataObject) -> None:
    action = data.draw(_any(kind))
    assert action_from(to_text(action)) == action


def test_every_kind_has_a_name_of_its_own() -> None:
    for kinds in (EVENTS, ACTIONS):
        names = [kind_of(one) for one in kinds]
        assert len(set(names)) == len(names)
        assert all(set(name) <= {*string.ascii_lowercase, "_"} for name in names)


@pytest.mark.parametrize("text", ["", "{}", "[]", '{"kind": "nonsense"}', '{"kind": "say"}', "null"])
def test_what_is_no_event_or_action_is_refused(text: str) -> None:
    with pytest.raises(DecodeError):
        event_from(text)
    with pytest.raises(DecodeError):
        action_from(text)


def test_a_field_that_is_new_since_the_text_was_written_has_its_default() -> None:
    """Rows wait in the queues during an upgrade."""
    say = Say(1, Place("slack", channel="C"), Content(text="x"))
    older = to_text(say).replace('"purpose":"",', "")
    assert "purpose" not in older
    assert action_from(older) == say


def _message(text: str, name: str = "Dana") -> MessageReceived:
    place = Place("telegram", channel="5")
    return MessageReceived(
        "1", NOW, place, MessageAt(place, "4"), Author(Identity("telegram", "", "5"), name), text
    )


@given(
    st.text(max_size=40)
    | st.text(st.characters(categories=["Cs"]), max_size=5)
    | st.text("a\0\ud800\udc00", max_size=9)
)
def test_any_text_at_all_can_be_stored(text: str) -> None:
    event, written = storable(_message(text, name=text))
    assert event_from(written) == event
    assert "\0" not in event.text  # type: ignore[union-attr] # a message
    assert "\\u0000" not in written
    event.text.encode()  # type: ignore[union-attr] # a message


@given(_texts.filter(lambda text: "\0" not in text))
def test_text_that_can_be_stored_is_not_touched(text: str) -> None:
    assert storable(_message(text))[0] == _message(text)


def test_two_halves_that_belong_together_become_the_character() -> None:
    assert storable(_message("\ud83d\ude00"))[0] == _message("😀")
    assert storable(_message("a\ud83db"))[0] == _message("a�b")
    assert storable(_message("a\0b"))[0] == _message("a�b")
    assert storable(_message("a\\u0000b"))[0] == _message("a\\u0000b")
