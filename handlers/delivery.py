"""What became of what was sent: marks on staff messages, new threads, and what to do when a place is gone."""

from datetime import timedelta

from bot.core.actions import Action, MarkMessage, Say, Show
from bot.core.content import Content, Tone
from bot.core.conversation import Conversation, Direction, Message
from bot.core.events import DeadlineReached, Delivered, DeliveryFailed, PlaceDeleted, ReachabilityChanged
from bot.core.outgoing import Outcome, Refusal
from bot.core.texts import escape, mark, plain, shorten
from bot.core.ticket import DeskKind, Ticket, TicketStatus
from handlers.cards import refresh
from handlers.context import Context
from handlers.copies import for_staff
from handlers.exchange import customer_of, message_of, note_on_desk, relayed, show_everywhere
from handlers.linked import conversations_of, open_ticket_in, spoken_to, ticket_about
from handlers.lost_files import lost_files
from handlers.queueing import open_card, open_desk, release
from handlers.registry import deadline, on

OPEN_AGAIN_AFTER = timedelta(minutes=5)
LONGEST_PLAIN = 1500

_UNREACHABLE = (Refusal.BLOCKED, Refusal.PLACE_GONE, Refusal.NOT_ALLOWED, Refusal.UNREACHABLE)
"""The chat itself is closed, whatever is written into it."""

_REASONS = {
    Refusal.BLOCKED: mark("the customer has blocked the bot or closed their direct messages"),
    Refusal.PLACE_GONE: mark("the place where the customer wrote does not exist any more"),
    Refusal.NOT_ALLOWED: mark("the bot may not write there; an administrator must check its permissions"),
    Refusal.TOO_LARGE: mark("it is larger than the customer's platform accepts"),
    Refusal.INVALID: mark("the customer's platform does not accept it in this form"),
    Refusal.UNREACHABLE: mark("the customer's platform could not be reached for a whole day"),
    Refusal.MESSAGE_GONE: mark("the message it belongs to does not exist any more"),
}


@on("delivered", "relay")
@on("delivered", "relay_elsewhere")
def reply_arrived(event: Delivered, ctx: Context) -> list[Action]:
    """The owner's message reached the customer."""
    message, ticket = _subject(event, ctx)
    if message is None or ticket is None or message.origin is None or _is_taken_back(message):
        return []
    actions: list[Action] = [MarkMessage(message.origin, Outcome.SENT, ticket.id)]
    texts = ctx.staff_texts
    if event.lost:
        text = lost_files(event.lost, texts)
        actions.append(Show(ticket.id, Content(text=text, tone=Tone.ALERT), reply_to_id=message.id))
    if event.is_repeat_possible:
        text = texts.text("The customer may see this message twice: their platform's first answer was lost.")
        actions.append(Show(ticket.id, Content(text=text), reply_to_id=message.id))
    return actions


@on("delivery_failed", "relay")
def relay_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """It will not reach the customer: the one who wrote it must know, and why."""
    message, ticket = _subject(event, ctx)
    if message is None or ticket is None:
        return []
    conversation = ctx.work.conversations.get(message.conversation_id)
    if event.reason == Refusal.BLOCKED:
        ctx.work.contacts.save(customer_of(conversation, ctx).reachable(False))
    if _is_taken_back(message):
        return []
    if (elsewhere := _reachable_elsewhere(ctx, conversation)) and event.reason in _UNREACHABLE:
        return _say_elsewhere(ctx, ticket, message, elsewhere)
    return _did_not_arrive(event, ctx, ticket, message)


