"""What happens to a message after it was sent: edited, deleted, reacted to. Its copies follow."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.core.actions import Action, EditCopy, MarkMessage, ReactToCopy, RemoveCopy
from bot.core.content import Content, FileRef, Speaker
from bot.core.conversation import Conversation, Direction, Message
from bot.core.errors import NotYetError
from bot.core.events import DeadlineReached, MessageDeleted, MessageEdited, ReactionChanged
from bot.core.outgoing import Outcome
from bot.core.places import MessageAt, Place
from bot.core.policies.notes import is_note
from bot.core.ticket import Ticket
from handlers.context import Context
from handlers.exchange import desk_targets, note_on_desk, relayed, spoken
from handlers.linked import tickets_about
from handlers.naming import for_customers
from handlers.registry import deadline, on
from handlers.who import member

FOLLOWED_EVERY = timedelta(seconds=30)
"""A message that moves costs its readers' platforms an edit; so many of them are bearable for hours."""
_FOLLOW = "follow"


@on("message_edited")
def message_edited(event: MessageEdited, ctx: Context) -> list[Action]:
    message = _own(event.message, ctx)
    if message is None or message.deleted_at is not None:
        return []
    text, files = _now(message, event, ctx)
    if message.direction is Direction.OUTGOING and event.mentions:
        text = for_customers(ctx, text, event.mentions, ctx.work.conversations.get(message.conversation_id))
    has_other_files = not _are_same(message.files, files)
    if message.text == text and not has_other_files:
        # Platforms report an edit when they only added a preview.
        return []
    if event.is_passing:
        return _follow_later(ctx, message, text)
    ctx.work.deadlines.clear(_FOLLOW, message.id)
    edited = ctx.work.messages.edit(message, text, files)
    before = message.files if has_other_files else None
    conversation = ctx.work.conversations.get(message.conversation_id)
    tickets = tickets_about(ctx, conversation)
    if not tickets:
        return []
    if message.direction is Direction.OUTGOING and is_note(text):
        return _turned_into_note(ctx, edited, tickets[0], conversation)
    for_customer = _edit_for_customer(ctx, edited, conversation, before)
    return [*for_customer, *_edit_for_staff(ctx, edited, tickets, before)]


def _follow_later(ctx: Context, message: Message, text: str) -> list[Action]:
    """Copies of what changes every few seconds follow now and then, and are never left behind."""
    ctx.work.messages.replace_text(message, text, message.files)
    if ctx.work.deadlines.get(_FOLLOW, message.id) is None:
        ctx.work.deadlines.set(_FOLLOW, message.id, ctx.now + FOLLOWED_EVERY)
    return []


@deadline(_FOLLOW)
def follow(event: DeadlineReached, ctx: Context) -> list[Action]:
    message = ctx.work.messages.get(int(event.subject))
    if message is None or message.deleted_at is not None:
        return []
    conversation = ctx.work.conversations.get(message.conversation_id)
    tickets = tickets_about(ctx, conversation)
    if not tickets or _is_older(message, tickets):
        return []
    for_customer = _edit_for_customer(ctx, message, conversation, None)
    return [*for_customer, *_edit_for_staff(ctx, message, tickets, None)]


def _now(message: Message, event: MessageEdited, ctx: Context) -> tuple[str, tuple[FileRef, ...]]:
    """Text and files after the edit; of an album only the one picture and what stands under it are changed."""
    if event.files is None:
        return event.text, message.files
    parts = ctx.work.messages.refs_in(message.id, message.origin.place) if message.origin else ()
    if len(parts) < 2 or len(parts) != len(message.files):
        return event.text, message.files if _are_same(message.files, event.files) else event.files
    at = next((number for number, part in enumerate(parts) if part.id == event.message.id), 0)
    before = message.files[at]
    shown = next((file for file in event.files if not file.is_same(before)), before)
    files = (*message.files[:at], replace(shown, caption=event.text), *message.files[at + 1 :])
    if message.text and not any(file.caption for file in message.files):
        # It came before captions were kept: all its words are those of the first one.
        return event.text if event.text or at == 0 else message.text, files
    return "\n\n".join(file.caption for file in files if file.caption), files


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
    if tickets:
        actions += _strike_for_staff(ctx, deleted, tickets)
    return actions


