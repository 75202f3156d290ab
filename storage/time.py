"""Deadlines: named moments, one row each, found by an index on when they are due."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.session import Session
from storage.statement import Statement
from storage.tables import deadlines

_SET = Statement(
    upsert(deadlines)
    .values({c.name: bindparam(c.name) for c in deadlines.c})
    .on_conflict_do_update(
        index_elements=["name", "subject"],
        set_={"due_at": bindparam("due_at", type_=deadlines.c.due_at.type)},
    )
)
_CLEAR = Statement(
    delete(deadlines)
    .where(deadlines.c.name == bindparam("name"), deadlines.c.subject == bindparam("subject"))
    .returning(deadlines.c.due_at)
)
_GET = Statement(
    select(deadlines.c.due_at).where(
        deadlines.c.name == bindparam("name"), deadlines.c.subject == bindparam("subject")
    )
)
_DUE = Statement(
    select(deadlines.c.name, deadlines.c.subject, deadlines.c.due_at)
    .where(deadlines.c.due_at <= bindparam("now", type_=deadlines.c.due_at.type))
    .order_by(deadlines.c.due_at)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)


class Deadline(Struct, frozen=True):
    name: str
    subject: str
    due_at: datetime


class Deadlines:
    def __init__(self, session: Session) -> None:
        self._session = session

    def set(self, name: str, subject: str | int, due_at: datetime) -> None:
        """Name a moment; the same name and subject again moves it."""
        self._session.run(_SET, name=name, subject=str(subject), due_at=due_at)

    def get(self, name: str, subject: str | int) -> datetime | None:
        row = self._session.one(_GET, name=name, subject=str(subject))
        return row[0] if row else None

    def clear(self, name: str, subject: str | int) -> bool:
        """Forget it; False when there was none."""
        return self._session.one(_CLEAR, name=name, subject=str(subject)) is not None

    def due(self, now: datetime, *, limit: int) -> list[Deadline]:
        """What is due, the longest due first; rows that another process is taking are left to it."""
        return [Deadline(*row) for row in self._session.all(_DUE, now=now, limit=limit)]
