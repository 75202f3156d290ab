"""Where the languages lie in a model's space, and what is left of a vector when that is taken away."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from knowledge.vectors import Vectors

# How many texts of a base it takes until its own mean counts as much as the shipped one.
_SHIPPED_WEIGHT = 20.0


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


@dataclass(slots=True)
class Sums:
    """Of the vectors of some texts: their sum and number, by language."""

    sums: dict[str, Vectors] = field(default_factory=dict)
    counts: Counter[str] = field(default_factory=Counter)

    def add(self, vectors: Vectors, languages: Sequence[str]) -> None:
        """Count in some vectors, a row each, and their languages."""
        for language in sorted(set(languages)):
            own = vectors[[row for row, spoken in enumerate(languages) if spoken == language]]
            self.sums[language] = self.sums.get(language, np.float32(0)) + own.sum(axis=0)
            self.counts[language] += len(own)


def adapted(space: Space, titles: Sums, passages: Sums) -> Space:
    """Return `space` moved towards the texts of a base: wholly for passages, for titles in new languages only.

    The mean of a base's few titles is a worse centre for questions than the shipped one, where there is one.
    """
    query_means = dict(space.query_means)
    for language in set(titles.sums) - set(query_means):
        query_means[language] = _blended(space.query_mean(language), titles, language)
    passage_means = dict(space.passage_means)
    for language in passages.sums:
        passage_means[language] = _blended(space.passage_mean(language), passages, language)
    return Space(query_means, passage_means, space.directions)


def own_space(titles: Sums, passages: Sums) -> Space:
    """Return the space of a model that nothing is known about, told from the texts of a base alone."""
    sums = [*titles.sums.values(), *passages.sums.values()]
    total = np.sum(sums, axis=0) / (titles.counts.total() + passages.counts.total())
    middle = {"": total.astype(np.float32)}
    nowhere = np.zeros((0, len(total)), np.float32)
    return adapted(Space(middle, middle, nowhere), titles, passages)


def raw_space(dimensions: int) -> Space:
    """Return the space of a model whose vectors need no cleaning."""
    origin = {"": np.zeros(dimensions, np.float32)}
    return Space(origin, origin, np.zeros((0, dimensions), np.float32))


def _blended(shipped: Vectors, own: Sums, language: str) -> Vectors:
    count = own.counts[language]
    mean: Vectors = (shipped * _SHIPPED_WEIGHT + own.sums[language]) / (_SHIPPED_WEIGHT + count)
    return mean


def _middle(means: Mapping[str, Vectors]) -> Vectors:
    middle: Vectors = np.mean(list(means.values()), axis=0)
    return middle
