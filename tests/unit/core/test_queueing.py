"""What a waiting customer may be told, and which ticket suits which helper."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.policies.queueing import best_ticket, expected_wait_minutes, parse_areas
from bot.core.ticket import Ticket, TicketStatus

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("waits", "place", "minutes"),
    [
        pytest.param([], 1, None, id="nothing known, nothing promised"),
        pytest.param([60, 60], 1, None, id="two examples are none"),
        pytest.param([60, 60, 60], 1, 2, id="rounded up to what people say"),
        pytest.param([120, 120, 120], 1, 2, id="exactly a step"),
        pytest.param([121, 121, 121], 1, 5, id="just over a step"),
        pytest.param([10, 300, 100_000], 1, 5, id="one long wait does not count: the middle does"),
        pytest.param([300, 300, 300], 2, 10, id="the second place waits longer"),
        pytest.param([300, 300, 300], 3, 10, id="the third exactly twice the first"),
        pytest.param([300, 300, 300], 100, None, id="too long to be promised"),
        pytest.param([20_000, 20_000, 20_000], 1, None, id="hours are not promised"),
        pytest.param([0, 0, 0], 1, 2, id="at once is still a moment"),
        pytest.param([-5, -5, -5], 1, 2, id="a clock that was set back"),
    ],
)
def test_the_expected_wait(waits: Sequence[float], place: int, minutes: int | None) -> None:
    assert expected_wait_minutes(waits, place) == minutes


@given(st.lists(st.floats(0, 20_000), min_size=3, max_size=20), st.integers(1, 50))
def test_a_later_place_is_never_promised_an_earlier_time(waits: list[float], place: int) -> None:
    here, behind = expected_wait_minutes(waits, place), expected_wait_minutes(waits, place + 1)
    assert behind is None or (here is not None and here <= behind)


def ticket(number: int, subject: str = "", areas: tuple[str, ...] = (), *, minutes: int = 0) -> Ticket:
    since = NOON - timedelta(minutes=minutes)
    return Ticket(number, number, number, TicketStatus.WAITING, subject, since, since, areas=areas)


@pytest.mark.parametrize(
    ("knows", "waiting", "chosen"),
    [
        pytest.param(["api"], [], None, id="nobody waits"),
        pytest.param([], [ticket(1), ticket(2, minutes=5)], 2, id="knowing nothing helps the longest wait"),
        pytest.param(
            ["api"], [ticket(1, minutes=90), ticket(2, areas=("api",))], 2, id="a shared area comes first"
        ),
        pytest.param(["API"], [ticket(1), ticket(2, areas=("Api",))], 2, id="however it is written"),
        pytest.param(["žice"], [ticket(1), ticket(2, areas=("zice",))], 2, id="accents do not matter"),
        pytest.param(
            ["api", "billing"],
            [ticket(1, areas=("api",), minutes=9), ticket(2, areas=("api", "billing"))],
            2,
            id="two shared areas beat one",
        ),
        pytest.param(
            ["shelves"], [ticket(1), ticket(2, "my shelves wobble")], 2, id="the customer's own words"
        ),
        pytest.param(
            ["api"],
            [ticket(1, "the api is down", minutes=9), ticket(2, areas=("api",))],
            2,
            id="an area beats a word",
        ),
        pytest.param(
            ["api"], [ticket(1, "rapid delivery", minutes=1), ticket(2, minutes=9)], 2, id="not inside a word"
        ),
        pytest.param(
            ["api"],
            [ticket(1, areas=("api",), minutes=1), ticket(2, areas=("api",), minutes=5)],
            2,
            id="among equals the longest wait",
        ),
        pytest.param(["api"], [ticket(2), ticket(1)], 1, id="among twins the first ticket"),
        pytest.param(
            ["", "  "], [ticket(1, "anything"), ticket(2, minutes=3)], 2, id="an empty area fits nothing"
        ),
    ],
)
def test_the_ticket_that_suits_best(knows: list[str], waiting: list[Ticket], chosen: int | None) -> None:
    best = best_ticket(knows, waiting)
    assert (best.number if best else None) == chosen


@pytest.mark.parametrize(
    ("text", "areas"),
    [
        pytest.param("", (), id="nothing"),
        pytest.param(" , ;, ", (), id="only separators"),
        pytest.param("Billing, the  API", ("billing", "the api"), id="case and spaces"),
        pytest.param("api; api, API", ("api",), id="each once"),
        pytest.param("x" * 100, ("x" * 40,), id="at most forty characters"),
        pytest.param(
            ",".join(str(n) for n in range(30)), tuple(str(n) for n in range(20)), id="at most twenty"
        ),
        pytest.param("Računi\nin davki", ("računi in davki",), id="one line each"),
    ],
)
def test_areas_are_read_as_people_write_them(text: str, areas: tuple[str, ...]) -> None:
    assert parse_areas(text) == areas
