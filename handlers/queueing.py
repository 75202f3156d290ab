"""A ticket's way: opened, claimed, released, resolved, opened again; by command, button or timer."""

from msgspec.structs import replace

from bot.core.actions import Action, MarkSeen, OpenDesk, Say, Show
from bot.core.content import Button, Content, Tone
from bot.core.conversation import Conversation, Direction
from bot.core.policies.hours import after_quiet_hours
from bot.core.policies.queueing import MOST_COUNTED_AHEAD, expected_wait_minutes
from bot.core.policies.words import is_mere_reply
from bot.core.staff import Staff
from bot.core.survey import SurveyKind
from bot.core.texts import Texts, plain, shorten
from bot.core.ticket import DeskKind, Ticket, TicketStatus
from handlers.cards import card, refresh, title_of
from handlers.context import Context
from handlers.exchange import LONG_AGO, customer_of, note_on_desk, say, texts_for
from handlers.linked import (
    change_state,
    hear,
    history_of,
    is_opted_out,
    open_ticket_in,
    spoken_to,
    ticket_in,
)
from handlers.naming import shown_name

LONGEST_SUBJECT = 80
LONGEST_READ = 2000
"""No title needs more of a text than this."""


def open_ticket(
    ctx: Context, conversation: Conversation, *, subject: str = "", words: str = ""
) -> list[Action]:
    """Put the conversation into the queue and tell both sides; one that is there already is told its place.

    `words` are what the customer should be told first.
    """
    work = ctx.work
    if conversation.is_linked:
        # Whoever asks from two accounts at once gets one ticket.
        work.contacts.lock([one.id for one in work.contacts.accounts_of(customer_of(conversation, ctx))])
    existing = open_ticket_in(ctx, conversation)
    if existing is not None:
        return [tell_place(ctx, hear(ctx, existing, conversation), conversation, words=words)]
    work.offers.withdraw(conversation.id)
    named = subject or _subject(ctx, conversation)
    ticket = work.tickets.open(conversation.id, named, _areas(ctx, conversation))
    conversation = conversation.queued()
    work.conversations.save(conversation)
    watch_wait(ctx, ticket)
    told = tell_place(ctx, ticket, conversation, is_new=True, words=words)
    return [told, *open_desk(ctx, ticket, conversation)]


def open_desk(ctx: Context, ticket: Ticket, conversation: Conversation) -> list[Action]:
    """The ticket's thread with its card, then the files that the customer had sent before."""
    files = [
        Show(ticket.id, Content(files=one.files), message_id=one.id)
        for one in history_of(ctx, conversation, limit=12)
        if one.direction is Direction.INCOMING and one.files and one.deleted_at is None
    ]
    opened = open_card(ctx, ticket, conversation)
    return [*opened, *files] if opened else []


def open_card(ctx: Context, ticket: Ticket, conversation: Conversation) -> list[OpenDesk]:
    """The ticket's thread with its card; nothing happens when there is one by then."""
    space = ctx.settings.staff_space
    if space is None:
        return []
    return [OpenDesk(ticket.id, space, title_of(ctx, ticket), card(ctx, ticket, conversation))]


def tell_place(
    ctx: Context, ticket: Ticket, conversation: Conversation, *, is_new: bool = False, words: str = ""
) -> Say:
    """Its number, its place and an expectation that can be kept; or who is on it."""
    texts = texts_for(customer_of(conversation, ctx), ctx)
    place = describe_place(ctx, ticket, texts, is_new=is_new)
    return say(ctx, conversation, f"{words} {place}" if words else place)


def describe_place(ctx: Context, ticket: Ticket, texts: Texts, *, is_new: bool = False) -> str:
    if ticket.status is TicketStatus.CLAIMED and ticket.claimed_by is not None:
        staff = ctx.work.team.get(ticket.claimed_by)
        name = shown_name(ctx, staff, ctx.work.conversations.get(ticket.conversation_id))
        return str(texts.text("{name} is working on your ticket #{number}.", name=name, number=ticket.number))
    place = ctx.work.queue.place_of(ticket)
    opening = (
        texts.text("I have asked our team to help you. Your ticket is **#{number}**.", number=ticket.number)
        if is_new
        else texts.text("Your ticket **#{number}** is waiting for a person.", number=ticket.number)
    )
    return f"{opening} {_position(place, texts)} {_expectation(ctx, place, texts)}"


def _position(place: int | None, texts: Texts) -> str:
    if place is None:
        return str(
            texts.text("More than {count} people are ahead of you.", count=texts.number(MOST_COUNTED_AHEAD))
        )
    if place == 1:
        return str(texts.text("You are next in line."))
    return str(texts.text("You are number {place} in line.", place=place))


