"""The store as coroutines see it: one hop per job, one wake-up per batch."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from sqlalchemy import Engine

from bot.runtime.clock import Clock
from storage import Expected, Ids, Job, StorageUnavailableError, Store, UnitOfWork

T = TypeVar("T")

PATIENCE_SECONDS = 0.005
"""A commit costs as much for one receipt as for many, and between two people nobody notices."""


class _Awaited(Job[T]):
    """A job, who waits for it, and what follows it."""

    __slots__ = ("after", "future")

    def __init__(
        self,
        run: Callable[[UnitOfWork], T],
        future: "asyncio.Future[T]",
        after: Callable[[T], None] | None,
        expects: Sequence[Expected],
    ) -> None:
        super().__init__(run, expects)
        self.future, self.after = future, after


class Writer:
    """Runs jobs in the store's transactions. Belongs to one event loop."""

    def __init__(self, engine: Engine, clock: Clock, ids: Ids | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_stopped = False
        self._patient: list[_Awaited[Any]] = []
        self._hurry: asyncio.TimerHandle | None = None
        self._store = Store(engine, clock.now, self._finished, ids or Ids())
        self._store.on_lost = self._lost
        self.on_lost: Callable[[], None] = lambda: None
        """Called after a connection was lost: a transaction may have ended well without anybody hearing of it."""

    def start(self) -> None:
        self._store.start()

    async def do(
        self,
        run: Callable[[UnitOfWork], T],
        after: Callable[[T], None] | None = None,
        expects: Sequence[Expected] = (),
        *,
        is_patient: bool = False,
    ) -> T:
        """Run it in a transaction; returns when that is committed, raises what it raised.

        `after` is called with the result as soon as it is committed, also when nobody waits any more. Before it is
        committed, `run` may be called more than once, each time from the same state of the database. `expects` is what
        it will most likely ask. One that `is_patient` is nobody's reply: for some milliseconds it waits for another to
        ride along with.
        """
        if self._is_stopped:
            raise StorageUnavailableError("the store is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        job = _Awaited(run, future, after, expects)
        if is_patient:
            self._patient.append(job)
            if self._hurry is None:
                self._hurry = self._loop.call_later(PATIENCE_SECONDS, self._submit_patient)
            return await future
        if self._patient:
            self._submit_patient()
        self._store.submit(job)
        return await future

    def _submit_patient(self) -> None:
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None
        waiting, self._patient = self._patient, []
        for job in waiting:
            self._store.submit(job)

    async def stop(self) -> None:
        """Finish what waits, then close the database."""
        self._is_stopped = True
        self._submit_patient()
        await asyncio.to_thread(self._store.stop)

    def _lost(self) -> None:
        self._loop.call_soon_threadsafe(self.on_lost)

    def _finished(self, batch: list[Job[Any]]) -> None:
        self._loop.call_soon_threadsafe(_resolve, batch)


def _resolve(batch: list[Any]) -> None:
    job: _Awaited[Any]
    for job in batch:
        if job.error is None and job.after is not None:
            job.after(job.result)
        if job.future.done():
            continue
        if job.error is not None:
            job.future.set_exception(job.error)
        else:
            job.future.set_result(job.result)
