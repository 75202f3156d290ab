"""Passages of different articles that say nearly the same: where articles may contradict each other."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

from knowledge.article import Article
from knowledge.languages import main_language
from knowledge.meaning import MeaningSide


class NearPassages(NamedTuple):
    """Two passages that say nearly the same."""

    article: Article
    passage: str
    other: Article
    other_passage: str


def near_passages(meaning: MeaningSide, articles: Sequence[Article], passages: Sequence[tuple[int, str]],
                  least: float, tells: Callable[[str], bool], *, most: int) -> list[NearPassages]:  # fmt: skip
    """Return pairs of passages of different articles in one language that say nearly the same, nearest first.

    `passages` come with the number of their article, in order. Only those that `tells` something of are compared, at
    most so many in each language.
    """
    rows: dict[str, list[int]] = {}
    for row, (number, passage) in enumerate(passages):
        if tells(passage):
            rows.setdefault(main_language(articles[number].language), []).append(row)
    found = [pair for own in rows.values() for pair in meaning.near_passages(own[:most], least)]
    return [
        NearPassages(
            articles[passages[one][0]], passages[one][1], articles[passages[other][0]], passages[other][1]
        )
        for _, one, other in sorted(found, key=lambda pair: (-pair[0], *pair[1:]))
        if articles[passages[one][0]].key != articles[passages[other][0]].key
    ]
