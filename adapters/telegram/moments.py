"""When something happened; and Telegram's `date_time` entities, as the house's moments.

A format is `r|w?[dD]?[tT]?`: https://core.telegram.org/bots/api#date-time-entity-formatting
"""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from adapters.house_text import Moment, moment_of

_WITHIN_SECOND = timedelta(microseconds=999_999)
_FORMATS = {"t": "t", "T": "T", "d": "d", "D": "D", "f": "Dt", "F": "wDt", "R": "r"}


def moment_span(entity: Mapping[str, Any]) -> tuple[str, str]:
    """(kind, address) of a span: `date_time`, or `dated` for words that a moment only explains."""
    shape, seconds = str(entity.get("date_time_format") or ""), entity.get("unix_time")
    if not isinstance(seconds, int):
        return "", ""
    return "date_time" if shape else "dated", Moment(seconds, _style(shape)).url


def _style(shape: str) -> str:
    if shape == "r":
        return "R"
    date, time = set("dDw") & set(shape), set("tT") & set(shape)
    if date and time:
        return "F" if "w" in shape else "f"
    if date:
        return "d" if "d" in shape else "D"
    return next(iter(time), "f")


def moment_entity(url: str) -> dict[str, Any]:
    """What an entity says of the moment."""
    moment = moment_of(url)
    return {"unix_time": moment.seconds, "date_time_format": _FORMATS[moment.style]} if moment else {}


def time_of(seconds: Any, now: datetime) -> datetime:
    """When it happened, never before it did: Telegram cuts off the fraction of a second.

    Without this a message would seem older than the ticket it was written in.
    """
    try:
        earliest = datetime.fromtimestamp(int(seconds), UTC)
    except (TypeError, ValueError, OverflowError, OSError):
        # What was said matters more than when.
        return now
    return max(earliest, min(now, earliest + _WITHIN_SECOND))
