"""Finding articles by the letters of their words: no model, forgiving about endings and typos."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article
from knowledge.change import Change
from knowledge.passages import plain_text
from knowledge.postings import Postings, word_pieces
from knowledge.question import article_words

Scores = NDArray[np.float32]

# BM25's constants: repeating a word says little in a help article, and so does its length.
_SATURATION = 1.0
_LENGTH_SHARE = 0.6

# A title says what an article is about, an accepted question what people call it, the body mostly how.
_TITLE, _PHRASING = 4, 2


class LexicalSide:
    """How much of a question each article covers: BM25 over word pieces of titles, phrasings and texts."""

    def __init__(self, postings: Postings) -> None:
        self._postings = postings

    @classmethod
    def of(cls, articles: Sequence[Article]) -> "LexicalSide":
        """Count the words of all articles."""
        return cls(Postings.of(map(_weighed, articles), len(articles)))

    def changed(self, change: Change, articles: Sequence[Article]) -> "LexicalSide":
        """Return the side of `articles`, of which only the fresh ones are counted; what was learned is left behind."""
        fresh = ((number, _weighed(articles[number])) for number in change.fresh)
        return LexicalSide(self._postings.changed(change.new_numbers, fresh, len(articles)))

    def scores(self, words: Sequence[str]) -> tuple[Scores, float]:
        """Return which share of the question's weight each article covers, and which share no article has."""
        scores = np.zeros(len(self._postings), np.float32)
        lengths = self._postings.lengths
        usual = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
        damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * lengths / usual)
        asked, unknown = 1e-6, 0.0
        for piece in dict.fromkeys(word_pieces(words)):
            articles, counts = self._postings.holding(piece)
            rarity = self._postings.rarity(len(articles))
            asked += rarity
            if len(articles):
                scores[articles] += rarity * counts / (counts + damping[articles])
            else:
                unknown += rarity
        return scores / np.float32(asked), unknown / asked

    def rarities(self, words: Sequence[str]) -> dict[str, float]:
        """Return how much each piece of a question's words weighs."""
        return {
            piece: self._postings.rarity(len(self._postings.holding(piece)[0]))
            for piece in dict.fromkeys(word_pieces(words))
        }

    def learn(self, number: int, words: Sequence[str]) -> None:
        """Add one more phrasing to an article."""
        self._postings.learn(number, Counter(list(words) * _PHRASING))

    def forget(self, number: int, words: Sequence[str]) -> None:
        """Take a learned phrasing away again."""
        self._postings.forget(number, Counter(list(words) * _PHRASING))


def overlap(rarities: Mapping[str, float], text: Iterable[str]) -> float:
    """Return which share of a question's weight a text's words cover, 0 to 1."""
    held = set(word_pieces(text))
    return sum(rarity for piece, rarity in rarities.items() if piece in held) / (
        sum(rarities.values()) or 1.0
    )


def _weighed(article: Article) -> Counter[str]:
    """Return how often each word of an article counts."""
    words = Counter(article_words(plain_text(article.body), article.language))
    for text, copies in [(article.title, _TITLE), *((phrasing, _PHRASING) for phrasing in article.phrasings)]:
        for word in article_words(text, article.language):
            words[word] += copies
    return words
