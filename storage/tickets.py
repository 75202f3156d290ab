"""Tickets, who holds them, and where staff work on them."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    delete,
    desc,
    func,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.places import MessageAt, Place
from bot.core.ticket import DeskKind, DeskPlace, Ticket, TicketStatus
from storage.bulk import Among, Listing, as_json
from storage.conversations import is_around
from storage.ids import Ids
from storage.rows import inserting, message_at, place_from
from storage.session import Question, Session
from storage.statement import Statement
from storage.tables import claims, conversations, counters, desk_places, tickets

_TICKET = tuple(tickets.c)
_BY_ID = Statement(select(*_TICKET).where(tickets.c.id == bindparam("id")))
_BY_NUMBER = Statement(select(*_TICKET).where(tickets.c.number == bindparam("number")))
_LAST_OF = Statement(
    select(*_TICKET)
    .where(tickets.c.conversation_id == bindparam("conversation_id"))
    .order_by(tickets.c.status == TicketStatus.RESOLVED, desc(tickets.c.id))
    .limit(1)
)
_WAITING = Statement(
    select(*_TICKET)
    .where(tickets.c.status == TicketStatus.WAITING)
    .order_by(tickets.c.waiting_since, tickets.c.id)
    .limit(bindparam("limit"))
)
_HELD_BY = Statement(
    select(*_TICKET)
    .where(tickets.c.status == TicketStatus.CLAIMED, tickets.c.claimed_by == bindparam("staff_id"))
    .order_by(tickets.c.claimed_at, tickets.c.id)
)
_CLAIMED = Statement(
    select(*_TICKET)
    .where(tickets.c.status == TicketStatus.CLAIMED)
    .order_by(desc(tickets.c.claimed_at))
    .limit(bindparam("limit"))
)
_ADD = inserting(tickets)
_NEXT_NUMBER = Statement(
    upsert(counters)
    .values(name="ticket", value=1)
    .on_conflict_do_update(index_elements=["name"], set_={"value": counters.c.value + 1})
    .returning(counters.c.value)
)
_CLAIM = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket_id"), tickets.c.status == TicketStatus.WAITING)
    .values(
        status=TicketStatus.CLAIMED,
        claimed_by=bindparam("staff_id"),
        claimed_at=bindparam("at", type_=tickets.c.claimed_at.type),
    )
    .returning(tickets.c.id)
)
_RELEASE = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket_id"), tickets.c.status == TicketStatus.CLAIMED)
    .values(status=TicketStatus.WAITING, claimed_by=None, claimed_at=None)
    .returning(tickets.c.id)
)
_RESOLVE = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket_id"), tickets.c.status != TicketStatus.RESOLVED)
    .values(
        status=TicketStatus.RESOLVED,
        resolved_at=bindparam("at", type_=tickets.c.resolved_at.type),
        claimed_by=func.coalesce(bindparam("staff_id", type_=BigInteger), tickets.c.claimed_by),
    )
    .returning(tickets.c.id)
)
_REOPEN = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket_id"), tickets.c.status == TicketStatus.RESOLVED)
    .values(
        status=TicketStatus.WAITING,
        resolved_at=None,
        claimed_by=None,
        claimed_at=None,
        waiting_since=bindparam("at", type_=tickets.c.waiting_since.type),
    )
    .returning(tickets.c.id)
)
_NAME = Statement(
    update(tickets).where(tickets.c.id == bindparam("ticket_id")).values(subject=bindparam("subject"))
)
_ADD_CLAIM = inserting(claims)
_END_CLAIMS = Statement(
    update(claims)
    .where(claims.c.ticket_id == bindparam("in_ticket"), claims.c.ended_at.is_(None))
    .values(ended_at=bindparam("at", type_=claims.c.ended_at.type))
)
_DESK = tuple(desk_places.c)
_DESK_AT = Statement(select(*_DESK).where(desk_places.c.place_key == bindparam("place_key")))
_DESKS_OF = Statement(
    select(*_DESK)
    .where(desk_places.c.ticket_id == bindparam("ticket_id"), desk_places.c.kind != DeskKind.FORMER)
    .order_by(desc(desk_places.c.kind))
)
_DESKS_OF_SEVERAL = Listing(
    lambda among: (
        select(*_DESK)
        .where(among(desk_places.c.ticket_id, "ticket_ids"), desk_places.c.kind != DeskKind.FORMER)
        .order_by(desc(desk_places.c.kind))
    )
)
_DESKS_AT = Listing(lambda among: select(*_DESK).where(among(desk_places.c.place_key, "place_keys")))


def _is_open_around(among: Among) -> ColumnElement[bool]:
    around = select(conversations.c.id).where(is_around(among))
    return and_(tickets.c.status != TicketStatus.RESOLVED, among(tickets.c.conversation_id, around))


_OPEN_AROUND = Listing(lambda among: select(*_TICKET).where(_is_open_around(among)))
_DESKS_OF_OPEN = Listing(
    lambda among: (
        select(*_DESK)
        .where(
            desk_places.c.kind != DeskKind.FORMER,
            among(desk_places.c.ticket_id, select(tickets.c.id).where(_is_open_around(among))),
        )
        .order_by(desc(desk_places.c.kind))
    )
)
_RETIRE_DESK = Statement(
    update(desk_places).where(desk_places.c.place_key == bindparam("at_place")).values(kind=DeskKind.FORMER)
)
_ADD_DESK = Statement(
    upsert(desk_places)
    .values({c.name: bindparam(c.name) for c in desk_places.c})
    .on_conflict_do_update(
        index_elements=["place_key"],
        set_={
            name: bindparam(name)
            for name in ("ticket_id", "kind", "is_direct", "card_place_key", "card_external_id")
        },
    )
)
_DROP_DESK = Statement(delete(desk_places).where(desk_places.c.place_key == bindparam("place_key")))


class Tickets:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now
        self._desks: dict[int, list[DeskPlace]] = {}
        self._desk_at: dict[str, DeskPlace | None] = {}
        self._open: dict[int, Ticket] = {}
        """By conversation."""

    def desks_among(self, place_keys: set[str]) -> Question:
        """Finds out in which of these places staff work on which tickets."""
        self._desk_at = dict.fromkeys(place_keys)

        def learn(rows: list[tuple[Any, ...]]) -> None:
            self._desk_at.update((row[0], _desk(row)) for row in rows)

        return Question(_DESKS_AT, {"place_keys": as_json([*place_keys])}, learn)

    def open_around(self, place_keys: set[str]) -> list[Question]:
        """Looks up the open tickets of the conversations in these places, and of those on whose tickets staff work
        there; and where staff work on them.
        """
        given = as_json([*place_keys])

        def learn(rows: list[tuple[Any, ...]]) -> None:
            for row in rows:
                ticket = Ticket(*row)
                self._open[ticket.conversation_id] = ticket
                self._desks[ticket.id] = []

        def learn_desks(rows: list[tuple[Any, ...]]) -> None:
            for row in rows:
                self._desks.setdefault(row[1], []).append(_desk(row))

        return [
            Question(_OPEN_AROUND, {"place_keys": given}, learn),
            Question(_DESKS_OF_OPEN, {"place_keys": given}, learn_desks),
        ]

    def open(self, conversation_id: int, subject: str, areas: tuple[str, ...]) -> Ticket:
        """A new ticket at the end of the queue; the database refuses a second open one per conversation."""
        self.forget()
        (number,) = self._session.one(_NEXT_NUMBER) or (1,)
        ticket = Ticket(
            id=self._ids.next(self._now),
            number=number,
            conversation_id=conversation_id,
            status=TicketStatus.WAITING,
            subject=subject,
            opened_at=self._now,
            waiting_since=self._now,
            areas=areas,
        )
        self._session.run(
            _ADD,
            id=ticket.id,
            number=number,
            conversation_id=conversation_id,
            status=ticket.status,
            subject=subject,
            opened_at=self._now,
            waiting_since=self._now,
            claimed_by=None,
            claimed_at=None,
            resolved_at=None,
            areas=areas,
            heard_in_id=None,
            joined_to_id=None,
        )
        return ticket

    def name(self, ticket: Ticket, subject: str) -> None:
        """Give it the words that say what it is about."""
        self._session.run(_NAME, ticket_id=ticket.id, subject=subject)

    def get(self, ticket_id: int) -> Ticket | None:
        return self._ticket(_BY_ID, id=ticket_id)

    def numbered(self, number: int) -> Ticket | None:
        return self._ticket(_BY_NUMBER, number=number)

    def last_of(self, conversation_id: int) -> Ticket | None:
        """The open ticket of a conversation, or else its newest."""
        if (known := self._open.get(conversation_id)) is not None:
            return known
        return self._ticket(_LAST_OF, conversation_id=conversation_id)

    def open_of(self, conversation_id: int) -> Ticket | None:
        last = self.last_of(conversation_id)
        return last if last and last.is_open else None

    def waiting(self, *, limit: int) -> list[Ticket]:
        """The queue, the one that waits longest first."""
        return [Ticket(*row) for row in self._session.all(_WAITING, limit=limit)]

    def claimed(self, *, limit: int) -> list[Ticket]:
        return [Ticket(*row) for row in self._session.all(_CLAIMED, limit=limit)]

    def held_by(self, staff_id: int) -> list[Ticket]:
        return [Ticket(*row) for row in self._session.all(_HELD_BY, staff_id=staff_id)]

    def claim(self, ticket: Ticket, staff_id: int) -> bool:
        """Take a waiting ticket; exactly one of those who try at once gets True."""
        self.forget()
        won = self._session.one(_CLAIM, ticket_id=ticket.id, staff_id=staff_id, at=self._now)
        if won is None:
            return False
        self._session.run(
            _ADD_CLAIM,
            id=self._ids.next(self._now),
            ticket_id=ticket.id,
            staff_id=staff_id,
            claimed_at=self._now,
            ended_at=None,
        )
        return True

    def release(self, ticket: Ticket) -> bool:
        """Back into the queue at its old place; False when nobody held it."""
        return self._end(_RELEASE, ticket)

    def resolve(self, ticket: Ticket, staff_id: int | None) -> bool:
        """Done, by this person from now on, or by whoever held it; False when it was resolved already."""
        return self._end(_RESOLVE, ticket, at=self._now, staff_id=staff_id)

    def reopen(self, ticket: Ticket) -> bool:
        """At the end of the queue; False when it is open."""
        self.forget()
        return self._session.one(_REOPEN, ticket_id=ticket.id, at=self._now) is not None

    def desk_at(self, place: Place) -> DeskPlace | None:
        if place.key in self._desk_at:
            return self._desk_at[place.key]
        row = self._session.one(_DESK_AT, place_key=place.key)
        return _desk(row) if row else None

    def desks(self, ticket_id: int) -> list[DeskPlace]:
        """Where staff work on it: its thread first."""
        known = self._desks.get(ticket_id)
        if known is None:
            # Asked by the handler, and again to address what it decided.
            rows = self._session.all(_DESKS_OF, ticket_id=ticket_id)
            known = self._desks[ticket_id] = [_desk(row) for row in rows]
        return known

    def look_up_desks(self, ticket_ids: Collection[int]) -> None:
        """Ask for all these together, before each is asked for."""
        if not ticket_ids:
            return
        found: dict[int, list[DeskPlace]] = {ticket_id: [] for ticket_id in ticket_ids}
        for row in self._session.all(_DESKS_OF_SEVERAL, ticket_ids=as_json([*ticket_ids])):
            found[row[1]].append(_desk(row))
        self._desks |= found

    def forget(self) -> None:
        """What was foreseen is not true any more."""
        self._desks.clear()
        self._desk_at.clear()
        self._open.clear()

    def thread_of(self, ticket_id: int) -> DeskPlace | None:
        return next((desk for desk in self.desks(ticket_id) if desk.kind is DeskKind.THREAD), None)

    def add_desk(self, ticket_id: int, kind: DeskKind, place: Place, card: MessageAt | None) -> None:
        """From now on this place belongs to the ticket; it leaves any other."""
        self.forget()
        self._session.run(
            _ADD_DESK,
            place_key=place.key,
            ticket_id=ticket_id,
            kind=kind,
            is_direct=place.is_direct,
            card_place_key=card.place.key if card else "",
            card_external_id=card.id if card else "",
        )

    def retire_desk(self, place: Place) -> None:
        """The ticket is worked on elsewhere now; what is written here is still known to be about it."""
        self.forget()
        self._session.run(_RETIRE_DESK, at_place=place.key)

    def drop_desk(self, place: Place) -> None:
        self.forget()
        self._session.run(_DROP_DESK, place_key=place.key)

    def _end(self, statement: Statement, ticket: Ticket, **parameters: Any) -> bool:
        self.forget()
        if self._session.one(statement, ticket_id=ticket.id, **parameters) is None:
            return False
        self._session.run(_END_CLAIMS, in_ticket=ticket.id, at=self._now)
        return True

    def _ticket(self, statement: Statement, **parameters: Any) -> Ticket | None:
        row = self._session.one(statement, **parameters)
        return Ticket(*row) if row else None


def _desk(row: tuple[Any, ...]) -> DeskPlace:
    place_key, ticket_id, kind, is_direct, card_key, card_id = row
    card = message_at(card_key, is_direct, card_id) if card_id else None
    return DeskPlace(ticket_id, kind, place_from(place_key, is_direct), card)
