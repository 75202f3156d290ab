"""Quiet hours on the customer's own clock."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.policies.hours import after_quiet_hours

ZAGREB = "Europe/Zagreb"


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)  # type: ignore[arg-type,misc] # year to minute


@pytest.mark.parametrize(
    ("moment", "quiet", "zone", "then"),
    [
        pytest.param(utc(2026, 3, 2, 12, 0), (21, 8), "UTC", utc(2026, 3, 2, 12, 0), id="by day"),
        pytest.param(
            utc(2026, 3, 2, 20, 59), (21, 8), "UTC", utc(2026, 3, 2, 20, 59), id="the last minute of the day"
        ),
        pytest.param(
            utc(2026, 3, 2, 21, 0), (21, 8), "UTC", utc(2026, 3, 3, 8, 0), id="the first quiet minute"
        ),
        pytest.param(utc(2026, 3, 3, 0, 0), (21, 8), "UTC", utc(2026, 3, 3, 8, 0), id="at midnight"),
        pytest.param(
            utc(2026, 3, 3, 7, 59), (21, 8), "UTC", utc(2026, 3, 3, 8, 0), id="the last quiet minute"
        ),
        pytest.param(
            utc(2026, 3, 3, 8, 0), (21, 8), "UTC", utc(2026, 3, 3, 8, 0), id="the first minute of the day"
        ),
        pytest.param(utc(2026, 12, 31, 23, 0), (21, 8), "UTC", utc(2027, 1, 1, 8, 0), id="into the new year"),
        pytest.param(utc(2026, 3, 2, 13, 30), (13, 15), "UTC", utc(2026, 3, 2, 15, 0), id="a quiet noon"),
        pytest.param(utc(2026, 3, 2, 23, 30), (22, 0), "UTC", utc(2026, 3, 3, 0, 0), id="until midnight"),
        pytest.param(utc(2026, 3, 2, 3, 0), (0, 6), "UTC", utc(2026, 3, 2, 6, 0), id="from midnight"),
        pytest.param(utc(2026, 3, 2, 3, 0), (8, 8), "UTC", utc(2026, 3, 2, 3, 0), id="none at all"),
        pytest.param(
            utc(2026, 3, 2, 6, 59), (21, 8), ZAGREB, utc(2026, 3, 2, 7, 0), id="eight in Zagreb in winter"
        ),
        pytest.param(
            utc(2026, 7, 2, 5, 0), (21, 8), ZAGREB, utc(2026, 7, 2, 6, 0), id="eight in Zagreb in summer"
        ),
        pytest.param(utc(2026, 3, 28, 22, 0), (21, 8), ZAGREB, utc(2026, 3, 29, 6, 0), id="the short night"),
        pytest.param(utc(2026, 10, 24, 21, 0), (21, 8), ZAGREB, utc(2026, 10, 25, 7, 0), id="the long night"),
        pytest.param(
            utc(2026, 3, 29, 0, 30), (21, 2), ZAGREB, utc(2026, 3, 29, 1, 0), id="the end that does not exist"
        ),
        pytest.param(
            utc(2026, 10, 25, 0, 15), (21, 3), ZAGREB, utc(2026, 10, 25, 2, 0), id="first time half past two"
        ),
        pytest.param(
            utc(2026, 10, 25, 1, 15), (21, 3), ZAGREB, utc(2026, 10, 25, 2, 0), id="second time half past two"
        ),
        pytest.param(
            utc(2026, 3, 2, 20, 0), (21, 8), "Asia/Kolkata", utc(2026, 3, 3, 2, 30), id="half-hour zones"
        ),
        pytest.param(
            utc(2026, 3, 2, 23, 0), (21, 8), "Nowhere/Atlantis", utc(2026, 3, 3, 8, 0), id="unknown is UTC"
        ),
        pytest.param(utc(2026, 3, 2, 23, 0), (21, 8), "", utc(2026, 3, 3, 8, 0), id="untold is UTC"),
    ],
)
def test_the_end_of_the_quiet_hours(
    moment: datetime, quiet: tuple[int, int], zone: str, then: datetime
) -> None:
    assert after_quiet_hours(moment, quiet, zone) == then


@pytest.mark.parametrize(
    "zone", ["../../etc/passwd", "/etc/passwd", "Europe", "a\0b", "x" * 5000, "..", "posixrules/"]
)
def test_a_hostile_time_zone_is_utc(zone: str) -> None:
    assert after_quiet_hours(utc(2026, 3, 2, 23, 0), (21, 8), zone) == utc(2026, 3, 3, 8, 0)


@given(
    st.timedeltas(timedelta(), timedelta(days=7300)),
    st.integers(0, 23),
    st.integers(0, 23),
    st.sampled_from(
        [
            "UTC",
            ZAGREB,
            "America/New_York",
            "Asia/Kolkata",
            "Australia/Lord_Howe",
            "Pacific/Apia",
            "Asia/Tehran",
        ]
    ),
)
def test_nobody_is_written_to_in_the_quiet_hours_nor_kept_waiting_longer_than_a_day(
    since: timedelta, first: int, last: int, zone: str
) -> None:
    moment = utc(2020, 1, 1) + since
    then = after_quiet_hours(moment, (first, last), zone)
    assert moment <= then <= moment + timedelta(hours=26)
    hour = then.astimezone(ZoneInfo(zone)).hour
    is_quiet = first <= hour < last if first <= last else hour >= first or hour < last
    assert first == last or not is_quiet
    assert after_quiet_hours(then, (first, last), zone) == then
