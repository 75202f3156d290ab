"""An article's way: submitted, published or sent back, archived, restored. Agents write, editors publish."""

from collections.abc import Callable, Collection

from bot.core.actions import Action, Announce, Reindex
from bot.core.article import ArticleState, ArticleVersion
from bot.core.commands import Role
from bot.core.content import Button, Content
from bot.core.events import ButtonPressed
from bot.core.policies.redacting import placeholders_in
from bot.core.staff import Staff
from bot.core.texts import moment
from handlers.article_view import STATES, must_be_ours, shown, version_on, versions
from handlers.asking import Refused, require
from handlers.context import Asked, Context
from handlers.exchange import answer
from handlers.registry import Handler, button

Step = Callable[[ArticleVersion, Staff, Asked, Context], list[Action]]


@button("article_show")
def show_pressed(event: ButtonPressed, ctx: Context) -> list[Action]:
    staff = require(event, ctx, Role.AGENT)
    version = version_on(event.subject, event, ctx)
    newest = ctx.work.versions.newest(version.key, version.language) or version
    return [shown(newest, staff, event, ctx)]


@button("article_versions")
def versions_pressed(event: ButtonPressed, ctx: Context) -> list[Action]:
    require(event, ctx, Role.AGENT)
    version = version_on(event.subject, event, ctx)
    return [answer(event, versions(version, event, ctx), title=version.text.title)]


def submit(version: ArticleVersion, staff: Staff, event: Asked, ctx: Context) -> list[Action]:
    """Ask an editor to read a draft."""
    _must_be_whole(version, event, ctx)
    moved = _moved(version, ArticleState.DRAFT, ArticleState.REVIEW, staff, event, ctx)
    texts, space = ctx.answer_texts(event), ctx.settings.staff_space
    told = shown(moved, staff, event, ctx, above=texts.text("An editor will read it before customers do."))
    if space is None:
        return [told]
    texts = ctx.staff_texts
    look = Button(texts.label("Look at it"), "article_show", str(version.id))
    text = texts.text(
        "**{name}** has an article to be reviewed: {title}", name=staff.name, title=version.text.title
    )
    return [told, Announce(space, Content(text=text, buttons=(look,)))]


def publish(version: ArticleVersion, staff: Staff, event: Asked, ctx: Context) -> list[Action]:
    """From now on customers see this version; an editor's own draft needs no second look."""
    must_be_ours(version, event, ctx)
    _must_stand_in(version, (ArticleState.DRAFT, ArticleState.REVIEW), event, ctx)
    _must_be_whole(version, event, ctx)
    if not ctx.work.library.publish(version, staff.id):
        raise Refused(answer(event, _too_slow(event, ctx)))
    ctx.work.audit.record(staff.id, "article_publish", f"{version.key}:{version.language}:{version.number}")
    newest = ctx.work.versions.get(version.id) or version
    return [
        shown(newest, staff, event, ctx, above=_since_when(newest, event, ctx)),
        Reindex(is_publication=True),
    ]


def _since_when(version: ArticleVersion, event: Asked, ctx: Context) -> str:
    """That it is published, and what its dates make of that."""
    texts, text = ctx.answer_texts(event), version.text
    if text.valid_until is not None and text.valid_until <= ctx.now:
        return texts.text("It is published, but its time is over: nobody is offered it.")
    if text.valid_from is not None and text.valid_from > ctx.now:
        return texts.text("It is published, and offered from {at} on.", at=moment(text.valid_from))
    return texts.text("It is published.")


def send_back(version: ArticleVersion, staff: Staff, event: Asked, ctx: Context) -> list[Action]:
    moved = _moved(version, ArticleState.REVIEW, ArticleState.DRAFT, staff, event, ctx)
    return [shown(moved, staff, event, ctx, above=ctx.answer_texts(event).text("It is a draft again."))]


def archive(version: ArticleVersion, staff: Staff, event: Asked, ctx: Context) -> list[Action]:
    """Customers see what is published no more, also when a newer draft waits; every version stays."""
    must_be_ours(version, event, ctx)
    version = _published(version, event, ctx)
    if not ctx.work.library.withdraw(version.key, version.language, staff.id):
        raise Refused(answer(event, _too_slow(event, ctx)))
    ctx.work.audit.record(staff.id, "article_archive", f"{version.key}:{version.language}:{version.number}")
    newest = ctx.work.versions.get(version.id) or version
    above = ctx.answer_texts(event).text("It is in the archive: nobody is offered it any more.")
    return [shown(newest, staff, event, ctx, above=above), Reindex()]


