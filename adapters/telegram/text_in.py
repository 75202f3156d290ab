"""Telegram's text and entities (offsets in UTF-16 units) to CommonMark."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from adapters.telegram.escape import escaped, needs_none
from adapters.telegram.formatted import Span, character_offsets
from adapters.telegram.marks import INLINE, marked
from adapters.telegram.moments import moment_span

_BLOCKS = frozenset({"pre", "blockquote", "expandable_blockquote"})


def to_commonmark(text: str, entities: Sequence[Mapping[str, Any]] = ()) -> str:
    """Never raises on broken entities: what cannot be understood is left plain."""
    return spans_to_commonmark(text, _spans(text, entities) if entities else ())


def spans_to_commonmark(text: str, spans: Sequence[Span]) -> str:
    """The same for spans."""
    if not spans and needs_none(text):
        return text
    blocks = _outermost([span for span in spans if span.kind in _BLOCKS])
    inline = [span for span in spans if span.kind in INLINE]
    parts: list[str] = []
    at = 0
    for block in blocks:
        _add_text(parts, text[at : block.start].removesuffix("\n"), _within(inline, at, block.start))
        _add_block(parts, text, block, _within(inline, block.start, block.end))
        at = block.end + (text[block.end : block.end + 1] == "\n")
    _add_text(parts, text[at:], _within(inline, at, len(text)))
    return "".join(parts).strip("\n")


def _spans(text: str, entities: Sequence[Mapping[str, Any]]) -> list[Span]:
    offsets = character_offsets(text)
    last = len(text) if offsets is None else len(offsets) - 1
    spans: list[Span] = []
    for entity in entities:
        offset, length = entity.get("offset"), entity.get("length")
        if not isinstance(offset, int) or not isinstance(length, int):
            continue
        start, end = max(0, offset), min(offset + length, last)
        if start >= end:
            continue
        if offsets is not None:
            start, end = offsets[start], offsets[end]
        kind = str(entity.get("type"))
        if start < end and (kind in INLINE or kind in _BLOCKS):
            url, language = str(entity.get("url") or ""), str(entity.get("language") or "")
            if kind == "date_time":
                kind, url = moment_span(entity)
            spans.append(Span(kind, start, end, url, language))
    return spans


def _outermost(blocks: list[Span]) -> list[Span]:
    kept: list[Span] = []
    for block in sorted(blocks, key=lambda span: (span.start, -span.end)):
        if not kept or block.start >= kept[-1].end:
            kept.append(block)
    return kept


def _within(spans: list[Span], start: int, end: int) -> list[Span]:
    return [
        replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
        for span in spans
        if span.start < end and span.end > start
    ]


def _add_text(parts: list[str], text: str, spans: list[Span]) -> None:
    if text:
        parts.append(_lines(text, spans))


def _add_block(parts: list[str], text: str, block: Span, inline: list[Span]) -> None:
    inner = text[block.start : block.end]
    if parts and not parts[-1].endswith("\n"):
        parts.append("\n")
    if block.kind == "pre":
        parts.append(fenced(inner, block.language))
    else:
        quoted = _lines(inner.strip("\n"), inline)
        # Without the empty line the text behind it would be read as part of the quote.
        parts.append("".join(f"> {line}\n" for line in quoted.split("\n")) + "\n")


def fenced(code: str, language: str) -> str:
    """A block of code, with a line end behind it."""
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    name = language if re.fullmatch(r"[\w+#.-]{1,32}", language) else ""
    return f"{fence}{name}\n{code.removesuffix(chr(10))}\n{fence}\n"


def _lines(text: str, spans: list[Span]) -> str:
    """Line by line, because no mark of CommonMark may reach over a paragraph's end."""
    lines: list[str] = []
    at = 0
    for line in text.split("\n"):
        lines.append(_line(line, _within(spans, at, at + len(line))))
        at += len(line) + 1
    return "\n".join(lines)


def _line(line: str, spans: list[Span]) -> str:
    if not line.strip():
        return ""
    if not spans:
        return escaped(line, is_line_start=True)
    return marked(line, spans)
