"""A company's own list of questions, each with the article that answers it or with none: a table to tune with."""

import csv
import io
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from bot.core.texts import mark
from knowledge.folder import Problem
from knowledge.foreign import dialect_of

LARGEST_LIST = 20_000_000
MOST_QUESTIONS = 5_000
_SEVERAL = ";"


@dataclass(frozen=True, slots=True)
class ListedQuestion:
    text: str
    right: frozenset[str]
    """Keys of the articles that answer it; none where the bot should say nothing."""


@dataclass(frozen=True, slots=True)
class QuestionList:
    questions: tuple[ListedQuestion, ...]
    problems: tuple[Problem, ...]
    """A list with one of them is not to be used: what is left out changes the figures."""


def read_questions(path: Path, published: Collection[str] | None) -> QuestionList:
    """Read a CSV table with the columns question and article; raises nothing, but explains line by line.

    Without the keys of what is published, articles may be called anything.
    """
    try:
        if path.stat().st_size > LARGEST_LIST:
            return _refused(path, mark("is larger than {most} MB."), most=LARGEST_LIST // 10**6)
        text = path.read_bytes().decode("utf-8-sig")
        found = list(_read(text, path.name, published))
    except UnicodeDecodeError as error:
        told = mark("is not UTF-8 (byte {position}). Save it again with the encoding UTF-8.")
        return _refused(path, told, position=error.start + 1)
    except OSError as error:
        return _refused(
            path, mark("cannot be opened ({error})."), error=error.strerror or type(error).__name__
        )
    except (ValueError, csv.Error):
        told = mark(
            "is not a table of questions. It is CSV; its first line names the columns question and article, "
            "and article is empty where no article answers."
        )
        return _refused(path, told)
    problems = tuple(one for one in found if isinstance(one, Problem))
    questions = tuple(one for one in found if isinstance(one, ListedQuestion))
    return QuestionList(questions[:MOST_QUESTIONS], problems)


def _refused(path: Path, told: str, **values: object) -> QuestionList:
    return QuestionList((), (Problem(path.name, told, values),))


def _read(text: str, name: str, published: Collection[str] | None) -> Iterator[ListedQuestion | Problem]:
    # A quotation mark that is never closed would quietly swallow every line behind it.
    rows = csv.reader(io.StringIO(text, newline=""), dialect=dialect_of(text), strict=True)
    head = [column.strip().lower() for column in next(rows, [])]
    if not {"question", "article"} <= set(head):
        raise ValueError("no question and article")
    answered: dict[str, tuple[int, frozenset[str]]] = {}
    begins_at = rows.line_num + 1
    for row in rows:
        at, begins_at = begins_at, rows.line_num + 1
        if not any(cell.strip() for cell in row):
            continue
        read = _line(row, head, f"{name}:{at}", published)
        if isinstance(read, ListedQuestion):
            first, right = answered.setdefault(read.text.casefold(), (at, read.right))
            if right != read.right:
                told = mark("asks the same as line {line}, but names another article.")
                read = Problem(f"{name}:{at}", told, {"line": first})
        yield read


def _line(
    row: list[str], head: list[str], place: str, published: Collection[str] | None
) -> ListedQuestion | Problem:
    if len(row) > len(head):
        told = mark("has more columns than the first line. Put a question with commas in quotes.")
        return Problem(place, told)
    cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
    question, named = cells.get("question", ""), cells.get("article", "")
    if not question:
        return Problem(place, mark("has no question."))
    is_one = published is not None and named in published
    keys = [named] if is_one else [one.strip() for one in named.split(_SEVERAL) if one.strip()]
    for key in keys:
        if published is not None and key not in published:
            return _unknown(key, place, published)
    return ListedQuestion(question, frozenset(keys))


def _unknown(key: str, place: str, published: Collection[str]) -> Problem:
    near = get_close_matches(key, published, n=1)
    if near:
        told = mark('names the article "{key}", which is not published. Is "{near}" meant?')
        return Problem(place, told, {"key": key, "near": near[0]})
    told = mark('names the article "{key}", which is not published. Leave it empty where no article answers.')
    return Problem(place, told, {"key": key})
