"""/articles: what is published, what waits for an editor, and what deserves a look."""

from bot.core.actions import Action, ListArticles
from bot.core.article import ArticleState
from bot.core.commands import Argument, Role
from bot.core.content import Button
from bot.core.events import ArticlesListed, CommandGiven
from bot.core.knowledge import Contradiction, Shelf
from bot.core.texts import Markdown, Texts, as_code, escape, mark
from handlers.answers_told import answers_told
from handlers.article_view import STATES
from handlers.asking import require
from handlers.context import Context, asker_of
from handlers.exchange import answer
from handlers.registry import command, on

WAITING_LISTED = 25
UNDECIDED_BUTTONS = 5
WORD = Argument("word", mark("Only those with this word in their key, title or tags"))


@command(
    "articles", mark("List the articles, and what waits for an editor"), role=Role.AGENT, arguments=(WORD,)
)
def articles(event: CommandGiven, ctx: Context) -> list[Action]:
    require(event, ctx, Role.AGENT)
    return [ListArticles(asker_of(event), event.arguments.strip(), ctx.answer_languages(event))]


@on("articles_listed")
def articles_listed(event: ArticlesListed, ctx: Context) -> list[Action]:
    texts, shelf = ctx.answer_texts(event.asker), event.shelf
    lines = [
        f"- {as_code(one.key)} {escape(one.title)} ({escape(', '.join(one.languages))})"
        for one in shelf.listed
    ]
    parts = ["\n".join([*lines, *_more(shelf.count - len(lines), texts)]) or texts.text("No article fits.")]
    if waiting := _waiting(ctx, texts):
        parts += [f"**{texts.text('Not published yet')}**", waiting]
    parts += [*_to_look_at(shelf, texts), *answers_told(ctx, texts)]
    title: str = texts.plural("{n} article is published", "{n} articles are published", shelf.count)
    if event.word:
        fitting = texts.plural("{n} article fits", "{n} articles fit", shelf.count)
        title = f"{fitting}: {event.word[:40]}"
    return [answer(event.asker, Markdown("\n\n".join(parts)), title=title, buttons=undecided_buttons(ctx))]


def undecided_buttons(ctx: Context) -> tuple[Button, ...]:
    """The first of what is not published yet, those that wait for an editor before drafts."""
    waiting = ctx.work.versions.undecided(limit=WAITING_LISTED)
    waiting.sort(key=lambda one: (one.state is not ArticleState.REVIEW, one.id))
    return tuple(
        Button(f"{one.text.title[:40]} ({one.language})", "article_show", str(one.id))
        for one in waiting[:UNDECIDED_BUTTONS]
    )


def _waiting(ctx: Context, texts: Texts) -> str:
    return "\n".join(
        f"- {as_code(one.key)} {escape(one.text.title)} ({escape(one.language)}): {texts.text(STATES[one.state])}"
        for one in ctx.work.versions.undecided(limit=WAITING_LISTED)
    )


def _to_look_at(shelf: Shelf, texts: Texts) -> list[str]:
    """What should be read again, and how far each language is covered."""
    lines = [
        f"- {as_code(one.key)} ({escape(one.language)}): "
        + "; ".join(texts.text(remark.value) for remark in one.remarks)
        for one in shelf.remarked
    ]
    lines += _more(shelf.remarked_count - len(lines), texts)
    parts = [f"**{texts.text('Deserves a look')}**", "\n".join(lines)] if lines else []
    if shelf.contradictions:
        parts += [f"**{texts.text('May contradict')}**", "\n".join(map(_contradiction, shelf.contradictions))]
    if len(shelf.coverage) > 1:
        covered = ", ".join(f"{name} {count}/{shelf.topics}" for name, count in shelf.coverage)
        parts.append(texts.text("Topics by language: {languages}", languages=covered))
    return parts


def _contradiction(found: Contradiction) -> str:
    one, other = as_code(found.key), as_code(found.other_key)
    return (
        f"- {one} ({escape(found.language)}): “{escape(found.passage)}”\n"
        f"- {other} ({escape(found.language)}): “{escape(found.other_passage)}”"
    )


def _more(count: int, texts: Texts) -> list[str]:
    return [f"- {texts.text('… and {n} more', n=count)}"] if count > 0 else []
