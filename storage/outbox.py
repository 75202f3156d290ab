"""Actions that go out, strict in order within a lane; and whose they are where several processes send."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import orjson
from msgspec import Struct
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    TableValuedAlias,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    literal,
    or_,
    select,
    true,
    update,
)

from bot.core.places import MessageAt
from storage.bulk import Bulk, Listing, as_json, inserted
from storage.ids import Ids
from storage.rows import place_from
from storage.session import Question, Session
from storage.statement import Statement
from storage.tables import outbox, processes

_before = outbox.alias("before")
_ADDED = ("id", "lane", "platform", "payload", "owner", "created_at")
_AS_NEW: dict[str, Any] = {
    "state": "pending",
    "attempts": 0,
    "is_uncertain": False,
    "sent_so_far": "",
    "first_tried_at": None,
    "error": "",
}


def _last(column: ColumnElement[Any], lane: ColumnElement[str]) -> ScalarSelect[Any]:
    """Of the last action that waits in the lane."""
    return (
        select(column)
        .where(_before.c.state == "pending", _before.c.lane == lane)
        .order_by(_before.c.id.desc())
        .limit(1)
        .correlate_except(_before)
        .scalar_subquery()
    )


def _shared(owner: ColumnElement[int], lane: ColumnElement[str]) -> dict[str, ColumnElement[Any]]:
    """A lane belongs to whoever owns what waits in it: two processes never send into one place at once."""
    is_others = _last(or_(_before.c.is_handed_over, _before.c.owner != owner), lane)
    return {
        "owner": func.coalesce(_last(_before.c.owner, lane), owner),
        "is_handed_over": func.coalesce(is_others, false()),
    }


NOBODY = 0
"""The owner of what a process left in order."""
_PLACED = (outbox.c.id, outbox.c.owner, outbox.c.is_handed_over)
# What is alone needs not look at what others have in the lane.
_ADD_ALONE = Bulk(
    outbox,
    Statement(
        insert(outbox).values(
            {name: bindparam(name) for name in _ADDED} | _AS_NEW | {"is_handed_over": False}
        )
    ),
    lambda rows: insert(outbox).from_select(
        *inserted(
            outbox,
            rows,
            is_handed_over=false(),
            **{name: literal(value, outbox.c[name].type) for name, value in _AS_NEW.items()},
        )
    ),
    _ADDED,
)
_ADD_SHARED = Statement(
    insert(outbox)
    .values(
        {name: bindparam(name) for name in _ADDED} | _AS_NEW | _shared(bindparam("owner"), bindparam("lane"))
    )
    .returning(*_PLACED, _last(_before.c.id, bindparam("lane")).label("behind"))
)


def _add_many_shared(rows: TableValuedAlias) -> Select[Any]:
    """As `_ADD_SHARED`, with one look at each lane."""
    last = (
        select(_before.c.id, _before.c.owner, _before.c.is_handed_over)
        .where(_before.c.state == "pending", _before.c.lane == rows.c.lane)
        .order_by(_before.c.id.desc())
        .limit(1)
        .lateral("last")
    )
    is_others = or_(last.c.is_handed_over, last.c.owner != rows.c.owner)
    placed = (
        select(
            *(rows.c[name] for name in _ADDED if name != "owner"),
            func.coalesce(last.c.owner, rows.c.owner).label("owner"),
            func.coalesce(is_others, false()).label("is_handed_over"),
            last.c.id.label("behind"),
        )
        .select_from(rows.outerjoin(last, true()))
        .cte("placed")
    )
    as_new = {name: literal(value, outbox.c[name].type) for name, value in _AS_NEW.items()}
    added = insert(outbox).from_select(*inserted(outbox, placed, **as_new)).cte("added")
    return select(placed.c.id, placed.c.owner, placed.c.is_handed_over, placed.c.behind).add_cte(added)


_ADD_MANY_SHARED = Bulk(outbox, _ADD_SHARED, _add_many_shared, _ADDED)
_MOVE_BACK = Statement(
    update(outbox).where(outbox.c.id == bindparam("row_id")).values(id=bindparam("new_id"))
)
_ACTION = (
    outbox.c.id,
    outbox.c.lane,
    outbox.c.platform,
    outbox.c.payload,
    outbox.c.owner,
    outbox.c.attempts,
    outbox.c.is_uncertain,
    outbox.c.sent_so_far,
    outbox.c.first_tried_at,
)
_PENDING = Statement(
    select(*_ACTION)
    .where(
        outbox.c.state == "pending",
        outbox.c.owner == bindparam("owner"),
        ~outbox.c.is_handed_over,
        outbox.c.id > bindparam("after"),
    )
    .order_by(outbox.c.id)
    .limit(bindparam("limit"))
)
# What another process still has to send in the lane comes first.
_TAKE_OVER = Statement(
    update(outbox)
    .where(
        outbox.c.is_handed_over,
        outbox.c.state == "pending",
        outbox.c.owner == bindparam("by"),
        ~select(_before.c.id)
        .where(
            _before.c.state == "pending",
            _before.c.lane == outbox.c.lane,
            _before.c.id < outbox.c.id,
            _before.c.owner != outbox.c.owner,
        )
        .exists(),
    )
    .values(is_handed_over=False)
    .returning(*_ACTION)
)
_KEPT_WAITING = Statement(
    select(outbox.c.id)
    .where(outbox.c.is_handed_over, outbox.c.state == "pending", outbox.c.owner == bindparam("by"))
    .limit(1)
)
_PENDING_LANES = Statement(
    select(outbox.c.lane)
    .where(
        outbox.c.state == "pending",
        outbox.c.lane >= bindparam("first"),
        outbox.c.lane < bindparam("behind"),
    )
    .distinct()
    .limit(bindparam("limit"))
)
_is_head = (
    ~select(_before.c.id)
    .where(_before.c.state == "pending", _before.c.lane == outbox.c.lane, _before.c.id < outbox.c.id)
    .exists()
)
# The head of each lane may have been in flight when its process ended, unless that one left in order.
_ADOPT = Statement(
    update(outbox)
    .where(outbox.c.state == "pending", outbox.c.owner.not_in(select(processes.c.id)))
    .values(
        owner=bindparam("by"),
        is_handed_over=True,
        is_uncertain=or_(outbox.c.is_uncertain, and_(_is_head, outbox.c.owner != NOBODY)),
    )
    .returning(outbox.c.id)
)
_SENT_SEVERAL = Listing(lambda among: delete(outbox).where(among(outbox.c.id, "ids")).returning(outbox.c.id))
_SENT = Statement(delete(outbox).where(outbox.c.id == bindparam("row_id")).returning(outbox.c.id))
_REFUSED = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(state="failed", error=bindparam("error"), payload="")
)
_TRIED = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(
        attempts=bindparam("attempts"),
        is_uncertain=bindparam("is_uncertain"),
        sent_so_far=bindparam("sent_so_far"),
        first_tried_at=bindparam("first_tried_at", type_=outbox.c.first_tried_at.type),
        error=bindparam("error"),
    )
)
_FORGET_ACTIONS = Statement(
    delete(outbox).where(
        outbox.c.state == "failed", outbox.c.created_at < bindparam("before", type_=outbox.c.created_at.type)
    )
)
_COUNT_ACTIONS = Statement(
    select(outbox.c.platform, func.count()).where(outbox.c.state == "pending").group_by(outbox.c.platform)
)
_COUNT_OWN = Statement(
    select(outbox.c.platform, func.count())
    .where(outbox.c.state == "pending", outbox.c.owner == bindparam("owner"), ~outbox.c.is_handed_over)
    .group_by(outbox.c.platform)
)


class StoredAction(Struct):
    """A row of the outbox. Only the transaction that adds it changes it, when it learns what became of it there."""

    id: int
    lane: str
    platform: str
    payload: str
    owner: int = 0
    """The process that sends it; 0 where there is only one."""
    attempts: int = 0
    is_uncertain: bool = False
    """An earlier try may have arrived; also true when the process ended during a try."""
    sent_so_far: tuple[MessageAt, ...] = ()
    first_tried_at: datetime | None = None
    is_handed_over: bool = False
    """True as it is stored when it is not this process's turn to send it, or not yet."""

    def tried(self, now: datetime) -> "StoredAction":
        """With one more try."""
        return StoredAction(
            self.id,
            self.lane,
            self.platform,
            self.payload,
            self.owner,
            self.attempts + 1,
            self.is_uncertain,
            self.sent_so_far,
            self.first_tried_at or now,
        )


