"""Slack's rate limits, for whoever wants to meet them: off unless switched on."""

from dataclasses import dataclass, field

from sandbox.slack.methods.registry import Method
from sandbox.world import Clock

CALLS_PER_MINUTE = {1: 1, 2: 20, 3: 50, 4: 100}
POSTS_PER_SECOND = 1.0
POST_BURST = 3


@dataclass(slots=True)
class _Bucket:
    level: float
    filled_at: float


@dataclass(slots=True)
class Throttle:
    """One message a second in each channel with short bursts, and the tier of every other method.

    docs.slack.dev/apis/web-api/rate-limits; the burst's size is not documented.
    """

    clock: Clock
    is_on: bool = False
    _buckets: dict[str, _Bucket] = field(default_factory=dict)

    def wait_seconds(self, method: Method, channel: str) -> float:
        """How long the caller has to wait before this call; 0 lets it pass and counts it."""
        if not self.is_on:
            return 0.0
        if method.name == "chat.postMessage":
            return self._take(f"post {channel}", POST_BURST, POSTS_PER_SECOND)
        if per_minute := CALLS_PER_MINUTE.get(method.tier):
            return self._take(method.name, per_minute, per_minute / 60)
        return 0.0

    def _take(self, name: str, size: float, per_second: float) -> float:
        now = self.clock.now().timestamp()
        bucket = self._buckets.setdefault(name, _Bucket(size, now))
        bucket.level = min(size, bucket.level + (now - bucket.filled_at) * per_second)
        bucket.filled_at = now
        if bucket.level < 1:
            return (1 - bucket.level) / per_second
        bucket.level -= 1
        return 0.0
