"""What the Slack adapter itself costs: CPU for an event that is heard and for a message that is posted.

`python -m benchmarks.slack_adapter [--only PART] [--rounds 5] [--events 2000] [--profile FILE]`. The adapter runs in
this process, in front of an intake that stores nothing; its Slack is a lean one in a child process. Beside it runs the
bare slack-bolt echo bot, which hears and posts. Everything takes turns, so that figures of one run can be compared.
"""

import argparse
import asyncio
import contextlib
import cProfile
import gc
import os
import statistics
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import orjson
import uvloop

from adapters import AdapterContext, Attempt, Cursor
from adapters.slack import SlackAdapter, SlackSettings
from benchmarks.children import ROOT, free_port
from benchmarks.echo_bots import slack_http, slack_socket
from benchmarks.lean_platforms import CUSTOMERS, Slack, words
from bot.core.content import Content, Speaker
from bot.core.conversation import Remembered
from bot.core.events import Event
from bot.core.outgoing import Post
from bot.core.places import Identity, Place
from web.server import WebhookHandler, WebServer

_THREAD = Place("slack", "T0000001", "C00STAFF", "1700000000.000001")


# -- Slack, in a child process


async def be_slack(kind: str) -> None:
    """Serve, and obey the lines of stdin: `call PORT`, `acknowledged COUNT`, `answered COUNT`."""
    slack = Slack(is_socket=kind == "socket")
    await slack.start()
    load = _Load(slack)
    print(orjson.dumps({"api_url": slack.api_url, "secret": slack.secret}).decode(), flush=True)
    lines = asyncio.StreamReader()
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    while line := (await lines.readline()).decode().split():
        match line:
            case ["call", port]:
                slack.call_at(int(port))
            case [until, count]:
                await load.run(int(count), is_answered=until == "answered")
        print("done", flush=True)


class _Load:
    """Every customer speaks again as soon as what they said was acknowledged, or answered."""

    def __init__(self, slack: Slack) -> None:
        self._slack = slack
        self._left = self._missing = 0
        self._done = asyncio.Event()
        self._is_answered = False
        slack.on_said = lambda _number: self._next() if self._is_answered else None
        slack.on_acknowledged = lambda: None if self._is_answered else self._next()

    async def run(self, count: int, *, is_answered: bool) -> None:
        self._is_answered = is_answered
        self._left = self._missing = count
        self._done.clear()
        for _ in range(CUSTOMERS):
            self._say()
        await self._done.wait()

    def _next(self) -> None:
        self._missing -= 1
        if self._missing == 0:
            self._done.set()
        self._say()

    def _say(self) -> None:
        if self._left > 0:
            self._left -= 1
            self._slack.say(self._left % CUSTOMERS, words(self._left))


class _Child:
    """The lean Slack, as the bot's side sees it."""

    def __init__(self, process: asyncio.subprocess.Process, told: dict[str, str]) -> None:
        self._process = process
        self.api_url, self.secret = told["api_url"], told["secret"]

    async def do(self, *line: object) -> None:
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        stdin.write(f"{' '.join(map(str, line))}\n".encode())
        if await stdout.readline() != b"done\n":
            raise RuntimeError("the lean Slack ended by itself")


@asynccontextmanager
async def _slack(kind: str) -> AsyncIterator[_Child]:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "benchmarks.slack_adapter", "--slack", kind),
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        yield _Child(process, orjson.loads(await process.stdout.readline()))
    finally:
        process.kill()
        await process.wait()


# -- the house around the adapter


class _Intake:
    """Stores nothing; with `then` it has every event answered, as a desk would."""

    def __init__(self) -> None:
        self.then: Callable[[Event], Awaitable[object]] | None = None
        self._tasks: set[asyncio.Task[object]] = set()

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        if self.then is None:
            return
        for event in events:
            task = asyncio.ensure_future(self.then(event))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def cursors(self) -> dict[str, str]:
        return {}

    async def complete(self, completes: str, identity: Identity, typed: str) -> list[tuple[str, str]]:
        return []

    async def remembered(self, room: Place, after: str) -> list[Remembered]:
        return []

    async def stopped_at(self) -> datetime | None:
        return None

    async def caught_up(self) -> None:
        """It was not away."""


class _House:
    def __init__(self, adapter: SlackAdapter) -> None:
        self._handlers = adapter.webhooks()

    def readiness(self) -> tuple[bool, dict[str, object]]:
        return True, {}

    def metrics(self) -> bytes:
        return b""

    def webhook(self, path: str) -> WebhookHandler | None:
        return self._handlers.get(path)