def claim(ctx: Context, ticket: Ticket, staff: Staff, *, words: str = "") -> list[Action] | None:
    """Take a ticket; None when somebody else has it. Exactly one of those who try at once wins.

    `words` are what the customer is told in place of the usual.
    """
    work = ctx.work
    if not work.tickets.claim(ticket, staff.id):
        return None
    claimed = replace(ticket, status=TicketStatus.CLAIMED, claimed_by=staff.id, claimed_at=ctx.now)
    conversation = change_state(ctx, claimed, Conversation.with_person)
    work.deadlines.clear("wait_limit", ticket.id)
    work.audit.record(staff.id, "claim", str(ticket.number))
    texts = texts_for(customer_of(conversation, ctx), ctx)
    told = words or texts.text(
        "**{name}** is helping you now. Just write here.", name=shown_name(ctx, staff, conversation)
    )
    seen = _mark_seen(ctx, conversation)
    return [say(ctx, conversation, told), refresh(ctx, claimed, conversation), *seen]


def _mark_seen(ctx: Context, conversation: Conversation) -> list[MarkSeen]:
    """On the customer's newest words: whoever has taken the ticket has read them all."""
    if not ctx.settings.has_seen_marks:
        return []
    said = ctx.work.messages.history(conversation.id, limit=12)
    own = [one for one in said if one.direction is Direction.INCOMING and not one.deleted_at]
    return [MarkSeen(own[-1].origin)] if own and own[-1].origin else []


def release(ctx: Context, ticket: Ticket, staff: Staff) -> list[Action]:
    """Give it back to the queue, at the place it had; the customer is told whom they lose."""
    work = ctx.work
    holder = work.team.get(ticket.claimed_by) if ticket.claimed_by else staff
    if not work.tickets.release(ticket):
        return []
    waiting = replace(ticket, status=TicketStatus.WAITING, claimed_by=None, claimed_at=None)
    conversation = change_state(ctx, waiting, Conversation.queued)
    watch_wait(ctx, waiting)
    work.audit.record(staff.id, "release", str(ticket.number))
    texts = texts_for(customer_of(conversation, ctx), ctx)
    place = describe_place(ctx, waiting, texts)
    told = texts.text("{name} had to hand this on.", name=shown_name(ctx, holder, conversation))
    return [
        *close_direct_desks(ctx, ticket),
        say(ctx, conversation, f"{told} {place}"),
        refresh(ctx, waiting, conversation),
    ]


def resolve(ctx: Context, ticket: Ticket, staff: Staff | None) -> list[Action]:
    """Done: ask the customer how it was, and look in again later. Staff is None when the customer closed it."""
    work = ctx.work
    if not work.tickets.resolve(ticket, staff.id if staff else None):
        return []
    done = work.tickets.get(ticket.id) or ticket
    conversation = change_state(ctx, done, lambda one: one.resolved(ctx.now))
    work.deadlines.clear("wait_limit", ticket.id)
    work.audit.record(staff.id if staff else None, "resolve", str(ticket.number))
    contact = customer_of(conversation, ctx)
    due_at = after_quiet_hours(
        ctx.now + ctx.settings.check_in_after, ctx.settings.quiet_hours, contact.time_zone
    )
    if not is_opted_out(ctx, contact):
        work.deadlines.set("check_in", ticket.id, due_at)
    return [
        *close_direct_desks(ctx, ticket),
        _say_resolved(ctx, done, conversation, staff),
        refresh(ctx, done, conversation),
    ]


def reopen(ctx: Context, ticket: Ticket, *, reason: str, words: str = "") -> list[Action]:
    """Open a resolved ticket again with its history; `words` are what the customer should be told first."""
    work = ctx.work
    if not work.tickets.reopen(ticket):
        return []
    waiting = work.tickets.get(ticket.id) or ticket
    conversation = change_state(ctx, waiting, Conversation.queued)
    work.deadlines.clear("check_in", ticket.id)
    watch_wait(ctx, waiting)
    texts = texts_for(customer_of(conversation, ctx), ctx)
    place = describe_place(ctx, waiting, texts)
    return [
        say(ctx, conversation, f"{words} {place}" if words else place),
        refresh(ctx, waiting, conversation),
        *note_on_desk(ctx, ticket.id, reason, tone=Tone.WAITING),
    ]


def subject_of(text: str) -> str:
    """A ticket's title from the customer's words."""
    return shorten(plain(text[:LONGEST_READ]), LONGEST_SUBJECT)


