"""A breaker: who is down is left alone for a while, so that nobody waits for their time to run out."""

MOST_FAILURES = 3
"""In a row."""
FIRST_PAUSE_SECONDS = 30.0
LONGEST_PAUSE_SECONDS = 300.0


class Breaker:
    """Open while a service seems down; after each pause one try may find out whether it still is.

    Moments are seconds on any clock that only goes forward. Of several tries under way at once only the first failures
    count: what began before the breaker opened tells nothing new.
    """

    def __init__(self) -> None:
        self._failures = 0
        self._opened_at = float("-inf")
        self._closed_from = float("-inf")
        self._is_trying = False

    def lets_through(self, now: float) -> bool:
        """Whether to try; of what came through `succeeded`, `failed` or `gave_up` is told."""
        if self._failures < MOST_FAILURES:
            return True
        if now < self._closed_from or self._is_trying:
            return False
        self._is_trying = True
        return True

    def succeeded(self) -> None:
        self._failures, self._is_trying = 0, False

    def failed(self, began_at: float, now: float, asked_seconds: float | None = None) -> float:
        """Note a failure; returns for how many seconds nobody tries. `asked_seconds` is what the service asked for."""
        if began_at < self._opened_at:
            return 0.0
        self._is_trying = False
        self._failures = max(self._failures + 1, MOST_FAILURES if asked_seconds else 0)
        if self._failures < MOST_FAILURES:
            return 0.0
        # Not 2 ** failures without end: a service may be down for years.
        doublings = min(self._failures - MOST_FAILURES, 10)
        pause = max(FIRST_PAUSE_SECONDS * (1 << doublings), asked_seconds or 0.0)
        pause = min(pause, LONGEST_PAUSE_SECONDS)
        self._opened_at, self._closed_from = now, now + pause
        return pause

    def gave_up(self) -> None:
        """A try ended without telling anything about the service."""
        self._is_trying = False
