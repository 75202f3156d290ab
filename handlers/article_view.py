"""What the team sees of an article: the text, how far it has come, and what can be done with it now."""

import re

from msgspec import Struct

from bot.core.actions import Reply
from bot.core.article import FOLDER, ArticleState, ArticleVersion, difference
from bot.core.commands import Role
from bot.core.content import Button, ButtonStyle
from bot.core.knowledge import AUDIENCES
from bot.core.staff import Staff
from bot.core.texts import Markdown, Texts, escape, mark, moment
from handlers.asking import Refused, id_in
from handlers.context import Asked, Context
from handlers.exchange import answer

SHOWN = 1500
LONGEST_DIFFERENCE = 2500
LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:-[A-Za-z0-9]{2,8})*")

STATES = {
    ArticleState.DRAFT: mark("draft"),
    ArticleState.REVIEW: mark("waits for an editor"),
    ArticleState.PUBLISHED: mark("published"),
    ArticleState.ARCHIVED: mark("archived"),
}


class Wanted(Struct, frozen=True):
    """Which article, in which language, and what to do with it."""

    key: str
    language: str
    verb: str = ""
    number: int = 0


def version_on(subject: str, event: Asked, ctx: Context) -> ArticleVersion:
    """The version that a button names; raises Refused."""
    version_id = id_in(subject)
    version = ctx.work.versions.get(version_id) if version_id else None
    if version is None:
        raise Refused(answer(event, ctx.answer_texts(event).text("There is no such version of an article.")))
    return version


def newest_of(wanted: Wanted, event: Asked, ctx: Context) -> ArticleVersion:
    """The newest version of it; raises Refused when there is none in this language."""
    version = ctx.work.versions.newest(wanted.key, wanted.language)
    if version is None:
        text = ctx.answer_texts(event).text(
            "There is no article “{key}” in {language}. {article} {key} edit {language} writes it.",
            key=wanted.key,
            language=wanted.language,
            article=ctx.typed("article", event.place.platform),
        )
        raise Refused(answer(event, text))
    return version


def file_of(version: ArticleVersion, ctx: Context) -> str:
    """The file of an article that comes from the knowledge folder; "" for one that is written here."""
    published = ctx.work.library.get(version.key, version.language)
    return published.source if published is not None and published.origin == FOLDER else ""


def must_be_ours(version: ArticleVersion, event: Asked, ctx: Context) -> None:
    """Raises Refused for an article of the folder, with the file to edit."""
    if source := file_of(version, ctx):
        text = ctx.answer_texts(event).text(
            "This article comes from the knowledge folder and is edited there: {file}. "
            "What is changed in the file is read at the next start or import.",
            file=source,
        )
        raise Refused(answer(event, text))


def shown(version: ArticleVersion, staff: Staff, event: Asked, ctx: Context, *, above: str = "") -> Reply:
    """The article as it stands, with the buttons that make sense now for this person."""
    texts = ctx.answer_texts(event)
    body = version.text.body
    if len(body) > SHOWN:
        body = f"{body[:SHOWN].rpartition(chr(10))[0] or body[:SHOWN]}\n\n…"
    parts = [
        above,
        _standing(version, texts, ctx),
        body,
        _about(version, texts),
        _figures(version, texts, ctx),
        _elsewhere(version, texts, ctx),
    ]
    text = "\n\n".join(part for part in parts if part)
    return answer(event, text, buttons=_buttons(version, staff, texts, ctx), title=version.text.title)


def name_of(staff_id: int | None, texts: Texts, ctx: Context) -> str:
    """Who it was, for people; the import has no name."""
    staff = ctx.work.team.find(staff_id) if staff_id else None
    return staff.name if staff else texts.label("the import")


def versions(newest: ArticleVersion, event: Asked, ctx: Context) -> Markdown:
    """Every version: who, when, what."""
    texts = ctx.answer_texts(event)
    lines = [
        texts.text(
            "- **{number}** ({state}) by {name}, {at}{note}",
            number=one.number,
            state=texts.text(STATES[one.state]),
            name=name_of(one.written_by, texts, ctx),
            at=moment(one.written_at),
            note=Markdown(f": {escape(one.note)}" if one.note else ""),
        )
        for one in ctx.work.versions.of(newest.key, newest.language)
    ]
    return Markdown("\n".join(lines))


