"""Bots made of the real slack_bolt, for trying out the local Slack."""

import asyncio
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer

Payload = dict[str, Any]


@dataclass
class Bot:
    """A real Bolt app. `heard` collects every event it was handed."""

    app: AsyncApp
    client: AsyncWebClient
    handler: AsyncSocketModeHandler | None = None
    runner: web.AppRunner | None = None
    heard: list[Payload] = field(default_factory=list)

    def events(self, kind: str) -> list[Payload]:
        return [body["event"] for body in self.heard if body["event"]["type"] == kind]

    async def close(self) -> None:
        if self.handler is not None:
            await self.handler.close_async()
            self.handler = None
        if self.runner is not None:
            await self.runner.cleanup()
            self.runner = None


class Bots:
    """Makes bots for a server and closes them in the end."""

    def __init__(self, server: SlackServer) -> None:
        self.server = server
        self.made: list[Bot] = []

    def make(self) -> Bot:
        settings = self.server.bot_settings()
        client = AsyncWebClient(
            token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"], retry_handlers=[]
        )
        app = AsyncApp(
            client=client,
            signing_secret=settings["SLACK_SIGNING_SECRET"],
            ignoring_self_events_enabled=False,
        )
        bot = Bot(app, client)

        @app.middleware
        async def note(body: Payload, next: Callable[[], Awaitable[None]]) -> None:  # noqa: A002 - Bolt's name
            if body.get("type") == "event_callback":
                bot.heard.append(body)
            await next()

        self.made.append(bot)
        return bot

    async def by_socket(self, bot: Bot | None = None) -> Bot:
        bot = bot or self.make()
        connections = len(self.server.sockets)
        bot.handler = AsyncSocketModeHandler(
            bot.app, self.server.bot_settings()["SLACK_APP_TOKEN"], ping_interval=1
        )
        await bot.handler.connect_async()
        await until(lambda: len(self.server.sockets) > connections)
        return bot

    async def by_http(self, bot: Bot | None = None) -> Bot:
        bot = bot or self.make()
        bot.runner = web.AppRunner(bot.app.web_app(path="/slack/events"), access_log=None)
        await bot.runner.setup()
        await web.TCPSite(bot.runner, "127.0.0.1", 0).start()
        self.server.request_url = f"http://127.0.0.1:{bot.runner.addresses[0][1]}/slack/events"
        return bot

    async def connect(self, mode: str, bot: Bot | None = None) -> Bot:
        bot = bot or self.make()

        @bot.app.event(re.compile(".*"))
        async def every_event() -> None:
            """Anything without a listener is not acknowledged, and Slack would send it again."""

        return await (self.by_socket(bot) if mode == "socket" else self.by_http(bot))


async def until(holds: Callable[[], object], timeout_seconds: float = 8.0) -> None:
    """Wait until it holds; the timeout only ends a test that has failed."""
    async with asyncio.timeout(timeout_seconds):
        while not holds():
            await asyncio.sleep(0.01)


async def error_of(call: Any) -> str:
    """The error with which the call is refused."""
    with pytest.raises(SlackApiError) as refused:
        await call
    return refused.value.response["error"]
