"""What is handed to a process is taken up in its turn, though nobody says a word when that is."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine

from bot.runtime import handed_over as handing
from bot.runtime.clock import ManualClock
from bot.runtime.handed_over import HandedOver
from bot.runtime.writer import Writer
from storage import Ids, Membership, Session, UnitOfWork, make_engine
from storage.migrate import migrate

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Process:
    """A member that writes, and notes what it takes up."""

    def __init__(self, engine: Engine, session: Session) -> None:
        self.ids, self.taken = Ids(), list[str]()
        Membership(session, self.ids, timedelta(minutes=5)).join("a process")
        self.writer = Writer(engine, ManualClock(NOON), self.ids)
        self.handed_over = HandedOver(
            self.writer, lambda rows: self.taken.extend(row.payload for row in rows)
        )
        self.writer.start()


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
            one = UnitOfWork(deciding, first.ids, NOON).outbox.add("lane", "slack", "a")
            other = await second.writer.do(lambda work: work.outbox.add("lane", "slack", "b"))
        behind = await third.writer.do(lambda work: work.outbox.add("lane", "slack", "c"))
        owner, sender, before = (
            (second, first, one) if behind.owner == other.owner else (first, second, other)
        )
        looking = asyncio.create_task(owner.handed_over.take())
        await asyncio.sleep(0)
        await owner.writer.do(lambda work: work.outbox.counts())
        assert owner.taken == [], "it has looked, and it was not its turn"
        await sender.writer.do(lambda work: work.outbox.sent(before.id))
        await asyncio.wait_for(looking, 60)
        assert owner.taken == ["c"]
    deciding.close()
