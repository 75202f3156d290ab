"""A local Telegram, and the adapter in front of it."""

from collections.abc import AsyncIterator

import pytest

from adapters.telegram import TelegramAdapter
from bot.core.events import MessageReceived
from bot.core.places import Place
from sandbox.telegram import TelegramServer
from sandbox.world import World
from tests.integration.adapters.telegram.telegram_stage import DANA, Stage, running


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    server = TelegramServer(World())
    await server.start("127.0.0.1", 0)
    yield Stage(server)
    await server.stop()


@pytest.fixture
async def adapter(stage: Stage) -> AsyncIterator[TelegramAdapter]:
    """An adapter that is connected."""
    built = stage.adapter()
    async with running(built):
        yield built


@pytest.fixture
async def dana(stage: Stage, adapter: TelegramAdapter) -> Place:
    """Dana's private chat, which she has opened."""
    await stage.server.say(DANA, DANA, "hi")
    return (await stage.ledger.next(MessageReceived)).place
