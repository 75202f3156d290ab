"""What happened. Events are stored once under their id and handled once; everything in them is data.

The id is unique per platform and names the fact, not the delivery: a message that a platform delivers twice
under two delivery ids has one event id.
"""

from datetime import datetime
from typing import Literal

from msgspec import Struct

from bot.core.content import FileRef, LostFile
from bot.core.knowledge import FoundSince, Gap, Match, Shelf, WrittenAnswer
from bot.core.places import Identity, MessageAt, Place


class Author(Struct, frozen=True):
    """Who did it, as far as the edge knows."""

    identity: Identity
    name: str
    """The display name; the external id when the platform would not tell."""
    handle: str = ""
    language: str = ""
    """ISO 639-1, or "" when the platform does not say."""
    time_zone: str = ""
    """IANA name, or ""."""
    avatar_url: str = ""
    is_bot: bool = False
    is_in_staff_space: bool | None = None
    """True when the event itself or the platform's member list shows it; None when nobody asked."""
    is_colleague: bool = False
    """True for members of a place listed in COLLEAGUES."""


class Mention(Struct, frozen=True):
    """A person who is called in a text, where '@' and the name stand."""

    identity: Identity
    name: str


class Handle(Struct, frozen=True):
    """How to answer the one who pressed or typed; understood by its adapter only, and worth nothing after expiry."""

    platform: str
    token: str
    expires_at: datetime | None = None


class Asker(Struct, frozen=True):
    """Whoever of the team waits for an answer that is worked out beside the line, and how they get it."""

    place: Place
    identity: Identity
    language: str = ""
    """As `Author.language`."""
    handle: Handle | None = None


class MessageReceived(Struct, frozen=True):
    """Someone said something where the bot can hear it."""

    id: str
    at: datetime
    place: Place
    """Where an exchange about it would live: for a top-level message in a channel with threads, its own thread."""
    message: MessageAt
    author: Author
    text: str = ""
    files: tuple[FileRef, ...] = ()
    reply_to: MessageAt | None = None
    is_to_bot: bool = False
    """A direct chat, a mention of the bot, or a reply to it."""
    is_opening: bool = False
    """A top-level message that could begin a thread of its own."""
    album: str = ""
    """The platform's album id: messages of one album belong together, and are put together before they are handled."""
    others: tuple[MessageAt, ...] = ()
    """The messages behind the first one of an album that was put together; each brought the file at its place."""
    forwarded_from: str = ""
    """The origin's name when it was forwarded."""
    forwarded: MessageAt | None = None
    """Which message was forwarded, where the platform says so."""
    is_backfilled: bool = False
    """Fetched from history after the bot was away."""
    mentions: tuple[Mention, ...] = ()
    kind: Literal["message_received"] = "message_received"


class MessageEdited(Struct, frozen=True):
    id: str
    at: datetime
    message: MessageAt
    author: Author
    text: str
    files: tuple[FileRef, ...] | None = None
    """All that hang on it now; None when the platform does not say, and they are as they were."""
    mentions: tuple[Mention, ...] = ()
    is_passing: bool = False
    """One of many that follow each other closely, such as where somebody is just now: in time the last one counts."""
    forwarded_from: str = ""
    """As `MessageReceived.forwarded_from`: it stays a forwarded message."""
    kind: Literal["message_edited"] = "message_edited"


class MessageDeleted(Struct, frozen=True):
    id: str
    at: datetime
    message: MessageAt
    kind: Literal["message_deleted"] = "message_deleted"


class ReactionChanged(Struct, frozen=True):
    """Someone put an emoji on a message, or took it off."""

    id: str
    at: datetime
    message: MessageAt
    author: Author
    emoji: str
    """The Unicode character, or `:name:` for a platform's own emoji."""
    is_on: bool
    kind: Literal["reaction_changed"] = "reaction_changed"


class PinChanged(Struct, frozen=True):
    """Someone pinned a message in its room, or it is pinned there no more."""

    id: str
    at: datetime
    message: MessageAt
    is_on: bool
    """False may come again and again: Discord tells it with every change of a message."""
    author: Author | None = None
    """None when the platform does not say who did it."""
    kind: Literal["pin_changed"] = "pin_changed"


class CommandGiven(Struct, frozen=True):
    id: str
    at: datetime
    place: Place
    author: Author
    name: str
    """The command's own name, whatever it is called on the platform."""
    arguments: str = ""
    handle: Handle | None = None
    message: MessageAt | None = None
    """The message it was typed in, where commands are messages, or the one a context menu was opened on."""
    files: tuple[FileRef, ...] = ()
    """What hangs on the message it was typed in."""
    kind: Literal["command_given"] = "command_given"


class ButtonPressed(Struct, frozen=True):
    id: str
    at: datetime
    place: Place
    author: Author
    action: str
    subject: str
    handle: Handle | None = None
    message: MessageAt | None = None
    """The message that carries the button."""
    kind: Literal["button_pressed"] = "button_pressed"


