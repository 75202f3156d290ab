"""A town of three local platforms with the whole house in it: real SDKs, real sockets, a clock moved by hand."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from adapters.slack.manifest import build_manifest
from bot.assembly import House
from bot.runtime.supervisor import State
from bot.settings import Settings
from handlers.registry import discover
from sandbox.discord import DiscordServer
from sandbox.slack import SlackServer
from sandbox.surface import Message, Room, Server
from sandbox.telegram import TelegramServer
from sandbox.world import World

PATIENCE_SECONDS = 20.0
"""How long a test waits for something that must happen; passing tests never wait that long."""


class WorldClock:
    """The house's clock is the sandbox's: real time plus what was skipped."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.clock.now()


class Dweller:
    """One person on one platform, in one room."""

    def __init__(self, town: "Town", platform: str, person: str, room: str) -> None:
        self.town, self.platform, self.id, self.room = town, platform, person, room

    @property
    def server(self) -> Server:
        return self.town.servers[self.platform]

    def at(self, room: str) -> "Dweller":
        return Dweller(self.town, self.platform, self.id, room)

    async def says(self, text: str, **more: Any) -> str:
        return await self.server.say(self.id, self.room, text, **more)

    async def gives(self, command: str, arguments: str = "") -> None:
        name = self.town.command_name(self.platform, command)
        await self.server.command(self.id, self.room, name, arguments)

    async def presses(self, label: str) -> None:
        message = await self.sees(
            lambda one: any(button.label == label for button in one.buttons), f"button {label}"
        )
        button = next(one for one in message.buttons if one.label == label)
        await self.server.press(self.id, self.room, message.id, button.id)

    def messages(self) -> list[Message]:
        return self.server.messages(self.id, self.room)

    async def sees(self, what: str | Callable[[Message], bool], name: str = "") -> Message:
        """The newest message that contains the words, or for which the question is true; waits for it."""
        matches = what if callable(what) else lambda one: what in plain(one.text)

        def newest() -> Message | None:
            return next((one for one in reversed(self.messages()) if matches(one)), None)

        return await self.town.until(
            newest, f"{self.platform} {self.id} in {self.room} sees {name or what!r}"
        )

    async def sees_gone(self, words: str) -> None:
        def gone() -> bool:
            return not any(words in plain(one.text) for one in self.messages())

        await self.town.until(gone, f"{words!r} is gone from {self.platform} {self.room}")

    async def sees_reaction(self, message: str, *emoji: str) -> None:
        """One of these emoji stands on the message."""

        def stands() -> bool:
            return any(
                reaction.emoji in emoji
                for one in self.messages()
                if one.id == message
                for reaction in one.reactions
            )

        await self.town.until(stands, f"{emoji} on {message}")


def plain(text: str) -> str:
    """Without the markup of Discord's and Slack's plain texts."""
    return re.sub(r"[*_]", "", text)


