"""The bot's commands as Discord wants them registered, and their registration when they have changed."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from discord.http import Route

from adapters.discord.api import Api
from adapters.discord.errors import FAILURES, code_of
from adapters.discord.length import clip
from bot.core.commands import Argument, Command
from bot.core.texts import mark

Json = dict[str, Any]

_SLASH, _MESSAGE_MENU = 1, 3
_TEXT_OPTION = 3
_GUILD, _DIRECT_CHAT = 0, 1
_LONGEST = 100

SHORTCUTS = {"open_ticket": mark("Open a ticket"), "add_note": mark("Add as note")}
"""Name to English label; the label people see goes through the catalogue."""


def shortcut_labels(texts: Callable[[str], str]) -> dict[str, str]:
    """Label to name, the English ones included: a language changed lately leaves old labels on Discord."""
    labels = {label: name for name, label in SHORTCUTS.items()}
    return labels | {_label(label, texts): name for name, label in SHORTCUTS.items()}


def _label(label: str, texts: Callable[[str], str]) -> str:
    return clip(texts(label), 32)


def definitions(commands: Sequence[Command], prefix: str, texts: Callable[[str], str]) -> list[Json]:
    """The body of a bulk registration. Who may use what is the desk's to say, so nothing is hidden here."""
    everywhere: Json = {
        "default_member_permissions": None,
        "contexts": [_GUILD, _DIRECT_CHAT],
        "integration_types": [0],
        "nsfw": False,
    }
    slash = [
        {
            "type": _SLASH,
            "name": (prefix + command.name)[:32],
            "description": clip(texts(command.description), _LONGEST),
            "options": [_option(one, texts) for one in _required_first(command.arguments)],
            **everywhere,
        }
        for command in commands
    ]
    menus = [
        {"type": _MESSAGE_MENU, "name": _label(label, texts), **everywhere} for label in SHORTCUTS.values()
    ]
    return slash + menus


def _required_first(arguments: Sequence[Argument]) -> list[Argument]:
    return sorted(arguments, key=lambda one: not one.is_required)


def _option(argument: Argument, texts: Callable[[str], str]) -> Json:
    option: Json = {
        "type": _TEXT_OPTION,
        "name": argument.name,
        "description": clip(texts(argument.description), _LONGEST),
        "required": argument.is_required,
    }
    if argument.choices:
        option["choices"] = [
            {"name": one[:_LONGEST], "value": one[:_LONGEST]} for one in argument.choices[:25]
        ]
    elif argument.completes:
        option["autocomplete"] = True
    return option


def gist(definition: Mapping[str, Any]) -> Json:
    """What counts when an old registration is compared with a new one: Discord adds and leaves out the rest."""
    return {
        "type": definition.get("type", _SLASH),
        "name": definition["name"],
        "description": definition.get("description") or "",
        "options": [_option_gist(one) for one in definition.get("options") or ()],
        "contexts": sorted(definition.get("contexts") or ()),
        "permissions": definition.get("default_member_permissions"),
    }


def _option_gist(option: Mapping[str, Any]) -> Json:
    return {
        "type": option["type"],
        "name": option["name"],
        "description": option["description"],
        "required": bool(option.get("required")),
        "autocomplete": bool(option.get("autocomplete")),
        "choices": [(one["name"], one["value"]) for one in option.get("choices") or ()],
    }


async def register(
    api: Api,
    application: str,
    wanted: Sequence[Json],
    report: Callable[[str, dict[str, object]], None],
) -> None:
    """Register the commands everywhere unless they are registered already; a failure is reported, no more."""
    try:
        if await _is_registered(api, application, wanted):
            return
        route = Route("PUT", "/applications/{application_id}/commands", application_id=application)
        await api.call(route, json=list(wanted))
    except FAILURES as error:
        report("discord.commands_not_registered", {"code": code_of(error), "error": type(error).__name__})
    else:
        report("discord.commands_registered", {"count": len(wanted)})


async def _is_registered(api: Api, application: str, wanted: Sequence[Json]) -> bool:
    route = Route("GET", "/applications/{application_id}/commands", application_id=application)
    try:
        registered = await api.call(route)
    except FAILURES:
        return False

    def key(one: Json) -> tuple[int, str]:
        return one["type"], one["name"]

    return sorted(map(gist, registered), key=key) == sorted(map(gist, wanted), key=key)
