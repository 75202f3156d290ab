"""The count itself: whatever a fault could do to a conversation is found when a transcript shows it."""

from collections.abc import Sequence

import pytest

from tests.acceptance.counting import (
    BACK,
    REPEATED,
    THERE,
    Copy,
    check_homes,
    check_order,
    check_threads,
    check_tickets,
    copies_in,
    count_repeats,
    slowed,
    word_of,
)

MIA, ZOE = "Guest1th", "Guest11th"
SAID = [word_of(THERE, number, MIA) for number in range(3)]
ONE, TWO, THREE = SAID
HINT = f"({REPEATED})"


def shown(*texts: str, is_telegram: bool = True, wanted: Sequence[str] = SAID) -> int:
    return count_repeats("a room", copies_in(texts), wanted, may_be_marked=is_telegram)


@pytest.mark.parametrize(
    ("texts", "repeats"),
    [
        pytest.param([f"Mia: {ONE}", f"Mia: {TWO}", f"Mia: {THREE}"], 0, id="each once"),
        pytest.param(
            [ONE, "How did we do?", TWO, THREE, "feedback over there"], 0, id="with other words between"
        ),
        pytest.param([ONE, TWO, f"{TWO} {HINT}", THREE], 1, id="once again with the hint"),
        pytest.param([ONE, f"{ONE} {HINT}", f"{ONE} {HINT}", TWO, THREE], 2, id="twice again with the hint"),
        pytest.param([ONE, f"{TWO} {HINT}", THREE], 0, id="a hint that was not needed"),
    ],
)
def test_what_is_promised_passes(texts: Sequence[str], repeats: int) -> None:
    assert shown(*texts) == repeats


@pytest.mark.parametrize(
    ("texts", "finding"),
    [
        pytest.param([ONE, THREE], "shown", id="a message is lost"),
        pytest.param([], "shown", id="all are lost"),
        pytest.param([ONE, TWO], "shown", id="the last is lost"),
        pytest.param([ONE, TWO, TWO, THREE], f"silent repeats of \\['{TWO}'", id="a message comes twice"),
        pytest.param([ONE, f"{TWO} {TWO}", THREE], "silent", id="a message holds it twice"),
        pytest.param([ONE, THREE, TWO], "shown", id="two are turned round"),
        pytest.param(
            [f"{ONE} {HINT}", f"{ONE} {HINT}", TWO, TWO, THREE],
            f"silent repeats of \\['{TWO}'",
            id="a silent repeat behind a declared one of another message",
        ),
        pytest.param(
            [f"{ONE} {HINT}", ONE, TWO, THREE], "silent", id="a silent repeat of what had a hint before"
        ),
        pytest.param([ONE, TWO, f"{ONE} {HINT}", THREE], "shown", id="a repeat behind something newer"),
        pytest.param(
            [ONE, TWO, THREE, f"{word_of(THERE, 0, ZOE)} {HINT}"], "shown", id="somebody else's message"
        ),
        pytest.param([ONE, TWO, THREE, word_of(BACK, 0, MIA)], "shown", id="a reply shown to its writer"),
    ],
)
def test_what_is_wrong_in_a_room_is_found(texts: Sequence[str], finding: str) -> None:
    with pytest.raises(AssertionError, match=finding):
        shown(*texts)


def test_a_hint_where_the_platform_can_be_asked_is_found() -> None:
    with pytest.raises(AssertionError, match="was shown hints"):
        shown(ONE, TWO, f"{TWO} {HINT}", THREE, is_telegram=False)


def test_out_of_order_is_not_lost() -> None:
    """Where another order is allowed, nothing else is."""
    turned = [Copy(ONE), Copy(THREE), Copy(TWO)]
    assert count_repeats("a room", turned, SAID, may_be_marked=True, in_order=False) == 0
    for wrong in (turned[:2], [*turned, Copy(ONE, is_marked=True)]):
        with pytest.raises(AssertionError, match="shown"):
            count_repeats("a room", wrong, SAID, may_be_marked=True, in_order=False)


@pytest.mark.parametrize(
    ("stored", "late"),
    [
        pytest.param([ONE, TWO, THREE], set(), id="as said"),
        pytest.param([ONE, THREE, TWO], {TWO}, id="what came late lies behind the newer"),
        pytest.param([THREE, TWO, ONE], {ONE, TWO}, id="what came late lies in any order"),
    ],
)
def test_what_may_be_stored_passes(stored: Sequence[str], late: set[str]) -> None:
    check_order("a conversation", stored, SAID, late)


@pytest.mark.parametrize(
    ("stored", "late", "finding"),
    [
        pytest.param([ONE, THREE], set(), "stored", id="lost"),
        pytest.param([ONE, TWO, TWO, THREE], set(), "stored", id="twice"),
        pytest.param([ONE, THREE, TWO], set(), "another order", id="turned round"),
        pytest.param([ONE, THREE, TWO], {THREE}, "another order", id="the newer was late and overtook"),
        pytest.param([THREE, ONE, TWO], {TWO}, "another order", id="one of two was in time"),
        pytest.param([*SAID, word_of(THERE, 0, ZOE)], set(), "stored", id="somebody else's message"),
        pytest.param([ONE, TWO], {THREE}, "stored", id="late is not lost"),
    ],
)
def test_what_is_stored_wrong_is_found(stored: Sequence[str], late: set[str], finding: str) -> None:
    with pytest.raises(AssertionError, match=finding):
        check_order("a conversation", stored, SAID, late)


def test_a_word_in_a_room_of_somebody_else_is_found() -> None:
    homes = {ONE: "slack C1:1"}
    check_homes([("slack C1:1", f"Mia: {ONE}"), ("slack C1", "Ticket of Guest1th")], homes)
    with pytest.raises(AssertionError, match="do not belong"):
        check_homes([("slack C1:1", ONE), ("slack C1:2", f"Mia: {ONE}")], homes)
    with pytest.raises(AssertionError, match="do not belong"):
        check_homes([("slack C1:1", word_of(BACK, 7, ZOE))], homes)


@pytest.mark.parametrize("threads", [[], [1, 1], [2], [0]])
def test_tickets_that_are_not_one_in_one_thread_are_found(threads: Sequence[int]) -> None:
    check_tickets("Mia", [1])
    with pytest.raises(AssertionError):
        check_tickets("Mia", threads)


@pytest.mark.parametrize(
    ("cards", "is_telegram"),
    [
        pytest.param([], True, id="no thread"),
        pytest.param([False, False], True, id="two in silence"),
        pytest.param([False, False, True], True, id="a silent one hidden behind one with the hint"),
        pytest.param([False, True], False, id="a second one where the platform can be asked"),
    ],
)
def test_threads_that_are_not_one_are_found(cards: Sequence[bool], is_telegram: bool) -> None:
    with pytest.raises(AssertionError):
        check_threads(1, cards, may_be_marked=is_telegram)


@pytest.mark.parametrize("cards", [[False], [True], [False, True]])
def test_threads_as_promised_pass(cards: Sequence[bool]) -> None:
    check_threads(1, cards, may_be_marked=True)


@pytest.mark.parametrize(
    ("usual", "faulty", "is_slowed"),
    [(0.2, 0.4, False), (0.2, 2.1, False), (0.2, 2.3, True), (2.0, 9.0, True)],
)
def test_a_slowed_neighbour_is_found(usual: float, faulty: float, is_slowed: bool) -> None:
    assert bool(slowed(usual, faulty)) == is_slowed
