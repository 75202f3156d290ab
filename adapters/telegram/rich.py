"""Telegram's rich messages (https://core.telegram.org/bots/api#richmessage) as CommonMark."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from adapters.telegram.formatted import EMPTY, Formatted, Span
from adapters.telegram.moments import moment_span
from adapters.telegram.text_in import fenced, spans_to_commonmark

Payload = Mapping[str, Any]

_MOST_DEPTH = 30
"""Deeper than this nobody writes; what lies there is left out."""
_STYLES = frozenset({"bold", "italic", "underline", "strikethrough", "spoiler", "code"})
_SIGNS = {
    "photo": "🖼",
    "video": "🎞",
    "animation": "🎞",
    "audio": "🎵",
    "voice_note": "🎤",
}


def rich_to_commonmark(message: Payload) -> str:
    """The words of all blocks in their form; what is neither word nor form (a picture, a map) is a sign or a link."""
    return _blocks(message.get("blocks") or (), 0)


def _blocks(blocks: Sequence[Payload], depth: int) -> str:
    if depth > _MOST_DEPTH:
        return ""
    return "\n\n".join(text for block in blocks if (text := _block(block, depth)))


def _block(block: Payload, depth: int) -> str:
    kind = str(block.get("type"))
    if writer := _WRITERS.get(kind):
        return writer(block, depth)
    parts = [
        _SIGNS.get(kind, ""),
        _line(block.get("text", "")),
        _blocks(block.get("blocks") or (), depth + 1),
    ]
    if caption := block.get("caption"):
        parts += [_line(caption.get("text", "")), _credit(caption)] if isinstance(caption, Mapping) else []
    return "\n\n".join(part for part in parts if part)


def _paragraph(block: Payload, _depth: int) -> str:
    return _lines(block.get("text", ""))


def _heading(block: Payload, _depth: int) -> str:
    size = min(max(int(block.get("size", 1)), 1), 6)
    return f"{'#' * size} {_line(block.get('text', ''))}"


def _code(block: Payload, _depth: int) -> str:
    words = _formatted(block.get("text", ""), 0).text
    return fenced(words, str(block.get("language") or "")).rstrip("\n")


def _formula(block: Payload, _depth: int) -> str:
    return fenced(str(block.get("expression", "")), "latex").rstrip("\n")


def _list(block: Payload, depth: int) -> str:
    items = []
    for item in block.get("items") or ():
        value = item.get("value")
        marker = f"{value}. " if isinstance(value, int) and 0 <= value < 10**9 else "- "
        box = ("[x] " if item.get("is_checked") else "[ ] ") if item.get("has_checkbox") else ""
        inner = _blocks(item.get("blocks") or (), depth + 1)
        items.append(marker + _indented(box + inner, " " * len(marker)))
    return "\n".join(items)


def _indented(text: str, indent: str) -> str:
    return text.replace("\n", f"\n{indent}").replace(f"\n{indent}\n", "\n\n")


def _quote(block: Payload, depth: int) -> str:
    inner = _blocks(block.get("blocks") or (), depth + 1) or _lines(block.get("text", ""))
    text = "\n\n".join(part for part in (inner, _credit(block)) if part)
    return "\n".join(f"> {line}".rstrip() for line in text.split("\n"))


def _credit(block: Payload) -> str:
    credit = _line(block.get("credit", ""))
    return f"— {credit}" if credit else ""


def _details(block: Payload, depth: int) -> str:
    summary = _formatted(block.get("summary", ""), 0)
    head = spans_to_commonmark(summary.text, (*summary.spans, Span("bold", 0, len(summary.text))))
    return "\n\n".join(part for part in (head, _blocks(block.get("blocks") or (), depth + 1)) if part)


def _table(block: Payload, _depth: int) -> str:
    rows = [list(_cells(row)) for row in block.get("cells") or ()]
    if not rows:
        return ""
    width = max(map(len, rows))
    lines = [f"| {' | '.join([*row, *[''] * (width - len(row))])} |" for row in rows]
    table = "\n".join([lines[0], f"|{' --- |' * width}", *lines[1:]])
    return "\n\n".join(part for part in (_line(block.get("caption", "")), table) if part)


def _cells(row: Sequence[Payload]) -> Iterator[str]:
    for cell in row:
        words = " ".join(_formatted(cell.get("text", ""), 0).text.split())
        # A bar would begin the next cell, also one with a backslash before it once the table is taken apart.
        yield spans_to_commonmark(words, ()).replace("\\|", "|").replace("|", "&#124;")
        yield from [""] * (min(int(cell.get("colspan") or 1), 20) - 1)


def _map(block: Payload, _depth: int) -> str:
    at = block.get("location") or {}
    where = f"{float(at.get('latitude', 0)):.5f}", f"{float(at.get('longitude', 0)):.5f}"
    link = f"📍 [{', '.join(where)}](https://www.openstreetmap.org/?mlat={where[0]}&mlon={where[1]})"
    caption = block.get("caption") or {}
    return "\n\n".join(part for part in (link, _line(caption.get("text", "")), _credit(caption)) if part)


_WRITERS: dict[str, Callable[[Payload, int], str]] = {
    "paragraph": _paragraph,
    "footer": _paragraph,
    "heading": _heading,
    "pre": _code,
    "mathematical_expression": _formula,
    "divider": lambda _block, _depth: "---",
    "list": _list,
    "blockquote": _quote,
    "pullquote": _quote,
    "details": _details,
    "table": _table,
    "map": _map,
}


# -- words


def _lines(text: Any) -> str:
    words = _formatted(text, 0)
    return spans_to_commonmark(words.text, words.spans)


def _line(text: Any) -> str:
    return " ".join(_lines(text).split("\n"))


def _formatted(text: Any, depth: int) -> Formatted:
    """The words of a RichText: a string, several of them, or one of its types."""
    if isinstance(text, str):
        return Formatted(text.replace("\x00", ""))
    if depth > _MOST_DEPTH:
        return EMPTY
    if isinstance(text, Sequence):
        whole = EMPTY
        for part in text:
            whole += _formatted(part, depth + 1)
        return whole
    kind = str(text.get("type"))
    if kind == "custom_emoji":
        return Formatted(str(text.get("alternative_text", "")))
    if kind == "mathematical_expression":
        expression = str(text.get("expression", ""))
        return Formatted(expression, (Span("code", 0, len(expression)),))
    inner = _formatted(text.get("text", ""), depth + 1)
    found = _span(kind, text, len(inner.text))
    return Formatted(inner.text, (*inner.spans, found)) if found and inner.text else inner


def _span(kind: str, text: Payload, length: int) -> Span | None:
    if kind in _STYLES:
        return Span(kind, 0, length)
    if kind == "marked":
        return Span("bold", 0, length)
    if kind == "url":
        return Span("text_link", 0, length, str(text.get("url", "")))
    if kind == "text_mention":
        return Span(kind, 0, length)
    if kind == "date_time":
        name, url = moment_span(text)
        return Span(name, 0, length, url) if name else None
    return None
