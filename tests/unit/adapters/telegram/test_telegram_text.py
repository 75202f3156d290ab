"""What people type on Telegram means the same in CommonMark, and what we write in CommonMark the same on Telegram."""

import re
from typing import Any

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.telegram.escape import shows_itself
from adapters.telegram.formatted import MAX_ENTITIES, Formatted, Span, utf16_length
from adapters.telegram.mentions import without_mentions
from adapters.telegram.split import split
from adapters.telegram.text_in import to_commonmark
from adapters.telegram.text_out import from_commonmark

STYLES = {"bold", "italic", "strikethrough", "spoiler"}


def entity(kind: str, offset: int, length: int, **more: Any) -> dict[str, Any]:
    return {"type": kind, "offset": offset, "length": length, **more}


@pytest.mark.parametrize(
    ("text", "entities", "commonmark"),
    [
        pytest.param("It is 5 o'clock.", [], "It is 5 o'clock.", id="plain text stays as it is"),
        pytest.param("bold", [entity("bold", 0, 4)], "**bold**", id="bold"),
        pytest.param("it", [entity("italic", 0, 2)], "_it_", id="italic"),
        pytest.param("no", [entity("strikethrough", 0, 2)], "~~no~~", id="struck out"),
        pytest.param("x = 1", [entity("code", 0, 5)], "`x = 1`", id="code"),
        pytest.param("dark", [entity("spoiler", 0, 4)], "||dark||", id="spoiler"),
        pytest.param("a bc d", [entity("underline", 2, 2)], "a <u>bc</u> d", id="underline"),
        pytest.param(
            "at noon",
            [entity("date_time", 3, 4, unix_time=43200, date_time_format="t")],
            "at [noon](moment:43200:t)",
            id="a moment",
        ),
        pytest.param(
            "at *noon*",
            [entity("date_time", 3, 6, unix_time=43200)],
            "at \\*noon\\* ([1970-01-01 12:00 UTC](moment:43200))",
            id="words that a moment explains",
        ),
        pytest.param("no", [entity("date_time", 0, 2)], "no", id="a moment without a time"),
        pytest.param("a | b\n--|--", [], "a | b\n\\--|--", id="bars and dashes are no table"),
        pytest.param("|a|\n|:-|", [], r"\|a\|" "\n" r"\|:-\|", id="nor between bars"),
        pytest.param("😀 hi", [entity("bold", 3, 2)], "😀 **hi**", id="offsets count UTF-16 units"),
        pytest.param(
            "see here",
            [entity("text_link", 4, 4, url="https://example.com/a?b=1")],
            "see [here](https://example.com/a?b=1)",
            id="a link keeps its address",
        ),
        pytest.param(
            "https://example.com/a_b*c",
            [entity("url", 0, 25)],
            "<https://example.com/a_b*c>",
            id="a bare address needs no escapes",
        ),
        pytest.param(
            "Ask Dana", [entity("text_mention", 4, 4, user={"id": 5})], "Ask @Dana", id="a mention is a name"
        ),
        pytest.param(
            "click",
            [entity("text_link", 0, 5, url="tg://user?id=1")],
            "click",
            id="a link to an account is plain",
        ),
        pytest.param(
            "a\nprint(1)\nb",
            [entity("pre", 2, 8, language="python")],
            "a\n```python\nprint(1)\n```\nb",
            id="a code block becomes a fence with its language",
        ),
        pytest.param(
            "they said\nyes",
            [entity("blockquote", 0, 9)],
            "> they said\n\nyes",
            id="a quote ends before what follows",
        ),
        pytest.param(
            "bold and both it",
            [entity("bold", 0, 13), entity("italic", 9, 7)],
            "**bold and _both_** _it_",
            id="overlapping styles are nested",
        ),
        pytest.param("bold ", [entity("bold", 0, 5)], "**bold** ", id="white space moves out of the mark"),
        pytest.param(
            "# 1 * 2 [x](y) <b> a_b _c_", [], r"\# 1 * 2 \[x\](y) \<b> a_b \_c\_", id="typed marks stay typed"
        ),
        pytest.param("- a\n1. b\n> c", [], "\\- a\n1\\. b\n\\> c", id="typed lists and quotes stay typed"),
    ],
)
def test_telegram_text_becomes_commonmark(text: str, entities: list[dict[str, Any]], commonmark: str) -> None:
    assert to_commonmark(text, entities) == commonmark


@pytest.mark.parametrize(
    "entities",
    [
        [entity("bold", -5, 2)],
        [entity("bold", 90, 2)],
        [entity("bold", 1, 900)],
        [{"type": "bold"}],
        [entity("bold", 0, 0)],
        [{"type": None, "offset": "a", "length": None}],
    ],
)
def test_broken_entities_never_cost_the_text(entities: list[dict[str, Any]]) -> None:
    assert "hello" in to_commonmark("hello", entities).replace("*", "")


