"""Does anything grow? One Allhands on all three platforms, and very many events.

`python -m benchmarks.soak [--events 1000000]` prints memory, open files and rows as it goes, and at the end how much
memory was added in the second half. Half way through and at the end everything rests before it looks: connections that
are only kept for the next message are closed by then, and what is still open stays.
"""

import argparse
import asyncio
import contextlib
import sqlite3
from dataclasses import dataclass
from pathlib import Path

import uvloop

from adapters.wire import IDLE_SECONDS
from benchmarks.bots import quiet, sqlite_in
from benchmarks.disk import kept_or_temporary
from benchmarks.lean_platforms import Discord, Telegram
from benchmarks.load import Load
from benchmarks.town import Town, bring_up_town, give_tickets

SAMPLES = 24
REST_SECONDS = IDLE_SECONDS + 2
SLOWEST_RATE = 20
"""Events a second; whatever is slower than that hangs."""
_RESTS = (SAMPLES // 2, SAMPLES - 1)
_WAITING = {"intake": "state = 'pending'", "outbox": "state = 'pending'", "deadlines": "1"}


@dataclass(frozen=True, slots=True)
class Sample:
    events: int
    memory_mb: float
    open_files: int
    waiting: dict[str, int]
    """Rows that wait for something; after a pause there are none in the queues."""
    messages: int


def grown_mb(samples: list[Sample]) -> float:
    """Memory added in the second half."""
    return samples[-1].memory_mb - _half_way(samples).memory_mb


def grown_files(samples: list[Sample]) -> int:
    """Files and connections that the second half left open."""
    return samples[-1].open_files - _half_way(samples).open_files


def _half_way(samples: list[Sample]) -> Sample:
    return samples[len(samples) // 2]


def slope_mb(samples: list[Sample]) -> float:
    """Memory for each 100,000 events, by least squares over the second half."""
    half = samples[len(samples) // 2 :]
    mean_x = sum(one.events for one in half) / len(half)
    mean_y = sum(one.memory_mb for one in half) / len(half)
    above = sum((one.events - mean_x) * (one.memory_mb - mean_y) for one in half)
    return above / sum((one.events - mean_x) ** 2 for one in half) * 100_000


async def run(events: int, folder: Path) -> list[Sample]:
    database = folder / "soak.db"
    town = await bring_up_town("soak", [Telegram(), Discord()], sqlite_in(database), folder)
    try:
        customers = town.customers()
        await give_tickets(town, customers)
        load = Load(customers, heard_on=town.staff)
        samples: list[Sample] = []
        for number in range(SAMPLES):
            chunk = events // SAMPLES
            await load.saturate(chunk / SLOWEST_RATE, until=chunk)
            await quiet(town.platforms)
            await asyncio.sleep(REST_SECONDS if number in _RESTS else 0.3)
            samples.append(_sample(events * (number + 1) // SAMPLES, town, database))
            _show(samples[-1])
        return samples
    finally:
        await town.stop()


def _sample(events: int, town: Town, database: Path) -> Sample:
    town.child.check()
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as connection:
        waiting = {
            table: connection.execute(f"SELECT count(*) FROM {table} WHERE {which}").fetchone()[0]  # noqa: S608 - our own
            for table, which in _WAITING.items()
        }
        messages = connection.execute("SELECT count(*) FROM messages").fetchone()[0]
    return Sample(events, town.child.memory_mb(), town.child.open_files(), waiting, messages)


def _show(sample: Sample) -> None:
    waiting = ", ".join(f"{table} {rows}" for table, rows in sample.waiting.items())
    print(f"{sample.events:>9,} events: {sample.memory_mb:.1f} MB, {sample.open_files} open files, waiting: {waiting}; "
          f"{sample.messages:,} messages stored", flush=True)  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    given = parser.parse_args()
    with kept_or_temporary(given.folder) as folder:
        samples = uvloop.run(run(given.events, folder))
    print(
        f"in the second half: {grown_mb(samples):+.1f} MB, {slope_mb(samples):+.2f} MB for each 100,000 events"
    )


if __name__ == "__main__":
    main()
