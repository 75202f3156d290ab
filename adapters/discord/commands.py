"""The bot's commands as Discord wants them registered, and their registration when they have changed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from discord.http import Route

from adapters import Translate
from adapters.discord.api import Api
from adapters.discord.errors import FAILURES, code_of, send_error
from adapters.discord.length import clip
from adapters.fields import objects
from bot.core.commands import Argument, Command
from bot.core.texts import mark

Json = dict[str, Any]

_SLASH, _MESSAGE_MENU = 1, 3
_TEXT_OPTION = 3
_GUILD, _DIRECT_CHAT = 0, 1
_LONGEST = 100

LOCALES = {
    code: (code,)
    for code in "bg cs da de el fi fr hi hr hu id it ja ko lt nl no pl ro ru th tr uk vi".split()
} | {
    "en": ("en-GB", "en-US"),
    "es": ("es-ES", "es-419"),
    "pt": ("pt-BR",),
    "pt-BR": ("pt-BR",),
    "sv": ("sv-SE",),
    "zh": ("zh-CN", "zh-TW"),
    "zh-CN": ("zh-CN",),
    "zh-TW": ("zh-TW",),
}
"""Language to the locales of Discord (its reference, 'Locales'); it refuses any other, Slovenian and Latvian too."""

SHORTCUTS = {"open_ticket": mark("Open a ticket"), "add_note": mark("Add as note")}
"""Name to English label; the label people see goes through the catalogue."""


def shortcut_labels(wordings: Iterable[Callable[[str], str]]) -> dict[str, str]:
    """Label to name, the English ones included: a language changed lately leaves old labels on Discord."""
    labels = {label: name for name, label in SHORTCUTS.items()}
    return labels | {_label(label, texts): name for texts in wordings for name, label in SHORTCUTS.items()}


def _label(label: str, texts: Callable[[str], str]) -> str:
    return clip(texts(label), 32)


class Wording:
    """How commands are described: in the company's language, and in each other one that Discord knows."""

    def __init__(self, texts_in: Callable[[str], Translate], languages: Sequence[str]) -> None:
        self.texts = texts_in("")
        self._others = {locale: texts_in(code) for code in languages for locale in LOCALES.get(code, ())}

    def described(self, text: str) -> Json:
        others = {locale: clip(texts(text), _LONGEST) for locale, texts in self._others.items()}
        return {"description": clip(self.texts(text), _LONGEST), "description_localizations": others}

    def menu_names(self, label: str) -> Json:
        others = {locale: _label(label, texts) for locale, texts in self._others.items()}
        return {"name": _label(label, self.texts), "name_localizations": others}


def definitions(commands: Sequence[Command], prefix: str, wording: Wording) -> list[Json]:
    """The body of a bulk registration. Who may use what is the desk's to say, so nothing is hidden here.

    Names of slash commands are the same in every language: what is typed can be told to anybody.
    """
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
            **wording.described(command.description),
            "options": [_option(one, wording) for one in _required_first(command.arguments)],
            **everywhere,
        }
        for command in commands
    ]
    menus = [
        {"type": _MESSAGE_MENU, **wording.menu_names(label), **everywhere} for label in SHORTCUTS.values()
    ]
    return slash + menus


def _required_first(arguments: Sequence[Argument]) -> list[Argument]:
    return sorted(arguments, key=lambda one: not one.is_required)


def _option(argument: Argument, wording: Wording) -> Json:
    option: Json = {
        "type": _TEXT_OPTION,
        "name": argument.name,
        **wording.described(argument.description),
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
        "in_other_languages": _localized(definition),
        "options": [_option_gist(one) for one in definition.get("options") or ()],
        "contexts": sorted(definition.get("contexts") or ()),
        "permissions": definition.get("default_member_permissions"),
    }


def _option_gist(option: Mapping[str, Any]) -> Json:
    return {
        "type": option["type"],
        "name": option["name"],
        "description": option["description"],
        "in_other_languages": _localized(option),
        "required": bool(option.get("required")),
        "autocomplete": bool(option.get("autocomplete")),
        "choices": [(one["name"], one["value"]) for one in option.get("choices") or ()],
    }


def _localized(described: Mapping[str, Any]) -> Json:
    return {
        **(described.get("description_localizations") or {}),
        **(described.get("name_localizations") or {}),
    }


async def register(
    api: Api,
    application: str,
    wanted: Sequence[Json],
    report: Callable[[str, dict[str, object]], None],
) -> bool:
    """Register the commands everywhere unless they are registered already.

    A failure is reported; False for one that may pass.
    """
    try:
        if await _is_registered(api, application, wanted):
            return True
        route = Route("PUT", "/applications/{application_id}/commands", application_id=application)
        await api.call(route, json=list(wanted))
    except FAILURES as error:
        report("discord.commands_not_registered", {"code": code_of(error), "error": type(error).__name__})
        return send_error(error).refusal is not None
    report("discord.commands_registered", {"count": len(wanted)})
    return True


async def _is_registered(api: Api, application: str, wanted: Sequence[Json]) -> bool:
    route = Route(
        "GET",
        "/applications/{application_id}/commands?with_localizations=true",
        application_id=application,
    )
    try:
        registered = objects(await api.call(route))
    except FAILURES:
        return False

    def key(one: Mapping[str, Any]) -> tuple[int, str]:
        return one["type"], one["name"]

    try:
        return sorted(map(gist, registered), key=key) == sorted(map(gist, wanted), key=key)
    except (LookupError, TypeError, AttributeError):
        # What another server makes of them says nothing.
        return False
