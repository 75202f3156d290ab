"""The API at the pace that each chat allows."""

import asyncio
from typing import Any

from telegram.error import TelegramError

from adapters.telegram.api import Api
from adapters.telegram.errors import is_uncertain
from adapters.telegram.pace import SHORT_WAIT_SECONDS, Pace
from adapters.telegram.request import FloodError


class Caller:
    def __init__(self, api: Api, pace: Pace) -> None:
        self.api = api
        self._pace = pace

    async def send(
        self, chat: str, method: str, parameters: dict[str, Any], *, count: int = 1, is_upload: bool = False
    ) -> Any:
        """Put `count` messages into a chat; raises TelegramError, FloodError also without asking the server."""
        while (wait := self._pace.seconds_to_wait(chat, count)) > 0:
            if wait > SHORT_WAIT_SECONDS:
                raise FloodError(wait)
            await asyncio.sleep(wait)
        try:
            return await self._call(chat, method, parameters, is_upload)
        except TelegramError as error:
            if not is_uncertain(error):
                self._pace.give_back(chat, count)
            raise

    async def change(
        self, chat: str, method: str, parameters: dict[str, Any], *, is_upload: bool = False
    ) -> Any:
        """Change what is in a chat already; raises as `send`."""
        if (wait := self._pace.held_seconds(chat)) > 0:
            raise FloodError(wait)
        return await self._call(chat, method, parameters, is_upload)

    async def hint(self, chat: str, method: str, parameters: dict[str, Any]) -> None:
        """Show what nobody misses: not in a chat that wants to be left alone, and a refusal makes nothing wait."""
        if self._pace.held_seconds(chat) == 0:
            await self.api.call(method, parameters)

    async def _call(self, chat: str, method: str, parameters: dict[str, Any], is_upload: bool) -> Any:
        try:
            return await self.api.call(method, parameters, is_upload=is_upload)
        except FloodError as error:
            self._pace.hold(chat, error.retry_after_seconds)
            raise
