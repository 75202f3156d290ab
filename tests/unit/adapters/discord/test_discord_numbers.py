"""What the numbers of the gateway's events tell, and when they tell nothing."""

from datetime import UTC, datetime

from adapters.discord.numbers import BEFORE_A_GAP, Numbers

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)


def numbers(reports: list[str]) -> Numbers:
    told = Numbers(lambda: NOW, lambda name, _fields: reports.append(name))
    assert told.note("READY", 1) is None
    return told


def test_a_number_that_is_left_out_is_something_that_is_missing() -> None:
    reports: list[str] = []
    told = numbers(reports)
    assert [told.note("MESSAGE_CREATE", number) for number in (2, 3, 5, 6)] == [
        None,
        None,
        NOW - BEFORE_A_GAP,
        None,
    ]
    assert reports == ["discord.gap"]


def test_a_server_that_counts_for_everybody_at_once_holds_nothing_up() -> None:
    reports: list[str] = []
    told = numbers(reports)
    since = [told.note("MESSAGE_CREATE", number) for number in range(4, 304, 3)]
    assert [one is None for one in since] == [False] * 5 + [True] * 95
    assert reports == ["discord.gap"] * 5 + ["discord.numbers_tell_nothing"]


def test_seldom_gaps_in_a_long_session_are_believed() -> None:
    told = numbers([])
    number = 1
    for _ in range(50):
        for _ in range(20):
            number += 1
            assert told.note("MESSAGE_CREATE", number) is None
        number += 2
        assert told.note("MESSAGE_CREATE", number) is not None
