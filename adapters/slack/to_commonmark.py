"""Slack's rich text to CommonMark: lists, quotes, code and links; words with their styles are in `styled.py`."""

import re
from collections.abc import Sequence

from adapters.slack.payloads import Json
from adapters.slack.styled import inline
from adapters.slack.tables import TABLE, table

_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")
_BORDERED = ("rich_text_list", "rich_text_preformatted")
_TICKS = re.compile(r"`+")


def commonmark(elements: Sequence[Json]) -> str:
    """Return the CommonMark of rich_text elements in which emoji, mentions and channels are words already."""
    blocks: list[tuple[str, bool]] = []
    lists, is_in_quote = _Lists(), False
    for element in elements:
        # Lists and code in a quote are drawn with its border, and stand beside it.
        was_in_quote, is_in_quote = (
            is_in_quote,
            element.get("type") in _BORDERED and bool(element.get("border")),
        )
        if element.get("type") != "rich_text_list" or is_in_quote != was_in_quote:
            lists = _Lists()
        is_nested, text = lists.are_open, _block(element, lists)
        if is_nested and blocks:
            blocks[-1] = (f"{blocks[-1][0]}\n{text}", is_in_quote)
        elif text := text.strip("\n"):
            blocks.append((text, is_in_quote))
    return _together([(_quoted(text) if is_in_quote else text, is_in_quote) for text, is_in_quote in blocks])


def _block(element: Json, lists: "_Lists") -> str:
    kind, words = element.get("type"), element.get("elements", [])
    if kind == "rich_text_list":
        return lists.items(element)
    if kind == "rich_text_preformatted":
        code = "".join(str(word.get("text") or word.get("url") or "") for word in words)
        return _fenced(code, str(element.get("language") or ""))
    if kind == TABLE:
        return table(element)
    text = inline(words)
    return _quoted(text) if kind == "rich_text_quote" and text else text


def _quoted(text: str) -> str:
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _together(blocks: Sequence[tuple[str, bool]]) -> str:
    """One below the other; what stands beside a quote with its border belongs to that quote."""
    whole = ""
    was_quote = was_bordered = False
    for text, is_bordered in blocks:
        is_quote = is_bordered or text.startswith("> ")
        is_one = was_quote and is_quote and (was_bordered or is_bordered)
        whole += ("\n>\n" if is_one else "\n\n" if whole else "") + text
        was_quote, was_bordered = is_quote, is_bordered
    return whole


def _fenced(code: str, language: str) -> str:
    longest = max((len(ticks) for ticks in _TICKS.findall(code)), default=0)
    fence = "`" * max(3, longest + 1)
    name = language if _LANGUAGE.fullmatch(language) else ""
    return f"{fence}{name}\n{code.strip(chr(10))}\n{fence}"


class _Lists:
    """Lists that follow each other: Slack writes nesting as separate lists with an indent."""

    def __init__(self) -> None:
        self._markers: list[tuple[str, int]] = []
        """(style, width) of the lists above, outermost first."""

    @property
    def are_open(self) -> bool:
        return bool(self._markers)

    def items(self, element: Json) -> str:
        level = min(int(element.get("indent", 0)), len(self._markers))
        style = str(element.get("style", "bullet"))
        is_other = len(self._markers) > level and self._markers[level][0] != style
        self._markers = self._markers[:level]
        lead = " " * sum(width for _, width in self._markers)
        number = int(element.get("offset", 0)) + 1
        lines = []
        width = 2
        for item in element.get("elements", []):
            marker = f"{number}. " if style == "ordered" else "- "
            width = len(marker)
            text = inline(item.get("elements", [])).replace("\n", f"\n{lead}{' ' * width}")
            lines.append(f"{lead}{marker}{text}".rstrip())
            number += 1
        self._markers.append((style, width))
        # Another kind of list at the same depth begins behind an empty line.
        return "\n".join(["", *lines] if is_other else lines)
