"""What an adapter is asked to do, fully addressed, and what came of it."""

from enum import StrEnum
from typing import Literal

from msgspec import Struct

from bot.core.content import Content, FileRef, Form, LostFile
from bot.core.events import Handle
from bot.core.places import Identity, MessageAt, Place

SEEN = "👀"
"""What stands on a customer's message once somebody has it in hand."""


class Outcome(StrEnum):
    """What became of a staff member's message; shown on the message itself."""

    SENT = "sent"
    NOTE = "note"
    FAILED = "failed"


class ThreadState(StrEnum):
    """What a ticket's thread shows about its ticket."""

    WAITING = "waiting"
    CLAIMED = "claimed"
    RESOLVED = "resolved"


class Post(Struct, frozen=True):
    """Send one message to a place; long text becomes several parts, files follow the text."""

    place: Place
    content: Content
    reply_to: MessageAt | None = None
    kind: Literal["post"] = "post"


class Edit(Struct, frozen=True):
    """Replace a message that the bot sent; `messages` are its parts in order."""

    messages: tuple[MessageAt, ...]
    content: Content
    before: tuple[FileRef, ...] | None = None
    """The files that hang on it, when the content has other ones; None when they stay."""
    kind: Literal["edit"] = "edit"


class Remove(Struct, frozen=True):
    """Take back a message that the bot sent; one that is gone already counts as removed."""

    messages: tuple[MessageAt, ...]
    has_files: bool = False
    """Files hang on it, which some platforms keep apart from their message."""
    kind: Literal["remove"] = "remove"


class React(Struct, frozen=True):
    """Put the bot's reaction on a message or take it off; an emoji the platform lacks is left out."""

    message: MessageAt
    emoji: str
    is_on: bool
    kind: Literal["react"] = "react"


class Mark(Struct, frozen=True):
    """Show on a staff member's message what became of it, in place of an earlier mark."""

    message: MessageAt
    outcome: Outcome
    kind: Literal["mark"] = "mark"


class OpenThread(Struct, frozen=True):
    """Begin a thread in the staff space with a card; the receipt carries the new place and the card's message."""

    space: Place
    title: str
    content: Content
    kind: Literal["open_thread"] = "open_thread"


class SetThread(Struct, frozen=True):
    """Show the ticket's state on its thread (tags, closing, title), and redraw its card."""

    place: Place
    card: MessageAt
    title: str
    content: Content
    state: ThreadState
    kind: Literal["set_thread"] = "set_thread"


class Answer(Struct, frozen=True):
    """Answer the one who gave a command, pressed a button or sent a form; private where the platform can.

    When the handle has expired or there is none, it goes to the place as a post (private ones to the person's
    direct chat).
    """

    place: Place
    identity: Identity
    content: Content
    handle: Handle | None = None
    is_private: bool = True
    kind: Literal["answer"] = "answer"


class OpenForm(Struct, frozen=True):
    """Open a form in front of the person; where a platform has none, ask its first field as a message to reply to."""

    place: Place
    identity: Identity
    form: Form
    handle: Handle | None = None
    kind: Literal["open_form"] = "open_form"


class ShowHome(Struct, frozen=True):
    """Draw a person's own page of the bot (Slack's App Home); nothing where there is none."""

    identity: Identity
    sections: tuple[Content, ...]
    kind: Literal["show_home"] = "show_home"


Outgoing = Post | Edit | Remove | React | Mark | OpenThread | SetThread | Answer | OpenForm | ShowHome


class Receipt(Struct, frozen=True):
    """What the platform made of it."""

    messages: tuple[MessageAt, ...] = ()
    """The parts in order, text before files; their places are exact (a direct chat's channel is known now)."""
    place: Place | None = None
    """For OpenThread: the new thread."""
    is_repeat_possible: bool = False
    """True when an earlier try may have arrived as well and the platform offers no way to find out."""
    notices: tuple[str, ...] = ()
    """What could not be shown: 'reaction_unknown', 'removed_by_edit', 'thread_unavailable' and the like."""
    lost: tuple[LostFile, ...] = ()
    """Files that could not be carried over; the place was told which."""


class Refusal(StrEnum):
    """Why a platform will not take a message, for people to be told."""

    BLOCKED = "blocked"
    """The person blocked the bot or closed direct messages."""
    PLACE_GONE = "place_gone"
    MESSAGE_GONE = "message_gone"
    NOT_ALLOWED = "not_allowed"
    TOO_LARGE = "too_large"
    INVALID = "invalid"
    """The platform calls the request malformed: a defect of ours."""
    UNREACHABLE = "unreachable"
    """Tried for as long as it makes sense."""


class SendError(Exception):
    """The platform did not take it. Permanent: never will. Otherwise try again, not before `retry_after_seconds`.

    `is_uncertain` says that the message may have arrived although no answer came back: the next try of the
    same key must first look whether it is there, where the platform lets one look. `sent` are the parts that
    did arrive, in order; the next try gets them as `Attempt.sent_so_far`.
    """

    def __init__(
        self,
        message: str,
        *,
        refusal: Refusal | None = None,
        retry_after_seconds: float = 0.0,
        is_uncertain: bool = False,
        sent: tuple[MessageAt, ...] = (),
    ) -> None:
        super().__init__(message)
        self.refusal = refusal
        self.retry_after_seconds = retry_after_seconds
        self.is_uncertain = is_uncertain
        self.sent = sent

    @property
    def is_permanent(self) -> bool:
        return self.refusal is not None
