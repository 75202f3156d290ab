"""From an action to an operation on a platform: the places and copies that only the database knows by now."""

from bot.core.actions import (
    Action,
    Announce,
    AskAgain,
    AskForm,
    DrawHome,
    EditCopy,
    GroupQuestions,
    ListArticles,
    MarkMessage,
    MarkSeen,
    OpenDesk,
    ReactToCopy,
    RefreshDesk,
    Reindex,
    RemoveCopy,
    Reply,
    Say,
    Search,
    Show,
    Tell,
    UpdateButtons,
)
from bot.core.outgoing import (
    SEEN,
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outgoing,
    Post,
    React,
    Refusal,
    Remove,
    SendError,
    SetThread,
    ShowHome,
)
from bot.core.places import MessageAt, Place, direct_to
from bot.core.ticket import DeskPlace
from storage import UnitOfWork


def address_at_once(action: Action) -> Outgoing | None:
    """The operation, when the action says everything itself; None when the database must be asked."""
    match action:
        case Say(reply_to_id=None):
            return Post(action.place, action.content)
        case Show(place=Place() as place, reply_to_id=None):
            return Post(place, action.content)
        case MarkMessage() | MarkSeen():
            return _mark(action)
        case Reply():
            return Answer(action.place, action.identity, action.content, action.handle, action.is_private)
        case AskForm():
            return OpenForm(action.place, action.identity, action.form, action.handle)
        case Tell():
            return Post(direct_to(action.identity), action.content)
        case Announce():
            return Post(action.space, action.content)
        case UpdateButtons():
            return Edit((action.message,), action.content)
        case DrawHome():
            return ShowHome(action.identity, action.sections)
        case _:
            return None


def address_early(action: Action, work: UnitOfWork) -> Outgoing | None:
    """The operation as things are while it is decided; None when that is too early to tell."""
    if isinstance(action, Show) and action.place is None and action.reply_to_id is None:
        thread = work.tickets.thread_of(action.ticket_id)
        return Post(thread.place, action.content) if thread is not None else None
    return address_at_once(action)


def address(action: Action, work: UnitOfWork) -> Outgoing | None:
    """The operation, with what the database knows; None when there is nothing to do any more.

    Raises SendError(place_gone) for a ticket that has no thread.
    """
    match action:
        case Say():
            return Post(action.place, action.content, _copy(work, action.reply_to_id, action.place))
        case Show():
            place = action.place or _thread(work, action.ticket_id).place
            return Post(place, action.content, _copy(work, action.reply_to_id, place))
        case OpenDesk():
            if work.tickets.thread_of(action.ticket_id) is not None:
                return None
            return OpenThread(action.space, action.title, action.content)
        case RefreshDesk():
            return _refresh(action, work)
        case EditCopy() | RemoveCopy() | ReactToCopy():
            return _on_copy(action, work)
        case Search() | Reindex() | ListArticles() | GroupQuestions() | AskAgain():
            raise TypeError("what the librarian does is not sent to a platform")
        case _:
            return address_at_once(action)


def _mark(action: MarkMessage | MarkSeen) -> Mark | React:
    if isinstance(action, MarkMessage):
        return Mark(action.message, action.outcome)
    return React(action.message, SEEN, is_on=True)


def place_of(action: EditCopy | RemoveCopy | ReactToCopy, work: UnitOfWork) -> Place:
    """Where the copy lies; raises SendError(place_gone)."""
    if action.place is None:
        return _thread(work, action.ticket_id or 0).place
    conversation = work.conversations.find(action.conversation_id) if action.conversation_id else None
    # When it was decided, the channel of a direct chat may not have been known yet.
    return conversation.place if conversation else action.place


def _on_copy(action: EditCopy | RemoveCopy | ReactToCopy, work: UnitOfWork) -> Outgoing | None:
    parts = work.messages.refs_in(action.message_id, place_of(action, work))
    if not parts:
        return None
    match action:
        case EditCopy():
            return Edit(parts, action.content, action.before)
        case RemoveCopy():
            return Remove(parts, action.has_files)
        case ReactToCopy():
            return React(parts[0], action.emoji, action.is_on)


def _refresh(action: RefreshDesk, work: UnitOfWork) -> Outgoing | None:
    thread = _thread(work, action.ticket_id)
    if thread.card is None:
        return None
    return SetThread(thread.place, thread.card, action.title, action.content, action.state)


def _thread(work: UnitOfWork, ticket_id: int) -> DeskPlace:
    thread = work.tickets.thread_of(ticket_id)
    if thread is None:
        raise SendError("the ticket has no thread", refusal=Refusal.PLACE_GONE)
    return thread


def _copy(work: UnitOfWork, message_id: int | None, place: Place) -> MessageAt | None:
    if message_id is None:
        return None
    parts = work.messages.refs_in(message_id, place)
    return parts[0] if parts else None
