"""The store as coroutines see it: results after the commit, in order, also when nobody waits any more."""

import asyncio
import sqlite3
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest
from sqlalchemy import Engine, literal_column, select, text

from bot.runtime.clock import ManualClock
from bot.runtime.writer import Writer
from storage import StorageUnavailableError, UnitOfWork, make_engine
from storage.migrate import migrate
from storage.session import BUSY_TIMEOUT_MS, Session
from storage.statement import Statement

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
def engine(sqlite_url: str) -> Engine:
    engine = make_engine(sqlite_url)
    migrate(engine)
    return engine


@pytest.fixture
async def writer(engine: Engine) -> AsyncIterator[Writer]:
    writer = Writer(engine, ManualClock(NOON))
    writer.start()
    yield writer
    await writer.stop()


async def test_a_job_gives_its_result_and_the_moment_is_the_clocks(writer: Writer) -> None:
    assert await writer.do(lambda work: work.now) == NOON


async def test_a_job_raises_what_it_raised_and_nothing_of_it_remains(writer: Writer) -> None:
    def fail(work: UnitOfWork) -> None:
        work.marks.set("a", "x")
        raise ZeroDivisionError

    called: list[None] = []
    with pytest.raises(ZeroDivisionError):
        await writer.do(fail, called.append)
    assert await writer.do(lambda work: work.marks.get("a")) == ""
    assert called == []


async def test_what_follows_a_job_happens_in_the_loop_before_whoever_waited_goes_on(writer: Writer) -> None:
    order: list[str] = []
    loop_thread = threading.get_ident()

    def after(result: str) -> None:
        assert threading.get_ident() == loop_thread
        order.append(result)

    await writer.do(lambda _work: "after", after)
    order.append("waiter")
    assert order == ["after", "waiter"]


async def test_what_follows_a_job_happens_also_when_nobody_waits_any_more(writer: Writer) -> None:
    go, results = threading.Event(), []
    waiting = asyncio.create_task(writer.do(lambda _work: go.wait(60), results.append))
    await asyncio.sleep(0)
    waiting.cancel()
    await asyncio.gather(waiting, return_exceptions=True)
    go.set()
    await writer.do(lambda _work: None)
    assert results == [True]


async def test_after_the_end_nothing_waits_for_ever(writer: Writer) -> None:
    await writer.stop()
    with pytest.raises(StorageUnavailableError):
        await writer.do(lambda work: work.now)


async def test_jobs_run_and_their_followers_are_called_in_order(writer: Writer) -> None:
    results: list[int] = []
    await asyncio.gather(*(writer.do(lambda _work, n=number: n, results.append) for number in range(300)))
    assert results == list(range(300))


def thread(_work: UnitOfWork) -> int:
    return threading.get_ident()


async def test_what_is_quick_runs_in_the_loop_and_what_is_not_beside_it(writer: Writer) -> None:
    assert await writer.do(thread, is_quick=True) == threading.get_ident()
    assert await writer.do(thread) != threading.get_ident()


async def test_what_goes_together_runs_beside_the_loop_when_one_of_it_may_take_long(writer: Writer) -> None:
    threads = await asyncio.gather(writer.do(thread, is_quick=True), writer.do(thread))
    assert threading.get_ident() not in threads


async def test_where_statements_wait_for_a_server_nothing_runs_in_the_loop(postgresql_url: str) -> None:
    engine = make_engine(postgresql_url)
    migrate(engine)
    writer = Writer(engine, ManualClock(NOON))
    writer.start()
    assert await writer.do(thread, is_quick=True) != threading.get_ident()
    await writer.stop()


async def test_a_quick_job_that_fails_fails_alone(writer: Writer) -> None:
    def fail(work: UnitOfWork) -> None:
        work.marks.set("a", "never")
        raise ZeroDivisionError

    neighbour = writer.do(lambda work: work.marks.set("b", "set"), is_quick=True)
    failed, _ = await asyncio.gather(writer.do(fail, is_quick=True), neighbour, return_exceptions=True)
    assert isinstance(failed, ZeroDivisionError)
    assert await writer.do(lambda work: (work.marks.get("a"), work.marks.get("b"))) == ("", "set")


async def test_quick_and_slow_jobs_keep_their_order(writer: Writer) -> None:
    results: list[int] = []
    waiting = []
    for number in range(300):
        job = writer.do(lambda _work, n=number: n, results.append, is_quick=number % 7 != 0)
        waiting.append(asyncio.create_task(job))
        if number % 5 == 0:
            await asyncio.sleep(0)
    await asyncio.gather(*waiting)
    assert results == list(range(300))


async def test_a_quick_job_waits_beside_the_loop_for_another_process_to_end_its_transaction(
    writer: Writer, engine: Engine
) -> None:
    other = Session(engine)
    other.begin()
    waiting = asyncio.create_task(writer.do(thread, is_quick=True))
    await asyncio.sleep(0.02)
    other.roll_back()
    assert await waiting != threading.get_ident()
    other.close()


async def test_whoever_must_not_wait_for_locks_learns_of_them_at_once(engine: Engine) -> None:
    other, hasty = Session(engine), Session(engine)
    asked = Statement(select(literal_column("timeout")).select_from(text("pragma_busy_timeout")))
    other.begin()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        hasty.begin(waits_for_locks=False)
    assert hasty.one(asked) == (0,)
    other.roll_back()
    hasty.begin()
    assert hasty.one(asked) == (BUSY_TIMEOUT_MS,)
    hasty.roll_back()
    other.close()
    hasty.close()


async def test_what_follows_a_job_may_fail_and_whoever_waits_for_it_hears_of_it(writer: Writer) -> None:
    def fail(_result: object) -> None:
        raise ZeroDivisionError

    failed, neighbour = await asyncio.gather(
        writer.do(lambda _work: None, fail, is_quick=True),
        writer.do(lambda _work: "neighbour", is_quick=True),
        return_exceptions=True,
    )
    assert isinstance(failed, ZeroDivisionError)
    assert neighbour == "neighbour"
    assert await writer.do(lambda _work: "next", is_quick=True) == "next"
