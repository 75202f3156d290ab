"""Each platform's markup as one kind of tree, so that the page only has to build elements from it.

A tree is a list of nodes. A node is a string, or a dict whose "as" names it and whose "of" holds what lies inside:
paragraph, heading, quote, pre, list, item, rule, table, row, cell, subtext, bold, italic, underline, strike, code,
spoiler, link, mention, emoji, time, break. A quote may be folded, a time has Discord's style or Slack's shape.
"""

from functools import lru_cache
from typing import Any

from sandbox.markup.discord import discord_tree
from sandbox.markup.markdown import markdown_tree
from sandbox.markup.mrkdwn import mrkdwn_tree
from sandbox.markup.telegram import telegram_tree
from sandbox.markup.tree import Tree

Marked = dict[str, dict[str, Tree]]
"""Trees by dialect (mrkdwn, markdown, discord, telegram) and by the text they were made of."""

_PARSERS = {
    "mrkdwn": lru_cache(maxsize=4096)(mrkdwn_tree),
    "markdown": lru_cache(maxsize=4096)(markdown_tree),
    "discord": lru_cache(maxsize=4096)(discord_tree),
}
_DISCORD_KEYS = ("content", "description", "title", "value", "name")


def marked(platform: str, native: dict[str, Any]) -> Marked:
    """Return a tree for every text with markup inside a platform's own message or view."""
    found: Marked = {}
    if platform == "slack":
        _add(found, "mrkdwn", native.get("text"))
        _walk_slack(native, found)
        for attachment in native.get("attachments") or []:
            for part in (attachment, *(attachment.get("fields") or [])):
                for key in ("pretext", "text", "value", "footer"):
                    _add(found, "mrkdwn", part.get(key))
    elif platform == "discord":
        _walk_discord(native, found)
    elif platform == "telegram":
        _walk_telegram(native, found)
    return found


def _walk_telegram(native: dict[str, Any], found: Marked) -> None:
    said = found.setdefault("telegram", {})
    for source in (native.get("quote") or {}, native):
        for text, entities in (("text", "entities"), ("caption", "caption_entities")):
            if isinstance(written := source.get(text), str):
                said[written] = telegram_tree(written, source.get(entities) or [])


def _walk_slack(value: object, found: Marked) -> None:
    if isinstance(value, list):
        for part in value:
            _walk_slack(part, found)
    elif isinstance(value, dict):
        if (kind := value.get("type")) in ("mrkdwn", "markdown"):
            _add(found, kind, value.get("text"))
        for part in value.values():
            _walk_slack(part, found)


def _walk_discord(native: dict[str, Any], found: Marked) -> None:
    _add(found, "discord", native.get("content"))
    _add(found, "discord", (native.get("referenced_message") or {}).get("content"))
    for snapshot in native.get("message_snapshots") or []:
        _walk_discord(snapshot.get("message") or {}, found)
    for embed in native.get("embeds") or []:
        for part in (embed, *(embed.get("fields") or [])):
            for key in _DISCORD_KEYS:
                _add(found, "discord", part.get(key))
    for component in native.get("components") or []:
        _walk_components(component, found)


def _walk_components(component: dict[str, Any], found: Marked) -> None:
    _add(found, "discord", component.get("content"))
    for inner in component.get("components") or []:
        _walk_components(inner, found)


def _add(found: Marked, dialect: str, text: object) -> None:
    if isinstance(text, str) and text:
        found.setdefault(dialect, {})[text] = _PARSERS[dialect](text)
