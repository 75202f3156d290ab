"""A pause is as long as the server says, within reason, in whatever form it says so."""

import math

import pytest

from adapters.pauses import LONGEST_SECONDS, told_seconds


@pytest.mark.parametrize(
    ("told", "seconds"),
    [
        pytest.param("7", 7.0, id="a header"),
        pytest.param(0.25, 0.25, id="a number"),
        pytest.param("0", 0.0, id="at once"),
        pytest.param("1.5", 1.5, id="a part of a second"),
        pytest.param("-5", 0.0, id="before now"),
        pytest.param(10**400, None, id="a number without end"),
        pytest.param("1e999", LONGEST_SECONDS, id="for ever"),
        pytest.param(31_536_000, LONGEST_SECONDS, id="a year"),
        pytest.param("Wed, 21 Oct 2026 07:28:00 GMT", None, id="a date"),
        pytest.param("nan", None, id="no number"),
        pytest.param(math.nan, None, id="no number at all"),
        pytest.param("", None, id="empty"),
        pytest.param(None, None, id="nothing"),
        pytest.param([1], None, id="a list"),
    ],
)
def test_a_pause_is_what_is_told_within_reason(told: object, seconds: float | None) -> None:
    assert told_seconds(told) == seconds
