"""Staff write at a ticket: the owner's words go to the customer, everything else stays inside."""

from collections.abc import Sequence
from datetime import timedelta

from msgspec.structs import replace

from bot.core.actions import Action, MarkMessage, Reply
from bot.core.content import Content, FileRef, Speaker
from bot.core.conversation import Direction, Message
from bot.core.events import MessageReceived
from bot.core.outgoing import Outcome
from bot.core.policies.notes import is_note, passes_on
from bot.core.staff import Staff
from bot.core.ticket import DeskKind, Ticket, TicketStatus
from handlers.context import Context
from handlers.exchange import (
    relay,
    show_everywhere,
    spoken,
    with_origin,
)
from handlers.linked import spoken_to, whole
from handlers.naming import (
    before_customers,
    before_staff,
    for_customers,
    forwarded_to_customers,
    shown_name,
)
from handlers.registry import on
from handlers.who import member

ALBUM_WITHIN = timedelta(seconds=10)
NOTES_KNOWN_AMONG = 200
"""In how many of the newest messages a note is looked for that somebody forwards."""


@on("message_received", "desk")
def desk_message(event: MessageReceived, ctx: Context) -> list[Action]:
    desk = ctx.work.tickets.desk_at(event.place)
    worked_on = ctx.work.tickets.get(desk.ticket_id) if desk else None
    ticket = whole(ctx, worked_on)
    staff = member(event.author, ctx)
    if (
        ticket is None
        or staff is None
        or not staff.is_confirmed
        or ctx.work.messages.find(event.message) is not None
    ):
        return []
    is_owner = ticket.status is TicketStatus.CLAIMED and ticket.claimed_by == staff.id
    is_elsewhere = worked_on is not ticket or (desk is not None and desk.kind is DeskKind.FORMER)
    if is_elsewhere:
        return _moved(event, ticket, staff, ctx)
    if not is_owner or is_note(event.text) or _belongs_to_note(event, ticket, staff, ctx):
        return _keep_inside(event, ticket, staff, ctx)
    if event.forwarded_from and _is_note_of(event, ticket, ctx):
        return _hold_back(event, ticket, staff, ctx)
    return _to_customer(event, ticket, staff, ctx)


def add_note(
    ctx: Context,
    ticket: Ticket,
    staff: Staff,
    text: str,
    event: MessageReceived | None = None,
    files: Sequence[FileRef] = (),
) -> tuple[Message, list[Action]]:
    """Store a note and show it wherever else staff work on the ticket."""
    text = with_origin(text, event.forwarded_from if event else "", ctx.staff_texts)
    message = ctx.work.messages.add(
        ticket.conversation_id,
        Direction.NOTE,
        staff.name,
        text,
        sent_at=event.at if event else None,
        files=event.files if event else files,
        staff_id=staff.id,
        origin=event.message if event else None,
        others=event.others if event else (),
    )
    content = Content(text=text, files=message.files, speaker=Speaker(_note_label(staff.name, ctx)))
    but = event.place if event else None
    return message, list(show_everywhere(ctx, ticket.id, content, but=but, message=message))


def _belongs_to_note(event: MessageReceived, ticket: Ticket, staff: Staff, ctx: Context) -> bool:
    """The pictures of an album come one by one, and only one of them carries the words: what it says holds for all."""
    if not event.album or event.text.strip():
        return False
    return any(
        one.direction is Direction.NOTE
        and one.staff_id == staff.id
        and one.files
        and abs(event.at - one.sent_at) <= ALBUM_WITHIN
        for one in ctx.work.messages.history(ticket.conversation_id, limit=20)
    )


def _is_note_of(event: MessageReceived, ticket: Ticket, ctx: Context) -> bool:
    """Whether a note is forwarded: of any ticket where the platform says which message it was, else one of this ticket.

    Its words and files tell that, as they stand in the thread or in a copy by the bot.
    """
    said = ctx.work.messages.find(event.forwarded) if event.forwarded else None
    if said is not None and said.direction is Direction.NOTE:
        return True
    notes = [
        one
        for one in ctx.work.messages.history(ticket.conversation_id, limit=NOTES_KNOWN_AMONG)
        if one.direction is Direction.NOTE
    ]
    texts = {one.text for one in notes}
    texts |= {f"{_note_label(one.author_name, ctx)}: {one.text}" for one in notes if one.text}
    files = [file for one in notes for file in one.files]
    return passes_on(event.text, texts) or any(one.is_same(file) for one in event.files for file in files)


