"""Questions without a good answer, until an article answers them."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import Select, bindparam, desc, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.knowledge import Gap
from storage.bulk import Listing, as_json
from storage.library_tables import unanswered
from storage.session import Session
from storage.statement import Statement
from storage.tables import messages

_AFTER_ALL = 2**63 - 1
"""Larger than any message's number."""


class OpenQuestion(Struct, frozen=True):
    message_id: int
    conversation_id: int
    person: int
    text: str
    at: datetime


_u = unanswered.c
_ADD = Statement(
    upsert(unanswered)
    .values({c.name: bindparam(c.name) for c in unanswered.c})
    .on_conflict_do_nothing(index_elements=["message_id"])
)
_open: Select[Any] = (
    select(_u.message_id, _u.conversation_id, _u.person, messages.c.text, _u.at)
    .select_from(unanswered.join(messages, messages.c.id == _u.message_id))
    .where(_u.closed_at.is_(None), messages.c.deleted_at.is_(None))
    .order_by(desc(_u.message_id))
)
_OPEN = Statement(_open.where(_u.message_id < bindparam("before")).limit(bindparam("most")))
_SOME = Listing(lambda among: _open.where(among(_u.message_id, "message_ids")))
_one = unanswered.alias()
_TOGETHER = Statement(
    _open.where(
        or_(
            _u.message_id == bindparam("of_message"),
            _u.gap
            == select(_one.c.gap).where(_one.c.message_id == bindparam("of_message")).scalar_subquery(),
        )
    )
)
_PART = Listing(lambda among: update(unanswered).where(among(_u.gap, "gaps")).values(gap=None))
_JOIN = Listing(
    lambda among: (
        update(unanswered)
        .where(among(_u.message_id, "message_ids"))
        .values(gap=bindparam("of_gap", type_=_u.gap.type))
    )
)
_CLOSE = Statement(
    update(unanswered)
    .where(_u.message_id == bindparam("of_message"), _u.closed_at.is_(None))
    .values(
        closed_at=bindparam("now", type_=_u.closed_at.type),
        closed_by=bindparam("key"),
        closed_by_staff=bindparam("staff_id"),
    )
    .returning(_u.message_id)
)


class Unanswered:
    """The words lie in the customers' messages and go with them."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def add(self, message_id: int, conversation_id: int, person: int) -> None:
        """Nothing good was found for it; once for each message."""
        self._session.run(
            _ADD,
            message_id=message_id,
            conversation_id=conversation_id,
            person=person,
            at=self._now,
            closed_at=None,
            closed_by="",
            closed_by_staff=None,
            gap=None,
        )

    def open(self, *, limit: int = 200, before: int = 0) -> list[OpenQuestion]:
        """The newest that are still without an answer; only those older than a message, if one is given."""
        rows = self._session.all(_OPEN, most=limit, before=before or _AFTER_ALL)
        return [OpenQuestion(*row) for row in rows]

    def some(self, message_ids: Iterable[int]) -> list[OpenQuestion]:
        """Those of these that are still without an answer, the newest first."""
        return [
            OpenQuestion(*row) for row in self._session.all(_SOME, message_ids=as_json(list(message_ids)))
        ]

    def put_together(self, gaps: Sequence[Gap]) -> None:
        """Remember which questions are shown as one gap, by its newest question."""
        self._session.run(_PART, gaps=as_json([one.message_ids[0] for one in gaps]))
        for one in gaps:
            self._session.run(_JOIN, message_ids=as_json(one.message_ids), of_gap=one.message_ids[0])

    def together_with(self, message_id: int) -> list[OpenQuestion]:
        """The open questions of the gap that this one was last shown in, the newest first; itself when in none."""
        return [OpenQuestion(*row) for row in self._session.all(_TOGETHER, of_message=message_id)]

    def close(self, message_ids: Iterable[int], key: str, staff_id: int | None = None) -> int:
        """An article answers these; "" for questions that need none. Returns how many were open."""
        return sum(
            self._session.one(_CLOSE, of_message=one, now=self._now, key=key, staff_id=staff_id) is not None
            for one in message_ids
        )
