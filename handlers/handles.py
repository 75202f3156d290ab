"""Accounts of the team by the handles that people type: a platform names nobody behind an `@username` in plain text."""

import re

from bot.core.events import Author
from bot.core.policies.naming import AgentNames
from bot.core.staff import Staff
from handlers.context import Context

# Not the address of a mail or a page; a sign that means something in CommonMark may have a backslash before it.
TYPED = re.compile(r"(?<![\w/])@(?P<handle>\w(?:\\?[\w.-]){1,63})")
_MOST_LOOKED_UP = 50


def note_handle(ctx: Context, author: Author, staff: Staff) -> None:
    """Remember whose it is, where customers are not to learn it."""
    if ctx.settings.agent_names is AgentNames.OWN or not author.handle:
        return
    mark = _mark(author.handle)
    if ctx.work.marks.get(mark) != str(staff.id):
        ctx.work.marks.set(mark, str(staff.id))


def handles_in(ctx: Context, text: str) -> dict[str, Staff]:
    """Those of the team whose handles stand in the text, by what `plain_handle` makes of these."""
    typed = dict.fromkeys(plain_handle(found["handle"]) for found in TYPED.finditer(text))
    known = ((handle, ctx.work.marks.get(_mark(handle))) for handle in [*typed][:_MOST_LOOKED_UP])
    members = ((handle, ctx.work.team.find(int(id_))) for handle, id_ in known if id_)
    return {handle: staff for handle, staff in members if staff is not None}


def plain_handle(typed: str) -> str:
    return typed.replace("\\", "").rstrip(".-").casefold()


def _mark(handle: str) -> str:
    return f"handle.{plain_handle(handle)}"
