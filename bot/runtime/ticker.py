"""What ticks: APScheduler calls a few sweeps at intervals. It stores no jobs; the moments lie in the database."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.core.survey import OfferOutcome
from bot.runtime.desk import Desk, Queued
from bot.runtime.metrics import Metrics
from bot.runtime.writer import Writer
from storage import StorageUnavailableError, UnitOfWork

log = structlog.get_logger()

FORGET_PAUSE_SECONDS = 0.05
FORGET_MOST_SLICES = 10_000
OFFERS_ARE_OLD_AFTER = timedelta(hours=1)
COUNT_OLD_AFTER = timedelta(minutes=10)
KEEP_HANDLED = timedelta(days=7)
"""Longer than any platform repeats a delivery (Telegram: a day)."""


class OfferCounts:
    """How many offers came to what. There may be millions: those of the last hour are counted each time, and the old
    ones, of which few still change, now and then.
    """

    def __init__(self) -> None:
        self._old: Counter[OfferOutcome] = Counter()
        self._old_before: datetime | None = None
        self._counted_at: datetime | None = None

    def counted(self, work: UnitOfWork) -> Counter[OfferOutcome]:
        if self._counted_at is None or not timedelta() <= work.now - self._counted_at < COUNT_OLD_AFTER:
            before = work.now - OFFERS_ARE_OLD_AFTER
            self._old = Counter(work.offers.outcomes(before=before))
            self._old_before, self._counted_at = before, work.now
        return self._old + Counter(work.offers.outcomes(since=self._old_before))


class Ticker:
    def __init__(
        self,
        writer: Writer,
        desk: Desk,
        enqueue: Callable[[Sequence[Queued]], None],
        take_up_left_behind: Callable[[], Awaitable[None]],
        metrics: Metrics,
        ask: Callable[[Callable[[UnitOfWork], None]], Awaitable[None]],
        interval_seconds: float = 1.0,
    ) -> None:
        self._writer, self._desk, self._enqueue, self._metrics = writer, desk, enqueue, metrics
        self._take_up_left_behind, self._ask = take_up_left_behind, ask
        self._scheduler = AsyncIOScheduler(
            timezone="UTC", job_defaults={"coalesce": True, "max_instances": 1}
        )
        self._offers = OfferCounts()
        self._running: set[asyncio.Future[None]] = set()
        self._scheduler.add_job(self._run, "interval", args=[self.tick], seconds=interval_seconds)
        self._scheduler.add_job(self._run, "interval", args=[self.measure], seconds=5)
        self._scheduler.add_job(self._run, "interval", args=[self.sweep], seconds=30)
        self._scheduler.add_job(self._run, "interval", args=[self.forget], hours=1)

    def start(self) -> None:
        self._scheduler.start()

    async def stop(self) -> None:
        """Begin nothing more, and let what runs end: cut off, it would be logged as a failure."""
        self._scheduler.remove_all_jobs()
        # What was begun in this very moment has to show itself first.
        await asyncio.sleep(0)
        await asyncio.gather(*self._running)
        self._scheduler.shutdown(wait=False)

    async def _run(self, job: Callable[[], Awaitable[None]]) -> None:
        ended = asyncio.get_running_loop().create_future()
        self._running.add(ended)
        try:
            await job()
        finally:
            self._running.discard(ended)
            ended.set_result(None)

    async def tick(self) -> None:
        """Handle what is due: deadlines, and events that wait for another try."""
        try:
            await self._writer.do(self._desk.reach_deadlines, self._enqueue)
            await self._writer.do(self._desk.retry_due, self._enqueue)
        except StorageUnavailableError as error:
            log.error("tick.storage_unavailable", error=str(error))

    async def measure(self) -> None:
        """Bring the gauges up to date."""
        try:
            await self._ask(self._gauge)
        except StorageUnavailableError as error:
            log.error("measure.storage_unavailable", error=str(error))

    async def sweep(self) -> None:
        """Send what was stored by a transaction whose end nobody heard of."""
        try:
            await self._take_up_left_behind()
        except StorageUnavailableError as error:
            log.error("sweep.storage_unavailable", error=str(error))

    async def forget(self) -> None:
        """Drop what was handled and sent long ago."""
        try:
            # In slices: what is said meanwhile does not wait for a week's tidying up.
            for _ in range(FORGET_MOST_SLICES):
                if not await self._writer.do(_forget):
                    break
                await asyncio.sleep(FORGET_PAUSE_SECONDS)
        except StorageUnavailableError as error:
            log.error("forget.storage_unavailable", error=str(error))

    def _gauge(self, work: UnitOfWork) -> None:
        metrics, counts = self._metrics, work.queue.counts()
        for state in ("waiting", "claimed", "resolved"):
            metrics.tickets.labels(state).set(getattr(counts, state))
        oldest = work.queue.oldest_since()
        metrics.oldest_wait.set((work.now - oldest).total_seconds() if oldest else 0)
        events = work.intake.counts()
        for state in ("pending", "set_aside"):
            metrics.waiting_events.labels(state).set(events.get(state, 0))
        metrics.waiting_actions.clear()
        for platform, waiting in work.outbox.counts().items():
            metrics.waiting_actions.labels(platform).set(waiting)
        for outcome, count in self._offers.counted(work).items():
            metrics.offers.labels(outcome.value).set(count)
        metrics.unanswered.set(work.answers.unanswered())


def _forget(work: UnitOfWork) -> int:
    forgotten = work.intake.forget(before=work.now - KEEP_HANDLED)
    work.outbox.forget(before=work.now - KEEP_HANDLED)
    return forgotten
