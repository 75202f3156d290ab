"""Several processes on one PostgreSQL database: how fast together, and is everything there once and in order?

Slack delivers by HTTP to each process in turn. A customer's next message is delivered as soon as the one before is
acknowledged, whether it was shown or not, so that the order is known and the queues are full. In the second part
one in ten postings is refused for a second.
"""

import asyncio
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from benchmarks.bots import WARM_UP_EVENTS, allhands_settings, log_name, open_tickets, ready, speakers
from benchmarks.children import Child, free_port
from benchmarks.lean_platforms import CUSTOMERS, words
from benchmarks.lean_server import Request
from benchmarks.load import PATIENCE_SECONDS, Load
from benchmarks.postgresql import Server
from benchmarks.staffed_slack import StaffedSlack

EACH_SAYS = 20
_SETTLES_WITHIN_SECONDS = 120.0


class RefusingSlack(StaffedSlack):
    """With `refuses`, every tenth posting is answered with 429 and a second to wait."""

    def __init__(self) -> None:
        super().__init__()
        self.refuses = False
        self.refusals = 0
        self._postings = 0

    def _posted(self, request: Request) -> None:
        self._postings += 1
        if self.refuses and self._postings % 10 == 0:
            self.refusals += 1
            request.respond(
                {"ok": False, "error": "ratelimited"}, "Retry-After: 1\r\n", "429 Too Many Requests"
            )
            return
        super()._posted(request)


@dataclass(slots=True)
class Fleet:
    """So many processes on one database."""

    size: int
    slack: RefusingSlack
    children: list[Child]
    load: Load | None = None
    per_second: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    """Per event, of all of them together."""

    async def stop(self) -> None:
        for child in self.children:
            child.stop()
        await self.slack.stop()


@dataclass(slots=True)
class Order:
    """What became of every message that was acknowledged."""

    said: int = 0
    refusals: int = 0
    lost: int = 0
    doubled: int = 0
    inverted: int = 0
    """Neighbours in a thread that came in the wrong order."""
    threads: int = 0
    """More than there are customers means that one of them got two tickets."""


async def bring_up_fleet(size: int, server: Server, folder: Path) -> Fleet:
    slack = RefusingSlack()
    await slack.start()
    url, ports, children = server.new_database(), [], []
    for number in range(size):
        port = free_port()
        settings = allhands_settings([slack], port, url)
        child = Child(["-m", "bot", "run"], settings, folder / log_name(f"fleet-of-{size}-{number}"))
        children.append(child)
        ports.append(port)
        async with asyncio.timeout(PATIENCE_SECONDS):
            await ready(port, child)
    slack.call_at(*ports)
    async with asyncio.timeout(PATIENCE_SECONDS):
        await open_tickets(speakers(slack), slack, children[0])
    fleet = Fleet(size, slack, children, Load(speakers(slack), slack))
    assert fleet.load is not None
    await fleet.load.saturate(PATIENCE_SECONDS, until=WARM_UP_EVENTS)
    return fleet


async def run(
    sizes: Sequence[int], rounds: int, seconds: float, server: Server, folder: Path
) -> tuple[list[Fleet], dict[int, Order]]:
    """Fleets of these sizes in turns, then the order in each."""
    fleets: list[Fleet] = []
    try:
        for size in sizes:
            fleets.append(await bring_up_fleet(size, server, folder))  # noqa: PERF401 - those that are up must be stopped
        for number in range(rounds):
            print(f"processes, round {number + 1} of {rounds} ...", file=sys.stderr)
            for fleet in fleets:
                await _measure(fleet, seconds)
        return fleets, {fleet.size: await _look_at_order(fleet) for fleet in fleets}
    finally:
        for fleet in fleets:
            await fleet.stop()


async def _measure(fleet: Fleet, seconds: float) -> None:
    assert fleet.load is not None
    before = sum(child.cpu_seconds() for child in fleet.children)
    elapsed = await fleet.load.saturate(seconds)
    await asyncio.sleep(0.05)
    spent = sum(child.cpu_seconds() for child in fleet.children) - before
    fleet.per_second.append(fleet.load.answered / elapsed)
    fleet.cpu_ms.append(spent / fleet.load.answered * 1000)


async def _look_at_order(fleet: Fleet) -> Order:
    slack, shown = fleet.slack, dict[str, list[int]]()
    slack.on_said = lambda number, thread: shown.setdefault(thread, []).append(number)
    slack.refuses = True
    before = slack.given_up
    await asyncio.gather(*(_speak(slack, customer) for customer in range(CUSTOMERS)))
    said = CUSTOMERS * EACH_SAYS
    seen, still_at = -1, 0.0
    while still_at < 3.0 and len({one for lane in shown.values() for one in lane}) < said:
        await asyncio.sleep(0.25)
        count = sum(map(len, shown.values()))
        still_at, seen = (still_at + 0.25, seen) if count == seen else (0.0, count)
    # What would be shown twice comes late.
    await asyncio.sleep(1.5)
    slack.refuses = False
    times = Counter(one for lane in shown.values() for one in lane)
    order = Order(said=said, refusals=slack.refusals, threads=slack.threads)
    order.lost = said - len(times) - (slack.given_up - before)
    order.doubled = sum(count - 1 for count in times.values())
    order.inverted = sum(later < earlier for lane in shown.values() for earlier, later in pairwise(lane))
    return order


async def _speak(slack: RefusingSlack, customer: int) -> None:
    """One after the other, each as soon as the one before is acknowledged."""
    for number in range(EACH_SAYS):
        acknowledged = asyncio.Event()
        slack.say(customer, words(customer * EACH_SAYS + number), acknowledged.set)
        async with asyncio.timeout(_SETTLES_WITHIN_SECONDS):
            await acknowledged.wait()


def ratio(fleets: Sequence[Fleet], of: Callable[[Fleet], list[float]]) -> float:
    """Of the largest fleet to a single process, within rounds."""
    return statistics.median(own / one for own, one in zip(of(fleets[-1]), of(fleets[0]), strict=True))
