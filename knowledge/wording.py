"""What an article says of each piece of a question: the model of English, read piece by piece and not as a whole.

Two articles may be about the same and differ in one word ("my card was lost", "my card was eaten"). In the vector of a
whole sentence that word is one of ten; here it shows that nothing in the wrong article comes near it.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from typing import Protocol, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from knowledge.vectors import Vectors

Pieces = NDArray[np.int8]
"""The pieces of a text, a row each: unit vectors, 127 to the unit."""

_UNIT = np.float32(127)
# Of a question's pieces the worst ones tell: the others are what it has in common with everything around it.
_WEAKEST = 3


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


class Wordings:
    """The pieces of each article's English texts, and of what was learned of it."""

    def __init__(self, own: Mapping[int, Sequence[Pieces]]) -> None:
        """Start with the articles' own texts, by the article's number."""
        self._own = own
        self._learned: dict[int, list[Pieces]] = {}

    def learn(self, article: int, pieces: Pieces) -> None:
        """Add one more phrasing to an article."""
        self._learned[article] = [*self._learned.get(article, ()), pieces]

    def forget(self, article: int, pieces: Pieces) -> None:
        """Take a learned phrasing away again; nothing happens when it is not there."""
        learned = self._learned.get(article, [])
        same = [place for place, one in enumerate(learned) if np.array_equal(one, pieces)][:1]
        self._learned[article] = [one for place, one in enumerate(learned) if place not in same]

    def weakest(self, asked: Pieces, articles: Iterable[int]) -> float | None:
        """Return how near these articles come to the third of the pieces they come least near to, -1 to 1.

        None when they have no English text.
        """
        texts = [text for one in articles for text in (*self._own.get(one, ()), *self._learned.get(one, ()))]
        if not texts or not len(asked):
            return None
        near = (asked.astype(np.float32) @ np.concatenate(texts).astype(np.float32).T).max(axis=1)
        count = max(1, len(near) // _WEAKEST)
        return float(np.sort(near)[:count].mean()) / float(_UNIT * _UNIT)

    def changed(self, new_numbers: NDArray[np.int32], fresh: Mapping[int, Sequence[Pieces]]) -> "Wordings":
        """Return those of the articles that keep a number, under that number, and of `fresh` ones."""
        kept = {
            int(new_numbers[number]): texts for number, texts in self._own.items() if new_numbers[number] >= 0
        }
        return Wordings({**kept, **fresh})
