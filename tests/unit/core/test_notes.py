"""What begins with two strokes is for the team alone."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.policies.notes import is_note, passes_on
from bot.core.texts import escape


@pytest.mark.parametrize(
    "text",
    [
        "// x",
        "//x",
        "//",
        "  // x",
        "\n\n\t// x",
        "\\/\\/ x",
        "\\// x",
        "/\\/ x",
        "**// x**",
        "_// x_",
        "~~// x~~",
        "||// x||",
        "> // x",
        "> > // x",
        "- // x",
        "# // x",
        "***//*** x",
        "/**/** x",
        "\u200b// x",
        "\ufeff//\u200b x",
        "/\u00ad/ x",
        "／／ x",
        "/// x",
        "\u202e// x",
    ],
)
def test_it_is_a_note_however_it_is_written(text: str) -> None:
    assert is_note(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "/ /",
        "https://x.example",
        "x // y",
        "`//` is a comment",
        "[//](<https://x>)",
        "1. // x",
        "/claim //",
    ],
)
def test_two_strokes_elsewhere_are_only_words(text: str) -> None:
    assert not is_note(text)


@given(st.text(max_size=20), st.sampled_from(["", " ", "\n", "\t \n"]))
def test_whatever_follows_the_strokes_it_is_a_note(words: str, layout: str) -> None:
    assert is_note(f"{layout}//{words}")
    assert is_note(escape(f"{layout}//{words}"))


NOTES = ("He is **late** with\nthe bill", "// call\n\nfirst", "")


@pytest.mark.parametrize(
    ("forwarded", "is_passed_on"),
    [
        pytest.param("He is **late** with\nthe bill", True, id="as it was"),
        pytest.param("He is late with the bill", True, id="without its markup"),
        pytest.param("> He is **late** with\n> the bill", True, id="in a quote, as Slack shows it"),
        pytest.param("What do you say?\n\n> // call\n>\n> first", True, id="behind words of one's own"),
        pytest.param("He is late with the bill again", False, id="other words"),
        pytest.param("late", False, id="a part of it"),
        pytest.param("", False, id="no words"),
    ],
)
def test_a_note_is_known_when_it_is_forwarded(forwarded: str, is_passed_on: bool) -> None:
    assert passes_on(forwarded, NOTES) is is_passed_on
