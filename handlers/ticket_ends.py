"""/release, /resolve and /reopen, with their buttons."""

from bot.core.actions import Action
from bot.core.commands import Argument, Role
from bot.core.events import ButtonPressed, CommandGiven
from bot.core.staff import Staff
from bot.core.texts import mark
from bot.core.ticket import Ticket, TicketStatus
from handlers.asking import my_ticket, named_ticket, owner_or_agent, pressed_ticket, require
from handlers.context import Asked, Context
from handlers.exchange import answer, texts_for
from handlers.exchange import customer_of as customer
from handlers.linked import is_opted_out, open_ticket_in, spoken_to
from handlers.queueing import release, reopen, resolve
from handlers.registry import button, command

MINE = Argument("number", mark("The ticket's number; without it, the one you hold"), completes="my_tickets")
ANY = Argument("number", mark("The ticket's number"), completes="")


@command("release", mark("Give a ticket back to the queue"), role=Role.VOLUNTEER, arguments=(MINE,))
def release_command(event: CommandGiven, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    return _release(event, my_ticket(event, staff, ctx), staff, ctx)


@button("release")
@button("hand_back")
def release_button(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    return _release(event, pressed_ticket(event, ctx), staff, ctx)


@command("resolve", mark("Mark a ticket as solved"), role=Role.VOLUNTEER, arguments=(MINE,))
def resolve_command(event: CommandGiven, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    return _resolve(event, my_ticket(event, staff, ctx), staff, ctx)


@button("resolve")
def resolve_button(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    return _resolve(event, pressed_ticket(event, ctx), staff, ctx)


@command("reopen", mark("Open a resolved ticket again"), role=Role.AGENT, arguments=(ANY,))
def reopen_command(event: CommandGiven, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    ticket, _ = named_ticket(event, ctx)
    if ticket is None:
        typed = ctx.typed("reopen", event.place.platform)
        return [answer(event, ctx.answer_texts(event).text("Which ticket? {command} 12", command=typed))]
    return _reopen(event, ticket, staff, ctx)


@button("reopen")
def reopen_button(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    return _reopen(event, pressed_ticket(event, ctx), staff, ctx)


def _release(event: Asked, ticket: Ticket, staff: Staff, ctx: Context) -> list[Action]:
    texts = ctx.answer_texts(event)
    owner_or_agent(event, ticket, staff, ctx)
    if ticket.status is not TicketStatus.CLAIMED:
        return [answer(event, texts.text("Nobody holds ticket #{number}.", number=ticket.number))]
    text = texts.text("Ticket #{number} is back in the queue, at its old place.", number=ticket.number)
    return [*release(ctx, ticket, staff), answer(event, text)]


def _resolve(event: Asked, ticket: Ticket, staff: Staff, ctx: Context) -> list[Action]:
    texts = ctx.answer_texts(event)
    owner_or_agent(event, ticket, staff, ctx)
    done = resolve(ctx, ticket, staff)
    if not done:
        return [answer(event, texts.text("Ticket #{number} is resolved already.", number=ticket.number))]
    is_asked = not is_opted_out(ctx, customer(spoken_to(ctx, ticket), ctx))
    text = (
        texts.text("Ticket #{number} is resolved. The customer is asked how it was.", number=ticket.number)
        if is_asked
        else texts.text(
            "Ticket #{number} is resolved. The customer does not want to be asked how it was.",
            number=ticket.number,
        )
    )
    return [*done, answer(event, text)]


def _reopen(event: Asked, ticket: Ticket, staff: Staff, ctx: Context) -> list[Action]:
    texts = ctx.answer_texts(event)
    newer = open_ticket_in(ctx, ctx.work.conversations.get(ticket.conversation_id))
    if newer is not None:
        text = texts.text("That customer's ticket #{number} is open already.", number=newer.number)
        return [answer(event, text)]
    ctx.work.audit.record(staff.id, "reopen", str(ticket.number))
    conversation = spoken_to(ctx, ticket)
    words = texts_for(customer(conversation, ctx), ctx).text("Our team has opened your ticket again.")
    reason = ctx.staff_texts.text("**{name}** opened the ticket again.", name=staff.name)
    done = reopen(ctx, ticket, reason=reason, words=words)
    return [*done, answer(event, texts.text("Ticket #{number} is open again.", number=ticket.number))]
