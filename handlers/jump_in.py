"""'Jump in': a volunteer gets the waiting ticket that suits them best."""

from bot.core.actions import Action
from bot.core.events import ButtonPressed, Delivered
from bot.core.policies.queueing import best_ticket
from bot.core.sos import CallState, Sos
from bot.core.staff import Staff
from bot.core.ticket import DeskKind, Ticket
from handlers.context import Context
from handlers.exchange import answer
from handlers.helping import bring_to
from handlers.queueing import claim
from handlers.registry import button, on
from handlers.volunteer import ask_to_let_in
from handlers.who import member

LOOKED_AT = 200
"""How far down the queue a better fit is looked for."""


@button("jump_in")
def jump_in(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff, sos = _asked(event, ctx)
    texts = ctx.answer_texts(event)
    if staff is None:
        text = texts.text(
            "Only volunteers can jump in. {volunteer} on billing makes you one.",
            volunteer=ctx.typed("volunteer", event.place.platform),
        )
        return [answer(event, text)]
    if sos is None:
        return [answer(event, texts.text("That call for help is over. Thank you for coming all the same!"))]
    if not staff.is_confirmed:
        text = texts.text("One moment: the support team has to let you in first. They have been asked.")
        return [answer(event, text), *ask_to_let_in(ctx, staff)]
    held = ctx.work.tickets.held_by(staff.id)
    if held:
        text = texts.text(
            "You are on ticket #{number}. Resolve it or hand it back first.", number=held[0].number
        )
        return [answer(event, text)]
    return _give_best(event, staff, sos, ctx)


@button("not_now")
def not_now(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff, sos = _asked(event, ctx)
    if staff is not None and sos is not None:
        # Who has helped already stays one of those who are thanked for it.
        ctx.work.sos.decline(sos.id, staff.id)
    return [
        answer(
            event,
            ctx.answer_texts(event).text("No problem. The button stays here in case you find a moment."),
        )
    ]


@on("delivered", "helper")
def brought(event: Delivered, ctx: Context) -> list[Action]:
    """The helper's chat is known exactly now: what they write there belongs to the ticket."""
    ticket = ctx.work.tickets.get(int(event.subject))
    if ticket is None or event.place is None:
        return []
    for desk in ctx.work.tickets.desks(ticket.id):
        if desk.kind is DeskKind.DIRECT and not desk.place.channel:
            ctx.work.tickets.drop_desk(desk.place)
            ctx.work.tickets.add_desk(ticket.id, DeskKind.DIRECT, event.place, None)
    return []


def _give_best(event: ButtonPressed, staff: Staff, sos: Sos, ctx: Context) -> list[Action]:
    waiting = ctx.work.tickets.waiting(limit=LOOKED_AT)
    while (best := best_ticket(staff.areas, waiting)) is not None:
        taken = None if _is_own(best, staff, ctx) else claim(ctx, best, staff)
        if taken is not None:
            ctx.work.sos.set_state(sos.id, staff.id, CallState.JOINED)
            text = ctx.answer_texts(event).text(
                "Thank you! Ticket **#{number}** is with you now.", number=best.number
            )
            return [*taken, answer(event, text), *bring_to(ctx, best, staff, event.place)]
        waiting.remove(best)
    calls = ctx.work.sos.calls(sos.id)
    if not any(call.staff_id == staff.id and call.state is CallState.JOINED for call in calls):
        # Whoever came in vain was ready to help all the same, and is thanked for that.
        ctx.work.sos.set_state(sos.id, staff.id, CallState.ASKED)
    return [
        answer(
            event,
            ctx.answer_texts(event).text("Nobody is waiting just now: the others were quick. Thank you!"),
        )
    ]


def _is_own(ticket: Ticket, staff: Staff, ctx: Context) -> bool:
    """Colleagues are customers too; nobody is their own helper."""
    contact = ctx.work.contacts.of(staff.identity)
    conversation = ctx.work.conversations.get(ticket.conversation_id)
    return contact is not None and conversation.person == contact.person


def _asked(event: ButtonPressed, ctx: Context) -> tuple[Staff | None, Sos | None]:
    """Who pressed, if they volunteer, and the call they answer, if it is still going on."""
    staff = member(event.author, ctx)
    active = ctx.work.sos.active()
    sos = active if active is not None and str(active.id) == event.subject else None
    return (staff if staff is not None and staff.is_volunteering else None), sos
