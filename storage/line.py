"""The two queues of the line: events that came in, actions that go out; and how far each room was read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.places import MessageAt
from storage.ids import Ids
from storage.rows import inserting, place_from
from storage.session import Session
from storage.statement import Statement
from storage.tables import cursors, intake, outbox

_STORE = Statement(
    upsert(intake)
    .values({c.name: bindparam(c.name) for c in intake.c})
    .on_conflict_do_nothing(index_elements=["platform", "event_id"])
    .returning(intake.c.id)
)
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
_ahead = intake.alias("ahead")
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
        attempts=bindparam("attempts"),
        due_at=bindparam("due_at", type_=intake.c.due_at.type),
        error=bindparam("error"),
    )
)
_IS_SET_ASIDE = Statement(
    select(intake.c.id).where(intake.c.id == bindparam("row_id"), intake.c.state == "set_aside")
)
_FORGET_EVENTS = Statement(
    delete(intake).where(
        intake.c.received_at < bindparam("before", type_=intake.c.received_at.type),
        intake.c.state == "handled",
    )
)
_LAST_RECEIVED = Statement(
    select(intake.c.received_at)
    .where(intake.c.platform == bindparam("platform"), intake.c.event_id.startswith(bindparam("prefix")))
    .order_by(intake.c.received_at.desc())
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


class IntakeQueue:
    """Events, each once under its platform's id."""

    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def store(self, platform: str, event_id: str, lane: str, payload: str) -> StoredEvent | None:
        """None for a repeat."""
        row = self._session.one(
            _STORE,
            id=self._ids.next(self._now),
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
        return StoredEvent(row[0], platform, lane, payload, 0) if row else None

    def last_received_at(self, platform: str) -> datetime | None:
        """When the platform itself was last heard; what became of our own messages does not count."""
        row = self._session.one(_LAST_RECEIVED, platform=platform, prefix=f"{platform}:")
        return row[0] if row else None

    def is_blocked(self, event: StoredEvent) -> bool:
        """True while an earlier event of the same lane waits to be handled."""
        return self._session.one(_EARLIER_PENDING, lane=event.lane, before=event.id) is not None

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
        self._session.run(
            _SET_STATE, row_id=event_id, state="pending", attempts=0, due_at=self._now, error=""
        )

    def drop(self, event_id: int) -> None:
        """Never try it again."""
        self._session.run(
            _SET_STATE, row_id=event_id, state="handled", attempts=0, due_at=self._now, error="dropped"
        )

    def is_set_aside(self, event_id: int) -> bool:
        return self._session.one(_IS_SET_ASIDE, row_id=event_id) is not None

    def forget(self, *, before: datetime) -> None:
        """Drop handled events; a repeat that comes later than this would count as new."""
        self._session.run(_FORGET_EVENTS, before=before)

    def counts(self) -> dict[str, int]:
        """Rows by state: 'pending' and 'set_aside'."""
        return dict(self._session.all(_COUNT_EVENTS))

    def _set(self, event: StoredEvent, state: str, attempts: int, due_at: datetime, error: str) -> None:
        self._session.run(
            _SET_STATE, row_id=event.id, state=state, attempts=attempts, due_at=due_at, error=error
        )


_ADD_ACTION = inserting(outbox)
_PENDING = Statement(
    select(
        outbox.c.id,
        outbox.c.lane,
        outbox.c.platform,
        outbox.c.payload,
        outbox.c.attempts,
        outbox.c.is_uncertain,
        outbox.c.sent_so_far,
        outbox.c.first_tried_at,
    )
    .where(outbox.c.state == "pending", outbox.c.id > bindparam("after"))
    .order_by(outbox.c.id)
    .limit(bindparam("limit"))
)
_FINISH = Statement(
    update(outbox)
    .where(outbox.c.id == bindparam("row_id"))
    .values(state=bindparam("state"), error=bindparam("error"), payload="")
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
        outbox.c.created_at < bindparam("before", type_=outbox.c.created_at.type),
        outbox.c.state != "pending",
    )
)
_COUNT_ACTIONS = Statement(
    select(outbox.c.platform, func.count()).where(outbox.c.state == "pending").group_by(outbox.c.platform)
)


@dataclass(frozen=True, slots=True)
class StoredAction:
    id: int
    lane: str
    platform: str
    payload: str
    attempts: int = 0
    is_uncertain: bool = False
    """An earlier try may have arrived; also true when the process ended during a try."""
    sent_so_far: tuple[MessageAt, ...] = ()
    first_tried_at: datetime | None = None


class OutboxQueue:
    """Actions in the order in which they were decided; strict within a lane."""

    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def add(self, lane: str, platform: str, payload: str) -> StoredAction:
        action = StoredAction(self._ids.next(self._now), lane, platform, payload)
        self._session.run(
            _ADD_ACTION,
            id=action.id,
            lane=lane,
            platform=platform,
            payload=payload,
            state="pending",
            attempts=0,
            is_uncertain=False,
            sent_so_far="",
            created_at=self._now,
            first_tried_at=None,
            error="",
        )
        return action

    def pending(self, *, after: int = 0, limit: int) -> list[StoredAction]:
        rows = self._session.all(_PENDING, after=after, limit=limit)
        return [
            StoredAction(id_, lane, platform, payload, attempts, is_uncertain, _refs(sent), first_tried_at)
            for id_, lane, platform, payload, attempts, is_uncertain, sent, first_tried_at in rows
        ]

    def is_own(self, action: StoredAction) -> bool:
        """True when this process stored it."""
        return self._ids.has_made(action.id)

    def sent(self, action_id: int) -> None:
        self._session.run(_FINISH, row_id=action_id, state="sent", error="")

    def failed(self, action_id: int, error: str) -> None:
        """The platform will never take it."""
        self._session.run(_FINISH, row_id=action_id, state="failed", error=error)

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
