"""Cutting a long text into messages where a reader would: between paragraphs, lines, sentences, words."""

from adapters.graphemes import is_inside
from adapters.telegram.formatted import MAX_TEXT, Formatted

_UNBROKEN = frozenset({"pre", "code", "text_link", "date_time"})
_ENDS = ("\n\n", "\n", ". ", "! ", "? ", "… ", "。", " ")
_LONGEST_GRAPHEME = 64


def split(whole: Formatted, limit: int = MAX_TEXT, first_limit: int | None = None) -> list[Formatted]:
    """Parts of at most `limit` UTF-16 units that are the whole again but for white space at the cuts.

    Spans that reach over a cut go on in the next part. A blank text has no parts.
    """
    room = limit if first_limit is None else first_limit
    if whole.text[-1:].strip() and whole.units <= room:
        return [whole]
    parts: list[Formatted] = []
    start = 0
    length = len(whole.text)
    while start < length:
        stop = _furthest(whole.text, start, room)
        end = stop if stop == length else _cut(whole, start, stop)
        part = whole.piece(start, end)
        if not part.is_blank:
            parts.append(_trimmed(part))
            room = limit
        start = _skip_white(whole, end)
    return parts


def _furthest(text: str, start: int, limit: int) -> int:
    """The last index so that text[start:index] has at most `limit` units."""
    stop = min(len(text), start + limit)
    piece = text[start:stop]
    if piece.isascii():
        return stop
    room = limit
    for index, character in enumerate(piece):
        room -= 2 if character > "\uffff" else 1
        if room < 0:
            return start + index
    return stop


def _cut(whole: Formatted, start: int, stop: int) -> int:
    """Where to end the part that begins at `start` and may reach to `stop`."""
    text = whole.text
    if (before := _before_unbroken(whole, start, stop)) is not None:
        return before
    closed = _closed(whole, start, stop)
    for end in _ENDS:
        # A part should not become much shorter than it could be, just to end with a paragraph.
        earliest = start + 1 if end == " " else start + 1 + (stop - start) // 4
        found = text.rfind(end, earliest, stop + 1)
        while found >= 0:
            # The white space goes, the full stop stays.
            cut = found + len(end.rstrip())
            if cut <= stop and not closed[cut - start]:
                return cut
            found = text.rfind(end, earliest, found)
    # Nothing but one fence, link or word: the fence at a line, the rest between what a reader sees as characters.
    line = text.rfind("\n", start + 1, stop + 1)
    return line if line > start else _grapheme_boundary(text, start, stop)


def _before_unbroken(whole: Formatted, start: int, stop: int) -> int | None:
    """The beginning of the code or link that would be cut, when it fits into a part of its own."""
    for span in whole.spans:
        if span.kind in _UNBROKEN and start < span.start < stop < span.end:
            fits = span.end - span.start <= stop - start
            return span.start if fits and whole.text[start : span.start].strip() else None
    return None


def _closed(whole: Formatted, start: int, stop: int) -> bytearray:
    """One byte for each index from start to stop: 1 inside a fence or a link."""
    closed = bytearray(stop - start + 1)
    for span in whole.spans:
        if span.kind in _UNBROKEN and span.start < stop and span.end > start:
            first, last = max(span.start + 1, start), min(span.end, stop + 1)
            closed[first - start : last - start] = b"\x01" * max(0, last - first)
    return closed


def _skip_white(whole: Formatted, at: int) -> int:
    text = whole.text
    if any(span.kind == "pre" and span.start < at < span.end for span in whole.spans):
        # Inside code the indentation of the next line is part of it.
        return at + 1 if text[at : at + 1] == "\n" else at
    begins = {span.start for span in whole.spans if span.kind == "pre"}
    while at < len(text) and text[at] in " \n" and at not in begins:
        at += 1
    return at


def _trimmed(part: Formatted) -> Formatted:
    return part.piece(0, len(part.text.rstrip(" \n")))


def _grapheme_boundary(text: str, start: int, stop: int) -> int:
    for cut in range(stop, max(start, stop - _LONGEST_GRAPHEME), -1):
        if not is_inside(text, cut):
            return cut
    return stop
