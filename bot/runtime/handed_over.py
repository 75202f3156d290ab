"""What other processes decided behind something that this one sends, or left behind as they ended."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.runtime.writer import Writer
from storage import StorageUnavailableError, StoredAction, UnitOfWork

log = structlog.get_logger()

PAUSE_SECONDS = 0.3
"""Between two looks whether something's turn has come."""


class HandedOver:
    def __init__(self, writer: Writer, take_up: Callable[[Sequence[StoredAction]], None]) -> None:
        """`take_up` is called with what is this process's from now on, in order."""
        self._writer, self._take_up = writer, take_up
        self._is_looking = False

    async def take(self) -> None:
        """Take up what was handed to this process, each as soon as it is its turn."""
        is_more = await self._take()
        if self._is_looking:
            return
        self._is_looking = True
        try:
            while is_more:
                await asyncio.sleep(PAUSE_SECONDS)
                is_more = await self._take()
        finally:
            self._is_looking = False

    async def _take(self) -> bool:
        """True when something is left whose turn has not come."""
        try:
            _, is_more = await self._writer.do(_taken, lambda taken: self._take_up(taken[0]))
        except StorageUnavailableError as error:
            # A word is said only once: who could not look then must look again.
            log.warning("outbox.not_taken_over", error=str(error))
            return True
        return is_more


def _taken(work: UnitOfWork) -> tuple[list[StoredAction], bool]:
    """What is this process's from now on, and whether more than that was handed to it."""
    return work.outbox.take_over(), work.outbox.is_kept_waiting()
