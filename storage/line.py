"""The two queues of the line: events that came in, actions that go out; and how far each room was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.places import MessageAt
from storage.ids import Ids
from storage.rows import inserting, place_from
from storage.session import Session
from storage.statement import Statement
from storage.tables import cursors, intake, outbox, processes

_ahead = intake.alias("ahead")
_is_awaited = (
    select(_ahead.c.id)
    .where(_ahead.c.state == "pending", _ahead.c.lane.in_([bindparam("lane"), bindparam("late")]))
    .exists()
)
_TAKE = Statement(
    upsert(intake)
    .values(
        {
            c.name: bindparam(c.name)
            for c in intake.c
            if c.name not in ("state", "attempts", "error", "payload")
        }
        | {"state": "handled", "attempts": 1, "error": "", "payload": ""}
    )
    .on_conflict_do_nothing(index_elements=["platform", "event_id"])
    .returning(intake.c.id, _is_awaited.label("is_awaited"))
)
_KEEP = inserting(intake)
_EARLIER_PENDING = Statement(
    select(intake.c.id)
    .where(
        intake.c.state == "pending",
        intake.c.lane == bindparam("lane"),
        intake.c.id < bindparam("before"),
    )
    .limit(1)
)
_ROW = (intake.c.id, intake.c.platform, intake.c.lane, intake.c.payload, intake.c.attempts)
# What waits behind an event that is not due yet would only fill the page.
_DUE = Statement(
    select(*_ROW)
    .where(
        intake.c.state == "pending",
        intake.c.due_at <= bindparam("now", type_=intake.c.due_at.type),
        ~select(_ahead.c.id)
        .where(
            _ahead.c.state == "pending",
            _ahead.c.lane == intake.c.lane,
            _ahead.c.id < intake.c.id,
            _ahead.c.due_at > bindparam("now", type_=intake.c.due_at.type),
        )
        .exists(),
    )
    .order_by(intake.c.id)
    .limit(bindparam("limit"))
    .with_for_update(skip_locked=True)
)
_WAITING_IN = Statement(
    select(*_ROW).where(intake.c.state == "pending", intake.c.lane == bindparam("lane")).order_by(intake.c.id)
)
_SET_LANE = Statement(
    update(intake).where(intake.c.id == bindparam("row_id")).values(lane=bindparam("new_lane"))
)
_SET_STATE = Statement(
    update(intake)
    .where(intake.c.id == bindparam("row_id"))
    .values(
        state=bindparam("state"),
        payload=bindparam("payload"),
        attempts=bindparam("attempts"),
        due_at=bindparam("due_at", type_=intake.c.due_at.type),
        error=bindparam("error"),
    )
)
_AGAIN = Statement(
    update(intake)
    .where(intake.c.id == bindparam("row_id"))
    .values(state="pending", attempts=0, due_at=bindparam("due_at", type_=intake.c.due_at.type), error="")
)
_DROP = Statement(
    update(intake)
    .where(intake.c.id == bindparam("row_id"))
    .values(state="handled", payload="", error="dropped")
)
_IS_SET_ASIDE = Statement(
    select(intake.c.id).where(intake.c.id == bindparam("row_id"), intake.c.state == "set_aside")
)
_END = (1 << 63) - 1
"""No id is as large."""
_FORGET_EVENTS = Statement(
    delete(intake).where(
        intake.c.received_at < bindparam("before", type_=intake.c.received_at.type),
        intake.c.state == "handled",
    )
)
_LAST_RECEIVED = Statement(
    select(intake.c.received_at)
    .where(intake.c.platform == bindparam("platform"), intake.c.event_id.startswith(bindparam("prefix")))
    .order_by(intake.c.id.desc())
    .limit(1)
)
_COUNT_EVENTS = Statement(
    select(intake.c.state, func.count()).where(intake.c.state != "handled").group_by(intake.c.state)
)


@dataclass(frozen=True, slots=True)
class StoredEvent:
    id: int
    platform: str
    lane: str
    payload: str
    attempts: int
    is_awaited: bool = False
    """True when, as this one was taken, something waited before it in its lane or because of it."""
    is_kept: bool = True
    """False for what was taken in this transaction, and counts as handled unless somebody says otherwise."""


class IntakeQueue:
    """Events, each once under its platform's id; only what still waits keeps its text."""

    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def take(
        self, platform: str, event_id: str, lane: str, payload: str, late: str = ""
    ) -> StoredEvent | None:
        """Store it as handled, which it must become in this very transaction; None for a repeat.

        `late` is the lane of what waits for this one.
        """
        row = self._session.one(
            _TAKE,
            id=self._ids.next(self._now),
            platform=platform,
            event_id=event_id,
            lane=lane,
            late=late or lane,
            received_at=self._now,
            due_at=self._now,
        )
        return StoredEvent(row[0], platform, lane, payload, 0, bool(row[1]), is_kept=False) if row else None

    def keep(self, platform: str, event_id: str, lane: str, payload: str) -> StoredEvent:
        """Store it as waiting; raises the database's error for a repeat."""
        event = StoredEvent(self._ids.next(self._now), platform, lane, payload, 0)
        self._session.run(
            _KEEP,
            id=event.id,
            platform=platform,
            event_id=event_id,
            lane=lane,
            payload=payload,
            received_at=self._now,
            state="pending",
            attempts=0,
            due_at=self._now,
            error="",
        )
        return event

    def waits(self, event: StoredEvent) -> None:
        """It was taken, but others of its lane come first."""
        self._set(event, "pending", event.attempts, self._now, "")

    def last_received_at(self, platform: str) -> datetime | None:
        """When the platform itself was last heard; what became of our own messages does not count."""
        row = self._session.one(_LAST_RECEIVED, platform=platform, prefix=f"{platform}:")
        return row[0] if row else None

    def is_blocked(self, event: StoredEvent) -> bool:
        """True while an earlier event of the same lane waits to be handled."""
        return self._session.one(_EARLIER_PENDING, lane=event.lane, before=event.id) is not None

    def has_waiting(self, lane: str) -> bool:
        """True while an event of this lane waits to be handled."""
        return self._session.one(_EARLIER_PENDING, lane=lane, before=_END) is not None

    def due(self, *, limit: int) -> list[StoredEvent]:
        return [StoredEvent(*row) for row in self._session.all(_DUE, now=self._now, limit=limit)]

    def waiting_in(self, lane: str) -> list[StoredEvent]:
        return [StoredEvent(*row) for row in self._session.all(_WAITING_IN, lane=lane)]

    def handled(self, event: StoredEvent) -> None:
        self._set(event, "handled", event.attempts + 1, self._now, "")

    def failed(self, event: StoredEvent, error: str, retry_at: datetime) -> None:
        self._set(event, "pending", event.attempts + 1, retry_at, error)

    def step_aside(self, event: StoredEvent, lane: str, retry_at: datetime) -> None:
        """Wait in another lane, so that the events behind it need not."""
        self._session.run(_SET_LANE, row_id=event.id, new_lane=lane)
        self.failed(event, "not yet", retry_at)

    def set_aside(self, event: StoredEvent, error: str) -> None:
        """Out of its lane's way, where staff can see it."""
        self._set(event, "set_aside", event.attempts + 1, self._now, error)

    def retry(self, event_id: int) -> None:
        """Give a set-aside event its tries again."""
        self._session.run(_AGAIN, row_id=event_id, due_at=self._now)

    def drop(self, event_id: int) -> None:
        """Never try it again."""
        self._session.run(_DROP, row_id=event_id)

    def is_set_aside(self, event_id: int) -> bool:
        return self._session.one(_IS_SET_ASIDE, row_id=event_id) is not None

    def forget(self, *, before: datetime) -> None:
        """Drop handled events; a repeat that comes later than this would count as new."""
        self._session.run(_FORGET_EVENTS, before=before)

    def counts(self) -> dict[str, int]:
        """Rows by state: 'pending' and 'set_aside'."""
        return dict(self._session.all(_COUNT_EVENTS))

    def _set(self, event: StoredEvent, state: str, attempts: int, due_at: datetime, error: str) -> None:
        payload = "" if state == "handled" else event.payload
        self._session.run(
            _SET_STATE,
            row_id=event.id,
            state=state,
            payload=payload,
            attempts=attempts,
            due_at=due_at,
            error=error,
        )


