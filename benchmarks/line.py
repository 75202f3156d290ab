"""How fast the whole durable line is, as a ratio to a bare echo bot on the same SDK, in one run.

`python -m benchmarks.line [--quick]`. For each platform an echo bot and Allhands (`python -m bot run`, SQLite with
synchronous=FULL) run as child processes against a lean local platform. For Allhands each of 32 customers has a ticket,
and what they say is stored, handled, shown in the ticket's thread in the staff space, and its receipt stored.
Bots take turns in short windows; ratios are taken within a round, and medians are printed. Linux only.
"""

import argparse
import asyncio
import contextlib
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
import uvloop

from benchmarks.children import ROOT, Child, free_port
from benchmarks.lean_platforms import CUSTOMERS, Discord, Platform, Slack, Telegram, words

LOW_RATE = 25
PATIENCE_SECONDS = 30.0
WARM_UP_EVENTS = 400


@dataclass(frozen=True, slots=True)
class Window:
    """What one bot did in one round."""

    events_per_second: float
    cpu_ms: float
    """Per event, of the bot's process."""
    low_ms: tuple[float, ...]
    """Message in to reply out, at LOW_RATE."""


@dataclass(slots=True)
class Bot:
    label: str
    platform: Platform
    is_allhands: bool
    start: Callable[[Path], Child]
    port: int = 0
    child: Child | None = None
    start_seconds: float = 0.0
    windows: list[Window] = field(default_factory=list)


class Load:
    """Customers that speak, and wait for what they said to appear where it belongs."""

    def __init__(self, platform: Platform) -> None:
        self._platform = platform
        self._asked_at: dict[int, tuple[float, int]] = {}
        self._waits: list[float] = []
        self._numbers = 0
        self._is_closed_loop = False
        self._answered = asyncio.Event()
        self.answered = 0
        platform.on_said = self._said

    def _say(self, customer: int) -> None:
        self._numbers += 1
        self._asked_at[self._numbers] = (time.perf_counter(), customer)
        self._platform.say(customer, words(self._numbers))

    def _said(self, number: int) -> None:
        asked = self._asked_at.pop(number, None)
        if asked is None:
            return
        self.answered += 1
        self._waits.append((time.perf_counter() - asked[0]) * 1000)
        self._answered.set()
        if self._is_closed_loop:
            self._say(asked[1])

    async def saturate(self, seconds: float, until: int = 10**9) -> float:
        """Keep every customer waiting for one reply; returns how long that took, its end included."""
        began_at = time.perf_counter()
        self.answered, self._is_closed_loop = 0, True
        for customer in range(CUSTOMERS):
            self._say(customer)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._answered_at_least(until)
        self._is_closed_loop = False
        await self._all_answered()
        return time.perf_counter() - began_at

    async def trickle(self, seconds: float) -> tuple[float, ...]:
        """LOW_RATE events a second, whether answered or not; returns the milliseconds that each took."""
        self._waits.clear()
        began_at = time.perf_counter()
        for number in range(max(1, int(seconds * LOW_RATE))):
            await asyncio.sleep(max(0.0, began_at + number / LOW_RATE - time.perf_counter()))
            self._say(number % CUSTOMERS)
        await self._all_answered()
        return tuple(self._waits)

    async def _answered_at_least(self, count: int) -> None:
        while self.answered < count:
            self._answered.clear()
            await self._answered.wait()

    async def _all_answered(self) -> None:
        async with asyncio.timeout(PATIENCE_SECONDS):
            while self._asked_at:
                self._answered.clear()
                await self._answered.wait()


