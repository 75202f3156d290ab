"""How sure an answer must be is told from judged questions, and only where luck is no explanation."""

import random
from collections.abc import Sequence
from dataclasses import replace

import pytest

from bot.core.policies.shares import enough_for, highest_share, lowest_share
from knowledge.tuning import (
    ENOUGH_JUDGED,
    FLOOR,
    Sample,
    judged,
    outcome_at,
    propose,
    weighed,
    worth_showing,
)


def samples(*groups: tuple[float, int, int]) -> list[Sample]:
    """Of each confidence so many right and so many wrong ones."""
    return [
        Sample(confidence, is_right)
        for confidence, right, wrong in groups
        for is_right in [True] * right + [False] * wrong
    ]


@pytest.mark.parametrize(
    ("right", "of", "least", "most"),
    [(0, 0, 0.0, 1.0), (10, 10, 0.787, 1.0), (0, 10, 0.0, 0.213), (95, 100, 0.900, 0.976), (950, 1000, 0.937, 0.960)],
)  # fmt: skip
def test_a_share_is_known_the_better_the_more_were_counted(right: int, of: int, least: float, most: float):
    assert lowest_share(right, of) == pytest.approx(least, abs=0.001)
    assert highest_share(right, of) == pytest.approx(most, abs=0.001)


def test_so_many_are_enough_that_the_lowest_share_reaches_the_aim():
    needed = enough_for(0.98, 0.95)

    assert lowest_share(0.98 * needed, needed) == pytest.approx(0.95)
    assert lowest_share(0.98 * (needed - 5), needed - 5) < 0.95
    assert enough_for(0.95, 0.95) == float("inf")


def test_the_lowest_threshold_that_keeps_the_aim_is_proposed():
    told = samples((0.93, 100, 1), (0.83, 100, 2), (0.73, 60, 40), (0.2, 0, 100))

    assert propose(told, 0.95).threshold == 0.74
    assert propose(told, 0.98).threshold is None


def test_nothing_is_proposed_below_the_floor():
    assert propose(samples((0.1, 400, 0)), 0.95).threshold is None
    assert propose(samples((0.1, 400, 0), (0.9, 400, 0)), 0.95).threshold == FLOOR


@pytest.mark.parametrize("count", [0, 1, ENOUGH_JUDGED - 1])
def test_of_too_few_it_is_said_how_many_are_missing(count: int):
    proposal = propose(samples((0.9, count, 0)), 0.95)

    assert (proposal.threshold, proposal.missing, proposal.best) == (None, ENOUGH_JUDGED - count, None)


def test_what_nobody_judged_and_what_is_presumed_is_not_enough_to_judge_by():
    told = [*[Sample(0.9, None)] * 500, *[Sample(0.6, is_right=False, is_presumed=True)] * 500]

    assert judged(told) == 0
    assert propose(told, 0.95).missing == ENOUGH_JUDGED


def test_where_more_would_help_it_is_said_how_many():
    few = propose(samples((0.9, 98, 2)), 0.95)
    assert few.threshold is None
    assert few.missing > 0
    more = (100 + few.missing) / 100

    assert propose(samples((0.9, round(98 * more), round(2 * more))), 0.95).threshold == FLOOR


def test_where_more_would_not_help_the_best_is_told():
    proposal = propose(samples((0.9, 80, 20), (0.7, 50, 50)), 0.95)

    assert (proposal.threshold, proposal.missing) == (None, 0)
    assert proposal.best is not None
    assert (proposal.best.right, proposal.best.judged) == (0.8, 100)


def test_few_judged_answers_stand_for_many_and_do_not_drown_among_the_unanswered():
    """Of 1,000 answered questions 100 were judged; of 100 unanswered ones nobody says what was right."""
    told = [
        *[replace(one, is_answered=True) for one in samples((0.95, 99, 1))],
        *[Sample(0.95, None, is_answered=True)] * 900,
        *[Sample(0.6, is_right=False, is_presumed=True)] * 100,
    ]

    alone, all_together = outcome_at(told, 0.5), outcome_at(weighed(told), 0.5)

    assert alone.right == pytest.approx(99 / 200)
    assert all_together.right == pytest.approx(990 / 1100)
    assert all_together.answered == 1.0
    assert all_together.judged == 100
    # Weights make nothing surer than what was judged.
    assert all_together.counted < 200


def test_what_is_shown_includes_what_is_in_use_and_what_is_proposed():
    shown = [one.threshold for one in worth_showing(samples((0.9, 5, 5)), 0.7654321, 0.74)]

    assert {0.7654, 0.74} < set(shown)
    assert shown == sorted(shown)


def draw(count: int, chance: random.Random) -> Sequence[Sample]:
    """Questions to an index that is too sure of itself."""
    found: list[Sample] = []
    for _ in range(count):
        confidence = chance.random() ** 0.5
        found.append(Sample(confidence, chance.random() < confidence**0.7 - 0.6 * (1 - confidence)))
    return found


def test_what_is_chosen_keeps_its_promise_in_nearly_all_samples():
    """Chosen by the share alone, every second threshold would break it."""
    chance = random.Random(7)  # noqa: S311  nothing is kept secret with it
    truth = draw(20_000, chance)
    chosen = [propose(draw(600, chance), 0.9).threshold for _ in range(120)]
    kept = [outcome_at(truth, one).right >= 0.9 for one in chosen if one is not None]

    assert len(kept) > 80
    assert sum(kept) / len(kept) >= 0.9
