"""Telegram's `date_time` entities and the house's moments.

A format is `r|w?[dD]?[tT]?`: https://core.telegram.org/bots/api#date-time-entity-formatting
"""

from collections.abc import Mapping
from typing import Any

from adapters.house_text import Moment, moment_of

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
