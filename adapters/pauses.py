"""How long a server wants to be left alone, where it says so in any form."""

import math

LONGEST_SECONDS = 3600.0
"""Whoever wants more is asked once an hour: a slip in a header must not silence a customer for weeks."""
UNREADABLE_SECONDS = 30.0
"""For a pause that is told and not understood, such as one that is a date."""


def told_seconds(told: object) -> float | None:
    """What a server told, between 0 and an hour; None where it told no number."""
    try:
        seconds = float(told) if isinstance(told, int | float | str) else math.nan
    except (ValueError, OverflowError):
        return None
    return None if math.isnan(seconds) else bounded(seconds)


def bounded(seconds: float) -> float:
    return min(max(0.0, seconds), LONGEST_SECONDS)
