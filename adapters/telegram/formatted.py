"""Text as Telegram takes it: plain characters, and spans that say how they look."""

from collections.abc import Iterable
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from adapters.telegram.moments import moment_entity

MAX_TEXT = 4096
MAX_CAPTION = 1024
MAX_ENTITIES = 100
"""Telegram ignores what comes after the hundredth."""

_KEPT_FIRST = ("text_link", "date_time", "pre", "code", "blockquote", "expandable_blockquote", "spoiler")


class Span(Struct, frozen=True):
    """One message entity; start and end count Python's characters, not UTF-16 units."""

    kind: str
    start: int
    end: int
    url: str = ""
    language: str = ""

    def moved(self, by: int) -> "Span":
        return Span(self.kind, self.start + by, self.end + by, self.url, self.language)


class Formatted(Struct, frozen=True):
    text: str = ""
    spans: tuple[Span, ...] = ()

    @property
    def units(self) -> int:
        """The length as Telegram counts it, in UTF-16 units."""
        return utf16_length(self.text)

    @property
    def is_blank(self) -> bool:
        return not self.text.strip()

    def __add__(self, other: "Formatted") -> "Formatted":
        moved = tuple(span.moved(len(self.text)) for span in other.spans)
        return Formatted(self.text + other.text, self.spans + moved)

    def piece(self, start: int, end: int) -> "Formatted":
        """The characters from start to end, with every span cut to them."""
        inside = (
            replace(span, start=max(span.start, start) - start, end=min(span.end, end) - start)
            for span in self.spans
            if span.start < end and span.end > start
        )
        return Formatted(self.text[start:end], tuple(inside))

    def stripped(self) -> "Formatted":
        start = len(self.text) - len(self.text.lstrip())
        return self.piece(start, max(start, len(self.text.rstrip())))

    def entities(self) -> list[dict[str, Any]]:
        """The spans as the Bot API takes them; of more than a hundred the most telling ones."""
        spans = [span for span in self.spans if span.end > span.start]
        if len(spans) > MAX_ENTITIES:
            spans.sort(key=lambda span: span.kind not in _KEPT_FIRST)
            del spans[MAX_ENTITIES:]
        spans.sort(key=lambda span: (span.start, -span.end))
        return [_entity(span, self.text) for span in spans]


EMPTY = Formatted()


def styled(text: str, *kinds: str) -> Formatted:
    """A text that carries these kinds of entities from end to end."""
    return Formatted(text, tuple([Span(kind, 0, len(text)) for kind in kinds])) if text else EMPTY


def join(parts: Iterable[Formatted], separator: str) -> Formatted:
    """The parts that are not empty, with the separator between them."""
    text: list[str] = []
    spans: list[Span] = []
    length = 0
    for part in parts:
        if not part.text:
            continue
        if text:
            text.append(separator)
            length += len(separator)
        spans.extend(span.moved(length) for span in part.spans)
        text.append(part.text)
        length += len(part.text)
    return Formatted("".join(text), tuple(spans))


def utf16_length(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def character_offsets(text: str) -> list[int] | None:
    """For each UTF-16 offset the character it lies in; None when both count alike."""
    if text.isascii() or max(text) <= "\uffff":
        return None
    offsets: list[int] = []
    for index, character in enumerate(text):
        offsets.extend([index, index] if character > "\uffff" else [index])
    return [*offsets, len(text)]


def _entity(span: Span, text: str) -> dict[str, Any]:
    offset, length = utf16_length(text[: span.start]), utf16_length(text[span.start : span.end])
    entity: dict[str, Any] = {"type": span.kind, "offset": offset, "length": length}
    if span.kind == "date_time":
        entity |= moment_entity(span.url)
    elif span.url:
        entity["url"] = span.url
    if span.language:
        entity["language"] = span.language
    return entity
