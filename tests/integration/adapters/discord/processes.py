"""Several processes over one memory, and leases that say which of them receives."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager

from adapters import Lease, LeaseLostError
from sandbox.discord.server import DiscordServer
from sandbox.world import World
from tests.integration.adapters.discord.house import House


class Baton:
    """A lease of everything for one process at a time, in the order in which they ask; it can be taken away."""

    def __init__(self) -> None:
        self._free = asyncio.Lock()
        self._holder: asyncio.Task[object] | None = None
        self._is_lost = False
        self.asked = asyncio.Semaphore(0)
        """Released by everybody who asks for it."""

    @asynccontextmanager
    async def __call__(self, names: Sequence[str]) -> AsyncIterator[tuple[str, ...]]:
        self.asked.release()
        async with self._free:
            holder = self._holder = asyncio.current_task()
            self._is_lost = False
            assert holder is not None
            try:
                yield tuple(names)
            except asyncio.CancelledError:
                if not self._is_lost:
                    raise
                holder.uncancel()
                raise LeaseLostError from None

    def take_away(self) -> None:
        assert self._holder is not None
        self._is_lost = True
        self._holder.cancel()


def holding(*numbers: int) -> Lease:
    """The lease of a process whose share are these shards."""

    @asynccontextmanager
    async def lease(names: Sequence[str]) -> AsyncIterator[tuple[str, ...]]:
        yield tuple(name for name in names if name in [f"shard {number}" for number in numbers])

    return lease


def holding_in_turn(number: int, baton: Baton) -> Lease:
    """The lease of a process whose share is this shard, and which begins a session when it has the baton."""
    share = holding(number)

    def lease(names: Sequence[str]) -> AbstractAsyncContextManager[tuple[str, ...]]:
        return baton(names) if tuple(names) == ("session",) else share(names)

    return lease


@asynccontextmanager
async def nothing(names: Sequence[str]) -> AsyncIterator[tuple[str, ...]]:
    """The lease of a process that comes too late for everything."""
    await asyncio.Event().wait()
    yield ()


class Houses:
    """Several processes over one memory."""

    def __init__(self, server: DiscordServer, world: World) -> None:
        self._server, self._world = server, world
        self.every: list[House] = []

    async def add(self, lease: Lease, *, shards: int = 1, is_apart: bool = False) -> House:
        """Another process; one that is apart has a memory of its own."""
        house = House(self._server, self._world, shards=shards)
        if self.every and not is_apart:
            house.intake = self.every[0].intake
        await house.change(intake=house.intake, lease=lease)
        self.every.append(house)
        return house
