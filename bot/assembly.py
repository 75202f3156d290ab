"""Puts the house together: knows every room, decides nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from pathlib import Path

import structlog
from sqlalchemy import make_url

from adapters import Adapter, AdapterContext, FileOpener, FileUnavailableError, Intake
from bot.core.capabilities import Capabilities
from bot.core.content import FileRef
from bot.platforms import BUILDERS, Builder
from bot.runtime.catalogue import texts_in
from bot.runtime.clock import Clock, FollowingClock, SystemClock
from bot.runtime.completion import complete
from bot.runtime.desk import Desk
from bot.runtime.dispatcher import Dispatcher
from bot.runtime.intake import PlatformIntake
from bot.runtime.lanes import KNOWLEDGE
from bot.runtime.librarian import Librarian
from bot.runtime.metrics import Metrics
from bot.runtime.supervisor import State, Supervisor
from bot.runtime.ticker import Ticker
from bot.runtime.writer import Writer
from bot.settings import Settings
from handlers.context import DeskSettings
from handlers.registry import Handlers, discover
from storage import make_engine
from storage.migrate import migrate
from web.server import WebhookHandler, WebServer

log = structlog.get_logger()

STOP_WITHIN_SECONDS = 8.0


class House:
    """One running Allhands. `async with House(settings)` starts it and, at the end, stops it in order."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock | None = None,
        builders: Mapping[str, Builder] = BUILDERS,
    ) -> None:
        self.settings = settings
        self._builders = builders
        self.clock = clock or (FollowingClock(settings.clock_url) if settings.clock_url else SystemClock())
        self.metrics_book = Metrics()
        self.handlers: Handlers = discover()
        self.desk = Desk(
            self.handlers, _desk_settings(settings), texts_in, self._capabilities_of, self.metrics_book
        )
        self.supervisors: dict[str, Supervisor] = {}
        self.port = 0
        self._capabilities: dict[str, Capabilities] = {}
        self._tasks: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> "House":
        engine = make_engine(self.settings.database_url)
        make_folder(self.settings.database_url)
        await asyncio.to_thread(migrate, engine)
        self.writer = Writer(engine, self.clock)
        self.writer.start()
        self.dispatcher = Dispatcher(self.writer, self.desk, self.clock, self.metrics_book)
        self.ticker = Ticker(
            self.writer,
            self.desk,
            self.dispatcher.enqueue,
            self.dispatcher.take_up_left_behind,
            self.metrics_book,
        )
        self.librarian = Librarian(
            self.writer,
            self.clock,
            self.settings.knowledge_dir,
            vectors_path(self.settings),
            has_vectors=self.settings.knowledge_vectors,
        )
        self.dispatcher.perform(KNOWLEDGE, self.librarian)
        for name in self.settings.enabled_platforms:
            self._add_platform(name)
        await self.dispatcher.load()
        self.web = WebServer(self, self.settings.http_host, self.settings.http_port)
        self.port = await self.web.start()
        self._begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ticker.stop()
        # First what is under way to the platforms ends, while their clients still live; then those are closed.
        await self.dispatcher.stop(STOP_WITHIN_SECONDS)
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.web.stop()
        self.librarian.stop()
        await self.writer.stop()

    def readiness(self) -> tuple[bool, Mapping[str, object]]:
        platforms = {
            name: {"state": one.state.value, **({"problem": one.problem} if one.problem else {})}
            for name, one in self.supervisors.items()
        }
        is_ready = all(one.state is State.READY for one in self.supervisors.values())
        return is_ready, {
            "platforms": platforms,
            "knowledge": "ready" if self.librarian.is_ready else "loading",
        }

    def metrics(self) -> bytes:
        return self.metrics_book.page()

    def webhook(self, path: str) -> WebhookHandler | None:
        for supervisor in self.supervisors.values():
            if supervisor.adapter is not None and path in (hooks := supervisor.adapter.webhooks()):
                return hooks[path]
        return None

    def _begin(self) -> None:
        self.ticker.start()
        self.writer.on_lost = self._database_was_lost
        self._tasks.append(asyncio.create_task(self.librarian.start(), name="librarian"))
        if isinstance(self.clock, FollowingClock):
            self._tasks.append(asyncio.create_task(self.clock.follow(self._clock_moved), name="clock"))
        for supervisor in self.supervisors.values():
            self._tasks.append(asyncio.create_task(supervisor.run(), name=supervisor.name))

    def _clock_moved(self) -> None:
        self._tasks.append(asyncio.create_task(self.ticker.tick(), name="tick"))

    def _database_was_lost(self) -> None:
        self._tasks.append(asyncio.create_task(self.ticker.sweep(), name="sweep"))

    def _add_platform(self, name: str) -> None:
        builder = self._builders[name]
        intake = PlatformIntake(name, self.writer, self.desk, self.dispatcher.enqueue, complete)
        context = adapter_context(name, self.settings, self.handlers, self.clock, intake, self._open_file)
        supervisor = Supervisor(
            name, lambda: self._built(name, builder, context), self.metrics_book, self.dispatcher.wake
        )
        self.supervisors[name] = supervisor
        self.dispatcher.serve(name, lambda: supervisor.adapter)

    def _built(self, name: str, builder: Builder, context: AdapterContext) -> Adapter:
        adapter = builder(self.settings, context)
        self._capabilities[name] = adapter.capabilities
        return adapter

    def _open_file(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        supervisor = self.supervisors.get(file.platform)
        if supervisor is None or supervisor.adapter is None:
            return unavailable(file)
        return supervisor.adapter.open_file(file)

    def _capabilities_of(self, platform: str) -> Capabilities | None:
        return self._capabilities.get(platform)


def adapter_context(
    name: str,
    settings: Settings,
    handlers: Handlers,
    clock: Clock,
    intake: Intake,
    open_file: FileOpener,
) -> AdapterContext:
    """What one platform's adapter is given."""
    return AdapterContext(
        intake=intake,
        commands=handlers.commands,
        command_prefix=settings.command_prefix,
        staff_space=settings.staff_space,
        support_places=settings.support_places,
        colleague_places=settings.colleagues,
        admins=settings.admins,
        open_file=open_file,
        now=clock.now,
        texts=texts_in("en").label,
        report=lambda event, fields: log.info(event, platform=name, **fields),
    )


@contextlib.asynccontextmanager
async def unavailable(file: FileRef) -> AsyncIterator[AsyncIterator[bytes]]:
    """Entering it says that the file's platform is not connected."""
    raise FileUnavailableError(f"{file.platform} is not connected")
    yield  # makes this a generator, as a context manager must be


def _desk_settings(settings: Settings) -> DeskSettings:
    return DeskSettings(
        company=settings.company_name,
        staff_space=settings.staff_space,
        support_places=settings.support_places,
        admins=settings.admins,
        wait_limit=settings.wait_limit,
        check_in_after=timedelta(hours=settings.check_in_hours),
        quiet_hours=settings.quiet_hours,
        command_prefix=settings.command_prefix,
    )


def vectors_path(settings: Settings) -> Path:
    """Where the vectors of known texts are kept: beside the SQLite database, else under data/."""
    database = make_url(settings.database_url)
    if database.get_backend_name() == "sqlite" and database.database:
        return Path(database.database).with_suffix(".vectors")
    return Path("data/allhands.vectors")


def make_folder(url: str) -> None:
    """Make the folder that an SQLite database lies in."""
    database = make_url(url)
    if database.get_backend_name() == "sqlite" and database.database and database.database != ":memory:":
        Path(database.database).parent.mkdir(parents=True, exist_ok=True)