@on("reaction_changed")
def reaction_changed(event: ReactionChanged, ctx: Context) -> list[Action]:
    message = ctx.work.messages.find(event.message)
    if message is None or message.deleted_at is not None or message.direction is Direction.NOTE:
        return []
    conversation = ctx.work.conversations.get(message.conversation_id)
    tickets = tickets_about(ctx, conversation)
    if not tickets:
        return []
    if event.message.place.room_key == conversation.place.room_key:
        return [
            ReactToCopy(message.id, place, ticket_id, None, event.emoji, event.is_on)
            for ticket_id, place in _desks(ctx, tickets)
        ]
    staff, ticket = member(event.author, ctx), tickets[0]
    if staff is None or ticket.claimed_by != staff.id or not ticket.is_open:
        return []
    return [ReactToCopy(message.id, conversation.place, None, conversation.id, event.emoji, event.is_on)]


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


def _desks(
    ctx: Context, tickets: Sequence[Ticket], *, but: Place | None = None
) -> list[tuple[int, Place | None]]:
    """(ticket's id, place) of wherever staff may have a copy of something."""
    return [(one.id, place) for one in tickets for place in desk_targets(ctx, one.id, but=but)]


def _is_older(message: Message, tickets: Sequence[Ticket]) -> bool:
    """It was said before there was a thread: there is no copy to change, only the card's history."""
    return message.direction is Direction.INCOMING and all(message.id < one.id for one in tickets)


def _edit_for_staff(
    ctx: Context, message: Message, tickets: Sequence[Ticket], before: tuple[FileRef, ...] | None
) -> list[Action]:
    origin = message.origin.place if message.origin else None
    texts = ctx.staff_texts
    if _is_older(message, tickets):
        label = texts.text("{name} edited an earlier message:", name=message.author_name)
        return list(note_on_desk(ctx, tickets[0].id, f"{label}\n\n{message.text}"))
    content = spoken(message)
    if message.direction is Direction.NOTE:
        content = Content(
            text=message.text,
            files=message.files,
            speaker=Speaker(texts.label("{name} (note)", name=message.author_name)),
        )
    return [
        EditCopy(message.id, place, ticket_id, None, content, before)
        for ticket_id, place in _desks(ctx, tickets, but=origin)
    ]


def _turned_into_note(
    ctx: Context, message: Message, ticket: Ticket, conversation: Conversation
) -> list[Action]:
    """What was sent was edited into a note: the customer's copy goes, and no note ever arrives."""
    ctx.work.messages.redirect(message, Direction.NOTE)
    actions: list[Action] = [_remove_for_customer(message, conversation)]
    if message.origin is not None:
        actions.append(MarkMessage(message.origin, Outcome.NOTE, ticket.id))
    return actions


def _remove_for_customer(message: Message, conversation: Conversation) -> RemoveCopy:
    return RemoveCopy(message.id, conversation.place, None, conversation.id, bool(message.files))


def _strike_for_staff(ctx: Context, message: Message, tickets: Sequence[Ticket]) -> list[Action]:
    """Staff keep reading what was taken back, marked as such."""
    texts = ctx.staff_texts
    origin = message.origin.place if message.origin else None
    label = texts.text("deleted by its author")
    if _is_older(message, tickets):
        text = texts.text("{name} deleted an earlier message.", name=message.author_name)
        return list(note_on_desk(ctx, tickets[0].id, text))
    content = Content(
        text=f"{message.text}\n\n_{label}_" if message.text else f"_{label}_",
        files=message.files,
        speaker=Speaker(message.author_name),
    )
    return [
        EditCopy(message.id, place, ticket_id, None, content)
        for ticket_id, place in _desks(ctx, tickets, but=origin)
    ]
