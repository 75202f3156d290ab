"""The one writer: a thread that owns the connection and commits what happens to wait, together.

Natural batches: it takes all that waits, never waits for company, and one fsync serves them all. A batch is tried
in the hope that nothing in it fails, because nearly always nothing does; when something did, it is undone whole and
done again with a savepoint for each job, so that a failing one does not fail its neighbours.

With SQLite a quick batch may be run in its caller's thread: its statements take microseconds, and two Python threads
would spend more on taking turns. The commit, which waits for the disk, is always this thread's.
"""

import contextlib
import queue
import threading
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, func, select
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError

from bot.core.errors import kind_of
from storage.expected import Expected
from storage.foresight import questions_of
from storage.ids import Ids
from storage.session import Session
from storage.statement import Statement
from storage.tables import intake, messages, outbox
from storage.work import UnitOfWork

T = TypeVar("T")

TAKEN_WITHIN_SECONDS = 0.001
"""So long a batch that was run waits for the store's thread to begin its commit. It takes a twentieth of that, but for
a machine that has no time.
"""
MAX_BATCH = 100
"""As many as one transaction takes; run in an event loop, they hold it up for some milliseconds."""
_LATEST = tuple(Statement(select(func.max(table.c.id).label("id"))) for table in (messages, intake, outbox))
"""What is in order by its ids goes on in order, wherever the clock has gone since."""


class StorageUnavailableError(Exception):
    """The database did not take it: nothing of the job was stored, and it may be tried again.

    Its words are the kind of error and its code: those of the driver may repeat what was to be stored.
    """


class Job(Generic[T]):
    """One piece of work and, once its batch is committed, its result or its error.

    It may be run more than once before that, each time from the same state of the database.
    """

    __slots__ = ("error", "expects", "result", "run")

    def __init__(self, run: Callable[[UnitOfWork], T], expects: Sequence[Expected] = ()) -> None:
        """`expects` is what it will most likely ask, so that it can be asked for the whole batch at once."""
        self.run, self.expects = run, expects
        self.result: T | None = None
        self.error: BaseException | None = None


class _RunHere:
    """A batch that was run in its caller's thread, and whether its transaction stands open."""

    __slots__ = ("is_open", "jobs")

    def __init__(self, jobs: list[Job[Any]], *, is_open: bool) -> None:
        self.jobs, self.is_open = jobs, is_open


Finished = Callable[[list[Job[Any]]], None]


