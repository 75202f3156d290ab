"""A town of three local platforms with the whole house in it: real SDKs, real sockets, a clock moved by hand."""

import asyncio
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from adapters.slack.manifest import build_manifest
from bot.assembly import House
from bot.runtime.supervisor import State
from bot.settings import Settings
from handlers.registry import discover
from sandbox.discord import DiscordServer
from sandbox.slack import SlackServer
from sandbox.surface import Room, Server
from sandbox.telegram import TelegramServer
from sandbox.world import Faults, World
from tests.acceptance.dwellers import Dweller, plain

PATIENCE_SECONDS = 60.0
"""How long a test waits for something that must happen; passing tests never wait that long."""
PLATFORMS = ("discord", "slack", "telegram")
AGENTS = {"slack": ("Ana", "Ben"), "discord": ("Sam", "Ines"), "telegram": ("Tom", "Uma")}
COLLEAGUES = {"slack": "Priya", "discord": "Ola", "telegram": "Lea"}


class WorldClock:
    """The house's clock is the sandbox's: real time plus what was skipped."""

    def __init__(self, world: World) -> None:
        self._world = world

    def now(self) -> datetime:
        return self._world.clock.now()


class Town:
    def __init__(self, world: World, servers: dict[str, Server], staff_platform: str) -> None:
        self.world, self.servers, self.staff_platform = world, servers, staff_platform
        self.house: House | None = None
        self.settings: dict[str, object] = {}
        self._newcomers = count(1)

    # -- people and places

    def person(self, platform: str, first_name: str) -> str:
        return next(one.id for one in self.servers[platform].people() if one.name.startswith(first_name))

    def direct(self, platform: str, first_name: str) -> Dweller:
        """A person in their direct chat with the bot."""
        return Dweller(self, platform, self.person(platform, first_name), "").in_direct()

    def newcomer(self, platform: str, language: str = "en") -> Dweller:
        """A customer whom nobody knows yet, in their direct chat; the name is given to nobody else."""
        name = f"Guest{next(self._newcomers)}th"
        person = self.servers[platform].add_person(name, language=language)
        return Dweller(self, platform, person.id, "").in_direct()

    def room(self, dweller: Dweller, name: str) -> Room:
        return next(one for one in dweller.rooms() if one.name.lstrip("#") == name)

    @property
    def space(self) -> str:
        """The room id of the staff space."""
        return self.servers[self.staff_platform].bot_settings()["STAFF_SPACE"].partition(":")[2]

    def agents(self) -> tuple[Dweller, Dweller]:
        """Two agents where commands that name their ticket are given: in the staff space, or where that is a forum,
        in their direct chats with the bot.
        """
        first, second = AGENTS[self.staff_platform]
        return self._agent(first), self._agent(second)

    def _agent(self, first_name: str) -> Dweller:
        direct = self.direct(self.staff_platform, first_name)
        kinds = {one.id: one.kind for one in direct.rooms()}
        return direct if kinds[self.space] == "forum" else direct.at(self.space)

    async def thread_of(self, agent: Dweller, words: str) -> Dweller:
        """The agent in the thread of the ticket whose card has these words."""
        found: Dweller = await self.until(lambda: self._thread(agent, words), f"a thread about {words!r}")
        return found

    def _thread(self, agent: Dweller, words: str) -> Dweller | None:
        for dweller in self.threads(agent):
            if any(words in plain(one.text) for one in dweller.messages()[:2]):
                return dweller
        return None

    async def announced(self, *words: str) -> Dweller:
        """An agent where these words were said to the whole team: in the staff space, or in a post of a forum."""
        agent = self.agents()[0]
        rooms = [agent.at(self.space)] if agent.room == self.space else []

        def find() -> Dweller | None:
            everywhere = [*rooms, *self.threads(agent)]
            # In a forum the title is the name of the post, and not said once more below it.
            named = {room.id for room in agent.rooms() if all(word in room.name for word in words)}
            return next((one for one in everywhere if one.count(*words) or one.room in named), None)

        found: Dweller = await self.until(find, f"the team is told {words}")
        return found

    def threads(self, agent: Dweller) -> list[Dweller]:
        """Every ticket's thread in the staff space."""
        if self.staff_platform == "slack":
            # A thread without replies is only its card.
            said = [one for one in agent.at(self.space).heard() if not one.is_private]
            return [agent.at(f"{self.space}:{one.id}") for one in said]
        rooms = [one for one in agent.rooms() if one.parent == self.space and one.name != "General"]
        return [agent.at(one.id) for one in rooms]

    def command_name(self, platform: str, command: str) -> str:
        house = self.house
        adapter = house.supervisors[platform].adapter if house else None
        return adapter.capabilities.command_name(command) if adapter else command

    def toasts(self, platform: str, person: str) -> list[str]:
        """The lines that a platform showed this person over a chat."""
        return [
            plain(str(one.data.get("text", "")))
            for one in self.world.journal.entries
            if one.platform == platform and one.kind == "answer" and one.data.get("person") == person
        ]

    def faults(self, platform: str) -> Faults:
        return self.world.faults[platform]

    # -- tickets

    async def ticket(self, customer: Dweller, words: str) -> Dweller:
        """The customer asks for a person with these words; the first agent in the ticket's thread."""
        await customer.gives("ticket", words)
        await customer.sees("Your ticket is #")
        return await self.thread_of(self.agents()[0], words)

    async def claimed(self, customer: Dweller, words: str) -> Dweller:
        """As `ticket`, with the first agent helping."""
        thread = await self.ticket(customer, words)
        await thread.presses("Claim")
        await customer.sees("is helping you now")
        return thread

    # -- the house

    async def open_house(self, *, until_ready: bool = True, **settings: object) -> House:
        """Start Allhands in this town, with what was set before unless said otherwise."""
        self.settings |= settings
        given: dict[str, Any] = {key.lower(): value for key, value in self.environment().items()}
        self.house = await House(Settings.of(given), WorldClock(self.world)).__aenter__()
        if until_ready:
            await self.until(self._is_ready, "the house is ready")
        return self.house

    async def close_house(self) -> None:
        house, self.house = self.house, None
        if house is not None:
            await house.__aexit__(None, None, None)

    @property
    def address(self) -> str:
        """Where the house's own web server listens."""
        if self.house is None:
            raise LookupError("no house is open")
        return f"http://127.0.0.1:{self.house.port}"

    async def later(self, **span: float) -> None:
        """Let time pass on the platforms and in the house."""
        self.world.clock.advance(timedelta(**span).total_seconds())
        if self.house is not None:
            await self.house.ticker.tick()

    async def settle(self) -> None:
        """Wait until nothing is under way anywhere."""
        for server in self.servers.values():
            await self._settle(server)
        house = self.house
        if house is not None:
            await self.until(lambda: not house.dispatcher.waiting(), "the outbox is empty")

    async def _settle(self, server: Server) -> None:
        for _ in range(int(PATIENCE_SECONDS)):
            try:
                return await server.settle(1.0)
            except TimeoutError:
                # What was not acknowledged in time, Slack delivers again after a minute; till then all is quiet.
                if isinstance(server, SlackServer) and server.deliveries.resting:
                    return None
        raise AssertionError(f"{server.name} does not come to rest")

    async def until(self, question: Callable[[], Any], what: str | Callable[[], str]) -> Any:
        """What the question gives as soon as it is something; fails when that takes too long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while True:
            found = question()
            if found:
                return found
            if loop.time() > deadline:
                raise AssertionError(f"did not happen: {what() if callable(what) else what}")
            await asyncio.sleep(0.02)

    async def until_async(self, question: Callable[[], Awaitable[Any]], what: str) -> Any:
        """As `until`, for a question that has to be waited for."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while not (found := await question()):
            assert loop.time() < deadline, f"did not happen: {what}"
            await asyncio.sleep(0.1)
        return found

    def is_ready(self, platform: str) -> bool:
        return self.house is not None and self.house.supervisors[platform].state is State.READY

    def _is_ready(self) -> bool:
        house = self.house
        if house is None or not house.librarian.is_ready or not all(map(self.is_ready, house.supervisors)):
            return False
        return "discord" not in house.supervisors or self.has_commands()

    def has_commands(self) -> bool:
        """Discord's clients offer what the bot has registered, which it does beside everything else when it starts."""
        someone = next(one for one in self.servers["discord"].people() if not one.is_bot)
        direct = Dweller(self, "discord", someone.id, "").in_direct()
        return bool(direct.server.commands(direct.id, direct.room))

    def environment(self) -> dict[str, str]:
        """The environment with which a bot works in this town."""
        environment: dict[str, str] = {}
        places = []
        for name, server in self.servers.items():
            own = server.bot_settings()
            places.append(own.pop("SUPPORT_PLACES"))
            space = own.pop("STAFF_SPACE")
            environment |= own
            if name == self.staff_platform:
                environment["STAFF_SPACE"] = space
        environment |= {
            "SUPPORT_PLACES": ",".join(places),
            "KNOWLEDGE_VECTORS": "false",
            "HTTP_PORT": "0",
            "COMPANY_NAME": "Juniper & Pine",
            "QUIET_HOURS": "0-0",
        }
        return environment | {name.upper(): str(value) for name, value in self.settings.items()}

    def process_environment(self) -> dict[str, str]:
        """The same for a process of its own, without anything of a real installation."""
        kept = {name: value for name, value in os.environ.items() if name.upper() not in Settings.names()}
        return kept | self.environment() | {"ALLHANDS_ENV_FILE": ""}


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
    manifest = build_manifest(discover().commands, str(settings.get("command_prefix", "")), "", True)
    servers: dict[str, Server] = {
        "slack": SlackServer(world, manifest=manifest),
        "discord": DiscordServer(world),
        "telegram": TelegramServer(world),
    }
    for server in servers.values():
        await server.start("127.0.0.1", 0)
    town = Town(world, servers, staff_platform)
    town.settings = {"database_url": database_url, "knowledge_dir": articles, **settings}
    try:
        if has_house:
            await town.open_house()
        yield town
    finally:
        await town.close_house()
        for server in servers.values():
            await server.stop()
