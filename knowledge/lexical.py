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

# BM25's usual constants; a quarter of the length matters less for help articles than for web pages.
_SATURATION = 1.5
_LENGTH_SHARE = 0.75

# A title says what an article is about, an accepted question what people call it, the body mostly how.
_TITLE, _PHRASING = 3, 2


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

    def scores(self, words: Iterable[str]) -> Scores:
        """Return one score from 0 to about 2.5 for each document."""
        scores = np.zeros(len(self._postings), np.float32)
        lengths = self._postings.lengths
        usual = float(lengths.mean()) if len(lengths) else 1.0
        damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * lengths / max(usual, 1.0))
        asked = 1e-6
        for gram in dict.fromkeys(word_pieces(words)):
            rarity = self._postings.rarity(gram)
            asked += rarity
            if gram in self._postings:
                documents, counts = self._postings.of(gram)
                scores[documents] += rarity * counts / (counts + damping[documents])
        return scores / np.float32(asked)


class SpellingIndex:
    """Cosine of TF-IDF vectors over pieces of two to five letters, for titles and other short texts."""

    def __init__(self) -> None:
        self._postings = Postings()
        self._grams: list[Counter[str]] = []
        self._norms: Scores | None = None

    def add(self, words: Iterable[str]) -> int:
        """Add a short text; return its number."""
        grams = Counter(letter_pieces(words))
        self._grams.append(grams)
        self._norms = None
        return self._postings.add(grams)

    def scores(self, words: Iterable[str]) -> Scores:
        """Return one cosine from 0 to 1 for each text."""
        if self._norms is None:
            self._norms = self._measure()
        scores = np.zeros(len(self._postings), np.float32)
        asked = 0.0
        for gram, count in Counter(letter_pieces(words)).items():
            weight = (1 + math.log(count)) * self._postings.rarity(gram)
            asked += weight * weight
            if gram in self._postings:
                texts, counts = self._postings.of(gram)
                scores[texts] += weight * self._postings.rarity(gram) * (1 + np.log(counts))
        return scores / (self._norms * np.float32(math.sqrt(asked) + 1e-6))

    def _measure(self) -> Scores:
        rarity: dict[str, float] = {}
        norms = np.zeros(len(self._grams), np.float32)
        for text, grams in enumerate(self._grams):
            squares = 0.0
            for gram, count in grams.items():
                if gram not in rarity:
                    rarity[gram] = self._postings.rarity(gram)
                squares += ((1 + math.log(count)) * rarity[gram]) ** 2
            norms[text] = math.sqrt(squares)
        return norms + np.float32(1e-6)


def word_pieces(words: Iterable[str], size: int = 4) -> list[str]:
    """Return the pieces of `size` letters of each word, its edges included; a short word is one piece."""
    pieces: list[str] = []
    for word in words:
        padded = f" {word} "
        pieces += [padded[i : i + size] for i in range(max(1, len(padded) - size + 1))]
    return pieces


def letter_pieces(words: Iterable[str], sizes: Sequence[int] = (2, 3, 4, 5)) -> list[str]:
    """Return the pieces of every size of each word, its edges included."""
    pieces: list[str] = []
    for word in words:
        padded = f" {word} "
        for size in sizes:
            pieces += [padded[i : i + size] for i in range(max(1, len(padded) - size + 1))]
            if len(padded) <= size:
                break
    return pieces


class LexicalSide:
    """Everything that compares letters: whole articles by word pieces, titles, questions and passages by spelling."""

    def __init__(self, articles: Sequence[Article], passages: Sequence[Sequence[str]]) -> None:
        self._coverage = WordIndex()
        self._spelling = SpellingIndex()
        self._owners = array("i")
        for number, (article, parts) in enumerate(zip(articles, passages, strict=True)):
            title = article_words(article.title, article.language)
            phrasings = [article_words(phrasing, article.language) for phrasing in article.phrasings]
            bodies = [article_words(plain_text(part), article.language) for part in parts]
            counts = Counter[str]()
            for words, copies in [
                (title, _TITLE),
                *((p, _PHRASING) for p in phrasings),
                *((b, 1) for b in bodies),
            ]:
                counts.update({piece: count * copies for piece, count in Counter(word_pieces(words)).items()})
            self._coverage.add(counts)
            for words in [title, *phrasings, *([*title, *body] for body in bodies)]:
                self._add_spelling(number, words)

    def scores(self, words: Sequence[str]) -> tuple[Scores, Scores]:
        """Return for each article how much of the question it covers, and how alike its nearest text is spelt."""
        coverage = self._coverage.scores(words)
        spelling = np.zeros(len(coverage), np.float32)
        np.maximum.at(spelling, np.array(self._owners, np.int32), self._spelling.scores(words))
        return coverage, spelling

    def overlap(self, words: Sequence[str], text: Sequence[str]) -> float:
        """Return which share of the question's weight a text's words cover, 0 to 1."""
        asked = {piece: self._coverage.rarity(piece) for piece in word_pieces(words)}
        held = set(word_pieces(text))
        return sum(rarity for piece, rarity in asked.items() if piece in held) / (sum(asked.values()) or 1.0)

    def learn(self, number: int, words: Sequence[str]) -> None:
        """Add one more phrasing to an article."""
        self._coverage.add(Counter(word_pieces(list(words) * _PHRASING)), number)
        self._add_spelling(number, words)

    def _add_spelling(self, number: int, words: Sequence[str]) -> None:
        if words:
            self._spelling.add(words)
            self._owners.append(number)
