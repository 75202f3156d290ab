"""The store as coroutines see it: one hop per job, one wake-up per batch."""

import asyncio
from collections.abc import Callable
from typing import Any, TypeVar

from sqlalchemy import Engine

from bot.runtime.clock import Clock
from storage import Job, Store, UnitOfWork

T = TypeVar("T")


class Writer:
    """Runs jobs in the store's transactions. Belongs to one event loop."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._loop = asyncio.get_running_loop()
        self._futures: dict[Job[Any], asyncio.Future[Any]] = {}
        self._after: dict[Job[Any], Callable[[Any], None]] = {}
        self._store = Store(engine, clock.now, self._finished)
        self._store.on_lost = self._lost
        self.on_lost: Callable[[], None] = lambda: None
        """Called when a connection was lost: a transaction may have ended well without anybody hearing of it."""

    def start(self) -> None:
        self._store.start()

    async def do(self, run: Callable[[UnitOfWork], T], after: Callable[[T], None] | None = None) -> T:
        """Run it in a transaction; returns when that is committed, raises what it raised.

        `after` is called with the result as soon as it is committed, also when nobody waits any more.
        """
        job: Job[T] = Job(run)
        future: asyncio.Future[T] = self._loop.create_future()
        self._futures[job] = future
        if after is not None:
            self._after[job] = after
        self._store.submit(job)
        return await future

    async def stop(self) -> None:
        """Finish what waits, then close the database."""
        await asyncio.to_thread(self._store.stop)

    def _lost(self) -> None:
        self._loop.call_soon_threadsafe(self.on_lost)

    def _finished(self, batch: list[Job[Any]]) -> None:
        self._loop.call_soon_threadsafe(self._resolve, batch)

    def _resolve(self, batch: list[Job[Any]]) -> None:
        for job in batch:
            after = self._after.pop(job, None)
            if job.error is None and after is not None:
                after(job.result)
            future = self._futures.pop(job)
            if future.done():
                continue
            if job.error is not None:
                future.set_exception(job.error)
            else:
                future.set_result(job.result)
