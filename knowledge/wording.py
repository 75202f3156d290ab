"""What an article says of each piece of a question: the model of English, read piece by piece and not as a whole.

Two articles may be about the same and differ in one word ("my card was lost", "my card was eaten"). In the vector of a
whole sentence that word is one of ten; here it shows that nothing in the wrong article comes near it.
"""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from knowledge.vectors import Vectors

Pieces = NDArray[np.int8]
"""The pieces of a text, a row each: unit vectors, 127 to the unit."""

_UNIT = np.float32(127)
# Of a text's pieces the worst third tells: the others are what it has in common with everything around it.
_WEAKEST = 3
# What the question says of the best title on average; without a title nothing speaks for or against an article.
_UNTITLED = 0.6


@runtime_checkable
class ReadsPieces(Protocol):
    """A model that can tell what each piece of a text means where it stands."""

    name: str

    def pieces(self, texts: Sequence[str]) -> list[Vectors]:
        """Return for each text the vectors of its pieces, a row each."""
        ...


class Lens:
    """The directions in which pieces differ most: a tenth of the numbers tells as much of what is near."""

    def __init__(self, directions: Vectors) -> None:
        """Take `directions` as columns."""
        self.directions = directions
        self.name = hashlib.sha256(directions.tobytes()).hexdigest()[:8]

    @property
    def width(self) -> int:
        """How many numbers a piece has."""
        return int(self.directions.shape[1])

    def packed(self, rows: Vectors) -> Pieces:
        """Return the pieces of a text in bytes."""
        seen = rows @ self.directions
        seen /= np.linalg.norm(seen, axis=1, keepdims=True) + 1e-9
        packed: Pieces = np.rint(seen * _UNIT).astype(np.int8)
        return packed


@dataclass(frozen=True, slots=True)
class Reading:
    """How near a question and an article come to what they come least near to in each other, -1 to 1.

    `asked` is what the article says of the question's pieces, `named` what the question says of those of the title or
    phrasing that fits it best.
    """

    asked: float
    named: float


class Wordings:
    """The pieces of each article's English texts, and of what was learned of it."""

    def __init__(self, names: Mapping[int, Sequence[Pieces]], parts: Mapping[int, Sequence[Pieces]]) -> None:
        """Start with the articles' own titles and phrasings, and their passages, by the article's number."""
        self._names, self._parts = names, parts
        self._learned: dict[int, list[Pieces]] = {}

    def learn(self, article: int, pieces: Pieces) -> None:
        """Add one more phrasing to an article."""
        self._learned[article] = [*self._learned.get(article, ()), pieces]

    def forget(self, article: int, pieces: Pieces) -> None:
        """Take a learned phrasing away again; nothing happens when it is not there."""
        learned = self._learned.get(article, [])
        same = [place for place, one in enumerate(learned) if np.array_equal(one, pieces)][:1]
        self._learned[article] = [one for place, one in enumerate(learned) if place not in same]

    def read(self, asked: Pieces, articles: Sequence[int]) -> Reading | None:
        """Return what a question and these articles say of each other; None when they have no English text."""
        names = [
            text for one in articles for text in (*self._names.get(one, ()), *self._learned.get(one, ()))
        ]
        texts = [*names, *(text for one in articles for text in self._parts.get(one, ()))]
        if not any(map(len, texts)) or not len(asked):
            return None
        near = asked.astype(np.float32) @ np.concatenate(texts).astype(np.float32).T / (_UNIT * _UNIT)
        ends = np.cumsum([len(text) for text in names])
        said = np.split(near.max(axis=0), ends)[: len(names)]
        return Reading(
            _least(near.max(axis=1)), max((_least(one) for one in said if len(one)), default=_UNTITLED)
        )

    def changed(self, new_numbers: NDArray[np.int32], names: Mapping[int, Sequence[Pieces]],
                parts: Mapping[int, Sequence[Pieces]]) -> "Wordings":  # fmt: skip
        """Return those of the articles that keep a number, under that number, and of fresh ones."""
        kept_names, kept_parts = (
            {int(new_numbers[number]): texts for number, texts in own.items() if new_numbers[number] >= 0}
            for own in (self._names, self._parts)
        )
        return Wordings({**kept_names, **names}, {**kept_parts, **parts})


def _least(near: Vectors) -> float:
    """The mean of the third that is least near."""
    return float(np.sort(near)[: max(1, len(near) // _WEAKEST)].mean())
