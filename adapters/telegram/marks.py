"""One line of text with spans to CommonMark's marks, placed and nested so that each of them has effect."""

import re
from collections.abc import Iterable

from msgspec import Struct
from msgspec.structs import replace

from adapters.house_text import UNDERLINE, moment_of
from adapters.telegram.escape import escaped, is_punctuation, is_white, may_be_punctuation
from adapters.telegram.formatted import Span

_MARKS = {"bold": "**", "italic": "_", "underline": UNDERLINE[0], "strikethrough": "~~", "spoiler": "||"}
_CLOSING = {**_MARKS, "underline": UNDERLINE[1]}
_FLANKING = frozenset({"**", "_", "~~"})
INLINE = frozenset({*_MARKS, "code", "text_link", "url", "text_mention", "date_time", "dated"})
"""The kinds of entities that have a form within a line."""

_ADDRESS = re.compile(r"https?://[^\s<>]+", re.IGNORECASE)
_SAFE_LINK = re.compile(r"(?:https?|mailto|tel):", re.IGNORECASE)


class _Piece(Struct, frozen=True):
    text: str
    """A mark as it stands, or plain characters that are still to be escaped."""
    is_mark: bool = False
    is_opening: bool = False
    is_raw: bool = False
    """Code and addresses: nothing in them is escaped."""
    is_in_link: bool = False


def marked(line: str, spans: list[Span]) -> str:
    """The line, which has no line break, as CommonMark; spans of kinds that it lacks are left out."""
    leaves = _merged(span for span in spans if _is_leaf(line, span))
    styles = [_beside(span, leaves) for span in spans if span.kind in _MARKS or _is_link(span)]
    return _written(_pieces(line, _nested(line, _merged(styles)), leaves))


def _is_leaf(line: str, span: Span) -> bool:
    if span.kind == "url":
        return _ADDRESS.fullmatch(line, span.start, span.end) is not None
    return span.kind in ("code", "text_mention", "date_time", "dated")


def _is_link(span: Span) -> bool:
    return span.kind == "text_link" and _SAFE_LINK.match(span.url) is not None


def _beside(span: Span, leaves: list[Span]) -> Span:
    """The span moved out of the leaves that it begins or ends in: a mark within code is no mark."""
    for leaf in leaves:
        if leaf.start < span.start < leaf.end:
            span = replace(span, start=leaf.end)
        if leaf.start < span.end < leaf.end:
            span = replace(span, end=leaf.start)
    return span


def _merged(spans: Iterable[Span]) -> list[Span]:
    """Spans of one kind that touch or overlap as one: two marks in a row would be read as another mark."""
    kept: list[Span] = []
    for span in sorted(spans, key=lambda span: (span.kind, span.url, span.start)):
        before = kept[-1] if kept else None
        if before and (before.kind, before.url) == (span.kind, span.url) and span.start <= before.end:
            kept[-1] = replace(before, end=max(before.end, span.end))
        else:
            kept.append(span)
    return kept


def _nested(line: str, spans: list[Span]) -> list[Span]:
    """The spans in the order in which they open, cut so that each lies within those that are open then."""
    waiting = [span for span in (_shrunk(line, span) for span in spans) if span.start < span.end]
    kept: list[Span] = []
    around: list[Span] = []
    while waiting:
        span = min(waiting, key=lambda span: (span.start, -span.end))
        waiting.remove(span)
        while around and around[-1].end <= span.start:
            around.pop()
        if around and around[-1].end < span.end:
            halves = (replace(span, end=around[-1].end), replace(span, start=around[-1].end))
            waiting += [half for half in (_shrunk(line, half) for half in halves) if half.start < half.end]
            continue
        if not any(outer.kind == span.kind for outer in around):
            kept.append(span)
            around.append(span)
    return kept


def _shrunk(line: str, span: Span) -> Span:
    """White space moves out of the span, as a mark beside it has no effect."""
    inner = line[span.start : span.end]
    start = span.start + len(inner) - len(inner.lstrip())
    return replace(span, start=start, end=max(start, span.end - len(inner) + len(inner.rstrip())))


