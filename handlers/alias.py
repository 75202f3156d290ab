"""/alias: what customers call whoever helps them, where the installation wishes aliases."""

from msgspec.structs import replace

from bot.core.actions import Action
from bot.core.commands import Argument, Role
from bot.core.events import CommandGiven
from bot.core.policies.naming import AgentNames, AliasError, alias_of
from bot.core.staff import Staff
from bot.core.texts import mark
from handlers.asking import require
from handlers.context import Context
from handlers.exchange import answer
from handlers.registry import command

NAME = Argument("name", mark("The name; 'off' takes it away, without one you see yours"))


@command("alias", mark("Choose the name that customers see"), role=Role.VOLUNTEER, arguments=(NAME,))
def alias(event: CommandGiven, ctx: Context) -> list[Action]:
    """Offered only when AGENT_NAMES is alias."""
    staff = require(event, ctx, Role.VOLUNTEER)
    texts, typed = ctx.answer_texts(event), event.arguments.strip()
    if ctx.settings.agent_names is not AgentNames.ALIAS:
        return [answer(event, texts.text("Here everybody is shown by the same rule, without aliases."))]
    if not typed:
        return [answer(event, _state(event, staff, ctx))]
    if typed.lower() == "off":
        _save(ctx, staff, "")
        return [answer(event, texts.text("Customers see the name of the team now."))]
    try:
        chosen = alias_of(typed, _taken(ctx, staff))
    except AliasError as error:
        return [answer(event, texts.text(str(error)))]
    _save(ctx, staff, chosen)
    return [answer(event, texts.text("Customers see you as **{alias}** from now on.", alias=chosen))]


def _taken(ctx: Context, staff: Staff) -> list[str]:
    """Names that stand for somebody else: nobody may pose as a colleague or as the company."""
    others = [one for one in ctx.work.team.names() if one[0] != staff.id]
    names = [name for _, *both in others for name in both]
    return [*names, ctx.settings.company, ctx.settings.team_name]


def _save(ctx: Context, staff: Staff, chosen: str) -> None:
    ctx.work.team.save(replace(staff, alias=chosen))
    ctx.work.audit.record(staff.id, "alias", str(staff.id), chosen)


def _state(event: CommandGiven, staff: Staff, ctx: Context) -> str:
    texts, typed = ctx.answer_texts(event), ctx.typed("alias", event.place.platform)
    if staff.alias:
        return texts.text(
            "Customers see you as **{alias}**. {command} off takes it away.", alias=staff.alias, command=typed
        )
    return texts.text(
        "Customers see the name of the team. {command} Robin gives you one of your own.", command=typed
    )
