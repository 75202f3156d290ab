"""How sure an answer must be: the lowest threshold at which enough answers to judged questions were right."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.policies.shares import enough_for, highest_share, lowest_share

ENOUGH_JUDGED = 100
FLOOR = 0.5
"""Below it the index itself holds an answer for more likely wrong than right."""
STEPS = tuple(round(hundredth / 100, 2) for hundredth in range(round(FLOOR * 100), 100))
"""What is tried: whole per cent, as people read them."""
_SHOWN = (0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95)
_TELLING = 20
"""So few judged answers let a share look high by luck."""


@dataclass(frozen=True, slots=True)
class Sample:
    """A question, how sure the index is of its best article, and whether that one is right."""

    confidence: float
    is_right: bool | None
    """None where nobody has judged it."""
    is_presumed: bool = False
    """Nobody has judged it, and it counts as wrong to be on the safe side."""
    is_answered: bool = False
    """It was answered, or would be today, whatever threshold is chosen below the one that is shipped."""
    weight: float = 1.0
    """For how many questions it stands."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of questions at a threshold; shares of 1."""

    threshold: float
    answered: float
    """The share of the questions that gets an answer."""
    right: float
    """The share of those answers that is right."""
    least: float
    most: float
    """Between which it lies in truth, each with 95 % certainty."""
    judged: int
    """How many of the answers somebody has judged."""
    counted: float
    """How many equally weighted answers say as much as those that are known."""


@dataclass(frozen=True, slots=True)
class Proposal:
    """The threshold to take, or why there is none."""

    threshold: float | None
    missing: int = 0
    """About so many more judged questions are needed; 0 where more of the same would not do."""
    best: Outcome | None = None
    """The highest share of right answers that was reached."""


def judged(samples: Sequence[Sample]) -> int:
    """Return how many of them somebody has judged."""
    return sum(one.is_right is not None and not one.is_presumed for one in samples)


def weighed(samples: Sequence[Sample]) -> list[Sample]:
    """Let the judged answers stand for the answers that nobody judged.

    Few customers say how an answer was; of the questions that got none each is known. Without weights the few would
    be drowned by the many.
    """
    answered = [one for one in samples if one.is_answered]
    known = sum(one.is_right is not None for one in answered)
    weight = len(answered) / known if known else 1.0
    return [replace(one, weight=weight) if one.is_answered else one for one in samples]


def outcome_at(samples: Sequence[Sample], threshold: float) -> Outcome:
    """Return what becomes of these questions at a threshold."""
    shown = [one for one in samples if one.confidence >= threshold]
    known = [one for one in shown if one.is_right is not None]
    total, squares = sum(one.weight for one in known), sum(one.weight**2 for one in known)
    share = sum(one.weight for one in known if one.is_right) / total if total else 0.0
    # Unequal weights say less than as many equal ones: Kish's effective size.
    counted = total**2 / squares if squares else 0.0
    return Outcome(
        threshold,
        len(shown) / len(samples) if samples else 0.0,
        share,
        lowest_share(share * counted, counted),
        highest_share(share * counted, counted),
        judged(known),
        counted,
    )


def propose(samples: Sequence[Sample], aim: float) -> Proposal:
    """Return the lowest threshold at which, with 95 % certainty, this share of the answers is right."""
    have = judged(samples)
    if have < ENOUGH_JUDGED:
        return Proposal(None, ENOUGH_JUDGED - have)
    tried = [outcome_at(samples, step) for step in STEPS]
    for one in tried:
        if one.least >= aim:
            return Proposal(one.threshold)
    telling = [one for one in tried if one.judged >= _TELLING]
    best = max(telling, key=lambda one: (one.right, one.answered), default=None)
    factors = [enough_for(one.right, aim) / one.counted for one in telling if one.right > aim]
    # In tens: it is known only roughly.
    missing = 10 * max(1, math.ceil(have * (min(factors) - 1) / 10)) if factors else 0
    return Proposal(None, missing, best)


def worth_showing(samples: Sequence[Sample], in_use: float, proposed: float | None) -> list[Outcome]:
    """Return what becomes of the questions at the threshold in use, at the proposed one, and at some others."""
    steps = {*_SHOWN, round(in_use, 4), *([proposed] if proposed is not None else [])}
    return [outcome_at(samples, step) for step in sorted(steps)]
