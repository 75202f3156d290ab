"""Somebody is writing: who on the other side may see it."""

from bot.core.places import Identity, Place
from bot.core.ticket import DeskKind, DeskPlace, TicketStatus
from handlers.context import Context
from handlers.linked import open_ticket_in, spoken_to


def where_typing_shows(ctx: Context, place: Place, identity: Identity) -> list[Place]:
    """For a customer who writes, where staff work on their ticket; for whoever holds it, where the customer is.

    Nobody else's writing shows: what colleagues write at a ticket stays inside.
    """
    desk = ctx.work.tickets.desk_at(place)
    if desk is not None:
        return _before_customer(ctx, desk, identity)
    conversation = ctx.work.conversations.at(place)
    contact = ctx.work.contacts.of(identity) if conversation else None
    if conversation is None or contact is None or contact.person != conversation.person:
        return []
    ticket = open_ticket_in(ctx, conversation)
    desks = ctx.work.tickets.desks(ticket.id) if ticket else []
    return [one.place for one in desks if one.kind is not DeskKind.FORMER]


def _before_customer(ctx: Context, desk: DeskPlace, identity: Identity) -> list[Place]:
    ticket, staff = ctx.work.tickets.get(desk.ticket_id), ctx.work.team.of(identity)
    if ticket is None or staff is None or desk.kind is DeskKind.FORMER:
        return []
    is_holder = ticket.status is TicketStatus.CLAIMED and ticket.claimed_by == staff.id
    return [spoken_to(ctx, ticket).place] if is_holder else []
