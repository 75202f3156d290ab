"""Ids grow with time and never repeat, whatever the clock does."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from storage.ids import Ids

NOON = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


@given(st.lists(st.integers(-10_000, 10_000), max_size=300))
def test_ids_of_one_process_always_grow_also_when_the_clock_is_set_back(steps: list[int]) -> None:
    ids, now, made = Ids(), NOON, []
    for step in steps:
        now += timedelta(milliseconds=step)
        made.append(ids.next(now))
    assert made == sorted(set(made))


def test_very_many_ids_in_one_millisecond_all_differ_and_grow() -> None:
    ids = Ids()
    made = [ids.next(NOON) for _ in range(10_000)]
    assert made == sorted(set(made))


def test_ids_of_two_processes_differ_in_the_same_instant() -> None:
    # One of 1,024 processes shares a number with another; of fifty such pairs hardly all do.
    pairs = [(Ids().next(NOON), Ids().next(NOON)) for _ in range(50)]
    assert any(first != second for first, second in pairs)


def test_ids_fit_the_column_for_a_century() -> None:
    made = Ids().next(NOON + timedelta(days=36_500))
    assert 0 < made < 2**63


def test_a_later_moment_has_the_larger_id_in_any_process() -> None:
    assert Ids().next(NOON) < Ids().next(NOON + timedelta(milliseconds=1))


def test_ids_can_be_made_before_the_first_day() -> None:
    """A machine whose clock is wrong must still be able to work."""
    ids = Ids()
    first, second = ids.next(datetime(1970, 1, 1, tzinfo=UTC)), ids.next(datetime(1970, 1, 1, tzinfo=UTC))
    assert 0 < first < second
