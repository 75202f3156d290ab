"""What the knowledge base found, and what the customer makes of it: the three buttons under an article."""

from collections.abc import Sequence

from bot.core.actions import Action
from bot.core.content import Button
from bot.core.conversation import Conversation, Owner
from bot.core.events import AnswersFound, ButtonPressed, DeliveryFailed
from bot.core.judgement import Verdict
from bot.core.knowledge import Match, WrittenAnswer
from bot.core.policies.languages import LIKELY, heard
from bot.core.survey import Offer, OfferOutcome
from handlers.asking import Refused, id_in, too_late
from handlers.context import Context
from handlers.exchange import (
    answer,
    customer_of,
    may_decide,
    reader_in,
    retire_buttons,
    say,
    texts_for,
)
from handlers.linked import open_ticket_in
from handlers.offering import learn_from, offer_article, offer_person, offer_written, stay_calm
from handlers.queueing import open_ticket
from handlers.registry import button, on
from handlers.searching import search_for


@on("answers_found", "answer")
def offer_answer(event: AnswersFound, ctx: Context) -> list[Action]:
    """Offer the best article that was not offered before; none means the offer of a person, never a guess."""
    conversation = ctx.work.conversations.get(event.conversation_id)
    message = ctx.work.messages.get(event.message_id)
    if (
        message is None
        or message.deleted_at
        or conversation.owner is not Owner.BOT
        or conversation.is_resolved
        or (conversation.is_linked and open_ticket_in(ctx, conversation) is not None)
    ):
        return []
    offers = ctx.work.offers.recent(conversation.id)
    if all(offer.message_id != message.id for offer in offers):
        # A message that is looked up again, because its first answer was not meant, tells nothing new.
        _listen(event, conversation, ctx)
    known = {offer.article_key for offer in offers
             if offer.message_id == message.id or offer.outcome is OfferOutcome.REJECTED}  # fmt: skip
    if event.is_abuse:
        return stay_calm(ctx, conversation, message)
    # Only now is it sure: what was found may have expired since, or have been taken down.
    reader = reader_in(conversation)
    matches = [
        one
        for one in event.matches
        if one.article_key not in known and ctx.work.library.is_visible(one.article_key, one.language, reader)
    ]
    if not matches:
        ctx.work.unanswered.add(message.id, conversation.id, conversation.person)
        return offer_person(ctx, conversation, message)
    if event.written is not None and (cited := _cited(event.written, matches)):
        return [offer_written(ctx, conversation, message, event.written, cited)]
    asked_in = event.language if event.language_share >= LIKELY else ""
    return [offer_article(ctx, conversation, message, matches[0], asked_in=asked_in)]


def _cited(written: WrittenAnswer, matches: Sequence[Match]) -> list[Match]:
    """The articles that it cites, if all of them may be shown; of one that may not, no word may be shown either."""
    known = {one.article_key: one for one in matches}
    return [known[key] for key in written.cited] if known.keys() >= set(written.cited) else []


def _listen(event: AnswersFound, conversation: Conversation, ctx: Context) -> None:
    """Learn from what they write which language they speak, before they are answered in it."""
    contact = customer_of(conversation, ctx)
    newest = heard(contact, event.language, event.language_share)
    if newest != contact:
        ctx.work.contacts.save(newest)


@on("delivery_failed", "answer")
def search_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """The knowledge could not be searched: a person can still be asked."""
    message = ctx.work.messages.get(int(event.subject))
    if message is None:
        return []
    conversation = ctx.work.conversations.get(message.conversation_id)
    return offer_person(ctx, conversation, message) if conversation.owner is Owner.BOT else []


@button("solved")
def solved(event: ButtonPressed, ctx: Context) -> list[Action]:
    """The article was enough: a person was not needed."""
    offer, conversation = _own_offer(event, ctx)
    texts = texts_for(customer_of(conversation, ctx), ctx)
    ticket = open_ticket_in(ctx, conversation)
    if ticket is not None:
        text = texts.text(
            "Good to hear! Your ticket #{number} is still open. Shall I close it?", number=ticket.number
        )
        close = Button(texts.label("Close it"), "close_ticket", str(ticket.id))
        return [answer(event, text, buttons=[close])]
    if not ctx.work.offers.decide(offer.id, OfferOutcome.SOLVED):
        return [too_late(event, ctx)]
    ctx.work.unanswered.close([offer.message_id], offer.article_key)
    ctx.work.conversations.save(conversation.resolved(ctx.now))
    return [
        *learn_from(ctx, offer, conversation, Verdict.SOLVED),
        *retire_buttons(ctx, event, f"✓ {texts.text('Solved')}"),
        say(ctx, conversation, texts.text("Glad that helped! Write to me whenever something else comes up.")),
    ]


@button("not_this")
def not_this(event: ButtonPressed, ctx: Context) -> list[Action]:
    """Look again, without what was just rejected."""
    offer, conversation = _own_offer(event, ctx)
    if not ctx.work.offers.decide(offer.id, OfferOutcome.REJECTED):
        return [too_late(event, ctx)]
    contact = customer_of(conversation, ctx)
    texts = texts_for(contact, ctx)
    retired = retire_buttons(ctx, event, f"✗ {texts.text('Not what was meant')}")
    message = ctx.work.messages.get(offer.message_id)
    if message is None:
        return list(retired)
    if conversation.is_resolved:
        # Another article of theirs solved something else; this question is still open.
        ctx.work.conversations.save(conversation.with_bot())
    again = search_for(ctx, conversation, message, message.text, event.author.language)
    return [*learn_from(ctx, offer, conversation, Verdict.REJECTED), *retired, again]


@button("person")
def person(event: ButtonPressed, ctx: Context) -> list[Action]:
    """A person, please: the subject is the conversation."""
    conversation_id = id_in(event.subject)
    conversation = ctx.work.conversations.find(conversation_id) if conversation_id else None
    if conversation is None:
        return [too_late(event, ctx)]
    _require_asker(event, conversation, ctx)
    return [*retire_buttons(ctx, event), *open_ticket(ctx, conversation)]


def _own_offer(event: ButtonPressed, ctx: Context) -> tuple[Offer, Conversation]:
    """The offer on the button; raises Refused when there is none, or somebody else was asked."""
    offer_id = id_in(event.subject)
    offer = ctx.work.offers.get(offer_id) if offer_id else None
    if offer is None:
        raise Refused(too_late(event, ctx))
    conversation = ctx.work.conversations.get(offer.conversation_id)
    _require_asker(event, conversation, ctx)
    return offer, conversation


def _require_asker(event: ButtonPressed, conversation: Conversation, ctx: Context) -> None:
    """In a room many see the buttons; they belong to the person whose conversation it is."""
    contact = ctx.work.contacts.of(event.author.identity)
    if not may_decide(ctx, conversation, contact):
        texts = ctx.texts_of(event.author)
        raise Refused(answer(event, texts.text("Only the person who asked can answer this.")))
