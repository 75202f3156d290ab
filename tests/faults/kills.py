"""The process ends without a word: at every named point of the line, and at any moment."""

import asyncio
import random
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import get_args

from bot.core.checkpoints import Point
from tests.faults.child import DEATH
from tests.faults.fault import LANES, Fault, Strike
from tests.faults.walk import Walk

AT_RANDOM = "kill -9: at random"
DIES_WITHIN_SECONDS = 60.0
KILLS = 26
"""In each of four runs, of a process that takes part: more than a hundred in the whole matrix."""
SOONER = 0.3
"""How often the next process is killed, too, before it is ready."""
POINTS: dict[Point, str] = {
    "received": "an event was read and nothing of it is stored",
    "stored": "its row is written and not committed",
    "handled": "its handler is done and nothing is committed",
    "committed": "it is committed and not acknowledged",
    "sending": "an action is about to be sent",
    "sent": "the platform has the action and nobody knows",
    "receipt_stored": "the receipt is written and not committed",
    "receipt_committed": "the receipt is committed and nothing further was done",
}


def _at(point: Point) -> Strike:
    @asynccontextmanager
    async def killed(walk: Walk) -> AsyncIterator[None]:
        """Twice: while people write, and again while the next process catches up."""
        child = walk.scene.child
        child.order(DEATH, f"{point} 2")
        await walk.flow.go_on(3)
        await child.ended(DIES_WITHIN_SECONDS)
        yield
        child.order(DEATH, f"{point} 3")
        await child.start(until_ready=False)
        await child.ended(DIES_WITHIN_SECONDS)
        await child.start()

    return killed


def at_random(kills: int) -> Strike:
    @asynccontextmanager
    async def killed(walk: Walk) -> AsyncIterator[None]:
        moments = random.Random(f"{walk.target} {walk.scene.database.name}")  # noqa: S311 - the same in every run
        child = walk.scene.child
        writing = asyncio.create_task(_write_on(walk))
        try:
            for _ in range(kills):
                await asyncio.sleep(moments.uniform(0.0, 1.2))
                await child.kill()
                await asyncio.sleep(moments.uniform(0.0, 0.3))
                if moments.random() < SOONER:
                    await child.start(until_ready=False)
                    await asyncio.sleep(moments.uniform(0.5, 2.0))
                    await child.kill()
                await child.start()
        finally:
            writing.cancel()
            await asyncio.gather(writing, return_exceptions=True)
        yield

    return killed


async def _write_on(walk: Walk) -> None:
    while True:
        # Shielded: a message that was written counts, whether or not somebody waits for the next one.
        await asyncio.shield(walk.write(1))
        await asyncio.sleep(0.5)


def rows() -> Iterator[Fault]:
    assert set(POINTS) == set(get_args(Point)), "a point of the line has no row"
    for point, words in POINTS.items():
        yield Fault(
            f"kill -9: {point}",
            f"The process is killed when {words}; and again while it catches up.",
            _at(point),
            repeats=LANES,
        )
    yield Fault(
        AT_RANDOM,
        f"Under load the process is killed {KILLS} times in each run at any moment, and now and then as it starts.",
        at_random(KILLS),
        is_of_house=True,
        repeats=LANES,
    )
