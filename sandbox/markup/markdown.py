"""CommonMark with tables and strikethrough, as Slack's markdown block takes it."""

from collections.abc import Callable, Sequence
from typing import Any

from markdown_it import MarkdownIt
from markdown_it.token import Token
from markdown_it.tree import SyntaxTreeNode

from sandbox.markup.tree import Node, Tree, link, node, with_bare_links

_MARKDOWN = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
_PLAIN_NAMES = {
    "paragraph": "paragraph",
    "list_item": "item",
    "blockquote": "quote",
    "strong": "bold",
    "em": "italic",
    "underline": "underline",
    "s": "strike",
    "spoiler": "spoiler",
    "table": "table",
    "tr": "row",
    "th": "cell",
    "td": "cell",
}
_TRANSPARENT = ("root", "inline", "thead", "tbody")


def markdown_tree(text: str) -> Tree:
    return tree_of(_MARKDOWN.parse(text))


def tree_of(tokens: Sequence[Token]) -> Tree:
    """Turn what markdown-it found into our nodes; a token that carries "node" in its meta is that node."""
    return _node(SyntaxTreeNode(tokens))


def _node(found: SyntaxTreeNode) -> Tree:
    if found.type in _TRANSPARENT:
        return _inside(found)
    if found.type == "text":
        return with_bare_links(found.content)
    if found.type in _LEAVES:
        return [_LEAVES[found.type](found)]
    if found.type == "link":
        return link(str(found.attrs.get("href", "")), _inside(found))
    if found.type == "image":
        return link(str(found.attrs.get("src", "")), [found.content or str(found.attrs.get("src", ""))])
    if found.type in _PLAIN_NAMES:
        return [node(_PLAIN_NAMES[found.type], _inside(found))]
    return [_block(found)]


def _block(found: SyntaxTreeNode) -> Node:
    if found.type == "heading":
        return node("heading", _inside(found), level=int(found.tag[1:]))
    if found.type == "bullet_list":
        return node("list", _inside(found), is_numbered=False)
    if found.type == "ordered_list":
        return node("list", _inside(found), is_numbered=True, start=found.attrs.get("start", 1))
    return dict(found.meta["node"])


def _inside(found: SyntaxTreeNode) -> Tree:
    made: Tree = []
    for child in found.children:
        # Lists that are written without blank lines hide their paragraphs.
        made += _inside(child) if child.hidden else _node(child)
    return made


_LEAVES: dict[str, Callable[[SyntaxTreeNode], dict[str, Any]]] = {
    "code_inline": lambda found: node("code", [found.content]),
    "fence": lambda found: node("pre", [found.content.removesuffix("\n")], language=found.info.strip()),
    "code_block": lambda found: node("pre", [found.content.removesuffix("\n")], language=""),
    "softbreak": lambda _: node("break"),
    "hardbreak": lambda _: node("break"),
    "hr": lambda _: node("rule"),
}
