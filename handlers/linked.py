"""Somebody with linked accounts: one ticket hears them wherever they write, and answers where they wrote last."""

from collections.abc import Callable

from bot.core.contact import Contact
from bot.core.conversation import Conversation, Message, Owner
from bot.core.ticket import Ticket, TicketStatus
from handlers.context import Context


def ticket_in(ctx: Context, conversation: Conversation) -> Ticket | None:
    """The open ticket of whoever's conversation it is, or else the newest one."""
    if conversation.person_id is not None:
        return ctx.work.joined.last_of_person(conversation.person_id)
    return ctx.work.tickets.last_of(conversation.id)


def open_ticket_in(ctx: Context, conversation: Conversation) -> Ticket | None:
    last = ticket_in(ctx, conversation)
    return last if last is not None and last.is_open else None


def ticket_about(ctx: Context, conversation_id: int) -> Ticket | None:
    """As `ticket_in`, where only the conversation's number is at hand."""
    own = ctx.work.tickets.last_of(conversation_id)
    if own is not None and own.is_open:
        return own
    conversation = ctx.work.conversations.get(conversation_id)
    return ticket_in(ctx, conversation) if conversation.is_linked else own


def tickets_about(ctx: Context, conversation: Conversation) -> list[Ticket]:
    """The ticket that a conversation's messages belong to; then its own that were joined to others, since copies may
    stand in their threads, too.
    """
    ticket = ticket_in(ctx, conversation)
    if ticket is None:
        return []
    return [ticket, *(ctx.work.joined.joined_in(conversation.id) if conversation.is_linked else [])]


def whole(ctx: Context, ticket: Ticket | None) -> Ticket | None:
    """The ticket that goes on for this one, when it was joined to another."""
    return ctx.work.tickets.get(ticket.joined_to_id) if ticket and ticket.joined_to_id else ticket


def spoken_to(ctx: Context, ticket: Ticket) -> Conversation:
    """The conversation in which the ticket's customer is answered: where they wrote last."""
    return ctx.work.conversations.get(ticket.spoken_in_id)


def certain(ctx: Context, conversation: Conversation, contact: Contact) -> Conversation:
    """The conversation as it is: another process may have linked its contact since one of the two was read."""
    if conversation.contact_id != contact.id or conversation.person_id == contact.person_id:
        return conversation
    (newest,) = ctx.work.contacts.lock([contact.id])
    ctx.work.conversations.hand_over([newest.id], newest.person_id)
    return ctx.work.conversations.get(conversation.id)


def hear(ctx: Context, ticket: Ticket, conversation: Conversation) -> Ticket:
    """The customer wrote in this conversation: it takes part in the ticket, and answers go there; but what is talked
    about in private goes on in private.
    """
    if not conversation.is_linked:
        return ticket
    if conversation.owner is Owner.BOT and ticket.is_open:
        ctx.work.conversations.save(as_ticket(ticket)(conversation))
    if spoken_to(ctx, ticket).place.is_direct and not conversation.place.is_direct:
        return ticket
    return ctx.work.joined.hear_in(ticket, conversation.id)


def as_ticket(ticket: Ticket) -> Callable[[Conversation], Conversation]:
    """The change that gives a conversation the owner that an open ticket has."""
    return Conversation.with_person if ticket.status is TicketStatus.CLAIMED else Conversation.queued


def change_state(
    ctx: Context, ticket: Ticket, change: Callable[[Conversation], Conversation]
) -> Conversation:
    """Change every conversation that takes part in the ticket; returns the one in which its customer is answered."""
    own = change(ctx.work.conversations.get(ticket.conversation_id))
    ctx.work.conversations.save(own)
    if own.person_id is None:
        return own
    for other in ctx.work.conversations.of_person(own.person_id):
        if other.id != own.id and takes_part(other, ticket):
            ctx.work.conversations.save(change(other))
    return spoken_to(ctx, ticket)


def takes_part(conversation: Conversation, ticket: Ticket) -> bool:
    """Something was said there while the ticket was open, or somebody is waited for there."""
    return (
        conversation.id in (ticket.conversation_id, ticket.heard_in_id)
        or conversation.owner is not Owner.BOT
        or conversation.last_message_at >= ticket.opened_at
    )


def history_of(ctx: Context, conversation: Conversation, *, limit: int) -> list[Message]:
    """The newest that was said, oldest first: all of it, from whichever account it was written."""
    if conversation.person_id is not None:
        return ctx.work.messages.history_of_person(conversation.person_id, limit=limit)
    return ctx.work.messages.history(conversation.id, limit=limit)


def conversations_of(ctx: Context, conversation: Conversation) -> list[Conversation]:
    """This conversation, then the others of the same person with linked accounts."""
    if conversation.person_id is None:
        return [conversation]
    others = ctx.work.conversations.of_person(conversation.person_id)
    return [conversation, *(one for one in others if one.id != conversation.id)]


def is_opted_out(ctx: Context, contact: Contact) -> bool:
    """Said from any account, it holds for all of them."""
    return any(one.is_opted_out for one in ctx.work.contacts.accounts_of(contact))
