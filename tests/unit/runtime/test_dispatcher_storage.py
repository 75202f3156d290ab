"""The dispatcher and its database: receipts that cannot be stored yet, and what was stored that nobody called for."""

import asyncio
import sqlite3
from collections.abc import Callable

import pytest

from bot.core.actions import Action, EditCopy, Say
from bot.core.content import Content
from bot.core.conversation import Direction
from bot.core.events import Author
from bot.core.outgoing import SendError
from bot.core.places import Identity, MessageAt, Place
from bot.runtime import dispatcher as dispatching
from bot.runtime.codec import to_text
from bot.runtime.desk import Queued
from storage import Session, StorageUnavailableError, UnitOfWork
from tests.unit.runtime.office import Office

pytestmark = pytest.mark.usefixtures("quick")


def storage_fails(office: Office, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    """From now on the database is away for so many jobs."""
    real, left = office.writer.do, iter(range(times))

    async def do(run, after=None, expects=(), **how):  # type: ignore[no-untyped-def] # the writer's own signature
        if next(left, None) is not None:
            raise StorageUnavailableError("away")
        return await real(run, after, expects, **how)

    monkeypatch.setattr(office.writer, "do", do)


async def test_a_receipt_that_cannot_be_stored_is_stored_later_and_nothing_is_sent_again(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.town.gate = asyncio.Event()
    await office.send(1, "a", "b")
    await office.until(lambda: bool(office.town.attempts))
    storage_fails(office, monkeypatch, 5)
    office.town.gate.set()
    await office.settle()
    assert office.town.arrived == ["a", "b"]
    assert len(office.town.attempts) == 2
    assert await office.pending() == 0


async def test_a_failure_that_cannot_be_stored_is_still_known_at_the_next_try(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    errors = iter([SendError("lost", is_uncertain=True)])
    office.town.failing = lambda _text, _attempt: next(errors, None)
    office.town.gate = asyncio.Event()
    await office.send(1, "a")
    await office.until(lambda: bool(office.town.attempts))
    storage_fails(office, monkeypatch, 3)
    office.town.gate.set()
    await office.settle()
    assert [(attempt.number, attempt.is_uncertain) for _, attempt in office.town.attempts] == [
        (1, False),
        (2, True),
    ]


async def test_what_was_stored_but_never_reached_a_lane_is_taken_up(office: Office) -> None:
    """The transaction was committed, but its answer was lost: nobody called for its actions to be sent."""
    say = Say(1, Place("slack", channel="C1"), Content(text="left behind"))
    await office.writer.do(lambda work: work.outbox.add("c1", "slack", to_text(say)))
    office.town.gate = asyncio.Event()
    await office.send(2, "under way")
    await office.dispatcher.take_up_left_behind()
    await office.dispatcher.take_up_left_behind()
    office.town.gate.set()
    await office.settle()
    await office.dispatcher.take_up_left_behind()
    await office.settle()
    assert sorted(office.town.arrived) == ["left behind", "under way"]
    assert {text: attempt.is_uncertain for text, attempt in office.town.attempts} == {
        "left behind": True,
        "under way": False,
    }


async def test_a_lane_keeps_its_order_when_a_commit_is_done_and_not_answered(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def once(text: str) -> Callable[[UnitOfWork], list[Queued]]:
        """As an event that is delivered twice is handled once."""

        def add(work: UnitOfWork) -> list[Queued]:
            if work.intake.take("slack", text, "lane", text) is None:
                return []
            say = Say(1, Place("slack", channel="C1"), Content(text=text))
            return [Queued(work.outbox.add("c1", "slack", to_text(say)), say)]

        return add

    office.writer.after_loss(dispatching.all_pending, office.dispatcher.take_up_unknown)
    office.town.gate = asyncio.Event()
    command, unanswered = Session.command, ["second", "fourth"]

    def lost(session: Session, text: str) -> None:
        command(session, text)
        if text == "COMMIT" and unanswered and unanswered[0] == current:
            unanswered.pop(0)
            raise sqlite3.OperationalError("the connection was cut")

    monkeypatch.setattr(Session, "command", lost)
    texts = ["first", "second", "third", "fourth", "fifth"]
    for current in texts:
        await office.writer.do(once(current), office.dispatcher.enqueue)
    assert not unanswered
    office.town.gate.set()
    await office.settle()
    assert office.town.arrived == texts
    assert await office.pending() == 0


async def test_rows_of_a_platform_that_is_off_are_not_taken_for_left_behind(office: Office) -> None:
    def add(work: UnitOfWork) -> None:
        work.outbox.add("c1", "discord", to_text(Say(1, Place("discord", channel="C"), Content(text="x"))))

    await office.writer.do(add)
    await office.dispatcher.take_up_left_behind()
    assert office.dispatcher.waiting() == 0


async def test_the_receipt_is_stored_where_edits_will_look_for_it(office: Office) -> None:
    place = Place("slack", channel="C1")

    def add(work: UnitOfWork) -> list[Queued]:
        contact = work.contacts.meet(Author(Identity("slack", "", "U1"), "Dana"))
        conversation = work.conversations.open(contact, place)
        message = work.messages.add(conversation.id, Direction.OUTGOING, "Ana", "x")
        say = Say(conversation.id, place, Content(text="x"), message_id=message.id)
        return [Queued(work.outbox.add("c1", "slack", to_text(say)), say)]

    (queued,) = await office.writer.do(add, office.dispatcher.enqueue)
    await office.settle()
    at = MessageAt(place, f"{queued.row.id:x}")
    found = await office.writer.do(lambda work: work.messages.find(at))
    assert found is not None
    assert isinstance(queued.action, Say)
    assert found.id == queued.action.message_id


async def test_an_edit_is_left_out_when_the_next_one_waits_already(office: Office) -> None:
    office.town.gate = asyncio.Event()
    place = Place("slack", channel="C1")

    def add(work: UnitOfWork) -> list[Queued]:
        contact = work.contacts.meet(Author(Identity("slack", "", "U1"), "Dana"))
        conversation = work.conversations.open(contact, place)
        said = [work.messages.add(conversation.id, Direction.OUTGOING, "Ana", text) for text in ("x", "y")]
        for message in said:
            work.messages.add_refs(message.id, (MessageAt(place, f"m{message.id}"),))
        one, other = (message.id for message in said)
        edits = ((one, "x1"), (other, "y1"), (one, "x2"), (one, "x3"), (other, "y2"))
        actions: list[Action] = [Say(conversation.id, place, Content(text="first"))]
        actions += [EditCopy(id_, place, None, conversation.id, Content(text=text)) for id_, text in edits]
        return [Queued(work.outbox.add("c1", "slack", to_text(action)), action) for action in actions]

    await office.writer.do(add, office.dispatcher.enqueue)
    await office.until(lambda: bool(office.town.attempts))
    office.town.gate.set()
    await office.settle()
    assert office.town.arrived == ["first", "x3", "y2"]
    assert await office.pending() == 0
