"""The numbers that the gateway gives its events: what is left out was sent and will never come."""

from collections.abc import Callable
from datetime import datetime, timedelta

BEFORE_A_GAP = timedelta(minutes=1)
"""What is missing may have been said so long before the last event that came."""
_FEW = 5
_ORDINARY_SHARE = 0.25
"""Of the events: where more of them come behind a gap, the numbers count what is not meant for us."""


class Numbers:
    """Those of one shard."""

    def __init__(self, now: Callable[[], datetime], report: Callable[[str, dict[str, object]], None]) -> None:
        self._now, self._report = now, report
        self._last = self._events = self._gaps = 0
        self._heard_at = now()
        self._is_told = False

    def note(self, kind: str, number: int) -> datetime | None:
        """Since when something is missing before this event; None when nothing is. Raises TypeError."""
        heard_at, self._heard_at = self._heard_at, self._now()
        if not isinstance(number, int):
            raise TypeError("the gateway's numbers are integers")
        last, self._last = self._last, number
        if kind == "READY":
            self._events = self._gaps = 0
            return None
        self._events += 1
        if number <= last + 1:
            return None
        self._gaps += 1
        if self._gaps > _FEW and self._gaps > self._events * _ORDINARY_SHARE:
            # Another server counts for everybody at once: to read the history for each event would hold them all up.
            self._tell_once()
            return None
        self._report("discord.gap", {"missing": number - last - 1})
        return heard_at - BEFORE_A_GAP

    def _tell_once(self) -> None:
        if not self._is_told:
            self._is_told = True
            self._report("discord.numbers_tell_nothing", {"gaps": self._gaps, "events": self._events})