class Town:
    def __init__(self, world: World, servers: dict[str, Server], staff_platform: str) -> None:
        self.world, self.servers, self.staff_platform = world, servers, staff_platform
        self.house: House | None = None
        self._settings: dict[str, object] = {}

    # -- people

    def person(self, platform: str, first_name: str) -> str:
        return next(one.id for one in self.servers[platform].people() if one.name.startswith(first_name))

    def room(self, platform: str, person: str, name: str) -> Room:
        return next(one for one in self.servers[platform].rooms(person) if one.name.lstrip("#") == name)

    def direct(self, platform: str, first_name: str) -> Dweller:
        """A person in their direct chat with the bot."""
        person = self.person(platform, first_name)
        room = next(one.id for one in self.servers[platform].rooms(person) if one.kind == "dm")
        return Dweller(self, platform, person, room)

    def in_room(self, platform: str, first_name: str, room: str) -> Dweller:
        person = self.person(platform, first_name)
        return Dweller(self, platform, person, self.room(platform, person, room).id)

    @property
    def space(self) -> str:
        """The room id of the staff space."""
        return self.servers[self.staff_platform].bot_settings()["STAFF_SPACE"].partition(":")[2]

    def agent(self, first_name: str) -> Dweller:
        """An agent where commands that name their ticket are given: in the staff space, or where that is a forum,
        in their direct chat with the bot.
        """
        person = self.person(self.staff_platform, first_name)
        kinds = {one.id: one.kind for one in self.servers[self.staff_platform].rooms(person)}
        is_forum = kinds[self.space] == "forum"
        return self.direct(self.staff_platform, first_name) if is_forum else self._staff(person)

    def _staff(self, person: str) -> Dweller:
        return Dweller(self, self.staff_platform, person, self.space)

    async def thread_of(self, agent: Dweller, words: str) -> Dweller:
        """The agent in the thread of the ticket whose card has these words."""
        in_space = self._staff(agent.id)

        def find() -> Dweller | None:
            for room in self.servers[self.staff_platform].rooms(agent.id):
                if room.parent == self.space:
                    dweller = agent.at(room.id)
                    if any(words in plain(one.text) for one in dweller.messages()[:2]):
                        return dweller
            if self.staff_platform == "slack":
                # A thread without replies is only its card.
                for one in in_space.messages():
                    if words in plain(one.text) and one.buttons:
                        return agent.at(f"{self.space}:{one.id}")
            return None

        return await self.until(find, f"a thread about {words!r}")

    def command_name(self, platform: str, command: str) -> str:
        house = self.house
        adapter = house.supervisors[platform].adapter if house else None
        return adapter.capabilities.command_name(command) if adapter else command

    # -- the house

    async def open_house(self, **settings: object) -> House:
        """Start Allhands in this town, with what was set before unless said otherwise."""
        self._settings |= settings
        house = House(Settings(_env_file=None, **self._environment()), WorldClock(self.world))  # type: ignore[call-arg,arg-type]
        self.house = await house.__aenter__()
        await self.until(self._is_ready, "the house is ready")
        return house

    async def close_house(self) -> None:
        house, self.house = self.house, None
        if house is not None:
            await house.__aexit__(None, None, None)

    async def later(self, **span: float) -> None:
        """Let time pass on the platforms and in the house."""
        self.world.clock.advance(timedelta(**span).total_seconds())
        if self.house is not None:
            await self.house.ticker.tick()

    async def settle(self) -> None:
        """Wait until nothing is under way anywhere."""
        for server in self.servers.values():
            await server.settle()
        house = self.house
        if house is not None:
            await self.until(lambda: not house.dispatcher.waiting(), "the outbox is empty")

    async def until(self, question: Callable[[], Any], what: str) -> Any:
        """What the question gives as soon as it is something; fails when that takes too long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while True:
            found = question()
            if found:
                return found
            if loop.time() > deadline:
                raise AssertionError(f"did not happen: {what}")
            await asyncio.sleep(0.02)

    def _is_ready(self) -> bool:
        house = self.house
        return (
            house is not None
            and house.librarian.is_ready
            and all(one.state is State.READY for one in house.supervisors.values())
        )

    def _environment(self) -> dict[str, object]:
        environment: dict[str, object] = {}
        places = []
        for name, server in self.servers.items():
            own = server.bot_settings()
            places.append(own.pop("SUPPORT_PLACES", ""))
            space = own.pop("STAFF_SPACE", "")
            environment |= {key.lower(): value for key, value in own.items()}
            if name == self.staff_platform:
                environment["staff_space"] = space
        environment["support_places"] = ",".join(places)
        return environment | {
            "knowledge_vectors": False,
            "http_port": 0,
            "company_name": "Juniper & Pine",
            "quiet_hours": "0-0",
            **self._settings,
        }


@asynccontextmanager
async def open_town(
    database_url: str,
    articles: Path,
    *,
    staff_platform: str = "slack",
    has_house: bool = True,
    **settings: object,
) -> AsyncIterator[Town]:
    world = World()
    manifest = build_manifest(discover().commands, "", "", True)
    servers: dict[str, Server] = {
        "slack": SlackServer(world, manifest=manifest),
        "discord": DiscordServer(world),
        "telegram": TelegramServer(world),
    }
    for server in servers.values():
        await server.start("127.0.0.1", 0)
    town = Town(world, servers, staff_platform)
    town._settings = {"database_url": database_url, "knowledge_dir": articles, **settings}
    try:
        if has_house:
            await town.open_house()
        yield town
    finally:
        await town.close_house()
        for server in servers.values():
            await server.stop()
