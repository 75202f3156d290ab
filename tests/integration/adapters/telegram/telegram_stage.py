"""A Telegram adapter in front of the local server, with an intake that keeps what it is given."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, TypeVar

from msgspec.structs import replace

from adapters import AdapterContext, Attempt, Cursor, FileUnavailableError
from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.core.commands import Argument, Command, Role
from bot.core.content import Content, FileKind, FileRef
from bot.core.conversation import Remembered
from bot.core.events import Event
from bot.core.outgoing import Outgoing, Post, Receipt
from bot.core.places import Identity, MessageAt, Place
from sandbox.surface import Room
from sandbox.telegram import TelegramServer

TOM, UMA, LEA, DANA, EMIL = "510000001", "510000002", "510000003", "510000004", "510000005"
DESK, FANS, FORUM, DELIVERIES = "-1002100000001", "-4100000002", "-1002100000003", "2"
COMMANDS = (
    Command("start", "Say hello", Role.CUSTOMER),
    Command("human", "Talk to a person", Role.CUSTOMER),
    Command("help", "What I can do", Role.CUSTOMER),
    Command("claim", "Take a ticket", Role.AGENT, (Argument("number", "Which one"),)),
    Command("volunteer", "Offer help", Role.VOLUNTEER),
    Command("sos", "Call all hands", Role.ADMIN),
)

# A one-pixel picture, so that the local server takes it for one.
PNG = bytes.fromhex(
    "89504e470d0a1a0a0000000d49484452000000010000000108060000001f15c489"
    "0000000d49444154789c6360606060000000050001a5f645400000000049454e44ae426082"
)

E = TypeVar("E")


@dataclass
class Ledger:
    """An intake in memory: stores events once by id, and cursors; can be told to fail."""

    events: list[Event] = field(default_factory=list)
    positions: dict[str, str] = field(default_factory=dict)
    known: list[Remembered] = field(default_factory=list)
    """What is known of any room."""
    times_caught_up: int = 0
    batches: list[int] = field(default_factory=list)
    failures: int = 0
    changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        if self.failures:
            self.failures -= 1
            raise OSError("the disk is full")
        self.batches.append(len(events))
        known = {event.id for event in self.events}
        for event in events:
            if event.id not in known:
                known.add(event.id)
                self.events.append(event)
        if cursor is not None:
            self.positions[cursor.name] = cursor.position
        self.changed.set()
        self.changed = asyncio.Event()

    async def cursors(self) -> dict[str, str]:
        return dict(self.positions)

    async def complete(self, completes: str, identity: Identity, typed: str) -> list[tuple[str, str]]:
        return []

    async def remembered(self, room: Place, after: str) -> list[Remembered]:
        return self.known

    async def stopped_at(self) -> datetime | None:
        return None

    async def caught_up(self) -> None:
        self.times_caught_up += 1

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def next(self, kind: type[E], count: int = 1) -> E:
        """The count-th event of a kind, as soon as it is there."""
        async with asyncio.timeout(5):
            while len(found := self.of(kind)) < count:
                await self.changed.wait()
        return found[count - 1]


@dataclass
class Stage:
    server: TelegramServer
    ledger: Ledger = field(default_factory=Ledger)
    reports: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    keys: int = 0

    @property
    def desk(self) -> Place:
        return Place("telegram", channel=DESK)

    def desk_topic(self, room: Room) -> Place:
        """A topic of the staff group, as a place."""
        return replace(self.desk, thread=room.id.rpartition(":")[2])

    def context(self, **changes: Any) -> AdapterContext:
        context = AdapterContext(
            intake=self.ledger,
            commands=COMMANDS,
            command_prefix="",
            staff_space=self.desk,
            support_places=(Place("telegram", channel=FANS), Place("telegram", channel=FORUM)),
            colleague_places=(),
            admins=frozenset({("telegram", TOM)}),
            open_file=self.open_file,
            now=lambda: datetime.now(UTC),
            texts=str.format,
            report=lambda name, fields: self.reports.append((name, fields)),
        )
        return replace(context, **changes)

    def adapter(self, *, settings: dict[str, str] | None = None, **changes: Any) -> TelegramAdapter:
        found = self.server.bot_settings()
        chosen = {"token": found["TELEGRAM_TOKEN"], "api_url": found["TELEGRAM_API_URL"], **(settings or {})}
        return TelegramAdapter(self.context(**changes), TelegramSettings(**chosen))

    @asynccontextmanager
    async def open_file(self, file: FileRef) -> AsyncIterator[AsyncIterator[bytes]]:
        if file.id not in self.files:
            raise FileUnavailableError(file.id)

        async def chunks() -> AsyncIterator[bytes]:
            content = self.files[file.id]
            for start in range(0, len(content), 64 * 1024):
                yield content[start : start + 64 * 1024]

        yield chunks()

    def attempt(self, **changes: Any) -> Attempt:
        self.keys += 1
        return replace(Attempt(f"k{self.keys}", 1, False, None), **changes)

    async def send(self, adapter: TelegramAdapter, outgoing: Outgoing, **changes: Any) -> Receipt:
        return await adapter.send(outgoing, self.attempt(**changes))

    async def say(self, adapter: TelegramAdapter, place: Place, text: str, **more: Any) -> Receipt:
        return await self.send(adapter, Post(place, Content(text=text, **more)))

    def shown(self, person: str, room: str, id_: str | MessageAt) -> Any:
        wanted = id_.id if isinstance(id_, MessageAt) else id_
        return next(one for one in self.server.messages(person, room) if one.id == wanted)

    def texts(self, person: str, room: str) -> list[str]:
        return [message.text for message in self.server.messages(person, room)]

    def reported(self, name: str) -> list[dict[str, object]]:
        return [fields for reported, fields in self.reports if reported == name]


@asynccontextmanager
async def running(adapter: TelegramAdapter) -> AsyncIterator[asyncio.Task[None]]:
    """The adapter while it runs; leaving ends it. Raises what the run raised before it was ready."""
    ready = asyncio.Event()
    task = asyncio.create_task(adapter.run(ready.set))
    waiting = asyncio.create_task(ready.wait())
    try:
        async with asyncio.timeout(5):
            await asyncio.wait({task, waiting}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            await task
        yield task
    finally:
        waiting.cancel()
        task.cancel()
        await asyncio.gather(task, waiting, return_exceptions=True)
        await adapter.close()


async def until(condition: Callable[[], bool]) -> None:
    """Wait for what a person would come to see."""
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.01)


def direct(person: str) -> Place:
    return Place("telegram", channel=person, is_direct=True)


def picture(stage: Stage, name: str = "a.png", **more: Any) -> FileRef:
    stage.files[name] = PNG
    return FileRef("slack", name, name, FileKind.PICTURE, "image/png", **more)


def document(stage: Stage, name: str = "a.txt", content: bytes = b"text") -> FileRef:
    stage.files[name] = content
    return FileRef("discord", name, name, FileKind.DOCUMENT, "text/plain")
