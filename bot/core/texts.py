"""Words for people: looked up in the catalogue, filled with values that cannot become markup."""

import re
from typing import Protocol

_MARKUP = re.compile(r"([\\`*_~|\[\]<>#&])")
_LINE_START = re.compile(r"^(\s*)([-+]|\d+[.)])(?=\s)", re.MULTILINE)


class Markdown(str):
    """CommonMark that may stand in a text as it is."""

    __slots__ = ()


def escape(text: str) -> Markdown:
    """Plain words as CommonMark that shows exactly these words."""
    escaped = _MARKUP.sub(r"\\\1", text)
    return Markdown(_LINE_START.sub(lambda m: f"{m[1]}{m[2][:-1]}\\{m[2][-1]}", escaped))


class Catalogue(Protocol):
    """The translations of one language, as gettext gives them."""

    def gettext(self, message: str) -> str: ...

    def ngettext(self, singular: str, plural: str, n: int) -> str: ...


class Texts:
    """One language's texts. Values are escaped unless they are `Markdown`."""

    def __init__(self, catalogue: Catalogue) -> None:
        self._catalogue = catalogue

    def text(self, message: str, **values: object) -> Markdown:
        return _fill(self._catalogue.gettext(message), values)

    def plural(self, singular: str, plural: str, n: int, **values: object) -> Markdown:
        """The form that the language uses for n; `{n}` stands for the number."""
        return _fill(self._catalogue.ngettext(singular, plural, n), {"n": n, **values})

    def label(self, message: str, **values: object) -> str:
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


def shorten(text: str, length: int) -> str:
    """At most so many characters, cut between words where that is near."""
    words = " ".join(text.split())
    if len(words) <= length:
        return words
    cut = words[: length - 1]
    at = cut.rfind(" ")
    return (cut[:at] if at > length * 2 // 3 else cut).rstrip() + "…"
