"""One database connection with explicit transactions, the same on SQLite and PostgreSQL."""

from collections.abc import Callable, Container, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from typing import Any

from msgspec import Struct
from sqlalchemy import Engine, create_engine, event, make_url
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.pool import NullPool

from storage.bulk import Bulk, Rows, as_json
from storage.statement import Compiled, Statement

_SQLITE = {"check_same_thread": False, "cached_statements": 512}
"""The driver keeps every statement of the line prepared."""
CHANNEL = "allhands"
"""Where processes on one PostgreSQL wake each other; the word is whom it concerns."""
EVERYBODY = 0
"""Told when something changed that concerns every process."""
CHECKPOINT_PAGES = 4000
"""So many pages are in SQLite's log before a commit writes them back, which takes two more fsyncs: four times the
usual, as many of them are the same few pages again and again. The log's index is in one piece about as far as that.
"""
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
        engine = create_engine(parsed, poolclass=NullPool, connect_args=_SQLITE)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    engine = create_engine(parsed, poolclass=NullPool, connect_args=dict(_CONNECTION))
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def is_usable(url: str) -> bool:
    """Whether this is the address of a database that can be spoken to; it is not tried."""
    try:
        make_engine(url)
    except (SQLAlchemyError, ValueError, ImportError):
        return False
    return True


def _prepare_sqlite(connection: Any, _record: object) -> None:
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        "foreign_keys=ON",
        "synchronous=FULL",
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        f"wal_autocheckpoint={CHECKPOINT_PAGES}",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _prepare_postgresql(connection: Any, _record: object) -> None:
    connection.autocommit = True
    with connection.cursor() as cursor:
        cursor.execute("SET TIME ZONE 'UTC'")
        cursor.execute(f"SET idle_in_transaction_session_timeout = {FORSAKEN_AFTER_MS}")


class Question(Struct, frozen=True):
    """Something to ask together with others, none of which needs what another one answers."""

    statement: Statement
    parameters: dict[str, Any]
    learn: Callable[[list[tuple[Any, ...]]], None]
    """Called with all its rows."""


