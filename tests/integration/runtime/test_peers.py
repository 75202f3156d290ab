"""Processes beside each other on one PostgreSQL: leases that move, and being taken for dead."""

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import timedelta

import psycopg
import pytest
from sqlalchemy import Engine

from adapters import LeaseLostError
from bot.runtime import peers as living
from bot.runtime.metrics import Metrics
from bot.runtime.peers import Peers
from storage import Ids, make_engine
from storage.migrate import migrate

LOOK_SECONDS = 0.01


class Process:
    def __init__(self, engine: Engine) -> None:
        self.ids = Ids()
        self.calls: list[str] = []
        self.metrics = Metrics()
        self.peers = Peers(
            engine,
            self.ids,
            self.metrics,
            lambda: self.calls.append("handed over"),
            lambda: self.calls.append("abandon"),
        )


@pytest.fixture
def engine(postgresql_url: str) -> Engine:
    engine = make_engine(postgresql_url)
    migrate(engine)
    return engine


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything happens fifty times as fast, but for a death, which a busy machine must not bring about."""
    monkeypatch.setattr(living, "BEAT_SECONDS", 0.05)
    monkeypatch.setattr(living, "PAUSE_SECONDS", 0.05)


@asynccontextmanager
async def living_processes(engine: Engine, count: int) -> AsyncIterator[list[Process]]:
    processes = [Process(engine) for _ in range(count)]
    for one in processes:
        await one.peers.start()
    try:
        yield processes
    finally:
        for one in processes:
            await one.peers.stop()


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(60):
        while not is_so():
            await asyncio.sleep(LOOK_SECONDS)


class Holder:
    """Does something alone for as long as it may, again and again, as a supervisor has it done."""

    def __init__(self, process: Process, *names: str) -> None:
        self.held: tuple[str, ...] = ()
        self.losses = 0
        self.is_elsewhere = False
        self.task = asyncio.create_task(self._run(process, names))

    async def _run(self, process: Process, names: tuple[str, ...]) -> None:
        while True:
            try:
                async with process.peers.lease(names, self._note_elsewhere) as held:
                    self.held = held
                    await asyncio.Event().wait()
            except LeaseLostError:
                self.losses += 1
            finally:
                self.held = ()

    def _note_elsewhere(self) -> None:
        self.is_elsewhere = True

    async def stop(self) -> None:
        self.task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await self.task


async def test_what_only_one_may_do_moves_to_the_next_when_the_first_stops(engine: Engine) -> None:
    async with living_processes(engine, 2) as (first, second):
        one = Holder(first, "polling")
        await until(lambda: one.held == ("polling",))
        other = Holder(second, "polling")
        await until(lambda: other.is_elsewhere)
        assert (one.is_elsewhere, other.held) == (False, ())
        await one.stop()
        await until(lambda: other.held == ("polling",))
        await other.stop()


async def test_shards_are_shared_when_a_process_comes_and_taken_up_when_it_goes(engine: Engine) -> None:
    shards = tuple(f"shard {number}" for number in range(4))
    async with living_processes(engine, 1) as (first,):
        one = Holder(first, *shards)
        await until(lambda: one.held == shards)
        async with living_processes(engine, 1) as (second,):
            other = Holder(second, *shards)
            await until(lambda: len(one.held) == len(other.held) == 2)
            assert set(one.held) | set(other.held) == set(shards)
            assert one.losses >= 1
            page = first.metrics.page().decode()
            assert "allhands_processes 2.0" in page
            assert "allhands_leases_held 2.0" in page
            await other.stop()
        await until(lambda: one.held == shards)
        await one.stop()


async def test_what_was_handed_over_without_a_word_is_looked_for_with_every_sign_of_life(
    engine: Engine,
) -> None:
    async with living_processes(engine, 1) as (process,):
        await until(lambda: process.calls.count("handed over") > 3)


async def test_a_process_that_was_taken_for_dead_finds_out_and_begins_anew(engine: Engine) -> None:
    async with living_processes(engine, 1) as (process,):
        holder = Holder(process, "polling")
        await until(lambda: holder.held == ("polling",))
        before = process.peers.owner
        with psycopg.connect(engine.url.render_as_string(False).replace("+psycopg", "")) as connection:
            connection.execute("DELETE FROM processes")
        await until(lambda: "abandon" in process.calls)
        assert process.peers.owner != before
        await until(lambda: holder.losses == 1 and holder.held == ("polling",))
        await holder.stop()


async def test_without_its_database_a_process_is_not_sure_for_long_and_gives_up_what_it_does_alone(
    engine: Engine, postgresql: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(living, "SURE_SECONDS", 0.5)
    async with living_processes(engine, 1) as (process,):
        holder = Holder(process, "polling")
        await until(lambda: holder.held == ("polling",))
        assert process.peers.is_sure
        name = engine.url.database
        with psycopg.connect(postgresql, autocommit=True) as server:
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS false")  # type: ignore[arg-type] # our counter
            server.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name]
            )
            await until(lambda: not process.peers.is_sure and holder.losses == 1)
            server.execute(f"ALTER DATABASE {name} ALLOW_CONNECTIONS true")  # type: ignore[arg-type] # as above
        await until(lambda: process.peers.is_sure and holder.held == ("polling",))
        await holder.stop()


async def test_a_cancellation_that_has_nothing_to_do_with_the_lease_stays_one(engine: Engine) -> None:
    async with living_processes(engine, 1) as (process,):
        holder = Holder(process, "polling")
        await until(lambda: holder.held == ("polling",))
        await holder.stop()
        assert holder.losses == 0


def test_only_what_ran_here_and_is_no_more_is_certainly_gone() -> None:
    ended = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    here, its, ours = living._here(), living._number(ended.pid), living._number(os.getpid())
    assert not living._is_gone(f"{here}{its}")
    ended.communicate(b"\n")
    assert living._is_gone(f"{here}{its}")
    assert not living._is_gone(f"elsewhere {here}{its}")
    assert not living._is_gone(f"{here}{ours}")
    assert living._is_gone(f"{here}{ours}0"), "another one had that number before"
    assert not living._is_gone("")


async def test_ids_grow_with_the_databases_clock(engine: Engine) -> None:
    async with living_processes(engine, 1) as (process,):
        await until(lambda: process.ids.behind != timedelta())
        assert abs(process.ids.behind) < timedelta(seconds=5), "it is the same machine"
