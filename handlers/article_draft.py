"""A resolved conversation becomes an article: the customer's questions, the team's answers, without the persons."""

from bot.core.actions import Action, Search
from bot.core.article import ArticleText, Audience
from bot.core.conversation import Conversation, Direction, Message
from bot.core.events import AnswersFound, CommandGiven
from bot.core.policies.redacting import redact, without_placeholders
from bot.core.policies.words import is_mere_reply
from bot.core.staff import Staff
from bot.core.texts import Markdown, as_code, escape, plain, shorten
from bot.core.ticket import Ticket, TicketStatus
from handlers.article_edit import free_key, save
from handlers.asking import Refused
from handlers.context import Context, asker_of
from handlers.exchange import answer, customer_of
from handlers.linked import history_of, spoken_to
from handlers.registry import on

LOOKED_AT = 100
MOST_PHRASINGS = 5
LONGEST_PHRASING = 300
LONGEST_TITLE = 120
ALIKE = 0.3
"""So sure the search must be that an article is about the same for it to be named."""


def draft_from(ticket: Ticket, staff: Staff, event: CommandGiven, ctx: Context) -> list[Action]:
    """Save it as a draft; what is near to it already is told right behind."""
    if ticket.status is not TicketStatus.RESOLVED:
        told = ctx.answer_texts(event).text("Ticket #{number} is not resolved yet.", number=ticket.number)
        raise Refused(answer(event, told))
    conversation = spoken_to(ctx, ticket)
    said = [
        one
        for one in history_of(ctx, conversation, limit=LOOKED_AT)
        if one.text.strip() and not one.deleted_at
    ]
    asked = [one for one in said if one.direction is Direction.INCOMING and not is_mere_reply(one.text)]
    answered = [one for one in said if one.direction is Direction.OUTGOING and not one.is_from_bot]
    if not asked or not answered:
        told = ctx.answer_texts(event).text(
            "An article needs a question and an answer of the team's; one is missing."
        )
        raise Refused(answer(event, told))
    names = _names(said, conversation, ctx)
    phrasings = tuple(dict.fromkeys(_phrasing(one, names) for one in asked))[:MOST_PHRASINGS]
    title = redact(shorten(ticket.subject, LONGEST_TITLE), names) if ticket.subject else phrasings[0]
    body = "\n\n".join(redact(one.text.strip(), names) for one in answered)
    text = ArticleText(shorten(title, LONGEST_TITLE), body, tags=ticket.areas, phrasings=phrasings)
    note = ctx.staff_texts.label("from ticket #{number}", number=ticket.number)
    language = next(iter(customer_of(conversation, ctx).languages), ctx.settings.staff_language)
    saved = save(
        free_key(without_placeholders(text.title), ctx), language, text, staff, event, ctx, note=note
    )
    near = Search(
        conversation.id, asked[-1].id, f"{text.title}\n{phrasings[0]}", purpose="near_draft", reader=Audience.STAFF,
        asker=asker_of(event),
    )  # fmt: skip
    return [*saved, near]


@on("answers_found", "near_draft")
def tell_near(event: AnswersFound, ctx: Context) -> list[Action]:
    """Name what is published about the same: better one good article than two."""
    near = [one for one in event.matches if one.confidence >= ALIKE]
    if not near or event.asker is None:
        return []
    texts = ctx.answer_texts(event.asker)
    lines = [f"- {as_code(one.article_key)} {escape(one.title)}" for one in near]
    head = texts.text(
        "Look before you go on: these articles may say the same already. Read the draft for names and numbers, too."
    )
    return [answer(event.asker, Markdown("\n".join([head, "", *lines])))]


def _names(said: list[Message], conversation: Conversation, ctx: Context) -> set[str]:
    """Everybody who takes part, under every name they were seen with."""
    contact = customer_of(conversation, ctx)
    handles = {one.external_id for one in ctx.work.contacts.identities_of(contact.id)}
    authors = {name for one in said for name in (one.author_name, one.shown_as)}
    others = {one.name for one in ctx.work.participants.of(conversation.id)}
    return {name for name in {contact.name, *handles, *authors, *others} if name}


def _phrasing(message: Message, names: set[str]) -> str:
    return redact(shorten(plain(message.text[: 4 * LONGEST_PHRASING]), LONGEST_PHRASING), names)
