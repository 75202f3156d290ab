"""The bots that are measured, and how each is brought to the point where it can be."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import aiohttp

from benchmarks.children import ROOT, Child, free_port
from benchmarks.lean_platforms import CUSTOMERS, Discord, Platform, Slack, Telegram
from benchmarks.load import PATIENCE_SECONDS, Load

WARM_UP_EVENTS = 400


@dataclass(frozen=True, slots=True)
class Window:
    """What one bot did in one round."""

    events_per_second: float
    cpu_ms: float
    """Per event, of the bot's process."""
    low_ms: tuple[float, ...]
    """Message in to reply out, at the low rate."""
    half_ms: tuple[float, ...]
    """The same at half of what it just did when it was saturated."""


@dataclass(slots=True)
class Bot:
    label: str
    """Its platform, a colon, and which bot it is."""
    platform: Platform
    is_allhands: bool
    start: Callable[[Path], Child]
    port: int = 0
    child: Child | None = None
    start_seconds: float = 0.0
    memory_mb: float = 0.0
    """After the last round."""
    windows: list[Window] = field(default_factory=list)

    @property
    def group(self) -> str:
        """Bots of one group are compared."""
        return self.label.partition(":")[0]


@dataclass(frozen=True, slots=True)
class Variant:
    """Allhands as its settings make it."""

    name: str
    """How it differs, as a part of the label: "" for SQLite."""
    database_url: Callable[[Path], str]
    environment: Mapping[str, str] = field(default_factory=dict)


def sqlite_in(path: Path) -> str:
    return f"sqlite:///{path}"


SQLITE = Variant("", lambda folder: sqlite_in(folder / f"{time.monotonic_ns()}.db"))


def bots(only: str, against: Path | None, variants: Sequence[Variant] = ()) -> list[Bot]:
    """On each platform an echo bot and Allhands; on Slack by HTTP also in these variants."""
    made: list[Bot] = []

    def allhands(make: Callable[[], Platform], *variants: Variant) -> None:
        for code in filter(None, (ROOT, against)):
            for variant in (SQLITE, *variants):
                platform = make()
                other = "" if code == ROOT else f" of {code.name}"
                label = f"{platform.name}: allhands{variant.name}{other}"
                made.append(allhands_bot(label, platform, variant, code))

    made.append(echo_bot(Slack(is_socket=False)))
    allhands(lambda: Slack(is_socket=False), *variants)
    made.append(echo_bot(Slack(is_socket=True)))
    allhands(lambda: Slack(is_socket=True))
    made.append(echo_bot(Telegram()))
    allhands(Telegram)
    made.append(echo_bot(Telegram(), kind="telegram-documented", name="echo as documented"))
    made.append(echo_bot(Discord()))
    allhands(Discord)
    return [bot for bot in made if only in bot.label]


def echo_bot(platform: Platform, kind: str = "", name: str = "echo") -> Bot:
    """The bare bot of a platform's SDK."""
    port = free_port()
    label = f"{platform.name}: {name}"

    def start(folder: Path) -> Child:
        match platform:
            case Slack(name="slack http"):
                given = ["slack-http", platform.api_url, platform.secret, str(port)]
            case Slack():
                given = ["slack-socket", platform.api_url]
            case Telegram():
                given = [kind or "telegram", platform.api_url]
            case Discord():
                given = ["discord", platform.api_url, platform.gateway_url]
            case _:
                raise ValueError(f"no echo bot for {platform.name}")
        return Child(["-m", "benchmarks.echo_bots", *given], {}, folder / log_name(label))

    return Bot(label, platform, False, start, port)


def allhands_bot(label: str, platform: Platform, variant: Variant = SQLITE, code: Path = ROOT) -> Bot:
    port = free_port()

    def start(folder: Path) -> Child:
        settings = allhands_settings([platform], port, variant.database_url(folder)) | dict(
            variant.environment
        )
        return Child(["-m", "bot", "run"], settings, folder / log_name(label), code)

    return Bot(label, platform, True, start, port)


def log_name(label: str) -> str:
    return f"{label.replace(' ', '-').replace(':', '').replace(',', '')}.log"