def bots(only: str, against: Path | None) -> list[Bot]:
    """The pairs, each an echo bot and Allhands on the same kind of platform."""
    made: list[Bot] = []

    def echo(label: str, kind: str, platform: Platform, *addresses: Callable[[], str], port: int = 0) -> None:
        def start(folder: Path) -> Child:
            given = [address() for address in addresses]
            log = folder / f"{label.replace(' ', '-').replace(':', '')}.log"
            return Child(["-m", "benchmarks.echo_bots", kind, *given], {}, log)

        made.append(Bot(label, platform, False, start, port))

    def allhands(make: Callable[[], Platform]) -> None:
        for code in filter(None, (ROOT, against)):
            platform = make()
            other = "" if code == ROOT else f" of {code.name}"
            made.append(_allhands(f"{platform.name}: allhands{other}", platform, code))

    http, socket, port = Slack(is_socket=False), Slack(is_socket=True), free_port()
    echo(
        "slack http: echo",
        "slack-http",
        http,
        lambda: http.api_url,
        lambda: http.secret,
        lambda: str(port),
        port=port,
    )
    allhands(lambda: Slack(is_socket=False))
    echo("slack socket: echo", "slack-socket", socket, lambda: socket.api_url)
    allhands(lambda: Slack(is_socket=True))
    telegram, documented, discord = Telegram(), Telegram(), Discord()
    echo("telegram polling: echo", "telegram", telegram, lambda: telegram.api_url)
    allhands(Telegram)
    echo(
        "telegram polling: echo as documented", "telegram-documented", documented, lambda: documented.api_url
    )
    echo("discord: echo", "discord", discord, lambda: discord.api_url, lambda: discord.gateway_url)
    allhands(Discord)
    return [bot for bot in made if only in bot.label]


def _allhands(label: str, platform: Platform, code: Path) -> Bot:
    port = free_port()

    def start(folder: Path) -> Child:
        name = label.replace(" ", "-").replace(":", "")
        settings = _settings(platform, port, folder / f"{name}.db")
        return Child(["-m", "bot", "run"], settings, folder / f"{name}.log", code)

    return Bot(label, platform, True, start, port)


