"""Several real processes of Allhands over one PostgreSQL, in a town of local platforms."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, LiteralString

import psycopg

from sandbox.slack import SlackServer
from tests.acceptance.bot_child import BotChild
from tests.acceptance.counting import BACK, THERE
from tests.acceptance.dwellers import Dweller
from tests.acceptance.flow import Flow
from tests.acceptance.town import Town, open_town
from tests.processes.balancer import Balancer
from tests.processes.cable import Cable

SECRET = "a_secret-of-ours"
PATIENCE_SECONDS = 180.0
"""How long a test waits for what must happen: a death is noticed after 15 seconds, on a slow machine later, and what
was twice not acknowledged in time Slack tells a third time only after a minute.
"""


class Fleet:
    def __init__(self, town: Town, balancer: Balancer, database_url: str) -> None:
        self.town, self.balancer, self._database_url = town, balancer, database_url
        self.children: list[BotChild] = []
        self.cables: list[Cable] = []

    # -- which process does what

    def only(self, *children: BotChild) -> None:
        """From now on only these are sent requests."""
        self.balancer.ports = tuple(child.port for child in children)

    async def ask(self, question: LiteralString, *values: object) -> list[tuple[Any, ...]]:
        """What the database says."""

        def answer() -> list[tuple[Any, ...]]:
            with psycopg.connect(self._database_url, autocommit=True) as connection:
                return connection.execute(question, values).fetchall()

        return await asyncio.to_thread(answer)

    async def members(self) -> set[int]:
        """The process ids of those who count as alive."""
        names = await self.ask("SELECT name FROM processes")
        return {int(name.split()[-2]) for (name,) in names}

    async def holders(self, platform: str) -> list[BotChild]:
        """Who receives from this platform, once for each lease."""
        rows = await self.ask(
            "SELECT processes.name FROM leases JOIN processes ON processes.id = leases.process_id "
            "WHERE leases.name LIKE %s",
            f"{platform}%",
        )
        pids = [int(name.split()[-2]) for (name,) in rows]
        return [child for pid in pids for child in self.children if child.pid == pid]

    async def holder(self, platform: str) -> BotChild:
        """The one who receives from this platform; waits until there is one."""

        async def found() -> list[BotChild]:
            return await self.holders(platform)

        holders: list[BotChild] = await self.within(found, f"somebody receives from {platform}")
        assert len(holders) == 1
        return holders[0]

    async def waiting_with(self, child: BotChild) -> int:
        """How many actions this process still has to send."""
        rows = await self.ask(
            "SELECT count(*) FROM outbox JOIN processes ON processes.id = outbox.owner "
            "WHERE outbox.state = 'pending' AND processes.name LIKE %s",
            f"% {child.pid} %",
        )
        return int(rows[0][0])

    # -- waiting

    async def within(self, question: Callable[[], Awaitable[Any]], what: str) -> Any:
        """What the question gives as soon as it is something; fails when that takes too long."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + PATIENCE_SECONDS
        while not (found := await question()):
            assert loop.time() < deadline, f"did not happen: {what}"
            await asyncio.sleep(0.1)
        return found

    async def is_quiet(self) -> None:
        """Wait until nothing is to be handled, sent or due."""

        async def quiet() -> bool:
            rows = await self.ask(
                "SELECT (SELECT count(*) FROM outbox WHERE state = 'pending') "
                "+ (SELECT count(*) FROM intake WHERE state = 'pending') "
                "+ (SELECT count(*) FROM deadlines WHERE due_at <= now())"
            )
            return rows == [(0,)]

        await self.delivered()
        try:
            await self.within(quiet, "nothing waits any more")
        except AssertionError as error:
            for what in (
                "SELECT id, name FROM processes",
                "SELECT id, lane, owner, is_handed_over, attempts, error FROM outbox WHERE state = 'pending'",
                "SELECT id, lane, attempts, due_at, error FROM intake WHERE state = 'pending'",
                "SELECT name, subject, due_at FROM deadlines WHERE due_at <= now()",
            ):
                error.add_note(f"{what}: {await self.ask(what)}")
            raise
        await self.town.settle()

    async def delivered(self) -> None:
        """Wait until Slack has an answer to everything it told: only then comes the next in order."""
        slack = self.town.servers["slack"]
        assert isinstance(slack, SlackServer)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await slack.deliveries.is_idle.wait()


class Talk(Flow):
    """A customer and an agent who go on writing; over HTTP each waits until Slack has told what was said before."""

    def __init__(self, fleet: Fleet, customer: Dweller, thread: Dweller) -> None:
        super().__init__(customer, thread)
        self.fleet = fleet

    async def goes_on(self, times: int) -> None:
        for _ in range(times):
            await self.both_write()
            await self.fleet.delivered()

    async def is_whole(self) -> None:
        """Wait until everything has arrived on both sides."""

        async def whole() -> bool:
            return not self.missing(self.thread, THERE) and not self.missing(self.customer, BACK)

        await self.fleet.within(whole, f"everything arrives\n{self.customer.transcript()}")


async def talk(fleet: Fleet, platform: str) -> Talk:
    """A new customer whom the first agent is helping."""
    customer = fleet.town.newcomer(platform)
    return Talk(fleet, customer, await fleet.town.claimed(customer, f"Please help {customer.name}"))


@asynccontextmanager
async def open_fleet(
    database_url: str,
    articles: Path,
    folder: Path,
    *,
    count: int = 3,
    has_webhooks: bool = True,
    is_cabled: bool = False,
    **settings: object,
) -> AsyncIterator[Fleet]:
    """So many ready processes; with webhooks Slack and Telegram call them through a balancer, cabled each has its
    own way to the database.
    """
    async with AsyncExitStack() as stack:
        balancer = await stack.enter_async_context(Balancer())
        if has_webhooks:
            settings = {
                "public_url": balancer.address,
                "slack_app_token": "",
                "telegram_webhook_secret": SECRET,
                **settings,
            }
        town = await stack.enter_async_context(open_town(database_url, articles, has_house=False, **settings))
        slack = town.servers["slack"]
        if has_webhooks and isinstance(slack, SlackServer):
            slack.request_url = f"{balancer.address}/slack/events"
        fleet = Fleet(town, balancer, database_url)
        for number in range(count):
            own: dict[str, str] = {}
            if is_cabled:
                fleet.cables.append(await stack.enter_async_context(Cable(database_url)))
                own["DATABASE_URL"] = fleet.cables[-1].url
            child = BotChild(town, folder / f"bot{number}.log", **own)
            stack.push_async_callback(child.kill)
            fleet.children.append(child)
        fleet.only(*fleet.children)
        await start(fleet.children)
        yield fleet


async def start(children: Sequence[BotChild]) -> None:
    await asyncio.gather(*(child.start() for child in children))