@asynccontextmanager
async def _adapter(slack: _Child, intake: _Intake, *, is_socket: bool) -> AsyncIterator[SlackAdapter]:
    context = AdapterContext(
        intake=intake,
        commands=(),
        command_prefix="",
        staff_space=Place("slack", channel="C00STAFF"),
        support_places=(),
        colleague_places=(),
        admins=frozenset(),
        open_file=lambda _file: contextlib.nullcontext(),  # type: ignore[arg-type,return-value] # no files here
        now=lambda: datetime.now(UTC),
        texts=str.format,  # type: ignore[arg-type] # its own name for the first argument
    )
    door = {"app_token": "xapp-1-bench"} if is_socket else {"signing_secret": slack.secret}
    adapter = SlackAdapter(context, SlackSettings("xoxb-bench", api_url=slack.api_url, **door))
    web, ready = WebServer(_House(adapter), "127.0.0.1", 0), asyncio.Event()
    port = await web.start()
    running = asyncio.create_task(adapter.run(ready.set))
    try:
        await ready.wait()
        if not is_socket:
            await slack.do("call", port)
        yield adapter
    finally:
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)
        await adapter.close()
        await web.stop()


# -- what is measured

Work = Callable[[int], Awaitable[None]]


@asynccontextmanager
async def _hearing(kind: str) -> AsyncIterator[Work]:
    async with _slack(kind) as slack, _adapter(slack, _Intake(), is_socket=kind == "socket"):
        yield lambda count: slack.do("acknowledged", count)


@asynccontextmanager
async def _relaying(kind: str) -> AsyncIterator[Work]:
    intake = _Intake()
    async with _slack(kind) as slack, _adapter(slack, intake, is_socket=kind == "socket") as adapter:
        intake.then = lambda event: _post(adapter, event.text, event.id)  # type: ignore[union-attr]
        yield lambda count: slack.do("answered", count)


@asynccontextmanager
async def _posting(_kind: str) -> AsyncIterator[Work]:
    async with _slack("http") as slack, _adapter(slack, _Intake(), is_socket=False) as adapter:

        async def work(count: int) -> None:
            numbers = iter(range(count))

            async def one() -> None:
                for number in numbers:
                    await _post(adapter, words(number), str(number))

            await asyncio.gather(*(one() for _ in range(CUSTOMERS)))

        yield work


async def _post(adapter: SlackAdapter, text: str, key: str) -> None:
    content = Content(text=text, speaker=Speaker("Customer U0000001"))
    await adapter.send(Post(_THREAD, content), Attempt(key[-25:], 1, False, datetime.now(UTC)))


@asynccontextmanager
async def _echo(kind: str) -> AsyncIterator[Work]:
    async with _slack(kind) as slack:
        port = free_port()
        bot: Any = (
            slack_socket(slack.api_url)
            if kind == "socket"
            else slack_http(slack.api_url, slack.secret, str(port))
        )
        running = asyncio.create_task(bot)
        await asyncio.sleep(1)
        if kind == "http":
            await slack.do("call", port)
        try:
            yield lambda count: slack.do("answered", count)
        finally:
            running.cancel()
            await asyncio.gather(running, return_exceptions=True)


_MEASURED: dict[str, tuple[Callable[[str], Any], str]] = {
    "http: echo": (_echo, "http"),
    "http: heard": (_hearing, "http"),
    "http: heard and posted": (_relaying, "http"),
    "socket: echo": (_echo, "socket"),
    "socket: heard": (_hearing, "socket"),
    "socket: heard and posted": (_relaying, "socket"),
    "posted": (_posting, ""),
}


async def run(only: str, rounds: int, events: int, profile: str) -> None:
    spent: dict[str, list[float]] = {}
    async with contextlib.AsyncExitStack() as stack:
        works: dict[str, Work] = {}
        for name, (made, kind) in _MEASURED.items():
            if only in name:
                works[name] = await stack.enter_async_context(made(kind))
        for work in works.values():
            await work(500)
        profiler = cProfile.Profile(time.process_time)
        for _ in range(rounds):
            for name, work in works.items():
                gc.collect()
                began = time.process_time()
                if profile:
                    profiler.enable()
                await work(events)
                profiler.disable()
                spent.setdefault(name, []).append((time.process_time() - began) / events * 1e6)
        if profile:
            profiler.dump_stats(profile)
    for name, microseconds in spent.items():
        echo = spent.get(f"{name.partition(':')[0]}: echo") or spent.get("http: echo") or microseconds
        ratio = statistics.median(own / floor for own, floor in zip(microseconds, echo, strict=True))
        print(f"{name:28} {statistics.median(microseconds):6.0f} us  {ratio:5.2f} of the echo bot")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--only", default="", help="a part of the names of what to measure")
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--events", type=int, default=2000, help="in each round")
    parser.add_argument("--profile", default="", help="write cProfile's statistics to this file")
    parser.add_argument("--slack", default="", help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.slack:
        uvloop.run(be_slack(given.slack))
    else:
        uvloop.run(run(given.only, given.rounds, given.events, given.profile))


if __name__ == "__main__":
    main()