def restore(version: ArticleVersion, staff: Staff, event: Asked, ctx: Context) -> list[Action]:
    """An old text becomes a new draft; what is published stays until that is published."""
    must_be_ours(version, event, ctx)
    # Who reads the list of versions reads the note, whoever made this one.
    note = ctx.staff_texts.label("version {number} again", number=version.number)
    newest = ctx.work.versions.write(version.key, version.language, version.text, staff.id, note=note)
    ctx.work.audit.record(staff.id, "article_restore", f"{version.key}:{version.language}:{version.number}")
    above = ctx.answer_texts(event).text("Version {number} is a new draft.", number=version.number)
    return [shown(newest, staff, event, ctx, above=above)]


def reviewed(version: ArticleVersion, staff: Staff, event: Asked, ctx: Context) -> list[Action]:
    """An editor has read what is published, and it is still right; also for an article of the folder."""
    seen = _published(version, event, ctx)
    if not ctx.work.figures.reviewed(seen.key, seen.language):
        raise Refused(answer(event, _too_slow(event, ctx)))
    ctx.work.audit.record(staff.id, "article_reviewed", f"{version.key}:{version.language}")
    return [
        shown(version, staff, event, ctx, above=ctx.answer_texts(event).text("Noted: it was read today."))
    ]


STEPS: dict[str, tuple[Role, Step]] = {
    "submit": (Role.AGENT, submit),
    "publish": (Role.EDITOR, publish),
    "back": (Role.EDITOR, send_back),
    "archive": (Role.EDITOR, archive),
    "reviewed": (Role.EDITOR, reviewed),
    "restore": (Role.AGENT, restore),
}
"""What can be done with an article, and by whom: typed behind its key, or pressed."""


def _pressed(verb: str) -> Handler:
    """The step as a button, for whom it is as a word."""
    role, step = STEPS[verb]

    def handler(event: ButtonPressed, ctx: Context) -> list[Action]:
        staff = require(event, ctx, role)
        return step(version_on(event.subject, event, ctx), staff, event, ctx)

    return handler


submit_pressed = button("article_submit")(_pressed("submit"))
publish_pressed = button("article_publish")(_pressed("publish"))
back_pressed = button("article_back")(_pressed("back"))
archive_pressed = button("article_archive")(_pressed("archive"))
restore_pressed = button("article_restore")(_pressed("restore"))


def _moved(
    version: ArticleVersion, before: ArticleState, to: ArticleState, staff: Staff, event: Asked, ctx: Context
) -> ArticleVersion:
    must_be_ours(version, event, ctx)
    _must_stand_in(version, (before,), event, ctx)
    if not ctx.work.versions.move(version, to, staff.id):
        raise Refused(answer(event, _too_slow(event, ctx)))
    ctx.work.audit.record(staff.id, f"article_{to}", f"{version.key}:{version.language}:{version.number}")
    return ctx.work.versions.get(version.id) or version


def _must_stand_in(
    version: ArticleVersion, states: Collection[ArticleState], event: Asked, ctx: Context
) -> None:
    if version.state not in states:
        texts = ctx.answer_texts(event)
        told = texts.text(
            "That is not possible now. Version {number}: {state}.",
            number=version.number,
            state=texts.text(STATES[version.state]),
        )
        raise Refused(answer(event, told))


def _published(version: ArticleVersion, event: Asked, ctx: Context) -> ArticleVersion:
    """The version of that article which customers see; raises Refused when they see none."""
    for one in ctx.work.versions.of(version.key, version.language):
        if one.state is ArticleState.PUBLISHED:
            return one
    raise Refused(answer(event, ctx.answer_texts(event).text("Nothing of this article is published.")))


def _must_be_whole(version: ArticleVersion, event: Asked, ctx: Context) -> None:
    """Nobody shall read “Hi ‹name›” in an article that began as a conversation; nobody sees the phrasings."""
    if left := placeholders_in(f"{version.text.title}\n{version.text.body}"):
        texts = ctx.answer_texts(event)
        told = texts.text(
            "The text still has {marks} where something was left out. Edit it first.", marks=", ".join(left)
        )
        raise Refused(answer(event, told))


def _too_slow(event: Asked, ctx: Context) -> str:
    return ctx.answer_texts(event).text("That is not possible as the article stands now. Look at it again.")