def _settings(platform: Platform, port: int, database: Path) -> dict[str, str]:
    return platform.environment() | {
        "ALLHANDS_ENV_FILE": "",
        "DATABASE_URL": f"sqlite:///{database}",
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
            await _until(lambda: _is_open(bot.port), bot.child)
            bot.platform.call_at(bot.port)
        else:
            await _until(bot.platform.connected.is_set, bot.child)
        if bot.is_allhands:
            await _ready(bot)
        bot.start_seconds = time.perf_counter() - bot.child.started_at
        await asyncio.sleep(0.5)
        if bot.is_allhands:
            await _open_tickets(bot.platform, bot.child)
    load = Load(bot.platform)
    await load.saturate(PATIENCE_SECONDS, until=WARM_UP_EVENTS)
    return load


async def _until(question: Callable[[], bool], child: Child) -> None:
    while not question():
        child.check()
        await asyncio.sleep(0.005)


def _is_open(port: int) -> bool:
    import socket

    with socket.socket() as one:
        return one.connect_ex(("127.0.0.1", port)) == 0


async def _ready(bot: Bot) -> None:
    assert bot.child is not None
    async with aiohttp.ClientSession() as session:
        while True:
            bot.child.check()
            with contextlib.suppress(aiohttp.ClientError):
                async with session.get(f"http://127.0.0.1:{bot.port}/readyz") as answer:
                    if answer.status == 200:
                        return
            await asyncio.sleep(0.01)


async def _open_tickets(platform: Platform, child: Child) -> None:
    """Every customer asks for a person; returns when staff have a thread for each and nothing is under way."""
    for customer in range(CUSTOMERS):
        platform.say(customer, "I want to talk to a human, please")
    await _until(lambda: platform.threads >= CUSTOMERS, child)
    calls = -1
    while calls != platform.calls:
        calls = platform.calls
        await asyncio.sleep(0.3)


async def measure(bot: Bot, load: Load, seconds: float) -> Window:
    assert bot.child is not None
    before = bot.child.cpu_seconds()
    elapsed = await load.saturate(seconds)
    # What follows the reply, storing its receipt, belongs to its cost.
    await asyncio.sleep(0.05)
    spent = bot.child.cpu_seconds() - before
    count = load.answered
    low = await load.trickle(seconds)
    bot.child.check()
    return Window(count / elapsed, spent / count * 1000, low)


async def run(rounds: int, seconds: float, all_bots: list[Bot], folder: Path) -> None:
    loads: dict[str, Load] = {}
    try:
        for bot in all_bots:
            loads[bot.label] = await bring_up(bot, folder)
        for number in range(rounds):
            print(f"round {number + 1} of {rounds} ...", file=sys.stderr)
            for bot in all_bots:
                bot.windows.append(await measure(bot, loads[bot.label], seconds))
        _print(all_bots, folder)
    finally:
        for bot in all_bots:
            if bot.child is not None:
                bot.child.stop()
            await bot.platform.stop()


def _print(all_bots: list[Bot], folder: Path) -> None:
    print(f"\n{CUSTOMERS} unanswered events; latency at {LOW_RATE} events/s; medians; one fdatasync here takes "
          f"{_fsync_ms(folder):.2f} ms\n")  # fmt: skip
    print(
        "| bot | events/s | ratio to echo (rounds) | CPU ms/event | CPU ratio | p50 ms | p99 ms | RSS MB | start s |"
    )
    print("| --- | --- | --- | --- | --- | --- | --- | --- | --- |")
    for bot in all_bots:
        low = sorted(one for window in bot.windows for one in window.low_ms)
        assert bot.child is not None
        print(
            f"| {bot.label} | {_median(bot.windows, 'events_per_second'):.0f} | {_ratios(bot, all_bots)} "
            f"| {_median(bot.windows, 'cpu_ms'):.2f} | {_cpu_ratio(bot, all_bots)} "
            f"| {low[len(low) // 2]:.1f} | {low[int(len(low) * 0.99)]:.1f} "
            f"| {bot.child.memory_mb():.0f} | {bot.start_seconds:.1f} |"
        )


def _median(windows: list[Window], what: str) -> float:
    values: list[float] = [getattr(window, what) for window in windows]
    return statistics.median(values)


def _floor(bot: Bot, all_bots: list[Bot]) -> Bot | None:
    """What a bot is measured against: the echo bot, or where that does not run the first of its platform."""
    platform = bot.label.partition(":")[0]
    same = [one for one in all_bots if one.label.partition(":")[0] == platform]
    return same[0] if same[0] is not bot else None


def _ratios(bot: Bot, all_bots: list[Bot]) -> str:
    floor = _floor(bot, all_bots)
    if floor is None:
        return "1"
    pairs = zip(bot.windows, floor.windows, strict=True)
    ratios = [own.events_per_second / echo.events_per_second for own, echo in pairs]
    return f"{statistics.median(ratios):.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def _cpu_ratio(bot: Bot, all_bots: list[Bot]) -> str:
    floor = _floor(bot, all_bots)
    if floor is None:
        return "1"
    pairs = zip(bot.windows, floor.windows, strict=True)
    return f"{statistics.median(own.cpu_ms / echo.cpu_ms for own, echo in pairs):.2f}"


def _fsync_ms(folder: Path) -> float:
    """The median time of one fdatasync of a page in this folder."""
    took = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(50):
            os.write(file.fileno(), b"x" * 4096)
            began_at = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began_at) * 1000)
    return statistics.median(took)


@contextlib.contextmanager
def _folder(given: Path | None) -> Iterator[Path]:
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given
        return
    with tempfile.TemporaryDirectory(prefix="allhands-line-") as made:
        yield Path(made)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute instead of about four")
    parser.add_argument("--only", default="", help="a part of the names of the bots to run, such as telegram")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0, help="of each window")
    parser.add_argument(
        "--against", type=Path, help="another checkout of Allhands to measure beside this one"
    )
    parser.add_argument(
        "--folder", type=Path, help="where databases and logs stay; they are removed otherwise"
    )
    given = parser.parse_args()
    rounds = given.rounds or (3 if given.quick else 7)
    seconds = given.seconds or (0.8 if given.quick else 2.0)
    with _folder(given.folder) as folder:
        against = given.against.resolve() if given.against else None
        uvloop.run(run(rounds, seconds, bots(given.only, against), folder.resolve()))


if __name__ == "__main__":
    main()
