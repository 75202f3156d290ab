"""The elements of Slack's `rich_text` block: put in order, measured, and cut into parts that Slack takes."""

from collections.abc import Iterator, Sequence

from adapters.graphemes import is_inside
from adapters.slack.payloads import Json

_OVERHEAD = 4
"""What an element weighs besides its words: Slack counts more than what is read and does not say how."""
_BREAKS = ("\n\n", "\n", ". ", "! ", "? ", "。", " ")


def tidied(elements: Sequence[Json]) -> list[Json]:
    """Join neighbours of one style and leave out what shows nothing."""
    return [one for element in elements if (one := _tidied(element)) is not None]


def _tidied(element: Json) -> Json | None:
    if element["type"] == "rich_text_list":
        items = [{**item, "elements": joined(item["elements"])} for item in element["elements"]]
        return {**element, "elements": [item if item["elements"] else _EMPTY_ITEM for item in items]}
    words = joined(element["elements"])
    return {**element, "elements": words} if words else None


_EMPTY_ITEM: Json = {"type": "rich_text_section", "elements": [{"type": "text", "text": " "}]}


def joined(words: Sequence[Json]) -> list[Json]:
    """Put neighbouring words of one style together and drop empty ones."""
    made: list[Json] = []
    for word in words:
        if word["type"] == "text" and not word["text"]:
            continue
        last = made[-1] if made else None
        if last and last["type"] == word["type"] == "text" and last.get("style") == word.get("style"):
            made[-1] = {**last, "text": last["text"] + word["text"]}
        else:
            made.append(word)
    return made


def weight(element: Json) -> int:
    """How much of a message the element takes."""
    inner = element.get("elements")
    if inner is not None:
        return _OVERHEAD + sum(weight(one) for one in inner)
    # A date shows something else than its fallback, about as long, and Slack counts its format too.
    return _OVERHEAD + sum(len(element.get(key, "")) for key in ("text", "url", "fallback", "format"))


def split(elements: Sequence[Json], limit: int) -> list[list[Json]]:
    """Cut into parts of at most `limit` weight each, at sensible places; styles, links and code go on behind a cut."""
    if sum(weight(element) for element in elements) <= limit:
        return [list(elements)] if elements else []
    parts: list[list[Json]] = [[]]
    room = limit
    for element in elements:
        rest: Json | None = element
        while rest is not None:
            head, tail = _cut(rest, room, is_forced=not parts[-1])
            if head is not None:
                parts[-1].append(head)
                room -= weight(head)
            if tail is not None:
                parts.append([])
                room = limit
            rest = tail
    return [part for part in parts if part]


def _cut(element: Json, room: int, *, is_forced: bool) -> tuple[Json | None, Json | None]:
    """(what fits, what is left); nothing fits only when it is not forced."""
    if weight(element) <= room:
        return element, None
    inner = element["elements"]
    head, used = [], _OVERHEAD
    for at, word in enumerate(inner):
        if used + weight(word) <= room:
            head.append(word)
            used += weight(word)
            continue
        first, left = _cut_word(word, room - used, is_forced=is_forced and not head)
        before = [*head, *([first] if first else [])]
        behind = [*([left] if left else []), *inner[at + 1 :]]
        return _same(element, before), _same(element, behind, skipped=len(head))
    return element, None


def _same(element: Json, inner: list[Json], *, skipped: int = 0) -> Json | None:
    inner = joined(_trimmed(inner)) if element["type"] != "rich_text_list" else inner
    if not inner:
        return None
    if element.get("style") == "ordered" and skipped:
        return {**element, "elements": inner, "offset": element.get("offset", 0) + skipped}
    return {**element, "elements": inner}


def _trimmed(words: list[Json]) -> list[Json]:
    """Without the line ends at which it was cut."""
    words = list(words)
    if words and words[0]["type"] == "text":
        words[0] = {**words[0], "text": words[0]["text"].lstrip("\n")}
    if words and words[-1]["type"] == "text":
        words[-1] = {**words[-1], "text": words[-1]["text"].rstrip("\n")}
    return words


def _cut_word(word: Json, room: int, *, is_forced: bool) -> tuple[Json | None, Json | None]:
    if "elements" in word:
        return _cut(word, room, is_forced=is_forced)
    if word["type"] == "date":
        return (word, None) if is_forced else (None, word)
    if word["type"] == "text" or is_forced:
        text = str(word.get("text") or word.get("url") or "")
        space = room - _OVERHEAD - len(word.get("url", ""))
        at = cut_position(text, space, is_forced=is_forced)
        if at:
            return {**word, "text": text[:at]}, {**word, "text": text[at:]} if text[at:] else None
    return None, word


def cut_position(text: str, room: int, *, is_forced: bool = True) -> int:
    """Where to cut so that at most `room` characters stand before it: a paragraph, line, sentence or word end.

    0 when there is no such place and the cut is not forced; a forced one keeps a letter and its signs together.
    """
    if len(text) <= room:
        return len(text)
    for sign in _BREAKS:
        at = text.rfind(sign, room // 2, max(room, 0))
        if at > 0:
            return at + len(sign)
    if not is_forced:
        return 0
    at = max(room, 1)
    while at > max(1, room - 64) and is_inside(text, at):
        at -= 1
    return at


def words_of(element: Json) -> Iterator[Json]:
    """Every word in an element, whatever it is nested in."""
    for one in element.get("elements", ()):
        if "elements" in one:
            yield from words_of(one)
        else:
            yield one
