"""How far the share of all may lie from the share of those that were counted: Wilson's interval, one side at a time."""

import math

SURE = 1.645
"""One bound holds in 95 of 100 samples."""
VERY_SURE = 2.326
"""In 99 of 100: for what is looked at again and again."""


def lowest_share(right: float, of: float, deviations: float = SURE) -> float:
    """The share that lies no lower in truth, when so many of so many were counted; 0 when nothing was."""
    centre, reach = _interval(right, of, deviations)
    return max(0.0, centre - reach)


def highest_share(right: float, of: float, deviations: float = SURE) -> float:
    """The share that lies no higher in truth; 1 when nothing was counted."""
    centre, reach = _interval(right, of, deviations)
    return min(1.0, centre + reach)


def enough_for(share: float, aim: float, deviations: float = SURE) -> float:
    """How many must be counted, with this share of them right, until the lowest share reaches the aim.

    Infinite when the share does not lie above the aim.
    """
    if share <= aim:
        return math.inf
    # Where the aim is the lower bound, it lies so many deviations of its own below the share.
    return deviations**2 * aim * (1 - aim) / (share - aim) ** 2


def _interval(right: float, of: float, deviations: float) -> tuple[float, float]:
    if of <= 0:
        return 0.5, 0.5
    share, square = right / of, deviations**2
    centre = (share + square / (2 * of)) / (1 + square / of)
    reach = deviations * math.sqrt(share * (1 - share) / of + square / (4 * of**2)) / (1 + square / of)
    return centre, reach
