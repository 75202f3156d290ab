"""Where actions leave the house: a platform's adapter, or whoever performs what goes to no platform."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, Protocol

from adapters import Attempt
from bot.core.actions import Action
from bot.core.events import Event
from bot.core.outgoing import Outgoing, Receipt
from bot.runtime.metrics import Metrics


class Sender(Protocol):
    """What performs the actions of one platform."""

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt: ...


class Performer(Protocol):
    """What performs actions that go to no platform: the librarian."""

    def perform(self, action: Action, action_id: int) -> Coroutine[Any, Any, Sequence[Event]]: ...


class Exit:
    """One platform, as the dispatcher sees it: where its actions go, and what wakes those that wait for it."""

    def __init__(
        self,
        name: str,
        metrics: Metrics,
        sender: Callable[[], Sender | None] | None,
        performer: Performer | None,
    ) -> None:
        self.sender, self.performer = sender, performer
        self.wake = asyncio.Event()
        self.taken_at: datetime | None = None
        """When it last took something."""
        self._performing: set[asyncio.Task[Sequence[Event]]] = set()
        # Looking a metric up by its labels costs more than counting does.
        self.sent = metrics.sent.labels(name)
        self.seconds = metrics.send_seconds.labels(name)

    async def perform(self, performer: Performer, action: Action, action_id: int) -> Sequence[Event]:
        """Have it done, unless it is cut off."""
        task = asyncio.create_task(performer.perform(action, action_id))
        self._performing.add(task)
        try:
            return await task
        finally:
            self._performing.discard(task)

    def cut_off(self) -> None:
        """End what is being performed. Nobody has seen anything of it, and what it brings would be sent by the next
        process at the earliest: that one does it again.
        """
        for task in self._performing:
            task.cancel()
