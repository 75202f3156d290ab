"""What is done beside everything else, and may have to be tried again."""

import asyncio
from collections.abc import Awaitable, Callable

FIRST_PAUSE_SECONDS = 5.0
LONGEST_PAUSE_SECONDS = 600.0


async def until_done(attempt: Callable[[], Awaitable[bool]]) -> None:
    """Try with pauses that double, until the attempt returns True."""
    pause = FIRST_PAUSE_SECONDS
    while not await attempt():
        await asyncio.sleep(pause)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)
