"""Finding articles by the letters of their words: no model, forgiving about endings and typos."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article
from knowledge.passages import plain_text
from knowledge.question import article_words

Scores = NDArray[np.float32]

# BM25's constants: repeating a word says little in a help article, and so does its length.
_SATURATION = 1.0
_LENGTH_SHARE = 0.6

# A title says what an article is about, an accepted question what people call it, the body mostly how.
_TITLE, _PHRASING = 4, 2


class Postings:
    """Which article holds which word piece how often, growing in place."""

    def __init__(self) -> None:
        self._articles: dict[str, array[int]] = {}
        self._counts: dict[str, array[float]] = {}
        self._lengths = array("f")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, pieces: Counter[str], article: int | None = None) -> int:
        """Add an article, or add to one that exists; return its number."""
        is_new = article is None
        if article is None:
            article = len(self._lengths)
            self._lengths.append(0.0)
        for piece, count in pieces.items():
            articles = self._articles.setdefault(piece, array("i"))
            counts = self._counts.setdefault(piece, array("f"))
            if is_new or article not in articles:
                articles.append(article)
                counts.append(count)
            else:
                counts[articles.index(article)] += count
        self._lengths[article] += pieces.total()
        return article

    def remove(self, pieces: Counter[str], article: int) -> None:
        """Take pieces away that were added to an article."""
        for piece, count in pieces.items():
            place = self._articles[piece].index(article)
            self._counts[piece][place] -= count
            if self._counts[piece][place] <= 0:
                del self._articles[piece][place], self._counts[piece][place]
            if not self._articles[piece]:
                del self._articles[piece], self._counts[piece]
        self._lengths[article] -= pieces.total()

    def rarity(self, piece: str) -> float:
        """Return the inverse document frequency of `piece`, above zero even for one that is everywhere."""
        found = len(self._articles.get(piece, ()))
        return math.log(1 + (len(self) - found + 0.5) / (found + 0.5))

    def of(self, piece: str) -> tuple[NDArray[np.int32], Scores]:
        """Return the articles that hold `piece` and how often."""
        return np.array(self._articles[piece], np.int32), np.array(self._counts[piece], np.float32)

    def __contains__(self, piece: str) -> bool:
        return piece in self._articles

    @property
    def lengths(self) -> Scores:
        return np.array(self._lengths, np.float32)


def word_pieces(words: Iterable[str], size: int = 4) -> list[str]:
    """Return the pieces of `size` letters of each word, its edges included; a short word is one piece."""
    pieces: list[str] = []
    for word in words:
        padded = f" {word} "
        pieces += [padded[i : i + size] for i in range(max(1, len(padded) - size + 1))]
    return pieces


class LexicalSide:
    """How much of a question each article covers: BM25 over word pieces of titles, phrasings and texts."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._postings = Postings()
        for article in articles:
            texts = [(article.title, _TITLE), *((phrasing, _PHRASING) for phrasing in article.phrasings)]
            pieces = Counter[str]()
            for text, copies in [*texts, (plain_text(article.body), 1)]:
                pieces.update(word_pieces(article_words(text, article.language) * copies))
            self._postings.add(pieces)

    def scores(self, words: Sequence[str]) -> tuple[Scores, float]:
        """Return which share of the question's weight each article covers, and which share no article has."""
        scores = np.zeros(len(self._postings), np.float32)
        lengths = self._postings.lengths
        usual = max(float(lengths.mean()), 1.0) if len(lengths) else 1.0
        damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * lengths / usual)
        asked, unknown = 1e-6, 0.0
        for piece in dict.fromkeys(word_pieces(words)):
            rarity = self._postings.rarity(piece)
            asked += rarity
            if piece in self._postings:
                articles, counts = self._postings.of(piece)
                scores[articles] += rarity * counts / (counts + damping[articles])
            else:
                unknown += rarity
        return scores / np.float32(asked), unknown / asked

    def overlap(self, words: Sequence[str], text: Iterable[str]) -> float:
        """Return which share of the question's weight a text's words cover, 0 to 1."""
        asked = {piece: self._postings.rarity(piece) for piece in word_pieces(words)}
        held = set(word_pieces(text))
        return sum(rarity for piece, rarity in asked.items() if piece in held) / (sum(asked.values()) or 1.0)

    def forget(self, number: int, words: Sequence[str]) -> None:
        """Take a learned phrasing away again."""
        self._postings.remove(Counter(word_pieces(list(words) * _PHRASING)), number)

    def learn(self, number: int, words: Sequence[str]) -> None:
        """Add one more phrasing to an article."""
        self._postings.add(Counter(word_pieces(list(words) * _PHRASING)), number)
