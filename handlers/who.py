"""Who is asking, and may they? The only place where roles are decided."""

from msgspec.structs import replace

from bot.core.commands import Role
from bot.core.events import Author
from bot.core.staff import Staff
from handlers.context import Context
from handlers.handles import note_handle


def member(author: Author, ctx: Context) -> Staff | None:
    """The staff member behind an account, with the role it has now; None for a customer.

    Who is in the staff space is an agent; who is known to have left it is one no more. Accounts in ADMINS are
    administrators everywhere, members of COLLEAGUES may volunteer without being let in.
    """
    known = ctx.work.team.of(author.identity)
    role = _role_now(author, known, ctx)
    if role is None:
        if known is not None and known.role is not Role.CUSTOMER:
            ctx.work.team.save(replace(known, role=Role.CUSTOMER))
        return None
    if known is None:
        enlisted = ctx.work.team.enlist(author.identity, author.name, role)
        note_handle(ctx, author, enlisted)
        return enlisted
    # Who was in only as an agent has to be let in like anybody else when they are one no more.
    was_in = known.is_confirmed and (known.role < Role.AGENT or role >= Role.AGENT)
    is_confirmed = was_in or author.is_colleague or role >= Role.AGENT
    newest = replace(known, name=author.name or known.name, role=role, is_confirmed=is_confirmed)
    if newest != known:
        ctx.work.team.save(newest)
    note_handle(ctx, author, newest)
    return newest


def role_of(author: Author, ctx: Context) -> Role:
    """What this account may do; volunteers who were not let in yet are customers."""
    found = member(author, ctx)
    return found.role if found and found.is_confirmed else Role.CUSTOMER


def _role_now(author: Author, known: Staff | None, ctx: Context) -> Role | None:
    identity = author.identity
    if (identity.platform, identity.external_id) in ctx.settings.admins:
        return Role.ADMIN
    was_on_the_team = known is not None and known.role in (Role.AGENT, Role.EDITOR)
    if author.is_in_staff_space or (was_on_the_team and author.is_in_staff_space is None):
        # Editors are of the team: to be named one lets nobody in.
        is_editor = (identity.platform, identity.external_id) in ctx.settings.editors
        return Role.EDITOR if is_editor else Role.AGENT
    if author.is_colleague:
        return Role.VOLUNTEER
    # Whoever stops volunteering finishes what they hold.
    is_helping = known is not None and (known.is_volunteering or bool(ctx.work.tickets.held_by(known.id)))
    return Role.VOLUNTEER if is_helping else None
