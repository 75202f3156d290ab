"""What a large past costs: an event at so many stored messages, and what is looked for among a million rows.

`python -m benchmarks.growth [--full]`. Events go through the whole line in this process (see `paper`), in turns on a
small and a large database; what is looked for is asked through the product's own unit of work.
"""

import argparse
import asyncio
import contextlib
import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from multiprocessing import get_context
from pathlib import Path

from benchmarks.disk import kept_or_temporary
from benchmarks.filling import AGENT, Filling, customers_of
from benchmarks.paper import PaperHouse, paper_house
from benchmarks.postgresql import Server, postgresql
from storage import UnitOfWork, make_engine
from storage.ids import Ids
from storage.session import Session

FEW, MANY, MOST = 10_000, 1_000_000, 10_000_000
_WARM_UP = 200
_ROUNDS, _EVENTS = 7, 400
_LEFT_BEHIND = 20_000
_PAGE = 1000


@dataclass(slots=True)
class Costs:
    """Of one event, at so many stored messages, once per round."""

    messages: int
    ms: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)
    """Of this process and, with PostgreSQL, of the server."""


@dataclass(slots=True)
class Growth:
    engine: str
    costs: list[Costs]
    next_ticket_ms: float = 0.0
    place_in_queue_ms: float = 0.0
    sweep_ms: float = 0.0
    gauges_ms: float = 0.0
    claims_per_second: float = 0.0

    @property
    def cpu_ratio(self) -> float:
        return _ratio(self.costs[-1].cpu_ms, self.costs[0].cpu_ms)

    @property
    def ratio(self) -> float:
        return _ratio(self.costs[-1].ms, self.costs[0].ms)


def _ratio(many: Sequence[float], few: Sequence[float]) -> float:
    return statistics.median(own / other for own, other in zip(many, few, strict=True))


async def events(
    urls: dict[int, str], rounds: int, count: int, server_seconds: Callable[[], float]
) -> list[Costs]:
    """The cost of an event on each database, in turns."""
    found = [Costs(messages) for messages in urls]
    async with contextlib.AsyncExitStack() as stack:
        houses = []
        for messages, url in urls.items():
            house = await stack.enter_async_context(paper_house(url, customers_of(messages)))
            await house.speak(_WARM_UP)
            houses.append(house)
        for _ in range(rounds):
            for house, costs in zip(houses, found, strict=True):
                await _measure(house, costs, count, server_seconds)
    return found


async def _measure(house: PaperHouse, costs: Costs, count: int, server_seconds: Callable[[], float]) -> None:
    cpu, at = time.process_time() + server_seconds(), time.perf_counter()
    await house.speak(count)
    costs.ms.append((time.perf_counter() - at) * 1000 / count)
    costs.cpu_ms.append((time.process_time() + server_seconds() - cpu) * 1000 / count)


def look_for(url: str, growth: Growth) -> None:
    """The first in the queue, one's place in it, what is due, what the gauges count: at a million rows."""
    session, ids = Session(make_engine(url)), Ids()

    def timed(question: Callable[[UnitOfWork], object], times: int) -> float:
        took = []
        for _ in range(times):
            work = UnitOfWork(session, ids, datetime.now(UTC))
            with session.transaction():
                began_at = time.perf_counter()
                question(work)
                took.append((time.perf_counter() - began_at) * 1000)
        return statistics.median(took)

    def take_next(work: UnitOfWork) -> None:
        (ticket,) = work.tickets.waiting(limit=1)
        assert work.tickets.claim(ticket, AGENT)

    def place_of_last(work: UnitOfWork) -> None:
        ticket = work.tickets.numbered(MANY)
        assert ticket is not None
        work.queue.place_of(ticket)

    growth.next_ticket_ms = timed(take_next, 100)
    growth.place_in_queue_ms = timed(place_of_last, 5)
    growth.sweep_ms = timed(lambda work: work.deadlines.due(work.now, limit=500), 100)
    growth.gauges_ms = timed(lambda work: work.queue.counts(), 5)
    session.close()


