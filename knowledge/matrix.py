"""Many vectors to compare with one: exactly, or in a byte a number with a bit a number to find what is near."""

from collections.abc import Iterable
from typing import Protocol, Self

import numpy as np
from numpy.typing import NDArray

from knowledge.vectors import Vectors

Rows = NDArray[np.int64]

LARGEST_EXACT = 10_000
"""So many vectors are compared one by one: 2 ms and 15 MB a model. More are first looked through by their signs."""

_WORD = 64
_LARGEST_BYTE = 127


class Matrix(Protocol):
    """Unit vectors, a row each."""

    def __len__(self) -> int: ...

    @property
    def dimensions(self) -> int: ...

    def similar(self, vector: Vectors, rows: Rows | None = None) -> Vectors:
        """Return the cosine of each row, or of each of `rows`, to a vector."""
        ...

    def guessed(self, vector: Vectors) -> Vectors:
        """Return about how near each row is, in any unit: good enough to find those worth comparing."""
        ...

    def taken(self, rows: Rows) -> Self:
        """Return the matrix of these rows only."""
        ...

    def extended(self, vectors: Vectors) -> Self:
        """Return the matrix with more rows below."""
        ...

    def plain(self) -> Vectors:
        """Return the vectors themselves, as far as they are still known."""
        ...


class ExactMatrix:
    """Vectors as they are."""

    def __init__(self, vectors: Vectors) -> None:
        self._vectors = vectors

    def __len__(self) -> int:
        return len(self._vectors)

    @property
    def dimensions(self) -> int:
        return int(self._vectors.shape[1])

    def similar(self, vector: Vectors, rows: Rows | None = None) -> Vectors:
        if not len(self):
            return np.zeros(0, np.float32)
        similar: Vectors = (self._vectors if rows is None else self._vectors[rows]) @ vector
        return similar

    def guessed(self, vector: Vectors) -> Vectors:
        return self.similar(vector)

    def taken(self, rows: Rows) -> "ExactMatrix":
        return ExactMatrix(self._vectors[rows])

    def extended(self, vectors: Vectors) -> "ExactMatrix":
        return ExactMatrix(np.concatenate([self._vectors, vectors]) if len(self) else vectors)

    def plain(self) -> Vectors:
        return self._vectors


class PackedMatrix:
    """Each number in a byte, and its sign in a bit of a second, small table that is looked through first.

    The share of signs in which two vectors differ is their angle over 180 degrees, give or take two points.
    """

    def __init__(self, numbers: NDArray[np.int8], scales: Vectors, signs: NDArray[np.uint64]) -> None:
        self._numbers = numbers
        self._scales = scales
        # A row for each 64 dimensions, so that numpy runs along long rows.
        self._signs = signs

    @classmethod
    def of(cls, blocks: Iterable[Vectors], count: int, dimensions: int) -> "PackedMatrix":
        """Pack `count` vectors that come in blocks."""
        packed = cls(
            np.empty((count, dimensions), np.int8),
            np.empty(count, np.float32),
            np.empty((-(-dimensions // _WORD), count), np.uint64),
        )
        start = 0
        for block in blocks:
            here = slice(start, start + len(block))
            packed._numbers[here], packed._scales[here] = _in_bytes(block)
            packed._signs[:, here] = _signs(block)
            start += len(block)
        return packed

    def __len__(self) -> int:
        return len(self._scales)

    @property
    def dimensions(self) -> int:
        return int(self._numbers.shape[1])

    def similar(self, vector: Vectors, rows: Rows | None = None) -> Vectors:
        numbers, scales = self._numbers, self._scales
        if rows is not None:
            numbers, scales = numbers[rows], scales[rows]
        similar: Vectors = (numbers.astype(np.float32) @ vector) * scales
        return similar

    def guessed(self, vector: Vectors) -> Vectors:
        differing = np.zeros(len(self), np.uint16)
        for word, asked in zip(self._signs, _signs(vector[None])[:, 0], strict=True):
            differing += np.bitwise_count(word ^ asked)
        near: Vectors = np.cos(np.pi / self.dimensions * np.arange(self.dimensions + 1)).astype(np.float32)
        return near[differing]

    def taken(self, rows: Rows) -> "PackedMatrix":
        return PackedMatrix(self._numbers[rows], self._scales[rows], self._signs[:, rows])

    def extended(self, vectors: Vectors) -> "PackedMatrix":
        numbers, scales = _in_bytes(vectors)
        return PackedMatrix(
            np.concatenate([self._numbers, numbers]),
            np.concatenate([self._scales, scales]),
            np.concatenate([self._signs, _signs(vectors)], axis=1),
        )

    def plain(self) -> Vectors:
        plain: Vectors = self._numbers * self._scales[:, None]
        return plain


def matrix_of(blocks: Iterable[Vectors], count: int, dimensions: int) -> Matrix:
    """Return a matrix of `count` vectors that come in blocks: exact unless they are very many."""
    if count > LARGEST_EXACT:
        return PackedMatrix.of(blocks, count, dimensions)
    vectors = [block for block in blocks if len(block)]
    return ExactMatrix(np.concatenate(vectors) if vectors else np.zeros((0, dimensions), np.float32))


def _in_bytes(vectors: Vectors) -> tuple[NDArray[np.int8], Vectors]:
    scales = np.maximum(np.abs(vectors).max(axis=1, initial=0.0), 1e-9) / np.float32(_LARGEST_BYTE)
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def _signs(vectors: Vectors) -> NDArray[np.uint64]:
    bits = np.packbits(vectors > 0, axis=1)
    padded = np.zeros((len(vectors), -(-vectors.shape[1] // _WORD) * 8), np.uint8)
    padded[:, : bits.shape[1]] = bits
    return np.ascontiguousarray(padded.view(np.uint64).T)
