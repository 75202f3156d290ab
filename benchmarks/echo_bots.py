"""The floor: on each SDK the smallest bot that answers every message with its own words. It stores nothing.

`python -m benchmarks.echo_bots KIND ADDRESS [MORE]` runs one until it is told to stop. Each uses one shared session
and uvloop, which is the best that the SDK gives without being replaced; `telegram-documented` is as its README says.
"""

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import uvloop
from aiohttp import web


async def slack_http(api_url: str, secret: str, port: str) -> None:
    """Bolt with one keep-alive session, answering at /slack/events."""
    app, _ = await _slack_app(api_url, secret)
    runner = web.AppRunner(app.server(port=int(port)).web_app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", int(port)).start()
    await asyncio.Event().wait()


async def slack_socket(api_url: str) -> None:
    """Bolt with one keep-alive session over Socket Mode."""
    from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler

    app, client = await _slack_app(api_url, "unused")
    handler: Any = AsyncSocketModeHandler(app, "xapp-1-bench", web_client=client)
    await handler.start_async()


async def _slack_app(api_url: str, secret: str) -> tuple[Any, Any]:
    from slack_bolt.app.async_app import AsyncApp
    from slack_sdk.web.async_client import AsyncWebClient

    session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))
    client = AsyncWebClient(token="xoxb-bench", base_url=api_url, session=session)
    app = AsyncApp(client=client, signing_secret=secret)

    @app.event("message")
    async def echo(event: dict[str, Any], say: Callable[[str], Awaitable[object]]) -> None:
        await say(event["text"])

    return app, client


async def telegram(api_url: str) -> None:
    """python-telegram-bot with the two things that make it fast: another transport and concurrent updates."""
    from telegram.request import BaseRequest, RequestData

    class OneSession(BaseRequest):
        def __init__(self) -> None:
            self._session: aiohttp.ClientSession | None = None

        @property
        def read_timeout(self) -> float | None:
            return 60.0

        async def initialize(self) -> None:
            self._session = aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0))

        async def shutdown(self) -> None:
            if self._session is not None:
                await self._session.close()

        async def do_request(
            self, url: str, method: str, request_data: RequestData | None = None, *_: Any, **_timeouts: Any
        ) -> tuple[int, bytes]:
            assert self._session is not None
            data = request_data.json_parameters if request_data else None
            async with self._session.request(method, url, data=data) as answer:
                return answer.status, await answer.read()

    await _telegram_app(api_url, OneSession)


async def telegram_documented(api_url: str) -> None:
    """python-telegram-bot as its documentation builds it, with concurrent updates."""
    await _telegram_app(api_url, None)


async def _telegram_app(api_url: str, transport: Callable[[], Any] | None) -> None:
    from telegram import Update
    from telegram.ext import ApplicationBuilder, ContextTypes, MessageHandler, filters

    async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(update.message.text or "")

    builder: Any = ApplicationBuilder().token("1:bench").base_url(f"{api_url}/bot").concurrent_updates(256)
    if transport is not None:
        builder = builder.request(transport()).get_updates_request(transport())
    app = builder.build()
    app.add_handler(MessageHandler(filters.TEXT, echo))
    await app.initialize()
    await app.updater.start_polling(poll_interval=0, timeout=50)
    await app.start()
    await asyncio.Event().wait()


async def discord(api_url: str, gateway_url: str) -> None:
    """discord.py's client."""
    import discord as sdk
    import yarl
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

    Route.BASE = api_url
    DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway_url)
    client = sdk.Client(intents=sdk.Intents(guilds=True, dm_messages=True, message_content=True))

    @client.event
    async def on_message(message: sdk.Message) -> None:
        if message.author != client.user:
            await message.channel.send(message.content)

    await client.start("bench.discord.token")


KINDS: dict[str, Callable[..., Awaitable[None]]] = {
    "slack-http": slack_http,
    "slack-socket": slack_socket,
    "telegram": telegram,
    "telegram-documented": telegram_documented,
    "discord": discord,
}


def main() -> None:
    logging.basicConfig(level=logging.WARNING)
    kind, *addresses = sys.argv[1:]

    async def run() -> None:
        await KINDS[kind](*addresses)

    uvloop.run(run()) if kind != "telegram-documented" else asyncio.run(run())


if __name__ == "__main__":
    main()
