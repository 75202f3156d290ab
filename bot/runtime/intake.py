"""The entrance of one platform: what an adapter calls before it acknowledges."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

from adapters import Cursor
from bot.core.checkpoints import passing
from bot.core.conversation import Remembered
from bot.core.events import Event, MessageReceived
from bot.core.places import Identity, Place
from bot.runtime.desk import Accepted, Desk, Queued, said
from bot.runtime.metrics import Metrics
from bot.runtime.writer import Writer
from storage import MAX_BATCH, UnitOfWork

CURSORS_KEPT = timedelta(days=30)

Completion = Callable[[str, Identity, str], Awaitable[list[tuple[str, str]]]]
"""What is offered, by what it completes, for whom, and what they have typed."""


class PlatformIntake:
    """Implements `adapters.Intake` for one platform."""

    def __init__(
        self,
        platform: str,
        writer: Writer,
        desk: Desk,
        enqueue: Callable[[Sequence[Queued]], None],
        completion: Completion,
        metrics: Metrics,
    ) -> None:
        self._platform, self._writer, self._desk, self._metrics = platform, writer, desk, metrics
        self._enqueue, self._completion = enqueue, completion

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        if not events and cursor is None:
            return
        position = (cursor.name, cursor.position) if cursor else None
        passing("received")
        await self._writer.do(
            lambda work: self._desk.accept(work, self._platform, events, position),
            self._accepted,
            [said(self._platform, one) for one in events if isinstance(one, MessageReceived)],
            is_quick=len(events) <= MAX_BATCH,
        )
        passing("committed")

    def _accepted(self, accepted: Accepted) -> None:
        for kind in accepted.kinds:
            self._metrics.event(self._platform, kind)
        if accepted.repeats:
            self._metrics.repeats.labels(self._platform).inc(accepted.repeats)
        self._enqueue(accepted.queued)

    async def cursors(self) -> dict[str, str]:
        return await self._writer.do(lambda work: work.cursors.all(self._platform, moved_within=CURSORS_KEPT))

    async def complete(self, completes: str, identity: Identity, typed: str) -> list[tuple[str, str]]:
        return await self._completion(completes, identity, typed)

    async def remembered(self, room: Place, after: str) -> list[Remembered]:
        return await self._writer.do(lambda work: work.signs.remembered(room, after))

    async def stopped_at(self) -> datetime | None:
        return await self._writer.do(lambda work: _away_since(work, self._platform))

    async def caught_up(self) -> None:
        await self._writer.do(lambda work: work.marks.set(_away_mark(self._platform), ""))


def _away_mark(platform: str) -> str:
    return f"{platform}.away_since"


def _away_since(work: UnitOfWork, platform: str) -> datetime | None:
    """What comes in while the past is read moves on when the platform was last heard, and a process that ends in
    the middle of it must not make the next one believe that the rest was read: so the moment is written down.
    """
    name = _away_mark(platform)
    if known := work.marks.get(name):
        return datetime.fromisoformat(known)
    heard_at = _last_heard(work, platform)
    if heard_at is not None:
        work.marks.set(name, heard_at.isoformat())
    return heard_at


def _last_heard(work: UnitOfWork, platform: str) -> datetime | None:
    """None at the very first start: what was said before the bot came is not its business."""
    heard = (work.cursors.last_moved_at(platform), work.intake.last_received_at(platform))
    known = [moment for moment in heard if moment is not None]
    if known:
        return max(known)
    name = f"{platform}.began_at"
    began_at = work.marks.get(name)
    if not began_at:
        work.marks.set(name, work.now.isoformat())
    return datetime.fromisoformat(began_at) if began_at else None
