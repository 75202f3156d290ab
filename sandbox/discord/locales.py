"""The languages that Discord's app can be set to (its reference, 'Locales'); it refuses texts for any other."""

from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Json

LOCALES = frozenset(
    "bg cs da de el en-GB en-US es-419 es-ES fi fr hi hr hu id it ja ko lt nl no pl pt-BR ro ru sv-SE th tr uk vi "
    "zh-CN zh-TW".split()
)


def locale_of(language: str) -> str:
    """What the app of somebody is set to who speaks this: American English where Discord lacks the language."""
    return language if language in LOCALES else "en-US"


def check_localizations(described: Json, path: str, errors: FormErrors) -> None:
    """Blame texts in languages that there are none of, and those that are too long."""
    for field, most in (("name_localizations", 32), ("description_localizations", 100)):
        for locale, text in (described.get(field) or {}).items():
            errors.choice(f"{path}{field}.{locale}", locale, tuple(sorted(LOCALES)))
            errors.length(f"{path}{field}.{locale}", text, 1, most)


def in_language(described: Json, locale: str) -> Json:
    """A command or option, with its options, as an app in that language shows it."""
    description = (described.get("description_localizations") or {}).get(locale) or described["description"]
    shown = {**described, "description": description}
    if options := described.get("options"):
        shown["options"] = [in_language(one, locale) for one in options]
    return shown
