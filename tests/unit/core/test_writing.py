"""An article as people write it in one message: what is read from it, and that it is read as it was written."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.article import ArticleText, Audience, difference
from bot.core.policies.writing import Unreadable, key_for, parse_article, written

WORDS = st.from_regex(r"[a-zčšž0-9?!]{1,8}( [a-zčšž0-9?!]{1,8}){0,4}", fullmatch=True)
LISTS = st.lists(WORDS, max_size=3, unique=True).map(tuple)
TEXTS = st.builds(
    ArticleText,
    title=WORDS,
    body=st.lists(WORDS, min_size=1, max_size=4).map("\n\n".join),
    tags=LISTS,
    phrasings=LISTS,
    url=st.sampled_from(["", "https://shop.example/a"]),
    audience=st.sampled_from(Audience),
    products=LISTS,
    valid_from=st.sampled_from([None, datetime(2026, 1, 2, 3, 4, tzinfo=UTC)]),
    valid_until=st.sampled_from([None, datetime(2027, 1, 2, tzinfo=UTC)]),
)


@given(TEXTS)
def test_what_is_written_is_read_as_it_was(text: ArticleText) -> None:
    assert parse_article(written(text)) == text


@given(st.text(max_size=300))
def test_whatever_is_written_is_an_article_or_says_what_is_wrong(anything: str) -> None:
    found = parse_article(anything)
    assert isinstance(found, Unreadable) or (found.title and found.body)


@pytest.mark.parametrize(
    "text",
    [
        "Paint\ntags: paint, colour\naudience: staff\n\nIn 30 days.",
        "tags: paint, colour\naudience: staff\ntitle: Paint\n\nIn 30 days.",
        "tags: paint\n# Paint\ntags: colour\naudience: staff\nIn 30 days.",
    ],
)
def test_facts_may_stand_above_the_title_or_right_below_it(text: str) -> None:
    found = parse_article(text)
    assert found == ArticleText("Paint", "In 30 days.", tags=("paint", "colour"), audience=Audience.STAFF)


def test_what_stands_further_below_is_text() -> None:
    found = parse_article("Paint\n\ntags: are small labels.")
    assert found == ArticleText("Paint", "tags: are small labels.")


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("How do I pay?", "how-do-i-pay"),
        ("Επιστροφές", "article"),
        ("../../etc/passwd", "etc-passwd"),
        ("x" * 200, "x" * 60),
        ("returning a shelf " * 9, "returning-a-shelf-returning-a-shelf-returning-a-shelf"),
    ],
)
def test_a_key_is_short_and_plain(title: str, key: str) -> None:
    assert key_for(title) == key


def test_a_difference_names_what_changed_and_nothing_else() -> None:
    before = ArticleText("Returns", "Within 30 days.\n\nAt the post office.", valid_until=None)
    after = ArticleText("Returns", "Within 60 days.\n\nAt the post office.", audience=Audience.STAFF)
    changed = [line for line in difference(before, after) if line[0] in "+-"]
    assert changed == ["-audience: public", "+audience: staff", "-Within 30 days.", "+Within 60 days."]
    assert difference(before, before) == []
