"""What means the same: questions put together, and pairs of passages."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.units import Vector
from knowledge.vectors import Vectors

# Two groups are one when their questions are so near to each other on average. Measured: docs/knowledge.md.
ALIKE = 0.5
# What one model alone finds near is nearer than its number says, most of all across languages.
_ALONE = 1.2
# Rows of a table of nearness that are looked at together.
_AT_ONCE = 512


def group_by_meaning(vectors: Sequence[Vector], least: float = ALIKE) -> list[list[int]]:
    """Return the positions of questions that belong together, in the order of their first ones.

    Average linkage along chains of nearest neighbours: the same groups for the same questions, in a time that grows
    with the square of their number.
    """
    if not vectors:
        return []
    near = _nearness(vectors)
    np.fill_diagonal(near, -np.inf)
    members: dict[int, list[int]] = {number: [number] for number in range(len(vectors))}
    left, chain, done = set(members), list[int](), list[list[int]]()
    while left:
        if not chain:
            chain.append(min(left))
        last = chain[-1]
        nearest = int(np.argmax(near[last]))
        if near[last, nearest] < least:
            # Whatever else is merged comes no nearer to it.
            chain.pop()
            left.discard(last)
            done.append(sorted(members.pop(last)))
            near[:, last] = -np.inf
            continue
        if len(chain) > 1 and near[last, chain[-2]] >= near[last, nearest]:
            before = chain[-2]
            del chain[-2:]
            _merge(near, members, before, last)
            left.discard(last)
        else:
            chain.append(nearest)
    return sorted(done)


def near_pairs(vectors: Vectors, owners: NDArray[np.int32], least: float) -> list[tuple[float, int, int]]:
    """Return pairs of texts of different owners that are at least so near: nearness and rows, nearest first."""
    found: list[tuple[float, int, int]] = []
    for start in range(0, len(vectors), _AT_ONCE):
        near = vectors[start : start + _AT_ONCE] @ vectors.T
        for row, other in np.argwhere(near >= least):
            one = start + int(row)
            if one < other and owners[one] != owners[other]:
                found.append((float(near[row, other]), one, int(other)))
    return sorted(found, key=lambda pair: (-pair[0], pair[1], pair[2]))


def _merge(near: Vectors, members: dict[int, list[int]], kept: int, gone: int) -> None:
    """Let one group be the mean of two, and the other nowhere."""
    a, b = len(members[kept]), len(members[gone])
    mean = (near[kept] * a + near[gone] * b) / (a + b)
    near[kept], near[:, kept] = mean, mean
    near[gone], near[:, gone] = -np.inf, -np.inf
    near[kept, kept] = -np.inf
    members[kept] += members.pop(gone)


def _nearness(vectors: Sequence[Vector]) -> Vectors:
    """Return how near each question is to each other one; two in English are judged by both models."""
    general = np.stack([one.general for one in vectors])
    near: NDArray[np.float32] = general @ general.T
    rows = [row for row, one in enumerate(vectors) if one.english is not None]
    both = np.ix_(rows, rows)
    judged_by_both = near[both]
    near *= np.float32(_ALONE)
    if rows:
        english = np.stack([one.english for one in vectors if one.english is not None])
        near[both] = (judged_by_both + english @ english.T) / 2
    return near
