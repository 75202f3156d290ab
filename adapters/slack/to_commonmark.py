"""Slack's rich text to CommonMark: lists, quotes, code and links; words with their styles are in `styled.py`."""

import re
from collections.abc import Sequence

from adapters.slack.payloads import Json
from adapters.slack.styled import inline
from adapters.slack.tables import TABLE, table

_LANGUAGE = re.compile(r"[\w+#.-]{1,32}")
_TICKS = re.compile(r"`+")


def commonmark(elements: Sequence[Json]) -> str:
    """Return the CommonMark of rich_text elements in which emoji, mentions and channels are words already."""
    blocks: list[str] = []
    lists = _Lists()
    for element in elements:
        kind, words = element.get("type"), element.get("elements", [])
        if kind == "rich_text_list":
            is_nested = lists.are_open
            text = lists.items(element)
            if is_nested and blocks:
                blocks[-1] += f"\n{text}"
            else:
                blocks.append(text)
            continue
        lists = _Lists()
        if kind == "rich_text_preformatted":
            code = "".join(str(word.get("text") or word.get("url") or "") for word in words)
            blocks.append(_fenced(code, str(element.get("language") or "")))
        elif kind == TABLE:
            blocks.append(table(element))
        elif kind == "rich_text_quote":
            quoted = inline(words)
            blocks.append("\n".join(f"> {line}".rstrip() for line in quoted.split("\n")) if quoted else "")
        else:
            blocks.append(inline(words))
    return "\n\n".join(block for block in (block.strip("\n") for block in blocks) if block)


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
