"""The store as coroutines see it: what becomes ready together is committed together and told together."""

import asyncio
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import structlog
from sqlalchemy import Engine

from bot.runtime.clock import Clock
from storage import MAX_BATCH, Expected, Ids, Job, StorageUnavailableError, Store, UnitOfWork

log = structlog.get_logger()

T = TypeVar("T")

PATIENCE_SECONDS = 0.005
"""A commit costs as much for one receipt as for many, and between two people nobody notices."""


class _Awaited(Job[T]):
    """A job, who waits for it, and what follows it."""

    __slots__ = ("after", "future", "is_quick")

    def __init__(
        self,
        run: Callable[[UnitOfWork], T],
        future: "asyncio.Future[T]",
        after: Callable[[T], None] | None,
        expects: Sequence[Expected],
        *,
        is_quick: bool,
    ) -> None:
        super().__init__(run, expects)
        self.future, self.after, self.is_quick = future, after, is_quick


class Writer:
    """Runs jobs in the store's transactions. Belongs to one event loop."""

    def __init__(self, engine: Engine, clock: Clock, ids: Ids | None = None) -> None:
        self._loop = asyncio.get_running_loop()
        self._is_stopped = False
        self._ready: list[_Awaited[Any]] = []
        self._patient: list[_Awaited[Any]] = []
        self._hurry: asyncio.TimerHandle | None = None
        self._is_due = False
        """The next turn of the loop passes on what is ready."""
        self._unfinished = 0
        """So many jobs are with the store."""
        self._store = Store(engine, clock.now, self._finished, ids or Ids())

    def start(self) -> None:
        self._store.start()

    def after_loss(self, look_back: Callable[[UnitOfWork], T], found: Callable[[T], None]) -> None:
        """After a connection was lost in the middle of a transaction, which may have ended well without anybody
        hearing of it, ask this, and call with the result before anything newer is known to be committed.
        """

        def looked_back(result: T) -> None:
            self._loop.call_soon_threadsafe(found, result)

        self._store.look_back, self._store.looked_back = look_back, looked_back

    async def do(
        self,
        run: Callable[[UnitOfWork], T],
        after: Callable[[T], None] | None = None,
        expects: Sequence[Expected] = (),
        *,
        is_patient: bool = False,
        is_quick: bool = False,
    ) -> T:
        """Run it in a transaction; returns when that is committed, raises what it raised.

        `after` is called with the result as soon as it is committed, also when nobody waits any more. Before it is
        committed, `run` may be called more than once, each time from the same state of the database. `expects` is what
        it will most likely ask. One that `is_patient` is nobody's reply: for some milliseconds it waits for another to
        ride along with. One that `is_quick` takes well below a millisecond, and may run in the loop.
        """
        if self._is_stopped:
            raise StorageUnavailableError("the store is closed")
        future: asyncio.Future[T] = self._loop.create_future()
        job = _Awaited(run, future, after, expects, is_quick=is_quick)
        if is_patient:
            self._patient.append(job)
            if self._hurry is None:
                self._hurry = self._loop.call_later(PATIENCE_SECONDS, self._pass_on)
        else:
            self._ready.append(job)
            if not self._is_due:
                # What becomes ready in the same turn of the loop goes together.
                self._is_due = True
                self._loop.call_soon(self._pass_on)
        return await future

    def _pass_on(self) -> None:
        """Give the store what waits, in order."""
        self._is_due = False
        if self._store.can_run_here:
            self._run_here()
            return
        for job in self._take_all():
            self._submit(job)

    def _run_here(self) -> None:
        """Run the next batch here when all of it is quick; while one is under way the next one gathers."""
        if self._unfinished:
            return
        waiting = self._take_all()
        batch, self._ready = waiting[:MAX_BATCH], waiting[MAX_BATCH:]
        if not batch:
            return
        if all(job.is_quick for job in batch):
            self._unfinished += len(batch)
            self._store.run_here(list(batch))
            return
        for job in batch:
            self._submit(job)

    def _take_all(self) -> "list[_Awaited[Any]]":
        if self._hurry is not None:
            self._hurry.cancel()
            self._hurry = None
        waiting = [*self._patient, *self._ready]
        self._patient, self._ready = [], []
        return waiting

    def _submit(self, job: "_Awaited[Any]") -> None:
        self._unfinished += 1
        self._store.submit(job)

    async def stop(self) -> None:
        """Finish what waits, then close the database."""
        self._is_stopped = True
        for job in self._take_all():
            self._submit(job)
        await asyncio.to_thread(self._store.stop)

    def _finished(self, batch: list[Job[Any]]) -> None:
        self._loop.call_soon_threadsafe(self._resolve, batch)

    def _resolve(self, batch: list[Any]) -> None:
        self._unfinished -= len(batch)
        for job in batch:
            _tell(job)
        self._pass_on()


def _tell(job: _Awaited[Any]) -> None:
    error = job.error
    if error is None and job.after is not None:
        try:
            job.after(job.result)
        except Exception as failed:
            # It is stored all the same, and its neighbours are waiting to hear of theirs.
            log.error("writer.not_followed", exc_info=failed)
            error = failed
    if job.future.done():
        return
    if error is not None:
        job.future.set_exception(error)
    else:
        job.future.set_result(job.result)
