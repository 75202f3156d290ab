"""The local Slack with the real slack_bolt and slack_sdk at the other end."""

import contextlib
from collections.abc import AsyncIterator

import pytest
from slack_bots import Bots
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer
from sandbox.world import World


@pytest.fixture
async def world() -> World:
    return World()


@pytest.fixture
async def server(world: World) -> AsyncIterator[SlackServer]:
    server = SlackServer(world)
    await server.start("127.0.0.1", 0)
    yield server
    await server.stop()


@pytest.fixture
async def bots(server: SlackServer) -> AsyncIterator[Bots]:
    bots = Bots(server)
    yield bots
    for bot in bots.made:
        with contextlib.suppress(ConnectionError):
            await bot.close()


@pytest.fixture
async def client(server: SlackServer) -> AsyncWebClient:
    """The Web API alone, without retries that would hide what the server said."""
    settings = server.bot_settings()
    return AsyncWebClient(
        token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"], retry_handlers=[]
    )
