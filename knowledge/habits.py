"""What customers usually mean: a softmax regression over the phrasings that were accepted for each topic."""

import math

import numpy as np
from numpy.typing import NDArray

from knowledge.vectors import Vectors

# With fewer phrasings a topic the nearest one says as much.
_ENOUGH_PHRASINGS = 1.0
# Beyond this many vectors times topics a fit would take longer than ten seconds, and a base that large seldom needs it.
_LARGEST_FIT = 500_000
_STEPS, _MORE_STEPS = 200, 40
_TRUST = 20.0
# However rare a topic is among the phrasings, its text may still answer: a floor for its probability.
_FLOOR = 1e-3
# Fitted again when the phrasings have grown by this much.
_GROWTH = 1.05


class Habits:
    """Learns which topic a question's vector means; silent until there are phrasings enough to learn from."""

    def __init__(self, topics: int, titles: int) -> None:
        """Start for so many topics; so many of the texts to learn from will be titles."""
        self._topics, self._titles = topics, titles
        self._fitted = self._most = 0
        self._weights: Vectors | None = None

    def fit(self, vectors: Vectors, topics: NDArray[np.int32]) -> None:
        """Learn from the vectors of titles and phrasings and the topic of each, if they are new and enough."""
        if len(vectors) < self._most:
            # Something was forgotten, so it must not be remembered here.
            self._weights, self._fitted = None, 0
        self._most = len(vectors)
        # Translated titles are no phrasings: learned as such they made a base in six languages worse.
        phrasings = len(vectors) - self._titles
        if phrasings < _ENOUGH_PHRASINGS * self._topics or len(vectors) * self._topics > _LARGEST_FIT:
            return
        if len(vectors) < self._fitted * _GROWTH:
            return
        steps = _STEPS if self._weights is None else _MORE_STEPS
        self._weights = _descend(self._weights, vectors, topics, self._topics, steps)
        self._fitted = len(vectors)

    def scores(self, vector: Vectors) -> Vectors | None:
        """Return the log probability of each topic, or None while there is too little to learn from."""
        if self._weights is None:
            return None
        scores: Vectors = np.log(
            _shares(np.append(vector, np.float32(1.0))[None] @ self._weights)[0] + _FLOOR
        )
        return scores


def _descend(
    start: Vectors | None, vectors: Vectors, topics: NDArray[np.int32], count: int, steps: int
) -> Vectors:
    """Minimise the regularised, balanced log loss by Nesterov's accelerated gradient."""
    rows = np.hstack([vectors, np.ones((len(vectors), 1), np.float32)]).astype(np.float32)
    truth = np.eye(count, dtype=np.float32)[topics]
    importance = (len(rows) / (count * np.maximum(truth.sum(axis=0), 1)))[topics].astype(np.float32)
    # The largest curvature of the loss bounds the step that is safe.
    stiffness = _TRUST * 0.5 * float(np.linalg.norm(rows * np.sqrt(importance)[:, None], 2)) ** 2 + 1.0
    weights = np.zeros((rows.shape[1], count), np.float32) if start is None else start
    ahead, momentum = weights, 1.0
    for _ in range(steps):
        slope = np.float32(_TRUST) * (rows.T @ ((_shares(rows @ ahead) - truth) * importance[:, None]))
        slope[:-1] += ahead[:-1]
        stepped = ahead - slope / np.float32(stiffness)
        following = (1 + math.sqrt(1 + 4 * momentum * momentum)) / 2
        ahead = stepped + np.float32((momentum - 1) / following) * (stepped - weights)
        weights, momentum = stepped, following
    return weights


def _shares(scores: Vectors) -> Vectors:
    odds = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Vectors = odds / odds.sum(axis=1, keepdims=True)
    return shares