@on("delivery_failed", "relay_elsewhere")
def relay_failed_again(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """Nor did it reach another account of theirs."""
    message, ticket = _subject(event, ctx)
    is_meant = message is not None and not _is_taken_back(message)
    return _did_not_arrive(event, ctx, ticket, message) if message and ticket and is_meant else []


def _is_taken_back(message: Message) -> bool:
    """It was deleted, or became a note, while it was on its way: nothing of it may be said anywhere."""
    return message.deleted_at is not None or message.direction is not Direction.OUTGOING


def _did_not_arrive(event: DeliveryFailed, ctx: Context, ticket: Ticket, message: Message) -> list[Action]:
    texts = ctx.staff_texts
    reason = texts.text(_REASONS.get(Refusal(event.reason), _REASONS[Refusal.INVALID]))
    text = texts.text("This did not reach the customer: {reason}.", reason=reason)
    content = Content(text=text, tone=Tone.ALERT)
    failed: list[Action] = [MarkMessage(message.origin, Outcome.FAILED, ticket.id)] if message.origin else []
    shown = show_everywhere(ctx, ticket.id, content)
    return [*failed, *shown]


def _reachable_elsewhere(ctx: Context, conversation: Conversation) -> Conversation | None:
    """Another direct chat of somebody with linked accounts, the one that was used last."""
    others = [one for one in conversations_of(ctx, conversation)[1:] if one.place.is_direct]
    return next((one for one in others if customer_of(one, ctx).is_reachable), None)


def _say_elsewhere(
    ctx: Context, ticket: Ticket, message: Message, conversation: Conversation
) -> list[Action]:
    """It does not reach the account that they wrote from last: it goes to another one, and so does what follows."""
    ctx.work.messages.say_elsewhere(message, conversation.id)
    ctx.work.joined.hear_in(ticket, conversation.id)
    text = ctx.staff_texts.text(
        "The customer cannot be reached where they wrote last; answers go to {platform} now.",
        platform=conversation.place.platform.capitalize(),
    )
    content = relayed(message, conversation, ctx)
    said = Say(
        conversation.id,
        conversation.place,
        content,
        message_id=message.id,
        purpose="relay_elsewhere",
        subject=str(message.id),
    )
    return [said, *note_on_desk(ctx, ticket.id, text, tone=Tone.ALERT)]


@on("delivery_failed", "change")
def change_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """An edit or a deletion did not reach the customer: who made it must not believe that it did."""
    message, ticket = _subject(event, ctx)
    if message is None or ticket is None or event.reason == Refusal.MESSAGE_GONE:
        return []
    texts = ctx.staff_texts
    text = (
        texts.text("The customer still sees this message: it could not be taken back.")
        if message.deleted_at or message.direction is Direction.NOTE
        else texts.text("The customer still sees the earlier words: the edit did not reach them.")
    )
    shown = Show(ticket.id, Content(text=text, tone=Tone.ALERT), reply_to_id=message.id)
    return [*([MarkMessage(message.origin, Outcome.FAILED, ticket.id)] if message.origin else []), shown]


@on("delivery_failed", "desk")
def desk_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """The ticket's thread is gone: open a new one, with everything, and put the message there."""
    message, ticket = _subject(event, ctx)
    if message is None or ticket is None:
        return []
    if event.reason != Refusal.PLACE_GONE:
        return [_in_plain_words(ctx, ticket, message)]
    if ctx.work.deadlines.get("open_desk", ticket.id) is not None:
        # No thread can be opened just now. The next try takes along whatever no thread has shown.
        return []
    again = _shown_later(ctx, ticket, message)
    if ctx.work.tickets.thread_of(ticket.id) is not None:
        return [*_new_thread(ctx, ticket), again]
    return [*open_card(ctx, ticket, spoken_to(ctx, ticket)), again]


@on("delivery_failed", "helper_chat")
def helper_chat_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """Whoever helps from their own chat did not get it there: the thread has it, and the queue gets the ticket back."""
    message, ticket = _subject(event, ctx)
    if message is None or ticket is None or event.reason not in _UNREACHABLE:
        return []
    is_helped_there = any(desk.kind is DeskKind.DIRECT for desk in ctx.work.tickets.desks(ticket.id))
    return _take_back(ctx, ticket) if is_helped_there else []


@on("delivered", "thread")
def thread_opened(event: Delivered, ctx: Context) -> list[Action]:
    ticket = ctx.work.tickets.get(int(event.subject))
    if ticket is None or event.place is None:
        return []
    card = event.messages[0] if event.messages else None
    ctx.work.tickets.add_desk(ticket.id, DeskKind.THREAD, event.place, card)
    if ticket.status is TicketStatus.WAITING:
        return []
    # Somebody was quicker than the platform: the card shows a state that is over.
    return [refresh(ctx, ticket, spoken_to(ctx, ticket))]


@on("delivery_failed", "thread")
def thread_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """Try the staff space again later; `allhands doctor` says what is wrong with it."""
    ctx.work.deadlines.set("open_desk", event.subject, ctx.now + OPEN_AGAIN_AFTER)
    return []


@on("delivery_failed", "card")
def card_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """The card is gone, and with it the thread of an open ticket."""
    ticket = ctx.work.tickets.get(int(event.subject))
    is_gone = event.reason in (Refusal.PLACE_GONE, Refusal.MESSAGE_GONE)
    return _new_thread(ctx, ticket) if ticket and ticket.is_open and is_gone else []


@deadline("open_desk")
def open_desk_again(event: DeadlineReached, ctx: Context) -> list[Action]:
    """Try once more, with everything that the customer said meanwhile."""
    ticket = ctx.work.tickets.get(int(event.subject))
    if ticket is None or not ticket.is_open or ctx.work.tickets.thread_of(ticket.id) is not None:
        return []
    opened = open_card(ctx, ticket, spoken_to(ctx, ticket))
    places = conversations_of(ctx, spoken_to(ctx, ticket))
    unshown = [one for place in places for one in ctx.work.messages.unshown(place.id)]
    shown = [
        _shown_later(ctx, ticket, one) for one in sorted(unshown, key=_id) if one.id > ticket.id or one.files
    ]
    return [*opened, *shown]


@on("place_deleted")
def place_deleted(event: PlaceDeleted, ctx: Context) -> list[Action]:
    """A thread is gone: the desk gets a new one; a customer's own is reported to whoever helps."""
    desk = ctx.work.tickets.desk_at(event.place)
    if desk is not None:
        ticket = ctx.work.tickets.get(desk.ticket_id)
        ctx.work.tickets.drop_desk(event.place)
        is_needed = ticket is not None and ticket.is_open and desk.kind is DeskKind.THREAD
        return _new_thread(ctx, ticket) if ticket and is_needed else []
    conversation = ctx.work.conversations.at(event.place)
    ticket = open_ticket_in(ctx, conversation) if conversation else None
    if ticket is None:
        return []
    text = ctx.staff_texts.text(
        "The place where the customer wrote was deleted. Answers cannot reach them there."
    )
    return list(note_on_desk(ctx, ticket.id, text, tone=Tone.ALERT))


@on("reachability_changed")
def reachability_changed(event: ReachabilityChanged, ctx: Context) -> list[Action]:
    contact = ctx.work.contacts.of(event.author.identity)
    if contact is None or contact.is_reachable == event.is_reachable:
        return []
    ctx.work.contacts.save(contact.reachable(event.is_reachable))
    texts = ctx.staff_texts
    text = (
        texts.text("{name} has unblocked the bot.", name=contact.name)
        if event.is_reachable
        else texts.text("{name} has blocked the bot: answers will not arrive.", name=contact.name)
    )
    actions: list[Action] = []
    for conversation in ctx.work.conversations.of_contact(contact.id, since=ctx.now - timedelta(days=90)):
        ticket = open_ticket_in(ctx, conversation)
        if ticket is not None and conversation.place.is_direct:
            tone = Tone.PLAIN if event.is_reachable else Tone.ALERT
            actions += note_on_desk(ctx, ticket.id, text, tone=tone)
    return actions


@on("delivery_failed", "helper")
def helper_unreachable(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """Whoever took it in their own chat cannot be reached there: back into the queue."""
    ticket = ctx.work.tickets.get(int(event.subject))
    return _take_back(ctx, ticket) if ticket else []


def _take_back(ctx: Context, ticket: Ticket) -> list[Action]:
    if ticket.status is not TicketStatus.CLAIMED or ticket.claimed_by is None:
        return []
    return release(ctx, ticket, ctx.work.team.get(ticket.claimed_by))


def _in_plain_words(ctx: Context, ticket: Ticket, message: Message) -> Show:
    """What the staff platform did not take as it was, without markup and files: better than silence."""
    lines = [
        ctx.staff_texts.text("A message of {name} cannot be shown here as it is:", name=message.author_name),
        escape(shorten(plain(message.text[: 4 * LONGEST_PLAIN]), LONGEST_PLAIN)),
        *(f"📎 {escape(file.name)}" for file in message.files),
    ]
    text = "\n\n".join(line for line in lines if line)
    return Show(ticket.id, Content(text=text, tone=Tone.ALERT))


def _subject(event: Delivered | DeliveryFailed, ctx: Context) -> tuple[Message | None, Ticket | None]:
    message = message_of(event, ctx)
    ticket = ticket_about(ctx, message.conversation_id) if message else None
    return message, ticket


def _id(message: Message) -> int:
    return message.id


def _shown_later(ctx: Context, ticket: Ticket, message: Message) -> Show:
    content = for_staff(message, ctx.staff_texts)
    return Show(ticket.id, content, message_id=message.id, purpose="desk", subject=str(message.id))


def _new_thread(ctx: Context, ticket: Ticket) -> list[Action]:
    thread = ctx.work.tickets.thread_of(ticket.id)
    if thread is not None:
        ctx.work.tickets.retire_desk(thread.place)
    return open_desk(ctx, ticket, spoken_to(ctx, ticket))
