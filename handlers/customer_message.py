"""A customer says something: the bot looks for an answer, or a person reads it, or it is the end of a good day."""

from datetime import timedelta

from msgspec.structs import replace

from bot.core.actions import Action
from bot.core.contact import Contact
from bot.core.conversation import Conversation, Direction, Message, Owner
from bot.core.events import MessageReceived
from bot.core.places import direct_to
from bot.core.policies.languages import CLEAR, courtesy_in, heard
from bot.core.policies.words import (
    agrees_to_person,
    asks_something,
    is_command,
    is_greeting,
    is_thanks,
    wants_person,
)
from bot.core.survey import Survey, SurveyKind
from bot.core.texts import plain
from bot.core.ticket import Ticket
from handlers.context import Context
from handlers.exchange import (
    may_decide,
    say,
    show_everywhere,
    spoken,
    texts_for,
    with_origin,
)
from handlers.language import asked_in_words
from handlers.linked import certain, hear, open_ticket_in, ticket_in
from handlers.naming import before_staff
from handlers.offering import accept_thanks, greet, offer_person, was_offered_person
from handlers.queueing import open_ticket, retitle
from handlers.rating import LONGEST_WORDS, take_score, take_words
from handlers.registry import on
from handlers.searching import search_for
from handlers.taking_part import introduce
from handlers.wrote_again import open_again

JOINS_WITHIN = timedelta(minutes=10)
"""Two top-level messages of one person in one channel within this time are one request."""
REOPENS_WITHIN = timedelta(days=7)
"""A question this long after the end is a new one: the bot looks for an answer first."""
ALBUM_WITHIN = timedelta(seconds=10)
"""The pictures of one album arrive one by one, not always in the same second."""
WORDS_WITHIN = timedelta(hours=1)
"""How long after a rating a remark counts as its words."""


@on("message_received", "customer")
def customer_message(event: MessageReceived, ctx: Context) -> list[Action]:
    if ctx.work.messages.find(event.message) is not None:
        return []
    contact = ctx.work.contacts.meet(event.author)
    if event.place.is_direct and not contact.is_reachable:
        # Not every platform tells when somebody lets the bot in again; who writes has done so.
        contact = contact.reachable(True)
        ctx.work.contacts.save(contact)
    conversation = _conversation(event, contact, ctx)
    if conversation is None:
        return []
    conversation = certain(ctx, conversation, contact)
    contact = _listen(event, contact, ctx)
    is_asker = may_decide(ctx, conversation, contact)
    met = [] if is_asker else introduce(ctx, conversation, contact, event)
    message = _store(event, conversation, ctx)
    conversation = ctx.work.conversations.touch(conversation)
    is_waiting = conversation.owner is not Owner.BOT
    may_wait = conversation.is_linked and conversation.person == contact.person
    ticket = open_ticket_in(ctx, conversation) if is_waiting or may_wait else None
    if ticket is not None:
        elsewhere = _hear_in(ctx, ticket, conversation, contact)
        named = retitle(ctx, ticket, event.text) if is_asker else []
        return [*named, *_to_desk(event, ticket, message, ctx), *elsewhere, *met]
    if is_asker and is_command(event.text):
        return _unknown_command(event, conversation, contact, ctx)
    if conversation.is_resolved and is_asker:
        return _after_the_end(event, conversation, contact, message, ctx)
    if is_waiting:
        # It waits for nobody: better the bot than silence.
        conversation = conversation.with_bot()
        ctx.work.conversations.save(conversation)
    return _ask_the_bot(event, conversation, message, ctx) if is_asker else met


def _listen(event: MessageReceived, contact: Contact, ctx: Context) -> Contact:
    """Of what is answered without a search nobody else tells in which language it was."""
    newest = heard(contact, courtesy_in(event.text), CLEAR)
    if newest != contact:
        ctx.work.contacts.save(newest)
    return newest


def _conversation(event: MessageReceived, contact: Contact, ctx: Context) -> Conversation | None:
    """The conversation it belongs to, a new one, or None when nobody spoke to the bot."""
    found = _replied_to(event, ctx) or ctx.work.conversations.at(event.place) or _begun_by_us(event, ctx)
    if found is not None:
        return found
    is_support = any(event.place.lies_in(place) for place in ctx.settings.support_places)
    if not (event.place.is_direct or is_support or event.is_to_bot):
        return None
    if event.is_opening:
        for recent in ctx.work.conversations.of_contact(contact.id, since=ctx.now - JOINS_WITHIN):
            if recent.place.lies_in(event.place) and not recent.place.is_direct and not recent.is_resolved:
                return recent
    return ctx.work.conversations.open(contact, event.place)


def _begun_by_us(event: MessageReceived, ctx: Context) -> Conversation | None:
    """The direct chat that the bot is about to write to, before the platform has told its channel."""
    if not event.place.is_direct:
        return None
    begun = ctx.work.conversations.at(direct_to(event.author.identity))
    if begun is None:
        return None
    ctx.work.conversations.settle(begun.id, event.place)
    return replace(begun, place=event.place)


def _replied_to(event: MessageReceived, ctx: Context) -> Conversation | None:
    """In a room without threads, the conversation whose message it replies to, whoever asked there."""
    if event.reply_to is None or not event.place.person:
        return None
    message = ctx.work.messages.find(event.reply_to)
    return ctx.work.conversations.get(message.conversation_id) if message else None


