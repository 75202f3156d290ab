"""The one writer: a thread that owns the connection and commits what happens to wait, together.

Natural batches: it takes all that waits, never waits for company, and one fsync serves them all. Each job runs
in its own savepoint, so that a failing one does not fail its neighbours.
"""

import queue
import threading
from collections.abc import Callable
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError, OperationalError

from storage.ids import Ids
from storage.session import Session
from storage.statement import Statement
from storage.tables import intake, messages, outbox
from storage.work import UnitOfWork

T = TypeVar("T")

MAX_BATCH = 256
_LATEST = tuple(Statement(select(func.max(table.c.id).label("id"))) for table in (messages, intake, outbox))
"""What is in order by its ids goes on in order, wherever the clock has gone since."""


class StorageUnavailableError(Exception):
    """The database did not take it: nothing of the job was stored, and it may be tried again."""


class Job(Generic[T]):
    """One piece of work and, once its batch is committed, its result or its error."""

    __slots__ = ("error", "result", "run")

    def __init__(self, run: Callable[[UnitOfWork], T]) -> None:
        self.run = run
        self.result: T | None = None
        self.error: BaseException | None = None


Finished = Callable[[list[Job[Any]]], None]


class Store:
    """`submit` from any thread; `finished` is called in the writer's thread, once per batch, after its commit."""

    def __init__(self, engine: Engine, now: Callable[[], datetime], finished: Finished) -> None:
        self._engine = engine
        self._now = now
        self._finished = finished
        self.on_lost: Callable[[], None] = lambda: None
        """Called in the writer's thread when a connection was lost: what it was told to commit may be committed."""
        self._ids = Ids()
        self._waiting: queue.SimpleQueue[Job[Any] | None] = queue.SimpleQueue()
        self._session: Session | None = None
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)

    def start(self) -> None:
        """Raises the driver's error when the database cannot be opened."""
        self._session = Session(self._engine)
        for latest in _LATEST:
            if (row := self._session.one(latest)) is not None:
                self._ids.begin_after(row[0] or 0)
        self._thread.start()

    def submit(self, job: Job[Any]) -> None:
        self._waiting.put(job)

    def stop(self) -> None:
        """Finish what waits, then close."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _work(self) -> None:
        while True:
            batch, is_last = self._next_batch()
            if batch:
                self._commit(batch)
                self._finished(batch)
            if is_last:
                break
        if self._session is not None:
            self._session.close()

    def _next_batch(self) -> tuple[list[Job[Any]], bool]:
        """All that waits, at most a full batch, in order; and whether the end was asked for."""
        batch: list[Job[Any]] = []
        item = self._waiting.get()
        while item is not None:
            batch.append(item)
            if len(batch) == MAX_BATCH:
                return batch, False
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                return batch, False
        return batch, True

    def _commit(self, batch: list[Job[Any]]) -> None:
        """Commit all together; when that fails, each alone on a new connection: one bad job costs only itself, and a
        connection that was lost costs nothing where another one can be had.
        """
        if self._commit_together(batch):
            return
        self.on_lost()
        for job in batch:
            self._commit_together([job])

    def _commit_together(self, batch: list[Job[Any]]) -> bool:
        for job in batch:
            job.result = job.error = None
        try:
            session = self._session or Session(self._engine)
            self._session = session
            with session.transaction():
                for job in batch:
                    self._run(session, job)
        except Exception as error:  # noqa: BLE001 - whatever broke the transaction, its jobs must be told
            for job in batch:
                job.error = StorageUnavailableError(f"{type(error).__name__}: {error}")
            self._reconnect()
            return False
        return True

    def _run(self, session: Session, job: Job[Any]) -> None:
        try:
            with session.savepoint():
                job.result = job.run(UnitOfWork(session, self._ids, self._now()))
        except Exception as error:
            if session.is_lost(error):
                raise
            job.error = error

    def _reconnect(self) -> None:
        """Drop the connection; the next batch opens a new one."""
        session, self._session = self._session, None
        if session is not None:
            try:
                session.close()
            except (OperationalError, DBAPIError, OSError):
                return


def read(engine: Engine, now: datetime, question: Callable[[UnitOfWork], T]) -> T:
    """Ask something on a connection of its own, beside the writer. Changes are rolled back."""
    session = Session(engine)
    try:
        session.command("BEGIN")
        try:
            return question(UnitOfWork(session, Ids(), now))
        finally:
            session.command("ROLLBACK")
    finally:
        session.close()


def write(engine: Engine, now: datetime, job: Callable[[UnitOfWork], T]) -> T:
    """Do one thing in a transaction of its own: for the command line."""
    session = Session(engine)
    try:
        with session.transaction():
            return job(UnitOfWork(session, Ids(), now))
    finally:
        session.close()
