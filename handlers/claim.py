"""/claim and its button: take a ticket. Exactly one wins; the others are told who was first."""

from bot.core.actions import Action
from bot.core.commands import Argument, Role
from bot.core.events import ButtonPressed, CommandGiven
from bot.core.staff import Staff
from bot.core.texts import mark
from bot.core.ticket import DeskKind, Ticket, TicketStatus
from handlers.asking import named_ticket, pressed_ticket, require
from handlers.context import Asked, Context
from handlers.exchange import answer
from handlers.helping import bring_to
from handlers.queue import minutes_since
from handlers.queueing import claim
from handlers.registry import button, command

NUMBER = Argument("number", mark("The ticket's number; without it, the one that waits longest"),
                  completes="waiting_tickets")  # fmt: skip


@command("claim", mark("Take a ticket"), role=Role.AGENT, arguments=(NUMBER,))
def claim_command(event: CommandGiven, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    ticket, rest = named_ticket(event, ctx)
    if ticket is not None:
        return _take(event, ticket, staff, ctx)
    if rest:
        text = ctx.answer_texts(event).text(
            "I know tickets by their number: {claim} 12. Without one you get the ticket that waits longest.",
            claim=ctx.typed("claim", event.place.platform),
        )
        return [answer(event, text)]
    waiting = ctx.work.tickets.waiting(limit=1)
    if not waiting:
        return [answer(event, ctx.answer_texts(event).text("Nobody is waiting. Well done, everyone!"))]
    return _take(event, waiting[0], staff, ctx)


@button("claim")
def claim_button(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    return _take(event, pressed_ticket(event, ctx), staff, ctx)


def _take(event: Asked, ticket: Ticket, staff: Staff, ctx: Context) -> list[Action]:
    brings = _brings_it_along(event, staff, ctx)
    if brings and (other := _helped_in_chat(staff, ticket, ctx)) is not None:
        text = ctx.answer_texts(event).text(
            "What you write in your chat goes to ticket #{number}. Resolve it or hand it back first.",
            number=other.number,
        )
        return [answer(event, text)]
    taken = claim(ctx, ticket, staff)
    if taken is None:
        return [answer(event, _why_not(event, ticket, staff, ctx))]
    text = ctx.answer_texts(event).text(
        "Ticket **#{number}** is yours. What you write in its thread, or in reply to its card, goes to the customer; "
        "begin with // for a note.",
        number=ticket.number,
    )
    brought = bring_to(ctx, ticket, staff, event.place) if brings else []
    return [*taken, answer(event, text), *brought]


def _brings_it_along(event: Asked, staff: Staff, ctx: Context) -> bool:
    """Who is far from the staff space works on it in their own chat."""
    desk, space = ctx.work.tickets.desk_at(event.place), ctx.settings.staff_space
    is_in_thread = desk is not None and desk.kind is DeskKind.THREAD
    return not is_in_thread and (space is None or staff.identity.platform != space.platform)


def _helped_in_chat(staff: Staff, but: Ticket, ctx: Context) -> Ticket | None:
    """The ticket that they work on in their own chat already: there can be only one."""
    for held in ctx.work.tickets.held_by(staff.id):
        desks = ctx.work.tickets.desks(held.id)
        if held.id != but.id and any(desk.kind is DeskKind.DIRECT for desk in desks):
            return held
    return None


def _why_not(event: Asked, ticket: Ticket, staff: Staff, ctx: Context) -> str:
    texts = ctx.answer_texts(event)
    newest = ctx.work.tickets.get(ticket.id) or ticket
    if newest.status is TicketStatus.RESOLVED or newest.claimed_by is None or newest.claimed_at is None:
        return texts.text(
            "Ticket #{number} is resolved. {reopen} {number} opens it again.",
            number=ticket.number,
            reopen=ctx.typed("reopen", event.place.platform),
        )
    if newest.claimed_by == staff.id:
        return texts.text("Ticket #{number} is yours already.", number=ticket.number)
    name = ctx.work.team.get(newest.claimed_by).name
    minutes = minutes_since(newest.claimed_at, ctx.now)
    if minutes == 0:
        return texts.text(
            "**{name}** was first: ticket #{number} is with them.", name=name, number=ticket.number
        )
    return texts.plural(
        "**{name}** was first: ticket #{number} has been with them for {n} minute.",
        "**{name}** was first: ticket #{number} has been with them for {n} minutes.",
        minutes,
        name=name,
        number=ticket.number,
    )
