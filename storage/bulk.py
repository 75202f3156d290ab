"""Statements that take many rows at once: what a batch of events reads and writes is the same few things many times.

SQLite runs a statement for each row without leaving C. PostgreSQL gets all rows as one JSON text and makes them rows
itself: one round trip, and a third of the CPU that a statement for each row costs.
"""

from collections.abc import Callable, Sequence
from typing import Any

import orjson
from sqlalchemy import (
    JSON,
    ColumnElement,
    Dialect,
    Executable,
    FromClause,
    Select,
    Table,
    TableValuedAlias,
    Text,
    any_,
    bindparam,
    cast,
    column,
    func,
    literal_column,
    select,
    true,
    tuple_,
)

from storage.statement import Statement

Rows = list[dict[str, Any]]


class Bulk:
    """The statement for one row, and the one for many rows on PostgreSQL; both write to one table."""

    __slots__ = ("after", "latest_by", "many", "single", "table")

    def __init__(
        self,
        table: Table,
        single: Statement,
        many: Callable[[TableValuedAlias], Executable],
        names: Sequence[str],
        after: "Bulk | None" = None,
        latest_by: Sequence[str] = (),
    ) -> None:
        """`many` makes the statement from rows with these columns of the table (`row_id` is its id); `after` writes
        what it refers to. Of several rows with the same values of `latest_by` only the last is written.
        """
        columns = [column(name, table.c["id" if name == "row_id" else name].type) for name in names]
        given = func.json_to_recordset(cast(bindparam("rows", type_=Text), JSON))
        self.table, self.single, self.after, self.latest_by = table.name, single, after, latest_by
        self.many = Statement(many(given.table_valued(*columns).render_derived(with_types=True)))

    def effective(self, rows: Rows) -> Rows:
        """Without the rows that a later one replaces."""
        if not self.latest_by:
            return rows
        return list({tuple(row[name] for name in self.latest_by): row for row in rows}.values())


def inserted(table: Table, given: FromClause, **computed: Any) -> tuple[list[str], Any]:
    """The names and the SELECT of an INSERT of all columns, given or computed."""
    names = [one.name for one in table.columns]
    return names, select(*(computed[name] if name in computed else given.c[name] for name in names))


def as_json(rows: Rows | Sequence[Any]) -> str:
    """Rows or values as both engines read them; datetimes in ISO 8601, enums as their text."""
    return orjson.dumps(rows).decode()


Among = Callable[[ColumnElement[Any], "str | Select[Any]"], Any]


class Listing(Statement):
    """A statement about many keys, given as a JSON list in the parameters that `among` names."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[Among], Executable]) -> None:
        """`make` gets `among(column, parameter)`: true for rows whose column is in the list. Instead of a parameter it
        takes a SELECT that finds the list.
        """
        super().__init__(make(_among_json_each))
        self._make = make

    def construct_for(self, dialect: Dialect) -> Executable:
        return self._make(_among_json_elements) if dialect.name == "postgresql" else self.construct


def _among_json_each(listed: ColumnElement[Any], name: str | Select[Any]) -> ColumnElement[bool]:
    if not isinstance(name, str):
        return listed.in_(name)
    values = func.json_each(bindparam(name, type_=Text)).table_valued("value")
    return listed.in_(select(values.c.value))


def _among_json_elements(listed: ColumnElement[Any], name: str | Select[Any]) -> ColumnElement[bool]:
    if not isinstance(name, str):
        return listed == any_(func.array(name.scalar_subquery()))
    given = cast(bindparam(name, type_=Text), JSON)
    values = func.json_array_elements_text(given).table_valued(column("value", Text))
    # As one array it is looked up in an index whatever stands beside it; a subquery next to an OR is a filter over
    # the whole table.
    return listed == any_(func.array(select(cast(values.c.value, listed.type)).scalar_subquery()))


class KnownKeys(Statement):
    """Which of these keys of several columns are there: a JSON list of lists, as `keys`."""

    __slots__ = ("_table",)

    def __init__(self, table: Table) -> None:
        self._table = table
        values = func.json_each(bindparam("keys", type_=Text)).table_valued("value")
        key = tuple(table.primary_key)
        parts = [func.json_extract(values.c.value, f"$[{index}]") for index in range(len(key))]
        super().__init__(select(*key).where(tuple_(*key).in_(select(*parts))))

    def construct_for(self, dialect: Dialect) -> Executable:
        return self._each_by_itself() if dialect.name == "postgresql" else self.construct

    def _each_by_itself(self) -> Executable:
        """Compared with a list of keys, PostgreSQL reads the whole table as long as that is small, and in a prepared
        statement goes on doing so while it grows.
        """
        lists = func.json_array_elements(cast(bindparam("keys", type_=Text), JSON)).table_valued(
            column("value", JSON)
        )
        parts = [
            one == cast(lists.c.value.op("->>")(literal_column(str(index))), one.type)
            for index, one in enumerate(self._table.primary_key)
        ]
        found = select(*self._table.primary_key).where(*parts).limit(1).lateral("found")
        return select(*found.c).select_from(lists.join(found, true()))
