"""Finding articles by what they mean: vectors of titles, phrasings and passages, cleaned of their language."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article
from knowledge.embedder import Embedder, Vectors
from knowledge.habits import Habits
from knowledge.languages import main_language
from knowledge.passages import plain_text
from knowledge.vector_cache import VectorCache

# How many texts of a base it takes until its own mean counts as much as the shipped one.
_SHIPPED_WEIGHT = 20.0
# Lower than any cosine: an article without such a text.
_NONE = -2.0
# Past this many an article's phrasings teach nothing new, and nearly equal ones only make it seem likelier.
_ENOUGH_NAMES = 40
_NEARLY_THE_SAME = 0.97


@dataclass(frozen=True, slots=True)
class Space:
    """Where each language lies in the model's space (unit vectors), and directions that carry no meaning."""

    query_means: Mapping[str, Vectors]
    passage_means: Mapping[str, Vectors]
    directions: Vectors

    def query_mean(self, language: str) -> Vectors:
        """Return where questions in `language` lie; for an unknown language, where questions lie at all."""
        return self.query_means.get(language, _middle(self.query_means))

    def passage_mean(self, language: str) -> Vectors:
        """Return where passages in `language` lie; for an unknown language, where passages lie at all."""
        return self.passage_means.get(language, _middle(self.passage_means))

    def cleaned(self, vectors: Vectors, means: Sequence[Vectors]) -> Vectors:
        """Return unit vectors of what is left when language and meaningless directions are taken away."""
        if not len(vectors):
            return np.zeros((0, self.directions.shape[1]), np.float32)
        centred = vectors - np.stack(means)
        rest = centred - (centred @ self.directions.T) @ self.directions
        length = np.linalg.norm(rest, axis=-1, keepdims=True) + 1e-9
        unit: Vectors = (rest / length).astype(np.float32)
        return unit


