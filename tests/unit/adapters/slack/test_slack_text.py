"""Slack's rich text and mrkdwn to CommonMark and back."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from adapters.slack import mrkdwn
from adapters.slack.elements import split, tidied, weight, words_of
from adapters.slack.from_commonmark import parsed, rich_text
from adapters.slack.payloads import Json
from adapters.slack.render import MOST_IN_PART
from adapters.slack.styled import escaped, plain_text
from adapters.slack.to_commonmark import commonmark

STYLES = ("bold", "italic", "strike", "code")
SIGNS = "ab *_~`[](){}<>&#|\\!-+=.:;1\u00e9\u4e2d\U0001f44b\u200d\u202e\"'@/ \t"


def words_and_styles(elements: list[Json]) -> list[tuple[str, frozenset[str]]]:
    """Every character that shows something, with its styles."""
    shown = []
    for element in elements:
        for word in words_of(element):
            styles = frozenset(name for name, is_on in word.get("style", {}).items() if is_on)
            shown += [
                (sign, styles) for sign in str(word.get("text") or word.get("url")) if not sign.isspace()
            ]
    return shown


def words_only(elements: list[Json]) -> str:
    return "".join(sign for sign, _ in words_and_styles(elements))


texts = st.text(alphabet=SIGNS, min_size=1, max_size=12)
# Words as most people write them, with here and there a sign, a line end or a space that may mean something.
MOSTLY_PLAIN = (
    *(
        "a",
        "word",
        " ",
        " ",
        "\n",
        "\n\n",
        "é",
        "😀",
        ",",
        "?",
        "!",
        "(x)",
        "1",
        "1. ",
        ".",
        ":",
        "'",
        "|",
        "-",
        "=",
        "+",
    ),
    *(
        "#",
        ">",
        "*",
        "_",
        "`",
        "~~",
        "[",
        "<",
        "&",
        "&amp;",
        "\\",
        "\t",
        "\r\n",
        "\u00a0",
        "\u2028",
        "\x0b",
        "\x00",
    ),
    *("http://x.y/z,", "https://a.b", "://"),
)
plain_texts = st.lists(st.sampled_from(MOSTLY_PLAIN), max_size=8).map("".join)
styled_words = st.builds(
    lambda text, styles: {
        "type": "text",
        "text": text,
        **({"style": dict.fromkeys(styles, True)} if styles else {}),
    },
    texts,
    st.lists(st.sampled_from(STYLES), unique=True, max_size=3),
)
plain_styled_words = st.builds(
    lambda text, styles: {
        "type": "text",
        "text": text,
        **({"style": dict.fromkeys(styles, True)} if styles else {}),
    },
    st.text(alphabet="abc de,.!", min_size=1, max_size=6).map(lambda text: f"{text} "),
    st.lists(st.sampled_from(STYLES[:3]), unique=True, max_size=2),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("*bold* _italic_ ~gone~ `code`", "**bold** _italic_ ~~gone~~ `code`", id="styles"),
        pytest.param("*bold _both_*", "**bold _both_**", id="a style within a style"),
        pytest.param(
            "snake_case_name 5*3*2", "snake_case_name 5\\*3\\*2", id="signs inside words mean nothing"
        ),
        pytest.param("*not closed", "\\*not closed", id="an open sign is a sign"),
        pytest.param("a &lt;b&gt; &amp;amp;", "a \\<b> \\&amp;", id="escaped signs are signs"),
        pytest.param("&gt; quoted\n&gt; more\nafter", "> quoted\n> more\n\nafter", id="a quote"),
        pytest.param("```x &lt; y\n*z*```", "```\nx < y\n*z*\n```", id="a fence"),
        pytest.param("• one\n• two", "- one\n- two", id="bullets"),
        pytest.param("<https://x.example|a *b*>", "[a \\*b\\*](<https://x.example>)", id="a link"),
        pytest.param("<https://x.example/a?b=1&amp;c=2>", "<https://x.example/a?b=1&c=2>", id="a bare link"),
        pytest.param(
            "1. not a list\n- nor this\n# nor that",
            "1\\. not a list\n\\- nor this\n\\# nor that",
            id="starts",
        ),
        pytest.param("||no spoiler||", "\\|\\|no spoiler\\|\\|", id="bars are bars"),
        pytest.param("10:30:45", "10:30:45", id="a time is no emoji"),
    ],
)
def test_mrkdwn_is_read_as_slack_shows_it(text: str, expected: str) -> None:
    assert commonmark(tidied(mrkdwn.rich_text(text))) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("**b** _i_ ~~s~~ `c`", "*b* _i_ ~s~ `c`", id="styles"),
        pytest.param(
            "<!channel> & @here <@U1>", "&lt;!channel&gt; &amp; @here &lt;@U1&gt;", id="nobody is pinged"
        ),
        pytest.param("[text](https://x.example)", "<https://x.example|text>", id="a link"),
        pytest.param(
            "[a|b>c](https://x.example/|)", "<https://x.example/%7C|a¦b&gt;c>", id="a link with odd signs"
        ),
        pytest.param("[x](javascript:alert)", "[x](javascript:alert)", id="no link but words"),
        pytest.param(
            "![cat](https://x.example/c.png)", "<https://x.example/c.png|cat>", id="a picture is a link"
        ),
        pytest.param("- a\n- b\n  1. c", "• a\n• b\n    1. c", id="lists"),
        pytest.param("> q\n> - r", "&gt; q\n&gt; • r", id="a quote with a list in it"),
        pytest.param("# Title", "*Title*", id="a heading is bold"),
        pytest.param("```py\na ``` b\n```", "```\na `\u200b`\u200b` b\n```", id="ticks cannot end code"),
        pytest.param("||secret||", "||secret||", id="a spoiler keeps its bars"),
        pytest.param("<b>x</b>", "&lt;b&gt;x&lt;/b&gt;", id="HTML is words"),
    ],
)
def test_commonmark_is_written_as_mrkdwn(text: str, expected: str) -> None:
    assert mrkdwn.mrkdwn(rich_text(text)) == expected


@pytest.mark.parametrize(
    ("text", "elements"),
    [
        pytest.param(
            "<u>a</u>",
            [{"type": "text", "text": "a", "style": {"underline": True}}],
            id="underline",
        ),
        pytest.param(
            "[noon](moment:5:R)",
            [{"type": "date", "timestamp": 5, "format": "{ago}", "fallback": "noon"}],
            id="a moment is shown in the reader's time zone",
        ),
        pytest.param(
            "**[noon](moment:5)**",
            [
                {
                    "type": "date",
                    "timestamp": 5,
                    "format": "{date_long_full} {time}",
                    "fallback": "noon",
                    "style": {"bold": True},
                }
            ],
            id="a bold moment",
        ),
        pytest.param(
            "<https://x.y/ä>", [{"type": "link", "url": "https://x.y/ä"}], id="an address as it was written"
        ),
        pytest.param("||a||", [{"type": "text", "text": "||a||"}], id="spoilers keep their bars"),
    ],
)
def test_words_become_elements(text: str, elements: list[Json]) -> None:
    assert rich_text(text) == [{"type": "rich_text_section", "elements": elements}]
    assert rich_text(commonmark(rich_text(text))) == rich_text(text) or "noon" in text


def test_no_number_of_ticks_ends_the_code_they_stand_in() -> None:
    code = mrkdwn.mrkdwn(rich_text("~~~~\n`````\n~~~~"))
    assert code.count("```") == 2


def test_tasks_and_tables_are_drawn() -> None:
    assert words_only(rich_text("- [ ] a\n- [x] b")) == "☐a☑b"
    (table,) = rich_text("| a | b |\n|---|---|\n| 1 | 2 |")
    assert table["type"] == "rich_text_preformatted"
    assert table["elements"] == [{"type": "text", "text": "a  b\n─  ─\n1  2"}]


@pytest.mark.parametrize(
    ("name", "language"), [("py", "python"), ("JSON", "json"), ("brainfog", None), ("", None)]
)
def test_code_says_its_language_where_slack_is_known_to_know_it(name: str, language: str | None) -> None:
    (code,) = rich_text(f"```{name}\nx\n```")
    assert code.get("language") == language


@pytest.mark.parametrize("text", ["a | b\n--|--", "|a|\n|-|", "a | b\n:-- | --:"])
def test_bars_and_dashes_that_were_typed_are_no_table(text: str) -> None:
    (section,) = rich_text(plain_text(text))
    assert section["elements"] == [{"type": "text", "text": text}]


def test_nested_lists_keep_their_depth_and_numbers() -> None:
    text = "1. one\n   - inner\n   - more\n2. two\n\n3. three"
    elements = rich_text(text)
    assert [
        (one["style"], one["indent"], one.get("offset", 0), len(one["elements"])) for one in elements
    ] == [
        ("ordered", 0, 0, 1),
        ("bullet", 1, 0, 2),
        ("ordered", 0, 1, 2),
    ]
    assert rich_text(commonmark(elements)) == elements


def test_quotes_nested_beyond_reason_are_shown_as_they_were_typed() -> None:
    assert words_only(rich_text(">" * 500 + " deep")) == ">" * 500 + "deep"


@given(st.text(alphabet=SIGNS + "\n", max_size=60))
def test_escaped_text_reads_as_it_was_typed(text: str) -> None:
    shown = words_only(rich_text(escaped(text)))
    assert shown == re.sub(r"\s", "", text)


@given(st.text(alphabet=SIGNS + "\n", max_size=60))
def test_escaped_text_means_nothing_to_a_commonmark_reader_either(text: str) -> None:
    for token in MarkdownIt("commonmark").enable("strikethrough").parse(escaped(text)):
        kinds = {child.type for child in token.children or ()}
        assert token.type in {"paragraph_open", "paragraph_close", "inline"}
        assert kinds <= {"text", "softbreak", "hardbreak", "text_special"}


@given(st.lists(styled_words, min_size=1, max_size=6))
def test_no_word_is_lost_whatever_its_styles_and_neighbours_are(words: list[Json]) -> None:
    section = {"type": "rich_text_section", "elements": words}
    assert words_only(rich_text(commonmark([section]))) == words_only([section])


@given(st.lists(plain_styled_words, min_size=1, max_size=6))
def test_words_with_spaces_between_them_keep_their_styles(words: list[Json]) -> None:
    section = {"type": "rich_text_section", "elements": words}
    assert words_and_styles(rich_text(commonmark([section]))) == words_and_styles([section])


@given(st.text(max_size=300))
def test_any_text_becomes_elements_that_slack_takes(text: str) -> None:
    for element in rich_text(text):
        assert element["type"] in {
            *("rich_text_section", "rich_text_list", "rich_text_quote", "rich_text_preformatted"),
        }
        assert all(word["type"] in {"text", "link"} and word.get("text", "x") for word in words_of(element))


@settings(max_examples=30, deadline=None)
@given(st.text(alphabet="ab *_`[(!<>~\n", min_size=1, max_size=40), st.integers(200, 900))
def test_long_text_is_cut_into_parts_within_the_limit_and_loses_nothing(pattern: str, times: int) -> None:
    elements = rich_text(pattern * times)
    parts = split(elements, MOST_IN_PART)
    assert all(sum(weight(element) for element in part) <= MOST_IN_PART for part in parts)
    assert "".join(words_only(part) for part in parts) == words_only(elements)


def test_a_cut_falls_between_paragraphs_sentences_or_words_and_reopens_code() -> None:
    code = "\n".join(f"line {number}" for number in range(900))
    parts = split(rich_text(f"{'Some words. ' * 200}\n\n```\n{code}\n```"), MOST_IN_PART)
    assert all(part[-1]["type"] == "rich_text_preformatted" for part in parts[1:])
    lines = [
        line
        for part in parts
        for word in words_of({"elements": part})
        for line in str(word["text"]).split("\n")
    ]
    assert {line for line in lines if line.startswith("line")} == set(code.split("\n"))


@pytest.mark.parametrize("cluster", ["e\u0301", "👩\u200d💻", "👍🏽", "🇩🇪", "❤\ufe0f"])
def test_a_cut_never_splits_what_is_one_sign_to_the_eye(cluster: str) -> None:
    for lead in range(6):
        parts = split(rich_text("x" * lead + cluster * 2500), MOST_IN_PART)
        texts = [
            "".join(str(word["text"]) for element in part for word in words_of(element)) for part in parts
        ]
        assert all(text.lstrip("x").replace(cluster, "") == "" for text in texts)


def test_a_long_line_that_is_parsed_in_pieces_stays_one_line() -> None:
    (section,) = rich_text("word " * 4000)
    assert "\n" not in "".join(str(word["text"]) for word in words_of(section))
    assert words_only([section]) == "word" * 4000


@given(plain_texts)
def test_text_without_markup_is_shown_as_the_parser_would_show_it(text: str) -> None:
    assert rich_text(text) == parsed(text)


@given(plain_texts)
def test_words_without_styles_read_as_they_do_among_others(text: str) -> None:
    element: Json = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    assert plain_text(text) == commonmark([element])
