"""Tickets of somebody with linked accounts: one of them goes on for all, and hears them wherever they write."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import BigInteger, bindparam, desc, func, or_, select, update

from bot.core.ticket import Ticket, TicketStatus
from storage.bulk import Listing, as_json
from storage.session import Session
from storage.statement import Statement
from storage.tables import claims, contacts, conversations, tickets
from storage.tickets import Tickets

_TICKET = tuple(tickets.c)
# What is open or else what was solved last, by whichever account; what is joined goes on in another one.
_LAST_OF_PERSON = Statement(
    select(*_TICKET)
    .join(conversations, conversations.c.id == tickets.c.conversation_id)
    .join(contacts, contacts.c.id == conversations.c.contact_id)
    .where(contacts.c.person_id == bindparam("person_id"), tickets.c.joined_to_id.is_(None))
    .order_by(tickets.c.status == TicketStatus.RESOLVED, desc(tickets.c.resolved_at), desc(tickets.c.id))
    .limit(1)
)
_OPEN_OF_PERSON = Statement(
    select(*_TICKET)
    .join(conversations, conversations.c.id == tickets.c.conversation_id)
    .join(contacts, contacts.c.id == conversations.c.contact_id)
    .where(contacts.c.person_id == bindparam("person_id"), tickets.c.status != TicketStatus.RESOLVED)
    .order_by(tickets.c.waiting_since, tickets.c.id)
)
_JOINED_TO = Statement(
    select(*_TICKET).where(tickets.c.joined_to_id == bindparam("ticket_id")).order_by(tickets.c.id)
)
_JOINED_OF = Listing(
    lambda among: (
        select(*_TICKET)
        .join(conversations, conversations.c.id == tickets.c.conversation_id)
        .where(among(conversations.c.contact_id, "contact_ids"), tickets.c.joined_to_id.is_not(None))
        .order_by(tickets.c.id)
    )
)
_HEAR_OWN = Listing(
    lambda among: (
        update(tickets)
        .where(
            tickets.c.heard_in_id.is_not(None),
            among(
                tickets.c.conversation_id,
                select(conversations.c.id).where(among(conversations.c.contact_id, "contact_ids")),
            ),
            tickets.c.heard_in_id.not_in(
                select(conversations.c.id).where(among(conversations.c.contact_id, "contact_ids"))
            ),
        )
        .values(heard_in_id=None)
    )
)
_JOINED_IN = Statement(
    select(*_TICKET)
    .where(tickets.c.conversation_id == bindparam("conversation_id"), tickets.c.joined_to_id.is_not(None))
    .order_by(tickets.c.id)
)
_HEAR_IN = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket_id"))
    .values(heard_in_id=bindparam("conversation_id", type_=BigInteger))
)
# With it goes whatever was joined to it before: it is never more than one step to the ticket that goes on.
_JOIN = Statement(
    update(tickets)
    .where(or_(tickets.c.id == bindparam("ticket_id"), tickets.c.joined_to_id == bindparam("ticket_id")))
    .values(
        status=TicketStatus.RESOLVED,
        resolved_at=func.coalesce(tickets.c.resolved_at, bindparam("at", type_=tickets.c.resolved_at.type)),
        joined_to_id=bindparam("to_id", type_=BigInteger),
        heard_in_id=None,
    )
)
_TAKE_APART = Statement(
    update(tickets)
    .where(tickets.c.id == bindparam("ticket_id"), tickets.c.joined_to_id.is_not(None))
    .values(
        joined_to_id=None,
        status=bindparam("status", type_=tickets.c.status.type),
        claimed_by=bindparam("claimed_by", type_=BigInteger),
        claimed_at=None,
        resolved_at=bindparam("resolved_at", type_=tickets.c.resolved_at.type),
    )
)
_END_CLAIMS = Statement(
    update(claims)
    .where(claims.c.ticket_id == bindparam("in_ticket"), claims.c.ended_at.is_(None))
    .values(ended_at=bindparam("at", type_=claims.c.ended_at.type))
)


class JoinedTickets:
    def __init__(self, session: Session, own: Tickets, now: datetime) -> None:
        self._session, self._own, self._now = session, own, now

    def last_of_person(self, person_id: int) -> Ticket | None:
        """The open ticket of somebody with linked accounts, or else the one that was solved last."""
        return self._one(_LAST_OF_PERSON, person_id=person_id)

    def open_of_person(self, person_id: int) -> list[Ticket]:
        """What is open for somebody with linked accounts, the longest waiting first: one, but while they are linked."""
        return self._tickets(_OPEN_OF_PERSON, person_id=person_id)

    def joined_to(self, ticket_id: int) -> list[Ticket]:
        return self._tickets(_JOINED_TO, ticket_id=ticket_id)

    def joined_in(self, conversation_id: int) -> list[Ticket]:
        """The conversation's own tickets that go on in another one."""
        return self._tickets(_JOINED_IN, conversation_id=conversation_id)

    def hear_in(self, ticket: Ticket, conversation_id: int) -> Ticket:
        """Its customer wrote in this conversation, so that is where they are answered."""
        if ticket.spoken_in_id == conversation_id:
            return ticket
        self._own.forget()
        heard_in_id = conversation_id if conversation_id != ticket.conversation_id else None
        self._session.run(_HEAR_IN, ticket_id=ticket.id, conversation_id=heard_in_id)
        return replace(ticket, heard_in_id=heard_in_id)

    def joined_of(self, contact_ids: Collection[int]) -> list[Ticket]:
        """The contacts' own tickets that go on in another one."""
        return self._tickets(_JOINED_OF, contact_ids=as_json([*contact_ids]))

    def hear_own(self, contact_ids: Collection[int]) -> None:
        """None of these contacts' tickets is answered in a conversation of somebody else any more."""
        self._own.forget()
        self._session.run(_HEAR_OWN, contact_ids=as_json([*contact_ids]))

    def join(self, ticket: Ticket, to: Ticket) -> None:
        """The other one goes on for both: one place in the queue, one owner."""
        self._own.forget()
        self._session.run(_JOIN, ticket_id=ticket.id, to_id=to.id, at=self._now)
        self._session.run(_END_CLAIMS, in_ticket=ticket.id, at=self._now)

    def take_apart(self, ticket: Ticket, was_in: Ticket) -> None:
        """It stands for itself again: back in the queue at its old place, or solved with the one it was joined to."""
        self._own.forget()
        self._session.run(
            _TAKE_APART,
            ticket_id=ticket.id,
            status=TicketStatus.WAITING if was_in.is_open else TicketStatus.RESOLVED,
            claimed_by=None if was_in.is_open else was_in.claimed_by,
            resolved_at=was_in.resolved_at,
        )

    def _one(self, statement: Statement, **parameters: Any) -> Ticket | None:
        row = self._session.one(statement, **parameters)
        return Ticket(*row) if row else None

    def _tickets(self, statement: Statement, **parameters: Any) -> list[Ticket]:
        return [Ticket(*row) for row in self._session.all(statement, **parameters)]