def _hold_back(event: MessageReceived, ticket: Ticket, staff: Staff, ctx: Context) -> list[Action]:
    """A note that is passed on by hand stays one: what was said among colleagues is told in words meant for it."""
    _, shown = add_note(ctx, ticket, staff, event.text, event)
    text = ctx.staff_texts.text(
        "This stays between us: what you forwarded is a note. To tell it to the customer, write it or copy it."
    )
    reply = Reply(event.place, event.author.identity, Content(text=text))
    return [MarkMessage(event.message, Outcome.NOTE, ticket.id), *shown, reply]


def _note_label(name: str, ctx: Context) -> str:
    return ctx.staff_texts.label("{name} (note)", name=name)


def _to_customer(event: MessageReceived, ticket: Ticket, staff: Staff, ctx: Context) -> list[Action]:
    conversation = spoken_to(ctx, ticket)
    replied = ctx.work.messages.find(event.reply_to) if event.reply_to else None
    shown = shown_name(ctx, staff, conversation)
    message = ctx.work.messages.add(
        conversation.id,
        Direction.OUTGOING,
        staff.name,
        forwarded_to_customers(
            ctx,
            for_customers(ctx, event.text, event.mentions, conversation),
            event.forwarded_from,
            conversation,
        ),
        sent_at=event.at,
        files=event.files,
        staff_id=staff.id,
        reply_to_id=replied.id if replied else None,
        origin=event.message,
        others=event.others,
        shown_as=shown if shown != staff.name else "",
    )
    ctx.work.conversations.touch(conversation)
    speaker = before_customers(ctx, shown, event.author, conversation)
    text = with_origin(event.text, event.forwarded_from, ctx.staff_texts)
    content = replace(spoken(message, speaker=before_staff(ctx, event.author)), text=text)
    return [
        relay(message, conversation, ctx, speaker=speaker),
        *show_everywhere(ctx, ticket.id, content, but=event.place, message=message),
    ]


def _keep_inside(event: MessageReceived, ticket: Ticket, staff: Staff, ctx: Context) -> list[Action]:
    is_first = not any(
        one.direction is Direction.NOTE and one.staff_id == staff.id
        for one in ctx.work.messages.history(ticket.conversation_id, limit=50)
    )
    _, shown = add_note(ctx, ticket, staff, event.text, event)
    actions: list[Action] = [MarkMessage(event.message, Outcome.NOTE, ticket.id), *shown]
    if is_first and not is_note(event.text):
        actions.append(_explain(event, ticket, ctx))
    return actions


def _moved(event: MessageReceived, ticket: Ticket, staff: Staff, ctx: Context) -> list[Action]:
    """Nothing goes out from a thread that was given up, and nothing that is written there is lost."""
    _, shown = add_note(ctx, ticket, staff, event.text, event)
    text = ctx.staff_texts.text(
        "Ticket #{number} goes on in another thread. What you write here stays between us as a note.",
        number=ticket.number,
    )
    reply = Reply(event.place, event.author.identity, Content(text=text))
    return [MarkMessage(event.message, Outcome.NOTE, ticket.id), *shown, reply]


def _explain(event: MessageReceived, ticket: Ticket, ctx: Context) -> Reply:
    """Once per person and ticket: why this did not go to the customer."""
    texts = ctx.staff_texts
    if ticket.status is TicketStatus.CLAIMED and ticket.claimed_by is not None:
        name = ctx.work.team.get(ticket.claimed_by).name
        text = texts.text(
            "This stays between us as a note: **{name}** is the one who answers this customer.", name=name
        )
    elif ticket.status is TicketStatus.RESOLVED:
        text = texts.text(
            "This stays between us as a note: the ticket is resolved. Reopen it to write to the customer."
        )
    else:
        text = texts.text("This stays between us as a note. Claim the ticket to answer the customer.")
    return Reply(event.place, event.author.identity, Content(text=text))
