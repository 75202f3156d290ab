"""Words that people gave are shown as exactly these words, whatever is in them."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from bot.core.texts import Markdown, Texts, escape, plain, shorten

_MARKDOWN = MarkdownIt("commonmark").enable(["strikethrough", "table"])

# What people type, with all that means something in CommonMark, several of them in a row.
_HOSTILE = st.text(st.sampled_from("ab1 \n\t\\`*_~|[](){}<>#&!-+.:=\"'/@;%äα😀\u200b"), max_size=60)


def _shown(tokens: list[Token]) -> str:
    """What a reader sees: the words of every block, a line each."""
    lines: list[str] = []
    for token in tokens:
        assert token.type in {"paragraph_open", "paragraph_close", "inline"}, token.type
        if token.type != "inline":
            continue
        words = ""
        for child in token.children or []:
            assert child.type in {"text", "softbreak", "hardbreak", "text_special"}, child.type
            words += "\n" if child.type.endswith("break") else child.content
        lines.append(words)
    return "\n".join(lines)


def _without_layout(text: str) -> list[str]:
    """The words line by line: CommonMark keeps neither empty lines nor white space at the edges of lines."""
    lines = (line.strip() for line in re.split(r"\r\n|\r|\n", text))
    return [line for line in lines if line]


@given(_HOSTILE | st.text(max_size=60).filter(lambda text: "\0" not in text))
def test_escaped_words_are_shown_as_exactly_these_words(text: str) -> None:
    shown = _shown(_MARKDOWN.parse(escape(text)))
    assert _without_layout(shown) == _without_layout(text)


@given(_HOSTILE)
def test_escaped_words_stay_words_inside_a_sentence(text: str) -> None:
    line = " ".join(text.split())
    shown = _shown(_MARKDOWN.parse(f"**bold** {escape(line)} end"[len("**bold** ") :]))
    assert shown.strip() == f"{line} end".strip()


@given(_HOSTILE)
def test_plain_takes_back_what_escape_did(text: str) -> None:
    assert _without_layout(plain(escape(text))) == _without_layout(text)


@pytest.mark.parametrize(
    ("commonmark", "words"),
    [
        pytest.param("My **shelf** _wobbles_ ~~a lot~~", "My shelf wobbles a lot", id="emphasis"),
        pytest.param("***both***", "both", id="bold and italic"),
        pytest.param("||the secret||", "the secret", id="spoiler"),
        pytest.param("see [the page](<https://x.example/a_(b)>)!", "see the page!", id="link"),
        pytest.param("see [the page](https://x.example)!", "see the page!", id="bare link target"),
        pytest.param("<https://x.example/a_b_c>", "https://x.example/a_b_c", id="autolink"),
        pytest.param("`a*b` and ``c`d``", "a*b and c`d", id="code keeps its marks"),
        pytest.param("```py\nprint('*')\n```", "print('*')", id="code block keeps its marks"),
        pytest.param("> quoted\n> twice", "quoted\ntwice", id="quote"),
        pytest.param("# Title\ntext", "Title\ntext", id="heading"),
        pytest.param(r"2 \* 3 \_ 4 \#5", "2 * 3 _ 4 #5", id="escapes"),
        pytest.param("snake_case_name", "snake_case_name", id="underscores within words"),
        pytest.param("2 * 3 * 4", "2 * 3 * 4", id="stars between spaces"),
        pytest.param("Tom &amp; Ann", "Tom & Ann", id="entity"),
        pytest.param("", "", id="nothing"),
    ],
)
def test_plain_keeps_the_words_and_drops_the_markup(commonmark: str, words: str) -> None:
    assert plain(commonmark) == words


@given(st.text(max_size=300), st.integers(2, 120))
def test_shortened_words_fit(text: str, length: int) -> None:
    short = shorten(text, length)
    assert len(short) <= length
    assert "\n" not in short


def test_words_are_cut_between_words_where_that_is_near() -> None:
    assert shorten("one two three four", 10) == "one two…"
    assert shorten("onetwothreefour", 10) == "onetwothr…"
    assert shorten("short", 10) == "short"


class _Upper:
    """A catalogue that shows that it was asked."""

    language = "en"

    def gettext(self, message: str) -> str:
        return message.upper().replace("{NAME}", "{name}").replace("{N}", "{n}")

    def ngettext(self, singular: str, plural: str, n: int) -> str:
        return self.gettext(singular if n == 1 else plural)

    def number(self, n: int) -> str:
        return str(n)

    def percent(self, share: float) -> str:
        return f"{share:.0%}"

    def measure(self, n: int, unit: str) -> str:
        return f"{n} {unit}"


def test_values_are_escaped_unless_they_are_markdown_already() -> None:
    texts = Texts(_Upper())
    assert texts.text("hello {name}", name="*Bob*") == "HELLO \\*Bob\\*"
    assert texts.text("hello {name}", name=Markdown("*Bob*")) == "HELLO *Bob*"
    assert texts.label("hello {name}", name="*Bob*") == "HELLO *Bob*"


def test_braces_in_a_value_are_only_words() -> None:
    texts = Texts(_Upper())
    assert texts.text("hello {name}", name="{company} {0} {") == "HELLO {company} {0} {"
    assert texts.label("hello {name}", name="{company}") == "HELLO {company}"


def test_the_plural_is_the_catalogues_choice() -> None:
    texts = Texts(_Upper())
    assert texts.plural("{n} ticket", "{n} tickets", 1) == "1 TICKET"
    assert texts.plural("{n} ticket", "{n} tickets", 5) == "5 TICKETS"
