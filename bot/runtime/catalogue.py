"""The translation catalogues: .po files, read once, with their plural rules, numbers and spans of time (Babel)."""

import gettext
import io
import os
import re
from collections.abc import Iterator
from functools import cache, lru_cache
from pathlib import Path

import msgspec
from babel import Locale
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.numbers import format_decimal, format_percent
from babel.units import format_unit

from bot.core.texts import Language, Texts

LOCALES = Path(__file__).parent.parent / "locale"
NAMES = "languages.json"
"""What each language is called. CLDR knows it, but takes 9 MB of memory to say it."""
SOURCE = "en"
"""The language that the texts are written in."""
UNDERSTOOD = {"bs": "hr", "cnr": "hr", "sh": "hr", "sr": "hr"}
"""Languages without a catalogue whose readers are better served with a related one than with English."""
_DOMAIN = "allhands.po"
_TAG = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8}){0,3}")


class _Translations(gettext.GNUTranslations):
    """One language's catalogue."""

    def __init__(self, compiled: io.BytesIO, language: str) -> None:
        super().__init__(compiled)
        self.language = language
        self._locale = Locale.parse(language, sep="-")

    def number(self, n: int) -> str:
        return format_decimal(n, locale=self._locale)

    def percent(self, share: float) -> str:
        return format_percent(share, locale=self._locale)

    def measure(self, n: int, unit: str) -> str:
        return format_unit(n, f"duration-{unit}", length="short", locale=self._locale)


def languages() -> list[str]:
    """The languages that have a catalogue, the texts' own one among them."""
    found = {path.parent.parent.name for path in LOCALES.glob(f"*/LC_MESSAGES/{_DOMAIN}")}
    return sorted({SOURCE, *found})


@cache
def spoken() -> tuple[Language, ...]:
    """The languages with their names, in the order of their codes."""
    written = msgspec.json.decode((LOCALES / NAMES).read_bytes(), type=dict[str, _Named])
    return tuple(Language(code, one.name, frozenset(one.names)) for code, one in sorted(written.items()))


class _Named(msgspec.Struct):
    """A language in `NAMES`."""

    name: str
    names: list[str]


def fallbacks(language: str) -> Iterator[str]:
    """What is read in place of a language, best first: for 'hr-BA' that, then 'hr'; for 'bs' that, then 'hr'."""
    tag = language.replace("_", "-").lower()
    if not _TAG.fullmatch(tag):
        return
    while tag:
        yield tag
        yield from filter(None, [UNDERSTOOD.get(tag)])
        tag = tag.rpartition("-")[0]


@lru_cache(1_000)
def texts_in(*wanted: str) -> Texts:
    """The texts in the first of the languages that there is a catalogue for, or in English."""
    found = (catalogue_of(language) for language in wanted)
    return _texts(next((code for code in found if code is not None), SOURCE))


@lru_cache(1_000)
def catalogue_of(language: str) -> str | None:
    """The code of the catalogue that is read for a language; None when no other than English would do."""
    known = {code.lower(): code for code in _codes()}
    return next((known[tag] for tag in fallbacks(language) if tag in known), None)


@cache
def _codes() -> tuple[str, ...]:
    return tuple(languages())


@cache
def _texts(code: str) -> Texts:
    path = LOCALES / code / "LC_MESSAGES" / _DOMAIN
    catalogue = Catalog()
    if path.is_file():
        with path.open("rb") as file:
            catalogue = read_po(file, locale=code.replace("-", "_"))
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Texts(_Translations(compiled, code))


def forget() -> None:
    """Read the catalogues again when they are asked next."""
    for kept in (spoken, _codes, catalogue_of, texts_in, _texts):
        kept.cache_clear()


def operator_texts() -> Texts:
    """The texts in the language of whoever runs this process, as GNU gettext finds it.

    LANGUAGE lists languages, best first; it counts only where a locale other than C is set. Otherwise the first of
    LC_ALL, LC_MESSAGES and LANG names the language, as POSIX writes it: "hr_HR.UTF-8".
    """
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    locale = re.split("[.@]", next(filter(None, named), ""))[0]
    listed = os.environ.get("LANGUAGE", "").split(":") if locale not in ("", "C", "POSIX") else []
    return texts_in(*listed, locale)
