"""The real adapter and SDK against the sandbox's Discord, with a house that only remembers."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from adapters import AdapterContext, Attempt, Cursor, FileUnavailableError
from adapters.discord import DiscordAdapter, DiscordSettings
from bot.core.commands import Argument, Command, Role
from bot.core.content import FileRef
from bot.core.conversation import Remembered
from bot.core.events import Event
from bot.core.outgoing import Outgoing, Receipt
from bot.core.places import Identity, Place
from sandbox.discord import story
from sandbox.discord.server import DiscordServer
from sandbox.surface import Message
from sandbox.world import World

E = TypeVar("E")

COMMANDS = (
    Command("human", "Talk to a person", Role.CUSTOMER),
    Command("help", "What this bot can do", Role.CUSTOMER),
    Command(
        "claim", "Take a ticket", Role.AGENT, (Argument("ticket", "Its number", completes="waiting_tickets"),)
    ),
    Command(
        "sos",
        "Call for help",
        Role.AGENT,
        (Argument("action", "What", is_required=True, choices=("call", "end")), Argument("reason", "Why")),
    ),
)


class StorageDownError(Exception):
    """What the house's storage says when a test takes it away."""


class MemoryIntake:
    """Stores events in a list, each once; fails as often as it is told to."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.events: list[Event] = []
        self.positions: dict[str, str] = {}
        self.moved_at: datetime | None = None
        self.times_caught_up = 0
        self.known: list[Remembered] = []
        self.failures = 0
        self.offers: list[tuple[str, str]] = []
        self._more = asyncio.Event()

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        if self.failures:
            self.failures -= 1
            raise StorageDownError
        known = {event.id for event in self.events}
        fresh = {event.id: event for event in events if event.id not in known}
        self.events += fresh.values()
        if cursor is not None:
            self.positions[cursor.name] = cursor.position
            self.moved_at = self._now()
        self._more.set()
        self._more = asyncio.Event()

    async def cursors(self) -> dict[str, str]:
        return dict(self.positions)

    async def complete(self, completes: str, identity: Identity, typed: str) -> list[tuple[str, str]]:
        return [(f"{completes}:{typed}", "#1 Where is my sofa?"), *self.offers]

    async def remembered(self, room: Place, after: str) -> list[Remembered]:
        return self.known

    async def stopped_at(self) -> datetime | None:
        return self.moved_at

    async def caught_up(self) -> None:
        self.times_caught_up += 1

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def wait_for(self, kind: type[E], number: int = 1) -> list[E]:
        """The first `number` events of a kind, as soon as they are there."""
        async with asyncio.timeout(10):
            while len(found := self.of(kind)) < number:
                await self._more.wait()
        return found


def untranslated(text: str, /, **values: object) -> str:
    return text.format(**values) if values else text


def discord_place(channel: str, thread: str = "") -> Place:
    return Place("discord", channel=channel, thread=thread)


@dataclass
class House:
    """One adapter after another over the same memory."""

    server: DiscordServer
    world: World
    intake: MemoryIntake = field(init=False)
    context: AdapterContext = field(init=False)
    reports: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    adapter: DiscordAdapter = field(init=False)
    running: "asyncio.Task[None] | None" = None
    ready: asyncio.Event = field(default_factory=asyncio.Event)
    keys: int = 0
    shards: int = 1

    def __post_init__(self) -> None:
        self.intake = MemoryIntake(self.world.clock.now)
        self.context = AdapterContext(
            intake=self.intake,
            commands=COMMANDS,
            command_prefix="",
            staff_space=discord_place(story.SUPPORT_DESK),
            support_places=(discord_place(story.HELP), discord_place(story.QUESTIONS)),
            colleague_places=(),
            admins=frozenset(),
            open_file=self.open_file,
            now=self.world.clock.now,
            texts=untranslated,
            report=lambda name, fields: self.reports.append((name, fields)),
        )
        self.rebuild()

    async def change(self, **changes: Any) -> None:
        """Go on with an adapter that has another context."""
        was_running = self.running is not None
        await self.stop()
        self.context = replace(self.context, **changes)
        self.rebuild()
        if was_running:
            await self.start()

    def direct_chat(self, person: str) -> str:
        return self.server.rooms(person)[0].id

    def rebuild(self) -> None:
        settings = self.server.bot_settings()
        self.adapter = DiscordAdapter(
            self.context,
            DiscordSettings(
                settings["DISCORD_TOKEN"],
                settings["DISCORD_API_URL"],
                settings["DISCORD_GATEWAY_URL"],
                self.shards,
            ),
        )

    def launch(self) -> None:
        """Start without waiting: another process may hold what this one needs to receive."""
        self.ready.clear()
        self.running = asyncio.create_task(self.adapter.run(self.ready.set))

    async def start(self) -> None:
        self.launch()
        await self.is_ready()

    async def is_ready(self) -> None:
        assert self.running is not None
        waiting = asyncio.create_task(self.ready.wait())
        async with asyncio.timeout(15):
            await asyncio.wait({self.running, waiting}, return_when=asyncio.FIRST_COMPLETED)
        waiting.cancel()
        if self.running.done():
            self.running.result()

    async def stop(self) -> None:
        if self.running is not None:
            self.running.cancel()
            await asyncio.gather(self.running, return_exceptions=True)
            self.running = None
        await self.adapter.close()

    async def restart(self) -> None:
        await self.stop()
        self.rebuild()
        await self.start()

    async def send(
        self, outgoing: Outgoing, *, key: str = "", number: int = 1, is_uncertain: bool = False,
        first_tried_at: datetime | None = None,
    ) -> Receipt:  # fmt: skip
        self.keys += 1
        attempt = Attempt(
            key or f"{self.keys:x}", number, is_uncertain, first_tried_at or self.world.clock.now()
        )
        return await self.adapter.send(outgoing, attempt)

    def seen(self, receipt: Receipt, person: str = story.MIA) -> list[Message]:
        """The messages of a receipt as a person sees them, in order."""
        rooms = self.server.rooms(person)
        seen = {one.id: one for room in rooms for one in self.server.messages(person, room.id)}
        return [seen[at.id] for at in receipt.messages]

    @asynccontextmanager
    async def open_file(self, file: FileRef) -> AsyncIterator[AsyncIterator[bytes]]:
        if file.id not in self.files:
            raise FileUnavailableError("gone")

        async def chunks() -> AsyncIterator[bytes]:
            content = self.files[file.id]
            for begin in range(0, len(content), 65_536):
                yield content[begin : begin + 65_536]

        yield chunks()

    async def registered(self) -> None:
        """Wait until the commands are registered."""
        async with asyncio.timeout(10):
            while not self.reported("discord.commands_registered"):
                await asyncio.sleep(0.01)

    def reported(self, name: str) -> list[dict[str, object]]:
        return [fields for reported, fields in self.reports if reported == name]
