"""What is wrong with a translation as far as a program can tell: what is missing, and what does not match."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator
from gettext import c2py

from babel.messages.catalog import Catalog, Message

_PLACES = re.compile(r"\{\w*\}|%\(\w+\)s")
_MARKS = ("**", "`", "\n\n", "#{", "✗", "…")
"""What must stand in a translation as often as in the text: markup, paragraphs, numbers of tickets."""
_QUOTES = {"en": "“”", "hr": "„”", "sl": "„“", "el": "«»", "lv": "“”"}
"""How a language quotes, by CLDR; straight quotes stand around what is typed as it is."""
_SHOWN = 70
_COUNTED = (*range(220), 1000, 1001, 1002, 100_000)


def lacking(catalogue: Catalog) -> Iterator[str]:
    """A line for each text that has no translation."""
    for message in catalogue:
        if message.id and not all(_forms(message)):
            where = ", ".join(sorted({path for path, _ in message.locations}))
            yield f"not translated: {_singular(message)[:_SHOWN]!r} ({where})"


def problems(catalogue: Catalog) -> Iterator[str]:
    """A line for each translation that cannot be right."""
    yield from _plural_rules(catalogue)
    for message in catalogue:
        if not message.id or not all(_forms(message)):
            continue
        name = repr(_singular(message)[:_SHOWN])
        if message.fuzzy:
            yield f"marked as fuzzy: {name}"
        if message.pluralizable and len(_forms(message)) != catalogue.num_plurals:
            yield f"{len(_forms(message))} plural forms in place of {catalogue.num_plurals}: {name}"
        for form in _forms(message):
            difference = _difference(_singular(message), form) or _misquoted(form, str(catalogue.locale))
            if difference:
                yield f"{difference}: {name} is {form[:_SHOWN]!r}"


def _difference(text: str, translation: str) -> str:
    if Counter(_PLACES.findall(text)) != Counter(_PLACES.findall(translation)):
        return "other places to fill"
    for mark in _MARKS:
        if text.count(mark) != translation.count(mark):
            return f"other number of {mark!r}"
    if _pictures(text) != _pictures(translation):
        return "other emoji"
    if text[:1].isspace() != translation[:1].isspace() or text[-1:].isspace() != translation[-1:].isspace():
        return "other spaces at the edges"
    return ""


def _misquoted(translation: str, language: str) -> str:
    own = _QUOTES.get(language, "".join(_QUOTES.values()))
    foreign = set("".join(_QUOTES.values())) - set(own)
    return "quotes of another language" if foreign & set(translation) else ""


def _plural_rules(catalogue: Catalog) -> Iterator[str]:
    """The forms must part the numbers as the language does."""
    if catalogue.locale is None:
        yield "names no language"
        return
    index, category = c2py(catalogue.plural_expr), catalogue.locale.plural_form
    pairs = {(index(n), category(n)) for n in _COUNTED}
    forms, categories = {form for form, _ in pairs}, {name for _, name in pairs}
    if not len(pairs) == len(forms) == len(categories):
        yield f"the plural rules are not those of {catalogue.locale}: {catalogue.plural_forms}"


def _forms(message: Message) -> list[str]:
    return list(message.string) if isinstance(message.string, (tuple, list)) else [message.string or ""]


def _singular(message: Message) -> str:
    return str(message.id[0] if message.pluralizable else message.id)


def _pictures(text: str) -> Counter[str]:
    return Counter(char for char in text if unicodedata.category(char) == "So")
