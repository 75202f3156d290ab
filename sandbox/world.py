"""What the three sandbox platforms share: one clock, one journal, and the faults a person may switch on."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable
from dataclasses import dataclass, field, fields
from datetime import UTC, datetime, timedelta
from typing import Any


class Clock:
    """The sandbox's clock: real time plus an offset that only ever grows."""

    def __init__(self) -> None:
        self._offset = timedelta()
        self._changed = asyncio.Event()

    @property
    def offset_seconds(self) -> float:
        return self._offset.total_seconds()

    def now(self) -> datetime:
        return datetime.now(UTC) + self._offset

    def advance(self, seconds: float) -> None:
        """Move the clock forward; a clock that ran backwards would be a fault of its own, so ValueError."""
        if seconds < 0:
            raise ValueError("The clock only moves forward: give a number of seconds above zero.")
        self._offset += timedelta(seconds=seconds)
        self._changed.set()
        self._changed = asyncio.Event()

    async def wait_for_change(self, known_offset_seconds: float, timeout_seconds: float) -> float:
        """Return the offset as soon as it differs from the known one, or after the timeout."""
        if self.offset_seconds == known_offset_seconds:
            changed = self._changed
            # Not wait_for: on Python 3.11 that can swallow a cancellation that comes with the change.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(timeout_seconds):
                    await changed.wait()
        return self.offset_seconds


@dataclass(slots=True)
class Faults:
    """The faults of one platform. Switches stay on until switched off; counters run down to zero."""

    is_down: bool = False
    """Refuse every API call with 503 and every new connection; open sockets are dropped."""
    slow_seconds: float = 0.0
    """Wait this long before answering any API call."""
    rate_limited_calls: int = 0
    """Answer this many posting calls with the platform's real rate-limit error."""
    retry_after_seconds: float = 1.0
    """What that error says about when to come back."""
    edge_limits: int = 0
    """Answer this many posting calls with the 429 of whatever stands in front of the platform: a page, and no word
    about when to come back."""
    lost_replies: int = 0
    """Accept this many posted messages, then cut the connection instead of answering."""
    duplicate_deliveries: int = 0
    """Deliver this many of the next events twice."""
    server_errors: int = 0
    """Answer this many posting calls with 500, without doing anything."""
    _watchers: list[Callable[[bool], None]] = field(default_factory=list, repr=False, compare=False)

    def __setattr__(self, name: str, value: Any) -> None:
        """A switch thrown and thrown back at once is an outage all the same: whoever watches is told of both."""
        changes = name == "is_down" and value != getattr(self, name, value)
        object.__setattr__(self, name, value)
        if changes:
            for told in tuple(self._watchers):
                told(value)

    def watch(self, told: Callable[[bool], None]) -> None:
        """Call this, with whether it is down now, whenever the platform goes down or comes back."""
        self._watchers.append(told)

    def unwatch(self, told: Callable[[bool], None]) -> None:
        with contextlib.suppress(ValueError):
            self._watchers.remove(told)

    def take(self, counter: str) -> bool:
        """Use one up; False when none is left."""
        left = int(getattr(self, counter))
        if left <= 0:
            return False
        setattr(self, counter, left - 1)
        return True

    def as_dict(self) -> dict[str, Any]:
        return {one.name: getattr(self, one.name) for one in fields(self) if not one.name.startswith("_")}


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that happened, for the page and for tests that wait for it."""

    number: int
    platform: str
    kind: str
    """message, edited, deleted, reaction, thread, form, answer, home, commands, connected, call, fault, clock,
    room (somebody came, went or was given rights), typing, status."""
    room: str
    data: dict[str, Any]


@dataclass(slots=True)
class Journal:
    """Everything that happened, in order; readers wait for what comes after a number."""

    entries: list[Entry] = field(default_factory=list)
    kept: int = 20_000
    _next: int = 1
    _more: asyncio.Event = field(default_factory=asyncio.Event)

    def add(self, platform: str, kind: str, room: str = "", **data: Any) -> Entry:
        entry = Entry(self._next, platform, kind, room, data)
        self._next += 1
        self.entries.append(entry)
        if len(self.entries) > self.kept:
            del self.entries[: self.kept // 2]
        self._more.set()
        self._more = asyncio.Event()
        return entry

    @property
    def last_number(self) -> int:
        return self._next - 1

    def after(self, number: int) -> list[Entry]:
        return [entry for entry in self.entries if entry.number > number]

    async def follow(self, number: int) -> AsyncGenerator[Entry, None]:
        """Yield every entry after the number, for ever."""
        while True:
            more = self._more
            for entry in self.after(number):
                number = entry.number
                yield entry
            await more.wait()


@dataclass(slots=True)
class World:
    """What the platforms share. Make one inside a running event loop."""

    clock: Clock = field(default_factory=Clock)
    journal: Journal = field(default_factory=Journal)
    faults: dict[str, Faults] = field(
        default_factory=lambda: {name: Faults() for name in ("slack", "discord", "telegram")}
    )
