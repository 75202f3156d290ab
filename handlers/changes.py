"""What happens to a message after it was sent: its words change, or it is taken back. Its copies follow."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from bot.core.actions import Action, EditCopy, MarkMessage, RemoveCopy
from bot.core.content import FileRef
from bot.core.conversation import Conversation, Direction, Message
from bot.core.errors import NotYetError
from bot.core.events import DeadlineReached, MessageDeleted, MessageEdited
from bot.core.outgoing import Outcome
from bot.core.places import MessageAt
from bot.core.policies.notes import is_note
from bot.core.texts import plain
from bot.core.ticket import Ticket
from handlers.context import Context
from handlers.copies import copies, for_staff, is_older
from handlers.exchange import note_on_desk, relayed, with_origin
from handlers.linked import tickets_about
from handlers.naming import for_customers, forwarded_to_customers
from handlers.registry import deadline, on

FOLLOWED_EVERY = timedelta(seconds=30)
"""A message that moves costs its readers' platforms an edit; so many of them are bearable for hours."""
_FOLLOW = "follow"


@on("message_edited")
def message_edited(event: MessageEdited, ctx: Context) -> list[Action]:
    message = _own(event.message, ctx)
    if message is None or message.deleted_at is not None or _is_outdated(event, message):
        return []
    conversation = ctx.work.conversations.get(message.conversation_id)
    text, files = _now(message, event, conversation, ctx)
    has_other_files = not _are_same(message.files, files)
    if message.text == text and not has_other_files:
        # Platforms report an edit when they only added a preview.
        return []
    if event.is_passing:
        return _follow_later(ctx, message, text, event)
    ctx.work.deadlines.clear(_FOLLOW, message.id)
    edited = ctx.work.messages.edit(message, text, files, event.at)
    before = message.files if has_other_files else None
    tickets = tickets_about(ctx, conversation)
    if message.direction is Direction.OUTGOING and _is_note_now(event, ctx):
        return _turned_into_note(ctx, edited, tickets, conversation)
    for_customer = _edit_for_customer(ctx, edited, conversation, before)
    return [*for_customer, *_edit_for_staff(ctx, edited, tickets, before)]


def _follow_later(ctx: Context, message: Message, text: str, event: MessageEdited) -> list[Action]:
    """Copies of what changes every few seconds follow now and then, and are never left behind."""
    ctx.work.messages.replace_text(message, text, message.files, event.at)
    if ctx.work.deadlines.get(_FOLLOW, message.id) is None:
        ctx.work.deadlines.set(_FOLLOW, message.id, ctx.now + FOLLOWED_EVERY)
    return []


@deadline(_FOLLOW)
def follow(event: DeadlineReached, ctx: Context) -> list[Action]:
    message = ctx.work.messages.get(int(event.subject))
    if message is None or message.deleted_at is not None:
        return []
    conversation = ctx.work.conversations.get(message.conversation_id)
    for_customer = _edit_for_customer(ctx, message, conversation, None)
    return [*for_customer, *_change_for_staff(ctx, message, tickets_about(ctx, conversation))]


def _is_note_now(event: MessageEdited, ctx: Context) -> bool:
    """It begins like a note, or like the command for one, which is none in an edit and meant as much."""
    first = plain(event.text[:200]).split(maxsplit=1)[:1]
    commands = {"/note", ctx.typed("note", event.message.place.platform)}
    return is_note(event.text) or any(word.partition("@")[0].lower() in commands for word in first)


def _is_outdated(event: MessageEdited, message: Message) -> bool:
    """A later edit came before this one. The pictures of an album are edited each for itself."""
    is_album = len(message.files) > 1
    return not is_album and message.edited_at is not None and event.at < message.edited_at


def _now(
    message: Message, event: MessageEdited, conversation: Conversation, ctx: Context
) -> tuple[str, tuple[FileRef, ...]]:
    """Text and files after the edit; of an album only the one picture and what stands under it are changed."""
    text = _said_now(message, event, conversation, ctx)
    if event.files is None:
        return text, message.files
    parts = ctx.work.messages.refs_in(message.id, message.origin.place) if message.origin else ()
    if len(parts) < 2 or len(parts) != len(message.files):
        return text, message.files if _are_same(message.files, event.files) else event.files
    at = next((number for number, part in enumerate(parts) if part.id == event.message.id), 0)
    before = message.files[at]
    shown = next((file for file in event.files if not file.is_same(before)), before)
    files = (*message.files[:at], replace(shown, caption=text), *message.files[at + 1 :])
    if message.text and not any(file.caption for file in message.files):
        # It came before captions were kept: all its words are those of the first one.
        return text if event.text or at == 0 else message.text, files
    return "\n\n".join(file.caption for file in files if file.caption), files


