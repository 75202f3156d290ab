"""Noticing, where Slack calls by HTTP, that it was away: no socket falls, and what it did not deliver may be gone."""

import asyncio
import contextlib

from adapters import AdapterContext
from adapters.slack.api import SLACK_ERRORS, Api, error_code
from adapters.slack.catch_up import CatchUp
from adapters.slack.positions import Positions

PULSE_SECONDS = 20.0
_FIRST_PAUSE_SECONDS = 0.5
_LONGEST_PAUSE_SECONDS = 15.0


class Pulse:
    """Asks Slack now and then whether it is there, and at once after a call that failed."""

    def __init__(self, api: Api, positions: Positions, catch_up: CatchUp, context: AdapterContext) -> None:
        self._api, self._positions, self._catch_up, self._context = api, positions, catch_up, context
        self._wake = asyncio.Event()
        api.on_trouble = catch_up.on_heard = self._wake.set

    async def run(self) -> None:
        """Return never. After an outage the rooms are read again, from where they were read before it."""
        while True:
            known, seen_at = self._positions.names(), self._context.now()
            await self._rest(PULSE_SECONDS)
            if await self._is_there():
                continue
            self._catch_up.expect_gap()
            self._context.note_reached(False)
            pause = _FIRST_PAUSE_SECONDS
            while not await self._is_there():
                await self._rest(pause)
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            self._context.note_reached(True)
            self._catch_up.note_gap((self._context.now() - seen_at).total_seconds(), known)

    async def _rest(self, seconds: float) -> None:
        """Wait so long, or until there is a reason to ask at once."""
        self._wake.clear()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._wake.wait()

    async def _is_there(self) -> bool:
        try:
            await self._api.reading.auth_test()
        except SLACK_ERRORS as error:
            self._api.note(error)
            self._context.report("slack.away", {"error": error_code(error)})
            return False
        return True
