"""Whatever people and bots write, what is stored is text whose entities nest and stay inside of it."""

from collections.abc import Callable
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.telegram import utf16
from sandbox.telegram.errors import ApiError
from sandbox.telegram.formatting import fix_formatted_text
from sandbox.telegram.markup_html import parse_html
from sandbox.telegram.markup_markdown import parse_markdown, parse_markdown_v2
from sandbox.telegram.markup_typed import parse_typed
from sandbox.telegram.model import Entity, FormattedText

WORDS = ["a", "🛋", " ", "\n", "\r", "\ud800", "/start", "@allhands_bot", "x.com", "#tag", "\\"]
HTML = [
    "<b>",
    "</b>",
    "<i>",
    "</i>",
    "<code>",
    "</code>",
    "<pre>",
    "</pre>",
    '<a href="x.com">',
    "</a>",
    "&lt;",
    "&",
    "<",
]
QUOTES = ["<blockquote>", "</blockquote>", "<tg-spoiler>", "</tg-spoiler>", ">"]
MARKDOWN = ["*", "_", "__", "~", "||", "`", "```", "[", "](x.com)", "![", ">", "(", ")", ".", "-"]
TYPED = ["**", "__", "~~", "||", "`", "```", "[", "](x.com)", "*"]
KINDS = ["bold", "italic", "spoiler", "code", "pre", "blockquote", "text_link"]
ENTITIES = st.lists(
    st.builds(
        Entity, st.sampled_from(KINDS), st.integers(-1, 12), st.integers(-1, 12), url=st.just("http://x.com/")
    ),
    max_size=6,
)


def written(parts: list[str]) -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS + parts), max_size=14).map("".join)


def assert_sound(stored: FormattedText) -> None:
    stored.text.encode()
    size = utf16.length(stored.text)
    for index, entity in enumerate(stored.entities):
        assert 0 <= entity.offset < entity.end <= size
        for other in stored.entities[index + 1 :]:
            is_apart = entity.end <= other.offset or other.end <= entity.offset
            is_nested = entity.offset <= other.offset and other.end <= entity.end
            assert is_apart or is_nested
            assert is_apart or entity.type not in {"code", "pre"}


def assert_sound_or_refused(parse: Callable[[str], FormattedText], text: str) -> None:
    # Anything but ApiError would be a fault of the server.
    with suppress(ApiError):
        assert_sound(fix_formatted_text(parse(text), is_empty_allowed=True))


@settings(deadline=None, max_examples=200)
@given(written(HTML + QUOTES))
def test_html_is_stored_soundly_or_refused(text: str) -> None:
    assert_sound_or_refused(parse_html, text)


@settings(deadline=None, max_examples=200)
@pytest.mark.parametrize("parse", [parse_markdown_v2, parse_markdown])
@given(text=written(MARKDOWN))
def test_markdown_is_stored_soundly_or_refused(parse: Callable[[str], FormattedText], text: str) -> None:
    assert_sound_or_refused(parse, text)


@settings(deadline=None, max_examples=200)
@given(written(TYPED))
def test_what_people_type_is_never_refused(text: str) -> None:
    assert_sound(fix_formatted_text(parse_typed(text), is_empty_allowed=True))


@settings(deadline=None, max_examples=200)
@given(st.lists(st.sampled_from(WORDS), max_size=8).map("".join), ENTITIES)
def test_given_entities_are_made_to_nest_or_refused(text: str, entities: list[Entity]) -> None:
    assert_sound_or_refused(lambda raw: FormattedText(raw, tuple(entities)), text)