def named_by(ctx: Context, ticket: Ticket, text: str) -> Ticket:
    """The ticket of somebody who asked for a person without a word, titled by the first words that say why."""
    subject = "" if is_mere_reply(text) else subject_of(text)
    if ticket.subject or not subject:
        return ticket
    ctx.work.tickets.name(ticket, subject)
    return replace(ticket, subject=subject)


def retitle(ctx: Context, ticket: Ticket, text: str) -> list[Action]:
    """As `named_by`, with the card redrawn when that gave a title."""
    if ticket.subject:
        return []
    named = named_by(ctx, ticket, text)
    return [refresh(ctx, named, spoken_to(ctx, ticket))] if named.subject else []


def watch_wait(ctx: Context, ticket: Ticket) -> None:
    """Call for help when nobody takes it within the limit."""
    if ctx.settings.wait_limit is not None:
        ctx.work.deadlines.set("wait_limit", ticket.id, ctx.now + ctx.settings.wait_limit)


def close_direct_desks(ctx: Context, ticket: Ticket) -> list[Action]:
    """Whoever worked on it in their own chat is free again."""
    texts = ctx.staff_texts
    actions: list[Action] = []
    for desk in ctx.work.tickets.desks(ticket.id):
        if desk.kind is DeskKind.DIRECT:
            ctx.work.tickets.drop_desk(desk.place)
            text = texts.text(
                "Ticket #{number} is no longer with you. Thank you for helping! What you write here does not reach "
                "that customer any more.",
                number=ticket.number,
            )
            actions.append(Show(ticket.id, Content(text=text), place=desk.place))
    return actions


def _say_resolved(ctx: Context, ticket: Ticket, conversation: Conversation, staff: Staff | None) -> Say:
    contact = customer_of(conversation, ctx)
    texts = texts_for(contact, ctx)
    closing = (
        texts.text(
            "**{name}** has marked your ticket #{number} as solved.",
            name=shown_name(ctx, staff, conversation),
            number=ticket.number,
        )
        if staff
        else texts.text("Your ticket #{number} is closed.", number=ticket.number)
    )
    again = texts.text(
        "If anything is left, just write here: your ticket opens again with everything said so far."
    )
    if staff is None or is_opted_out(ctx, contact):
        return say(ctx, conversation, f"{closing} {again}")
    survey = ctx.work.surveys.ask(SurveyKind.CSAT, ticket.id, conversation.id)
    buttons = [Button(f"{score} ★", "rate", f"{survey.id}:{score}") for score in range(1, 6)]
    question = texts.text("How was the help you got?")
    return say(ctx, conversation, f"{closing} {again}\n\n{question}", buttons=buttons, purpose="survey",
               subject=str(survey.id))  # fmt: skip


def _expectation(ctx: Context, place: int | None, texts: Texts) -> str:
    waits = ctx.work.queue.first_waits_seconds() if place is not None else ()
    minutes = expected_wait_minutes(waits, place or 0)
    if minutes is None:
        return str(
            texts.text("I cannot promise a time; you will be answered right here as soon as someone is free.")
        )
    return str(
        texts.plural(
            "It usually takes about {n} minute until someone answers, right here.",
            "It usually takes about {n} minutes until someone answers, right here.",
            minutes,
        )
    )


def _subject(ctx: Context, conversation: Conversation) -> str:
    """The customer's newest question since the last ticket, in their words; "" when they asked none."""
    before = ticket_in(ctx, conversation)
    since = before.resolved_at if before and before.resolved_at else LONG_AGO
    said = [
        one
        for one in history_of(ctx, conversation, limit=12)
        if one.direction is Direction.INCOMING and one.sent_at > since and one.text.strip()
    ]
    telling = [one for one in said if not is_mere_reply(one.text)]
    if len({one.author_name for one in telling}) > 1:
        # Where others join in, it is still the asker's matter.
        names = {one.name for one in ctx.work.contacts.accounts_of(customer_of(conversation, ctx))}
        telling = [one for one in telling if one.author_name in names] or telling
    return subject_of(telling[-1].text) if telling else ""


def _areas(ctx: Context, conversation: Conversation) -> tuple[str, ...]:
    """What it is about: the tags of the articles that came nearest."""
    tags: dict[str, None] = {}
    for offer in reversed(ctx.work.offers.recent(conversation.id)[-3:]):
        tags.update(dict.fromkeys(ctx.work.library.tags_of(offer.article_key)))
    return tuple(tags)[:8]
