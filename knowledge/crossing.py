"""From the space of all languages into that of English: a question in Croatian is compared with English titles."""

import numpy as np

from knowledge.vectors import Vectors

# How many texts' worth of doubt the map begins with; of few texts it gives little more than their middle.
_DOUBT = 10.0


class Crossing:
    """Guesses which vector the model of English would give, from that of the model of all languages (ridge regression).

    What it learns from are the English texts of a base, which have both: so it keeps of a question what the base
    is about.
    """

    def __init__(self, general: Vectors, english: Vectors) -> None:
        """Learn from texts that have both vectors, row by row; some milliseconds for a thousand."""
        self._middle: Vectors = english.mean(axis=0)
        doubt = np.eye(general.shape[1], dtype=np.float32) * np.float32(_DOUBT)
        self._map: Vectors = np.linalg.solve(
            general.T @ general + doubt, general.T @ (english - self._middle)
        )

    def guess(self, general: Vectors) -> Vectors:
        """Return the unit vector a text would have if it were English."""
        guessed = self._middle + general @ self._map
        unit: Vectors = (guessed / (np.linalg.norm(guessed) + 1e-9)).astype(np.float32)
        return unit
