"""What people put on a message: reactions, which follow it, and pins, which are told on the other side."""

from collections.abc import Sequence

from bot.core.actions import Action, ReactToCopy, Say, Show
from bot.core.content import Content
from bot.core.conversation import Conversation, Direction, Message
from bot.core.errors import NotYetError
from bot.core.events import Author, PinChanged, ReactionChanged
from bot.core.texts import escape, plain, shorten
from bot.core.ticket import Ticket
from handlers.context import Context
from handlers.copies import copies, desks
from handlers.exchange import LONGEST_QUOTE, customer_of, texts_for
from handlers.linked import tickets_about
from handlers.registry import on
from handlers.who import member


@on("reaction_changed")
def reaction_changed(event: ReactionChanged, ctx: Context) -> list[Action]:
    message = ctx.work.messages.find(event.message)
    if message is None and event.is_on:
        # People are quick: the receipt of what they react to may still be on its way.
        raise NotYetError
    if message is None or message.deleted_at is not None or message.direction is Direction.NOTE:
        return []
    conversation = ctx.work.conversations.get(message.conversation_id)
    tickets = tickets_about(ctx, conversation)
    is_from_customer = event.message.place.room_key == conversation.place.room_key
    if not is_from_customer and event.is_on and not _speaks_for_desk(event.author, tickets, ctx):
        return []
    if not _changes(event, message, ctx):
        return []
    if is_from_customer:
        return [
            ReactToCopy(message.id, place, ticket_id, None, event.emoji, event.is_on)
            for ticket_id, place in copies(ctx, message, tickets)
        ]
    return [ReactToCopy(message.id, conversation.place, None, conversation.id, event.emoji, event.is_on)]


def _changes(event: ReactionChanged, message: Message, ctx: Context) -> bool:
    """The first of several people who put it on, or the last one who took it off; the bot has one reaction for all."""
    keep = ctx.work.signs.react if event.is_on else ctx.work.signs.unreact
    room, person = event.message.place.room_key, event.author.identity.external_id
    return keep(message.id, room, event.emoji, person)


def _speaks_for_desk(author: Author | None, tickets: Sequence[Ticket], ctx: Context) -> bool:
    """What others in the thread do is between them; the customer hears of whoever helps."""
    if author is None or not tickets or not tickets[0].is_open:
        return False
    staff = member(author, ctx)
    return staff is not None and tickets[0].claimed_by == staff.id


@on("pin_changed")
def pin_changed(event: PinChanged, ctx: Context) -> list[Action]:
    message = ctx.work.messages.find(event.message)
    if message is None:
        if event.is_on:
            raise NotYetError
        return []
    conversation = ctx.work.conversations.get(message.conversation_id)
    tickets = tickets_about(ctx, conversation)
    is_from_customer = event.message.place.room_key == conversation.place.room_key
    is_told = is_from_customer or not event.is_on or _speaks_for_desk(event.author, tickets, ctx)
    if message.direction is Direction.NOTE or message.deleted_at is not None or not is_told:
        return []
    if not ctx.work.signs.pin(message.id, event.message.place.room_key, is_on=event.is_on):
        return []
    if not tickets or not tickets[0].is_open:
        return []
    if is_from_customer:
        return list(_tell_staff(ctx, event, message, tickets[0]))
    return [_tell_customer(ctx, event, message, conversation)]


def _tell_staff(ctx: Context, event: PinChanged, message: Message, ticket: Ticket) -> list[Show]:
    texts = ctx.staff_texts
    name = event.author.name if event.author else ""
    if not event.is_on:
        told = texts.text("📌 This message is not pinned any more.")
    elif name:
        told = texts.text("📌 {name} pinned this message.", name=name)
    else:
        told = texts.text("📌 This message was pinned.")
    shown = set(copies(ctx, message, [ticket]))
    return [
        Show(
            ticket_id,
            Content(text=told if (ticket_id, place) in shown else f"{_quote(message)}{told}"),
            place=place,
            reply_to_id=message.id,
        )
        for ticket_id, place in desks(ctx, [ticket])
    ]


def _tell_customer(ctx: Context, event: PinChanged, message: Message, conversation: Conversation) -> Say:
    texts = texts_for(customer_of(conversation, ctx), ctx)
    told = (
        texts.text("📌 Our team pinned this message.")
        if event.is_on
        else texts.text("📌 This message is not pinned any more.")
    )
    is_here = bool(ctx.work.messages.refs_in(message.id, conversation.place))
    text = told if is_here else f"{_quote(message)}{told}"
    return Say(conversation.id, conversation.place, Content(text=text), reply_to_id=message.id)


def _quote(message: Message) -> str:
    """What it says, for whoever has no copy that could be pointed at."""
    words = shorten(plain(message.text[: 4 * LONGEST_QUOTE]), LONGEST_QUOTE)
    words = words or ", ".join(file.name for file in message.files)
    return f"> {escape(words)}\n\n" if words else ""