def allhands_settings(platforms: Sequence[Platform], port: int, database_url: str) -> dict[str, str]:
    """The staff space is on the first of the platforms."""
    places: dict[str, str] = {}
    for platform in reversed(platforms):
        places |= platform.environment()
    return places | {
        "ALLHANDS_ENV_FILE": "",
        "DATABASE_URL": database_url,
        "KNOWLEDGE_VECTORS": "false",
        "WAIT_LIMIT_MINUTES": "0",
        "HTTP_PORT": str(port),
        "LOG_FORMAT": "json",
    }


async def bring_up(bot: Bot, folder: Path) -> Load:
    """Start it, and with Allhands give every customer a ticket."""
    await bot.platform.start()
    bot.child = bot.start(folder)
    async with asyncio.timeout(PATIENCE_SECONDS):
        if isinstance(bot.platform, Slack) and bot.platform.name == "slack http":
            await until(lambda: is_open(bot.port), bot.child)
            bot.platform.call_at(bot.port)
        else:
            await until(bot.platform.connected.is_set, bot.child)
        if bot.is_allhands:
            await ready(bot.port, bot.child)
        bot.start_seconds = time.perf_counter() - bot.child.started_at
        await asyncio.sleep(0.5)
        if bot.is_allhands:
            await open_tickets(speakers(bot.platform), bot.platform, bot.child)
    load = Load(speakers(bot.platform), bot.platform)
    await load.saturate(PATIENCE_SECONDS, until=WARM_UP_EVENTS)
    return load


def speakers(platform: Platform) -> list[Callable[[str], None]]:
    """The platform's customers."""
    return [partial(platform.say, customer) for customer in range(CUSTOMERS)]


async def until(question: Callable[[], bool], child: Child) -> None:
    while not question():
        child.check()
        await asyncio.sleep(0.005)


def is_open(port: int) -> bool:
    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


async def ready(port: int, child: Child) -> None:
    """Returns when it says itself that all its platforms are there."""
    async with aiohttp.ClientSession() as session:
        while True:
            child.check()
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.01)


async def open_tickets(customers: Sequence[Callable[[str], None]], staff: Platform, child: Child) -> None:
    """Every customer asks for a person; returns when staff have a thread for each and nothing is under way."""
    for speak in customers:
        speak("I want to talk to a human, please")
    await until(lambda: staff.threads >= len(customers), child)
    await quiet([staff])


async def quiet(platforms: Sequence[Platform]) -> None:
    """Returns when no bot has called for a moment."""
    calls = -1
    while calls != sum(platform.calls for platform in platforms):
        calls = sum(platform.calls for platform in platforms)
        await asyncio.sleep(0.3)


async def measure(bot: Bot, load: Load, seconds: float) -> Window:
    assert bot.child is not None
    before = bot.child.cpu_seconds()
    elapsed = await load.saturate(seconds)
    # What follows the reply, storing its receipt, belongs to its cost.
    await asyncio.sleep(0.05)
    spent = bot.child.cpu_seconds() - before
    count = load.answered
    rate = count / elapsed
    low = await load.trickle(seconds)
    half = await load.trickle(seconds, rate / 2)
    bot.child.check()
    bot.memory_mb = bot.child.memory_mb()
    return Window(rate, spent / count * 1000, low, half)


def floor(bot: Bot, all_bots: Sequence[Bot]) -> Bot:
    """What a bot is measured against: the echo bot, or where that does not run the first of its platform."""
    return next(one for one in all_bots if one.group == bot.group)


def ratios(bot: Bot, against: Bot, of: Callable[[Window], float]) -> list[float]:
    """One for each round."""
    pairs = zip(bot.windows, against.windows, strict=True)
    return [of(own) / of(other) for own, other in pairs]


def rate_of(window: Window) -> float:
    return window.events_per_second


def cpu_of(window: Window) -> float:
    return window.cpu_ms


async def stop(all_bots: Sequence[Bot]) -> None:
    for bot in all_bots:
        if bot.child is not None:
            bot.child.stop()
        await bot.platform.stop()
