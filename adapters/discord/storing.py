"""Storing what the gateway brought, with some patience: Discord does not send it again."""

import asyncio
from collections.abc import Sequence

from adapters import AdapterContext, Cursor
from bot.core.events import Event

STORE_PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Waits between tries to store; after the last the adapter gives up, and a new one reads the history."""


class Storing:
    def __init__(self, context: AdapterContext) -> None:
        self._context = context

    async def accept(self, events: Sequence[Event], cursor: Cursor | None) -> None:
        """Store them with the cursor behind them; raises what the last try raised."""
        for pause in STORE_PAUSES_SECONDS:
            try:
                await self._context.intake.accept(events, cursor=cursor)
            except Exception as error:  # noqa: BLE001 - the house's storage is behind this, with errors of its own
                self._context.report("discord.not_stored", {"error": type(error).__name__})
                await asyncio.sleep(pause)
            else:
                return
        await self._context.intake.accept(events, cursor=cursor)
