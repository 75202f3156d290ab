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
    """Which document holds which gram how often, growing in place."""

    def __init__(self) -> None:
        self._documents: dict[str, array[int]] = {}
        self._counts: dict[str, array[float]] = {}
        self._lengths = array("f")

    def __len__(self) -> int:
        return len(self._lengths)

    def add(self, grams: Counter[str], document: int | None = None) -> int:
        """Add a document, or add to one that exists; return its number."""
        is_new = document is None
        if document is None:
            document = len(self._lengths)
            self._lengths.append(0.0)
        for gram, count in grams.items():
            documents = self._documents.setdefault(gram, array("i"))
            counts = self._counts.setdefault(gram, array("f"))
            if is_new or document not in documents:
                documents.append(document)
                counts.append(count)
            else:
                counts[documents.index(document)] += count
        self._lengths[document] += grams.total()
        return document

    def rarity(self, gram: str) -> float:
        """Return the inverse document frequency of `gram`, above zero even for one that is everywhere."""
        found = len(self._documents.get(gram, ()))
        return math.log(1 + (len(self) - found + 0.5) / (found + 0.5))

    def of(self, gram: str) -> tuple[NDArray[np.int32], Scores]:
        """Return the documents that hold `gram` and how often."""
        return np.array(self._documents[gram], np.int32), np.array(self._counts[gram], np.float32)

    def __contains__(self, gram: str) -> bool:
        return gram in self._documents

    @property
    def lengths(self) -> Scores:
        return np.array(self._lengths, np.float32)


class WordIndex:
    """BM25 over the four-letter pieces of words, as the share of the question's weight that a document covers."""

    def __init__(self) -> None:
        self._postings = Postings()

    def add(self, pieces: Counter[str], document: int | None = None) -> int:
        """Add word pieces as a new document, or to one that exists; return its number."""
        return self._postings.add(pieces, document)

    def rarity(self, piece: str) -> float:
        """Return how much a word piece tells."""
        return self._postings.rarity(piece)

    def scores(self, words: Iterable[str]) -> tuple[Scores, float]:
        """Return one score from 0 to 1 for each document, and which share of the question none of them has."""
        scores = np.zeros(len(self._postings), np.float32)
        lengths = self._postings.lengths
        usual = float(lengths.mean()) if len(lengths) else 1.0
        damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * lengths / max(usual, 1.0))
        asked, unknown = 1e-6, 0.0
        for gram in dict.fromkeys(word_pieces(words)):
            rarity = self._postings.rarity(gram)
            asked += rarity
            if gram in self._postings:
                documents, counts = self._postings.of(gram)
                scores[documents] += rarity * counts / (counts + damping[documents])
            else:
                unknown += rarity
        return scores / np.float32(asked), unknown / asked


def word_pieces(words: Iterable[str], size: int = 4) -> list[str]:
    """Return the pieces of `size` letters of each word, its edges included; a short word is one piece."""
    pieces: list[str] = []
    for word in words:
        padded = f" {word} "
        pieces += [padded[i : i + size] for i in range(max(1, len(padded) - size + 1))]
    return pieces


class LexicalSide:
    """How much of a question each article covers, by word pieces of its title, phrasings and text."""

    def __init__(self, articles: Sequence[Article]) -> None:
        self._coverage = WordIndex()
        for article in articles:
            texts = [(article.title, _TITLE), *((p, _PHRASING) for p in article.phrasings)]
            pieces = Counter[str]()
            for text, copies in [*texts, (plain_text(article.body), 1)]:
                pieces.update(word_pieces(article_words(text, article.language) * copies))
            self._coverage.add(pieces)

    def scores(self, words: Sequence[str]) -> tuple[Scores, float]:
        """Return how much of the question each article covers, and which share of it no article has."""
        return self._coverage.scores(words)

    def overlap(self, words: Sequence[str], text: Iterable[str]) -> float:
        """Return which share of the question's weight a text's words cover, 0 to 1."""
        asked = {piece: self._coverage.rarity(piece) for piece in word_pieces(words)}
        held = set(word_pieces(text))
        return sum(rarity for piece, rarity in asked.items() if piece in held) / (sum(asked.values()) or 1.0)

    def learn(self, number: int, words: Sequence[str]) -> None:
        """Add one more phrasing to an article."""
        self._coverage.add(Counter(word_pieces(list(words) * _PHRASING)), number)
