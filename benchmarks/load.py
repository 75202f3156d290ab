"""Customers that speak, and wait for what they said to appear where it belongs."""

import asyncio
import contextlib
import time
from collections.abc import Callable, Sequence

from benchmarks.lean_platforms import Platform, words

LOW_RATE = 25
PATIENCE_SECONDS = 30.0


class RestlessError(TimeoutError):
    """Not everything was answered; the message says how much was not, and what became of what was posted."""


class Load:
    """Each speaker is one customer with a text to say; `heard_on` is where it must come out."""

    def __init__(self, speakers: Sequence[Callable[[str], None]], heard_on: Platform) -> None:
        self._speakers, self._heard_on = speakers, heard_on
        self._asked_at: dict[int, tuple[float, int]] = {}
        self._waits: list[float] = []
        self._numbers = 0
        self._is_closed_loop = False
        self._answered = asyncio.Event()
        self.answered = 0
        heard_on.on_said = self._said

    def _say(self, customer: int) -> None:
        self._numbers += 1
        self._asked_at[self._numbers] = (time.perf_counter(), customer)
        self._speakers[customer](words(self._numbers))

    def _said(self, number: int, _place: str) -> None:
        asked = self._asked_at.pop(number, None)
        if asked is None:
            return
        self.answered += 1
        self._waits.append((time.perf_counter() - asked[0]) * 1000)
        self._answered.set()
        if self._is_closed_loop:
            self._say(asked[1])

    async def saturate(self, seconds: float, until: int = 10**9) -> float:
        """Keep every customer waiting for one reply; returns how long that took, its end included."""
        began_at = time.perf_counter()
        self.answered, self._is_closed_loop = 0, True
        for customer in range(len(self._speakers)):
            self._say(customer)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._answered_at_least(until)
        self._is_closed_loop = False
        await self._all_answered()
        self._waits.clear()
        return time.perf_counter() - began_at

    async def trickle(self, seconds: float, rate: float = LOW_RATE) -> tuple[float, ...]:
        """So many events a second, whether answered or not; returns the milliseconds that each took."""
        self._waits.clear()
        began_at = time.perf_counter()
        for number in range(max(1, int(seconds * rate))):
            wait = began_at + number / rate - time.perf_counter()
            if wait > 0:
                await asyncio.sleep(wait)
            self._say(number % len(self._speakers))
        await self._all_answered()
        return tuple(self._waits)

    async def _answered_at_least(self, count: int) -> None:
        while self.answered < count:
            self._answered.clear()
            await self._answered.wait()

    async def _all_answered(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                while self._asked_at:
                    self._answered.clear()
                    await self._answered.wait()
        except TimeoutError:
            raise RestlessError(self._trouble()) from None

    def _trouble(self) -> str:
        missing = sorted(self._asked_at)
        return (
            f"{len(missing)} of {self._numbers} were never answered, the first of them number {missing[0]}, "
            f"{time.perf_counter() - self._asked_at[missing[0]][0]:.0f} s ago, the last number {missing[-1]}; "
            f"{self._heard_on.name}: {self._heard_on.deliveries()}, {self._heard_on.calls} calls of the bot"
        )
