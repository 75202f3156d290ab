"""No statement of the line reads everything that was ever stored."""

import importlib
import pkgutil
import re
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import Column, Engine

import storage
from storage import make_engine
from storage.bulk import Bulk, KnownKeys, Listing, as_json
from storage.messages import _KNOWN_REFS
from storage.migrate import migrate
from storage.session import Session
from storage.statement import Statement
from storage.tables import conversations, cursors

MAY_READ_ALL = {
    "storage.library": "articles are few, and read when the process starts",
    "storage.membership": "as many as there are processes, and what they hand over",
    "storage.outbox": "only what waits lies there",
    "storage.feedback._COUNT_OUTCOMES": "a gauge",
    "storage.answer_figures._ALL_SILENCE": "a gauge, beside the writer",
    "storage.people._VOLUNTEERS": "as many as there are volunteers",
    "storage.people._NAMES": "as many as there are colleagues, and read when one of them chooses an alias",
    "storage.article_figures._SHELF": "articles are few, and read when an editor wants to know",
    "storage.unanswered._OPEN": "the newest two hundred",
    "storage.ticket_queue._FIRST_CLAIMS": "the newest fifty",
}
"""Statements that read a table or an index from end to end, and why they may."""
NOT_STORED = (
    "CONSTANT ROW",
    "VIRTUAL TABLE INDEX 1:",  # a list that was given as JSON
    "SCAN anon_1",  # what another part of the statement found, and limited
)
OPEN = (
    "ix_article_versions_undecided",
    "ix_tickets_waiting",
    "ix_tickets_claimed_by",
    "ix_intake_pending_in_order",
    "ix_intake_unhandled",
)
"""Indexes of what is not done yet: they stay small, however much there has been."""


def statements() -> Iterator[tuple[str, Statement]]:
    for module in pkgutil.iter_modules(storage.__path__, "storage."):
        for name, found in vars(importlib.import_module(module.name)).items():
            value = found.single if isinstance(found, Bulk) else found
            if (
                isinstance(value, Statement)
                and not {module.name, f"{module.name}.{name}"} & MAY_READ_ALL.keys()
            ):
                yield f"{module.name}.{name}", value


@pytest.fixture(scope="module")
def session(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    engine = make_engine(f"sqlite:///{tmp_path_factory.mktemp('growth')}/allhands.db")
    migrate(engine)
    session = Session(engine)
    yield session
    session.close()


@pytest.mark.parametrize("name", [name for name, _ in statements()])
def test_what_is_asked_is_found_by_an_index(name: str, session: Session) -> None:
    """In SQLite's own words, before it knows a single value."""
    text = dict(statements())[name].compiled_for(session.engine.dialect).text
    with session.engine.connect() as connection:
        rows = connection.connection.cursor().execute(f"EXPLAIN QUERY PLAN {text}", (None,) * text.count("?"))
        steps = [row[3] for row in rows]
    assert [step for step in steps if step.startswith("SCAN") and not step.endswith(OPEN + NOT_STORED)] == []


@pytest.mark.parametrize("moved", [conversations.c.last_message_at, cursors.c.moved_at], ids=str)
def test_what_every_message_moves_is_in_no_index(moved: Column[Any]) -> None:
    """One more page to write for each message; and PostgreSQL writes anew what stands in all other indexes, too."""
    indexed = {column.name for index in moved.table.indexes for column in index.columns}
    assert moved.name not in indexed


def listings() -> Iterator[tuple[str, Listing]]:
    for name, statement in statements():
        if isinstance(statement, Listing | KnownKeys):
            yield name, statement


@pytest.fixture(scope="module")
def shared_engine(postgresql: str) -> Engine:
    with psycopg.connect(postgresql, autocommit=True) as connection:
        connection.execute("CREATE DATABASE growth")
    engine = make_engine(postgresql.replace("/postgres?", "/growth?"))
    migrate(engine)
    return engine


@pytest.mark.parametrize("name", [name for name, _ in listings()])
def test_many_keys_are_looked_up_in_an_index_on_postgresql_too(name: str, shared_engine: Engine) -> None:
    """Each of the stored tables by a condition that its index answers, not by a filter over all of it."""
    text = dict(listings())[name].compiled_for(shared_engine.dialect).text
    # What is asked for does not matter: numbers are none, other parameters are texts, and the lists are empty.
    written = re.sub(r"%\(\w+\)s::BIGINT", "NULL::BIGINT", text)
    written = re.sub(r"%\(\w+\)s(::\w+)?", "'[]'", written).replace("%%", "%")
    with shared_engine.connect() as connection:
        # These tables are empty, and would be read from end to end whatever was asked.
        for way in ("seqscan", "hashjoin", "mergejoin"):
            connection.exec_driver_sql(f"SET enable_{way} = off")
        plan = connection.exec_driver_sql(f"EXPLAIN (FORMAT JSON) {written}".replace("%", "%%")).scalar_one()
    stored = [
        node
        for node in _nodes(plan[0]["Plan"])
        if "Relation Name" in node and node["Node Type"] != "ModifyTable"
    ]
    assert stored
    for node in stored:
        is_found = "Index Cond" in node or "Recheck Cond" in node or node.get("Index Name") in OPEN
        assert is_found, node
        if node["Relation Name"] == "message_refs":
            assert "external_id" in node["Index Cond"]  # all of a room would be very many


def test_whole_keys_are_looked_up_in_an_index_while_there_are_few_as_well(shared_engine: Engine) -> None:
    """A prepared statement is planned in the beginning, and stays as it is while the table grows."""
    text = _KNOWN_REFS.compiled_for(shared_engine.dialect).text
    given = {"keys": as_json([["slack|T1|C1", str(number)] for number in range(32)])}
    with shared_engine.connect() as connection, connection.connection.cursor() as cursor:
        cursor.execute("BEGIN")
        cursor.execute("SET session_replication_role = replica")
        cursor.execute(
            "INSERT INTO message_refs (room_key, external_id, place_key, message_id, part, is_direct) "
            "SELECT 'slack|T1|C1', number::text, '', number, 0, false FROM generate_series(1, 300) AS number"
        )
        cursor.execute(f"EXPLAIN {text}", given)
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute(text, given)
        found = cursor.fetchall()
        cursor.execute("ROLLBACK")
    assert "Seq Scan" not in plan
    assert {external_id for _, external_id in found} == {str(number) for number in range(1, 32)}


def _nodes(plan: dict[str, Any]) -> Iterator[dict[str, Any]]:
    yield plan
    for child in plan.get("Plans", ()):
        yield from _nodes(child)