@pytest.mark.parametrize(
    ("commonmark", "text", "spans"),
    [
        pytest.param("**a** _b_", "a b", [("bold", "a"), ("italic", "b")], id="styles"),
        pytest.param("<u>a</u>", "a", [("underline", "a")], id="underline"),
        pytest.param("[noon](moment:5:R)", "noon", [("date_time", "noon")], id="a moment"),
        pytest.param("- [ ] a\n- [x] b", "• ☐ a\n• ☑ b", [], id="tasks"),
        pytest.param(
            "| a | b |\n|-|-|\n| 1 | 2 |", "a  b\n─  ─\n1  2", [("pre", "a  b\n─  ─\n1  2")], id="a table"
        ),
        pytest.param("# Title\n\ntext", "Title\n\ntext", [("bold", "Title")], id="a heading is bold"),
        pytest.param("- a\n- b\n  - c", "• a\n• b\n   • c", [], id="nested lists"),
        pytest.param("3. a\n4. b", "3. a\n4. b", [], id="numbers begin where they began"),
        pytest.param("> q\n\nafter", "q\nafter", [("blockquote", "q")], id="a quote"),
        pytest.param("> a\n> > b", "a\nb", [("blockquote", "a\nb")], id="a quote in a quote is one quote"),
        pytest.param("```py\nx\n```", "x", [("pre", "x")], id="a fence"),
        pytest.param("[a](https://x.y)", "a", [("text_link", "a")], id="a link"),
        pytest.param("<https://x.y/_z_>", "https://x.y/_z_", [], id="a bare address needs no entity"),
        pytest.param("[a](tg://user?id=5)", "[a](tg://user?id=5)", [], id="a link to an account is no link"),
        pytest.param("[a](javascript:alert(1))", "[a](javascript:alert(1))", [], id="a script is no link"),
        pytest.param(
            "[mail](mailto:a@b.c)", "mail (a@b.c)", [], id="an address that Telegram cannot link is shown"
        ),
        pytest.param("||**x**||", "x", [("bold", "x"), ("spoiler", "x")], id="a spoiler"),
        pytest.param("one\ntwo\\\nthree", "one\ntwo\nthree", [], id="every line break is kept"),
        pytest.param("<b>x</b>", "<b>x</b>", [], id="HTML is only text"),
        pytest.param("![cat](https://x.y/c.png)", "cat", [("text_link", "cat")], id="a picture is a link"),
        pytest.param("a\n\n---\n\nb", "a\n\n———\n\nb", [], id="a rule"),
    ],
)
def test_commonmark_becomes_telegram_text(commonmark: str, text: str, spans: list[tuple[str, str]]) -> None:
    written = from_commonmark(commonmark)
    assert written.text == text
    assert sorted((span.kind, written.text[span.start : span.end]) for span in written.spans) == sorted(spans)


ATOMS = [
    "a",
    "Z",
    "1",
    "é",
    "日",
    "😀",
    " ",
    "\n",
    "\n\n",
    *"_&<>|~][)(!-=+#.;:/'\"@^{}$*`\\",
    "<3 ",
    "&amp",
    "a_b",
]


@settings(max_examples=1000, deadline=None)
@given(st.lists(st.sampled_from(ATOMS), max_size=12).map("".join))
def test_what_is_sent_without_being_parsed_has_nothing_to_parse(text: str) -> None:
    assume(shows_itself(text))
    tokens = MarkdownIt("commonmark", {"html": False}).enable("strikethrough").parse(text)
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    inner = [child for token in tokens for child in token.children or ()]
    assert {child.type for child in inner} <= {"text", "softbreak", "hardbreak"}
    shown = "".join(child.content for child in inner)
    assert "".join(shown.split()) == "".join(text.split())


def test_addresses_and_single_marks_are_not_worth_parsing() -> None:
    assert all(map(shows_itself, ("https://x.example/a_b?c=1&d=2", "R & D", "a <3 b", "~5", "1 | 2", "a]")))
    assert not any(map(shows_itself, ("_a_", "a_", "AT&T;", "<a@b>", "~~a~~", "||a||", "[a", "*", "`", "\\")))


def test_entities_count_utf16_units() -> None:
    assert from_commonmark("😀 **b😀** `c`").entities() == [
        entity("bold", 3, 3),
        entity("code", 7, 1),
    ]


def test_of_more_than_a_hundred_entities_the_links_are_kept() -> None:
    written = from_commonmark("**a** " * 150 + "[x](https://x.y)")
    entities = written.entities()
    assert len(entities) == MAX_ENTITIES
    assert [e["type"] for e in entities].count("text_link") == 1


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hi @tom", "hi @\u2060tom"),
        ("(@tom)", "(@\u2060tom)"),
        ("a@b.example", "a@b.example"),
        ("https://x.example/@tom @ann", "https://x.example/@tom @\u2060ann"),
        ("5 @ 3", "5 @ 3"),
    ],
)
def test_no_account_is_mentioned(text: str, shown: str) -> None:
    assert without_mentions(Formatted(text)).text == shown


