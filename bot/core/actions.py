"""What a handler wants done, as data. Actions become outbox rows in the handler's own transaction.

Two families never meet: what goes to a customer names a conversation, what goes to staff names a ticket or a
staff member. There is no action that carries a note to a customer.
"""

from typing import Literal

from msgspec import Struct

from bot.core.article import Audience
from bot.core.content import Content, FileRef, Form
from bot.core.events import Asker, Handle
from bot.core.outgoing import Outcome, ThreadState
from bot.core.places import Identity, MessageAt, Place


class Say(Struct, frozen=True):
    """Tell the customer something."""

    conversation_id: int
    place: Place
    content: Content
    message_id: int | None = None
    """The message this is a copy of; its receipt becomes the message's references."""
    reply_to_id: int | None = None
    """The message it answers, looked up in that place when it is sent."""
    purpose: str = ""
    """Named when somebody waits for the result: comes back as `Delivered` or `DeliveryFailed`."""
    subject: str = ""
    kind: Literal["say"] = "say"


class Show(Struct, frozen=True):
    """Put something in a place where staff work on a ticket."""

    ticket_id: int
    content: Content
    place: Place | None = None
    """None: the ticket's thread, which may still be opening."""
    message_id: int | None = None
    reply_to_id: int | None = None
    purpose: str = ""
    subject: str = ""
    kind: Literal["show"] = "show"


class OpenDesk(Struct, frozen=True):
    """Open the ticket's thread in the staff space; comes back as `Delivered` with purpose 'thread'."""

    ticket_id: int
    space: Place
    title: str
    content: Content
    kind: Literal["open_desk"] = "open_desk"


class RefreshDesk(Struct, frozen=True):
    """Redraw the ticket's card and show its state on the thread."""

    ticket_id: int
    title: str
    content: Content
    state: ThreadState
    kind: Literal["refresh_desk"] = "refresh_desk"


class EditCopy(Struct, frozen=True):
    """Bring the copy of a message in one place up to date; nothing when there is no copy there."""

    message_id: int
    place: Place | None
    ticket_id: int | None
    """With no place: the ticket's thread."""
    conversation_id: int | None
    content: Content
    before: tuple[FileRef, ...] | None = None
    """The files that the copy has, when they are not those of the content any more."""
    kind: Literal["edit_copy"] = "edit_copy"


class RemoveCopy(Struct, frozen=True):
    message_id: int
    place: Place | None
    ticket_id: int | None
    conversation_id: int | None
    has_files: bool = False
    kind: Literal["remove_copy"] = "remove_copy"


class ReactToCopy(Struct, frozen=True):
    message_id: int
    place: Place | None
    ticket_id: int | None
    conversation_id: int | None
    emoji: str
    is_on: bool
    kind: Literal["react_to_copy"] = "react_to_copy"


class MarkMessage(Struct, frozen=True):
    """Show on a staff member's own message what became of it."""

    message: MessageAt
    outcome: Outcome
    ticket_id: int
    kind: Literal["mark_message"] = "mark_message"


class MarkSeen(Struct, frozen=True):
    """Show on a customer's message that somebody has seen it and has it in hand."""

    message: MessageAt
    kind: Literal["mark_seen"] = "mark_seen"


class Reply(Struct, frozen=True):
    """Answer the one who gave a command, pressed a button or sent a form."""

    place: Place
    identity: Identity
    content: Content
    handle: Handle | None = None
    is_private: bool = True
    kind: Literal["reply"] = "reply"


class AskForm(Struct, frozen=True):
    place: Place
    identity: Identity
    form: Form
    handle: Handle | None = None
    kind: Literal["ask_form"] = "ask_form"


class Tell(Struct, frozen=True):
    """Write to a staff member or volunteer in their direct chat."""

    staff_id: int
    identity: Identity
    content: Content
    purpose: str = ""
    subject: str = ""
    kind: Literal["tell"] = "tell"


class Announce(Struct, frozen=True):
    """Say something in the staff space itself, outside any ticket."""

    space: Place
    content: Content
    purpose: str = ""
    subject: str = ""
    kind: Literal["announce"] = "announce"


class UpdateButtons(Struct, frozen=True):
    """Redraw a message of the bot whose buttons were used, by where it stands."""

    message: MessageAt
    content: Content
    kind: Literal["update_buttons"] = "update_buttons"


class DrawHome(Struct, frozen=True):
    identity: Identity
    sections: tuple[Content, ...]
    kind: Literal["draw_home"] = "draw_home"


class Search(Struct, frozen=True):
    """Search the knowledge for a customer's message; comes back as `AnswersFound`."""

    conversation_id: int
    message_id: int
    text: str
    purpose: str = "answer"
    contact_id: int = 0
    """Who asked: one person's questions wait for each other, in however many places they ask; 0 when staff do."""
    reader: Audience = Audience.PUBLIC
    """For whom it is searched: only what they may see is found."""
    languages: tuple[str, ...] = ()
    """Of an article's translations the one in the question's language is shown, else the first of these."""
    rejected: tuple[str, ...] = ()
    """Keys of articles that this customer has turned down in the conversation."""
    before: tuple[str, ...] = ()
    """What they asked in it shortly before, the newest first: "and how long does that take?" is about that."""
    asker: Asker | None = None
    """Who of the team wants to know."""
    asker_name: str = ""
    """The customer's, which leaves the house with no question; "" when staff ask."""
    kind: Literal["search"] = "search"


class Reindex(Struct, frozen=True):
    """What is published, or what was learned, has changed: search the new state from now on."""

    is_publication: bool = False
    """Comes back as `ArticlePublished`."""
    kind: Literal["reindex"] = "reindex"


class ListArticles(Struct, frozen=True):
    """Look over all that is published; comes back as `ArticlesListed`."""

    asker: Asker
    word: str = ""
    """Only articles with this in their key, title or tags."""
    languages: tuple[str, ...] = ()
    """An article is named by its title in the first of these that it has."""
    kind: Literal["list_articles"] = "list_articles"


class GroupQuestions(Struct, frozen=True):
    """Put together what customers asked and nothing answers; comes back as `QuestionsGrouped`."""

    asker: Asker
    kind: Literal["group_questions"] = "group_questions"


class AskAgain(Struct, frozen=True):
    """Ask some of the questions that nothing answers once more, the newest first; comes back as `AskedAgain`."""

    since: str
    """What was published, as the id of its event: who asks for something older is not asked any more."""
    before: int = 0
    """Only questions older than this message; 0 for the newest."""
    kind: Literal["ask_again"] = "ask_again"


Action = (
    Say
    | Show
    | OpenDesk
    | RefreshDesk
    | EditCopy
    | RemoveCopy
    | ReactToCopy
    | MarkMessage
    | MarkSeen
    | Reply
    | AskForm
    | Tell
    | Announce
    | UpdateButtons
    | DrawHome
    | Search
    | Reindex
    | ListArticles
    | GroupQuestions
    | AskAgain
)
