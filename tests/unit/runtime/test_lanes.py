"""What must stay in order shares a lane; what must not wait for each other does not."""

from datetime import UTC, datetime

import pytest

from bot.core.actions import (
    Action,
    Announce,
    AskAgain,
    AskForm,
    DrawHome,
    EditCopy,
    MarkMessage,
    OpenDesk,
    ReactToCopy,
    RefreshDesk,
    Reindex,
    RemoveCopy,
    Reply,
    Say,
    Search,
    Show,
    Tell,
    UpdateButtons,
)
from bot.core.content import Content, Form
from bot.core.events import (
    Author,
    ButtonPressed,
    CommandGiven,
    DeadlineReached,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    ReactionChanged,
)
from bot.core.outgoing import Outcome, ThreadState
from bot.core.places import Identity, MessageAt, Place
from bot.runtime.lanes import KNOWLEDGE, lane_of_action, lane_of_event, lane_of_late

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SPACE = Place("slack", channel="STAFF")
THREAD = Place("slack", channel="STAFF", thread="9")
CHAT = Place("discord", channel="D7", is_direct=True)
CUSTOMER = Place("telegram", channel="5", is_direct=True)
DANA, VERA = Identity("telegram", "", "5"), Identity("discord", "", "7")
TEXT = Content(text="x")

TO_CUSTOMER = [
    Say(1, CUSTOMER, TEXT),
    EditCopy(8, CUSTOMER, None, 1, TEXT),
    RemoveCopy(8, CUSTOMER, None, 1),
    ReactToCopy(8, CUSTOMER, None, 1, "👍", True),
]
TO_THREAD = [
    OpenDesk(2, SPACE, "t", TEXT),
    Show(2, TEXT),
    RefreshDesk(2, "t", TEXT, ThreadState.CLAIMED),
    EditCopy(8, None, 2, None, TEXT),
    RemoveCopy(8, None, 2, None),
    ReactToCopy(8, None, 2, None, "👍", True),
]
TO_HELPER = [
    Show(2, TEXT, place=CHAT),
    EditCopy(8, CHAT, 2, None, TEXT),
    RemoveCopy(8, CHAT, 2, None),
    ReactToCopy(8, CHAT, 2, None, "👍", True),
]
OTHERS: list[Action] = [
    MarkMessage(MessageAt(THREAD, "3"), Outcome.SENT, 2),
    UpdateButtons(MessageAt(CUSTOMER, "4"), TEXT),
    Reply(CUSTOMER, DANA, TEXT),
    Tell(3, VERA, TEXT),
    Announce(SPACE, TEXT),
    Search(1, 8, "x"),
    Reindex(),
    AskAgain("published:1"),
]


@pytest.mark.parametrize(
    "together", [TO_CUSTOMER, TO_THREAD, TO_HELPER], ids=["customer", "thread", "helper"]
)
def test_all_that_one_side_reads_of_a_ticket_is_one_lane(together: list[Action]) -> None:
    assert len({lane_of_action(action, SPACE) for action in together}) == 1


def test_the_sides_never_wait_for_each_other() -> None:
    lanes = [lane_of_action(group[0], SPACE)[0] for group in (TO_CUSTOMER, TO_THREAD, TO_HELPER)]
    lanes += [lane_of_action(action, SPACE)[0] for action in OTHERS]
    assert len(set(lanes)) == len(lanes)


def test_each_lane_is_served_by_the_platform_of_its_place() -> None:
    served = [lane_of_action(group[0], SPACE)[1] for group in (TO_CUSTOMER, TO_THREAD, TO_HELPER)]
    assert served == ["telegram", "slack", "discord"]
    assert [lane_of_action(action, SPACE)[1] for action in OTHERS] == [
        "slack",
        "telegram",
        "telegram",
        "discord",
        "slack",
        KNOWLEDGE,
        KNOWLEDGE,
        KNOWLEDGE,
    ]


def test_what_one_person_asked_for_is_answered_in_order() -> None:
    answers: list[Action] = [
        Reply(CUSTOMER, DANA, TEXT),
        AskForm(CUSTOMER, DANA, Form("f", "t", "ok", ())),
        DrawHome(DANA, (TEXT,)),
    ]
    assert len({lane_of_action(action, SPACE) for action in answers}) == 1


def test_two_conversations_are_two_lanes() -> None:
    assert lane_of_action(Say(1, CUSTOMER, TEXT), SPACE) != lane_of_action(Say(2, CUSTOMER, TEXT), SPACE)


def test_one_persons_questions_wait_for_each_other_and_for_nobody_else() -> None:
    first, second = Search(1, 8, "x", contact_id=5), Search(2, 9, "x", contact_id=5)
    others = [Search(3, 10, "x", contact_id=6), Search(5, 11, "x"), Search(1, 8, "x", purpose="suggest")]
    assert lane_of_action(first, SPACE) == lane_of_action(second, SPACE)
    assert len({lane_of_action(one, SPACE) for one in [first, *others]}) == 4


def test_events_of_one_place_share_a_lane_and_others_do_not() -> None:
    author, at = Author(DANA, "Dana"), MessageAt(CUSTOMER, "4")
    here = [
        MessageReceived("1", NOW, CUSTOMER, at, author),
        MessageEdited("2", NOW, at, author, "x"),
        MessageDeleted("3", NOW, at),
        ReactionChanged("4", NOW, at, author, "👍", True),
        CommandGiven("5", NOW, CUSTOMER, author, "human"),
        ButtonPressed("6", NOW, CUSTOMER, author, "claim", "1", message=MessageAt(THREAD, "1")),
    ]
    assert len({lane_of_event(event) for event in here}) == 1
    assert lane_of_event(MessageReceived("7", NOW, THREAD, at, author)) != lane_of_event(here[0])
    first, second = (DeadlineReached(name, NOW, "check_in", "1", NOW) for name in ("a", "b"))
    assert lane_of_event(first) != lane_of_event(second)


def test_events_that_wait_for_their_message_wait_beside_its_lane() -> None:
    at = MessageAt(CUSTOMER, "4")
    assert lane_of_late(at) != lane_of_event(MessageDeleted("1", NOW, at))
    assert lane_of_late(at) != lane_of_late(MessageAt(CUSTOMER, "5"))
