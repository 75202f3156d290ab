"""getUpdates: short and long polls, one at a time."""

import asyncio
from dataclasses import dataclass
from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import ApiError, conflict
from sandbox.telegram.state import TelegramState
from sandbox.telegram.update_queue import UpdateQueue

LONGEST_POLL_SECONDS = 50
MOST_UPDATES = 100


class DroppedError(Exception):
    """The poll's connection is to be cut without an answer."""


@dataclass(slots=True)
class Polling:
    state: TelegramState
    current: asyncio.Future[str] | None = None
    """The waiting poll; its result says how it ends early: replaced, webhook or dropped."""

    async def get_updates(self, args: Arguments) -> list[dict[str, Any]]:
        """What waits, or what comes before the timeout; raise 409 when another poll or a webhook takes over."""
        queue = self.state.updates
        self.end("replaced")
        remember_kinds(queue, args)
        offset = args.number("offset")
        if offset:
            queue.confirm_below(offset)
        limit = min(max(args.number("limit", MOST_UPDATES), 1), MOST_UPDATES)
        timeout = min(max(args.number("timeout"), 0), LONGEST_POLL_SECONDS)
        updates = queue.batch(limit)
        if not updates and timeout:
            await self._wait(timeout)
            updates = queue.batch(limit)
        return [update.as_json() for update in updates]

    async def _wait(self, timeout: float) -> None:
        ending: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        self.current = ending
        try:
            async with asyncio.timeout(timeout):
                await self._first_update(ending)
        except TimeoutError:
            return
        finally:
            if self.current is ending:
                self.current = None

    async def _first_update(self, ending: asyncio.Future[str]) -> None:
        queue = self.state.updates
        while queue.is_settled:
            changed = asyncio.ensure_future(queue.changed.wait())
            waited: set[asyncio.Future[Any]] = {ending, changed}
            try:
                await asyncio.wait(waited, return_when=asyncio.FIRST_COMPLETED)
            finally:
                changed.cancel()
            if ending.done():
                raise _ended(ending.result())

    def end(self, how: str) -> None:
        """End the waiting poll, if there is one: replaced, webhook or dropped."""
        if self.current is not None and not self.current.done():
            self.current.set_result(how)
        self.current = None


def _ended(how: str) -> Exception:
    if how == "dropped":
        return DroppedError()
    if how == "webhook":
        return conflict("terminated by setWebhook request")
    return _replaced()


def _replaced() -> ApiError:
    return conflict("terminated by other getUpdates request; make sure that only one bot instance is running")


def remember_kinds(queue: UpdateQueue, args: Arguments) -> None:
    """Take allowed_updates over when the call names it; something that is no list changes nothing."""
    if "allowed_updates" not in args.values:
        return
    try:
        kinds = args.structure("allowed_updates", "allowed updates")
    except ApiError:
        return
    if isinstance(kinds, list):
        queue.allow(kinds)
