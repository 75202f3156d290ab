"""What time it is: the only place that asks the operating system."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Protocol

import aiohttp
import structlog

log = structlog.get_logger()

_UPTIME = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        ...


class SystemClock:
    def now(self) -> datetime:
        return datetime.now(UTC)


def seconds_alive() -> float:
    """Seconds that this machine has been up: they go on while it sleeps, and nobody can set them."""
    return time.clock_gettime(_UPTIME)


class ManualClock:
    """A clock that moves when it is told to: for tests."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta) -> None:
        self._now += by


class FollowingClock:
    """Real time plus the offset that a sandbox's clock has, so that days can pass in a moment."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._offset = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    async def follow(self, moved: Callable[[], None]) -> None:
        """Ask for the offset until cancelled; calls `moved` after each change."""
        async with aiohttp.ClientSession() as session:
            while True:
                try:
                    await self._ask(session, moved)
                except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                    log.warning("clock.unreachable", error=type(error).__name__)
                    await asyncio.sleep(1)

    async def _ask(self, session: aiohttp.ClientSession, moved: Callable[[], None]) -> None:
        known = self._offset.total_seconds()
        query = {"known": str(known), "wait": "25"}
        async with session.get(self._url, params=query, timeout=aiohttp.ClientTimeout(total=30)) as response:
            offset = float((await response.json())["offset_seconds"])
        if offset != known:
            self._offset = timedelta(seconds=offset)
            moved()
