"""What people taught an index: messages that an article answered, and messages that it did not."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.units import Vector

# How far the odds fall, in logarithms, for the article that was rejected and for any other one.
_REJECTED, _ANY = 3.0, 2.0
# How much nearer than to its article a question must be to a rejected message to count fully.
_WIDTH = 0.1
# A newer rejection says more than one of the thousand before.
_ENOUGH = 2_000


@dataclass(frozen=True, slots=True)
class Lesson:
    """A message with what somebody said of it: that the article with this key answered it, or did not."""

    key: str
    text: str
    by: str
    is_right: bool
    number: int
    words: tuple[str, ...]
    vector: Vector | None


class Rejections:
    """Messages that were answered wrongly: near them an answer must be surer."""

    def __init__(self, lessons: Sequence[Lesson], topics: NDArray[np.int32], dimensions: int) -> None:
        self._topics = topics
        self._dimensions = dimensions
        self._lessons = [lesson for lesson in lessons if not lesson.is_right][-_ENOUGH:]
        vectors = [lesson.vector.joined(dimensions) for lesson in self._lessons if lesson.vector is not None]
        self._vectors = np.stack(vectors) if vectors and len(vectors) == len(self._lessons) else None

    def penalty(self, article: int, near: float, words: Sequence[str], vector: Vector | None) -> float:
        """Return by how much the logarithm of an article's odds falls; `near` is how near the article itself is."""
        if not self._lessons:
            return 0.0
        similar = self._similar(words, vector)
        weights = [
            _REJECTED if self._topics[lesson.number] == self._topics[article] else _ANY
            for lesson in self._lessons
        ]
        fits = np.clip((similar - near) / _WIDTH + 0.5, 0.0, 1.0)
        return float((np.array(weights) * fits).max())

    def _similar(self, words: Sequence[str], vector: Vector | None) -> NDArray[np.float32]:
        if vector is not None and self._vectors is not None:
            similar: NDArray[np.float32] = self._vectors @ vector.joined(self._dimensions)
            return similar
        asked = set(words)
        return np.array([_alike(asked, set(lesson.words)) for lesson in self._lessons], np.float32)


def _alike(one: set[str], other: set[str]) -> float:
    """The cosine of two sets of words."""
    return len(one & other) / math.sqrt(max(1, len(one)) * max(1, len(other)))