def _said_now(message: Message, event: MessageEdited, conversation: Conversation, ctx: Context) -> str:
    """The words in the form in which they are kept: for those who read them on the other side."""
    if message.direction is not Direction.OUTGOING:
        return with_origin(event.text, event.forwarded_from, ctx.staff_texts)
    text = for_customers(ctx, event.text, event.mentions, conversation)
    return forwarded_to_customers(ctx, text, event.forwarded_from, conversation)


def _are_same(before: Sequence[FileRef], after: Sequence[FileRef]) -> bool:
    return len(before) == len(after) and all(map(FileRef.is_same, before, after))


@on("message_deleted")
def message_deleted(event: MessageDeleted, ctx: Context) -> list[Action]:
    message = _own(event.message, ctx)
    if message is None or message.deleted_at is not None:
        return []
    deleted = ctx.work.messages.delete(message)
    conversation = ctx.work.conversations.get(message.conversation_id)
    tickets = tickets_about(ctx, conversation)
    actions: list[Action] = []
    if message.direction is Direction.OUTGOING:
        actions.append(_remove_for_customer(deleted, conversation))
    return [*actions, *_strike_for_staff(ctx, deleted, tickets)]


def _own(at: MessageAt, ctx: Context) -> Message | None:
    """The message that was written there; None for the bot's copies. Raises NotYetError when it is unknown."""
    message = ctx.work.messages.find(at)
    if message is None:
        raise NotYetError
    return message if _is_same(message.origin, at) or _is_in_album(message, at, ctx) else None


def _is_same(origin: MessageAt | None, at: MessageAt) -> bool:
    return origin is not None and (origin.place.room_key, origin.id) == (at.place.room_key, at.id)


def _is_in_album(message: Message, at: MessageAt, ctx: Context) -> bool:
    """Whether it is one of the messages that the album consists of where it was written."""
    if message.origin is None or len(message.files) < 2:
        return False
    parts = ctx.work.messages.refs_in(message.id, message.origin.place)
    return any((part.place.room_key, part.id) == (at.place.room_key, at.id) for part in parts)


def _edit_for_customer(
    ctx: Context, message: Message, conversation: Conversation, before: tuple[FileRef, ...] | None
) -> list[Action]:
    if message.direction is not Direction.OUTGOING:
        return []
    content = relayed(message, conversation, ctx)
    return [EditCopy(message.id, conversation.place, None, message.conversation_id, content, before)]


def _edit_for_staff(
    ctx: Context, message: Message, tickets: Sequence[Ticket], before: tuple[FileRef, ...] | None
) -> list[Action]:
    shown = _change_for_staff(ctx, message, tickets, before)
    if shown or not tickets or not is_older(message, tickets):
        return shown
    label = ctx.staff_texts.text("{name} edited an earlier message:", name=message.author_name)
    return list(note_on_desk(ctx, tickets[0].id, f"{label}\n\n{message.text}"))


def _change_for_staff(
    ctx: Context,
    message: Message,
    tickets: Sequence[Ticket],
    before: tuple[FileRef, ...] | None = None,
) -> list[Action]:
    """Change every copy that staff read."""
    origin = message.origin.place if message.origin else None
    content = for_staff(message, ctx.staff_texts)
    return [
        EditCopy(message.id, place, ticket_id, None, content, before)
        for ticket_id, place in copies(ctx, message, tickets, but=origin)
    ]


def _turned_into_note(
    ctx: Context, message: Message, tickets: Sequence[Ticket], conversation: Conversation
) -> list[Action]:
    """What was sent was edited into a note: the customer's copy goes, and no note ever arrives."""
    ctx.work.messages.redirect(message, Direction.NOTE)
    actions: list[Action] = [_remove_for_customer(message, conversation)]
    if message.origin is not None and tickets:
        actions.append(MarkMessage(message.origin, Outcome.NOTE, tickets[0].id))
    return [*actions, *_edit_for_staff(ctx, replace(message, direction=Direction.NOTE), tickets, None)]


def _remove_for_customer(message: Message, conversation: Conversation) -> RemoveCopy:
    return RemoveCopy(message.id, conversation.place, None, conversation.id, bool(message.files))


def _strike_for_staff(ctx: Context, message: Message, tickets: Sequence[Ticket]) -> list[Action]:
    """Staff keep reading what was taken back, marked as such."""
    shown = _change_for_staff(ctx, message, tickets)
    if shown or not tickets or not is_older(message, tickets):
        return shown
    text = ctx.staff_texts.text("{name} deleted an earlier message.", name=message.author_name)
    return list(note_on_desk(ctx, tickets[0].id, text))
