"""The texts by which articles are found, as vectors: titles and phrasings on one side, passages on the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.vectors import Vectors

# Lower than any cosine: an article without such a text.
NONE = -2.0


@dataclass(frozen=True, slots=True)
class Vector:
    """What a text means to the model of all languages and, if the text is English, to the one of English.

    `as_english` is a guess what the latter would say of another language: good for titles, not for whole passages.
    """

    general: Vectors
    english: Vectors | None = None
    as_english: Vectors | None = None

    def guessed(self) -> "Vector":
        """Return it with the guess in the place of what is not known."""
        return Vector(self.general, self.as_english) if self.english is None else self

    def joined(self, english_dimensions: int) -> Vectors:
        """Return one unit vector of both; the English half of another language is empty."""
        if not english_dimensions:
            return self.general
        if self.english is None:
            return np.concatenate([self.general, np.zeros(english_dimensions, np.float32)])
        both: Vectors = np.concatenate([self.general, self.english]) * np.float32(np.sqrt(0.5))
        return both


class Units:
    """Vectors and the article each belongs to. Rows of English texts have a second vector."""

    def __init__(self, owners: NDArray[np.int32], general: Vectors, english_rows: NDArray[np.int32],
                 english: Vectors) -> None:  # fmt: skip
        self.owners = owners
        self.general = general
        self._english_rows = english_rows
        self._english = english

    def __len__(self) -> int:
        return len(self.owners)

    def vector(self, row: int) -> Vector:
        """Return what one text means."""
        place = int(np.searchsorted(self._english_rows, row))
        is_english = place < len(self._english_rows) and self._english_rows[place] == row
        return Vector(self.general[row], self._english[place] if is_english else None)

    def similar(self, vector: Vector) -> Vectors:
        """Return how near each text is, -1 to 1; what both models can judge is judged by both."""
        similar: Vectors = self.general @ vector.general if len(self) else np.zeros(0, np.float32)
        if vector.english is not None and len(self._english_rows):
            rows = self._english_rows
            similar[rows] = (similar[rows] + self._english @ vector.english) / 2
        return similar

    def of(self, article: int, vector: Vector) -> Vectors:
        """Return how near each text of one article is, in order."""
        rows = np.flatnonzero(self.owners == article)
        similar: Vectors = self.general[rows] @ vector.general
        if vector.english is not None and len(self._english_rows):
            places = np.searchsorted(self._english_rows, rows)
            places = np.minimum(places, len(self._english_rows) - 1)
            is_english = self._english_rows[places] == rows
            english = self._english[places[is_english]] @ vector.english
            similar[is_english] = (similar[is_english] + english) / 2
        return similar

    def english_rows(self) -> tuple[Vectors, Vectors]:
        """Return both vectors of the texts that have two."""
        return self.general[self._english_rows], self._english

    def joined(self) -> Vectors:
        """Return one unit vector a text, of both models."""
        dimensions = self._english.shape[1]
        if not dimensions:
            return self.general
        joined = np.hstack([self.general, np.zeros((len(self), dimensions), np.float32)])
        joined[self._english_rows, -dimensions:] = self._english
        joined[self._english_rows] /= np.float32(np.sqrt(2))
        return joined

    @property
    def english_dimensions(self) -> int:
        return int(self._english.shape[1])

    def added(self, article: int, vector: Vector) -> "Units":
        """Return these and one more text of an article, which is the last row."""
        rows, english = self._english_rows, self._english
        if vector.english is not None and english.shape[1]:
            rows = np.append(rows, np.int32(len(self)))
            english = np.concatenate([english, vector.english[None]])
        owners = np.append(self.owners, np.int32(article))
        return Units(owners, np.concatenate([self.general, vector.general[None]]), rows, english)

    def without(self, row: int) -> "Units":
        """Return these without one row; the rows after it move up."""
        kept = self._english_rows != row
        rows = self._english_rows[kept]
        rows = np.where(rows > row, rows - 1, rows).astype(np.int32)
        return Units(
            np.delete(self.owners, row), np.delete(self.general, row, axis=0), rows, self._english[kept]
        )


def best_by_owner(similarities: Vectors, owners: NDArray[np.int32], articles: int, count: int) -> Vectors:
    """Return the mean of each article's up to `count` highest similarities, `NONE` for one without any.

    One text may be near by accident, several are not.
    """
    order = np.lexsort((-similarities, owners))
    sorted_owners = owners[order]
    place = np.arange(len(order)) - np.searchsorted(sorted_owners, np.arange(articles))[sorted_owners]
    counted = order[place < count]
    totals = np.bincount(owners[counted], similarities[counted], articles)
    counts = np.bincount(owners[counted], minlength=articles)
    return np.where(counts > 0, totals / np.maximum(counts, 1), NONE).astype(np.float32)
