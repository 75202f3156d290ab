"""The whole house in this process, with platforms on paper: what is left is the line itself and its storage."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from itertools import count

import structlog

from adapters import AdapterContext, Attempt, FileUnavailableError, Finding, WebhookHandler
from benchmarks.filling import STAFF_SPACE, chat_of, thread_of
from bot.assembly import House
from bot.core.capabilities import Capabilities
from bot.core.content import FileRef
from bot.core.events import Author, MessageReceived
from bot.core.outgoing import Mark, Outgoing, Post, Receipt
from bot.core.places import Identity, MessageAt, Place
from bot.setting_values import Secret
from bot.settings import Settings

AT_ONCE = 32
_CAPABILITIES = Capabilities(
    max_text_length=4000,
    max_upload_bytes=0,
    max_download_bytes=0,
    has_private_answers=True,
    has_forms=True,
    has_home=True,
    has_threads=True,
    has_commands_in_threads=True,
    reports_deletions=True,
    reports_edits=True,
    can_look_up_sent=True,
    can_backfill=True,
)


class Paper:
    """An adapter that takes everything at once."""

    capabilities = _CAPABILITIES

    def __init__(self, name: str, context: AdapterContext, has_posted: asyncio.Event) -> None:
        self.name, self.context = name, context
        self.posted = 0
        self._has_posted = has_posted
        self._numbers = count(1)
        self._run = datetime.now(UTC).timestamp()

    async def run(self, on_ready: object) -> None:
        assert callable(on_ready)
        on_ready()
        await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        if isinstance(outgoing, Post):
            self.posted += 1
            self._has_posted.set()
            return Receipt((MessageAt(outgoing.place, f"{self._run}.{next(self._numbers)}"),))
        assert isinstance(outgoing, Mark), outgoing
        return Receipt()

    async def show_typing(self, place: Place) -> None:
        return

    def webhooks(self) -> Mapping[str, WebhookHandler]:
        return {}

    def open_file(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        raise FileUnavailableError(file.id)

    async def check(self) -> list[Finding]:
        return []

    async def close(self) -> None:
        return None


class PaperHouse:
    """What customers of a filled database say on Telegram is shown in their threads on Slack, and what the agent
    writes there is sent to them.
    """

    def __init__(self, customers: int) -> None:
        self._customers = customers
        self._papers: dict[str, Paper] = {}
        self._posted = asyncio.Event()
        self._numbers = count(1)
        self._random = random.Random(customers)  # noqa: S311 - which customer speaks next is no secret
        self._run = datetime.now(UTC).timestamp()

    async def speak(self, events: int) -> None:
        """So many messages, one half from each side, of which never more than a few are under way; returns when all
        were shown on the other side.
        """
        until = self._shown()
        for begun in range(0, events, AT_ONCE):
            together = min(AT_ONCE, events - begun)
            until += together
            await asyncio.gather(*(self._say() for _ in range(together)))
            while self._shown() < until:
                self._posted.clear()
                await self._posted.wait()

    def _shown(self) -> int:
        return sum(paper.posted for paper in self._papers.values())

    async def _say(self) -> None:
        customer, number, now = (
            self._random.randrange(self._customers),
            next(self._numbers),
            datetime.now(UTC),
        )
        is_agent = number % 2 == 0
        place = thread_of(customer) if is_agent else chat_of(customer)
        person = "U00AGENT" if is_agent else place.channel
        event = MessageReceived(
            id=f"{place.platform}:message:{self._run}:{number}",
            at=now,
            place=place,
            message=MessageAt(place, f"{self._run}:{number}"),
            author=Author(
                Identity(place.platform, place.workspace, person),
                "Agent" if is_agent else f"Customer {customer}",
                language="en",
                is_in_staff_space=is_agent,
            ),
            text=f"Hello, it still does not print ({number}), what else can I try?",
            is_to_bot=not is_agent,
        )
        await self._papers[place.platform].context.intake.accept([event])

    def build(self, name: str, context: AdapterContext) -> Paper:
        self._papers[name] = Paper(name, context, self._posted)
        return self._papers[name]


@contextlib.asynccontextmanager
async def paper_house(database_url: str, customers: int) -> AsyncIterator[PaperHouse]:
    """A house on this database, which Filling made."""
    made = PaperHouse(customers)
    # The house is in this process, and so would be its log; it is written as it would be, and goes nowhere.
    structlog.configure(
        processors=[structlog.processors.KeyValueRenderer()], logger_factory=structlog.ReturnLoggerFactory()
    )
    settings = Settings(
        telegram_token=Secret("paper"),
        slack_bot_token=Secret("paper"),
        staff_space=STAFF_SPACE,
        database_url=database_url,
        knowledge_vectors=False,
        wait_limit_minutes=0,
        http_port=0,
    )
    builders = {
        name: lambda _settings, context, name=name: made.build(name, context)
        for name in ("slack", "telegram")
    }
    async with House(settings, builders=builders):
        await asyncio.sleep(0.2)
        yield made
