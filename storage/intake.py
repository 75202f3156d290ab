"""Events that came in, each once; only what still waits keeps its text."""

from datetime import datetime
from typing import Any

from msgspec import Struct
from sqlalchemy import bindparam, delete, func, insert, literal, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.bulk import Bulk, Listing, as_json, inserted
from storage.ids import Ids, first_id_at
from storage.rows import inserting
from storage.session import Question, Session
from storage.statement import Statement
from storage.tables import intake

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
_TAKEN = ("id", "platform", "event_id", "lane", "received_at", "due_at")
_AS_HANDLED = {"state": "handled", "attempts": 1, "error": "", "payload": ""}
_TAKE_MANY = Bulk(
    intake,
    Statement(insert(intake).values({name: bindparam(name) for name in _TAKEN} | _AS_HANDLED)),
    lambda rows: insert(intake).from_select(
        *inserted(intake, rows, **{name: literal(value) for name, value in _AS_HANDLED.items()})
    ),
    _TAKEN,
)
_HEARD = Listing(
    lambda among: select(intake.c.event_id).where(
        intake.c.platform == bindparam("platform"), among(intake.c.event_id, "event_ids")
    )
)
_WAITING_LANES = Listing(
    lambda among: select(intake.c.lane).where(intake.c.state == "pending", among(intake.c.lane, "lanes"))
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
_old = intake.alias("old")
_FORGET_EVENTS = Statement(
    delete(intake)
    .where(
        intake.c.id.in_(
            select(_old.c.id)
            .where(_old.c.id < bindparam("before"), _old.c.state == "handled")
            .order_by(_old.c.id)
            .limit(bindparam("most"))
        )
    )
    .returning(intake.c.id)
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


class StoredEvent(Struct, frozen=True):
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
        self._new: set[tuple[str, str]] = set()
        self._lanes: frozenset[str] | set[str] = frozenset()
        self._waiting: set[str] = set()

    def new_among(self, platform: str, event_ids: set[str]) -> Question:
        """Finds out which of these events are new."""

        def learn(rows: list[tuple[Any, ...]]) -> None:
            self._new |= {(platform, one) for one in event_ids.difference(row[0] for row in rows)}

        return Question(_HEARD, {"platform": platform, "event_ids": as_json([*event_ids])}, learn)

    def waiting_among(self, lanes: set[str]) -> Question:
        """Finds out in which of these lanes something waits."""

        def learn(rows: list[tuple[Any, ...]]) -> None:
            self._lanes, self._waiting = lanes, {row[0] for row in rows}

        return Question(_WAITING_LANES, {"lanes": as_json([*lanes])}, learn)

    def take(
        self, platform: str, event_id: str, lane: str, payload: str, late: str = ""
    ) -> StoredEvent | None:
        """Store it as handled, which it must become in this very transaction; None for a repeat.

        `late` is the lane of what waits for this one.
        """
        if (platform, event_id) in self._new:
            self._new.discard((platform, event_id))
            return self._take_new(platform, event_id, lane, payload, late)
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

    def _take_new(self, platform: str, event_id: str, lane: str, payload: str, late: str) -> StoredEvent:
        """It was foreseen to be new. Should another process store it too, the database refuses the batch, which is then
        done again with care.
        """
        row_id = self._ids.next(self._now)
        self._session.defer(
            _TAKE_MANY,
            id=row_id,
            platform=platform,
            event_id=event_id,
            lane=lane,
            received_at=self._now,
            due_at=self._now,
        )
        is_awaited = self.has_waiting(lane) or (late != "" and self.has_waiting(late))
        return StoredEvent(row_id, platform, lane, payload, 0, is_awaited, is_kept=False)

    def keep(self, platform: str, event_id: str, lane: str, payload: str) -> StoredEvent:
        """Store it as waiting; raises the database's error for a repeat."""
        self._lanes = frozenset()
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

    def hold(self, event: StoredEvent, until: datetime) -> None:
        """Let it wait, and all behind it in its lane, for what belongs to it."""
        self._set(event, "pending", event.attempts, until, "")

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
        if lane in self._lanes:
            return lane in self._waiting
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
        self._lanes = frozenset()
        self._session.run(_AGAIN, row_id=event_id, due_at=self._now)

    def drop(self, event_id: int) -> None:
        """Never try it again."""
        self._session.run(_DROP, row_id=event_id)

    def is_set_aside(self, event_id: int) -> bool:
        return self._session.one(_IS_SET_ASIDE, row_id=event_id) is not None

    def forget(self, *, before: datetime, most: int = 1000) -> int:
        """Drop the oldest handled events, so many at a time; returns how many. A repeat of one counts as new."""
        return len(self._session.all(_FORGET_EVENTS, before=first_id_at(before), most=most))

    def counts(self) -> dict[str, int]:
        """Rows by state: 'pending' and 'set_aside'."""
        return dict(self._session.all(_COUNT_EVENTS))

    def _set(self, event: StoredEvent, state: str, attempts: int, due_at: datetime, error: str) -> None:
        self._lanes = frozenset()
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
