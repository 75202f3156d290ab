"""One database connection with explicit transactions, the same on SQLite and PostgreSQL."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.pool import NullPool

from storage.statement import Statement

BUSY_TIMEOUT_MS = 5000
"""How long SQLite waits for another process to end its transaction."""
FORSAKEN_AFTER_MS = 5000
"""So long after its last statement PostgreSQL undoes a transaction: whoever began it may have lost the way here, and
others wait for its locks.
"""
_CONNECTION = {
    "connect_timeout": 5,
    # A network that swallows everything looks like a slow database until somebody asks whether it is there.
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def make_engine(url: str) -> Engine:
    """An engine whose connections begin nothing by themselves.

    `postgresql://` means psycopg 3. SQLite runs in WAL mode with foreign keys and `synchronous=FULL`: with
    grouped commits that is as fast as NORMAL, and a power cut takes nothing back.
    """
    parsed = make_url(url)
    if parsed.drivername in ("postgresql", "postgres"):
        parsed = parsed.set(drivername="postgresql+psycopg")
    if parsed.get_backend_name() == "sqlite":
        # One session belongs to one thread at a time, which the store sees to; the driver need not check.
        engine = create_engine(parsed, poolclass=NullPool, connect_args={"check_same_thread": False})
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    engine = create_engine(parsed, poolclass=NullPool, connect_args=dict(_CONNECTION))
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(f"SET idle_in_transaction_session_timeout = {FORSAKEN_AFTER_MS}")


class Session:
    """A connection and its cursor. Belongs to one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._pooled = engine.raw_connection()
        self._cursor: Any = self._pooled.cursor()
        self._begin = "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN"

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def is_lost(self, error: Exception) -> bool:
        """True when the connection or the transaction is gone, and not only the statement that failed."""
        driver = self.engine.dialect.dbapi
        if driver is not None and isinstance(error, (driver.OperationalError, driver.InterfaceError)):
            return True
        # Whatever the driver calls it when PostgreSQL gave a transaction up, its connection is closed then.
        return bool(getattr(self._cursor.connection, "closed", False))

    def all(self, statement: Statement, **parameters: Any) -> list[tuple[Any, ...]]:
        """Every row. A statement that returns no rows must go through `run`."""
        compiled = statement.compiled_for(self.engine.dialect)
        self._cursor.execute(compiled.text, compiled.parameters(parameters))
        return [compiled.row(row) for row in self._cursor.fetchall()]

    def one(self, statement: Statement, **parameters: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        rows = self.all(statement, **parameters)
        return rows[0] if rows else None

    def run(self, statement: Statement, **parameters: Any) -> None:
        compiled = statement.compiled_for(self.engine.dialect)
        self._cursor.execute(compiled.text, compiled.parameters(parameters))

    def command(self, text: str) -> None:
        """Run a fixed piece of SQL: BEGIN, COMMIT, a savepoint."""
        self._cursor.execute(text)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.command(self._begin)
        try:
            yield
        except BaseException:
            self.command("ROLLBACK")
            raise
        self.command("COMMIT")

    @contextmanager
    def savepoint(self) -> Iterator[None]:
        """What happens inside is undone alone when it fails."""
        self.command("SAVEPOINT step")
        try:
            yield
        except BaseException:
            self.command("ROLLBACK TO SAVEPOINT step")
            self.command("RELEASE SAVEPOINT step")
            raise
        self.command("RELEASE SAVEPOINT step")

    def close(self) -> None:
        self._pooled.close()
