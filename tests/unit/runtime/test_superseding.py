"""Which edits and messages need not be sent, because a later action says it all or takes them back."""

from typing import cast

import pytest
from msgspec.structs import replace

from bot.core.actions import Action, EditCopy, RemoveCopy, Say
from bot.core.content import Content
from bot.core.places import MessageAt, Place
from bot.runtime.desk import Queued
from bot.runtime.superseding import Lane, is_superseded, is_withdrawn_by
from storage import StoredAction

HERE, THERE = Place("slack", channel="C1"), Place("slack", channel="C2")
EDIT = EditCopy(1, HERE, None, 7, Content(text="one"))
LATER = replace(EDIT, content=Content(text="two"))
ROW = StoredAction(1, "c1", "slack", "")


def lane(head: Queued, *others: Action) -> Lane:
    made = Lane(head)
    for one in others:
        made.append(Queued(ROW, one))
    return made


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


SAY = Say(7, HERE, Content(text="one"), message_id=1)
REMOVAL = RemoveCopy(1, HERE, None, 7)


@pytest.mark.parametrize(
    ("first", "others", "is_left_out"),
    [
        pytest.param(SAY, [REMOVAL], True, id="its removal waits"),
        pytest.param(SAY, [LATER, SAY, REMOVAL], True, id="behind something else"),
        pytest.param(SAY, [], False, id="nothing waits"),
        pytest.param(SAY, [LATER], False, id="an edit is no removal"),
        pytest.param(SAY, [RemoveCopy(2, HERE, None, 7)], False, id="a removal of another message"),
        pytest.param(replace(SAY, message_id=None), [REMOVAL], False, id="a copy of no message"),
        pytest.param(EDIT, [REMOVAL], False, id="it is an edit"),
    ],
)
def test_a_message_is_left_out_for_its_removal(
    first: Action, others: list[Action], is_left_out: bool
) -> None:
    assert is_withdrawn_by(ROW, first, lane(Queued(ROW, first), *others)) is is_left_out


def test_what_may_have_arrived_is_sent_again_before_it_is_removed() -> None:
    row = replace(ROW, is_uncertain=True)
    assert not is_withdrawn_by(row, SAY, lane(Queued(row, SAY), REMOVAL))


def test_what_left_a_lane_makes_nothing_in_it_needless() -> None:
    waiting = lane(Queued(ROW, EDIT), REMOVAL, LATER, SAY)
    waiting.popleft()
    waiting.popleft()
    assert not is_superseded(waiting), "the other edit has been sent"
    waiting.popleft()
    assert not is_withdrawn_by(ROW, SAY, waiting), "the removal was of an earlier copy"
    waiting.append(Queued(ROW, REMOVAL))
    assert is_withdrawn_by(ROW, SAY, waiting)
    waiting.clear()
    assert not is_withdrawn_by(ROW, SAY, waiting)


class Watched:
    """As an action in a lane that counts how often anybody asks what it is."""

    looks = 0

    def __init__(self, action: Action) -> None:
        self.row, self._action = ROW, action

    @property
    def action(self) -> Action:
        Watched.looks += 1
        return self._action


def test_a_long_lane_is_not_looked_through_for_each_of_its_messages() -> None:
    says = [replace(SAY, message_id=number) for number in range(3000)]
    edits = [replace(EDIT, message_id=number) for number in range(1000)]
    waiting = Lane(cast("Queued", Watched(says[0])))
    for action in [*says[1:], *edits, REMOVAL]:
        waiting.append(cast("Queued", Watched(action)))
    Watched.looks = 0
    while waiting:
        is_superseded(waiting)
        is_withdrawn_by(ROW, waiting[0].action, waiting)
        waiting.popleft()
    assert Watched.looks < 5 * 4001
