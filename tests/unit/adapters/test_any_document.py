"""Whatever is said, every platform shows all of it, once, in its order and its styles, within the platform's limits."""

from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given, settings

from adapters.discord.render import render
from adapters.slack.render import parts as slack_parts
from adapters.telegram.render import parts as telegram_parts
from bot.core.content import Content
from sandbox.markup.discord import discord_tree
from sandbox.markup.telegram import telegram_tree
from sandbox.slack.block_rules import check_blocks, text_lengths
from sandbox.telegram import utf16
from sandbox.telegram.formatting import fix_formatted_text
from sandbox.telegram.model import Entity, FormattedText
from tests.unit.adapters.documents import (
    Block,
    documents,
    house_text,
    letters,
    long_documents,
    read_words,
    styled_letters,
)

Letters = list[tuple[str, frozenset[str]]]
STYLES = frozenset({"bold", "italic", "underline", "strike", "spoiler"})


def in_tree(tree: list[Any], styles: frozenset[str] = frozenset()) -> Iterator[tuple[str, frozenset[str]]]:
    for node in tree:
        if isinstance(node, str):
            yield from ((sign, styles) for sign in letters(node))
        else:
            yield from in_tree(node.get("of", []), styles | ({node["as"]} & STYLES))


# -- how each platform shows a text, read by the sandbox's own readers


def on_discord(text: str) -> Letters:
    shown = [part.payload["content"] for part in render(Content(text))]
    assert all(0 < utf16.length(one) <= 2000 for one in shown)
    return [sign for one in shown for sign in in_tree(discord_tree(one))]


def on_telegram(text: str) -> Letters:
    found: Letters = []
    for part in telegram_parts(Content(text)):
        assert utf16.length(part.text.text) <= 4096
        entities = tuple(
            Entity(
                one["type"],
                one["offset"],
                one["length"],
                one.get("url", ""),
                one.get("language", ""),
                unix_time=one.get("unix_time", 0),
                date_time_format=one.get("date_time_format", ""),
            )
            for one in part.text.entities()
        )
        taken = fix_formatted_text(FormattedText(part.text.text, entities))
        native = [{"type": one.type, "offset": one.offset, "length": one.length} for one in taken.entities]
        found += in_tree(telegram_tree(taken.text, [one for one in native if one["type"] != "pre"]))
    return found


def on_slack(text: str) -> Letters:
    found: Letters = []
    for part in slack_parts(Content(text)):
        blocks = list(part.blocks)
        assert check_blocks(blocks, "message") == []
        assert sum(text_lengths(blocks)) <= 4000
        assert len(part.text) <= 4000
        assert letters(part.text) or not letters(str(blocks))
        found += in_blocks(blocks)
    return found


def in_blocks(blocks: list[Any]) -> Iterator[tuple[str, frozenset[str]]]:
    for block in blocks:
        if block["type"] == "text" or block["type"] == "link":
            styles = frozenset(name for name, is_on in block.get("style", {}).items() if is_on)
            yield from ((sign, styles & STYLES) for sign in letters(block.get("text") or ""))
        yield from in_blocks(block.get("elements", []))


READERS = {"discord": on_discord, "slack": on_slack, "telegram": on_telegram}
NOT_THERE = {"discord": frozenset[str](), "slack": frozenset({"spoiler"}), "telegram": frozenset[str]()}


SMALLEST_HEADINGS = {"discord": 3, "slack": 0, "telegram": 0}


@pytest.mark.parametrize("platform", READERS)
@settings(max_examples=settings.default.max_examples // 3)
@given(long_documents)
def test_nothing_is_lost_or_doubled_and_no_limit_is_passed(platform: str, document: Block) -> None:
    wanted = "".join(letters(words.text) for words in read_words(document))
    shown = READERS[platform](house_text(document))
    assert "".join(sign for sign, _ in shown) == wanted


@pytest.mark.parametrize("platform", READERS)
@given(documents)
def test_every_letter_keeps_its_styles(platform: str, document: Block) -> None:
    shown = READERS[platform](house_text(document))
    said = styled_letters(document, SMALLEST_HEADINGS[platform])
    if platform == "telegram":
        # Telegram lets code share its place with no style.
        said = [(sign, styles if "code" not in styles else frozenset()) for sign, styles in said]
    assert shown == [(sign, (styles & STYLES) - NOT_THERE[platform]) for sign, styles in said]
