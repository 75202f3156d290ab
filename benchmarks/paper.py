"""The whole house in this process, with platforms on paper: what is left is the line itself and its storage."""

import asyncio
import contextlib
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime
from itertools import count

import structlog
from pydantic import SecretStr

from adapters import AdapterContext, Attempt, FileUnavailableError, Finding, WebhookHandler
from benchmarks.filling import STAFF_SPACE, chat_of
from bot.assembly import House
from bot.core.capabilities import Capabilities
from bot.core.content import FileRef
from bot.core.events import Author, MessageReceived
from bot.core.outgoing import Mark, Outgoing, Post, Receipt
from bot.core.places import Identity, MessageAt
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

    def __init__(self, name: str, context: AdapterContext) -> None:
        self.name, self.context = name, context
        self.posted = 0
        self.has_posted = asyncio.Event()
        self._numbers = count(1)
        self._run = datetime.now(UTC).timestamp()

    async def run(self, on_ready: object) -> None:
        assert callable(on_ready)
        on_ready()
        await asyncio.Event().wait()

    async def send(self, outgoing: Outgoing, attempt: Attempt) -> Receipt:
        if isinstance(outgoing, Post):
            self.posted += 1
            self.has_posted.set()
            return Receipt((MessageAt(outgoing.place, f"{self._run}.{next(self._numbers)}"),))
        assert isinstance(outgoing, Mark), outgoing
        return Receipt()

    def webhooks(self) -> Mapping[str, WebhookHandler]:
        return {}

    def open_file(self, file: FileRef) -> AbstractAsyncContextManager[AsyncIterator[bytes]]:
        raise FileUnavailableError(file.id)

    async def check(self) -> list[Finding]:
        return []

    async def close(self) -> None:
        return None


class PaperHouse:
    """Takes what customers of a filled database say on Telegram, and shows it in their threads on Slack."""

    def __init__(self, customers: int) -> None:
        self._customers = customers
        self._papers: dict[str, Paper] = {}
        self._numbers = count(1)
        self._random = random.Random(customers)  # noqa: S311 - which customer speaks next is no secret
        self._run = datetime.now(UTC).timestamp()

    async def speak(self, events: int) -> None:
        """So many messages, of which never more than a few are under way; returns when all were shown."""
        shown = self._papers["slack"]
        until = shown.posted
        for begun in range(0, events, AT_ONCE):
            together = min(AT_ONCE, events - begun)
            until += together
            await asyncio.gather(*(self._say() for _ in range(together)))
            while shown.posted < until:
                shown.has_posted.clear()
                await shown.has_posted.wait()

    async def _say(self) -> None:
        customer, number, now = (
            self._random.randrange(self._customers),
            next(self._numbers),
            datetime.now(UTC),
        )
        place = chat_of(customer)
        event = MessageReceived(
            id=f"telegram:message:{self._run}:{number}",
            at=now,
            place=place,
            message=MessageAt(place, f"{self._run}:{number}"),
            author=Author(Identity("telegram", "", place.channel), f"Customer {customer}", language="en"),
            text=f"Hello, it still does not print ({number}), what else can I try?",
            is_to_bot=True,
        )
        await self._papers["telegram"].context.intake.accept([event])

    def build(self, name: str, context: AdapterContext) -> Paper:
        self._papers[name] = Paper(name, context)
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
        _env_file=None,  # type: ignore[call-arg] # pydantic's own argument
        telegram_token=SecretStr("paper"),
        slack_bot_token=SecretStr("paper"),
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
