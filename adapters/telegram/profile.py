"""Who the bot itself is; asked once."""

import asyncio
from collections.abc import Mapping
from typing import Any

from adapters.telegram.api import Api
from adapters.telegram.request import FaultError


class Profile:
    def __init__(self, api: Api) -> None:
        self._api = api
        self._lock = asyncio.Lock()
        self._user: Mapping[str, Any] | None = None

    async def user(self) -> Mapping[str, Any]:
        """The bot's own User; raises TelegramError."""
        async with self._lock:
            if self._user is None:
                user = await self._api.look_up("getMe")
                if not user.get("id"):
                    raise FaultError("getMe is answered with nobody")
                self._user = user
            return self._user

    async def username(self) -> str:
        return str((await self.user()).get("username") or "")
