"""Where a long text is cut: never in a word, a link, code or what is one character to the eye, on any platform."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adapters.discord.render import render
from adapters.graphemes import is_inside
from adapters.slack.elements import words_of
from adapters.slack.render import parts as slack_parts
from adapters.telegram.render import parts as telegram_parts
from bot.core.content import Content
from sandbox.markup.discord import discord_tree

CHARACTERS = (
    "e\u0301",
    "नि",
    "क्ष",
    "각",
    "각",
    "👩🏽\u200d🚒",
    "👍🏽",
    "🇭🇷",
    "❤\ufe0f",
    "ก\u0e33",
    "x",
    "é",
    "漢",
)

Pieces = list[tuple[str, str, str]]
"""(kind, words, address or language) of each stretch of one message: text, link or pre."""


def on_discord(text: str) -> list[Pieces]:
    return [_tree(discord_tree(part.payload["content"])) for part in render(Content(text))]


def _tree(tree: list[Any]) -> Pieces:
    found: Pieces = []
    for node in tree:
        if isinstance(node, str):
            found.append(("text", node, ""))
        elif node["as"] in ("pre", "link"):
            words = "".join(one for one in node["of"] if isinstance(one, str))
            found.append((node["as"], words, node.get("language") or node.get("url", "")))
        else:
            found += _tree(node.get("of", [("\n")]))
    return found


def on_slack(text: str) -> list[Pieces]:
    return [
        [piece for block in part.blocks for element in block["elements"] for piece in _element(element)]
        for part in slack_parts(Content(text))
    ]


def _element(element: dict[str, Any]) -> Pieces:
    if element["type"] == "rich_text_preformatted":
        return [("pre", "".join(word["text"] for word in element["elements"]), element.get("language", ""))]
    return [(word["type"], word.get("text", ""), word.get("url", "")) for word in words_of(element)]


def on_telegram(text: str) -> list[Pieces]:
    return [_spans(part.text) for part in telegram_parts(Content(text))]


def _spans(whole: Any) -> Pieces:
    found: Pieces = []
    at = 0
    for span in sorted(whole.spans, key=lambda span: span.start):
        found.append(("text", whole.text[at : span.start], ""))
        kind = {"text_link": "link", "pre": "pre"}.get(span.kind, span.kind)
        found.append((kind, whole.text[span.start : span.end], span.url or span.language))
        at = span.end
    return [*found, ("text", whole.text[at:], "")]


PLATFORMS: dict[str, Callable[[str], list[Pieces]]] = {
    "discord": on_discord,
    "slack": on_slack,
    "telegram": on_telegram,
}
everywhere = pytest.mark.parametrize("platform", PLATFORMS)
some = settings(max_examples=settings.default.max_examples // 3)
words = st.lists(st.sampled_from(CHARACTERS), min_size=1, max_size=12).map("".join)


def numbered(found: list[str], count: int) -> list[str]:
    return [f"{found[number % len(found)]}{number}" for number in range(count)]


@everywhere
@some
@given(
    st.lists(words, min_size=1, max_size=5),
    st.integers(500, 1200),
    st.sampled_from([" ", "\n", ". ", "\n\n"]),
)
def test_no_word_is_cut(platform: str, found: list[str], count: int, gap: str) -> None:
    text = numbered(found, count)
    parts = PLATFORMS[platform](gap.join(text))
    read = [word.rstrip(".") for part in parts for word in "\n".join(piece for _, piece, _ in part).split()]
    assert read == [word.rstrip(".") for word in text]


@everywhere
@some
@given(st.sampled_from(CHARACTERS), st.integers(0, 40), st.integers(1500, 4000))
def test_a_word_that_is_longer_than_a_message_is_cut_between_characters(
    platform: str, character: str, lead: int, count: int
) -> None:
    parts = PLATFORMS[platform]("y" * lead + character * count)
    texts = ["".join(words for _, words, _ in part) for part in parts]
    assert "".join(texts) == "y" * lead + character * count
    assert all(set(text.lstrip("y").split(character)) <= {""} for text in texts)


@everywhere
@some
@given(words, st.integers(150, 250))
def test_no_link_is_cut(platform: str, found: str, count: int) -> None:
    links = [(f"{found} {number}", f"https://example.org/{number}") for number in range(count)]
    parts = PLATFORMS[platform](" and ".join(f"[{shown}]({url})" for shown, url in links))
    read = [(shown, url) for part in parts for kind, shown, url in part if kind == "link"]
    assert read == links


@everywhere
@some
@given(words, st.integers(150, 900))
def test_code_that_is_cut_is_code_with_its_language_in_every_message(
    platform: str, found: str, count: int
) -> None:
    lines = [f"  {found} = {number}" for number in range(count)]
    code = "\n".join(lines)
    parts = PLATFORMS[platform](f"Before.\n\n```python\n{code}\n```\n\nAfter.")
    blocks = [(words, language) for part in parts for kind, words, language in part if kind == "pre"]
    assert [line for words, _ in blocks for line in words.split("\n")] == lines
    assert {language for _, language in blocks} == {"python"}
    outside = " ".join(words for part in parts for kind, words, _ in part if kind != "pre")
    assert outside.split() == ["Before.", "After."]


@pytest.mark.parametrize("character", CHARACTERS)
def test_what_is_one_character_to_the_eye_has_no_inside(character: str) -> None:
    text = character * 3
    inner = {at for at in range(1, len(text)) if is_inside(text, at)}
    assert inner == {at for at in range(1, len(text)) if at % len(character)}
