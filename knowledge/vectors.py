"""Turning text into vectors: what every model offers."""

from collections.abc import Sequence
from enum import Enum
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]


class EmbeddingError(Exception):
    """The vectors cannot be had at the moment; what was asked can still be looked up by its letters."""


class SpaceKind(Enum):
    """What is known of the space a model's vectors lie in."""

    SHIPPED = "where each language lies is shipped"
    CLEAN = "vectors can be compared as they are"
    UNKNOWN = "where each language lies must be told from the articles"


class Embedder(Protocol):
    """Gives unit-length vectors, one row a text; safe to call from several threads.

    `languages` are those it understands, None for practically all. `english` is a second model, for English texts.
    Raises EmbeddingError when vectors cannot be had.
    """

    name: str
    space: SpaceKind
    languages: frozenset[str] | None

    @property
    def dimensions(self) -> int: ...

    @property
    def english(self) -> "Embedder | None": ...

    def queries(self, texts: Sequence[str]) -> Vectors: ...

    def passages(self, texts: Sequence[str]) -> Vectors: ...

    def knows(self, word: str) -> bool:
        """Return whether a word is an ordinary one, also in lower case; True where that cannot be told."""
        ...


def model_names(embedder: Embedder) -> str:
    """Return the names of all models an embedder uses."""
    return embedder.name if embedder.english is None else f"{embedder.name} + {embedder.english.name}"
