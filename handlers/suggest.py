"""/suggest: what the knowledge base would say to a customer, for whoever helps them, and one press to send it."""

from bot.core.actions import Action, Reindex, Search, Show
from bot.core.article import ArticleState, ArticleVersion, Audience
from bot.core.commands import Argument, Role
from bot.core.content import Button, Content
from bot.core.conversation import Conversation, Direction, Message
from bot.core.events import AnswersFound, ButtonPressed, CommandGiven
from bot.core.judgement import JudgementState, Verdict
from bot.core.knowledge import Match
from bot.core.policies.words import is_mere_reply
from bot.core.staff import Staff
from bot.core.texts import Markdown, Texts, escape, mark, plain, shorten
from bot.core.ticket import DeskKind, Ticket, TicketStatus
from handlers.asking import Refused, id_in, named_ticket, owner_or_agent, pressed_ticket, require, too_late
from handlers.context import Asked, Context
from handlers.exchange import (
    answer,
    customer_of,
    desk_targets,
    reader_in,
    relay,
    show_everywhere,
    spoken,
    texts_for,
)
from handlers.linked import history_of, spoken_to, ticket_about
from handlers.naming import shown_name
from handlers.offering import source_of
from handlers.registry import button, command, on

LOOKED_AT = 20
LEAST_SURE = 0.02
LIKELY = 0.2
"""Less sure, and only the beginning of an article is shown."""
LONGEST_GIST = 160
WORDS_OF_A_QUESTION = 3
LONGEST_SENT = 1800
NUMBER = Argument("number", mark("The ticket's number; not needed in its thread"), completes="my_tickets")


@command("suggest", mark("Show what the knowledge base would say to a customer"), role=Role.VOLUNTEER,
         arguments=(NUMBER,))  # fmt: skip
