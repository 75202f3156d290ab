"""/gaps: what customers ask and no article answers, most asked first; closed when one does."""

from collections.abc import Sequence

from bot.core.actions import Action, AskAgain, GroupQuestions
from bot.core.article import ArticleText, Audience
from bot.core.commands import Role
from bot.core.content import Button, ButtonStyle
from bot.core.events import ArticlePublished, AskedAgain, ButtonPressed, CommandGiven, QuestionsGrouped
from bot.core.knowledge import Gap
from bot.core.policies.redacting import redact
from bot.core.texts import Markdown, Texts, escape, mark, plain, shorten
from handlers.article_edit import ask_for
from handlers.asking import Refused, id_in, require
from handlers.context import Context, asker_of
from handlers.exchange import answer
from handlers.registry import button, command, on
from storage import OpenQuestion

EXAMPLES = 3
LONGEST_EXAMPLE = 140
READ = 50
"""So many of a gap's questions are read for examples and for who knows about them."""
NEWEST = "gaps.newest"
"""The mark of the newest article for which the open questions are asked again."""


@command("gaps", mark("Show what customers ask and no article answers"), role=Role.AGENT)
def gaps(event: CommandGiven, ctx: Context) -> list[Action]:
    require(event, ctx, Role.AGENT)
    return [GroupQuestions(asker_of(event))]


@on("questions_grouped")
def questions_grouped(event: QuestionsGrouped, ctx: Context) -> list[Action]:
    texts = ctx.answer_texts(event.asker)
    ctx.work.unanswered.put_together(event.gaps)
    parts: list[str] = []
    buttons: list[Button] = []
    for number, gap in enumerate(event.gaps, 1):
        parts.append(_told(number, gap, texts, ctx))
        subject = str(gap.message_ids[0])
        buttons += [
            Button(texts.label("Write {number}", number=number), "gap_write", subject, ButtonStyle.PRIMARY),
            Button(texts.label("Close {number}", number=number), "gap_close", subject),
        ]
    if not parts:
        return [answer(event.asker, texts.text("Every question had a good answer, or none was asked."))]
    if event.count > len(parts):
        parts.append(texts.text("… and {n} more", n=event.count - len(parts)))
    title = texts.plural("{n} gap in the knowledge", "{n} gaps in the knowledge", event.count)
    return [answer(event.asker, Markdown("\n\n".join(parts)), title=title, buttons=buttons)]


@button("gap_write")
def write(event: ButtonPressed, ctx: Context) -> list[Action]:
    """Begin an article with the customers' questions as its phrasings."""
    require(event, ctx, Role.AGENT)
    asked = tuple(dict.fromkeys(_redacted(one, ctx) for one in _on_button(event, ctx)[:READ]))
    text = ArticleText(shorten(asked[0], 120), "", phrasings=asked[:8])
    return ask_for(None, ctx.settings.staff_language, event, ctx, text=text)


@button("gap_close")
def close(event: ButtonPressed, ctx: Context) -> list[Action]:
    """No article is needed for it: the questions that were last shown together are closed."""
    staff = require(event, ctx, Role.AGENT)
    questions = _on_button(event, ctx)
    ctx.work.unanswered.close([one.message_id for one in questions], "", staff.id)
    ctx.work.audit.record(staff.id, "gap_close", str(questions[0].message_id))
    return [GroupQuestions(asker_of(event))]


@on("article_published")
def look_again(event: ArticlePublished, ctx: Context) -> list[Action]:
    """Ask every open question once more, some at a time: the new article may answer them."""
    ctx.work.marks.set(NEWEST, event.id)
    return [AskAgain(event.id)]


@on("asked_again")
def asked_again(event: AskedAgain, ctx: Context) -> list[Action]:
    """Close what has a good answer now, and ask the next ones, unless all of them are asked for a newer article."""
    for one in event.found:
        if ctx.work.library.is_visible(one.article_key, one.language, Audience.CUSTOMERS):
            ctx.work.unanswered.close([one.message_id], one.article_key)
    if not event.before or ctx.work.marks.get(NEWEST) != event.since:
        return []
    return [AskAgain(event.since, event.before)]


def _told(number: int, gap: Gap, texts: Texts, ctx: Context) -> str:
    head = texts.plural(
        "{number}. asked **{n} time**, by {people}",
        "{number}. asked **{n} times**, by {people}",
        len(gap.message_ids),
        number=number,
        people=texts.plural("{n} person", "{n} people", gap.askers),
    )
    questions = ctx.work.unanswered.some(gap.message_ids[:READ])
    examples = list(dict.fromkeys(_shortened(one.text) for one in questions))[:EXAMPLES]
    lines = [f"   - “{escape(one)}”" for one in examples]
    if names := _who_knows(questions, ctx):
        lines.append(f"   - {texts.text('Ask: {names}', names=', '.join(names))}")
    return "\n".join([head, *lines])


def _who_knows(questions: Sequence[OpenQuestion], ctx: Context) -> list[str]:
    """Who says that they know about a word of it, and who has helped in one of these conversations."""
    words = {word.strip(".,;:!?").casefold() for one in questions for word in plain(one.text).split()}
    names = [
        one.name for one in ctx.work.team.volunteers() if words & {area.casefold() for area in one.areas}
    ]
    for conversation_id in dict.fromkeys(one.conversation_id for one in questions[:10]):
        ticket = ctx.work.tickets.last_of(conversation_id)
        if ticket is not None and ticket.claimed_by is not None:
            names.append(ctx.work.team.get(ticket.claimed_by).name)
    return list(dict.fromkeys(names))[:3]


def _on_button(event: ButtonPressed, ctx: Context) -> list[OpenQuestion]:
    """What is open of the gap with this question in it; raises Refused when nothing is."""
    message_id = id_in(event.subject)
    questions = ctx.work.unanswered.together_with(message_id) if message_id else []
    if not questions:
        raise Refused(answer(event, ctx.answer_texts(event).text("This gap is closed.")))
    return questions


def _redacted(question: OpenQuestion, ctx: Context) -> str:
    conversation = ctx.work.conversations.get(question.conversation_id)
    names: Sequence[str] = [ctx.work.contacts.get(conversation.contact_id).name]
    return redact(_shortened(question.text, 300), names)


def _shortened(text: str, length: int = LONGEST_EXAMPLE) -> str:
    return shorten(plain(text[: 4 * length]), length)
