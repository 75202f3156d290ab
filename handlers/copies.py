"""The copies of a message that staff read: what they say, and where they stand, also in threads that are long over."""

from collections.abc import Sequence

from msgspec.structs import replace

from bot.core.content import Content, Speaker
from bot.core.conversation import Direction, Message
from bot.core.places import Place
from bot.core.texts import Texts
from bot.core.ticket import DeskKind, Ticket
from handlers.context import Context
from handlers.editions import earlier_button
from handlers.exchange import desk_targets, spoken

At = tuple[int, Place | None]
"""(ticket's id, place), as actions name where staff work: None is the ticket's thread, which may still be opening."""


def copies(
    ctx: Context, message: Message, tickets: Sequence[Ticket], *, but: Place | None = None
) -> list[At]:
    """Wherever staff have a copy of it or are about to get one; `tickets` are those that its conversation has now."""
    here = [] if is_older(message, tickets) else desks(ctx, tickets, but=but)
    current, came_from = {one.id for one in tickets}, but.key if but is not None else ""
    for place in ctx.work.messages.places_of(message.id):
        desk = ctx.work.tickets.desk_at(place)
        if desk is None or place.key == came_from:
            continue
        if here and desk.ticket_id in current and desk.kind is not DeskKind.FORMER:
            continue
        here.append((desk.ticket_id, place))
    return here


def desks(ctx: Context, tickets: Sequence[Ticket], *, but: Place | None = None) -> list[At]:
    """Where staff work on these tickets."""
    return [(one.id, place) for one in tickets for place in desk_targets(ctx, one.id, but=but)]


def is_older(message: Message, tickets: Sequence[Ticket]) -> bool:
    """It was said before there was a thread: their card tells of it, and copies stand at most in earlier threads."""
    return message.direction is Direction.INCOMING and all(message.id < one.id for one in tickets)


def for_staff(message: Message, texts: Texts) -> Content:
    """A message as staff read it now: marked as note and as deleted, with the way to its earlier words."""
    content = spoken(message)
    if message.direction is Direction.NOTE:
        content = replace(content, speaker=Speaker(texts.label("{name} (note)", name=message.author_name)))
    if message.deleted_at is not None:
        label = f"_{texts.text('deleted by its author')}_"
        content = replace(content, text=f"{message.text}\n\n{label}" if message.text else label)
    if message.edited_at is not None:
        content = replace(content, buttons=(earlier_button(texts, message),))
    return content
