"""What is handed to a process is taken up in its turn, though nobody says a word when that is."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import Engine

from bot.core.actions import Announce, Show
from bot.core.content import Content
from bot.core.events import Author
from bot.core.outgoing import Outgoing, Post
from bot.core.places import Identity, MessageAt, Place
from bot.core.ticket import DeskKind
from bot.runtime import handed_over as handing
from bot.runtime.clock import ManualClock
from bot.runtime.codec import to_text
from bot.runtime.desk import Queued
from bot.runtime.handed_over import HandedOver
from bot.runtime.writer import Writer
from storage import Ids, Membership, Session, UnitOfWork, make_engine
from storage.migrate import migrate

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


def text_of(name: str) -> str:
    return to_text(Announce(Place("slack", "T1", "C1"), Content(text=name)))


class Process:
    """A member that writes, and notes what it takes up."""

    def __init__(self, engine: Engine, session: Session) -> None:
        self.ids, self.taken = Ids(), list[str]()
        self.operations = list[Outgoing | None]()
        Membership(session, self.ids, timedelta(minutes=5)).join("a process")
        self.writer = Writer(engine, ManualClock(NOON), self.ids)
        self.handed_over = HandedOver(self.writer, self._take_up)
        self.writer.start()

    def _take_up(self, queued: Sequence[Queued]) -> None:
        self.taken += [item.row.payload for item in queued]
        self.operations += [item.outgoing for item in queued]


@asynccontextmanager
async def process_of(engine: Engine) -> AsyncIterator[Process]:
    session = Session(engine)
    process = Process(engine, session)
    yield process
    await process.writer.stop()
    session.close()


async def test_what_waits_behind_a_third_process_is_taken_up_when_that_has_sent(
    postgresql_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(handing, "PAUSE_SECONDS", 0.01)
    engine = make_engine(postgresql_url)
    migrate(engine)
    deciding = Session(engine)
    async with process_of(engine) as first, process_of(engine) as second, process_of(engine) as third:
        with deciding.transaction():
            # Neither sees the other: each is the owner of its own.
            one = UnitOfWork(deciding, first.ids, NOON).outbox.add("lane", "slack", text_of("a"))
            other = await second.writer.do(lambda work: work.outbox.add("lane", "slack", text_of("b")))
        behind = await third.writer.do(lambda work: work.outbox.add("lane", "slack", text_of("c")))
        owner, sender, before = (
            (second, first, one) if behind.owner == other.owner else (first, second, other)
        )
        looking = asyncio.create_task(owner.handed_over.take())
        await asyncio.sleep(0)
        await owner.writer.do(lambda work: work.outbox.counts())
        assert owner.taken == [], "it has looked, and it was not its turn"
        await sender.writer.do(lambda work: work.outbox.sent(before.id))
        await asyncio.wait_for(looking, 60)
        assert owner.taken == [text_of("c")]
    deciding.close()


def _add(work: UnitOfWork, lane: str, payload: str) -> None:
    work.outbox.add(lane, "slack", payload)


async def test_what_is_taken_up_is_addressed_with_it(postgresql_url: str) -> None:
    """Nobody who takes up asks the database again, action by action, where each belongs."""
    engine = make_engine(postgresql_url)
    migrate(engine)
    thread = Place("slack", "T1", "C1", "1700000000.1")

    def prepare(work: UnitOfWork) -> list[int]:
        contact = work.contacts.meet(Author(Identity("telegram", "", "U1"), "Dana"))
        place = Place("telegram", channel="U1", is_direct=True)
        conversation = work.conversations.open(contact, place)
        ticket = work.tickets.open(conversation.id, "my shelf", ())
        work.tickets.add_desk(ticket.id, DeskKind.THREAD, thread, MessageAt(thread, "1700000000.1"))
        return [ticket.id, work.tickets.open(work.conversations.open(contact, thread).id, "no desk", ()).id]

    async with process_of(engine) as sender, process_of(engine) as other:
        ticket_ids = await sender.writer.do(prepare)
        for lane, ticket_id in zip(("one", "two"), ticket_ids, strict=True):
            shown = to_text(Show(ticket_id, Content(text="b")))
            for process, payload in ((sender, text_of("a")), (other, shown)):
                await process.writer.do(partial(_add, lane=lane, payload=payload))
        await sender.handed_over.take()
        assert sender.operations == [Post(thread, Content(text="b")), None]
