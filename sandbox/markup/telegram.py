"""Telegram's entities, whose offsets and lengths count UTF-16 units."""

from collections.abc import Sequence
from typing import Any

from sandbox.markup.tree import Tree, link, node

_BYTES_PER_UNIT = 2
_PLAIN_NAMES = {
    "bold": "bold",
    "italic": "italic",
    "underline": "underline",
    "strikethrough": "strike",
    "spoiler": "spoiler",
    "code": "code",
    "blockquote": "quote",
}


def telegram_tree(text: str, entities: Sequence[dict[str, Any]]) -> Tree:
    """Nest the entities into each other; one that crosses another is cut where the outer one ends."""
    units = text.encode("utf-16-le", errors="surrogatepass")
    end = len(units) // _BYTES_PER_UNIT
    # At the same place the longer entity lies outside.
    ordered = sorted(entities, key=lambda entity: (entity["offset"], -entity["length"]))
    return _between(units, ordered, 0, end)


def _between(units: bytes, entities: Sequence[dict[str, Any]], begin: int, end: int) -> Tree:
    made: Tree = []
    at = begin
    waiting = list(entities)
    while waiting:
        entity = waiting.pop(0)
        first = max(int(entity["offset"]), at)
        last = min(int(entity["offset"]) + int(entity["length"]), end)
        if first >= last:
            continue
        inside = [other for other in waiting if other["offset"] < last]
        waiting = waiting[len(inside) :]
        made += _text(units, at, first)
        made += _node(entity, _between(units, inside, first, last))
        at = last
    return _without_doubled_breaks([*made, *_text(units, at, end)])


def _without_doubled_breaks(tree: Tree) -> Tree:
    """A quote or a code block is a box of its own, so the line breaks next to it are not shown."""
    made = list(tree)
    for index, part in enumerate(tree):
        if isinstance(part, str) or part["as"] not in ("quote", "pre"):
            continue
        if index and isinstance(before := made[index - 1], str):
            made[index - 1] = before.removesuffix("\n")
        if index + 1 < len(made) and isinstance(after := made[index + 1], str):
            made[index + 1] = after.removeprefix("\n")
    return [part for part in made if part != ""]


def _node(entity: dict[str, Any], of: Tree) -> Tree:
    kind = entity["type"]
    shown = "".join(part for part in of if isinstance(part, str))
    if kind in _PLAIN_NAMES:
        return [node(_PLAIN_NAMES[kind], of)]
    if kind == "expandable_blockquote":
        return [node("quote", of, is_folded=True)]
    if kind == "pre":
        return [node("pre", of, language=entity.get("language", ""))]
    if kind == "custom_emoji":
        # The drawing is on Telegram's servers; the character it stands for is in the text.
        return [node("emoji", name="", character=shown)]
    if kind in ("mention", "hashtag", "cashtag", "bot_command"):
        return [node("mention", of, kind="text", id=shown)]
    if kind == "date_time" and (shape := entity.get("date_time_format")):
        # Without a format the words stay as they were written.
        return [node("time", of, at=entity["unix_time"], style=_style(shape))]
    if kind == "text_mention":
        return [node("mention", of, kind="person", id=str(entity.get("user", {}).get("id", "")))]
    if kind == "text_link":
        return link(str(entity.get("url", "")), of)
    addresses = {"url": shown, "email": f"mailto:{shown}", "phone_number": f"tel:{shown}"}
    if kind in addresses:
        url = addresses[kind]
        return link(url if ":" in url else f"https://{url}", of)
    return of


def _style(shape: str) -> str:
    """The nearest of the styles that the page knows, which are Discord's."""
    if shape == "r":
        return "R"
    has_date, has_time = set("wdD") & set(shape), set("tT") & set(shape)
    if has_date and has_time:
        return "F" if "w" in shape else "f"
    return "T" if "T" in shape else "t" if has_time else "D" if "D" in shape else "d"


def _text(units: bytes, begin: int, end: int) -> Tree:
    text = units[begin * _BYTES_PER_UNIT : end * _BYTES_PER_UNIT].decode("utf-16-le", errors="replace")
    return [text] if text else []
