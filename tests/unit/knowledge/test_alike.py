"""Questions are put together by what they mean: deterministic, and no further than they are near."""

import random

import numpy as np
import pytest

from knowledge.alike import group_by_meaning
from knowledge.units import Vector


def towards(*angles: float, english: float | None = None) -> list[Vector]:
    """Questions that look in these directions, in degrees; with `english` the other model sees all of them there."""

    def unit(angle: float) -> "np.ndarray[tuple[int], np.dtype[np.float32]]":
        return np.array([np.cos(np.radians(angle)), np.sin(np.radians(angle))], np.float32)

    return [Vector(unit(angle), None if english is None else unit(english)) for angle in angles]


@pytest.mark.parametrize(
    ("vectors", "groups"),
    [
        pytest.param([], [], id="none"),
        pytest.param(towards(10), [[0]], id="one"),
        pytest.param(towards(0, 90, 2, 91, 180), [[0, 2], [1, 3], [4]], id="near ones together"),
        pytest.param(towards(0, 50, 100, 150), [[0, 1], [2, 3]], id="a chain is not one group"),
        pytest.param(towards(0, english=0) + towards(20, english=170), [[0], [1]], id="one of two models says no"),
        pytest.param(towards(0) + towards(20, english=170), [[0, 1]], id="across languages one model judges"),
    ],
)  # fmt: skip
def test_questions_are_put_together(vectors: list[Vector], groups: list[list[int]]) -> None:
    assert group_by_meaning(vectors) == groups


def test_the_same_questions_give_the_same_groups_in_whatever_order_they_come() -> None:
    chance = random.Random(5)  # noqa: S311 - no secret
    vectors = towards(*(chance.uniform(0, 360) for _ in range(120)))
    order = list(range(120))
    chance.shuffle(order)
    shuffled = group_by_meaning([vectors[at] for at in order])
    assert sorted(sorted(order[at] for at in one) for one in shuffled) == group_by_meaning(vectors)


def test_no_group_is_held_together_by_less_than_was_asked_for() -> None:
    chance = random.Random(6)  # noqa: S311 - no secret
    vectors = towards(*(chance.uniform(0, 360) for _ in range(80)))
    for group in group_by_meaning(vectors, 0.9):
        near = [float(vectors[a].general @ vectors[b].general) for a in group for b in group if a < b]
        assert not near or np.mean(near) * 1.2 > 0.9 - 1e-5
