"""A company's own list of questions is read line by line, and every mistake is named by its line."""

from pathlib import Path

import pytest

from knowledge.question_list import LARGEST_LIST, read_questions

KEYS = {"returns", "delivery", "a;b"}


def listed(tmp_path: Path, text: str | bytes) -> tuple[list[tuple[str, set[str]]], list[str]]:
    file = tmp_path / "list.csv"
    file.write_bytes(text if isinstance(text, bytes) else text.encode())
    found = read_questions(file, KEYS)
    return [(one.text, set(one.right)) for one in found.questions], [str(one) for one in found.problems]


@pytest.mark.parametrize(
    "text",
    [
        "question,article\nhow do I return it,returns\n\ntell me a joke,\nboth,returns; delivery\n",
        "﻿Question;Article;Who\r\nhow do I return it;returns;Ana\r\ntell me a joke;;\r\nboth;\"returns;delivery\";\r\n",
        "article\tquestion\nreturns\thow do I return it\n\ttell me a joke\nreturns;delivery\tboth\n",
    ],
    ids=["commas", "as a spreadsheet writes it", "tabs"],
)  # fmt: skip
def test_a_table_is_read(tmp_path: Path, text: str):
    questions, problems = listed(tmp_path, text)

    assert problems == []
    assert questions == [
        ("how do I return it", {"returns"}),
        ("tell me a joke", set()),
        ("both", {"returns", "delivery"}),
    ]


def test_a_key_may_hold_what_parts_several(tmp_path: Path):
    assert listed(tmp_path, "question,article\nx,a;b\n")[0] == [("x", {"a;b"})]


@pytest.mark.parametrize(
    ("lines", "told"),
    [
        (",returns", "list.csv:2: has no question."),
        ("where is it,delivry", 'list.csv:2: names the article "delivry", which is not published. Is "deliv'),
        ("where is it,zzz", 'list.csv:2: names the article "zzz", which is not published. Leave it empty where'),
        ("no, I mean it,returns", "list.csv:2: has more columns than the first line."),
        ('"two\nlines",\n,returns', "list.csv:4: has no question."),
        ("where is it,delivery\nWhere is it,returns", "list.csv:3: asks the same as line 2, but names an"),
    ],
)  # fmt: skip
def test_a_mistake_is_named_by_its_line(tmp_path: Path, lines: str, told: str):
    _, problems = listed(tmp_path, f"question,article\n{lines}\n")

    assert len(problems) == 1
    assert problems[0].startswith(told)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "is not a table of questions"),
        ("question\nx\n", "is not a table of questions"),
        ('question,article\n"never closed,returns\nx,returns\n', "is not a table of questions"),
        (b"question,article\n\xff,returns\n", "is not UTF-8 (byte 18)"),
        (b" " * (LARGEST_LIST + 1), "is larger than 20 MB"),
    ],
    ids=["empty", "no article", "quotation mark", "bytes", "large"],
)
def test_what_is_no_list_is_said_to_be_none(tmp_path: Path, text: str | bytes, told: str):
    questions, problems = listed(tmp_path, text)

    assert questions == []
    assert len(problems) == 1
    assert told in problems[0]


def test_a_list_that_is_not_there_is_named(tmp_path: Path):
    (problem,) = read_questions(tmp_path / "nowhere.csv", KEYS).problems

    assert str(problem) == "nowhere.csv: cannot be opened (No such file or directory)."
