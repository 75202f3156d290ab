"""The exchange with one contact in one place, and what was said in it."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct
from msgspec.structs import replace

from bot.core.content import FileRef
from bot.core.places import MessageAt, Place


class Status(StrEnum):
    OPEN = "open"
    RESOLVED = "resolved"


class Owner(StrEnum):
    """Who answers next."""

    BOT = "bot"
    QUEUE = "queue"
    PERSON = "person"


class Conversation(Struct, frozen=True):
    id: int
    contact_id: int
    place: Place
    opened_at: datetime
    last_message_at: datetime
    status: Status = Status.OPEN
    owner: Owner = Owner.BOT
    resolved_at: datetime | None = None
    person_id: int | None = None
    """The contact's: the same for all accounts that are linked; None for one that is alone."""

    @property
    def person(self) -> int:
        """Whose it is, whichever account they use."""
        return self.person_id or self.contact_id

    @property
    def is_linked(self) -> bool:
        return self.person_id is not None

    def queued(self) -> "Conversation":
        return replace(self, status=Status.OPEN, owner=Owner.QUEUE, resolved_at=None)

    def with_person(self) -> "Conversation":
        return replace(self, status=Status.OPEN, owner=Owner.PERSON, resolved_at=None)

    def with_bot(self) -> "Conversation":
        return replace(self, status=Status.OPEN, owner=Owner.BOT, resolved_at=None)

    def resolved(self, now: datetime) -> "Conversation":
        return replace(self, status=Status.RESOLVED, owner=Owner.BOT, resolved_at=now)

    @property
    def is_resolved(self) -> bool:
        return self.status is Status.RESOLVED


class Direction(StrEnum):
    INCOMING = "incoming"
    """From the customer."""
    OUTGOING = "outgoing"
    """To the customer, from a person or the bot."""
    NOTE = "note"
    """Between staff; nothing that is a note can be sent to a customer."""
    ACTIVITY = "activity"
    """What happened: claimed, released, resolved."""


class Message(Struct, frozen=True):
    id: int
    conversation_id: int
    direction: Direction
    author_name: str
    text: str
    sent_at: datetime
    files: tuple[FileRef, ...] = ()
    staff_id: int | None = None
    is_from_bot: bool = False
    reply_to_id: int | None = None
    origin: MessageAt | None = None
    """Where it was written; None for what the bot itself said."""
    edited_at: datetime | None = None
    deleted_at: datetime | None = None
    shown_as: str = ""
    """The name under which the customer saw it; "" when that is its author's own."""


class Remembered(Struct, frozen=True):
    """What is known of one message in a room, to be compared with what stands there now."""

    message: MessageAt
    is_origin: bool
    """False for a copy by the bot."""
    reactions: frozenset[tuple[str, str]] = frozenset()
    """(emoji, person's external id)."""
    is_pinned: bool = False
