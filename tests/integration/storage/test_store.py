"""The one writer: batches in order, failures alone, and a database that goes away and comes back."""

import threading
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

import psycopg
import pytest
from sqlalchemy import Engine

from storage import (
    MAX_BATCH,
    Job,
    Session,
    StorageUnavailableError,
    Store,
    UnitOfWork,
    make_engine,
    read,
    write,
)
from storage.migrate import migrate

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Desk:
    """A store, and what it says has finished."""

    def __init__(self, engine: Engine) -> None:
        self.batches: list[list[Job[Any]]] = []
        self._news = threading.Condition()
        self.store = Store(engine, lambda: NOON, self._finished)
        self.store.start()

    def submit(self, *runs: Callable[[UnitOfWork], Any]) -> list[Job[Any]]:
        jobs = [Job(run) for run in runs]
        for job in jobs:
            self.store.submit(job)
        return jobs

    def do(self, *runs: Callable[[UnitOfWork], Any]) -> list[Job[Any]]:
        """Submit, and wait until all of them have finished."""
        jobs = self.submit(*runs)
        with self._news:
            done = self._news.wait_for(lambda: all(job in self.finished for job in jobs), timeout=60)
        assert done
        return jobs

    @property
    def finished(self) -> list[Job[Any]]:
        return [job for batch in self.batches for job in batch]

    def _finished(self, batch: list[Job[Any]]) -> None:
        with self._news:
            self.batches.append(batch)
            self._news.notify_all()


@pytest.fixture
def engine(database_url: str) -> Engine:
    engine = make_engine(database_url)
    migrate(engine)
    return engine


@pytest.fixture
def desk(engine: Engine) -> Iterator[Desk]:
    desk = Desk(engine)
    yield desk
    desk.store.stop()


def mark(name: str, value: str = "x") -> Callable[[UnitOfWork], None]:
    return lambda work: work.marks.set(name, value)


def marks_of(engine: Engine, *names: str) -> list[str]:
    return read(engine, NOON, lambda work: [work.marks.get(name) for name in names])


def held_up(desk: Desk) -> threading.Event:
    """Keep the writer busy until the event is set, so that what is submitted meanwhile waits together."""
    go, is_busy = threading.Event(), threading.Event()

    def wait(_work: UnitOfWork) -> None:
        is_busy.set()
        assert go.wait(60)

    desk.submit(wait)
    assert is_busy.wait(60)
    return go


def test_what_waits_is_committed_together_and_in_order(desk: Desk) -> None:
    go = held_up(desk)
    seen: list[int] = []
    jobs = desk.submit(*(lambda _work, number=number: seen.append(number) for number in range(100)))
    go.set()
    desk.do(lambda _work: None)
    assert seen == list(range(100))
    assert desk.batches[1][:100] == jobs


def test_a_batch_has_an_end_and_the_next_one_goes_on_in_order(desk: Desk) -> None:
    go = held_up(desk)
    numbers = count()
    jobs = desk.submit(*(lambda _work: next(numbers) for _ in range(600)))
    go.set()
    desk.do(lambda _work: None)
    assert [job.result for job in jobs] == list(range(600))
    assert max(len(batch) for batch in desk.batches) == MAX_BATCH


def test_one_failing_job_among_many_fails_alone(desk: Desk, engine: Engine) -> None:
    def fail(work: UnitOfWork) -> None:
        work.marks.set("b", "never")
        raise ZeroDivisionError

    go = held_up(desk)
    first, failed, last = desk.submit(mark("a"), fail, mark("c"))
    go.set()
    desk.do(lambda _work: None)
    assert isinstance(failed.error, ZeroDivisionError)
    assert first.error is None
    assert last.error is None
    assert marks_of(engine, "a", "b", "c") == ["x", "", "x"]


def test_a_job_that_the_database_refuses_fails_alone(desk: Desk, engine: Engine) -> None:
    def twice(work: UnitOfWork) -> None:
        work.tickets.open(1, "no such conversation", ())

    go = held_up(desk)
    first, failed, last = desk.submit(mark("a"), twice, mark("c"))
    go.set()
    desk.do(lambda _work: None)
    driver = engine.dialect.dbapi
    assert driver is not None
    assert isinstance(failed.error, driver.IntegrityError)
    assert (first.error, last.error) == (None, None)
    assert marks_of(engine, "a", "c") == ["x", "x"]