def adapted(space: Space, titles: Vectors, title_languages: Sequence[str], passages: Vectors,
            passage_languages: Sequence[str]) -> Space:  # fmt: skip
    """Return `space` moved towards the texts of a base: wholly for passages, for titles in new languages only.

    The mean of a base's few titles is a worse centre for questions than the shipped one, where there is one.
    """
    query_means = dict(space.query_means)
    for language in set(title_languages) - set(query_means):
        query_means[language] = _blended(space.query_mean(language), titles[_rows(title_languages, language)])
    passage_means = dict(space.passage_means)
    for language in set(passage_languages):
        passage_means[language] = _blended(
            space.passage_mean(language), passages[_rows(passage_languages, language)]
        )
    return Space(query_means, passage_means, space.directions)


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near each article is to a question, about -1 to 1: by title and phrasings, and by text."""

    names: Vectors
    passages: Vectors


class MeaningSide:
    """Vectors of titles and phrasings (as questions) and of passages, and the space they were cleaned in."""

    def __init__(self, articles: Sequence[Article], topics: NDArray[np.int32], passages: Sequence[Sequence[str]],
                 embedder: Embedder, cache: VectorCache, space: Space) -> None:  # fmt: skip
        self._embedder = embedder
        self._articles = len(articles)
        names = [(n, text) for n, a in enumerate(articles) for text in (a.title, *a.phrasings) if text]
        parts = [
            (n, embedded_text(articles[n].title, part)) for n, own in enumerate(passages) for part in own
        ]
        raw_names = cache.queries(embedder, [text for _, text in names])
        raw_parts = cache.passages(embedder, [text for _, text in parts])
        spoken_names = [main_language(articles[n].language) for n, _ in names]
        spoken_parts = [main_language(articles[n].language) for n, _ in parts]
        self._space = adapted(space, raw_names, spoken_names, raw_parts, spoken_parts)
        self._names = self._space.cleaned(
            raw_names, [self._space.query_mean(spoken) for spoken in spoken_names]
        )
        self._parts = self._space.cleaned(
            raw_parts, [self._space.passage_mean(spoken) for spoken in spoken_parts]
        )
        self._name_owners = np.array([n for n, _ in names], np.int32)
        self._part_owners = np.array([n for n, _ in parts], np.int32)
        self._topics = topics
        self._habits = Habits(len(set(topics.tolist())))
        self.form_habits()

    def vector(self, text: str, language: str) -> Vectors:
        """Return the cleaned vector of a question; tens of milliseconds."""
        raw = self._embedder.queries([text])
        vector: Vectors = self._space.cleaned(raw, [self._space.query_mean(language)])[0]
        return vector

    def habits(self, vector: Vectors) -> Vectors | None:
        """Return for each article how usual its topic is for such a question, as a log probability."""
        by_topic = self._habits.scores(vector)
        return None if by_topic is None else by_topic[self._topics]

    def scores(self, vector: Vectors) -> Nearness:
        """Return how near each article is to a question."""
        names = best_three_by_owner(_dot(self._names, vector), self._name_owners, self._articles)
        parts = best_by_owner(_dot(self._parts, vector), self._part_owners, self._articles)
        # An article that has only one of the two is judged by that one.
        return Nearness(np.where(names > _NONE, names, parts), np.where(parts > _NONE, parts, names))

    def passages(self, vector: Vectors, article: int) -> Vectors:
        """Return how near each passage of one article is, in the order of the passages."""
        return _dot(self._parts[self._part_owners == article], vector)

    def learn(self, article: int, vector: Vectors) -> None:
        """Add the cleaned vector of one more phrasing to an article."""
        self._names = np.concatenate([self._names, vector[None]])
        self._name_owners = np.append(self._name_owners, np.int32(article))

    def knows(self, article: int, vector: Vectors) -> bool:
        """Return whether one more phrasing would teach nothing: nearly the same is there, or there are enough."""
        own = _dot(self._names[self._name_owners == article], vector)
        return len(own) >= _ENOUGH_NAMES or bool((own > _NEARLY_THE_SAME).any())

    def form_habits(self) -> None:
        """Learn from the phrasings there are; may take seconds, and searching meanwhile is safe."""
        names, owners = self._names, self._name_owners
        self._habits.fit(names, self._topics[owners])


def embedded_text(title: str, passage: str) -> str:
    """Return a passage as it is embedded: a piece from the middle of an article needs the title to be understood."""
    return f"{title}\n{plain_text(passage)}".strip()


def best_by_owner(similarities: Vectors, owners: NDArray[np.int32], articles: int) -> Vectors:
    """Return the highest similarity each article has, `_NONE` for one without any."""
    best = np.full(articles, _NONE, np.float32)
    np.maximum.at(best, owners, similarities)
    return best


def best_three_by_owner(similarities: Vectors, owners: NDArray[np.int32], articles: int) -> Vectors:
    """Return the mean of each article's up to three highest similarities, `_NONE` for one without any.

    One phrasing may be near by accident, three are not.
    """
    order = np.lexsort((-similarities, owners))
    sorted_owners = owners[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_owners, np.arange(articles))[sorted_owners]
    counted = order[place < 3]
    totals = np.bincount(owners[counted], similarities[counted], articles)
    counts = np.bincount(owners[counted], minlength=articles)
    return np.where(counts > 0, totals / np.maximum(counts, 1), _NONE).astype(np.float32)


def _blended(shipped: Vectors, own: Vectors) -> Vectors:
    mean: Vectors = (shipped * _SHIPPED_WEIGHT + own.sum(axis=0)) / (_SHIPPED_WEIGHT + len(own))
    return mean


def _middle(means: Mapping[str, Vectors]) -> Vectors:
    middle: Vectors = np.mean(list(means.values()), axis=0)
    return middle


def _dot(vectors: Vectors, vector: Vectors) -> Vectors:
    similar: Vectors = vectors @ vector
    return similar


def _rows(languages: Sequence[str], language: str) -> list[int]:
    return [row for row, spoken in enumerate(languages) if spoken == language]
