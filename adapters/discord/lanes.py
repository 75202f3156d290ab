"""What comes in, one lane for each room: in order within a room, side by side between rooms."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

from msgspec import Struct

LONGEST_BATCH = 100
CLOSE_WITHIN_SECONDS = 1.0


class Arrival(Struct, frozen=True):
    """One gateway event."""

    kind: str
    data: dict[str, Any]
    session: str
    sequence: int


Take = Callable[[str, Sequence[Arrival]], Awaitable[None]]
"""Stores what arrived in a room; raises when it could not be stored."""


class Lanes:
    """Hands arrivals to `take`, batch by batch; holds rooms whose past is still being read."""

    def __init__(self, take: Take, fail: Callable[[BaseException], None]) -> None:
        self._take, self._fail = take, fail
        self._lanes: dict[str, deque[Arrival]] = {}
        self._workers: dict[str, asyncio.Task[None]] = {}
        self._held: set[str] | None = set()

    def put(self, room: str, arrival: Arrival) -> None:
        self._lanes.setdefault(room, deque()).append(arrival)
        self._serve(room)

    def hold_all(self) -> None:
        """From now on nothing moves until it is known which rooms have a past to be read."""
        self._held = None

    def hold_only(self, rooms: Iterable[str]) -> None:
        self._held = set(rooms)
        for room in list(self._lanes):
            self._serve(room)

    def release(self, room: str) -> None:
        if self._held is not None:
            self._held.discard(room)
        self._serve(room)

    def is_last(self, room: str) -> bool:
        """Whether nothing waits but what waits in this room."""
        return self._lanes.keys() <= {room}

    async def close(self) -> None:
        """Let what is under way be stored, for much of it is told only once; what takes too long is given up."""
        workers = list(self._workers.values())
        if workers:
            await asyncio.wait(workers, timeout=CLOSE_WITHIN_SECONDS)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)

    def _serve(self, room: str) -> None:
        is_held = self._held is None or room in self._held
        if is_held or room in self._workers or not self._lanes.get(room):
            return
        self._workers[room] = asyncio.create_task(self._work(room))

    async def _work(self, room: str) -> None:
        lane = self._lanes[room]
        try:
            while lane and self._held is not None and room not in self._held:
                batch = [lane.popleft() for _ in range(min(len(lane), LONGEST_BATCH))]
                await self._take(room, batch)
        except Exception as error:  # noqa: BLE001 - whatever it is, only a new adapter can fetch what was lost
            self._fail(error)
            return
        finally:
            self._workers.pop(room, None)
            if not lane:
                self._lanes.pop(room, None)
        self._serve(room)
