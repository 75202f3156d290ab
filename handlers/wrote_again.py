"""A customer writes again after the end: soon after to whoever has just helped them, later to the queue."""

from datetime import timedelta

from bot.core.actions import Action
from bot.core.commands import Role
from bot.core.contact import Contact
from bot.core.content import Tone
from bot.core.conversation import Message
from bot.core.events import DeadlineReached
from bot.core.places import direct_to
from bot.core.staff import Staff
from bot.core.survey import SurveyKind
from bot.core.ticket import DeskKind, Ticket, TicketStatus
from handlers.context import Context
from handlers.exchange import note_on_desk, texts_for
from handlers.helping import bring_to
from handlers.linked import history_of
from handlers.naming import shown_name
from handlers.queueing import claim, named_by, release, reopen
from handlers.rating import LOW
from handlers.registry import deadline

BACK_WITHIN = timedelta(minutes=30)
"""A word this soon after the end belongs to the same talk, and so to the person who led it."""
ANSWERS_WITHIN = timedelta(minutes=10)
"""Whoever got a ticket back without asking for it may be gone by now: then the queue has it."""
MESSAGES_SINCE = 50


def open_again(ctx: Context, ticket: Ticket, contact: Contact, message: Message) -> list[Action]:
    """Open a resolved ticket for its customer's new message: with who resolved it just now, else in the queue."""
    ticket = named_by(ctx, ticket, message.text)
    helper = _still_there(ctx, ticket)
    if helper is not None:
        return _back_with(ctx, ticket, helper, contact, message)
    reason = ctx.staff_texts.text("**{name}** wrote again, so the ticket is open again.", name=contact.name)
    words = texts_for(contact, ctx).text(
        "Welcome back! I have opened your ticket again, with everything said so far."
    )
    return reopen(ctx, ticket, reason=reason, words=words)


@deadline("back_with_helper")
def unanswered(event: DeadlineReached, ctx: Context) -> list[Action]:
    """Nobody waits for a person who has left: without a sign of them the ticket goes to the queue."""
    ticket_id, _, message_id = event.subject.partition(":")
    ticket = ctx.work.tickets.get(int(ticket_id))
    if ticket is None or ticket.status is not TicketStatus.CLAIMED or ticket.claimed_by is None:
        return []
    is_newer = ticket.claimed_at is not None and ticket.claimed_at + ANSWERS_WITHIN > event.due_at
    since = history_of(ctx, ctx.work.conversations.get(ticket.conversation_id), limit=MESSAGES_SINCE)
    if is_newer or any(one.id > int(message_id) and one.staff_id == ticket.claimed_by for one in since):
        return []
    holder = ctx.work.team.get(ticket.claimed_by)
    text = ctx.staff_texts.text(
        "**{name}** has not answered, so the ticket is back in the queue.", name=holder.name
    )
    return [*release(ctx, ticket, holder), *note_on_desk(ctx, ticket.id, text, tone=Tone.WAITING)]


def _still_there(ctx: Context, ticket: Ticket) -> Staff | None:
    """Who resolved it just now, if they still help and can take it where they work."""
    if ticket.resolved_at is None or ctx.now - ticket.resolved_at > BACK_WITHIN:
        return None
    staff = ctx.work.team.find(ticket.claimed_by) if ticket.claimed_by else None
    if staff is None or not staff.is_confirmed:
        return None
    if staff.role < Role.AGENT and not staff.is_volunteering:
        return None
    survey = ctx.work.surveys.last_of_ticket(ticket.id, SurveyKind.CSAT)
    if survey is not None and survey.score is not None and survey.score <= LOW:
        # Whoever was not content with that person may get another one.
        return None
    return None if _works_in_chat(ctx, staff) and _is_busy_there(ctx, staff) else staff


def _back_with(
    ctx: Context, ticket: Ticket, helper: Staff, contact: Contact, message: Message
) -> list[Action]:
    work = ctx.work
    words = texts_for(contact, ctx).text(
        "Welcome back! Your ticket **#{number}** is open again, and **{name}** is with you.",
        number=ticket.number,
        name=shown_name(ctx, helper, work.conversations.get(message.conversation_id)),
    )
    waiting = ticket if work.tickets.reopen(ticket) else None
    claimed = claim(ctx, waiting, helper, words=words) if waiting else None
    if claimed is None:
        return []
    work.deadlines.clear("check_in", ticket.id)
    work.deadlines.set("back_with_helper", f"{ticket.id}:{message.id}", ctx.now + ANSWERS_WITHIN)
    reason = ctx.staff_texts.text(
        "**{customer}** wrote again, so the ticket is back with **{name}**.",
        customer=contact.name,
        name=helper.name,
    )
    brought = bring_to(ctx, ticket, helper, direct_to(helper.identity)) if _works_in_chat(ctx, helper) else []
    return [*claimed, *note_on_desk(ctx, ticket.id, reason, tone=Tone.CLAIMED), *brought]


def _works_in_chat(ctx: Context, staff: Staff) -> bool:
    """Volunteers, and agents far from the staff space, work on a ticket in their own chat."""
    space = ctx.settings.staff_space
    return staff.role < Role.AGENT or space is None or staff.identity.platform != space.platform


def _is_busy_there(ctx: Context, staff: Staff) -> bool:
    return any(
        desk.kind is DeskKind.DIRECT
        for held in ctx.work.tickets.held_by(staff.id)
        for desk in ctx.work.tickets.desks(held.id)
    )
