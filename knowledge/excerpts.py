"""Choosing what to show of an article: the passage that answers, and why the article was found."""

from collections.abc import Sequence

from knowledge.article import Article
from knowledge.lexical import LexicalSide
from knowledge.passages import PASSAGE_LENGTH, plain_text
from knowledge.question import Question, article_words
from knowledge.vectors import Vectors

# A passage shorter than this is shown with its neighbour: two lines out of context answer nothing.
_SHORT = 160


class Excerpts:
    """The passages of each article and the words in them."""

    def __init__(self, articles: Sequence[Article], passages: Sequence[Sequence[str]]) -> None:
        self._passages = passages
        self._passage_words = [
            [frozenset(article_words(plain_text(part), article.language)) for part in parts]
            for article, parts in zip(articles, passages, strict=True)
        ]
        self._name_words = [
            frozenset(article_words(" ".join((article.title, *article.phrasings)), article.language))
            for article in articles
        ]

    def all(self) -> list[tuple[int, str]]:
        """Return every passage with the number of its article, in order."""
        return [(number, part) for number, parts in enumerate(self._passages) for part in parts]

    def of(self, number: int) -> Sequence[str]:
        """Return all passages of an article, in their order."""
        return self._passages[number]

    def passage(self, number: int, words: Sequence[str], lexical: LexicalSide, near: Vectors | None) -> str:
        """Return the passage of an article that answers best, by the question's words and (if given) its nearness."""
        parts = self._passages[number]
        if not parts:
            return ""
        fit = [lexical.overlap(words, own) for own in self._passage_words[number]]
        if near is not None:
            fit = [share + float(similar) for share, similar in zip(fit, near, strict=True)]
        return _with_neighbour(parts, fit.index(max(fit)))

    def reason(self, number: int, question: Question, *, by_meaning: bool) -> str:
        """Return in a few words why an article was found."""
        known = self._name_words[number].union(*self._passage_words[number])
        common = [word for word in dict.fromkeys(question.words) if len(word) > 3 and word in known]
        if common:
            return f"shares the words {', '.join(common[:5])}"
        return "means the same in other words" if by_meaning else "is spelt alike"


def _with_neighbour(parts: Sequence[str], best: int) -> str:
    """Join a very short passage to the one before or after it, as far as the limit allows."""
    for first in (best - 1, best):
        pair = parts[max(first, 0) : first + 2]
        if len(pair) == 2 and min(map(len, pair)) < _SHORT and sum(map(len, pair)) <= PASSAGE_LENGTH + _SHORT:
            return "\n\n".join(pair)
    return parts[best]
