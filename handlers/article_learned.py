"""What the search has learned of an article from what people made of it, and taking it back."""

from bot.core.actions import Action, Reindex, Reply
from bot.core.commands import Role
from bot.core.content import Button, ButtonStyle
from bot.core.events import ButtonPressed
from bot.core.judgement import Judgement, JudgementState, Lesson, Verdict
from bot.core.staff import Staff
from bot.core.texts import Markdown, Texts, escape, mark, moment, plain, shorten
from handlers.article_view import name_of
from handlers.asking import Refused, id_in, require
from handlers.context import Asked, Context
from handlers.exchange import answer
from handlers.registry import button

LISTED = 8
LONGEST_WORDS = 120

_VERDICTS = {
    Verdict.SOLVED: mark("it solved “{words}”"),
    Verdict.REJECTED: mark("it was not meant by “{words}”"),
    Verdict.CHOSEN: mark("it was sent as the answer to “{words}”"),
}
_STATES = {
    JudgementState.COUNTED: mark("learned"),
    JudgementState.WAITING: mark("waits for an editor"),
    JudgementState.UNDONE: mark("taken back"),
}


def learned(key: str, staff: Staff, event: Asked, ctx: Context) -> Reply:
    """The newest verdicts on it, with what this person can do about each."""
    texts, lessons = ctx.answer_texts(event), ctx.work.judgements.of_article(key, limit=LISTED)
    if not lessons:
        return answer(event, texts.text("Nothing was learned of this article yet."), title=key)
    lines: list[str] = []
    buttons: list[Button] = []
    for number, lesson in enumerate(lessons, 1):
        lines.append(f"{number}. {_line(lesson, texts, ctx)}")
        if lesson.state is JudgementState.WAITING:
            label = texts.label("Confirm {number}", number=number)
            buttons.append(Button(label, "lesson_confirm", str(lesson.id)))
        elif lesson.state is JudgementState.COUNTED:
            buttons.append(Button(texts.label("Undo {number}", number=number), "lesson_undo", str(lesson.id)))
    undo_all = Button(
        texts.label("Undo everything"), "lesson_undo_all", str(lessons[0].id), ButtonStyle.DANGER
    )
    shown = [*buttons, undo_all] if staff.role >= Role.EDITOR else []
    return answer(event, Markdown("\n".join(lines)), title=key, buttons=shown)


@button("lesson_confirm")
def confirm(event: ButtonPressed, ctx: Context) -> list[Action]:
    return _decide(event, JudgementState.COUNTED, ctx)


@button("lesson_undo")
def undo(event: ButtonPressed, ctx: Context) -> list[Action]:
    return _decide(event, JudgementState.UNDONE, ctx)


@button("lesson_undo_all")
def undo_all(event: ButtonPressed, ctx: Context) -> list[Action]:
    """Forget all that was learned of one article: what it says itself stays."""
    staff = require(event, ctx, Role.EDITOR)
    judgement = _judgement(event, ctx)
    if ctx.work.judgements.undo_all(judgement.article_key, staff.id):
        ctx.work.audit.record(staff.id, "lesson_undo_all", judgement.article_key)
        ctx.work.library.retaught()
    return [Reindex(), learned(judgement.article_key, staff, event, ctx)]


def _decide(event: ButtonPressed, state: JudgementState, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.EDITOR)
    judgement = _judgement(event, ctx)
    if ctx.work.judgements.decide(judgement.id, state, staff.id):
        ctx.work.audit.record(staff.id, f"lesson_{state}", f"{judgement.article_key}:{judgement.id}")
        ctx.work.library.retaught()
    return [Reindex(), learned(judgement.article_key, staff, event, ctx)]


def _judgement(event: ButtonPressed, ctx: Context) -> Judgement:
    judgement_id = id_in(event.subject)
    judgement = ctx.work.judgements.get(judgement_id) if judgement_id else None
    if judgement is None:
        raise Refused(answer(event, ctx.answer_texts(event).text("There is nothing of that kind to undo.")))
    return judgement


def _line(lesson: Lesson, texts: Texts, ctx: Context) -> str:
    words = shorten(plain(lesson.text[: 4 * LONGEST_WORDS]), LONGEST_WORDS)
    verdict = texts.text(_VERDICTS[lesson.verdict], words=words)
    who = escape(name_of(lesson.staff_id, texts, ctx)) if lesson.staff_id else texts.text("a customer")
    return f"{verdict}, {who}, {moment(lesson.at)}: **{texts.text(_STATES[lesson.state])}**"
