"""Cutting articles: nothing is lost, nothing is broken, nothing is too long."""

import re

from hypothesis import given
from hypothesis import strategies as st

from knowledge.passages import PASSAGE_LENGTH, plain_text, split_passages

PROSE = st.lists(
    st.sampled_from(
        ["Open the box.", "Is it there?", "Press **Start** now.", "See [the page](https://a.example/b)."]
    ),
    min_size=1,
    max_size=60,
).map(" ".join)
BLOCK = st.one_of(
    PROSE,
    st.just("## A heading"),
    st.lists(PROSE, min_size=1, max_size=6).map(lambda items: "\n".join(f"- {item}" for item in items)),
    st.integers(1, 60).map(lambda lines: "```sh\n" + "run this\n" * lines + "```"),
)


@given(st.lists(BLOCK, max_size=8).map("\n\n".join))
def test_every_word_survives_in_order(body):
    fences = r"```\w*"

    kept = " ".join(split_passages(body))

    assert re.sub(fences, "", kept).split() == re.sub(fences, "", body).split()


@given(st.lists(BLOCK, max_size=8).map("\n\n".join))
def test_passages_keep_to_the_limit_and_close_their_code(body):
    for passage in split_passages(body):
        assert len(passage) <= PASSAGE_LENGTH + len("```sh\n\n```")
        assert passage.count("```") % 2 == 0


@given(st.text())
def test_any_text_can_be_cut(text):
    assert "".join("".join(split_passages(text)).split()) == "".join(text.split())


def test_a_short_article_is_one_passage():
    body = "Send it back.\n\n1. Print the label.\n2. Hand it in."

    assert split_passages(body) == [body]


def test_a_heading_opens_a_passage_and_stays_with_its_text():
    body = f"Intro.\n\n## Refunds\n\n{'We pay within five days. ' * 10}"

    first, second = split_passages(body)

    assert first == "Intro."
    assert second.startswith("## Refunds\n\nWe pay")


def test_a_cut_never_falls_into_code_or_a_link():
    sentence = "Call `wait. then. go` and read [the page. about it](https://a.example/x) first. "

    for passage in split_passages(sentence * 20):
        assert passage.count("`") % 2 == 0
        assert passage.count("[") == passage.count("](https://a.example/x)")


def test_a_list_is_cut_between_its_items():
    items = [f"{number}. {'Turn the screw gently. ' * 8}".strip() for number in range(1, 9)]

    passages = split_passages("\n".join(items))

    assert len(passages) > 1
    assert all(re.match(r"\d\. ", passage) for passage in passages)


def test_long_code_is_cut_between_lines_and_fenced_again():
    first, *others = split_passages("```python\n" + "print('a line of code')\n" * 60 + "```")

    assert first.startswith("```python\n")
    assert others
    assert all(part.startswith("```python\n") and part.endswith("\n```") for part in others)


def test_plain_text_has_the_words_without_the_marks():
    prose = "# Title\n\nSome **bold** [link](https://a.example) and `code`."
    text = f"{prose}\n\n- one\n- two\n\n| a | b |\n|---|---|\n| c | d |"

    assert plain_text(text) == "Title\nSome bold link and code.\none\ntwo\na\nb\nc\nd"
