"""How near the topics of a base lie to each other: what is near among recipes would be far among bank cards."""

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from knowledge.units import Units, Vector
from knowledge.vectors import Vectors

# So many texts tell it well enough, and asking for all of them would take minutes in a large base.
_ASKED = 100
# What is usual, and how many texts' worth of it a base starts with: a few texts tell little.
_USUAL, _BORROWED = 0.75, 4.0
# Articles that lie further apart than this make no answer surer: a question about nothing is as far from them.
_APART = 0.65
# Measured again when the texts have grown or shrunk by this much.
_CHANGE = 0.05


class Siblings:
    """Asks for a base's own texts as if their own topic were missing."""

    def __init__(self, topics: NDArray[np.int32]) -> None:
        """Start with the topic of each article."""
        self.usual = _USUAL
        """How near the nearest other topic is on average, on the scale of `Nearness.mixed`, or what counts as far."""
        self._topics = topics
        self._measured = 0

    def measure(self, units: Units, nearness: Callable[[Vector], Vectors]) -> None:
        """Ask for up to a hundred of `units`, if they have changed; `nearness` tells how near each article is."""
        if abs(len(units) - self._measured) <= _CHANGE * self._measured:
            return
        self._measured = len(units)
        rows = np.unique(np.linspace(0, len(units) - 1, min(_ASKED, len(units))).astype(int))
        nearest = [
            self._nearest(units.vector(row), int(units.owners[row]), nearness) for row in rows.tolist()
        ]
        self.usual = max(_APART, (_USUAL * _BORROWED + sum(nearest)) / (_BORROWED + len(nearest)))

    def _nearest(self, vector: Vector, owner: int, nearness: Callable[[Vector], Vectors]) -> float:
        others = self._topics != self._topics[owner]
        return float(nearness(vector)[others].max()) if others.any() else _USUAL
