"""What the bot says of itself: an article with its source, the offer of a person, a hello, a welcome."""

from collections.abc import Sequence

from bot.core.actions import Action, Reindex, Say
from bot.core.content import Button, ButtonStyle
from bot.core.conversation import Conversation, Message
from bot.core.judgement import JudgementState, Verdict
from bot.core.knowledge import Match, WrittenAnswer
from bot.core.survey import Offer, OfferOutcome
from bot.core.texts import Markdown, Texts, escape
from handlers.context import Context
from handlers.exchange import customer_of, say, texts_for


def offer_article(
    ctx: Context, conversation: Conversation, message: Message, match: Match, *, asked_in: str = ""
) -> Say:
    """An article for a question, with its source and the three buttons; remembered, so that it can be judged.

    They are told when it is neither in their own language nor in the one they asked in, as far as these are known.
    """
    offer = ctx.work.offers.add(conversation.id, message.id, match)
    customer = customer_of(conversation, ctx)
    texts = texts_for(customer, ctx)
    read = {_main(language) for language in (*customer.languages[:1], asked_in) if language}
    footnote = source_of(match, texts)
    if match.language and read and _main(match.language) not in read:
        # One line: of a longer footnote not every platform shows the link.
        note = texts.text("I have this in another language only.")
        footnote = Markdown(f"{note} {footnote}")
    return say(
        ctx,
        conversation,
        match.passage,
        title=match.title,
        footnote=footnote,
        buttons=_choices(offer, conversation, texts),
        reply_to_id=message.id,
    )


def offer_written(
    ctx: Context,
    conversation: Conversation,
    message: Message,
    written: WrittenAnswer,
    cited: Sequence[Match],
) -> Say:
    """What a model wrote, with the articles it is from and the three buttons, by which the first of them is judged."""
    offer = ctx.work.offers.add(conversation.id, message.id, cited[0])
    texts = texts_for(customer_of(conversation, ctx), ctx)
    articles = Markdown(", ".join(_named(one) for one in cited))
    # One line, as above.
    if all(_main(one.language) == _main(written.language) for one in cited):
        footnote = texts.text("Written automatically from: {articles}", articles=articles)
    else:
        footnote = texts.text(
            "Written automatically from what I have in another language: {articles}", articles=articles
        )
    return say(
        ctx,
        conversation,
        written.text,
        footnote=footnote,
        buttons=_choices(offer, conversation, texts),
        reply_to_id=message.id,
    )


def offer_person(ctx: Context, conversation: Conversation, message: Message) -> list[Action]:
    """No guess: say so, and offer a person."""
    texts = texts_for(customer_of(conversation, ctx), ctx)
    text = texts.text(
        "I don't have a reliable answer to that. Shall I ask a person? "
        "Or put it in other words, and I look again."
    )
    return [_with_person(ctx, conversation, message, text, texts)]


def stay_calm(ctx: Context, conversation: Conversation, message: Message) -> list[Action]:
    """Whoever only swears is angry about something: a person can be asked."""
    texts = texts_for(customer_of(conversation, ctx), ctx)
    text = texts.text(
        "I am sorry that this is so annoying. Shall I ask a person? Or tell me what happened, and I look for an answer."
    )
    return [_with_person(ctx, conversation, message, text, texts)]


def _with_person(ctx: Context, conversation: Conversation, message: Message, text: str, texts: Texts) -> Say:
    person = Button(texts.label("Talk to a person"), "person", str(conversation.id), ButtonStyle.PRIMARY)
    return say(ctx, conversation, text, buttons=[person], reply_to_id=message.id)


def was_offered_person(ctx: Context, conversation: Conversation, message: Message) -> bool:
    """True when the last thing the bot said before this message was the offer of a person."""
    before = [one for one in ctx.work.messages.history(conversation.id, limit=4) if one.id < message.id]
    if not before or not before[-1].is_from_bot or before[-1].reply_to_id is None:
        return False
    answered = before[-1].reply_to_id
    return all(offer.message_id != answered for offer in ctx.work.offers.recent(conversation.id))


def greet(ctx: Context, conversation: Conversation) -> Action:
    contact = customer_of(conversation, ctx)
    texts = texts_for(contact, ctx)
    company = ctx.settings.company
    hello = (
        texts.text(
            "Hello {name}! I am Allhands, the support desk of {company}. What can we do for you?",
            name=contact.name,
            company=company,
        )
        if company
        else texts.text(
            "Hello {name}! I am Allhands, the support desk. What can we do for you?", name=contact.name
        )
    )
    return say(ctx, conversation, hello)


def accept_thanks(ctx: Context, conversation: Conversation) -> list[Action]:
    """Thanks for an article mean that it solved it; no person was needed."""
    offers = ctx.work.offers.recent(conversation.id)
    texts = texts_for(customer_of(conversation, ctx), ctx)
    if offers and ctx.work.offers.decide(offers[-1].id, OfferOutcome.SOLVED):
        ctx.work.conversations.save(conversation.resolved(ctx.now))
        return [
            *learn_from(ctx, offers[-1], conversation, Verdict.SOLVED),
            say(
                ctx,
                conversation,
                texts.text("Glad that helped! Write to me whenever something else comes up."),
            ),
        ]
    return [say(ctx, conversation, texts.text("You are welcome! I am here whenever you need us."))]


def learn_from(ctx: Context, offer: Offer, conversation: Conversation, verdict: Verdict) -> list[Action]:
    """The search learns from what the customer made of an article, at once where one person's word is enough."""
    person = customer_of(conversation, ctx).person
    judged = ctx.work.judgements.add(offer.article_key, offer.language, verdict, offer.message_id, person)
    return [Reindex()] if judged.state is JudgementState.COUNTED else []


def source_of(match: Match, texts: Texts) -> Markdown:
    """Where the article stands: a link where there is one."""
    return texts.text("Source: {article}", article=_named(match))


def _named(match: Match) -> Markdown:
    if match.url:
        return Markdown(f"[{escape(match.title)}](<{match.url}>)")
    # Keys and files are names that the team uses among itself.
    return escape(match.title)


def _main(language: str) -> str:
    return language.partition("-")[0]


def _choices(offer: Offer, conversation: Conversation, texts: Texts) -> tuple[Button, ...]:
    return (
        Button(texts.label("That solved it"), "solved", str(offer.id), ButtonStyle.PRIMARY),
        Button(texts.label("Not what I meant"), "not_this", str(offer.id)),
        Button(texts.label("Talk to a person"), "person", str(conversation.id)),
    )
