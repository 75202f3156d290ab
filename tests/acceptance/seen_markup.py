"""What a message looks like to the one who reads it: which words are bold, code, a link ..., on any platform."""

import re
from collections.abc import Iterator
from typing import Any

from sandbox.markup.discord import discord_tree
from sandbox.markup.telegram import telegram_tree
from sandbox.surface import Message


def styled(platform: str, message: Message) -> set[tuple[str, str]]:
    """(style, words) of everything in the message: bold, italic, underline, strike, code, pre, quote, item, heading,
    emoji, spoiler; `link` with "words address", `language` of code, `nested` items, `number` with "number words", and
    `time` with its seconds.
    """
    if platform == "slack":
        return {one for block in message.native.get("blocks", []) for one in _slack(block)}
    return {one for tree in _trees(platform, message) for one in _tree(tree)}


def words_of(platform: str, message: Message) -> str:
    """What is read in the message, without the signs of the platform's markup."""
    return message.text if platform == "slack" else "\n".join(map(_words, _trees(platform, message)))


def pings(platform: str, message: Message) -> list[object]:
    """Whom this message would call."""
    native = message.native
    if platform == "discord":
        return [
            *native["mentions"],
            *native["mention_roles"],
            *([True] if native["mention_everyone"] else []),
        ]
    if platform == "telegram":
        found = [*native.get("entities", []), *native.get("caption_entities", [])]
        return [one for one in found if one["type"] in ("mention", "text_mention")]
    kinds = re.findall(r"'type': '(user|usergroup|broadcast|channel)'", str(native.get("blocks", [])))
    return [*kinds, *re.findall(r"<[!@#](?!date\^)[^>]*>", native["text"])]


def _trees(platform: str, message: Message) -> list[list[Any]]:
    native = message.native
    if platform == "discord":
        texts = [native.get("content", ""), *(one.get("description", "") for one in native.get("embeds", []))]
        return [discord_tree(text) for text in texts if text]
    text = native.get("text") or native.get("caption") or ""
    return [telegram_tree(text, native.get("entities") or native.get("caption_entities") or [])]


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
        yield "language", element.get("language", "")
    elif kind == "date":
        yield "time", str(element["timestamp"])
    elif kind == "rich_text_quote":
        yield "quote", _slack_words(inner)
    elif kind == "rich_text_list":
        items = [_slack_words(one["elements"]) for one in inner]
        yield from (("item", one) for one in items)
        yield from (("nested", one) for one in items if element.get("indent"))
        if element["style"] == "ordered":
            yield from (("number", f"{n} {one}") for n, one in enumerate(items, element.get("offset", 0) + 1))
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
        kind, inner, words = node["as"], node.get("of", []), _words(node.get("of", []))
        if kind == "time":
            yield kind, str(node["at"])
        else:
            yield kind, f"{words} {node['url']}" if kind == "link" else words.strip()
        if kind == "pre":
            yield "language", node["language"]
            continue
        if kind == "list":
            items = [_words(_own(one["of"])).strip() for one in inner]
            yield from (("item", one) for one in items)
            yield from (("nested", text) for style, text in _tree(_lists_in(inner)) if style == "item")
            if node["is_numbered"]:
                yield from (("number", f"{n} {one}") for n, one in enumerate(items, node["start"]))
        yield from _tree(inner)


def _words(tree: list[Any]) -> str:
    return "".join(one if isinstance(one, str) else _node_words(one) for one in tree)


def _node_words(node: dict[str, Any]) -> str:
    if node["as"] == "mention" and "of" not in node:
        return f"@{node['id']}"
    return "\n" if node["as"] == "break" else _words(node.get("of", []))


def _lists_in(items: list[Any]) -> list[Any]:
    return [one for item in items for one in item["of"] if not isinstance(one, str) and one["as"] == "list"]


def _own(inner: list[Any]) -> list[Any]:
    """What is in an item besides the lists in it."""
    return [one for one in inner if isinstance(one, str) or one["as"] != "list"]
