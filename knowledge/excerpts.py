"""Choosing what to show of an article: the passage that answers, and why the article was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.article import Article
from knowledge.lexical import LexicalSide, overlap
from knowledge.passages import plain_text, split_passages
from knowledge.question import Question, article_words
from knowledge.vectors import Vectors

# A passage shorter than this is shown with its neighbour: two lines out of context answer nothing.
_SHORT = 200
_SHOWN = 800
"""So long are two passages that are shown together at most: a screen of a phone."""
_UNDECIDED = 0.15
"""A neighbour that fits the question by so little less is shown as well, where both have room."""
_OPENING = 0.05
"""In doubt an article is read from its beginning: often a list of facts, with few words in common with a question."""
_KEPT_OPEN = 4096


@dataclass(frozen=True, slots=True)
class _Opened:
    """An article cut up to be shown, with the words of each passage and of its title and phrasings.

    Words are joined by spaces: as sets those of ten thousand articles would take a hundred megabytes.
    """

    passages: list[str]
    words: list[str]
    name_words: str


class Excerpts:
    """The passages of each article and the words in them, cut when an article is first shown."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._articles = articles
        self._opened = lru_cache(_KEPT_OPEN)(self._open)

    def _open(self, number: int) -> _Opened:
        article = self._articles[number]
        passages = split_passages(article.body)
        return _Opened(
            passages,
            [_distinct(plain_text(part), article.language) for part in passages],
            _distinct(" ".join((article.title, *article.phrasings)), article.language),
        )

    def all(self) -> list[tuple[int, str]]:
        """Return every passage with the number of its article, in order."""
        return [
            (number, part)
            for number, article in enumerate(self._articles)
            for part in split_passages(article.body)
        ]

    def of(self, number: int) -> Sequence[str]:
        """Return all passages of an article, in their order."""
        return self._opened(number).passages

    def passage(self, number: int, words: Sequence[str], lexical: LexicalSide, near: Vectors | None) -> str:
        """Return the passage of an article that answers best, by the question's words and (if given) its nearness."""
        opened = self._opened(number)
        if not opened.passages:
            return ""
        rarities = lexical.rarities(words)
        fit = [overlap(rarities, own.split()) for own in opened.words]
        if near is not None:
            fit = [share + float(similar) for share, similar in zip(fit, near, strict=True)]
        fit[0] += _OPENING
        return _with_neighbour(opened.passages, fit)

    def reason(self, number: int, question: Question, *, by_meaning: bool) -> str:
        """Return in a few words why an article was found."""
        opened = self._opened(number)
        known = {word for own in (opened.name_words, *opened.words) for word in own.split()}
        common = [word for word in dict.fromkeys(question.words) if len(word) > 3 and word in known]
        if common:
            return f"shares the words {', '.join(common[:5])}"
        return "means the same in other words" if by_meaning else "is spelt alike"


def _distinct(text: str, language: str) -> str:
    return " ".join(dict.fromkeys(article_words(text, language)))


def _with_neighbour(parts: Sequence[str], fit: Sequence[float]) -> str:
    """Join the best passage to the one before or after it when either is very short or the choice is open."""
    best = fit.index(max(fit))
    beside = [number for number in (best - 1, best + 1) if 0 <= number < len(parts)]
    for other in sorted(beside, key=lambda number: -fit[number]):
        pair = parts[min(best, other) : max(best, other) + 1]
        is_open = fit[other] >= fit[best] - _UNDECIDED
        if sum(map(len, pair)) <= _SHOWN and (is_open or min(map(len, pair)) < _SHORT):
            return "\n\n".join(pair)
    return parts[best]
