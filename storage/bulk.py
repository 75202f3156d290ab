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


def inserted(table: Table, given: TableValuedAlias, **computed: Any) -> tuple[list[str], Any]:
    """The names and the SELECT of an INSERT of all columns, given or computed."""
    names = [one.name for one in table.columns]
    return names, select(*(computed[name] if name in computed else given.c[name] for name in names))


def as_json(rows: Rows | Sequence[Any]) -> str:
    """Rows or values as both engines read them; datetimes in ISO 8601, enums as their text."""
    return orjson.dumps(rows).decode()


Columns = ColumnElement[Any] | tuple[ColumnElement[Any], ...]
Among = Callable[[Columns, "str | Select[Any]"], Any]


class Listing(Statement):
    """A statement about many keys, given as a JSON list in the parameters that `among` names."""

    __slots__ = ("_make",)

    def __init__(self, make: Callable[[Among], Executable]) -> None:
        """`make` gets `among(column, parameter)`: true for rows whose column is in the list. With several columns the
        list holds lists: a key of several parts is looked up as a whole. Instead of a parameter it takes a SELECT that
        finds the list.
        """
        super().__init__(make(_among_json_each))
        self._make = make

    def construct_for(self, dialect: Dialect) -> Executable:
        return self._make(_among_json_elements) if dialect.name == "postgresql" else self.construct


def _among_json_each(listed: Columns, name: str | Select[Any]) -> ColumnElement[bool]:
    if not isinstance(name, str):
        return _single(listed).in_(name)
    values = func.json_each(bindparam(name, type_=Text)).table_valued("value")
    if not isinstance(listed, tuple):
        return listed.in_(select(values.c.value))
    parts = [func.json_extract(values.c.value, f"$[{index}]") for index in range(len(listed))]
    return tuple_(*listed).in_(select(*parts))


def _single(listed: Columns) -> ColumnElement[Any]:
    if isinstance(listed, tuple):
        raise TypeError("a SELECT finds values of one column")
    return listed


def _among_json_elements(listed: Columns, name: str | Select[Any]) -> ColumnElement[bool]:
    if not isinstance(name, str):
        return _single(listed) == any_(func.array(name.scalar_subquery()))
    given = cast(bindparam(name, type_=Text), JSON)
    if not isinstance(listed, tuple):
        values = func.json_array_elements_text(given).table_valued(column("value", Text))
        # As one array it is looked up in an index whatever stands beside it; a subquery next to an OR is a filter over
        # the whole table.
        return listed == any_(func.array(select(cast(values.c.value, listed.type)).scalar_subquery()))
    lists = func.json_array_elements(given).table_valued(column("value", JSON))
    parts = [
        cast(lists.c.value.op("->>")(literal_column(str(index))), one.type)
        for index, one in enumerate(listed)
    ]
    return tuple_(*listed).in_(select(*parts))
