"""Column types that hold on both engines: aware UTC datetimes, enums as text, a few words in one text."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Generic, Protocol, TypeVar, runtime_checkable

from sqlalchemy import BigInteger, DateTime, Dialect, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

E = TypeVar("E", bound=StrEnum)

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


@runtime_checkable
class Quick(Protocol):
    """A type that tells a statement how to bind and read its values without SQLAlchemy's layers in between.

    None means: the driver takes, or gives, the value as it is. A reader is never asked about NULL.
    """

    def binder(self, dialect: Dialect) -> Callable[[Any], Any] | None: ...

    def reader(self, dialect: Dialect) -> Callable[[Any], Any] | None: ...


class UtcDateTime(TypeDecorator[datetime]):
    """An aware datetime, kept as timestamptz on PostgreSQL and as microseconds since 1970 on SQLite.

    Raises ValueError for a naive one: a time without a zone is a defect, not a default.
    """

    impl = DateTime(timezone=True)
    cache_ok = True

    def load_dialect_impl(self, dialect: Dialect) -> TypeEngine[Any]:
        if dialect.name == "sqlite":
            return dialect.type_descriptor(BigInteger())
        return dialect.type_descriptor(DateTime(timezone=True))

    def binder(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _microseconds if dialect.name == "sqlite" else _in_utc

    def reader(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _from_microseconds if dialect.name == "sqlite" else _in_utc

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> Any:
        return self.binder(dialect)(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:
        return None if value is None else self.reader(dialect)(value)


def _microseconds(value: datetime | None) -> int | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise ValueError(f"a naive datetime cannot be stored: {value!r}")
    return (value - _EPOCH) // _MICROSECOND


def _from_microseconds(value: int) -> datetime:
    return _EPOCH + timedelta(microseconds=value)


def _in_utc(value: datetime | None) -> datetime | None:
    if value is None or value.tzinfo is UTC:
        return value
    if value.tzinfo is None:
        raise ValueError(f"a naive datetime cannot be stored: {value!r}")
    return value.astimezone(UTC)


class EnumText(TypeDecorator[E], Generic[E]):
    """A StrEnum, stored as its text and given back as the enum."""

    impl = Text
    cache_ok = True

    def __init__(self, enum: type[E]) -> None:
        super().__init__()
        self.enum = enum
        self._texts: dict[E | None, str | None] = {None: None} | {one: str(one.value) for one in enum}
        self._members: dict[str, E] = {str(one.value): one for one in enum}

    def binder(self, dialect: Dialect) -> Callable[[Any], Any]:
        return self._text

    def reader(self, dialect: Dialect) -> Callable[[Any], Any]:
        return self._members.__getitem__

    def _text(self, value: E | None) -> str | None:
        try:
            return self._texts[value]
        except KeyError:
            raise ValueError(f"{value!r} is no {self.enum.__name__}") from None

    def process_bind_param(self, value: E | None, dialect: Dialect) -> str | None:
        return self._text(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> E | None:
        return None if value is None else self.enum(value)


class Areas(TypeDecorator[tuple[str, ...]]):
    """A few short words, stored one per line."""

    impl = Text
    cache_ok = True

    def binder(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _lines

    def reader(self, dialect: Dialect) -> Callable[[Any], Any]:
        return _words

    def process_bind_param(self, value: tuple[str, ...] | None, dialect: Dialect) -> str:
        return _lines(value)

    def process_result_value(self, value: str | None, dialect: Dialect) -> tuple[str, ...]:
        return _words(value)


def _lines(value: tuple[str, ...] | None) -> str:
    return "\n".join(value) if value else ""


def _words(value: str | None) -> tuple[str, ...]:
    return tuple(value.split("\n")) if value else ()
