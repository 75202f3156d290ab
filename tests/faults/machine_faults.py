"""The machine: a clock that jumps, no descriptors, no memory, an order to stop; and a message nobody can handle."""

import asyncio
import contextlib
import resource
import signal
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.faults.child import POISON
from tests.faults.fault import LANES, Fault, Strike
from tests.faults.walk import Walk

STOPS_WITHIN_SECONDS = 10.0
TRIED_AGAIN_AFTER_SECONDS = (2.0, 5.0, 16.0, 61.0)
POISONED = "poisoned"
SLACK = frozenset({"slack"})
"""It brings again after a minute what could not be stored; what came meanwhile is there before it."""


def _clock_jumps(span: timedelta) -> Strike:
    """In the middle of the work, and then the process is started again with the clock still wrong."""

    @asynccontextmanager
    async def strike(walk: Walk) -> AsyncIterator[None]:
        clock, child = walk.scene.clock, walk.scene.child
        clock.skew += span
        await asyncio.sleep(0.3)
        yield
        assert await child.stop() == 0
        await walk.write(1)
        await child.start()

    return strike


@asynccontextmanager
async def _no_descriptors(walk: Walk) -> AsyncIterator[None]:
    pid = walk.scene.child.pid
    usual = resource.prlimit(pid, resource.RLIMIT_NOFILE)
    # As many as are open now, and then none for anything new.
    resource.prlimit(pid, resource.RLIMIT_NOFILE, (1, usual[1]))
    for server in walk.scene.town.servers.values():
        await server.drop_connections()
    yield
    await asyncio.sleep(3.0)
    resource.prlimit(pid, resource.RLIMIT_NOFILE, usual)


def _address_space(pid: int) -> int:
    return int(Path(f"/proc/{pid}/statm").read_text().split()[0]) * resource.getpagesize()


@asynccontextmanager
async def _no_memory(walk: Walk) -> AsyncIterator[None]:
    """It gets none any more, dies of it or of us, and is started again."""
    child = walk.scene.child
    in_use = _address_space(child.pid)
    resource.prlimit(child.pid, resource.RLIMIT_AS, (in_use, in_use))
    yield
    with contextlib.suppress(TimeoutError):
        await child.ended(5.0)
    await child.kill()
    await child.start()


@asynccontextmanager
async def _stopped(walk: Walk) -> AsyncIterator[None]:
    """Three times under load: it ends in time, by itself, and in order."""
    child = walk.scene.child
    for _ in range(3):
        writing = asyncio.create_task(walk.write(4))
        await asyncio.sleep(0.15)
        begun_at = time.monotonic()
        code = await child.stop()
        took = time.monotonic() - begun_at
        assert code == 0, f"it ended with {signal.Signals(-code).name if code < 0 else code}"
        assert took < STOPS_WITHIN_SECONDS, f"it took {took:.1f} s to stop"
        await writing
        await child.start()
    yield


def _poison(button: str) -> Strike:
    """A message over which every handler stumbles; staff then try it again, or drop it."""

    @asynccontextmanager
    async def strike(walk: Walk) -> AsyncIterator[None]:
        scene, customer = walk.scene, walk.flow.customer
        scene.child.order(POISON, POISONED)
        await customer.says(f"this is {POISONED}")
        yield
        await scene.town.until_async(lambda: _rows(walk, "attempts > 0"), "it is tried")
        for seconds in TRIED_AGAIN_AFTER_SECONDS:
            await asyncio.sleep(1.5)
            await scene.later(seconds)
        await scene.town.until_async(
            lambda: _rows(walk, "state = 'set_aside' AND attempts = 5"), "it is set aside"
        )
        scene.child.withdraw(POISON)
        told = await scene.town.announced("Something could not be handled")
        await told.presses(button)
        await scene.town.until_async(lambda: _none_aside(walk), "staff have decided")
        copies = [one for one in walk.flow.thread.heard() if POISONED in one.text]
        if button == "Try again":
            await walk.flow.thread.hears(POISONED)
        else:
            assert not copies, "what was dropped is shown all the same"

    return strike


async def _rows(walk: Walk, condition: str) -> list[Any]:
    return await walk.scene.database.ask(f"SELECT id FROM intake WHERE {condition} AND state <> 'handled'")  # noqa: S608 - our own words


async def _none_aside(walk: Walk) -> bool:
    return not await _rows(walk, "state = 'set_aside'")


def rows() -> Iterator[Fault]:
    hour = timedelta(hours=1)
    ahead = "The machine's clock jumps an hour ahead, and the bot is started again."
    yield Fault("clock jumps forward", ahead, _clock_jumps(hour), is_of_house=True)
    back = "The machine's clock jumps an hour back, and the bot is started again."
    yield Fault("clock jumps back", back, _clock_jumps(-hour), is_of_house=True)
    closed = "No file and no connection can be opened, and every connection is cut."
    yield Fault(
        "out of file descriptors", closed, _no_descriptors, repeats=LANES, is_of_house=True, reorders=SLACK
    )
    starved = "The process gets no more memory, and is started again when it is dead."
    yield Fault("out of memory", starved, _no_memory, repeats=LANES, is_of_house=True, reorders=SLACK)
    told = "The process is told to stop (SIGTERM) three times: it ends within ten seconds, well."
    yield Fault("stopped under load", told, _stopped, is_of_house=True)
    again = "A message makes its handler fail five times; once that is mended, staff have it tried again."
    yield Fault("poison, tried again", again, _poison("Try again"))
    dropped = "A message makes its handler fail five times; staff drop it."
    yield Fault("poison, dropped", dropped, _poison("Drop it"))
