"""The database is locked, full, read-only, gone, back again, or another one; a migration is cut off."""

import asyncio
import signal
import sqlite3
import sys
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import psycopg

from tests.faults.databases import Postgres, Sqlite
from tests.faults.fault import Fault
from tests.faults.scene import Scene
from tests.faults.walk import Walk

LOCKED_SECONDS = 13.0
"""More than twice as long as a SQLite connection of the bot waits."""
AWAY_SECONDS = 4.0
MIGRATION_ENDS_AT = (3, 8, 20, 40)
"""Before which of its statements it is killed."""


def _sqlite(walk: Walk) -> Sqlite:
    assert isinstance(walk.scene.database, Sqlite)
    return walk.scene.database


def _postgres(walk: Walk) -> Postgres:
    assert isinstance(walk.scene.database, Postgres)
    return walk.scene.database


@asynccontextmanager
async def _locked(walk: Walk) -> AsyncIterator[None]:
    """Another process is in a transaction that writes, and takes its time."""
    database = walk.scene.database
    if isinstance(database, Sqlite):
        connection = sqlite3.connect(database.path, isolation_level=None, timeout=30, check_same_thread=False)
        await asyncio.to_thread(connection.execute, "BEGIN IMMEDIATE")
        yield
        await asyncio.sleep(LOCKED_SECONDS)
        connection.execute("ROLLBACK")
        connection.close()
        return
    async with await psycopg.AsyncConnection.connect(_postgres(walk).server.uri) as session:
        await session.execute("LOCK TABLE intake, outbox, messages IN EXCLUSIVE MODE")
        yield
        await asyncio.sleep(LOCKED_SECONDS)


@asynccontextmanager
async def _full(walk: Walk) -> AsyncIterator[None]:
    disk = walk.scene.database.disk
    await asyncio.to_thread(disk.fill)
    yield
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(disk.fill)
    disk.empty()
    if isinstance(walk.scene.database, Postgres):
        # A server that could not write its log has ended itself; its supervisor would start it again.
        await asyncio.to_thread(walk.scene.database.server.start)


@asynccontextmanager
async def _read_only(walk: Walk) -> AsyncIterator[None]:
    """The files may not be written any more, whoever asks: not even root, and not through a file opened before."""
    database = _sqlite(walk)
    # Not the shared memory beside them: the kernel would end a process that has it mapped.
    paths = [Path(f"{database.path}{suffix}") for suffix in ("", "-wal")]
    await _attributes("+i", paths)
    try:
        yield
        await asyncio.sleep(AWAY_SECONDS)
    finally:
        await _attributes("-i", paths)


async def _attributes(change: str, paths: Sequence[Path]) -> None:
    process = await asyncio.create_subprocess_exec("chattr", change, *map(str, paths))
    assert await process.wait() == 0, "the file system has no such attribute"


@asynccontextmanager
async def _terminated(walk: Walk) -> AsyncIterator[None]:
    """A lock keeps the bot's transaction from ending, so that the connection surely goes in the middle of one."""
    uri = _postgres(walk).server.uri
    async with await psycopg.AsyncConnection.connect(uri, autocommit=True) as session:
        for _ in range(3):
            await session.execute("BEGIN")
            await session.execute("LOCK TABLE outbox IN EXCLUSIVE MODE")
            await walk.write(1)
            await _end_one_in_a_transaction(session)
            await session.execute("ROLLBACK")
    yield


async def _end_one_in_a_transaction(session: psycopg.AsyncConnection[Any]) -> None:
    for _ in range(600):
        # Within a transaction what is seen of other sessions stays as it was first seen.
        await session.execute("SELECT pg_stat_clear_snapshot()")
        found = await session.execute(
            "SELECT count(*) FILTER (WHERE pg_terminate_backend(pid)) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid() AND state <> 'idle'"
        )
        row = await found.fetchone()
        if row and row[0]:
            return
        await asyncio.sleep(0.1)
    raise AssertionError("the bot is never in a transaction")


@asynccontextmanager
async def _commit_unanswered(walk: Walk) -> AsyncIterator[None]:
    proxy = _postgres(walk).proxy
    proxy.swallows_commits = 3
    yield
    await walk.scene.town.until(lambda: proxy.swallows_commits <= 0, "the commits come")


@asynccontextmanager
async def _restarted(walk: Walk) -> AsyncIterator[None]:
    database = _postgres(walk)
    await walk.flow.go_on(1)
    await asyncio.to_thread(database.server.stop)
    yield
    await asyncio.sleep(AWAY_SECONDS)
    await asyncio.to_thread(database.server.start)


@asynccontextmanager
async def _failed_over(walk: Walk) -> AsyncIterator[None]:
    database = _postgres(walk)
    second = await database.follow()
    writing = asyncio.create_task(walk.write(4))
    await asyncio.sleep(0.2)
    await database.fail_over(second)
    await writing
    yield


@asynccontextmanager
async def _before(_walk: Walk) -> AsyncIterator[None]:
    """What there was to break is broken already."""
    yield


async def _migration_cut_off(scene: Scene) -> None:
    environment = scene.town.process_environment()
    for step in MIGRATION_ENDS_AT:
        program = ("-m", "tests.faults.migration_child", str(step))
        process = await asyncio.create_subprocess_exec(sys.executable, *program, env=environment)
        assert await process.wait() == -signal.SIGKILL, f"the migration has no {step} statements"


def rows() -> Iterator[Fault]:
    # Slack brings again after a minute what could not be stored; what came meanwhile is there before it.
    house: dict[str, Any] = {"is_of_house": True, "reorders": frozenset({"slack"})}
    yield Fault(
        "database locked",
        f"Another process holds the database for {LOCKED_SECONDS:.0f} seconds.",
        _locked,
        **house,
    )
    yield Fault(
        "disk full",
        "The disk on which the database lies has no byte left.",
        _full,
        is_small_disk=True,
        **house,
    )
    yield Fault(
        "database read-only",
        "The database's files are made immutable.",
        _read_only,
        databases=frozenset({"sqlite"}),
        needs_root=True,
        **house,
    )
    yield Fault(
        "migration cut off",
        f"The first migration is killed before its statements {', '.join(map(str, MIGRATION_ENDS_AT))}.",
        _before,
        prepare=_migration_cut_off,
        is_of_house=True,
    )
    yield from _rows_of_postgresql(house | {"databases": frozenset({"postgresql"})})


def _rows_of_postgresql(of_house: dict[str, Any]) -> Iterator[Fault]:
    yield Fault(
        "connection lost in a transaction",
        "The server ends the bot's connection in the middle of three transactions.",
        _terminated,
        **of_house,
    )
    yield Fault(
        "commit unanswered",
        "The server does three COMMITs, and the connection is cut before it can say so.",
        _commit_unanswered,
        **(of_house | {"reorders": frozenset()}),
    )
    yield Fault(
        "database restarted",
        f"The server is stopped, and started again after {AWAY_SECONDS:.0f} seconds.",
        _restarted,
        **of_house,
    )
    yield Fault(
        "database failed over",
        "The server dies under load; a synchronous replica takes its place and its address.",
        _failed_over,
        **of_house,
    )
