"""/gaps: what customers ask and no article answers, most asked first; closed when one does."""

from collections.abc import Sequence

from msgspec import Struct

from bot.core.actions import Action, Search
from bot.core.article import ArticleText, Audience
from bot.core.commands import Role
from bot.core.content import Button, ButtonStyle
from bot.core.events import AnswersFound, ArticlePublished, ButtonPressed, CommandGiven
from bot.core.policies.grouping import group
from bot.core.policies.redacting import redact
from bot.core.texts import Markdown, escape, mark, plain, shorten
from handlers.article_edit import ask_for
from handlers.asking import Refused, id_in, require
from handlers.context import Asked, Context
from handlers.exchange import answer
from handlers.registry import button, command, on
from storage import OpenQuestion

SHOWN = 5
EXAMPLES = 3
LONGEST_EXAMPLE = 140
LOOKED_AGAIN = 30
"""So many open questions are asked again when an article is published; others wait for the next one."""


class Gap(Struct, frozen=True):
    """Questions that ask the same, the newest first."""

    questions: tuple[OpenQuestion, ...]

    @property
    def askers(self) -> int:
        return len({one.person for one in self.questions})


@command("gaps", mark("Show what customers ask and no article answers"), role=Role.AGENT)
def gaps(event: CommandGiven, ctx: Context) -> list[Action]:
    require(event, ctx, Role.AGENT)
    return [_overview(event, ctx)]


@button("gap_write")
def write(event: ButtonPressed, ctx: Context) -> list[Action]:
    """Begin an article with the customers' questions as its phrasings."""
    require(event, ctx, Role.AGENT)
    gap = _on_button(event, ctx)
    asked = tuple(dict.fromkeys(_redacted(one, ctx) for one in gap.questions))
    text = ArticleText(shorten(asked[0], 120), "", phrasings=asked[:8])
    return ask_for(None, ctx.settings.staff_language, event, ctx, text=text)


@button("gap_close")
def close(event: ButtonPressed, ctx: Context) -> list[Action]:
    """No article is needed for it."""
    staff = require(event, ctx, Role.AGENT)
    gap = _on_button(event, ctx)
    ctx.work.unanswered.close([one.message_id for one in gap.questions], "", staff.id)
    ctx.work.audit.record(staff.id, "gap_close", str(gap.questions[0].message_id))
    return [_overview(event, ctx)]


@on("article_published")
def look_again(_event: ArticlePublished, ctx: Context) -> list[Action]:
    """Ask the newest open questions once more: the new article may answer them."""
    return [
        Search(one.conversation_id, one.message_id, one.text, purpose="gap", reader=Audience.CUSTOMERS)
        for one in ctx.work.unanswered.open(limit=LOOKED_AGAIN)
    ]


@on("answers_found", "gap")
def found_now(event: AnswersFound, ctx: Context) -> list[Action]:
    """Close what has a good answer now."""
    for one in event.matches[:1]:
        if ctx.work.library.is_visible(one.article_key, one.language, Audience.CUSTOMERS):
            ctx.work.unanswered.close([event.message_id], one.article_key)
    return []


def _overview(event: Asked, ctx: Context) -> Action:
    texts, found = ctx.staff_texts, _gaps(ctx)
    if not found:
        return answer(event, texts.text("Every question had a good answer, or none was asked."))
    parts: list[str] = []
    buttons: list[Button] = []
    for number, gap in enumerate(found[:SHOWN], 1):
        parts.append(_told(number, gap, ctx))
        subject = str(gap.questions[0].message_id)
        buttons += [
            Button(texts.label("Write {number}", number=number), "gap_write", subject, ButtonStyle.PRIMARY),
            Button(texts.label("Close {number}", number=number), "gap_close", subject),
        ]
    title = texts.plural("{n} gap in the knowledge", "{n} gaps in the knowledge", len(found))
    return answer(event, Markdown("\n\n".join(parts)), title=title, buttons=buttons)


def _gaps(ctx: Context) -> list[Gap]:
    """Most asked first; what was asked by more people counts more than what one person asked again and again."""
    questions = [one for one in ctx.work.unanswered.open() if one.text.strip()]
    grouped = [
        Gap(tuple(questions[at] for at in one)) for one in group([plain(one.text) for one in questions])
    ]
    return sorted(grouped, key=lambda gap: (-gap.askers, -len(gap.questions), -gap.questions[0].message_id))


def _told(number: int, gap: Gap, ctx: Context) -> str:
    texts = ctx.staff_texts
    head = texts.plural(
        "{number}. asked **{n} time**, by {people}",
        "{number}. asked **{n} times**, by {people}",
        len(gap.questions),
        number=number,
        people=texts.plural("{n} person", "{n} people", gap.askers),
    )
    examples = list(dict.fromkeys(_shortened(one.text) for one in gap.questions))[:EXAMPLES]
    lines = [f"   - “{escape(one)}”" for one in examples]
    if names := _who_knows(gap, ctx):
        lines.append(f"   - {texts.text('Ask: {names}', names=', '.join(names))}")
    return "\n".join([head, *lines])


def _who_knows(gap: Gap, ctx: Context) -> list[str]:
    """Who says that they know about a word of it, and who has helped in one of these conversations."""
    words = {word.strip(".,;:!?").casefold() for one in gap.questions for word in plain(one.text).split()}
    names = [
        one.name for one in ctx.work.team.volunteers() if words & {area.casefold() for area in one.areas}
    ]
    for conversation_id in dict.fromkeys(one.conversation_id for one in gap.questions[:10]):
        ticket = ctx.work.tickets.last_of(conversation_id)
        if ticket is not None and ticket.claimed_by is not None:
            names.append(ctx.work.team.get(ticket.claimed_by).name)
    return list(dict.fromkeys(names))[:3]


def _on_button(event: ButtonPressed, ctx: Context) -> Gap:
    """The gap with this question in it, as it is now; raises Refused when it is closed."""
    message_id = id_in(event.subject)
    for gap in _gaps(ctx):
        if any(one.message_id == message_id for one in gap.questions):
            return gap
    raise Refused(answer(event, ctx.staff_texts.text("This gap is closed.")))


def _redacted(question: OpenQuestion, ctx: Context) -> str:
    conversation = ctx.work.conversations.get(question.conversation_id)
    names: Sequence[str] = [ctx.work.contacts.get(conversation.contact_id).name]
    return redact(_shortened(question.text, 300), names)


def _shortened(text: str, length: int = LONGEST_EXAMPLE) -> str:
    return shorten(plain(text[: 4 * length]), length)
