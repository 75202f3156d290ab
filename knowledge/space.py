"""Where the languages lie in a model's space, and what is left of a vector when that is taken away."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

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


def own_space(titles: Vectors, title_languages: Sequence[str], passages: Vectors,
              passage_languages: Sequence[str]) -> Space:  # fmt: skip
    """Return the space of a model that nothing is known about, told from the texts of a base alone."""
    texts = np.concatenate([part for part in (titles, passages) if len(part)])
    middle = {"": texts.mean(axis=0).astype(np.float32)}
    nowhere = np.zeros((0, texts.shape[1]), np.float32)
    return adapted(Space(middle, middle, nowhere), titles, title_languages, passages, passage_languages)


def raw_space(dimensions: int) -> Space:
    """Return the space of a model whose vectors need no cleaning."""
    origin = {"": np.zeros(dimensions, np.float32)}
    return Space(origin, origin, np.zeros((0, dimensions), np.float32))


def _blended(shipped: Vectors, own: Vectors) -> Vectors:
    mean: Vectors = (shipped * _SHIPPED_WEIGHT + own.sum(axis=0)) / (_SHIPPED_WEIGHT + len(own))
    return mean


def _middle(means: Mapping[str, Vectors]) -> Vectors:
    middle: Vectors = np.mean(list(means.values()), axis=0)
    return middle


def _rows(languages: Sequence[str], language: str) -> list[int]:
    return [row for row, spoken in enumerate(languages) if spoken == language]
