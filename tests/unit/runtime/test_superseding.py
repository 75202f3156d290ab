"""Which edits need not be sent, because a later one says it all."""

import pytest
from msgspec.structs import replace

from bot.core.actions import Action, EditCopy, RemoveCopy
from bot.core.content import Content
from bot.core.places import MessageAt, Place
from bot.runtime.desk import Queued
from bot.runtime.superseding import is_superseded
from storage import StoredAction

HERE, THERE = Place("slack", channel="C1"), Place("slack", channel="C2")
EDIT = EditCopy(1, HERE, None, 7, Content(text="one"))
LATER = replace(EDIT, content=Content(text="two"))
ROW = StoredAction(1, "c1", "slack", "")


def lane(head: Queued, *others: Action) -> list[Queued]:
    return [head, *(Queued(ROW, one) for one in others)]


@pytest.mark.parametrize(
    ("first", "others", "is_left_out"),
    [
        pytest.param(EDIT, [LATER], True, id="another edit of it waits"),
        pytest.param(EDIT, [RemoveCopy(2, HERE, None, 7), LATER], True, id="behind something else"),
        pytest.param(EDIT, [], False, id="nothing waits"),
        pytest.param(EDIT, [replace(LATER, message_id=2)], False, id="an edit of another message"),
        pytest.param(EDIT, [replace(LATER, place=THERE)], False, id="an edit of another copy"),
        pytest.param(replace(EDIT, before=()), [LATER], False, id="it exchanges files"),
        pytest.param(EDIT, [replace(LATER, before=())], True, id="the other one exchanges files"),
        pytest.param(EDIT, [RemoveCopy(1, HERE, None, 7)], False, id="a deletion is no edit"),
        pytest.param(RemoveCopy(1, HERE, None, 7), [LATER], False, id="it is no edit"),
    ],
)
def test_an_edit_is_left_out_for_a_later_one(first: Action, others: list[Action], is_left_out: bool) -> None:
    assert is_superseded(lane(Queued(ROW, first), *others)) is is_left_out


@pytest.mark.parametrize(
    "row", [replace(ROW, is_uncertain=True), replace(ROW, sent_so_far=(MessageAt(HERE, "1"),))]
)
def test_what_may_have_arrived_in_part_is_brought_to_its_end(row: StoredAction) -> None:
    assert not is_superseded(lane(Queued(row, EDIT), LATER))
