"""What the knowledge index is compared with: BM25 over words, and the model of all languages alone."""

import re
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchmarks.reading_once import pieces_once
from knowledge.meaning import embedded_text
from knowledge.passages import split_passages
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, Vectors

Row = Mapping[str, Any]
Found = list[tuple[str, float]]

# BM25's constants as Lucene and Elasticsearch have them.
_SATURATION, _LENGTH_SHARE = 1.2, 0.75
_WORD = re.compile(r"\w+")


class Bm25:
    """BM25 over the lower-case words of title, phrasings and text, in one field."""

    def __init__(self, articles: Sequence[Row]) -> None:
        self._ids = [article["id"] for article in articles]
        self._words = [
            Counter(_words("\n".join([article["title"], *article["alt"], article["body"]])))
            for article in articles
        ]

    def search(self, query: str, limit: int) -> Found:
        lengths = np.array([words.total() for words in self._words])
        damping = _SATURATION * (1 - _LENGTH_SHARE + _LENGTH_SHARE * lengths / max(1.0, lengths.mean()))
        scores = np.zeros(len(self._words))
        for word in dict.fromkeys(_words(query)):
            counts = np.array([words[word] for words in self._words])
            found = int((counts > 0).sum())
            rarity = np.log(1 + (len(counts) - found + 0.5) / (found + 0.5))
            scores += rarity * counts * (_SATURATION + 1) / (counts + damping)
        return _best(self._ids, scores, limit)

    def learn(self, article_id: str, text: str) -> None:
        self._words[self._ids.index(article_id)].update(_words(text))


class ModelAlone:
    """The nearest text of each article by the cosine of multilingual-e5-small, nothing added or taken away."""

    def __init__(self, articles: Sequence[Row], embedder: Embedder, cache: VectorCache) -> None:
        self._ids = [article["id"] for article in articles]
        self._embedder, self._cache = embedder, cache
        names = [(number, text) for number, article in enumerate(articles)
                 for text in (article["title"], *article["alt"]) if text]  # fmt: skip
        parts = [(number, embedded_text(article["title"], part)) for number, article in enumerate(articles)
                 for part in split_passages(article["body"])]  # fmt: skip
        self._owners = [number for number, _ in (*names, *parts)]
        rows = [cache.queries(embedder, [text for _, text in names])] if names else []
        rows += [cache.passages(embedder, [text for _, text in parts])] if parts else []
        self._vectors = np.concatenate(rows)

    def search(self, query: str, limit: int) -> Found:
        similar = self._vectors @ self._embedder.queries([query])[0]
        scores = np.full(len(self._ids), -1.0)
        np.maximum.at(scores, self._owners, similar)
        return _best(self._ids, scores, limit)

    def learn(self, article_id: str, text: str) -> None:
        self._owners.append(self._ids.index(article_id))
        self._vectors = np.concatenate([self._vectors, self._cache.queries(self._embedder, [text])])


class OnceEmbedder:
    """Embeds each question once in a run, and owes the time it took to whoever asks it again."""

    def __init__(self, embedder: Embedder) -> None:
        self.name, self.space = embedder.name, embedder.space
        self.languages, self.dimensions = embedder.languages, embedder.dimensions
        self.owed = 0.0
        self.english: OnceEmbedder | None = None
        if embedder.english is not None:
            self.english = OnceEmbedder(embedder.english)
        self._embedder = embedder
        self._known: dict[str, tuple[Vectors, float]] = {}
        self._read: dict[str, Vectors] = {}

    def queries(self, texts: Sequence[str]) -> Vectors:
        if len(texts) != 1:
            return self._embedder.queries(texts)
        known = self._known.get(texts[0])
        if known is not None:
            self.owed += known[1]
            return known[0]
        began_at = time.perf_counter()
        vectors = self._embedder.queries(texts)
        self._known[texts[0]] = vectors, time.perf_counter() - began_at
        return vectors

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._embedder.passages(texts)

    def knows(self, word: str) -> bool:
        return self._embedder.knows(word)

    def pieces(self, texts: Sequence[str]) -> list[Vectors]:
        # Right after the whole question, so that it costs nothing more.
        return pieces_once(self._embedder, self._read, texts)

    def pay(self) -> float:
        """Return the seconds that were saved since this was last asked."""
        owed = self.owed + (self.english.pay() if self.english is not None else 0.0)
        self.owed = 0.0
        return owed


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _best(ids: Sequence[str], scores: Vectors, limit: int) -> Found:
    order = np.argsort(-scores, kind="stable")[:limit]
    return [(ids[number], float(scores[number])) for number in order if scores[number] > 0]
