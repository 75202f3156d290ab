"""A local Telegram, the real python-telegram-bot and a plain HTTP client in front of it."""

from collections.abc import AsyncIterator

import aiohttp
import pytest
from telegram import Bot

from sandbox.telegram import TelegramServer
from sandbox.world import World
from tests.integration.sandbox_telegram.telegram_clients import Plain, Reader


@pytest.fixture
async def world() -> World:
    return World()


@pytest.fixture
async def server(world: World) -> AsyncIterator[TelegramServer]:
    local = TelegramServer(world)
    await local.start("127.0.0.1", 0)
    yield local
    await local.stop()


@pytest.fixture
async def bot(server: TelegramServer) -> AsyncIterator[Bot]:
    settings = server.bot_settings()
    base = settings["TELEGRAM_API_URL"]
    client = Bot(settings["TELEGRAM_TOKEN"], base_url=f"{base}/bot", base_file_url=f"{base}/file/bot")
    async with client:
        yield client


@pytest.fixture
def reader(bot: Bot) -> Reader:
    return Reader(bot)


@pytest.fixture
async def plain(server: TelegramServer) -> AsyncIterator[Plain]:
    settings = server.bot_settings()
    async with aiohttp.ClientSession() as session:
        yield Plain(session, settings["TELEGRAM_API_URL"], settings["TELEGRAM_TOKEN"])
