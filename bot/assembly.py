"""Puts the house together: knows every room, decides nothing."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import structlog
from msgspec.structs import replace
from sqlalchemy import make_url

from adapters import Adapter, AdapterContext, FileOpener, FileUnavailableError, Intake
from bot.answering import load_model
from bot.core.capabilities import Capabilities
from bot.core.content import FileRef
from bot.core.places import Identity
from bot.core.policies.naming import AgentNames
from bot.core.texts import Texts
from bot.embedding import load_embedder
from bot.platforms import BUILDERS, Builder
from bot.runtime.catalogue import SOURCE, spoken, texts_in
from bot.runtime.clock import Clock, FollowingClock, SystemClock
from bot.runtime.completion import complete
from bot.runtime.composing import Composing
from bot.runtime.desk import Desk, Tongues
from bot.runtime.dispatcher import Dispatcher, all_pending
from bot.runtime.exits import Performer
from bot.runtime.intake import PlatformIntake
from bot.runtime.lanes import KNOWLEDGE
from bot.runtime.librarian import Librarian
from bot.runtime.metrics import Metrics
from bot.runtime.peers import NoPeers, Peers
from bot.runtime.presence import Patient, Presence
from bot.runtime.supervisor import Supervisor
from bot.runtime.ticker import Ticker
from bot.runtime.writer import Writer
from bot.settings import Settings
from handlers.context import DeskSettings
from handlers.registry import Handlers, discover
from storage import Ids, OnlyOne, UnitOfWork, ask, make_engine
from storage.migrate import migrate
from web.articles_page import Wanted, articles_page
from web.server import WebhookHandler, WebServer

T = TypeVar("T")

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
        self.handlers: Handlers = discover(settings.commands_off)
        self.desk = Desk(
            self.handlers,
            _desk_settings(settings),
            Tongues(spoken(), partial(texts_of_company, settings)),
            self._capabilities_of,
            self.metrics_book,
        )
        self.supervisors: dict[str, Supervisor] = {}
        self.port = 0
        self._is_begun = False
        self.peers: Peers | None = None
        self.presence: Presence | None = None
        self._capabilities: dict[str, Capabilities] = {}
        self._tasks: list[asyncio.Task[None]] = []
        self._model = load_model(settings)
        self._only_one = OnlyOne(settings.database_url)

    async def __aenter__(self) -> "House":
        engine = self._engine = make_engine(self.settings.database_url)
        make_folder(self.settings.database_url)
        self._only_one.take()
        await asyncio.to_thread(migrate, engine)
        ids = Ids()
        if engine.dialect.name == "postgresql":
            self.peers = Peers(engine, ids, self.metrics_book, self._handed_over, self._abandon)
            await self.peers.start()
        self.writer = Writer(engine, self.clock, ids)
        self.writer.start()
        self.dispatcher = Dispatcher(
            self.writer, self.desk, self.clock, self.metrics_book, self.peers or NoPeers()
        )
        self.ticker = Ticker(
            self.writer,
            self.desk,
            self.dispatcher.enqueue,
            self.dispatcher.take_up_left_behind,
            self.metrics_book,
            self._ask,
        )
        self.librarian = Librarian(
            self.writer,
            self.clock,
            self.settings.knowledge_dir,
            vectors_path(self.settings),
            (lambda: load_embedder(self.settings)) if self.settings.knowledge_vectors else None,
            self._ask,
        )
        self.metrics_book.threshold.set_function(lambda: self.librarian.threshold)
        if self.settings.show_typing:
            self.presence = Presence(
                self._ask,
                self.desk,
                lambda name: self.supervisors[name].adapter if name in self.supervisors else None,
            )
        self.dispatcher.perform(KNOWLEDGE, self._searcher())
        for name in self.settings.enabled_platforms:
            self._add_platform(name)
        await self.dispatcher.load()
        self.web = WebServer(
            self,
            self.settings.http_host,
            self.settings.http_port,
            self.settings.metrics_token.reveal(),
        )
        self.port = await self.web.start()
        self._begin()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.ticker.stop()
        if self.presence is not None:
            await self.presence.stop()
        # First what is under way to the platforms ends, while their clients still live; then those are closed.
        await self.dispatcher.stop(STOP_WITHIN_SECONDS)
        # Whatever is handed over from now on is for who comes next.
        self._is_begun = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self.web.stop()
        self.librarian.stop()
        if self._model is not None:
            await self._model.close()
        await self.writer.stop()
        if self.peers is not None:
            await self.peers.stop()
        self._only_one.give_back()

    def readiness(self) -> tuple[bool, Mapping[str, object]]:
        platforms = {
            name: {"state": one.state.value, **({"problem": one.problem} if one.problem else {})}
            for name, one in self.supervisors.items()
        }
        is_member = self.peers is None or self.peers.is_sure
        is_ready = is_member and all(one.is_well for one in self.supervisors.values())
        return is_ready, {
            "database": "ready" if is_member else "away",
            "platforms": platforms,
            "knowledge": "ready" if self.librarian.is_ready else "loading",
        }

    def is_connected(self, platform: str) -> bool | None:
        supervisor = self.supervisors.get(platform)
        if supervisor is None:
            return None
        return supervisor.is_well and (self.peers is None or self.peers.is_sure)

    def metrics(self) -> bytes:
        return self.metrics_book.page()

    async def articles_page(self, wanted: Wanted, languages: Sequence[str]) -> bytes:
        order = (*languages, self.settings.staff_language, self.settings.default_language, SOURCE)
        found = await self.librarian.overview()
        watch = await self._ask(lambda work: work.answers.watch())
        # Thousands of articles take a while.
        return await asyncio.to_thread(articles_page, found, watch, texts_in(*order), order, wanted)

    def webhook(self, path: str) -> WebhookHandler | None:
        for supervisor in self.supervisors.values():
            if supervisor.adapter is not None and path in (hooks := supervisor.adapter.webhooks()):
                return hooks[path]
        return None

    async def _ask(self, question: Callable[[UnitOfWork], T]) -> T:
        """Look something up beside the writer, so that nobody's message waits for it."""
        return await asyncio.to_thread(ask, self._engine, self.clock.now(), question)

    async def _complete(self, completes: str, identity: Identity, typed: str) -> list[tuple[str, str]]:
        languages = (self.settings.staff_language, self.settings.default_language, SOURCE)
        return await self._ask(lambda work: complete(work, completes, identity, typed, languages))

    def _searcher(self) -> Performer:
        """Who searches: the librarian, with a model that writes the answers and with patience, as it is set."""
        searcher: Performer = self.librarian
        if self._model is not None:
            searcher = Composing(self.librarian, self._model, self.metrics_book)
        return Patient(searcher, self.presence) if self.presence else searcher

    def _begin(self) -> None:
        self._is_begun = True
        self._handed_over()
        self.ticker.start()
        self.writer.after_loss(all_pending, self.dispatcher.take_up_unknown)
        self._tasks.append(asyncio.create_task(self.librarian.start(), name="librarian"))
        if isinstance(self.clock, FollowingClock):
            self._tasks.append(asyncio.create_task(self.clock.follow(self._clock_moved), name="clock"))
        for supervisor in self.supervisors.values():
            self._tasks.append(asyncio.create_task(supervisor.run(), name=supervisor.name))

    def _handed_over(self) -> None:
        """Called before the house is whole, too: what is handed over then is taken over as it begins."""
        if self._is_begun:
            self._spawn(self.dispatcher.handed_over.take(), "take over")

    def _abandon(self) -> None:
        if self._is_begun:
            self.dispatcher.abandon()

    def _spawn(self, work: Coroutine[Any, Any, None], name: str) -> None:
        task = asyncio.create_task(work, name=name)
        self._tasks.append(task)
        task.add_done_callback(self._tasks.remove)

    def _clock_moved(self) -> None:
        self._spawn(self.ticker.tick(), "tick")

    def _add_platform(self, name: str) -> None:
        builder = self._builders[name]
        intake = PlatformIntake(
            name, self.writer, self.desk, self.dispatcher.enqueue, self._complete, self.metrics_book
        )
        context = adapter_context(name, self.settings, self.handlers, self.clock, intake, self._open_file)
        if self.presence is not None:
            context = replace(context, note_typing=self.presence.typed)
        if self.peers is not None:
            context = replace(context, lease=partial(self._lease, self.peers, name))
        supervisor = Supervisor(
            name, lambda: self._built(name, builder, context), self.metrics_book, self.dispatcher.wake
        )
        context = replace(context, note_reached=supervisor.note_reached)
        self.supervisors[name] = supervisor
        self.dispatcher.serve(name, lambda: supervisor.adapter)

    @contextlib.asynccontextmanager
    async def _lease(
        self, peers: Peers, platform: str, names: Sequence[str], elsewhere: Callable[[], None] = lambda: None
    ) -> AsyncIterator[tuple[str, ...]]:
        """As `adapters.Lease`, for one platform."""
        prefix = f"{platform}: "
        self.supervisors[platform].stand_by()
        async with peers.lease([prefix + name for name in names], elsewhere) as held:
            yield tuple(name.removeprefix(prefix) for name in held)

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
        texts=texts_in(settings.staff_language).label,
        texts_in=lambda language: texts_of_company(settings, language).label,
        languages=tuple(language.code for language in spoken()),
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
        editors=settings.editors,
        wait_limit=settings.wait_limit,
        check_in_after=timedelta(hours=settings.check_in_hours),
        quiet_hours=settings.quiet_hours,
        command_prefix=settings.command_prefix,
        agent_names=AgentNames(settings.agent_names),
        team_name=settings.team_name.strip(),
        has_seen_marks=settings.seen_marks,
        staff_language=settings.staff_language,
        default_language=settings.default_language,
    )


def texts_of_company(settings: Settings, *wanted: str) -> Texts:
    """The texts in the first of these languages that is there, or in the company's own."""
    return texts_in(*wanted, settings.default_language)


def vectors_path(settings: Settings) -> Path:
    """Where the vectors of known texts are kept: beside the SQLite database, else under data/."""
    database = sqlite_file(settings.database_url)
    return database.with_suffix(".vectors") if database else Path("data/allhands.vectors")


def make_folder(url: str) -> None:
    """Make the folder that an SQLite database lies in, and an empty file that nobody else can read."""
    path = sqlite_file(url)
    if path is not None and not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        # SQLite gives the files beside it the same rights.
        path.touch(mode=0o600)


def sqlite_file(url: str) -> Path | None:
    """Where an SQLite database lies; None for any other database."""
    database = make_url(url)
    if database.get_backend_name() != "sqlite" or not database.database or database.database == ":memory:":
        return None
    return Path(database.database)
