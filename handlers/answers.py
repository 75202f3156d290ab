"""What the knowledge base found, and what the customer makes of it: the three buttons under an article."""

from bot.core.actions import Action, Search, Show
from bot.core.content import Content
from bot.core.conversation import Conversation, Owner
from bot.core.events import AnswersFound, ButtonPressed, DeliveryFailed
from bot.core.survey import Offer, OfferOutcome
from bot.core.texts import escape
from bot.core.ticket import DeskKind
from handlers.context import Context
from handlers.exchange import answer, customer_of, desk_targets, retire_buttons, say, texts_for
from handlers.offering import offer_article, offer_person, source_of
from handlers.queueing import open_ticket
from handlers.registry import button, on


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
    ):
        return []
    known = {offer.article_key for offer in ctx.work.offers.of(conversation.id)
             if offer.message_id == message.id or offer.outcome is OfferOutcome.REJECTED}  # fmt: skip
    match = next((one for one in event.matches if one.article_key not in known), None)
    if match is None:
        return offer_person(ctx, conversation, message)
    return [offer_article(ctx, conversation, message, match)]


@on("delivery_failed", "answer")
def search_failed(event: DeliveryFailed, ctx: Context) -> list[Action]:
    """The knowledge could not be searched: a person can still be asked."""
    message = ctx.work.messages.get(int(event.subject))
    if message is None:
        return []
    conversation = ctx.work.conversations.get(message.conversation_id)
    return offer_person(ctx, conversation, message) if conversation.owner is Owner.BOT else []


@on("answers_found", "suggest")
def suggest_to_helper(event: AnswersFound, ctx: Context) -> list[Action]:
    """Show whoever helps what the knowledge base would say."""
    ticket = ctx.work.tickets.open_of(event.conversation_id)
    if ticket is None:
        return []
    texts = ctx.staff_texts
    if event.matches:
        parts = [
            f"**{escape(one.title)}**\n\n{one.passage}\n\n_{source_of(one, texts)}_"
            for one in event.matches[:2]
        ]
        text = "\n\n".join([texts.text("What the knowledge base says:"), *parts])
    else:
        text = texts.text(
            "The knowledge base has nothing that fits. Your own words are what this customer needs."
        )
    directs = [desk.place for desk in ctx.work.tickets.desks(ticket.id) if desk.kind is DeskKind.DIRECT]
    targets = directs or desk_targets(ctx, ticket.id)
    return [Show(ticket.id, Content(text=text), place=place) for place in targets]


@button("solved")
def solved(event: ButtonPressed, ctx: Context) -> list[Action]:
    """The article was enough: a person was not needed."""
    offer, conversation = _offer(event, ctx)
    if offer is None or conversation is None:
        return [_too_late(event, ctx)]
    ctx.work.offers.decide(offer.id, OfferOutcome.SOLVED)
    texts = texts_for(customer_of(conversation, ctx), ctx)
    if conversation.owner is Owner.BOT:
        ctx.work.conversations.save(conversation.resolved(ctx.now))
    return [
        *retire_buttons(ctx, event, f"✓ {texts.text('Solved')}"),
        say(ctx, conversation, texts.text("Glad that helped! Write to me whenever something else comes up.")),
    ]


@button("not_this")
def not_this(event: ButtonPressed, ctx: Context) -> list[Action]:
    """Look again, without what was just rejected."""
    offer, conversation = _offer(event, ctx)
    if offer is None or conversation is None:
        return [_too_late(event, ctx)]
    ctx.work.offers.decide(offer.id, OfferOutcome.REJECTED)
    texts = texts_for(customer_of(conversation, ctx), ctx)
    retired = retire_buttons(ctx, event, f"✗ {texts.text('Not what was meant')}")
    message = ctx.work.messages.get(offer.message_id)
    if message is None or conversation.owner is not Owner.BOT:
        return list(retired)
    return [
        *retired,
        Search(conversation.id, message.id, message.text, customer_of(conversation, ctx).language),
    ]


@button("person")
def person(event: ButtonPressed, ctx: Context) -> list[Action]:
    """A person, please: the subject is the conversation."""
    conversation = ctx.work.conversations.at(event.place) or _by_subject(event, ctx)
    if conversation is None or str(conversation.id) != event.subject:
        return [_too_late(event, ctx)]
    return [*retire_buttons(ctx, event), *open_ticket(ctx, conversation)]


def _by_subject(event: ButtonPressed, ctx: Context) -> Conversation | None:
    """The conversation of the message that carries the button: in a shared room the place names the presser."""
    message = ctx.work.messages.find(event.message) if event.message else None
    return ctx.work.conversations.get(message.conversation_id) if message else None


def _offer(event: ButtonPressed, ctx: Context) -> tuple[Offer | None, Conversation | None]:
    """The offer on the button, when it belongs to the conversation in which the button was pressed."""
    offer = ctx.work.offers.get(int(event.subject)) if event.subject.isdigit() else None
    conversation = ctx.work.conversations.at(event.place) or _by_subject(event, ctx)
    if offer is None or conversation is None or offer.conversation_id != conversation.id:
        return None, None
    return offer, conversation


def _too_late(event: ButtonPressed, ctx: Context) -> Action:
    texts = ctx.texts_in(event.author.language)
    return answer(event, texts.text("That button is no longer in use. Just write what you need."))
