"""The platform is away, slow, full, forgetful, or delivers in its own way; the other two must not notice."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import replace

import aiohttp

from sandbox.discord import DiscordServer
from sandbox.slack import SlackServer
from tests.faults.fault import LANES, Fault, Strike
from tests.faults.scene import TELEGRAM_SECRET
from tests.faults.walk import Walk

HOUR = 3600.0
MANY = 1000
LOST = 4
RESETS = 40
"""More are not done in one run."""
LOST_WEBHOOK_WITHIN_SECONDS = 90.0
"""The bot looks once a minute whether Telegram still knows where to deliver."""


def _with(**faults: float) -> Strike:
    """The sandbox's own faults, switched on and off; numbers that count down must have begun to."""

    @asynccontextmanager
    async def strike(walk: Walk) -> AsyncIterator[None]:
        known = walk.scene.town.faults(walk.target)
        usual = {name: getattr(known, name) for name in faults}
        for name, value in faults.items():
            setattr(known, name, value)
        yield
        counted = {name: value for name, value in faults.items() if value == MANY}
        town = walk.scene.town
        await town.until(lambda: all(getattr(known, one) < MANY for one in counted), f"{counted} are used")
        for name, value in usual.items():
            setattr(known, name, value)

    return strike


def _counted(**faults: int) -> Strike:
    """Faults that run down by themselves."""

    @asynccontextmanager
    async def strike(walk: Walk) -> AsyncIterator[None]:
        known = walk.scene.town.faults(walk.target)
        known.retry_after_seconds = 2.0
        for name, value in faults.items():
            setattr(known, name, value)
        yield
        town = walk.scene.town
        await town.until(lambda: not any(getattr(known, name) for name in faults), f"{known} are used up")

    return strike


@asynccontextmanager
async def _down_for_an_hour(walk: Walk) -> AsyncIterator[None]:
    faults = walk.scene.town.faults(walk.target)
    faults.is_down = True
    await asyncio.sleep(0.3)
    yield
    for _ in range(4):
        await walk.scene.later(HOUR / 4 + 1)
        await asyncio.sleep(0.3)
    faults.is_down = False


@asynccontextmanager
async def _down_at_start(walk: Walk) -> AsyncIterator[None]:
    child = walk.scene.child
    assert await child.stop() == 0
    faults = walk.scene.town.faults(walk.target)
    faults.is_down = True
    await child.start(until_ready=False)
    await child.until_others_ready(walk.target)
    yield
    faults.is_down = False


@asynccontextmanager
async def _never_replayed(walk: Walk) -> AsyncIterator[None]:
    server = walk.scene.town.servers["slack"]
    assert isinstance(server, SlackServer)
    server.drop_undelivered = True
    async with _with(is_down=True)(walk):
        await asyncio.sleep(0.3)
        yield
    server.drop_undelivered = False
    lost = [one for one in walk.scene.town.world.journal.entries if one.data.get("lost_event")]
    assert lost, "Slack has lost nothing"


def _again_and_again(do: Callable[[Walk], Callable[[], AbstractAsyncContextManager[None]]]) -> Strike:
    """While people write, every now and then."""

    @asynccontextmanager
    async def strike(walk: Walk) -> AsyncIterator[None]:
        once = do(walk)

        async def go_on() -> None:
            for _ in range(RESETS):
                async with once():
                    await asyncio.sleep(0.25)

        task = asyncio.create_task(go_on())
        try:
            await asyncio.sleep(0.05)
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    return strike


def _reset(walk: Walk) -> Callable[[], AbstractAsyncContextManager[None]]:
    @asynccontextmanager
    async def once() -> AsyncIterator[None]:
        await walk.scene.town.servers[walk.target].drop_connections()
        yield

    return once


@asynccontextmanager
async def _session_invalidated(walk: Walk) -> AsyncIterator[None]:
    server = walk.scene.town.servers["discord"]
    assert isinstance(server, DiscordServer)
    await server.invalidate_session()
    yield
    await server.invalidate_session()


@asynccontextmanager
async def _gap(walk: Walk) -> AsyncIterator[None]:
    server = walk.scene.town.servers["discord"]
    assert isinstance(server, DiscordServer)
    server.skip_messages(2)
    yield


def _disconnect(reason: str) -> Strike:
    @asynccontextmanager
    async def strike(walk: Walk) -> AsyncIterator[None]:
        server = walk.scene.town.servers["slack"]
        assert isinstance(server, SlackServer)
        telling = asyncio.create_task(server.request_disconnect(reason))
        yield
        await telling
        await server.request_disconnect(reason)

    return strike


@asynccontextmanager
async def _late(walk: Walk) -> AsyncIterator[None]:
    server = walk.scene.town.servers["slack"]
    assert isinstance(server, SlackServer)
    server.deliver_late(3, 0.7)
    yield
    assert not server.deliveries.late_events, "nothing was late"