def test_results_are_told_only_after_they_are_stored(desk: Desk, engine: Engine) -> None:
    stored: list[str] = []
    finished = desk.store._finished

    def look(batch: list[Job[Any]]) -> None:
        stored.extend(marks_of(engine, "a"))
        finished(batch)

    desk.store._finished = look
    desk.do(mark("a"))
    assert stored == ["x"]


def test_stopping_finishes_what_waits(engine: Engine) -> None:
    desk = Desk(engine)
    go = held_up(desk)
    jobs = desk.submit(*(mark(f"m{number}") for number in range(20)))
    go.set()
    desk.store.stop()
    assert all(job.error is None for job in jobs)
    assert marks_of(engine, "m0", "m19") == ["x", "x"]
    desk.store.stop()


def test_a_reader_changes_nothing(engine: Engine) -> None:
    read(engine, NOON, mark("a"))
    assert marks_of(engine, "a") == [""]
    write(engine, NOON, mark("a"))
    assert marks_of(engine, "a") == ["x"]


def terminate_others(url: str) -> None:
    """What a restart of the server does to its clients."""
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )


def test_a_connection_that_was_cut_between_jobs_costs_nothing(postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    migrate(engine)
    desk = Desk(engine)
    desk.do(mark("a"))
    terminate_others(postgresql_url)
    (job,) = desk.do(mark("b"))
    assert job.error is None
    assert marks_of(engine, "a", "b") == ["x", "x"]
    desk.store.stop()


def test_a_connection_that_is_cut_in_the_middle_of_a_batch_loses_none_of_it(postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    migrate(engine)
    desk = Desk(engine)
    cuts = iter([True])

    def cut_once(work: UnitOfWork) -> None:
        work.marks.set("b", "x")
        if next(cuts, False):
            terminate_others(postgresql_url)
        work.marks.set("b2", "x")

    go = held_up(desk)
    jobs = desk.submit(mark("a"), cut_once, mark("c"))
    go.set()
    desk.do(lambda _work: None)
    assert [job.error for job in jobs] == [None, None, None]
    assert marks_of(engine, "a", "b", "b2", "c") == ["x", "x", "x", "x"]
    desk.store.stop()


def test_a_database_that_is_away_is_said_and_comes_back(postgresql: str, postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    migrate(engine)
    desk = Desk(engine)
    name = engine.url.database
    with psycopg.connect(postgresql, autocommit=True) as server:
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")  # type: ignore[arg-type] # our own counter
        server.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        first, second = desk.do(mark("a"), mark("b"))
        assert isinstance(first.error, StorageUnavailableError)
        assert isinstance(second.error, StorageUnavailableError)
        server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")  # type: ignore[arg-type] # as above
    (third,) = desk.do(mark("c"))
    assert third.error is None
    assert marks_of(engine, "a", "b", "c") == ["", "", "x"]
    desk.store.stop()


def test_a_locked_sqlite_database_is_said_and_comes_back(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make_engine(sqlite_url)
    migrate(engine)
    desk = Desk(engine)
    desk.do(lambda work: work.session.command("SELECT 1"))
    other = engine.raw_connection()
    other.cursor().execute("BEGIN IMMEDIATE")
    desk.store._session.command("PRAGMA busy_timeout=1")  # type: ignore[union-attr] # it is open
    monkeypatch.setattr("storage.session.BUSY_TIMEOUT_MS", 1)
    (refused,) = desk.do(mark("a"))
    assert isinstance(refused.error, StorageUnavailableError)
    other.cursor().execute("ROLLBACK")
    other.close()
    (taken,) = desk.do(mark("a"))
    assert taken.error is None
    desk.store.stop()


def test_a_database_that_failed_is_spoken_of_without_what_was_to_be_stored(database_url: str) -> None:
    engine = make_engine(database_url)
    migrate(engine)
    desk = Desk(engine)
    driver = engine.dialect.dbapi
    assert driver is not None

    def fail(_work: UnitOfWork) -> None:
        raise driver.OperationalError("portal with parameters: $1 = 'my cat is ill'")

    (refused,) = desk.do(fail)
    assert isinstance(refused.error, StorageUnavailableError)
    assert str(refused.error) == "OperationalError"
    desk.store.stop()


def test_after_a_connection_was_lost_one_looks_back_once_and_before_anything_newer(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(engine)
    order: list[Any] = []
    desk.store.look_back = lambda work: [row.payload for row in work.outbox.pending(limit=9)]
    desk.store.looked_back = lambda found: order.append((found, len(desk.finished)))
    unanswered(monkeypatch, engine, 1)

    def add_once(text: str) -> Callable[[UnitOfWork], None]:
        def add(work: UnitOfWork) -> None:
            if work.intake.take("slack", text, "lane", text) is not None:
                work.outbox.add("lane", "slack", text)

        return add

    for text in ("first", "second", "third"):
        (job,) = desk.do(add_once(text))
        assert job.error is None
    assert order == [(["first"], 0)]
    assert read(engine, NOON, lambda work: [row.payload for row in work.outbox.pending(limit=9)]) == [
        "first",
        "second",
        "third",
    ]
    desk.store.stop()


def test_one_looks_back_as_soon_as_the_database_is_there_again(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(engine)
    looked: list[str] = []
    desk.store.look_back = lambda work: work.marks.get("a")
    desk.store.looked_back = looked.append
    unanswered(monkeypatch, engine, 2)
    (refused,) = desk.do(mark("a", "kept"))
    assert isinstance(refused.error, StorageUnavailableError)
    desk.do(mark("a", "new"))
    assert looked == ["kept"]
    desk.store.stop()


def test_what_was_committed_alone_is_told_before_anybody_looks_back(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise what it stored would be taken for something that nobody heard of, and sent twice."""
    desk = Desk(engine)
    seen: list[tuple[list[str], list[Job[Any]]]] = []
    desk.store.look_back = lambda work: [row.payload for row in work.outbox.pending(limit=9)]
    desk.store.looked_back = lambda found: seen.append((found, desk.finished))

    def add(text: str) -> Callable[[UnitOfWork], Any]:
        return lambda work: (
            work.intake.take("slack", text, "lane", text) and work.outbox.add("l", "slack", text)
        )

    go = held_up(desk)
    first, _second, third = jobs = desk.submit(add("first"), add("second"), add("third"))
    # What held it up; all three, twice, with a look back in between; a look back, and each alone.
    commits_end(monkeypatch, engine, "well", "refused", "well", "refused", "well", "well", "unanswered")
    go.set()
    desk.do(lambda _work: None)
    assert [job.error for job in jobs][::2] == [None, None]
    found, finished = next(one for one in seen if one[0])
    assert found == ["first", "second"]
    assert first in finished
    assert third not in finished
    desk.store.stop()


def unanswered(monkeypatch: pytest.MonkeyPatch, engine: Engine, times: int) -> None:
    commits_end(monkeypatch, engine, *["unanswered"] * times)


def commits_end(monkeypatch: pytest.MonkeyPatch, engine: Engine, *ends: str) -> None:
    """How the next commits end: the connection is lost before one is done, or before anybody hears that it is."""
    driver = engine.dialect.dbapi
    assert driver is not None
    command, left = Session.command, iter(ends)

    def lost(session: Session, text: str) -> None:
        end = next(left, "well") if text == "COMMIT" else "well"
        if end != "refused":
            command(session, text)
        if end != "well":
            raise driver.OperationalError("the connection was cut")

    monkeypatch.setattr(Session, "command", lost)


def test_ids_go_on_growing_when_the_next_process_has_an_earlier_clock(engine: Engine) -> None:
    def add(text: str) -> Callable[[UnitOfWork], int]:
        return lambda work: work.outbox.add("lane", "slack", text).id

    ids = []
    for hours in (1, 0, -1):
        now = NOON + timedelta(hours=hours)
        finished = threading.Event()
        store = Store(engine, lambda now=now: now, lambda _batch, finished=finished: finished.set())
        store.start()
        job = Job(add(str(hours)))
        store.submit(job)
        assert finished.wait(60)
        store.stop()
        ids.append(job.result)
    assert ids == sorted(ids)
