"""What staff write in the staff space itself reaches no customer; who may have meant one is told, once a ticket."""

from bot.core.actions import Action, Reply
from bot.core.content import Content
from bot.core.conversation import Direction
from bot.core.events import MessageReceived
from bot.core.policies.notes import is_note
from bot.core.ticket import Ticket
from handlers.context import Context
from handlers.linked import spoken_to
from handlers.registry import on
from handlers.who import member

LOOKED_AT = 20


@on("message_received", "elsewhere")
def said_in_the_room(event: MessageReceived, ctx: Context) -> list[Action]:
    """Where a group has no topics nothing else would tell them that their answer went nowhere."""
    staff = member(event.author, ctx)
    held = ctx.work.tickets.held_by(staff.id) if staff and not is_note(event.text) else []
    unanswered = [one for one in held if _is_unanswered(one, ctx)]
    if staff is None or not unanswered:
        return []
    newest = max(unanswered, key=lambda one: one.id)
    told = f"room:{staff.id}"
    if ctx.work.marks.get(told) == str(newest.id):
        return []
    ctx.work.marks.set(told, str(newest.id))
    text = ctx.staff_texts.text(
        "This reached no customer. To answer that of ticket #{number}, write in its thread or reply to its card.",
        number=newest.number,
    )
    return [Reply(event.place, event.author.identity, Content(text=text))]


def _is_unanswered(ticket: Ticket, ctx: Context) -> bool:
    """Its holder has not said anything to the customer since they took it."""
    since = ticket.claimed_at or ticket.opened_at
    said = ctx.work.messages.history(spoken_to(ctx, ticket).id, limit=LOOKED_AT)
    return not any(
        one.direction is Direction.OUTGOING and one.staff_id == ticket.claimed_by and one.sent_at >= since
        for one in said
    )
