"""Files that did not come along: the place where they are missed was told; here it is told to who sent them."""

from collections.abc import Sequence

from bot.core.actions import Action, MarkMessage, Show
from bot.core.content import Content, Loss, LostFile, Tone
from bot.core.conversation import Direction, Message
from bot.core.events import Delivered
from bot.core.files import name_and_size
from bot.core.outgoing import Outcome
from bot.core.texts import Markdown, Texts, mark
from handlers.context import Context
from handlers.exchange import customer_of, message_of, say, texts_for
from handlers.linked import ticket_about
from handlers.registry import on

_REASONS = {
    Loss.TOO_LARGE: mark("📎 **{file}** did not arrive: it is too large for the other side."),
    Loss.UNAVAILABLE: mark("📎 **{file}** did not arrive: it could not be fetched."),
    Loss.EMPTY: mark("📎 **{file}** did not arrive: it is empty."),
    Loss.REFUSED: mark("📎 **{file}** did not arrive: the other side does not take it."),
}


def lost_files(lost: Sequence[LostFile], texts: Texts) -> Markdown:
    """A line for each file, with its size and the reason."""
    return Markdown("\n\n".join(texts.text(_REASONS[one.loss], file=name_and_size(one)) for one in lost))


def _is_whole(event: Delivered) -> bool:
    return not event.lost


@on("delivered", "desk", unless=_is_whole)
def customer_file_lost(event: Delivered, ctx: Context) -> Sequence[Action]:
    """A customer's message reached the desk without its files: they are told, once, by the ticket's thread."""
    message = message_of(event, ctx)
    if message is None or message.direction is not Direction.INCOMING:
        return []
    return [_told_customer(event, message, ctx)]


@on("delivered", "helper_chat", unless=_is_whole)
def customer_file_lost_in_chat(event: Delivered, ctx: Context) -> Sequence[Action]:
    """Where there is no thread in a staff space, whoever helps reads it in their own chat alone."""
    return [] if ctx.settings.staff_space is not None else customer_file_lost(event, ctx)


def _told_customer(event: Delivered, message: Message, ctx: Context) -> Action:
    conversation = ctx.work.conversations.get(message.conversation_id)
    texts = texts_for(customer_of(conversation, ctx), ctx)
    return say(ctx, conversation, lost_files(event.lost, texts), reply_to_id=message.id)


@on("delivered", "change", unless=_is_whole)
def edited_file_lost(event: Delivered, ctx: Context) -> list[Action]:
    """An edit brought files that did not come along: whoever made it is told."""
    message = message_of(event, ctx)
    if message is None:
        return []
    ticket = ticket_about(ctx, message.conversation_id)
    if ticket is None:
        return []
    if message.direction is Direction.INCOMING:
        return [_told_customer(event, message, ctx)]
    return _told_staff(event, message, ticket.id, ctx)


def _told_staff(event: Delivered, message: Message, ticket_id: int, ctx: Context) -> list[Action]:
    text = lost_files(event.lost, ctx.staff_texts)
    marked = [MarkMessage(message.origin, Outcome.FAILED, ticket_id)] if message.origin else []
    return [*marked, Show(ticket_id, Content(text=text, tone=Tone.ALERT), reply_to_id=message.id)]
