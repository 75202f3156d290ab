"""Numbered work that needs a person."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from bot.core.places import MessageAt, Place


class TicketStatus(StrEnum):
    WAITING = "waiting"
    CLAIMED = "claimed"
    RESOLVED = "resolved"


class Ticket(Struct, frozen=True):
    id: int
    number: int
    """What people call it; counts up from 1."""
    conversation_id: int
    status: TicketStatus
    subject: str
    """The customer's own words, shortened; plain text. "" until they have said what it is about."""
    opened_at: datetime
    waiting_since: datetime
    claimed_by: int | None = None
    """A staff id: who holds it, or who resolved it."""
    claimed_at: datetime | None = None
    resolved_at: datetime | None = None
    areas: tuple[str, ...] = ()
    """What it is about, from the articles that came nearest and the customer's words."""
    heard_in_id: int | None = None
    """The conversation in which its customer wrote last, when it is not its own: they have linked accounts."""
    joined_to_id: int | None = None
    """The ticket that goes on for it, since their customers turned out to be one person."""

    @property
    def is_joined(self) -> bool:
        return self.joined_to_id is not None

    @property
    def spoken_in_id(self) -> int:
        """The conversation in which its customer is answered."""
        return self.heard_in_id or self.conversation_id

    @property
    def is_open(self) -> bool:
        return self.status is not TicketStatus.RESOLVED


class DeskKind(StrEnum):
    THREAD = "thread"
    """The ticket's thread in the staff space."""
    DIRECT = "direct"
    """The direct chat of a volunteer who holds the ticket."""
    FORMER = "former"
    """A thread that was given up for a new one; should somebody still write there, it is not lost."""


class DeskPlace(Struct, frozen=True):
    """Where staff work on a ticket; what its owner writes there goes to the customer."""

    ticket_id: int
    kind: DeskKind
    place: Place
    card: MessageAt | None = None
    """The message that shows the ticket's state."""