def suggest(event: CommandGiven, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    ticket, _ = named_ticket(event, ctx)
    if ticket is None:
        typed = ctx.typed("suggest", event.place.platform)
        text = ctx.answer_texts(event).text("For which ticket? {suggest} 12", suggest=typed)
        return [answer(event, text)]
    return _look(event, ticket, staff, ctx)


@button("suggest")
def suggest_pressed(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.VOLUNTEER)
    return _look(event, pressed_ticket(event, ctx), staff, ctx)


def suggestions_for(ctx: Context, conversation: Conversation) -> Search | None:
    """Look for what would answer the customer's newest words that ask, also among what is for the team only."""
    said = [
        one
        for one in history_of(ctx, conversation, limit=LOOKED_AT)
        if one.direction is Direction.INCOMING and one.text.strip() and not one.deleted_at
    ]
    # 'Here it is' and the number of an order answer the helper; what they are about was said before.
    asking = [
        one for one in said if len(one.text.split()) >= WORDS_OF_A_QUESTION and not is_mere_reply(one.text)
    ]
    if not said:
        return None
    newest = (asking or said)[-1]
    return Search(conversation.id, newest.id, newest.text, purpose="suggest", reader=Audience.STAFF)


@on("answers_found", "suggest")
def suggest_to_helper(event: AnswersFound, ctx: Context) -> list[Action]:
    """Show whoever helps what the knowledge base would say, with a button for each that may be sent."""
    ticket = ticket_about(ctx, event.conversation_id)
    if ticket is None or not ticket.is_open:
        return []
    directs = [desk.place for desk in ctx.work.tickets.desks(ticket.id) if desk.kind is DeskKind.DIRECT]
    helper = ctx.work.team.find(ticket.claimed_by) if directs and ticket.claimed_by else None
    # In the chat of one helper nobody else reads it.
    texts = ctx.texts_to(helper) if helper else ctx.staff_texts
    # The second best may be what a person needs, however sure the first one is; nothing at all is no suggestion.
    found = list(event.matches) if any(one.confidence >= LEAST_SURE for one in event.matches) else []
    if found:
        parts = [
            _suggestion(number, one, texts, is_whole=one.confidence >= LIKELY)
            for number, one in enumerate(found, 1)
        ]
        text = "\n\n".join([texts.text("What the knowledge base says:"), *parts])
    else:
        text = texts.text(
            "The knowledge base has nothing that fits. Your own words are what this customer needs."
        )
    content = Content(text=text, buttons=_buttons(event, found, spoken_to(ctx, ticket), texts, ctx))
    return [Show(ticket.id, content, place=place) for place in directs or desk_targets(ctx, ticket.id)]


@button("send_article")
def send_article(event: ButtonPressed, ctx: Context) -> list[Action]:
    """Send it to the customer in the helper's name; the search learns that it was the answer."""
    staff = require(event, ctx, Role.VOLUNTEER)
    asked, version = _on_button(event, ctx)
    ticket = ticket_about(ctx, asked.conversation_id)
    if ticket is None or ticket.status is not TicketStatus.CLAIMED or ticket.claimed_by != staff.id:
        text = ctx.answer_texts(event).text("Only whoever has claimed the ticket writes to the customer.")
        return [answer(event, text)]
    conversation = spoken_to(ctx, ticket)
    article = ctx.work.library.get(version.key, version.language)
    if article is None or not article.is_visible(reader_in(conversation), ctx.now):
        return [
            answer(
                event, ctx.answer_texts(event).text("This article is not for the customer, or not any more.")
            )
        ]
    match = Match(article.key, article.language, article.title, _opening(article.body), 1.0, article.url,
                  article.source)  # fmt: skip
    said = ctx.work.messages.history(conversation.id, limit=LOOKED_AT)
    words = _words(match, conversation, ctx)
    if any(one.staff_id == staff.id and one.text == words for one in said):
        return [answer(event, ctx.answer_texts(event).text("You have sent that already."))]
    person = customer_of(ctx.work.conversations.get(asked.conversation_id), ctx).person
    judged = ctx.work.judgements.add(
        version.key, version.language, Verdict.CHOSEN, asked.id, person, staff_id=staff.id
    )
    ctx.work.unanswered.close([asked.id], version.key, staff.id)
    learned = [Reindex()] if judged.state is JudgementState.COUNTED else []
    return [*_send(words, asked, ticket, staff, conversation, ctx), *learned,
            answer(event, ctx.answer_texts(event).text("Sent to the customer."))]  # fmt: skip


def _look(event: Asked, ticket: Ticket, staff: Staff, ctx: Context) -> list[Action]:
    owner_or_agent(event, ticket, staff, ctx)
    search = suggestions_for(ctx, spoken_to(ctx, ticket)) if ticket.is_open else None
    if search is None:
        return [
            answer(
                event,
                ctx.answer_texts(event).text("The customer has not asked anything that can be looked up."),
            )
        ]
    told = ctx.answer_texts(event).text(
        "What the knowledge base says comes where ticket #{number} is worked on.", number=ticket.number
    )
    return [search, answer(event, told)]


def _suggestion(number: int, match: Match, texts: Texts, *, is_whole: bool) -> str:
    sure = texts.text("{sure} sure", sure=texts.percent(match.confidence))
    inside = f" · 🔒 **{texts.text('for the team only')}**" if match.audience is Audience.STAFF else ""
    head = f"{number}\\. **{escape(match.title)}** ({sure}){inside}"
    if not is_whole:
        return f"{head}\n{escape(shorten(plain(match.passage), LONGEST_GIST))}"
    return f"{head}\n\n{match.passage}\n\n_{source_of(match, texts)}_"


def _buttons(
    event: AnswersFound, found: list[Match], conversation: Conversation, texts: Texts, ctx: Context
) -> tuple[Button, ...]:
    buttons: list[Button] = []
    for number, match in enumerate(found, 1):
        version = _published(match, ctx)
        if version is not None and ctx.work.library.is_visible(
            match.article_key, match.language, reader_in(conversation)
        ):
            label = texts.label("Send {number}", number=number)
            buttons.append(Button(label, "send_article", f"{event.message_id}:{version.id}"))
    return tuple(buttons)


def _published(match: Match, ctx: Context) -> ArticleVersion | None:
    known = ctx.work.versions.of(match.article_key, match.language)
    return next((one for one in known if one.state is ArticleState.PUBLISHED), None)


def _on_button(event: ButtonPressed, ctx: Context) -> tuple[Message, ArticleVersion]:
    """The customer's message and the article on the button; raises Refused when one of them is gone."""
    first, _, second = event.subject.partition(":")
    message_id, version_id = id_in(first), id_in(second)
    asked = ctx.work.messages.get(message_id) if message_id else None
    version = ctx.work.versions.get(version_id) if version_id else None
    if asked is None or version is None:
        raise Refused(too_late(event, ctx))
    return asked, version


def _opening(body: str) -> str:
    """The article, or as many of its paragraphs as a message should hold."""
    if len(body) <= LONGEST_SENT:
        return body
    return f"{body[:LONGEST_SENT].rpartition(chr(10) * 2)[0] or body[:LONGEST_SENT]}\n\n…"


def _words(match: Match, conversation: Conversation, ctx: Context) -> Markdown:
    texts = texts_for(customer_of(conversation, ctx), ctx)
    return Markdown(f"**{escape(match.title)}**\n\n{match.passage}\n\n{source_of(match, texts)}")


def _send(
    words: str, asked: Message, ticket: Ticket, staff: Staff, conversation: Conversation, ctx: Context
) -> list[Action]:
    shown = shown_name(ctx, staff, conversation)
    message = ctx.work.messages.add(
        conversation.id,
        Direction.OUTGOING,
        staff.name,
        words,
        staff_id=staff.id,
        reply_to_id=asked.id,
        shown_as=shown if shown != staff.name else "",
    )
    ctx.work.conversations.touch(conversation)
    return [
        relay(message, conversation, ctx),
        *show_everywhere(ctx, ticket.id, spoken(message), message=message),
    ]
