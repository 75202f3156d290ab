"""A town with the bot as a process of its own, on a database that can be broken: what a fault strikes."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.slack import SlackServer
from tests.acceptance.bot_child import BotChild
from tests.acceptance.town import Town, open_town
from tests.conftest import ARTICLES
from tests.faults.child import ORDERS
from tests.faults.clock import FaultyClock
from tests.faults.databases import Database, new_database

TELEGRAM_SECRET = "a_secret-of-ours"


class Child(BotChild):
    """The bot, obeying the orders that lie in a folder."""

    program = ("-m", "tests.faults.child")

    def __init__(self, town: Town, folder: Path) -> None:
        super().__init__(town, folder / "bot.log", **{ORDERS: str(folder)})
        self._orders = folder
        self.kills = 0
        """How often it was killed (SIGKILL)."""

    async def kill(self) -> None:
        self.kills += self.is_alive
        await super().kill()

    async def ended(self, within_seconds: float = 60.0) -> int:
        code = await super().ended(within_seconds)
        self.kills += code == -signal.SIGKILL
        return code

    async def until_ready(self) -> None:
        """Wait until it receives from every platform: standing by is well, too, but nobody else receives here."""
        await super().until_ready()
        await self.until_others_ready("")

    async def until_others_ready(self, platform: str) -> None:
        """Wait for every platform but this one."""
        for _ in range(600):
            _, body = await self.ask("/readyz")
            states = body["platforms"] if isinstance(body, dict) else {}
            if states and all(one["state"] == "ready" for name, one in states.items() if name != platform):
                return
            await asyncio.sleep(0.1)
        raise AssertionError(f"the platforms besides {platform!r} do not become ready: {states}")

    def order(self, name: str, words: str) -> None:
        """Written beside and moved, so that no half of it is ever read."""
        beside = self._orders / f"{name}.new"
        beside.write_text(words)
        beside.rename(self._orders / name)

    def withdraw(self, name: str) -> None:
        (self._orders / name).unlink(missing_ok=True)

    def keep_log(self, name: object) -> None:
        """Where FAULTS_LOGS says, for whoever wants to know why."""
        if folder := os.environ.get("FAULTS_LOGS"):
            words = "".join(one if one.isalnum() else "-" for one in str(name))
            shutil.copy(self.log, Path(folder) / f"{words}.log")


class Scene:
    def __init__(self, town: Town, child: Child, clock: FaultyClock, database: Database) -> None:
        self.town, self.child, self.clock, self.database = town, child, clock, database

    async def later(self, seconds: float) -> None:
        """Let time pass for the platforms and for the bot."""
        self.town.world.clock.advance(seconds)


@asynccontextmanager
async def open_scene(
    staff_platform: str,
    database_name: str,
    *,
    is_called: bool,
    is_small: bool = False,
    prepare: Callable[[Scene], Awaitable[None]] | None = None,
) -> AsyncIterator[Scene]:
    """`is_called`: Slack and Telegram bring their events by HTTP."""
    folder = Path(tempfile.mkdtemp(prefix="allhands-scene-"))
    articles = folder / "articles"
    articles.mkdir()
    for name, text in ARTICLES.items():
        (articles / name).write_text(text)
    # In a thread: other scenes' databases are reached through this loop.
    database = await asyncio.to_thread(new_database, database_name, is_small=is_small)
    try:
        await database.open()
        async with (
            open_town(database.url, articles, staff_platform=staff_platform, has_house=False) as town,
            FaultyClock(town.world) as clock,
        ):
            child = Child(town, folder)
            town.settings |= {"clock_url": clock.url}
            if is_called:
                _have_it_called(town, child)
            scene = Scene(town, child, clock, database)
            try:
                if prepare is not None:
                    await prepare(scene)
                await child.start()
                yield scene
            finally:
                await BotChild.kill(child)
    finally:
        await database.close()
        shutil.rmtree(folder, ignore_errors=True)


def _have_it_called(town: Town, child: Child) -> None:
    address = f"http://127.0.0.1:{child.port}"
    town.settings |= {
        "public_url": address,
        "slack_app_token": "",
        "telegram_webhook_secret": TELEGRAM_SECRET,
    }
    server = town.servers["slack"]
    assert isinstance(server, SlackServer)
    server.request_url = f"{address}/slack/events"