class Store:
    """`submit` from any thread; `finished` is called in the writer's thread, once for each job, with all that were
    committed together, after their commit and before anything else is run.
    """

    def __init__(
        self, engine: Engine, now: Callable[[], datetime], finished: Finished, ids: Ids | None = None
    ) -> None:
        self._engine = engine
        self._now = now
        self._finished = finished
        self.look_back: Callable[[UnitOfWork], Any] | None = None
        """Asked once after a connection was lost in the middle of a transaction, which may be committed all the same;
        and before anything newer is run.
        """
        self.looked_back: Callable[[Any], None] = lambda _found: None
        """Called in the writer's thread with what that question gave, before anything newer has finished."""
        self._ids = ids or Ids()
        self._waiting: queue.SimpleQueue[Any] = queue.SimpleQueue()
        """Jobs; or a batch that was run, alone; and None at the end."""
        self._taken: queue.SimpleQueue[None] = queue.SimpleQueue()
        """A word for each batch that was run and is about to be committed."""
        self._session: Session | None = None
        self._has_begun = False
        self._is_unsure = False
        """A transaction may have ended well without anybody hearing of it."""
        self._thread = threading.Thread(target=self._work, name="store", daemon=True)

    def start(self) -> None:
        """Raises the driver's error when the database cannot be opened."""
        self._session = Session(self._engine)
        for latest in _LATEST:
            if (row := self._session.one(latest)) is not None:
                self._ids.pass_by(row[0] or 0)
        self._thread.start()

    @property
    def can_run_here(self) -> bool:
        return self._engine.dialect.name == "sqlite"

    def submit(self, job: Job[Any]) -> None:
        self._waiting.put(job)

    def run_here(self, batch: list[Job[Any]]) -> None:
        """Run it now, in this thread, and let the store's commit it. Only while nothing else is unfinished."""
        is_open = False
        try:
            if self._session is not None:
                self._run(self._session, batch, is_careful=False, waits_for_locks=False)
                is_open = True
        except Exception:  # noqa: BLE001, S110 - the store's thread does it again, and finds out what it is
            pass
        finally:
            self._hand_over(_RunHere(batch, is_open=is_open))

    def _hand_over(self, batch: _RunHere) -> None:
        """Give it to the store's thread, and give that the interpreter for as long as it takes to begin the commit:
        otherwise it would get it when the switch interval is over, and the disk would stand idle until then.
        """
        with contextlib.suppress(queue.Empty):
            while True:
                self._taken.get_nowait()
        self._waiting.put(batch)
        if batch.is_open:
            with contextlib.suppress(queue.Empty):
                self._taken.get(timeout=TAKEN_WITHIN_SECONDS)

    def stop(self) -> None:
        """Finish what waits, then close."""
        if self._thread.is_alive():
            self._waiting.put(None)
            self._thread.join()

    def _work(self) -> None:
        is_last = False
        while not is_last and (item := self._waiting.get()) is not None:
            if isinstance(item, _RunHere):
                self._taken.put(None)
                if item.is_open and self._session is not None and self._end(self._session, item.jobs):
                    self._finished(item.jobs)
                else:
                    self._commit(item.jobs)
            else:
                batch, is_last = self._with_company(item)
                self._commit(batch)
        if self._session is not None:
            self._session.close()

    def _with_company(self, first: Job[Any]) -> tuple[list[Job[Any]], bool]:
        """All that waits, at most a full batch, in order; and whether the end was asked for."""
        batch = [first]
        while len(batch) < MAX_BATCH:
            try:
                item = self._waiting.get_nowait()
            except queue.Empty:
                break
            if item is None:
                return batch, True
            batch.append(item)
        return batch, False

    def _commit(self, batch: list[Job[Any]]) -> None:
        """Commit all together: first in hope, then with care, and at last each alone: one bad job costs only itself,
        and a connection that was lost costs nothing where another one can be had.
        """
        if self._attempt(batch, is_careful=False) or self._attempt(batch, is_careful=True) or len(batch) == 1:
            self._finished(batch)
            return
        for number, job in enumerate(batch):
            if not self._has_begun:
                # Each would wait in vain for the same database, which is away.
                _refuse(batch[number:], batch[number - 1].error)
                self._finished(batch[number:])
                return
            self._attempt([job], is_careful=True)
            # At once: who looks back after the next one must know what this one stored.
            self._finished([job])

    def _attempt(self, batch: list[Job[Any]], *, is_careful: bool) -> bool:
        """True when the batch is committed, with every job's result or error in it."""
        self._has_begun = False
        try:
            session = self._session = self._session or Session(self._engine)
            if self._is_unsure:
                self._look_back(session)
            self._run(session, batch, is_careful=is_careful)
        except Exception as error:  # noqa: BLE001 - whatever broke the transaction, its jobs must be told
            self._give_up(batch, error, is_careful=is_careful)
            return False
        return self._end(session, batch, is_careful=is_careful)

    def _run(
        self, session: Session, batch: list[Job[Any]], *, is_careful: bool, waits_for_locks: bool = True
    ) -> None:
        """Do everything but the commit. When it raises, nothing of it remains."""
        for job in batch:
            job.result = job.error = None
        work = UnitOfWork(session, self._ids, self._now(), is_careful=is_careful)
        expected = [] if is_careful else [one for job in batch for one in job.expects]
        try:
            work.session.begin(questions_of(work, expected), waits_for_locks=waits_for_locks)
            self._has_begun = True
            for job in batch:
                if is_careful:
                    self._run_with_care(work, job)
                else:
                    job.result = job.run(work)
            session.complete()
        except BaseException:
            session.roll_back()
            raise

    def _end(self, session: Session, batch: list[Job[Any]], *, is_careful: bool = False) -> bool:
        """Commit what was run; False when that failed."""
        try:
            session.commit()
        except Exception as error:  # noqa: BLE001 - whatever it was, the jobs must be told
            with contextlib.suppress(Exception):
                session.roll_back()
            self._give_up(batch, error, is_careful=is_careful)
            return False
        return True

    def _give_up(self, batch: list[Job[Any]], error: Exception, *, is_careful: bool) -> None:
        _refuse(batch, error)
        is_lost = self._session is None or self._session.is_lost(error)
        self._is_unsure |= is_lost and self._has_begun
        if is_careful or is_lost:
            self._reconnect()

    def _look_back(self, session: Session) -> None:
        if self.look_back is not None:
            with session.transaction():
                found = self.look_back(UnitOfWork(session, self._ids, self._now()))
            self.looked_back(found)
        self._is_unsure = False

    def _run_with_care(self, work: UnitOfWork, job: Job[Any]) -> None:
        try:
            with work.savepoint():
                job.result = job.run(work)
        except Exception as error:
            if work.session.is_lost(error):
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


def _refuse(batch: Sequence[Job[Any]], error: BaseException | None) -> None:
    if not isinstance(error, StorageUnavailableError):
        # A driver's own words may hold the values of a row.
        error = StorageUnavailableError(kind_of(error) if error is not None else "")
    for job in batch:
        job.error, job.result = error, None


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


def ask(engine: Engine, now: datetime, question: Callable[[UnitOfWork], T]) -> T:
    """As `read`, beside a running desk; raises StorageUnavailableError when the database is away."""
    try:
        return read(engine, now, question)
    except _database_errors(engine) as error:
        # A driver's own words may hold the values of a row.
        raise StorageUnavailableError(kind_of(error)) from None


def _database_errors(engine: Engine) -> tuple[type[Exception], ...]:
    driver = engine.dialect.dbapi
    return (SQLAlchemyError, driver.OperationalError, driver.InterfaceError) if driver else (SQLAlchemyError,)


def write(engine: Engine, now: datetime, job: Callable[[UnitOfWork], T]) -> T:
    """Do one thing in a transaction of its own: for the command line."""
    session = Session(engine)
    try:
        with session.transaction():
            return job(UnitOfWork(session, Ids(), now))
    finally:
        session.close()
