"""Writing an article in the chat: a form where the platform has one, else one reply that holds it all."""

from anyascii import anyascii

from bot.core.actions import Action, AskForm
from bot.core.article import ArticleText, ArticleVersion, Audience
from bot.core.commands import Role
from bot.core.content import FieldKind, Form, FormField
from bot.core.events import ButtonPressed, FormSubmitted
from bot.core.knowledge import AUDIENCES
from bot.core.policies.writing import (
    Unreadable,
    article_from,
    facts_of,
    key_for,
    parse_article,
    parse_facts,
    written,
)
from bot.core.staff import Staff
from bot.core.texts import Markdown, Texts
from handlers.article_view import LANGUAGE, must_be_ours, shown, version_on
from handlers.asking import Refused, require
from handlers.context import Asked, Context
from handlers.exchange import answer
from handlers.registry import button, form

MOST = 3000
"""Characters of one field of a form: Slack takes no more."""
EMPTY = ArticleText("", "")
FIRST_WORDS = ("new", "from")
"""What may stand behind /article in place of a key."""


@button("article_edit")
def edit_pressed(event: ButtonPressed, ctx: Context) -> list[Action]:
    require(event, ctx, Role.AGENT)
    version = version_on(event.subject, event, ctx)
    return ask_for(version, version.language, event, ctx)


def ask_for(
    version: ArticleVersion | None,
    language: str,
    event: Asked,
    ctx: Context,
    *,
    key: str = "",
    text: ArticleText = EMPTY,
) -> list[Action]:
    """Ask for a new version, which begins with the text of this one; for none, for a new article, with `text`."""
    if version is not None:
        must_be_ours(version, event, ctx)
    texts, text = ctx.answer_texts(event), version.text if version else text
    capabilities = ctx.capabilities_of(event.place.platform)
    # The id shows whether somebody else has written meanwhile.
    subject = f"{language}:{version.id if version else key}"
    title = texts.label("Edit the article") if version else texts.label("Write an article")
    if capabilities is None or not capabilities.has_forms:
        whole = FormField("whole", texts.label("Title, an empty line, then the text"), FieldKind.PARAGRAPH)
        asked = Form("article", title, texts.label("Save"), (whole,), subject)
        before = [answer(event, Markdown(f"```\n{written(text).replace('```', chr(39) * 3)}\n```"))]
        return [
            *(before if text != EMPTY else []),
            AskForm(event.place, event.author.identity, asked, event.handle),
        ]
    if len(text.body) > MOST:
        told = texts.text(
            "This article is longer than a form can hold ({most} characters). Make several of it: "
            "an article that answers one question is found best.",
            most=MOST,
        )
        raise Refused(answer(event, told))
    asked = Form("article", title, texts.label("Save"), _fields(text, texts), subject)
    return [AskForm(event.place, event.author.identity, asked, event.handle)]


@form("article")
def article_form(event: FormSubmitted, ctx: Context) -> list[Action]:
    """Save it as a draft; an editor publishes it."""
    staff = require(event, ctx, Role.AGENT)
    language, _, of = event.subject.partition(":")
    if not LANGUAGE.fullmatch(language):
        raise Refused(answer(event, ctx.answer_texts(event).text("There is no such version of an article.")))
    text = _text(event)
    if isinstance(text, Unreadable):
        raise Refused(answer(event, _why_not(text, ctx.answer_texts(event))))
    return save(_key(of, language, text, event, ctx), language, text, staff, event, ctx)


def save(
    key: str, language: str, text: ArticleText, staff: Staff, event: Asked, ctx: Context, *, note: str = ""
) -> list[Action]:
    version = ctx.work.versions.write(key, language, text, staff.id, note=note)
    ctx.work.audit.record(staff.id, "article_write", f"{key}:{language}:{version.number}")
    return [shown(version, staff, event, ctx, above=ctx.answer_texts(event).text("Saved as a draft."))]


def free_key(title: str, ctx: Context) -> str:
    """A key for a new article that no other one has, and that can be typed behind /article."""
    key, number = key_for(anyascii(title)), 1
    while (
        free := key if number == 1 else f"{key}-{number}"
    ) in FIRST_WORDS or ctx.work.versions.languages_of(free):
        number += 1
    return free


def _key(of: str, language: str, text: ArticleText, event: FormSubmitted, ctx: Context) -> str:
    """The article that this is a version of, or a new key; raises Refused when somebody else was faster."""
    if not of:
        return free_key(text.title, ctx)
    if not of.isdigit():
        # A translation of an article that is there.
        if not ctx.work.versions.languages_of(of) or ctx.work.versions.newest(of, language) is not None:
            raise Refused(answer(event, _was_changed(event, ctx)))
        return of
    base = version_on(of, event, ctx)
    must_be_ours(base, event, ctx)
    newest = ctx.work.versions.newest(base.key, base.language)
    if base.language != language or newest is None or newest.id != base.id:
        raise Refused(answer(event, _was_changed(event, ctx)))
    return base.key


def _text(event: FormSubmitted) -> ArticleText | Unreadable:
    values = event.values
    if "whole" in values:
        return parse_article(values["whole"])
    facts = parse_facts(values.get("facts", ""))
    facts |= {"title": [values.get("title", "")], "audience": [values.get("audience", "")]}
    facts["phrasing"] = [" ".join(line.split()) for line in values.get("phrasings", "").splitlines()]
    return article_from(facts, values.get("body", ""))


def _fields(text: ArticleText, texts: Texts) -> tuple[FormField, ...]:
    audiences = tuple((one.value, texts.label(AUDIENCES[one])) for one in Audience)
    many = FieldKind.PARAGRAPH
    return (
        FormField("title", texts.label("Title"), value=text.title, max_length=200),
        FormField("body", texts.label("Text (Markdown)"), many, value=text.body, max_length=MOST),
        FormField("phrasings", texts.label("Questions that it answers, one a line"), many, is_required=False,
                  value="\n".join(text.phrasings), max_length=MOST),
        FormField("audience", texts.label("For whom"), FieldKind.CHOICE, value=text.audience.value,
                  options=audiences),
        FormField("facts", texts.label("tags: products: url: valid_until:"), many, is_required=False,
                  value=facts_of(text), max_length=MOST),
    )  # fmt: skip


def _why_not(text: Unreadable, texts: Texts) -> str:
    if text.value:
        return texts.text(
            "{name} cannot be “{value}”. An audience is public, customers or staff; a date is 2026-12-31 or "
            "2026-12-31 18:00.",
            name=text.name,
            value=text.value[:60],
        )
    return texts.text("An article needs a title and a text: nothing was saved.")


def _was_changed(event: Asked, ctx: Context) -> str:
    return ctx.answer_texts(event).text(
        "Somebody else has changed this article meanwhile: nothing was saved. Look at it again."
    )