def test_breaking_a_mention_moves_the_entities_behind_it() -> None:
    whole = without_mentions(from_commonmark("@a `@b` @c **d**"))
    assert [whole.text[span.start : span.end] for span in whole.spans] == ["@b", "d"]


ALPHABET = st.sampled_from(
    [
        *"abcZ9 _*~|`[]()<>&#;!.-+=\\\"'@:/\n",
        *("é", "😀", "漢", "—", "&amp;", "1. ", "https://a.b/c_d", "||", "~~", "```", "    "),
    ]
)
TEXTS = st.lists(ALPHABET, min_size=1, max_size=14).map("".join)


@st.composite
def formatted_texts(draw: st.DrawFn) -> Formatted:
    text = draw(TEXTS)
    spans = []
    for _ in range(draw(st.integers(0, 4))):
        start, end = draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))
        kind = draw(st.sampled_from([*sorted(STYLES), "code", "text_link"]))
        if start < end:
            spans.append(Span(kind, start, end, url="http://u.v/x?y=1&z=(2)" if kind == "text_link" else ""))
    return Formatted(text, tuple(spans))


def looks(whole: Formatted) -> list[tuple[str, frozenset[str]]]:
    return [
        (
            character,
            frozenset(span.kind for span in whole.spans if span.start <= index < span.end) & STYLES,
        )
        for index, character in enumerate(whole.text)
        if not character.isspace()
    ]


def words(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip()


@settings(max_examples=400, deadline=None)
@given(formatted_texts())
def test_whatever_is_typed_comes_back_with_the_same_letters_and_looks(typed: Formatted) -> None:
    back = from_commonmark(to_commonmark(typed.text, typed.entities()))
    assert words(back.text) == words(typed.text)
    if not any(span.kind == "code" for span in typed.spans):
        assert looks(back) == looks(typed)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from([*"ab .\n", "😀", "e\u0301", "👩🏽‍🚀", "🇩🇪", "`", "**"]), max_size=120).map(
        "".join
    ),
    st.integers(16, 60),
)
def test_parts_keep_to_the_limit_and_together_are_the_whole(text: str, limit: int) -> None:
    whole = from_commonmark(text)
    parts = split(whole, limit)
    assert all(0 < part.units <= limit for part in parts)
    assert re.sub(r"\s", "", "".join(part.text for part in parts)) == re.sub(r"\s", "", whole.text)
    for part in parts:
        assert all(0 <= span.start < span.end <= len(part.text) for span in part.spans)


@pytest.mark.parametrize(
    ("text", "limit", "parts"),
    [
        pytest.param("One two. Three four.", 12, ["One two.", "Three four."], id="between sentences"),
        pytest.param("first\n\nsecond third", 14, ["first", "second third"], id="words stay together"),
        pytest.param("aaaa 🇩🇪🇩🇪🇩🇪", 9, ["aaaa", "🇩🇪🇩🇪", "🇩🇪"], id="never within a flag"),
        pytest.param("see [all of it](https://x.y)", 12, ["see", "all of it"], id="never within a link"),
        pytest.param("ab\n```\ncd\nef\n```", 6, ["ab", "cd\nef"], id="never within code that fits"),
        pytest.param(
            "```\nab\n  cd\n  ef\n```", 6, ["ab", "  cd", "  ef"], id="code that does not fit by lines"
        ),
    ],
)
def test_long_text_is_cut_where_a_reader_would(text: str, limit: int, parts: list[str]) -> None:
    assert [part.text for part in split(from_commonmark(text), limit)] == parts


def test_formatting_goes_on_behind_a_cut() -> None:
    parts = split(from_commonmark("```py\n" + "x = 1\n" * 1000 + "```"))
    assert len(parts) > 1
    assert all([(span.kind, span.language) for span in part.spans] == [("pre", "py")] for part in parts)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 100_000,
        "> " * 50_000 + "deep",
        "*" * 100_000,
        "@everyone " * 10_000,
        "\u200b" * 100_000,
        "\u202e" + "x" * 100_000,
        "|| " * 33_000,
        "a\u0301" * 50_000,
        "👩🏽‍🚀" * 20_000,
        "`" * 100_000,
        " " * 100_000,
        "- " * 50_000 + "x",
        "\x00\x01" * 1000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_hostile_text_is_split_within_the_limits(text: str) -> None:
    parts = split(without_mentions(from_commonmark(text)))
    assert all(part.units <= 4096 and len(part.entities()) <= MAX_ENTITIES for part in parts)
    kept = sum(len(part.text.replace("\u2060", "").replace(" ", "")) for part in parts)
    assert kept >= len(text.replace(" ", "").replace("\x00", "")) * 0.9 or set(text) <= set("* `|")


def test_utf16_length_counts_surrogate_pairs_twice() -> None:
    assert utf16_length("a😀b") == 4