_ADD_ACTION = inserting(outbox)
_before = outbox.alias("before")


def _last(column: ColumnElement[Any]) -> ScalarSelect[Any]:
    """Of the last action that waits in the lane."""
    return (
        select(column)
        .where(_before.c.state == "pending", _before.c.lane == bindparam("lane"))
        .order_by(_before.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )


# A lane belongs to whoever owns what waits in it: two processes never send into one place at once.
_ADD_SHARED = Statement(
    insert(outbox)
    .values(
        {c.name: bindparam(c.name) for c in outbox.c if c.name not in ("owner", "is_handed_over")}
        | {
            "owner": func.coalesce(_last(_before.c.owner), bindparam("owner")),
            "is_handed_over": func.coalesce(
                _last(or_(_before.c.is_handed_over, _before.c.owner != bindparam("owner"))), false()
            ),
        }
    )
    .returning(outbox.c.owner, outbox.c.is_handed_over)
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
_is_head = (
    ~select(_before.c.id)
    .where(_before.c.state == "pending", _before.c.lane == outbox.c.lane, _before.c.id < outbox.c.id)
    .exists()
)
# The head of each lane may have been in flight when its process ended.
_ADOPT = Statement(
    update(outbox)
    .where(outbox.c.state == "pending", outbox.c.owner.not_in(select(processes.c.id)))
    .values(owner=bindparam("by"), is_handed_over=True, is_uncertain=or_(outbox.c.is_uncertain, _is_head))
    .returning(outbox.c.id)
)
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


@dataclass(frozen=True, slots=True)
class StoredAction:
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

    def add(self, lane: str, platform: str, payload: str) -> StoredAction:
        """Its owner is this process, unless another one still has something to send in the lane."""
        row_id = self._ids.next(self._now)
        values: dict[str, Any] = {
            "id": row_id,
            "lane": lane,
            "platform": platform,
            "payload": payload,
            "state": "pending",
            "attempts": 0,
            "is_uncertain": False,
            "sent_so_far": "",
            "created_at": self._now,
            "first_tried_at": None,
            "error": "",
            "owner": self._ids.owner,
        }
        if not self._ids.owner:
            self._session.run(_ADD_ACTION, **values, is_handed_over=False)
            return StoredAction(row_id, lane, platform, payload)
        owner, is_handed_over = self._session.one(_ADD_SHARED, **values) or (self._ids.owner, False)
        if is_handed_over:
            self._session.tell(owner)
        return StoredAction(row_id, lane, platform, payload, owner, is_handed_over=is_handed_over)

    def pending(self, *, after: int = 0, limit: int) -> list[StoredAction]:
        """What this process has to send, page by page."""
        rows = self._session.all(_PENDING, after=after, limit=limit, owner=self._ids.owner)
        return [_action(row) for row in rows]

    def take_over(self) -> list[StoredAction]:
        """What was handed to this process, as far as it is its turn; each is given once, in order."""
        rows = self._session.all(_TAKE_OVER, by=self._ids.owner)
        return sorted(map(_action, rows), key=lambda row: row.id)

    def adopt(self) -> int:
        """Hand what processes that are no more have left to this one; returns how many actions that are."""
        return len(self._session.all(_ADOPT, by=self._ids.owner))

    def sent(self, action_id: int) -> bool:
        """The platform has it; False when that was known before."""
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


_MOVE = Statement(
    upsert(cursors)
    .values({c.name: bindparam(c.name) for c in cursors.c})
    .on_conflict_do_update(
        index_elements=["platform", "name"],
        set_={
            "position": bindparam("position"),
            "moved_at": bindparam("moved_at", type_=cursors.c.moved_at.type),
        },
    )
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
        self._session.run(_MOVE, platform=platform, name=name, position=position, moved_at=self._now)

    def all(self, platform: str, *, moved_within: timedelta) -> dict[str, str]:
        rows: list[Any] = self._session.all(_ALL, platform=platform, since=self._now - moved_within)
        return dict(rows)

    def last_moved_at(self, platform: str) -> datetime | None:
        row = self._session.one(_LAST_MOVED, platform=platform)
        return row[0] if row else None
