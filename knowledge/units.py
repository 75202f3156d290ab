"""The texts by which articles are found, as vectors: titles and phrasings on one side, passages on the other."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.matrix import ExactMatrix, Matrix, Rows
from knowledge.vectors import Vectors
from knowledge.wording import Pieces

# Lower than any cosine: an article without such a text.
NONE = -2.0


@dataclass(frozen=True, slots=True)
class Vector:
    """What a text means to the model of all languages and, if the text is English, to the one of English.

    `as_english` is a guess what the latter would say of another language: good for titles, not for whole passages.
    `pieces` are those of an English text.
    """

    general: Vectors
    english: Vectors | None = None
    as_english: Vectors | None = None
    pieces: Pieces | None = None

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

    def __init__(self, owners: NDArray[np.int32], general: Matrix, english_rows: NDArray[np.int32],
                 english: Matrix) -> None:  # fmt: skip
        self.owners = owners
        self._general = general
        self._english_rows = english_rows
        self._english = english

    def __len__(self) -> int:
        return len(self.owners)

    def vector(self, row: int) -> Vector:
        """Return what one text means."""
        (general,) = self._general.taken(np.array([row])).plain()
        place = int(np.searchsorted(self._english_rows, row))
        is_english = place < len(self._english_rows) and self._english_rows[place] == row
        return Vector(general, self._english.taken(np.array([place])).plain()[0] if is_english else None)

    def similar(self, vector: Vector, rows: Rows | None = None) -> Vectors:
        """Return how near each text is, or each of `rows`, -1 to 1; what both models can judge is judged by both."""
        similar = self._general.similar(vector.general, rows)
        if vector.english is None or not len(self._english_rows):
            return similar
        if rows is None:
            similar[self._english_rows] = _both(
                similar, self._english_rows, self._english.similar(vector.english)
            )
            return similar
        places = np.minimum(np.searchsorted(self._english_rows, rows), len(self._english_rows) - 1)
        is_english = self._english_rows[places] == rows
        similar[is_english] = _both(
            similar, is_english, self._english.similar(vector.english, places[is_english])
        )
        return similar

    def nearest(self, vector: Vector, count: int) -> Rows:
        """Return about the `count` nearest texts, in no order: those worth being compared exactly."""
        guessed = self._general.guessed(vector.general)
        if vector.english is not None and len(self._english_rows):
            guessed[self._english_rows] = _both(
                guessed, self._english_rows, self._english.guessed(vector.english)
            )
        return np.argpartition(guessed, -count)[-count:] if count < len(guessed) else np.arange(len(guessed))

    def of(self, article: int, vector: Vector) -> Vectors:
        """Return how near each text of one article is, in order."""
        return self.similar(vector, np.flatnonzero(self.owners == article))

    def english_rows(self, most: int) -> tuple[Vectors, Vectors]:
        """Return both vectors of texts that have two, at most so many, evenly spread."""
        count = len(self._english_rows)
        places = np.unique(np.linspace(0, count - 1, min(most, count)).astype(np.int64))
        rows = self._english_rows[places].astype(np.int64)
        return self._general.taken(rows).plain(), self._english.taken(places).plain()

    def joined(self) -> Vectors:
        """Return one unit vector a text, of both models."""
        general, dimensions = self._general.plain(), self.english_dimensions
        if not dimensions:
            return general
        joined: Vectors = np.hstack([general, np.zeros((len(self), dimensions), np.float32)])
        joined[self._english_rows, -dimensions:] = self._english.plain()
        joined[self._english_rows] /= np.float32(np.sqrt(2))
        return joined

    @property
    def is_exact(self) -> bool:
        """Return whether all texts are compared, and not only those that seem near."""
        return isinstance(self._general, ExactMatrix)

    @property
    def english_dimensions(self) -> int:
        return self._english.dimensions

    def added(self, article: int, vector: Vector) -> "Units":
        """Return these and one more text of an article, which is the last row."""
        rows, english = self._english_rows, self._english
        if vector.english is not None and self.english_dimensions:
            rows = np.append(rows, np.int32(len(self)))
            english = english.extended(vector.english[None])
        owners = np.append(self.owners, np.int32(article))
        return Units(owners, self._general.extended(vector.general[None]), rows, english)

    def without(self, row: int) -> "Units":
        """Return these without one row; the rows after it move up."""
        return self.taken(np.delete(np.arange(len(self)), row))

    def followed_by(self, more: "Units") -> "Units":
        """Return these and more texts below."""
        return Units(
            np.concatenate([self.owners, more.owners]),
            self._general.extended(more._general.plain()),
            np.concatenate([self._english_rows, more._english_rows + np.int32(len(self))]),
            self._english.extended(more._english.plain()),
        )

    def renumbered(self, new_numbers: NDArray[np.int32], own: int) -> "Units":
        """Return those of the first `own` texts whose articles keep a number, under that number."""
        rows = np.flatnonzero(new_numbers[self.owners[:own]] >= 0)
        kept = self.taken(rows)
        kept.owners = new_numbers[kept.owners]
        return kept

    def taken(self, rows: Rows) -> "Units":
        """Return only these rows, which ascend."""
        places = np.searchsorted(rows, self._english_rows)
        is_kept = np.append(rows, -1)[places] == self._english_rows
        return Units(
            self.owners[rows],
            self._general.taken(rows),
            places[is_kept].astype(np.int32),
            self._english.taken(np.flatnonzero(is_kept)),
        )


def _both(general: Vectors, rows: NDArray[np.int32] | NDArray[np.bool_], english: Vectors) -> Vectors:
    both: Vectors = (general[rows] + english) * np.float32(0.5)
    return both


def best_by_owner(similarities: Vectors, owners: NDArray[np.int32], articles: int, count: int) -> Vectors:
    """Return the mean of each article's up to `count` highest similarities, `NONE` for one without any.

    One text may be near by accident, several are not.
    """
    rest, totals, counts = similarities.copy(), np.zeros(articles), np.zeros(articles, np.int64)
    for _ in range(count):
        # Sorting takes ten times as long as looking for the best of each owner again and again.
        best = np.full(articles, -np.inf, np.float32)
        np.maximum.at(best, owners, rest)
        is_there = np.isfinite(best)
        totals[is_there] += best[is_there]
        counts += is_there
        rows = np.flatnonzero((rest == best[owners]) & np.isfinite(rest))[::-1]
        first = np.full(articles, -1)
        # Of equal ones the first is taken, for the last that is written stays.
        first[owners[rows]] = rows
        rest[first[first >= 0]] = -np.inf
    return np.where(counts > 0, totals / np.maximum(counts, 1), NONE).astype(np.float32)
