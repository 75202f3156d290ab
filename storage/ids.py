"""Ids made by the application: they grow with time and differ between processes."""

import secrets
from datetime import UTC, datetime, timedelta

_FIRST_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_MILLISECOND = timedelta(milliseconds=1)
PROCESS_BITS = 10
SEQUENCE_BITS = 11
PROCESS_MASK = (1 << PROCESS_BITS) - 1


def first_id_at(moment: datetime) -> int:
    """The smallest id that can be made at this moment; rows are found by their age without an index on it."""
    return (moment - _FIRST_DAY) // _MILLISECOND << (PROCESS_BITS + SEQUENCE_BITS)


def made_at(id_: int) -> datetime:
    """When an id was made, by the clock of whoever made it."""
    return _FIRST_DAY + (id_ >> (PROCESS_BITS + SEQUENCE_BITS)) * _MILLISECOND


class Ids:
    """63-bit ids: milliseconds since 2026, then the number of this process, then a sequence.

    Ids of one process always grow, also when the clock is set back or more than 2,048 are made in a millisecond.
    Where several processes share a database, each is told its number, what it is called there, and how far its clock
    is behind the database's: so their ids grow with one clock.
    """

    def __init__(self, process: int | None = None, owner: int = 0) -> None:
        self.process = secrets.randbits(PROCESS_BITS) if process is None else process
        self.owner = owner
        """What this process is called in the database; 0 where it is alone."""
        self.behind = timedelta()
        self._now = _FIRST_DAY
        self._now_millisecond = 0
        self._millisecond = 0
        self._sequence = 0

    def pass_by(self, id_: int) -> None:
        """All ids from now on are larger than this one, which another process made."""
        # A millisecond later: within one, that process' number may be the greater one.
        millisecond = (id_ >> (PROCESS_BITS + SEQUENCE_BITS)) + 1
        if millisecond > self._millisecond:
            self._millisecond, self._sequence = millisecond, 0

    def next(self, now: datetime) -> int:
        if now is not self._now:
            # One transaction has one moment, and makes many ids.
            self._now, self._now_millisecond = now, (now + self.behind - _FIRST_DAY) // _MILLISECOND
        millisecond = self._now_millisecond
        if millisecond > self._millisecond:
            self._millisecond, self._sequence = millisecond, 0
        else:
            self._sequence += 1
            if self._sequence >> SEQUENCE_BITS:
                self._millisecond, self._sequence = self._millisecond + 1, 0
        return (
            self._millisecond << (PROCESS_BITS + SEQUENCE_BITS)
            | self.process << SEQUENCE_BITS
            | self._sequence
        )
