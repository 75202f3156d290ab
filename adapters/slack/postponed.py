"""What is left to the reading of a room's history, because what was said there before is still missing."""

from adapters.slack.heard import Heard

PATIENCE_SECONDS = 30.0
"""Slack delivers again at once and after a minute: so the second time a message is taken, whatever is missing."""
_MOST = 10_000


class NotYetError(Exception):
    """Earlier messages of the room are still being read, and this one will be found among them."""


class Postponed:
    """Which messages were not taken when they first came, and when that was."""

    def __init__(self) -> None:
        self._first: dict[tuple[str, str], float] = {}

    def may_wait(self, heard: Heard, arrived_at: float) -> bool:
        """True while Slack will deliver the message again, should it not be found; times are the loop's, in seconds."""
        if len(self._first) >= _MOST:
            self._first.pop(next(iter(self._first)))
        first = self._first.setdefault((heard.cursor, heard.position), arrived_at)
        return arrived_at - first < PATIENCE_SECONDS
