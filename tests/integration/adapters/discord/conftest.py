"""A Discord of its own for each test, and a house in front of it."""

from collections.abc import AsyncIterator

import pytest

from sandbox.discord.server import DiscordServer
from sandbox.world import World
from tests.integration.adapters.discord.house import House
from tests.integration.adapters.discord.processes import Houses


@pytest.fixture
async def world() -> World:
    return World()


@pytest.fixture
async def server(world: World) -> AsyncIterator[DiscordServer]:
    server = DiscordServer(world)
    await server.start("127.0.0.1", 0)
    yield server
    await server.stop()


@pytest.fixture
async def idle_house(world: World, server: DiscordServer) -> AsyncIterator[House]:
    """Everything is there but nothing runs yet."""
    house = House(server, world)
    yield house
    await house.stop()


@pytest.fixture
async def house(idle_house: House) -> House:
    await idle_house.start()
    return idle_house


@pytest.fixture
async def houses(server: DiscordServer, world: World) -> AsyncIterator[Houses]:
    houses = Houses(server, world)
    yield houses
    for house in houses.every:
        await house.stop()