def claim_all(url: str, actions: int) -> float:
    """Rows a second, taken up as a process takes up what another one left behind."""
    session = Session(make_engine(url))
    ids = Ids(owner=0 if session.is_sqlite else 1)
    began_at = time.perf_counter()
    taken = _taken_up(session, ids) if session.is_sqlite else _taken_over(session, ids)
    seconds = time.perf_counter() - began_at
    session.close()
    assert taken == actions, (taken, actions)
    return taken / seconds


def _taken_up(session: Session, ids: Ids) -> int:
    """Where there is only one process: what the earlier one had not sent, page by page."""
    taken = after = 0
    while True:
        with session.transaction():
            page = UnitOfWork(session, ids, datetime.now(UTC)).outbox.pending(after=after, limit=_PAGE)
        if not page:
            return taken
        after, taken = page[-1].id, taken + len(page)


def _taken_over(session: Session, ids: Ids) -> int:
    """Where there are several: adopted, and then taken over in the order of each lane."""
    with session.transaction():
        UnitOfWork(session, ids, datetime.now(UTC)).outbox.adopt()
    with session.transaction():
        return len(UnitOfWork(session, ids, datetime.now(UTC)).outbox.take_over())


def run(
    engine: str,
    new_database: Callable[[], str],
    sizes: Sequence[int],
    folder: Path,
    server: Server | None = None,
) -> Growth:
    """Everything on one engine, whose files lie in this folder."""
    urls = {messages: new_database() for messages in sizes}
    crowd, queue = new_database(), new_database()
    _fill(
        *((url, partial(Filling.history, messages=messages)) for messages, url in urls.items()),
        (crowd, partial(Filling.crowd, tickets=MANY, deadlines=MANY)),
        (queue, partial(Filling.outbox, actions=_LEFT_BEHIND, lanes=1000)),
    )
    _into_memory(folder)
    seconds = server.cpu_seconds if server else lambda: 0.0
    growth = Growth(engine, asyncio.run(events(urls, _ROUNDS, _EVENTS, seconds)))
    look_for(crowd, growth)
    growth.claims_per_second = claim_all(queue, _LEFT_BEHIND)
    return growth


def _fill(*databases: tuple[str, Callable[[Filling], None]]) -> None:
    """Two at a time: it takes longer than what is measured afterwards."""
    with ProcessPoolExecutor(2, mp_context=get_context("spawn")) as pool:
        for done in [pool.submit(_fill_one, *database) for database in reversed(databases)]:
            done.result()


def _fill_one(url: str, fill: Callable[[Filling], None]) -> None:
    fill(Filling(url))


def _into_memory(folder: Path) -> None:
    """Let the system have read every file once. Who speaks is chosen among all that ever spoke, and each of them would
    otherwise wait for twenty pages to come from the disk, which is then what is measured.
    """
    for path in filter(Path.is_file, folder.rglob("*")):
        # A server takes files away while one looks.
        with contextlib.suppress(OSError), path.open("rb") as file:
            while file.read(1 << 20):
                pass


def show(growth: Growth) -> None:
    sizes = ", ".join(f"{costs.messages:,}: {statistics.median(costs.ms):.2f} ms "
                      f"({statistics.median(costs.cpu_ms):.2f} ms CPU)" for costs in growth.costs)  # fmt: skip
    print(
        f"{growth.engine}: an event at stored messages: {sizes}; ratio {growth.ratio:.2f}, CPU {growth.cpu_ratio:.2f}"
    )
    print(f"{growth.engine}: at a million: next ticket {growth.next_ticket_ms:.2f} ms, place of the last in the queue "
          f"{growth.place_in_queue_ms:.1f} ms, empty sweep {growth.sweep_ms:.2f} ms, tickets by state "
          f"{growth.gauges_ms:.1f} ms; outbox {growth.claims_per_second:,.0f} claims/s")  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--full", action="store_true", help="10,000,000 messages (half an hour, 20 GB)")
    parser.add_argument("--messages", type=int, default=0, help="instead of 1,000,000")
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    sizes = (FEW, given.messages or (MOST if given.full else MANY))
    with kept_or_temporary(given.folder) as folder, postgresql() as server:
        names = iter(range(100))
        show(run("SQLite", lambda: f"sqlite:///{folder}/growth-{next(names)}.db", sizes, folder))
        show(run("PostgreSQL", server.new_database, sizes, server.folder, server))


if __name__ == "__main__":
    main()
