"""The Slack adapter in a small house of its own: a real intake in memory, the sandbox's Slack outside."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from msgspec.structs import replace

from adapters import AdapterContext, Attempt, Cursor, FileUnavailableError, Lease, alone
from adapters.slack import SlackAdapter, SlackSettings, build_manifest
from bot.core.commands import Argument, Command, Role
from bot.core.content import Content, FileRef
from bot.core.conversation import Remembered
from bot.core.events import Event
from bot.core.outgoing import Outgoing, Post, Receipt
from bot.core.places import Identity, Place
from sandbox.slack import SlackServer

COMMANDS = (
    Command("human", "Ask for a person", Role.CUSTOMER, (Argument("reason", "What it is about"),)),
    Command("help", "What I can do", Role.CUSTOMER),
    Command("ticket", "Open a ticket", Role.CUSTOMER),
    Command("claim", "Take a ticket", Role.AGENT, (Argument("number", "Which"),)),
    Command("note", "Add a note", Role.VOLUNTEER, (Argument("words", "What", is_required=True),)),
)
STAFF = Place("slack", channel="C0SUPPORT")
HELP = Place("slack", channel="C0HELP")
TEAM = "T0JUNIPER"

E = TypeVar("E")


@dataclass
class MemoryIntake:
    """An intake that keeps everything in a list, drops repeats, and can refuse to store."""

    events: list[Event] = field(default_factory=list)
    positions: dict[str, str] = field(default_factory=dict)
    times_caught_up: int = 0
    known: list[Remembered] = field(default_factory=list)
    """What is known of any room."""
    last_heard: datetime | None = None
    refusals: int = 0
    """Refuse this many of the next calls."""
    accepted_calls: int = 0
    _seen: set[str] = field(default_factory=set)
    _changed: asyncio.Event = field(default_factory=asyncio.Event)

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        await asyncio.sleep(0)
        if self.refusals:
            self.refusals -= 1
            raise OSError("the disk is full")
        self.accepted_calls += 1
        for event in events:
            if event.id not in self._seen:
                self._seen.add(event.id)
                self.events.append(event)
        if cursor is not None:
            self.positions[cursor.name] = cursor.position
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def cursors(self) -> dict[str, str]:
        return dict(self.positions)

    async def complete(self, completes: str, identity: Identity, typed: str) -> list[tuple[str, str]]:
        return []

    async def remembered(self, room: Place, after: str) -> list[Remembered]:
        return self.known

    async def stopped_at(self) -> datetime | None:
        return self.last_heard

    async def caught_up(self) -> None:
        self.times_caught_up += 1

    def of(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    async def wait_for(self, kind: type[E], count: int = 1) -> list[E]:
        """Return the events of a kind as soon as there are so many."""
        async with asyncio.timeout(10):
            while len(found := self.of(kind)) < count:
                await self._changed.wait()
        return found

    async def until(self, is_so: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not is_so():
                await self._changed.wait()


@dataclass
class House:
    server: SlackServer
    intake: MemoryIntake = field(default_factory=MemoryIntake)
    reports: list[tuple[str, dict[str, object]]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    """Files of other platforms, by id."""
    colleagues: tuple[Place, ...] = ()
    prefix: str = ""
    help_place: Place = HELP
    lease: Lease = alone
    reached: list[bool] = field(default_factory=list)

    def context(self) -> AdapterContext:
        return AdapterContext(
            intake=self.intake,
            commands=COMMANDS,
            command_prefix=self.prefix,
            staff_space=STAFF,
            support_places=(self.help_place,),
            colleague_places=self.colleagues,
            admins=frozenset(),
            open_file=self._open,
            now=self.server.world.clock.now,
            texts=str.format,
            report=lambda name, fields: self.reports.append((name, fields)),
            lease=self.lease,
            note_reached=self.reached.append,
        )

    def _open(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        @asynccontextmanager
        async def opened() -> AsyncIterator[AsyncIterator[bytes]]:
            if file.id not in self.files:
                raise FileUnavailableError("gone")

            async def chunks() -> AsyncIterator[bytes]:
                content = self.files[file.id]
                for start in range(0, len(content), 1000):
                    yield content[start : start + 1000]

            yield chunks()

        return opened()

    def settings(self, *, socket: bool = True, http: bool = False) -> SlackSettings:
        given = self.server.bot_settings()
        return SlackSettings(
            bot_token=given["SLACK_BOT_TOKEN"],
            app_token=given["SLACK_APP_TOKEN"] if socket else "",
            signing_secret=given["SLACK_SIGNING_SECRET"] if http else "",
            api_url=given["SLACK_API_URL"],
        )

    def adapter(self, *, socket: bool = True, http: bool = False) -> SlackAdapter:
        return SlackAdapter(self.context(), self.settings(socket=socket, http=http))

    @asynccontextmanager
    async def running(self, adapter: SlackAdapter | None = None) -> AsyncIterator[SlackAdapter]:
        """The adapter while it receives; ends it as its supervisor would."""
        adapter = adapter or self.adapter()
        ready = asyncio.Event()
        task = asyncio.create_task(adapter.run(ready.set))
        try:
            await first_of(task, ready)
            yield adapter
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await adapter.close()

    def texts(self, person: str, room: str) -> list[str]:
        return [message.text for message in self.server.messages(person, room)]


async def first_of(task: "asyncio.Task[None]", ready: asyncio.Event) -> None:
    """Wait until the adapter is ready; raises what ended it before."""
    waiting = asyncio.create_task(ready.wait())
    await asyncio.wait([task, waiting], return_when=asyncio.FIRST_COMPLETED, timeout=20)
    if not ready.is_set():
        waiting.cancel()
        task.result()


_keys = iter(range(1, 1_000_000))


def attempt(**changes: object) -> Attempt:
    """A first try under a key of its own."""
    first = Attempt(f"key{next(_keys)}", 1, False, datetime.now(UTC))
    return replace(first, **changes)  # type: ignore[arg-type]


async def post(adapter: SlackAdapter, place: Place, content: Content | str, **changes: object) -> Receipt:
    shown = content if isinstance(content, Content) else Content(text=content)
    return await send(adapter, Post(place, shown), **changes)


async def send(adapter: SlackAdapter, outgoing: Outgoing, **changes: object) -> Receipt:
    return await adapter.send(outgoing, attempt(**changes))


async def until(is_so: Callable[[], bool]) -> None:
    """Wait for something that nothing announces; raises TimeoutError when it does not come about."""
    async with asyncio.timeout(10):
        while not is_so():
            await asyncio.sleep(0.01)


def manifest(prefix: str = "") -> dict[str, object]:
    return build_manifest(COMMANDS, prefix, "", socket_mode=True)
