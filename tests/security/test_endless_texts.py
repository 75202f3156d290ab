"""Texts made to keep the bot busy: what reads them takes as long as they are, not the square of it.

With the square of it, these tests would take minutes instead of moments.
"""

import pytest

from adapters.house_text import house_parser
from adapters.slack.mrkdwn import rich_text
from adapters.slack.to_commonmark import commonmark
from bot.core.policies.words import agrees_to_person, asks_something, is_greeting, is_thanks, wants_person
from bot.core.texts import escape, plain
from handlers.queueing import subject_of

LONG = 150_000
SIGNS = [
    "`",
    "` ",
    "~",
    "*",
    "* ",
    "_",
    "[",
    "](",
    "<",
    ">",
    "> ",
    "#",
    "-",
    "- ",
    "&",
    "\\",
    "|",
    "\n",
    " ",
    "\t",
    "é ",
]


@pytest.mark.parametrize("sign", SIGNS)
def test_words_are_judged_and_shown_in_one_pass(sign: str) -> None:
    text = f"a{sign * (LONG // len(sign))}b"
    for read in (
        plain,
        escape,
        wants_person,
        is_thanks,
        is_greeting,
        asks_something,
        agrees_to_person,
        subject_of,
    ):
        read(text)


def test_a_run_of_ticks_that_nothing_closes_is_only_ticks() -> None:
    assert plain("a ``b` and `c` d") == "a ``b and c` d"


@pytest.mark.parametrize("sign", [" ", "\t", "\n", " \n", "\n\n a", "|\n", "-\n", "=\n", ":-\n"])
def test_a_gap_in_a_slack_message_is_read_in_one_pass(sign: str) -> None:
    text = f"a{sign * (200_000 // len(sign))}b"
    section = {"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}
    assert commonmark([section]).startswith("a")


@pytest.mark.parametrize("row", ["a\n", "|\n", f"|{'a|' * 39}\n"])
def test_a_table_of_few_characters_is_not_taken_apart_into_very_many_cells(row: str) -> None:
    head = f"|{'a|' * 39}\n|{'-|' * 39}\n"
    parser = house_parser(most_nesting=20)
    assert len(parser.parse(f"{head}{row * (20_000 // len(row))}")) < 20_000
    assert [token.type for token in parser.parse(f"{head}{row * 90}")] == ["fence"]


def test_a_slack_message_of_nothing_but_marks_is_shown_as_it_was_typed() -> None:
    (section,) = rich_text(f"*bold* <@U1> {'*a ' * 5000}")
    assert [word["type"] for word in section["elements"]] == ["text", "user", "text"]
    assert section["elements"][0]["text"] == "*bold* "