def _pieces(line: str, spans: list[Span], leaves: list[Span]) -> list[_Piece]:
    edges = sorted({0, len(line)}.union(*((span.start, span.end) for span in (*spans, *leaves))))
    pieces: list[_Piece] = []
    around: list[Span] = []
    at = 0
    for number, start in enumerate(edges):
        if start < at:
            continue
        while around and around[-1].end <= start:
            pieces.append(_Piece(_closing(around.pop()), is_mark=True))
        for span in spans:
            if span.start == start:
                around.append(span)
                pieces.append(_Piece(_MARKS.get(span.kind, "["), is_mark=True, is_opening=True))
        leaf = next((leaf for leaf in leaves if leaf.start == start), None)
        at = leaf.end if leaf else edges[min(number + 1, len(edges) - 1)]
        if at > start:
            pieces.append(_plain(line[start:at], leaf, any(span.kind == "text_link" for span in around)))
    return pieces


def _plain(text: str, leaf: Span | None, is_in_link: bool) -> _Piece:
    if leaf is None:
        return _Piece(text, is_in_link=is_in_link)
    if leaf.kind == "text_mention":
        return _Piece(text if text.startswith("@") else f"@{text}", is_in_link=is_in_link)
    if (moment := moment_of(leaf.url)) is not None:
        shown = escaped(text, is_line_start=False, is_in_link=True)
        if leaf.kind == "dated" and not is_in_link:
            shown += f" ([{moment.words}]({moment.url}))"
        elif not is_in_link:
            shown = f"[{shown}]({moment.url})"
        return _Piece(shown, is_raw=True, is_in_link=is_in_link)
    if leaf.kind == "code":
        return _Piece(_code(text), is_raw=True)
    # An address in pointed brackets would end the link that it stands in.
    return _Piece(text, is_in_link=True) if is_in_link else _Piece(f"<{text}>", is_raw=True)


def _written(pieces: list[_Piece]) -> str:
    parts: list[str] = []
    for index, piece in enumerate(pieces):
        if piece.is_mark or piece.is_raw:
            parts.append(piece.text)
            continue
        text, first, last = piece.text, "", ""
        if _yields_to_closing(pieces, index):
            first, text = _numbered(text[0]), text[1:]
        if text and _yields_to_opening(pieces, index):
            last, text = _numbered(text[-1]), text[:-1]
        is_line_start = not first and all(before.is_mark for before in pieces[:index])
        parts += [first, escaped(text, is_line_start=is_line_start, is_in_link=piece.is_in_link), last]
    return "".join(parts)


def _yields_to_closing(pieces: list[_Piece], index: int) -> bool:
    """Whether the mark before this text only ends its span when no letter follows it."""
    if index < 2 or not pieces[index - 1].is_mark or pieces[index - 1].is_opening:
        return False
    return _needs_room(pieces[index - 1], inner=pieces[index - 2], edge=-1, outside=pieces[index].text[0])


def _yields_to_opening(pieces: list[_Piece], index: int) -> bool:
    """Whether the mark behind this text only begins its span when no letter stands before it."""
    if index + 2 >= len(pieces) or not pieces[index + 1].is_opening:
        return False
    return _needs_room(pieces[index + 1], inner=pieces[index + 2], edge=0, outside=pieces[index].text[-1])


def _needs_room(mark: _Piece, *, inner: _Piece, edge: int, outside: str) -> bool:
    if mark.text == "[":
        # With an exclamation mark before it a link is a picture.
        return outside == "!"
    if mark.text not in _FLANKING or is_white(outside) or is_punctuation(outside):
        return False
    # A text of one character may itself be written as a number, which ends in punctuation.
    is_hard = inner.is_mark or inner.is_raw or len(inner.text) == 1 or may_be_punctuation(inner.text[edge])
    return mark.text == "_" or is_hard


def _numbered(character: str) -> str:
    return f"&#{ord(character)};"


def _closing(span: Span) -> str:
    return _CLOSING.get(span.kind) or f"]({_target(span.url)})"


def _code(text: str) -> str:
    longest = max((len(run) for run in re.findall(r"`+", text)), default=0)
    fence = "`" * (longest + 1)
    padding = " " if text.startswith(("`", " ")) or text.endswith(("`", " ")) else ""
    return f"{fence}{padding}{text}{padding}{fence}"


def _target(url: str) -> str:
    if re.fullmatch(r"[^\s<>()\\&]+", url):
        return url
    clean = re.sub(r"[\s<>\\]", lambda found: f"%{ord(found[0]):02X}", url)
    return "<" + clean.replace("&", "&amp;") + ">"
