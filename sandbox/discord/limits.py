"""Rate limits: one bucket for each route and its channel, guild or webhook, told in the headers of every answer."""

import hashlib
import time
from collections import deque
from dataclasses import dataclass

_MAJOR = ("channel_id", "guild_id", "application_id", "token")


@dataclass(frozen=True, slots=True)
class Limit:
    calls: int
    seconds: float


# Far above what a test or a curious person needs; the strict ones are close to what Discord really allows.
LOOSE = Limit(1000, 1.0)
_STRICT = {
    ("POST", "/channels/{channel_id}/messages"): Limit(5, 5.0),
    ("PATCH", "/channels/{channel_id}/messages/{message_id}"): Limit(5, 5.0),
    ("PATCH", "/channels/{channel_id}"): Limit(5, 15.0),
    ("PUT", "/channels/{channel_id}/messages/{message_id}/reactions/{emoji}/@me"): Limit(1, 0.25),
}
_STRICT_ELSEWHERE = Limit(50, 1.0)
_LONGEST_SECONDS = 15.0
_MOST_BUCKETS = 5_000


@dataclass(frozen=True, slots=True)
class Spent:
    """Where a bucket stands after one more call."""

    limit: int
    remaining: int
    reset_after: float
    bucket: str
    is_over: bool

    def headers(self) -> dict[str, str]:
        return {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": f"{time.time() + self.reset_after:.3f}",
            "X-RateLimit-Reset-After": f"{self.reset_after:.3f}",
            "X-RateLimit-Bucket": self.bucket,
        }


class RateLimits:
    """Counts calls in sliding windows of real time."""

    def __init__(self) -> None:
        self.is_strict = False
        """Limits like those of the real service instead of loose ones."""
        self._calls: dict[tuple[str, str], deque[float]] = {}
        self._names: dict[tuple[str, str], str] = {}

    def _bucket(self, method: str, path: str) -> str:
        """Discord tells buckets apart by a hash that says nothing to anybody."""
        if (method, path) not in self._names:
            self._names[method, path] = hashlib.sha256(f"{method} {path}".encode()).hexdigest()[:32]
        return self._names[method, path]

    def spend(self, method: str, path: str, match: dict[str, str]) -> Spent:
        """Count a call on this route."""
        limit = _STRICT.get((method, path), _STRICT_ELSEWHERE) if self.is_strict else LOOSE
        bucket = self._bucket(method, path)
        major = ":".join(match.get(key, "") for key in _MAJOR)
        now = time.monotonic()
        if len(self._calls) > _MOST_BUCKETS:
            self._calls = {
                key: calls for key, calls in self._calls.items() if calls[-1] > now - _LONGEST_SECONDS
            }
        calls = self._calls.setdefault((bucket, major), deque())
        while calls and calls[0] <= now - limit.seconds:
            calls.popleft()
        is_over = len(calls) >= limit.calls
        if not is_over:
            calls.append(now)
        reset_after = calls[0] + limit.seconds - now
        return Spent(limit.calls, limit.calls - len(calls), reset_after, bucket, is_over)
