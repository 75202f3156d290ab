"""What a message looks like to the one who reads it: which words are bold, code, a link ..., on any platform."""

from collections.abc import Iterator
from typing import Any

from sandbox.markup.discord import discord_tree
from sandbox.markup.telegram import telegram_tree
from sandbox.surface import Message


def styled(platform: str, message: Message) -> set[tuple[str, str]]:
    """(style, words) of everything in the message: bold, italic, strike, code, pre, quote, item, emoji, spoiler, and
    `link` with "words address".
    """
    native = message.native
    if platform == "slack":
        return {one for block in native.get("blocks", []) for one in _slack(block)}
    if platform == "discord":
        texts = [native.get("content", ""), *(one.get("description", "") for one in native.get("embeds", []))]
        trees = [discord_tree(text) for text in texts if text]
    else:
        text = native.get("text") or native.get("caption") or ""
        trees = [telegram_tree(text, native.get("entities") or native.get("caption_entities") or [])]
    return {one for tree in trees for one in _tree(tree)}


def _slack(element: dict[str, Any]) -> Iterator[tuple[str, str]]:
    kind, inner = element.get("type", ""), element.get("elements", [])
    if kind == "text":
        yield from _plain(element["text"])
        yield from (
            (style, element["text"].strip()) for style, is_on in element.get("style", {}).items() if is_on
        )
    elif kind == "link":
        yield "link", f"{element.get('text') or element['url']} {element['url']}"
    elif kind == "emoji":
        yield "emoji", {"tada": "🎉"}.get(element["name"], element["name"])
    elif kind == "rich_text_preformatted":
        yield "pre", _slack_words(inner)
    elif kind == "rich_text_quote":
        yield "quote", _slack_words(inner)
    elif kind == "rich_text_list":
        yield from (("item", _slack_words(one["elements"])) for one in inner)
    for one in inner:
        yield from _slack(one)


def _plain(text: str) -> Iterator[tuple[str, str]]:
    """Emoji, and lists as people write them where there are none."""
    yield from (("emoji", one) for one in text if ord(one) > 0x1F000)
    yield from (("item", line.lstrip("•- ")) for line in text.split("\n") if line.startswith(("• ", "- ")))


def _slack_words(elements: list[dict[str, Any]]) -> str:
    return "".join(str(one.get("text") or one.get("url") or "") for one in elements).strip()


def _tree(tree: list[Any]) -> Iterator[tuple[str, str]]:
    for node in tree:
        if isinstance(node, str):
            yield from _plain(node)
            continue
        words = _words(node.get("of", []))
        yield node["as"], f"{words} {node['url']}" if node["as"] == "link" else words.strip()
        if node["as"] == "pre":
            continue
        yield from _tree(node.get("of", []))


def _words(tree: list[Any]) -> str:
    return "".join(one if isinstance(one, str) else _words(one.get("of", [])) for one in tree)
