"""Lanes: what must stay in order is in one lane; lanes never wait for each other."""

from collections.abc import Iterable

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
from bot.core.events import Event
from bot.core.places import MessageAt, Place

KNOWLEDGE = "knowledge"
"""Where searches go: served by the librarian, like a platform."""
_TICKET = "t"
TICKETS = (_TICKET, chr(ord(_TICKET) + 1))
"""Between these names lie the lanes of tickets."""


def lane_of_event(event: Event) -> str:
    """Events about one place are handled in the order they came; others have a lane of their own."""
    place: Place | None = getattr(event, "place", None)
    if place is not None:
        return place.key
    message: MessageAt | None = getattr(event, "message", None)
    return message.place.key if message is not None else event.id


def lane_of_late(message: MessageAt) -> str:
    """Where events wait that came before the message they speak of: out of everybody's way, in their own order."""
    return f"late|{message.place.key}|{message.id}"


def lane_of_early(place: Place) -> str:
    """Where words wait that were written before their place was known to be a ticket's, in their order."""
    return f"early|{place.key}"


def tickets_in(lanes: Iterable[str]) -> list[int]:
    """Whose threads these lanes lead to."""
    return [int(lane.removeprefix(_TICKET)) for lane in lanes]


def lane_of_action(action: Action, staff_space: Place | None) -> tuple[str, str]:
    """(lane, platform). One lane per place that people read, so that a slow side never holds up the other."""
    staff_platform = staff_space.platform if staff_space else ""
    match action:
        case Say():
            return f"c{action.conversation_id}", action.place.platform
        case OpenDesk() | RefreshDesk():
            return f"{_TICKET}{action.ticket_id}", staff_platform
        case Show() | EditCopy() | RemoveCopy() | ReactToCopy():
            return _lane_of_copy(action, staff_platform)
        case MarkMessage() | MarkSeen() | UpdateButtons():
            return f"m{action.message.place.key}|{action.message.id}", action.message.place.platform
        case Reply() | AskForm() | DrawHome():
            return f"r{action.identity.key}", action.identity.platform
        case Tell():
            return f"s{action.staff_id}", action.identity.platform
        case Announce():
            return f"a{action.space.key}", action.space.platform
        case Search() | Reindex() | ListArticles() | GroupQuestions() | AskAgain():
            return _lane_of_knowledge(action), KNOWLEDGE


def _lane_of_knowledge(action: Search | Reindex | ListArticles | GroupQuestions | AskAgain) -> str:
    match action:
        case Search():
            # Searching is the dearest thing that a customer can cause, and threads are quickly opened.
            return f"kw{action.contact_id}" if action.contact_id else f"k{action.conversation_id}"
        case Reindex():
            return "kindex"
        case AskAgain():
            return "kagain"
        case ListArticles() | GroupQuestions():
            return f"kr{action.asker.identity.key}"


def _lane_of_copy(action: Show | EditCopy | RemoveCopy | ReactToCopy, staff_platform: str) -> tuple[str, str]:
    if not isinstance(action, Show) and action.conversation_id is not None and action.place is not None:
        return f"c{action.conversation_id}", action.place.platform
    if action.place is None:
        return f"{_TICKET}{action.ticket_id}", staff_platform
    return f"p{action.place.key}", action.place.platform
