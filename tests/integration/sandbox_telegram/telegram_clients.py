"""Two clients of the Bot API: one that polls through python-telegram-bot, one that is no SDK at all."""

import io
from dataclasses import dataclass
from typing import Any

import aiohttp
from telegram import Bot, Update


@dataclass(slots=True)
class Reader:
    """Takes updates the way a bot does: each poll confirms what came before."""

    bot: Bot
    allowed: list[str] | None = None
    offset: int | None = None

    async def updates(self, timeout: int = 5) -> list[Update]:
        got = await self.bot.get_updates(offset=self.offset, timeout=timeout, allowed_updates=self.allowed)
        if got:
            self.offset = max(update.update_id for update in got) + 1
        return list(got)

    async def one(self) -> Update:
        (update,) = await self.updates()
        return update

    async def waiting(self) -> list[Update]:
        """What is there now, without waiting for more."""
        return await self.updates(timeout=0)


@dataclass(slots=True)
class Plain:
    """A client that is no SDK: method and JSON in, status and JSON out."""

    session: aiohttp.ClientSession
    base: str
    token: str

    async def call(self, method: str, **arguments: Any) -> tuple[int, dict[str, Any]]:
        async with self.session.post(f"{self.base}/bot{self.token}/{method}", json=arguments) as answer:
            return answer.status, await answer.json()

    async def upload(
        self, method: str, field: str, content: bytes, filename: str = "file.bin", **arguments: str
    ) -> tuple[int, dict[str, Any]]:
        form = aiohttp.FormData(arguments)
        form.add_field(field, io.BytesIO(content), filename=filename, content_type="application/octet-stream")
        async with self.session.post(f"{self.base}/bot{self.token}/{method}", data=form) as answer:
            return answer.status, await answer.json()

    async def refusal(self, method: str, **arguments: Any) -> str:
        status, body = await self.call(method, **arguments)
        assert not body["ok"]
        assert status == body["error_code"]
        return f"{status} {body['description']}"

    async def result(self, method: str, **arguments: Any) -> Any:
        _, body = await self.call(method, **arguments)
        assert body["ok"], body
        return body["result"]
