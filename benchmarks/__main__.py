"""Measure everything, print it beside its goals, and write docs/performance.md with its pictures.

`python -m benchmarks [--full]`: the default takes some minutes, `--full` (10,000,000 messages, 1,000,000 events) hours.
"""

import argparse
import contextlib
import sys
import time
import traceback
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from benchmarks import growth, line, peers, processes, relay, report, soak, start
from benchmarks.bots import bots
from benchmarks.children import ROOT
from benchmarks.disk import fsync_ms, kept_or_temporary, slow_disk
from benchmarks.growth import FEW, MANY, MOST
from benchmarks.postgresql import Server, postgresql
from benchmarks.results import Results, Start, goals


@dataclass(frozen=True, slots=True)
class Effort:
    """How long to look."""

    rounds: int
    seconds: float
    """Of each window."""
    soak_events: int
    messages: int


DEFAULT = Effort(4, 0.6, 30_000, MANY)
FULL = Effort(9, 2.0, 1_000_000, MOST)
QUICK = Effort(2, 0.4, 3_000, 100_000)


class Run:
    """One part after the other; a part that fails is left out, with its reason."""

    def __init__(self, effort: Effort, folder: Path, server: Server) -> None:
        self._effort, self._folder, self._server = effort, folder, server
        self.results = Results(fsync_ms(folder))

    def everything(self) -> None:
        for name, part in (
            ("events a second", self._line),
            ("relay", self._relay),
            ("other bots", self._peers),
            ("several processes", self._processes),
            ("memory", self._soak),
            ("growth on SQLite", self._growth_sqlite),
            ("growth on PostgreSQL", self._growth_postgresql),
        ):
            began_at = time.perf_counter()
            print(f"\n## {name}", flush=True)
            try:
                part()
            except Exception as error:  # noqa: BLE001 - one part's failure must not cost the others
                traceback.print_exc()
                self.results.skipped.append(f"{name}: {type(error).__name__}")
            print(f"({time.perf_counter() - began_at:.0f} s)", flush=True)

    def _line(self) -> None:
        shim = slow_disk(self._folder)
        if shim is None:
            self.results.skipped.append("4 ms per fsync: there is no C compiler")
        everybody = bots("", None, line.variants(shim, self._server))
        self._do(line.run, everybody, self._folder)
        self.results.bots = everybody

    def _relay(self) -> None:
        self.results.relay = self._do(relay.run, self._folder)
        for trips in self.results.relay:
            print(f"{trips.label}: {', '.join(f'{one:.0f}' for one in trips.per_second)} round trips/s")

    def _peers(self) -> None:
        self.results.peers = self._do(peers.run, self._folder)
        found = [self.results.peers.ours, *self.results.peers.peers]
        if self.results.peers.skipped:
            self.results.skipped.append(self.results.peers.skipped)
        else:
            print("\n".join(line.table(found)))

    def _processes(self) -> None:
        rounds, seconds = self._effort.rounds, self._effort.seconds
        work = processes.run((1, 2), rounds, seconds, self._server, self._folder)
        self.results.fleets, self.results.orders = uvloop.run(work)
        for size, order in self.results.orders.items():
            print(f"{size}: {order}")

    def _soak(self) -> None:
        self.results.soak = uvloop.run(soak.run(self._effort.soak_events, self._folder))

    def _growth_sqlite(self) -> None:
        large = self._folder / f"growth-{self._effort.messages}.db"

        def new_database() -> str:
            return f"sqlite:///{next(names)}"

        names = iter([self._folder / "growth-few.db", large, *(self._folder / f"g{n}.db" for n in range(9))])
        sizes = (FEW, self._effort.messages)
        self.results.growth.append(growth.run("SQLite", new_database, sizes, self._folder))
        growth.show(self.results.growth[-1])
        self.results.start = Start(self._effort.messages, *uvloop.run(start.run(3, large, self._folder)))
        large.unlink()

    def _growth_postgresql(self) -> None:
        sizes = (FEW, self._effort.messages)
        found = growth.run("PostgreSQL", self._server.new_database, sizes, self._server.folder, self._server)
        self.results.growth.append(found)
        growth.show(found)

    def _do(self, part: Callable[..., Coroutine[Any, Any, Any]], *more: Any) -> Any:
        return uvloop.run(part(self._effort.rounds, self._effort.seconds, *more))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    effort = parser.add_mutually_exclusive_group()
    effort.add_argument("--full", action="store_const", const=FULL, dest="effort", default=DEFAULT)
    effort.add_argument(
        "--quick", action="store_const", const=QUICK, dest="effort", help="to try the commands out"
    )
    parser.add_argument(
        "--folder", type=Path, help="where databases and logs stay; they are removed otherwise"
    )
    parser.add_argument("--docs", type=Path, default=ROOT / "docs", help="where performance.md is written")
    given = parser.parse_args()
    began_at = time.perf_counter()
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(kept_or_temporary(given.folder))
        run = Run(given.effort, folder, stack.enter_context(postgresql()))
        run.everything()
    minutes = (time.perf_counter() - began_at) / 60
    report.write(run.results, given.docs, minutes)
    print("\n" + "\n".join(report.goal_table(goals(run.results))))
    print(f"\n{minutes:.1f} minutes; written to {given.docs / 'performance.md'}", file=sys.stderr)


if __name__ == "__main__":
    main()