@asynccontextmanager
async def _other_poller(walk: Walk) -> AsyncIterator[None]:
    """Somebody else polls with the bot's token, and takes nothing away."""
    environment = walk.scene.town.environment()
    address = f"{environment['TELEGRAM_API_URL']}/bot{environment['TELEGRAM_TOKEN']}"
    async with aiohttp.ClientSession() as session:
        for _ in range(2):
            async with session.post(f"{address}/getUpdates", data={"timeout": "0"}) as answer:
                assert answer.status == 200
        yield


@asynccontextmanager
async def _webhook_taken(walk: Walk) -> AsyncIterator[None]:
    """Somebody else deletes the webhook: from then on Telegram delivers nothing."""
    environment = walk.scene.town.environment()
    address = f"{environment['TELEGRAM_API_URL']}/bot{environment['TELEGRAM_TOKEN']}"
    assert TELEGRAM_SECRET in environment["TELEGRAM_WEBHOOK_SECRET"]
    async with aiohttp.ClientSession() as session:
        async with session.post(f"{address}/deleteWebhook") as answer:
            assert answer.status == 200
        yield
        for _ in range(int(LOST_WEBHOOK_WITHIN_SECONDS)):
            async with session.get(f"{address}/getWebhookInfo") as answer:
                if (await answer.json())["result"]["url"]:
                    return
            await asyncio.sleep(1.0)
    raise AssertionError("the webhook was not set again")


def rows() -> Iterator[Fault]:
    """Each is one platform's trouble alone."""
    parts = (_away, _refusing, _delivering, _rows_of_slack, _rows_of_discord, _rows_of_telegram)
    return (replace(fault, spares_others=True) for part in parts for fault in part())


def _away() -> Iterator[Fault]:
    hour = "Every call is refused with 503 and no socket stands, for an hour."
    # What Slack delivers at once when it is back waits for the history, but not long on a busy machine.
    yield Fault("down for an hour", hour, _down_for_an_hour, reorders=frozenset({"slack"}))
    start = "The platform is away when the bot starts, and comes later."
    yield Fault("down at the start", start, _down_at_start)
    yield Fault("slow", "Every answer of the platform takes two seconds.", _with(slow_seconds=2.0))


def _refusing() -> Iterator[Fault]:
    limited = "Six posts meet the platform's rate limit, with two seconds to wait."
    yield Fault("429 with a wait", limited, _counted(rate_limited_calls=6))
    bare = "Six posts are refused by what stands in front of the platform, with a bare 429."
    yield Fault("429 without a wait", bare, _counted(edge_limits=6))
    broken = "Six posts are answered with 500 and not done."
    yield Fault("server errors", broken, _counted(server_errors=6))
    lost = "Four posts are accepted, and the connection is cut instead of an answer."
    yield Fault("reply lost", lost, _counted(lost_replies=LOST), repeats=LOST)


def _delivering() -> Iterator[Fault]:
    yield Fault(
        "connections reset",
        "Four times a second every open connection is cut without a goodbye.",
        _again_and_again(_reset),
        ways=frozenset(("socket", "gateway", "polling")),
        repeats=RESETS * LANES,
    )
    twice = "Every event comes twice; on Slack half of them under another event id."
    yield Fault("delivered twice", twice, _with(duplicate_deliveries=MANY))


def _rows_of_slack() -> Iterator[Fault]:
    slack = frozenset({"slack"})
    late = "Three events are overtaken by those after them."
    yield Fault("delivered out of order", late, _late, platforms=slack, reorders=slack)
    never = "Slack is away and never delivers what it could not (as on 26 February 2025)."
    yield Fault("never replayed", never, _never_replayed, platforms=slack, reorders=slack)
    for reason in ("refresh_requested", "warning", "link_disabled"):
        asked = "Slack asks the bot to connect anew."
        yield Fault(f"disconnect: {reason}", asked, _disconnect(reason), ways=frozenset({"socket"}))


def _rows_of_discord() -> Iterator[Fault]:
    discord = frozenset({"discord"})
    invalid = "Discord ends the session (op 9): nothing of it is replayed."
    yield Fault("session invalidated", invalid, _session_invalidated, platforms=discord)
    yield Fault(
        "gap in the sequence", "Discord numbers two messages and never sends them.", _gap, platforms=discord
    )


def _rows_of_telegram() -> Iterator[Fault]:
    other = "Somebody else polls with the token: the bot's own poll ends with 409."
    yield Fault("another poller", other, _other_poller, ways=frozenset({"polling"}))
    yield Fault(
        "webhook taken away",
        "Somebody else deletes the webhook.",
        _webhook_taken,
        ways=frozenset({"webhook"}),
    )
