"""The queue as a whole: how many wait and for how long, and who is ahead of whom."""

from datetime import datetime

from msgspec import Struct
from sqlalchemy import ScalarSelect, bindparam, desc, func, select, tuple_

from bot.core.policies.queueing import MOST_COUNTED_AHEAD
from bot.core.ticket import Ticket, TicketStatus
from storage.session import Session
from storage.statement import Statement
from storage.tables import claims, counters, tickets

_AHEAD = Statement(
    select(func.count()).select_from(
        select(tickets.c.id)
        .where(
            tickets.c.status == TicketStatus.WAITING,
            # Compared as one, so that the index is read from its beginning and no further.
            tuple_(tickets.c.waiting_since, tickets.c.id)
            < tuple_(
                bindparam("since", type_=tickets.c.waiting_since.type),
                bindparam("id", type_=tickets.c.id.type),
            ),
        )
        .limit(bindparam("most"))
        .subquery()
    )
)
_FIRST_CLAIMS = Statement(
    select(tickets.c.opened_at, func.min(claims.c.claimed_at).label("claimed_at"))
    .join(claims, claims.c.ticket_id == tickets.c.id)
    .where(tickets.c.id.in_(select(tickets.c.id).order_by(desc(tickets.c.id)).limit(50).scalar_subquery()))
    .group_by(tickets.c.id, tickets.c.opened_at)
    .order_by(desc(tickets.c.id))
    .limit(20)
)


def _number_of(status: TicketStatus) -> ScalarSelect[int]:
    return select(func.count()).select_from(tickets).where(tickets.c.status == status).scalar_subquery()


# Only what is open is counted, by its indexes; numbers tell how many there have ever been.
_COUNT = Statement(
    select(
        _number_of(TicketStatus.WAITING).label("waiting"),
        _number_of(TicketStatus.CLAIMED).label("claimed"),
        select(counters.c.value).where(counters.c.name == "ticket").scalar_subquery().label("opened"),
    )
)
_OLDEST_WAITING = Statement(
    select(tickets.c.waiting_since)
    .where(tickets.c.status == TicketStatus.WAITING)
    .order_by(tickets.c.waiting_since)
    .limit(1)
)


class QueueCounts(Struct, frozen=True):
    waiting: int
    claimed: int
    resolved: int


class TicketQueue:
    """What is asked of all tickets at once."""

    def __init__(self, session: Session) -> None:
        self._session = session

    def place_of(self, ticket: Ticket) -> int | None:
        """1 for who waits longest; None when more than MOST_COUNTED_AHEAD are ahead."""
        row = self._session.one(_AHEAD, since=ticket.waiting_since, id=ticket.id, most=MOST_COUNTED_AHEAD + 1)
        return row[0] + 1 if row and row[0] <= MOST_COUNTED_AHEAD else None

    def first_waits_seconds(self) -> list[float]:
        """How long the newest claimed tickets waited for their first person, newest first, at most twenty."""
        rows = self._session.all(_FIRST_CLAIMS)
        return [(claimed_at - opened_at).total_seconds() for opened_at, claimed_at in rows]

    def counts(self) -> QueueCounts:
        waiting, claimed, opened = self._session.one(_COUNT) or (0, 0, 0)
        return QueueCounts(waiting, claimed, (opened or 0) - waiting - claimed)

    def oldest_since(self) -> datetime | None:
        row = self._session.one(_OLDEST_WAITING)
        return row[0] if row else None