def _store(event: MessageReceived, conversation: Conversation, ctx: Context) -> Message:
    replied = ctx.work.messages.find(event.reply_to) if event.reply_to else None
    text = with_origin(event.text, event.forwarded_from, ctx.staff_texts)
    return ctx.work.messages.add(
        conversation.id,
        Direction.INCOMING,
        event.author.name,
        text,
        sent_at=event.at,
        files=event.files,
        reply_to_id=replied.id if replied else None,
        origin=event.message,
        others=event.others,
    )


def _to_desk(event: MessageReceived, ticket: Ticket, message: Message, ctx: Context) -> list[Action]:
    """A person is on it, or will be: they read everything."""
    content = spoken(message, speaker=before_staff(ctx, event.author))
    return list(show_everywhere(ctx, ticket.id, content, message=message, purpose="desk"))


def _hear_in(ctx: Context, ticket: Ticket, conversation: Conversation, contact: Contact) -> list[Action]:
    """Answers follow the customer to where they write now; in public they are told once that they stay private."""
    if conversation.person != contact.person:
        return []
    heard = hear(ctx, ticket, conversation)
    if heard.spoken_in_id == conversation.id or conversation.owner is not Owner.BOT:
        return []
    text = texts_for(contact, ctx).text(
        "A person reads this, too. The answer comes in our direct chat, where we are talking about it already."
    )
    return [say(ctx, conversation, text)]


def _ask_the_bot(
    event: MessageReceived, conversation: Conversation, message: Message, ctx: Context
) -> list[Action]:
    if wants_person(event.text) or (
        agrees_to_person(event.text) and was_offered_person(ctx, conversation, message)
    ):
        return open_ticket(ctx, conversation)
    if is_greeting(event.text):
        return [greet(ctx, conversation)]
    if (chosen := asked_in_words(event.text, event.author, conversation, ctx)) is not None:
        return chosen
    if is_thanks(event.text):
        return accept_thanks(ctx, conversation)
    if not event.text.strip():
        # One offer for an album, not one for each of its pictures.
        return (
            []
            if _is_later_in_album(event, conversation, message, ctx)
            else offer_person(ctx, conversation, message)
        )
    return [search_for(ctx, conversation, message, event.text, event.author.language)]


def _unknown_command(
    event: MessageReceived, conversation: Conversation, contact: Contact, ctx: Context
) -> list[Action]:
    """A slip, or a command of another bot: no question, and no reason to open a ticket again."""
    if not event.place.is_direct and not event.is_to_bot:
        return []
    text = texts_for(contact, ctx).text(
        "I do not know that command. {help} shows those that I know; or just write what you need.",
        help=ctx.typed("help", event.place.platform),
    )
    return [say(ctx, conversation, text)]


def _is_later_in_album(
    event: MessageReceived, conversation: Conversation, message: Message, ctx: Context
) -> bool:
    if not event.album:
        return False
    before = ctx.work.messages.history(conversation.id, limit=5)
    return any(
        one.files and one.id != message.id and abs(message.sent_at - one.sent_at) <= ALBUM_WITHIN
        for one in before
    )


def _after_the_end(
    event: MessageReceived, conversation: Conversation, contact: Contact, message: Message, ctx: Context
) -> list[Action]:
    """Thanks stay thanks, words after a rating belong to it, anything else opens the ticket again."""
    texts = texts_for(contact, ctx)
    ticket = ticket_in(ctx, conversation)
    survey = _asked_last(ctx, conversation, ticket)
    if survey is not None and survey.score is None and event.text.strip() in {"1", "2", "3", "4", "5"}:
        return take_score(ctx, survey, int(event.text.strip()))
    if is_thanks(event.text):
        return [say(ctx, conversation, texts.text("You are welcome! I am here whenever you need us."))]
    is_remark = (
        survey is not None
        and survey.answered_at is not None
        and survey.commented_at is None
        and ctx.now - survey.answered_at <= WORDS_WITHIN
        and not asks_something(event.text)
        and not wants_person(event.text)
        and not event.files
    )
    if survey is not None and is_remark:
        return take_words(ctx, survey, plain(event.text[: 2 * LONGEST_WORDS]))
    if ticket is None or _is_long_ago(ticket, ctx):
        conversation = replace(conversation.with_bot(), last_message_at=ctx.now)
        ctx.work.conversations.save(conversation)
        return _ask_the_bot(event, conversation, message, ctx)
    reopened = open_again(ctx, hear(ctx, ticket, conversation), contact, message)
    content = spoken(message, speaker=before_staff(ctx, event.author))
    return [*reopened, *show_everywhere(ctx, ticket.id, content, message=message, purpose="desk")]


def _asked_last(ctx: Context, conversation: Conversation, ticket: Ticket | None) -> Survey | None:
    """The question that a bare number or a remark answers, from whichever account they answer it."""
    if conversation.is_linked:
        return ctx.work.surveys.last_of_ticket(ticket.id, SurveyKind.CSAT) if ticket else None
    return ctx.work.surveys.last_in(conversation.id, SurveyKind.CSAT)


def _is_long_ago(ticket: Ticket, ctx: Context) -> bool:
    return ticket.resolved_at is not None and ctx.now - ticket.resolved_at > REOPENS_WITHIN
