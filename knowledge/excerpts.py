"""Choosing what to show of an article: the passage that answers, and why the article was found."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from knowledge.article import Article
from knowledge.lexical import LexicalSide, overlap
from knowledge.passages import PASSAGE_LENGTH, plain_text, split_passages
from knowledge.question import Question, article_words
from knowledge.vectors import Vectors

# A passage shorter than this is shown with its neighbour: two lines out of context answer nothing.
_SHORT = 160
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
        return _with_neighbour(opened.passages, fit.index(max(fit)))

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


def _with_neighbour(parts: Sequence[str], best: int) -> str:
    """Join a very short passage to the one before or after it, as far as the limit allows."""
    for first in (best - 1, best):
        pair = parts[max(first, 0) : first + 2]
        if len(pair) == 2 and min(map(len, pair)) < _SHORT and sum(map(len, pair)) <= PASSAGE_LENGTH + _SHORT:
            return "\n\n".join(pair)
    return parts[best]
