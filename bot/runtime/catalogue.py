"""The translation catalogues: .po files, read at start, with each language's own plural rules (Babel)."""

import gettext
import io
import os
import re
from functools import cache
from pathlib import Path

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from bot.core.texts import Texts

LOCALES = Path(__file__).parent.parent / "locale"
_DOMAIN = "allhands.po"


def languages() -> list[str]:
    """The languages that have a catalogue."""
    return sorted(path.parent.parent.name for path in LOCALES.glob(f"*/LC_MESSAGES/{_DOMAIN}"))


@cache
def texts_in(language: str) -> Texts:
    """The texts of a language; those that it lacks, and whole languages that are missing, in English."""
    base = language.replace("_", "-").split("-")[0].lower()
    path = LOCALES / base / "LC_MESSAGES" / _DOMAIN
    if not base.isalpha() or not path.is_file():
        return Texts(gettext.NullTranslations())
    with path.open("rb") as file:
        catalogue = read_po(file, locale=base)
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    compiled.seek(0)
    return Texts(gettext.GNUTranslations(compiled))


def operator_texts() -> Texts:
    """The texts in the language of whoever runs this process, as POSIX names it: "hr_HR.UTF-8"; else in English."""
    named = (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))
    return texts_in(re.split("[.@]", next(filter(None, named), ""))[0])
