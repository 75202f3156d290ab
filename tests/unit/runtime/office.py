"""A dispatcher with its database and a platform that writes down what arrives."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from adapters import Attempt
from bot.core.actions import Action, Say
from bot.core.content import Content
from bot.core.outgoing import Edit, Outgoing, Post, Receipt, SendError
from bot.core.places import MessageAt, Place
from bot.runtime.catalogue import texts_in
from bot.runtime.clock import ManualClock
from bot.runtime.codec import to_text
from bot.runtime.desk import Desk, Queued, Tongues
from bot.runtime.dispatcher import Dispatcher
from bot.runtime.metrics import Metrics
from bot.runtime.writer import Writer
from handlers.context import DeskSettings
from handlers.registry import Handlers
from storage import UnitOfWork, make_engine

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
SETTINGS = DeskSettings("us", None, (), frozenset(), None, timedelta(days=1), (0, 0))


@dataclass
class Town:
    """A platform that writes down what arrives; `failing` is asked first."""

    failing: Callable[[str, Attempt], SendError | None] = lambda _text, _attempt: None
    arrived: list[str] = field(default_factory=list)
    attempts: list[tuple[str, Attempt]] = field(default_factory=list)
    gate: asyncio.Event | None = None

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        assert isinstance(outgoing, Post | Edit)
        text = outgoing.content.text
        self.attempts.append((text, attempt))
        if self.gate is not None:
            await self.gate.wait()
        error = self.failing(text, attempt)
        if error is not None:
            raise error
        self.arrived.append(text)
        if isinstance(outgoing, Edit):
            return Receipt(outgoing.messages)
        return Receipt((MessageAt(outgoing.place, attempt.key),))


class Office:
    """A dispatcher with its database and its town."""

    def __init__(self, url: str) -> None:
        engine = make_engine(url)
        self.clock, self.metrics, self.town = ManualClock(NOON), Metrics(), Town()
        self.writer = Writer(engine, self.clock)
        desk = Desk(Handlers(), SETTINGS, Tongues((), texts_in), lambda _name: None, self.metrics)
        self.dispatcher = Dispatcher(self.writer, desk, self.clock, self.metrics)
        self.is_there = True
        self.dispatcher.serve("slack", lambda: self.town if self.is_there else None)
        self.writer.start()

    async def send(self, lane: int, *texts: str) -> None:
        place = Place("slack", channel=f"C{lane}")
        actions: list[Action] = [Say(lane, place, Content(text=text)) for text in texts]

        def add(work: UnitOfWork) -> list[Queued]:
            return [Queued(work.outbox.add(f"c{lane}", "slack", to_text(one)), one) for one in actions]

        await self.writer.do(add, self.dispatcher.enqueue)

    async def settle(self) -> None:
        while self.dispatcher.waiting():
            await asyncio.sleep(0.001)

    async def until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            await asyncio.sleep(0.001)

    async def pending(self) -> int:
        return sum((await self.writer.do(lambda work: work.outbox.counts())).values())

    async def close(self) -> None:
        await self.dispatcher.stop(0.05)
        await self.writer.stop()
