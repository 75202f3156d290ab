"""How far each room, or update queue, was read."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.bulk import Bulk, inserted
from storage.session import Session
from storage.statement import Statement
from storage.tables import cursors

_MOVED = {name: upsert(cursors).excluded[name] for name in ("position", "moved_at")}
_MOVE = Bulk(
    cursors,
    Statement(
        upsert(cursors)
        .values({c.name: bindparam(c.name) for c in cursors.c})
        .on_conflict_do_update(index_elements=["platform", "name"], set_=_MOVED)
    ),
    lambda rows: (
        upsert(cursors)
        .from_select(*inserted(cursors, rows))
        .on_conflict_do_update(index_elements=["platform", "name"], set_=_MOVED)
    ),
    [one.name for one in cursors.c],
    latest_by=("platform", "name"),
)
_ALL = Statement(
    select(cursors.c.name, cursors.c.position).where(
        cursors.c.platform == bindparam("platform"),
        cursors.c.moved_at >= bindparam("since", type_=cursors.c.moved_at.type),
    )
)
_LAST_MOVED = Statement(
    select(func.max(cursors.c.moved_at).label("moved_at")).where(cursors.c.platform == bindparam("platform"))
)


class Cursors:
    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def move(self, platform: str, name: str, position: str) -> None:
        self._session.defer(_MOVE, platform=platform, name=name, position=position, moved_at=self._now)

    def all(self, platform: str, *, moved_within: timedelta) -> dict[str, str]:
        rows: list[Any] = self._session.all(_ALL, platform=platform, since=self._now - moved_within)
        return dict(rows)

    def last_moved_at(self, platform: str) -> datetime | None:
        row = self._session.one(_LAST_MOVED, platform=platform)
        return row[0] if row else None
