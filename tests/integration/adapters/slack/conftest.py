"""The Slack adapter, through the real slack-bolt and slack_sdk, against the sandbox's Slack."""

from collections.abc import AsyncIterator

import pytest

from adapters.slack import SlackAdapter
from sandbox.slack import SlackServer
from sandbox.world import World
from tests.integration.adapters.slack.slack_house import House, manifest


@pytest.fixture
async def server() -> AsyncIterator[SlackServer]:
    server = SlackServer(World(), manifest=manifest())
    await server.start("127.0.0.1", 0)
    yield server
    await server.stop()


@pytest.fixture
async def house(server: SlackServer) -> House:
    return House(server)


@pytest.fixture
async def adapter(house: House) -> AsyncIterator[SlackAdapter]:
    """Connected by Socket Mode."""
    async with house.running() as adapter:
        yield adapter
