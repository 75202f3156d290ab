"""Button presses that wait for their answer: Telegram shows a spinning button until each is answered."""

import asyncio
from typing import Any

from telegram.error import TelegramError

from adapters.telegram.api import Api

PATIENCE_SECONDS = 1.5


class Presses:
    """In memory only: after a restart nothing is left to be answered in time anyway."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self._waiting: dict[str, asyncio.Task[None]] = {}

    def expect(self, query_id: str) -> None:
        """Answer with nothing if nobody claims it soon."""
        task = asyncio.create_task(self._give_up(query_id), name="telegram press")
        self._waiting[query_id] = task
        task.add_done_callback(lambda _task: self._waiting.pop(query_id, None))

    def claim(self, query_id: str) -> None:
        """Somebody answers it now."""
        if (task := self._waiting.pop(query_id, None)) is not None:
            task.cancel()

    async def close(self) -> None:
        tasks = list(self._waiting.values())
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def answer(self, query_id: str, text: str = "") -> bool:
        """False when it is too late for an answer."""
        self.claim(query_id)
        parameters: dict[str, Any] = {"callback_query_id": query_id}
        if text:
            parameters |= {"text": text, "show_alert": len(text) > _GLANCE}
        try:
            await self._api.call("answerCallbackQuery", parameters)
        except TelegramError:
            return False
        return True

    async def _give_up(self, query_id: str) -> None:
        await asyncio.sleep(PATIENCE_SECONDS)
        self._waiting.pop(query_id, None)
        await self.answer(query_id)


_GLANCE = 90
"""A longer text does not fit into the line that passes by; it gets a window."""
