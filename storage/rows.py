"""How places and messages lie in columns, and statements that every repository builds the same way."""

from collections.abc import Sequence
from functools import lru_cache

import msgspec
from sqlalchemy import Table, bindparam, insert, update

from bot.core.content import FileRef
from bot.core.places import MessageAt, Place
from storage.statement import Statement

_FILES = msgspec.json.Decoder(tuple[FileRef, ...])


@lru_cache(maxsize=4096)
def place_from(key: str, is_direct: bool) -> Place:
    """Undo `Place.key`."""
    platform, workspace, channel, thread, person = key.split("|")
    return Place(platform, workspace, channel, thread, person, is_direct=is_direct)


def message_at(key: str, is_direct: bool, external_id: str) -> MessageAt | None:
    """None for what has no message: an empty id."""
    return MessageAt(place_from(key, is_direct), external_id) if external_id else None


def files_to_text(files: Sequence[FileRef]) -> str:
    return msgspec.json.encode(files).decode() if files else ""


def files_from_text(text: str) -> tuple[FileRef, ...]:
    return _FILES.decode(text) if text else ()


def inserting(table: Table) -> Statement:
    """An INSERT that takes every column by name."""
    return Statement(insert(table).values({c.name: bindparam(c.name) for c in table.columns}))


def updating(table: Table, *columns: str) -> Statement:
    """An UPDATE of these columns by id; the id is the parameter `row_id`."""
    values = {name: bindparam(name, type_=table.c[name].type) for name in columns}
    return Statement(update(table).where(table.c.id == bindparam("row_id")).values(values))