def changes(version: ArticleVersion, event: Asked, ctx: Context) -> Markdown:
    """What this version changed, line by line."""
    before = ctx.work.versions.numbered(version.key, version.language, version.number - 1)
    lines = difference(before.text if before else None, version.text)
    # A fence inside the article must not end the block.
    told = "\n".join(lines)[:LONGEST_DIFFERENCE].replace("```", "'''")
    return (
        Markdown(f"```diff\n{told}\n```") if lines else ctx.answer_texts(event).text("Nothing was changed.")
    )


def _standing(version: ArticleVersion, texts: Texts, ctx: Context) -> Markdown:
    return texts.text(
        "`{key}` in {language}, version {number}: **{state}**, written by {name} {at}.",
        key=Markdown(version.key.replace("`", "'")),
        language=version.language,
        number=version.number,
        state=texts.text(STATES[version.state]),
        name=name_of(version.written_by, texts, ctx),
        at=moment(version.written_at),
    )


def _about(version: ArticleVersion, texts: Texts) -> Markdown:
    text = version.text
    facts: list[tuple[str, Markdown]] = [
        (texts.label("For"), texts.text(AUDIENCES[text.audience])),
        (texts.label("Tags"), escape(", ".join(text.tags))),
        (texts.label("Products"), escape(", ".join(text.products))),
        (texts.label("From"), moment(text.valid_from) if text.valid_from else Markdown("")),
        (texts.label("Until"), moment(text.valid_until) if text.valid_until else Markdown("")),
        (texts.label("Phrasings"), escape("; ".join(text.phrasings[:5]))),
    ]
    return Markdown("\n".join(f"- {escape(name)}: {value}" for name, value in facts if value))


def _figures(version: ArticleVersion, texts: Texts, ctx: Context) -> Markdown:
    """When it was last read, and how it did in the last ninety days, language by language."""
    read_at = ctx.work.figures.read_at(version.key, version.language)
    lines = [texts.text("- Last read: {at}", at=moment(read_at))] if read_at else []
    lines += [
        texts.text(
            "- {language}: offered {shown}, solved {solved}, rejected {rejected}",
            language=language or "?",
            shown=tally.shown,
            solved=tally.solved,
            rejected=tally.rejected,
        )
        for language, tally in sorted(ctx.work.figures.of(version.key).items())
    ]
    return Markdown("\n".join(lines))


def _elsewhere(version: ArticleVersion, texts: Texts, ctx: Context) -> Markdown:
    parts = list[str]()
    languages = [one for one in ctx.work.versions.languages_of(version.key) if one != version.language]
    if languages:
        parts.append(texts.text("Also in: {languages}", languages=", ".join(languages)))
    if source := file_of(version, ctx):
        parts.append(texts.text("From the knowledge folder: {file}", file=source))
    return Markdown("\n\n".join(parts))


def _buttons(version: ArticleVersion, staff: Staff, texts: Texts, ctx: Context) -> tuple[Button, ...]:
    subject, state = str(version.id), version.state
    history = Button(texts.label("Versions"), "article_versions", subject)
    if file_of(version, ctx):
        return (history,)
    edit = Button(texts.label("Edit"), "article_edit", subject)
    submit = Button(texts.label("Submit for review"), "article_submit", subject, ButtonStyle.PRIMARY)
    publish = Button(texts.label("Publish"), "article_publish", subject, ButtonStyle.PRIMARY)
    if state is ArticleState.DRAFT:
        return (publish, edit, history) if staff.role >= Role.EDITOR else (edit, submit, history)
    if state is ArticleState.ARCHIVED:
        return Button(texts.label("Restore"), "article_restore", subject), history
    if staff.role < Role.EDITOR:
        return edit, history
    if state is ArticleState.REVIEW:
        return publish, Button(texts.label("Back to draft"), "article_back", subject), edit, history
    return edit, history, Button(texts.label("Archive"), "article_archive", subject, ButtonStyle.DANGER)