class Session:
    """A connection and its cursor. Belongs to one thread at a time."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self._compiled: dict[Statement, Compiled] = {}
        self._pooled = engine.raw_connection()
        self._cursor: Any = self._pooled.cursor()
        self._more_cursors: list[Any] = []
        self._begin = "BEGIN IMMEDIATE" if engine.dialect.name == "sqlite" else "BEGIN"
        self._is_waiting_for_locks = True
        self._told: set[int] = set()
        self.is_deferring = False
        """True while rows may be written later than they are decided, many at once."""
        self._deferred: dict[Bulk, Rows] = {}
        self._deferred_tables: set[str] = set()
        self.written: dict[Bulk, Callable[[list[tuple[Any, ...]]], None]] = {}
        """Who wants to know what a bulk returned when it was written."""

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
        compiled = self._compile(statement)
        if self._deferred and not self._deferred_tables.isdisjoint(compiled.tables):
            self._write(compiled.tables)
        self._cursor.execute(compiled.text, compiled.parameters(parameters))
        return compiled.rows(self._cursor.fetchall())

    def one(self, statement: Statement, **parameters: Any) -> tuple[Any, ...] | None:
        """The first row, or None."""
        rows = self.all(statement, **parameters)
        return rows[0] if rows else None

    def ask(self, questions: Sequence[Question], command: str = "") -> None:
        """Ask all of these before anything is changed, behind a fixed piece of SQL: on PostgreSQL in one round trip."""
        if self.is_sqlite or not questions:
            if command:
                self.command(command)
            for question in questions:
                question.learn(self.all(question.statement, **question.parameters))
            return
        asked: list[tuple[Question, Compiled, Any]] = []
        with self._pipeline():
            if command:
                self._cursor.execute(command)
            for question, cursor in zip(questions, self._cursors(len(questions)), strict=True):
                compiled = self._compile(question.statement)
                cursor.execute(compiled.text, compiled.parameters(question.parameters))
                asked.append((question, compiled, cursor))
        for question, compiled, cursor in asked:
            question.learn(compiled.rows(cursor.fetchall()))

    def _pipeline(self) -> AbstractContextManager[Any]:
        """What is executed inside is sent together, each on a cursor of its own; the results are there at the end."""
        connection: Any = self._pooled.driver_connection
        pipeline: AbstractContextManager[Any] = connection.pipeline()
        return pipeline

    def _cursors(self, count: int) -> list[Any]:
        while len(self._more_cursors) < count:
            self._more_cursors.append(self._pooled.cursor())
        return self._more_cursors[:count]

    def run(self, statement: Statement, **parameters: Any) -> None:
        compiled = self._compile(statement)
        if self._deferred and not self._deferred_tables.isdisjoint(compiled.tables):
            self._write(compiled.tables)
        self._cursor.execute(compiled.text, compiled.parameters(parameters))

    def defer(self, bulk: Bulk, **values: Any) -> None:
        """Write this row before anything looks at its table, at the latest before the commit."""
        if not self.is_deferring:
            self.run(bulk.single, **values)
            return
        rows = self._deferred.get(bulk)
        if rows is None:
            rows = self._deferred[bulk] = []
            self._deferred_tables.add(bulk.table)
        rows.append(values)

    def _write(self, tables: frozenset[str] | None = None) -> None:
        """Write what was deferred, or what of it these tables are about."""
        bulks: list[Bulk] = []
        for bulk in self._deferred:
            if tables is None or bulk.table in tables:
                _with_what_it_refers_to(bulk, self._deferred, bulks)
        due = [(bulk, bulk.effective(self._deferred.pop(bulk))) for bulk in bulks]
        self._deferred_tables = {bulk.table for bulk in self._deferred}
        if self.is_sqlite:
            for bulk, rows in due:
                single = self._compile(bulk.single)
                self._cursor.executemany(single.text, [single.parameters(row) for row in rows])
        else:
            self._write_together(due)

    def _write_together(self, due: Sequence[tuple[Bulk, Rows]]) -> None:
        returned: list[tuple[Bulk, Compiled, Any]] = []
        with self._pipeline():
            for (bulk, rows), cursor in zip(due, self._cursors(len(due)), strict=True):
                many = self._compile(bulk.many)
                cursor.execute(many.text, many.parameters({"rows": as_json(rows)}))
                if bulk in self.written:
                    returned.append((bulk, many, cursor))
        for bulk, many, cursor in returned:
            self.written[bulk](many.rows(cursor.fetchall()))

    def _compile(self, statement: Statement) -> Compiled:
        """Once for each session; after that it is at hand."""
        compiled = self._compiled.get(statement)
        if compiled is None:
            compiled = self._compiled[statement] = statement.compiled_for(self.engine.dialect)
        return compiled

    def tell(self, process: int) -> None:
        """Wake that process once this transaction is committed: there is something for it."""
        self._told.add(process)

    def command(self, text: str) -> None:
        """Run a fixed piece of SQL: BEGIN, COMMIT, a savepoint."""
        self._cursor.execute(text)

    def begin(self, questions: Sequence[Question] = (), *, waits_for_locks: bool = True) -> None:
        """Begin a transaction and ask these in it, in one round trip. On SQLite this waits for another process to end
        its own, or raises at once.
        """
        if self.is_sqlite and waits_for_locks != self._is_waiting_for_locks:
            self.command(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS if waits_for_locks else 0}")
            self._is_waiting_for_locks = waits_for_locks
        self._told.clear()
        self._deferred.clear()
        self._deferred_tables.clear()
        self.written.clear()
        self.ask(questions, self._begin)

    def complete(self) -> None:
        """Do what was put off until the end of the transaction; only the commit is missing then."""
        if self._deferred:
            self._write()
        for process in self._told:
            self._cursor.execute("SELECT pg_notify(%s, %s)", (CHANNEL, str(process)))

    def commit(self) -> None:
        self.command("COMMIT")

    def roll_back(self) -> None:
        """Undo the transaction, where one was begun."""
        connection: Any = self._pooled.driver_connection
        # SQLite would call it an error; PostgreSQL takes it as it comes.
        if not self.is_sqlite or connection.in_transaction:
            self.command("ROLLBACK")

    @contextmanager
    def transaction(self) -> Iterator[None]:
        self.begin()
        try:
            yield
            self.complete()
        except BaseException:
            self.roll_back()
            raise
        self.commit()

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

    def listen(self) -> int:
        """From now on hear what `tell` of other sessions says; returns the descriptor that is readable then."""
        self._cursor.execute(f"LISTEN {CHANNEL}")
        descriptor: int = self._pooled.driver_connection.fileno()  # type: ignore[union-attr] # it is open
        return descriptor

    def heard(self) -> set[int]:
        """Who was told something since the last look; raises the driver's error when the connection is gone."""
        connection: Any = self._pooled.driver_connection
        return {int(notice.payload) for notice in connection.notifies(timeout=0)}

    def close(self) -> None:
        self._pooled.close()


def _with_what_it_refers_to(bulk: Bulk, waiting: Container[Bulk], ordered: list[Bulk]) -> None:
    if bulk in ordered or bulk not in waiting:
        return
    if bulk.after is not None:
        _with_what_it_refers_to(bulk.after, waiting, ordered)
    ordered.append(bulk)
