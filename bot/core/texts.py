"""Words for people: looked up in the catalogue, filled with values that cannot become markup."""

import re
from datetime import datetime
from html import unescape
from typing import Protocol

from msgspec import Struct

_MARKUP = re.compile(r"([\\`*_~|\[\]<>#&])")
_LINE_END = re.compile(r"\r\n?|\n")
_EDGES = " \t"
_LIST_START = re.compile(r"([-+]|\d{1,9}[.)])(?=[ \t]|$)")
_UNDERLINE = re.compile(r"(?:-[ \t]*)+$|=+[ \t]*$")

_LITERAL = re.compile(
    r"^ {0,3}(?P<fence>`{3,}+|~{3,}+)[^\n`]*+\n(?P<block>.*?)(?:\n {0,3}(?P=fence)[`~]*[ \t]*$|\Z)"
    r"|\\(?P<escaped>[!-/:-@\[-`{-~])"
    r"|(?P<ticks>`++)(?P<code>.+?)(?<!`)(?P=ticks)(?!`)"
    r"|(?P<unclosed>`++)"
    r"|<(?P<address>(?:https?|mailto|tel):[^<>\s]*)>",
    re.MULTILINE | re.DOTALL,
)
"""What stands for itself, in the order in which CommonMark sees it: a code block, an escape, code, an address. Each run
of signs is taken whole or not at all: a text of nothing else must not take the square of its length.
"""
_LITERALS = ("block", "escaped", "code", "unclosed", "address")
_LINK = re.compile(r"!?\[([^\[\]]*)\]\((?:<[^<>\n]*>|[^\s()]*)\)")
_LINE_MARKS = re.compile(r"^ {0,3}(?:(?:>[ \t]?)+|#{1,6}(?:[ \t]+|$))", re.MULTILINE)
_STARS = re.compile(r"\*+(?=\S)|(?<=\S)\*+")
_UNDERSCORES = re.compile(r"(?<!_)(?:(?<!\w)_++(?=\S)|(?<=\S)_++(?!\w))")
_PAIRS = re.compile(r"~~|\|\||</?u>")
_ASIDE = 0xF0000
"""Where characters that are only words are kept while markup is taken away: a private plane of Unicode."""

LONGEST_IN_HOURS = 48
"""Longer spans of time are told in days."""


class Markdown(str):
    """CommonMark that may stand in a text as it is."""

    __slots__ = ()


def escape(text: str) -> Markdown:
    """Plain words as CommonMark that shows exactly these words."""
    return Markdown("\n".join(_escaped_line(line) for line in _LINE_END.split(text)))


def _escaped_line(line: str) -> str:
    # Spaces at the edges of a line are never shown, but in front they could make it code.
    words = line.strip(_EDGES)
    marker = _LIST_START.match(words)
    if marker or _UNDERLINE.match(words):
        at = marker.end() - 1 if marker else 0
        return _MARKUP.sub(r"\\\1", words[:at]) + "\\" + _MARKUP.sub(r"\\\1", words[at:])
    return _MARKUP.sub(r"\\\1", words)


def plain(commonmark: str) -> str:
    """The words of a CommonMark text without its markup: for titles, and for judging what was said."""
    text = _LITERAL.sub(_aside, commonmark)
    text = _LINK.sub(r"\1", text)
    for markup in (_LINE_MARKS, _PAIRS, _STARS, _UNDERSCORES):
        text = markup.sub("", text)
    return "".join(chr(ord(c) - _ASIDE) if ord(c) >= _ASIDE else c for c in unescape(text))


def _aside(found: re.Match[str]) -> str:
    words = next(found[name] for name in _LITERALS if found[name] is not None)
    return "".join(chr(ord(c) + _ASIDE) if ord(c) < 0x80 and c != "\n" else c for c in words)


class Catalogue(Protocol):
    """The translations of one language as gettext gives them, and how it writes numbers and spans of time."""

    language: str
    """The language's own code, such as hr."""

    def gettext(self, message: str) -> str: ...

    def ngettext(self, singular: str, plural: str, n: int) -> str: ...

    def number(self, n: int) -> str: ...

    def percent(self, share: float) -> str: ...

    def measure(self, n: int, unit: str) -> str: ...


class Language(Struct, frozen=True):
    """A language that the product speaks."""

    code: str
    name: str
    """Its own name for itself."""
    names: frozenset[str]
    """How people may call it, in lower case: its code, and its name in each of the languages."""


class Texts:
    """One language's texts. Values are escaped unless they are `Markdown`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    @property
    def language(self) -> str:
        return self._catalogue.language

    def text(self, message: str, **values: object) -> Markdown:
        return _fill(self._catalogue.gettext(message), values)

    def plural(self, singular: str, plural: str, n: int, **values: object) -> Markdown:
        """The form that the language uses for n; `{n}` stands for the number."""
        number = Markdown(self._catalogue.number(n))
        return _fill(self._catalogue.ngettext(singular, plural, n), {"n": number, **values})

    def number(self, n: int) -> Markdown:
        """A number of things; numbers that are names, as those of tickets, stay as they are."""
        return Markdown(self._catalogue.number(n))

    def percent(self, share: float) -> Markdown:
        """A share of 1 in whole per cent."""
        return Markdown(self._catalogue.percent(share))

    def span(self, minutes: int) -> Markdown:
        """'4 min', '2 h 5 min', '3 days': short, as the language writes it."""
        measure = self._catalogue.measure
        hours, rest = divmod(minutes, 60)
        if hours >= LONGEST_IN_HOURS:
            return Markdown(measure(hours // 24, "day"))
        parts = [measure(hours, "hour")] if hours else []
        return Markdown(" ".join([*parts, measure(rest, "minute")]))

    def label(self, message: str, /, **values: object) -> str:
        """Plain text for buttons, titles and form labels: nothing is escaped."""
        return self._catalogue.gettext(message).format_map(
            {name: str(value) for name, value in values.items()}
        )


def _fill(pattern: str, values: dict[str, object]) -> Markdown:
    if not values:
        return Markdown(pattern)
    return Markdown(
        pattern.format_map(
            {
                name: value if isinstance(value, (Markdown, int, float)) else escape(str(value))
                for name, value in values.items()
            }
        )
    )


def mark(message: str) -> str:
    """Name a text for the catalogue where it is defined; it is looked up where it is used."""
    return message


def moment(at: datetime) -> Markdown:
    """A moment that each reader sees in their own time zone, where their platform can."""
    return Markdown(f"[{at:%Y-%m-%d %H:%M} UTC](moment:{int(at.timestamp())})")


def as_code(words: str) -> Markdown:
    """Words in a line of code; a backtick would end it."""
    return Markdown(f"`{words.replace('`', chr(39))}`")


def shorten(text: str, length: int) -> str:
    """At most so many characters, cut between words where that is near."""
    words = " ".join(text.split())
    if len(words) <= length:
        return words
    cut = words[: length - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > length * 2 // 3 else cut).rstrip() + "…"
