"""How far each room was read: positions only move forward, and never past something that was not stored."""

from collections.abc import Mapping
from datetime import timedelta

from adapters import Cursor
from adapters.slack.scope import order_of

_SHORTEST_OVERLAP, _LONGEST_OVERLAP = timedelta(hours=1), timedelta(days=1)
"""Read again for what was changed since, and for threads under older messages; repeats are dropped by their ids.

Each day more is a page of history for every two hundred messages of a room and a call for each of its threads, of
which Slack grants fifty in a minute.
"""


class Positions:
    """Room or thread (by its place's key) to the timestamp of the last message that was stored."""

    def __init__(self) -> None:
        self._read: dict[str, str] = {}
        self._behind: dict[str, int] = {}
        self._fallen = 0
        """How often any room fell behind: a moment that no clock turns back."""
        self.is_loaded = False
        """False while it is not known how far rooms were read before."""

    def load(self, cursors: Mapping[str, str]) -> None:
        self.is_loaded = True
        for name, position in cursors.items():
            if order_of(position) > order_of(self._read.get(name, "")):
                self._read[name] = position

    def at(self, name: str) -> str:
        """The last position, or "" for a room that was never read."""
        return self._read.get(name, "")

    def names(self) -> dict[str, str]:
        return dict(self._read)

    def step(self, name: str, position: str) -> Cursor | None:
        """The cursor to store with a message, or None when it would step back or over a gap."""
        if not name or name in self._behind or order_of(position) <= order_of(self.at(name)):
            return None
        return Cursor(name, position)

    def stored(self, cursor: Cursor | None) -> None:
        if cursor is not None and order_of(cursor.position) > order_of(self.at(cursor.name)):
            self._read[cursor.name] = cursor.position

    def fall_behind(self, name: str, missed: str = "") -> None:
        """Something in this room was not stored: its position stays until the room was read again.

        In a room that was never read, reading begins with what was `missed`.
        """
        self._fallen += 1
        self._behind[name] = self._fallen
        if missed:
            self._read.setdefault(name, _before(missed))

    @property
    def moment(self) -> int:
        """To be asked for before a room is read."""
        return self._fallen

    def catch_up(self, name: str, begun_at: int) -> None:
        """The room was read, beginning at that moment; what was missed since may not have been in it."""
        if self._behind.get(name, begun_at) <= begun_at:
            self._behind.pop(name, None)

    def behind_since(self, moment: int) -> frozenset[str]:
        """The rooms that fell behind after that moment, and are still."""
        return frozenset(name for name, fallen in self._behind.items() if fallen > moment)

    @property
    def behind(self) -> frozenset[str]:
        return frozenset(self._behind)


def _before(ts: str) -> str:
    seconds, micros = order_of(ts)
    return f"{seconds}.{micros - 1:06d}" if micros else f"{seconds - 1}.999999"


def overlap(away: timedelta) -> timedelta:
    """How far behind its position a room is read again: as far as people had time to change what they had said."""
    return min(max(away, _SHORTEST_OVERLAP), _LONGEST_OVERLAP)


def earlier(position: str, by: timedelta) -> str:
    """From where a room is read that was read up to this position."""
    seconds, micros = order_of(position)
    return f"{max(0, seconds - int(by.total_seconds()))}.{micros:06d}"
