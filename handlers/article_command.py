"""/article and /articles: read, write, review, publish and archive what the bot knows."""

from msgspec.structs import replace

from bot.core.actions import Action
from bot.core.article import ArticleState
from bot.core.commands import Argument, Role
from bot.core.content import Button
from bot.core.events import CommandGiven
from bot.core.staff import Staff
from bot.core.texts import Markdown, as_code, escape, mark
from handlers.answers_told import answers_told
from handlers.article_draft import draft_from
from handlers.article_edit import ask_for
from handlers.article_learned import learned
from handlers.article_steps import STEPS
from handlers.article_view import (
    LANGUAGE,
    STATES,
    Wanted,
    changes,
    must_be_ours,
    newest_of,
    shown,
    versions,
)
from handlers.asking import Refused, named_ticket, require
from handlers.context import Context
from handlers.exchange import answer
from handlers.registry import command

LISTED = 25
UNDECIDED_LISTED = 5
LONGEST_KEY_IN_WORDS = 6
WHAT = Argument(
    "what",
    mark("'new', 'from 12', or a key with edit, submit, publish, versions, restore, archive"),
    completes="articles",
)
WORD = Argument("word", mark("Only those with this word in their key, title or tags"))


@command("article", mark("Read, write or publish an article"), role=Role.AGENT, arguments=(WHAT,))
def article(event: CommandGiven, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    words = event.arguments.split()
    if not words:
        return [answer(event, _usage(event, ctx), buttons=_undecided(ctx))]
    if words[0] == "new":
        language = (
            words[1] if len(words) > 1 and LANGUAGE.fullmatch(words[1]) else ctx.settings.staff_language
        )
        return ask_for(None, language, event, ctx)
    if words[0] == "from":
        ticket, _ = named_ticket(replace(event, arguments=" ".join(words[1:])), ctx)
        if ticket is None:
            raise Refused(answer(event, ctx.staff_texts.text("From which ticket? Name its number.")))
        return draft_from(ticket, staff, event, ctx)
    return _act(_wanted(words, event, ctx), staff, event, ctx)


@command(
    "articles", mark("List the articles, and what waits for an editor"), role=Role.AGENT, arguments=(WORD,)
)
def articles(event: CommandGiven, ctx: Context) -> list[Action]:
    require(event, ctx, Role.AGENT)
    texts, word = ctx.staff_texts, event.arguments.strip().lower()
    by_key: dict[str, list[str]] = {}
    titles: dict[str, str] = {}
    for one in ctx.work.library.all():
        if word in " ".join([one.key, one.title, *one.tags]).lower():
            by_key.setdefault(one.key, []).append(one.language)
            titles.setdefault(one.key, one.title)
    lines = [
        f"- {as_code(key)} {escape(titles[key])} ({escape(', '.join(languages))})"
        for key, languages in list(by_key.items())[:LISTED]
    ]
    if len(by_key) > LISTED:
        lines.append(f"- {texts.text('… and {n} more', n=len(by_key) - LISTED)}")
    waiting = [
        f"- {as_code(one.key)} {escape(one.text.title)} ({escape(one.language)}): {texts.text(STATES[one.state])}"
        for one in ctx.work.versions.undecided(limit=LISTED)
    ]
    parts = ["\n".join(lines) or texts.text("No article fits.")]
    if waiting:
        parts += [f"**{texts.text('Not published yet')}**", "\n".join(waiting)]
    parts += _to_look_at(ctx, word)
    title = texts.plural("{n} article is published", "{n} articles are published", len(by_key))
    return [answer(event, Markdown("\n\n".join(parts)), title=title, buttons=_undecided(ctx))]


def _to_look_at(ctx: Context, word: str) -> list[str]:
    """What should be read again, and how far each language is covered."""
    texts, found = ctx.staff_texts, ctx.work.figures.overview()
    lines = [
        f"- {as_code(one.article.key)} ({escape(one.article.language)}): "
        + "; ".join(texts.text(remark.value) for remark in one.remarks)
        for one in found.articles
        if one.remarks and word in f"{one.article.key} {one.article.title}".lower()
    ]
    parts = [f"**{texts.text('Deserves a look')}**", "\n".join(lines[:LISTED])] if lines else []
    parts += answers_told(ctx)
    if len(found.coverage) > 1:
        covered = ", ".join(f"{name} {count}/{found.topics}" for name, count in found.coverage.items())
        parts.append(texts.text("Topics by language: {languages}", languages=covered))
    return parts


def _act(wanted: Wanted, staff: Staff, event: CommandGiven, ctx: Context) -> list[Action]:
    if wanted.verb == "edit" and ctx.work.versions.newest(wanted.key, wanted.language) is None:
        _must_not_be_a_file(wanted, event, ctx)
        return ask_for(None, wanted.language, event, ctx, key=wanted.key)
    if wanted.verb == "learned":
        return [learned(wanted.key, event, ctx)]
    newest = newest_of(wanted, event, ctx)
    if wanted.verb == "edit":
        return ask_for(newest, newest.language, event, ctx)
    if wanted.verb in STEPS:
        role, step = STEPS[wanted.verb]
        require(event, ctx, role)
        named = ctx.work.versions.numbered(wanted.key, wanted.language, wanted.number)
        if wanted.verb == "restore" and named is None:
            raise Refused(answer(event, ctx.staff_texts.text("Which version? Name its number.")))
        return step(named or newest, staff, event, ctx)
    if wanted.number and (one := ctx.work.versions.numbered(wanted.key, wanted.language, wanted.number)):
        return [answer(event, changes(one, ctx), title=one.text.title)]
    if wanted.verb == "versions":
        return [answer(event, versions(newest, ctx), title=newest.text.title)]
    return [shown(newest, staff, event, ctx)]


def _wanted(words: list[str], event: CommandGiven, ctx: Context) -> Wanted:
    """The article that the first words name, and what is to be done; raises Refused for one that is not there."""
    for length in range(min(len(words), LONGEST_KEY_IN_WORDS), 0, -1):
        key = " ".join(words[:length])
        if languages := ctx.work.versions.languages_of(key):
            return _read(key, words[length:], languages, ctx)
    text = ctx.staff_texts.text(
        "There is no article “{key}”. {articles} lists them; {article} new writes one.",
        key=words[0][:60],
        articles=ctx.typed("articles", event.place.platform),
        article=ctx.typed("article", event.place.platform),
    )
    raise Refused(answer(event, text))


def _read(key: str, words: list[str], languages: list[str], ctx: Context) -> Wanted:
    language = ctx.settings.staff_language if ctx.settings.staff_language in languages else languages[0]
    verb, number = "", 0
    for word in words:
        if word.isascii() and word.isdigit() and len(word) < 7:
            number = int(word)
        elif word.lower() in STEPS or word.lower() in ("edit", "versions", "learned"):
            verb = word.lower()
        elif LANGUAGE.fullmatch(word):
            language = word
    return Wanted(key, language, verb, number)


def _must_not_be_a_file(wanted: Wanted, event: CommandGiven, ctx: Context) -> None:
    """A translation of an article of the folder belongs into the folder, too; raises Refused."""
    for language in ctx.work.versions.languages_of(wanted.key):
        if (version := ctx.work.versions.newest(wanted.key, language)) is not None:
            must_be_ours(version, event, ctx)


def _undecided(ctx: Context) -> tuple[Button, ...]:
    waiting = ctx.work.versions.undecided(limit=LISTED)
    waiting.sort(key=lambda one: (one.state is not ArticleState.REVIEW, one.id))
    return tuple(
        Button(f"{one.text.title[:40]} ({one.language})", "article_show", str(one.id))
        for one in waiting[:UNDECIDED_LISTED]
    )


def _usage(event: CommandGiven, ctx: Context) -> str:
    typed = ctx.typed("article", event.place.platform)
    return ctx.staff_texts.text(
        "`{article} new` writes an article, `{article} from 12` makes one of a ticket, "
        "`{article} KEY` shows one; behind the key: `edit`, `submit`, `publish`, "
        "`back`, `archive`, `versions`, `restore 2`, `learned`, `reviewed`, and a language such as `hr`. "
        "{articles} lists them all.",
        article=Markdown(typed),
        articles=ctx.typed("articles", event.place.platform),
    )
