"""What other processes decided behind something that this one sends, or left behind as they ended."""

import asyncio
from collections.abc import Callable, Sequence

import structlog

from bot.core.actions import Show
from bot.runtime.addressing import address_early
from bot.runtime.codec import action_from
from bot.runtime.desk import Queued
from bot.runtime.writer import Writer
from storage import StorageUnavailableError, UnitOfWork

log = structlog.get_logger()

PAUSE_SECONDS = 0.3
"""Between two looks whether something's turn has come."""


class HandedOver:
    def __init__(self, writer: Writer, take_up: Callable[[Sequence[Queued]], None]) -> None:
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


def _taken(work: UnitOfWork) -> tuple[list[Queued], bool]:
    """What is this process's from now on, and whether more than that was handed to it."""
    return _addressed(work), work.outbox.is_kept_waiting()


def _addressed(work: UnitOfWork) -> list[Queued]:
    """With what each comes to as things are, as for what is decided here: so that none asks for it by itself."""
    taken = [(row, action_from(row.payload)) for row in work.outbox.take_over()]
    work.tickets.look_up_desks({action.ticket_id for _, action in taken if isinstance(action, Show)})
    return [Queued(row, action, address_early(action, work)) for row, action in taken]
