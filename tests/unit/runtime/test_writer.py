"""The store as coroutines see it: results after the commit, in order, also when nobody waits any more."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from bot.runtime.clock import ManualClock
from bot.runtime.writer import Writer
from storage import StorageUnavailableError, UnitOfWork, make_engine
from storage.migrate import migrate

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.fixture
async def writer(sqlite_url: str) -> AsyncIterator[Writer]:
    engine = make_engine(sqlite_url)
    migrate(engine)
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