def _action(row: tuple[Any, ...]) -> StoredAction:
    id_, lane, platform, payload, owner, attempts, is_uncertain, sent, first_tried_at = row
    parts = _refs(sent)
    return StoredAction(id_, lane, platform, payload, owner, attempts, is_uncertain, parts, first_tried_at)


class OutboxQueue:
    """Actions in the order in which they were decided; strict within a lane. Only what still waits lies here."""

    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now
        self._added: dict[int, StoredAction] = {}
        self._settling: set[int] = set()
        self._settled: set[int] = set()

    def add(self, lane: str, platform: str, payload: str) -> StoredAction:
        """Its owner is this process, unless another one still has something to send in the lane: which is known, and
        stands in the row, once the transaction is committed.
        """
        row = StoredAction(self._ids.next(self._now), lane, platform, payload, self._ids.owner)
        values: dict[str, Any] = {
            "id": row.id,
            "lane": lane,
            "platform": platform,
            "payload": payload,
            "owner": row.owner,
            "created_at": self._now,
        }
        if not row.owner:
            self._session.defer(_ADD_ALONE, **values)
        elif self._session.is_deferring:
            self._added[row.id] = row
            self._session.written[_ADD_MANY_SHARED] = self._placed
            self._session.defer(_ADD_MANY_SHARED, **values)
        else:
            self._added[row.id] = row
            self._placed(self._session.all(_ADD_SHARED, **values))
        return row

    def _placed(self, placed: list[tuple[Any, ...]]) -> None:
        for id_, owner, is_handed_over, behind in sorted(placed):
            row = self._added.pop(id_)
            row.owner, row.is_handed_over = owner, is_handed_over
            if behind is not None and behind > id_:
                # Another process put that one there within the same millisecond.
                self._ids.pass_by(behind)
                row.id = self._ids.next(self._now)
                self._session.run(_MOVE_BACK, row_id=id_, new_id=row.id)
            if is_handed_over:
                self._session.tell(owner)

    def settling(self, action_ids: Sequence[int]) -> Question:
        """Takes out all these, which are about to be called sent."""
        self._settling = set(action_ids)

        def learn(rows: list[tuple[Any, ...]]) -> None:
            self._settled = {row[0] for row in rows}

        return Question(_SENT_SEVERAL, {"ids": as_json(action_ids)}, learn)

    def pending(self, *, after: int = 0, limit: int) -> list[StoredAction]:
        """What this process has to send, page by page."""
        rows = self._session.all(_PENDING, after=after, limit=limit, owner=self._ids.owner)
        return [_action(row) for row in rows]

    def take_over(self) -> list[StoredAction]:
        """What was handed to this process, as far as it is its turn; each is given once, in order."""
        rows = self._session.all(_TAKE_OVER, by=self._ids.owner)
        return sorted(map(_action, rows), key=lambda row: row.id)

    def is_kept_waiting(self) -> bool:
        """Something that was handed to this process waits behind what a third one still sends: two that decided at
        once did not see each other. Nobody says a word when that is sent.
        """
        return self._session.one(_KEPT_WAITING, by=self._ids.owner) is not None

    def adopt(self) -> int:
        """Hand what processes that are no more have left to this one; returns how many actions that are."""
        return len(self._session.all(_ADOPT, by=self._ids.owner))

    def sent(self, action_id: int) -> bool:
        """The platform has it; False when that was known before."""
        if action_id in self._settling:
            return action_id in self._settled
        return self._session.one(_SENT, row_id=action_id) is not None

    def failed(self, action_id: int, error: str) -> None:
        """The platform will never take it."""
        self._session.run(_REFUSED, row_id=action_id, error=error)

    def tried(self, action: StoredAction, error: str) -> None:
        """Store what is known after a try that may be repeated."""
        self._session.run(
            _TRIED,
            row_id=action.id,
            attempts=action.attempts,
            is_uncertain=action.is_uncertain,
            sent_so_far=_refs_text(action.sent_so_far),
            first_tried_at=action.first_tried_at,
            error=error,
        )

    def forget(self, *, before: datetime) -> None:
        self._session.run(_FORGET_ACTIONS, before=before)

    def pending_lanes(self, first: str, behind: str, *, limit: int) -> list[str]:
        """The lanes between these names in which something waits, in whatever process; in no order."""
        rows = self._session.all(_PENDING_LANES, first=first, behind=behind, limit=limit)
        return [lane for (lane,) in rows]

    def own_counts(self) -> dict[str, int]:
        """This process's waiting actions by platform; what was handed to it counts once it has been taken over."""
        return dict(self._session.all(_COUNT_OWN, owner=self._ids.owner))

    def counts(self) -> dict[str, int]:
        """Waiting actions by platform."""
        return dict(self._session.all(_COUNT_ACTIONS))


def _refs_text(refs: Sequence[MessageAt]) -> str:
    return (
        orjson.dumps([(ref.place.key, ref.place.is_direct, ref.id) for ref in refs]).decode() if refs else ""
    )


def _refs(text: str) -> tuple[MessageAt, ...]:
    rows: list[tuple[str, bool, str]] = orjson.loads(text) if text else []
    return tuple(MessageAt(place_from(key, is_direct), id_) for key, is_direct, id_ in rows)