class FormSubmitted(Struct, frozen=True):
    id: str
    at: datetime
    place: Place
    author: Author
    name: str
    subject: str
    values: dict[str, str]
    handle: Handle | None = None
    kind: Literal["form_submitted"] = "form_submitted"


class ShortcutUsed(Struct, frozen=True):
    """A message shortcut or context menu: 'open a ticket' or 'add as note' on somebody's message."""

    id: str
    at: datetime
    place: Place
    author: Author
    """Who opened the menu."""
    name: str
    """open_ticket or add_note."""
    message: MessageAt
    message_author: Author
    text: str
    files: tuple[FileRef, ...] = ()
    handle: Handle | None = None
    can_answer_there: bool = True
    """False where the platform says that the bot is not in that room."""
    kind: Literal["shortcut_used"] = "shortcut_used"


class HomeOpened(Struct, frozen=True):
    """A person looks at their own page of the bot (Slack's App Home)."""

    id: str
    at: datetime
    author: Author
    kind: Literal["home_opened"] = "home_opened"


class ReachabilityChanged(Struct, frozen=True):
    """A person blocked the bot in their direct chat, or let it in again."""

    id: str
    at: datetime
    author: Author
    is_reachable: bool
    kind: Literal["reachability_changed"] = "reachability_changed"


class PlaceDeleted(Struct, frozen=True):
    """A thread, post or topic is gone."""

    id: str
    at: datetime
    place: Place
    kind: Literal["place_deleted"] = "place_deleted"


class Delivered(Struct, frozen=True):
    """What an action that somebody waits for came to: the platform accepted it."""

    id: str
    at: datetime
    action_id: int
    purpose: str
    """What the action said of itself: 'relay', 'thread', 'survey', 'ask' ..."""
    subject: str
    place: Place | None = None
    """Where it is now: a new thread, or the direct chat that was found."""
    messages: tuple[MessageAt, ...] = ()
    notices: tuple[str, ...] = ()
    """What could not be shown, as `Receipt.notices`."""
    lost: tuple[LostFile, ...] = ()
    """Files that did not come along, as `Receipt.lost`."""
    is_repeat_possible: bool = False
    """The platform may show it twice: its first answer was lost and cannot be looked up."""
    kind: Literal["delivered"] = "delivered"


class DeliveryFailed(Struct, frozen=True):
    """The platform will not take it, now or later."""

    id: str
    at: datetime
    action_id: int
    purpose: str
    subject: str
    reason: str
    """One of `Refusal`, as text."""
    detail: str = ""
    kind: Literal["delivery_failed"] = "delivery_failed"


class AnswersFound(Struct, frozen=True):
    """The knowledge was searched for a customer's message; no matches means it would be a guess."""

    id: str
    at: datetime
    conversation_id: int
    message_id: int
    matches: tuple[Match, ...] = ()
    purpose: str = "answer"
    asker: Asker | None = None
    """As in `Search`."""
    language: str = ""
    """What the message seems to be written in; "" when nothing can be told."""
    language_share: float = 0.0
    """How likely that is."""
    is_abuse: bool = False
    """The message is nothing but abuse, and no question."""
    written: WrittenAnswer | None = None
    """Written from some of the matches; None where their own words are the answer."""
    kind: Literal["answers_found"] = "answers_found"


class ArticlePublished(Struct, frozen=True):
    """An article was published, and the search knows it."""

    id: str
    at: datetime
    kind: Literal["article_published"] = "article_published"


class ArticlesListed(Struct, frozen=True):
    """What is published was looked over."""

    id: str
    at: datetime
    asker: Asker
    word: str
    shelf: Shelf
    kind: Literal["articles_listed"] = "articles_listed"


class QuestionsGrouped(Struct, frozen=True):
    """The questions without a good answer were put together."""

    id: str
    at: datetime
    asker: Asker
    gaps: tuple[Gap, ...]
    """The first of them, most asked first."""
    count: int
    """How many there are."""
    kind: Literal["questions_grouped"] = "questions_grouped"


class AskedAgain(Struct, frozen=True):
    """Some questions that nothing answered were asked once more."""

    id: str
    at: datetime
    since: str
    found: tuple[FoundSince, ...]
    before: int
    """The oldest question of these, when there may be more of them; 0 otherwise."""
    kind: Literal["asked_again"] = "asked_again"


class DeadlineReached(Struct, frozen=True):
    id: str
    at: datetime
    name: str
    subject: str
    due_at: datetime
    kind: Literal["deadline_reached"] = "deadline_reached"


Event = (
    MessageReceived
    | MessageEdited
    | MessageDeleted
    | ReactionChanged
    | PinChanged
    | CommandGiven
    | ButtonPressed
    | FormSubmitted
    | ShortcutUsed
    | HomeOpened
    | ReachabilityChanged
    | PlaceDeleted
    | Delivered
    | DeliveryFailed
    | AnswersFound
    | ArticlePublished
    | ArticlesListed
    | QuestionsGrouped
    | AskedAgain
    | DeadlineReached
)
