"""Ids made by the application: they grow with time and differ between processes."""

import secrets
from datetime import UTC, datetime

_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_PROCESS_BITS = 10
_SEQUENCE_BITS = 11


class Ids:
    """63-bit ids: milliseconds since 2026, then a random number of this process, then a sequence.

    Ids of one process always grow, also when the clock is set back or more than 2,048 are made in a millisecond.
    """

    def __init__(self) -> None:
        self._process = secrets.randbits(_PROCESS_BITS) << _SEQUENCE_BITS
        self._millisecond = 0
        self._sequence = 0

    def begin_after(self, id_: int) -> None:
        """Make only greater ones than this from now on: an earlier process may have had a clock that was ahead."""
        # A millisecond later: within one, another process' number may be the greater one.
        self._millisecond = max(self._millisecond, (id_ >> (_PROCESS_BITS + _SEQUENCE_BITS)) + 1)

    def has_made(self, id_: int) -> bool:
        """True for ids of this process (and of one in a thousand others)."""
        return id_ & (((1 << _PROCESS_BITS) - 1) << _SEQUENCE_BITS) == self._process

    def next(self, now: datetime) -> int:
        millisecond = int((now - _FIRST_DAY).total_seconds() * 1000)
        if millisecond > self._millisecond:
            self._millisecond, self._sequence = millisecond, 0
        else:
            self._sequence += 1
            if self._sequence >> _SEQUENCE_BITS:
                self._millisecond, self._sequence = self._millisecond + 1, 0
        return self._millisecond << (_PROCESS_BITS + _SEQUENCE_BITS) | self._process | self._sequence
