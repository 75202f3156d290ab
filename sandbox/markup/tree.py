"""The nodes of a tree, and the few rules that all dialects share."""

import re
from typing import Any
from urllib.parse import urlsplit

Node = str | dict[str, Any]
Tree = list[Node]

SAFE_SCHEMES = ("http", "https", "mailto", "tel", "tg")
_BARE_LINK = re.compile(r"https?://[^\s<>|]+[^\s<>|.,:;!?'\"\])}*_~]", re.IGNORECASE)


def node(kind: str, of: Tree | None = None, /, **facts: Any) -> dict[str, Any]:
    made: dict[str, Any] = {"as": kind, **facts}
    if of is not None:
        made["of"] = of
    return made


def link(url: str, of: Tree) -> Tree:
    """A link, or just what it shows when its address is of a kind that a page must not follow."""
    try:
        scheme = urlsplit(url).scheme.lower()
    except ValueError:
        return of
    return [node("link", of, url=url)] if scheme in SAFE_SCHEMES else of


def with_bare_links(text: str) -> Tree:
    """Plain text in which addresses are links, as every platform's client shows them."""
    made: Tree = []
    at = 0
    for found in _BARE_LINK.finditer(text):
        made += [text[at : found.start()], *link(found[0], [found[0]])]
        at = found.end()
    made.append(text[at:])
    return [part for part in made if part != ""]


def joined(parts: list[Tree], between: Node) -> Tree:
    """The parts with a node between each two."""
    made: Tree = []
    for number, part in enumerate(parts):
        if number:
            made.append(between)
        made += part
    return made
