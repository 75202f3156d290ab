"""How fast the whole durable line is, as a ratio to a bare echo bot on the same SDK, in one run.

`python -m benchmarks.line [--quick]`. For each platform an echo bot and Allhands (`python -m bot run`, SQLite with
synchronous=FULL) run as child processes against a lean local platform. For Allhands each of 32 customers has a ticket,
and what they say is stored, handled, shown in the ticket's thread in the staff space, and its receipt stored.
Bots take turns in short windows; ratios are taken within a round, and medians are printed. Linux only.
"""

import argparse
import contextlib
import statistics
import sys
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path

import uvloop

from benchmarks.bots import (
    SQLITE,
    Bot,
    Variant,
    Window,
    bots,
    bring_up,
    cpu_of,
    floor,
    measure,
    rate_of,
    ratios,
    stop,
)
from benchmarks.disk import fsync_ms, kept_or_temporary, slow_disk
from benchmarks.lean_platforms import CUSTOMERS
from benchmarks.load import LOW_RATE, Load
from benchmarks.postgresql import Server, postgresql


async def run(rounds: int, seconds: float, all_bots: list[Bot], folder: Path) -> list[Bot]:
    """Every bot once in every round; their windows are in them afterwards."""
    loads: dict[str, Load] = {}
    try:
        for bot in all_bots:
            loads[bot.label] = await bring_up(bot, folder)
        for number in range(rounds):
            print(f"round {number + 1} of {rounds} ...", file=sys.stderr)
            for bot in all_bots:
                bot.windows.append(await measure(bot, loads[bot.label], seconds))
        show(all_bots, folder)
        return all_bots
    finally:
        await stop(all_bots)


def variants(shim: Path | None, *servers: Server) -> list[Variant]:
    """Allhands on PostgreSQL, and on a disk that takes its time."""
    made = [Variant(f", {server.name}", partial(_new_database, server)) for server in servers]
    if shim is not None:
        made.append(Variant(", 4 ms per fsync", SQLITE.database_url, {"LD_PRELOAD": str(shim)}))
    return made


def _new_database(server: Server, _folder: Path) -> str:
    return server.new_database()


def show(all_bots: Sequence[Bot], folder: Path) -> None:
    print(f"\n{CUSTOMERS} unanswered events; latency at {LOW_RATE} events/s, and at half of what each does when "
          f"saturated; medians; one fdatasync here takes {fsync_ms(folder):.2f} ms\n")  # fmt: skip
    print("\n".join(table(all_bots)))


def table(all_bots: Sequence[Bot]) -> list[str]:
    """In Markdown, a line for each bot."""
    lines = [
        "| bot | events/s | ratio to echo (rounds) | CPU ms/event | CPU ratio | p50 ms | p99 ms | p50 / p99 ms at half "
        "| RSS MB | start s |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for bot in all_bots:
        low, half = waits(bot, "low_ms"), waits(bot, "half_ms")
        cpu = statistics.median(ratios(bot, floor(bot, all_bots), cpu_of))
        lines.append(
            f"| {bot.label} | {_median(bot, rate_of):.0f} | {_ratio_text(bot, all_bots)} "
            f"| {_median(bot, cpu_of):.2f} | {cpu:.2f} "
            f"| {percentile(low, 0.5):.1f} | {percentile(low, 0.99):.1f} "
            f"| {percentile(half, 0.5):.1f} / {percentile(half, 0.99):.1f} "
            f"| {bot.memory_mb:.0f} | {bot.start_seconds:.1f} |"
        )
    return lines


def waits(bot: Bot, what: str) -> list[float]:
    """All its latencies of one kind, sorted."""
    return sorted(one for window in bot.windows for one in getattr(window, what))


def percentile(ordered: Sequence[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


def added_ms(bot: Bot, against: Bot, what: str, share: float) -> float:
    """How much longer it takes than the other, within rounds: the median of the rounds."""
    pairs = zip(bot.windows, against.windows, strict=True)
    return statistics.median(
        percentile(sorted(getattr(own, what)), share) - percentile(sorted(getattr(other, what)), share)
        for own, other in pairs
    )


def _median(bot: Bot, of: Callable[[Window], float]) -> float:
    return statistics.median(map(of, bot.windows))


def _ratio_text(bot: Bot, all_bots: Sequence[Bot]) -> str:
    against = floor(bot, all_bots)
    if against is bot:
        return "1"
    found = ratios(bot, against, rate_of)
    return f"{statistics.median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="about a minute instead of about four")
    parser.add_argument("--only", default="", help="a part of the names of the bots to run, such as telegram")
    parser.add_argument("--rounds", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=0.0, help="of each window")
    parser.add_argument("--more", action="store_true", help="also on PostgreSQL, and with 4 ms per fsync")
    parser.add_argument(
        "--against", type=Path, help="another checkout of Allhands to measure beside this one"
    )
    parser.add_argument(
        "--folder", type=Path, help="where databases and logs stay; they are removed otherwise"
    )
    given = parser.parse_args()
    rounds = given.rounds or (3 if given.quick else 7)
    seconds = given.seconds or (0.8 if given.quick else 2.0)
    against = given.against.resolve() if given.against else None
    with contextlib.ExitStack() as stack:
        folder = stack.enter_context(kept_or_temporary(given.folder))
        more: list[Variant] = []
        if given.more:
            more = variants(slow_disk(folder), stack.enter_context(postgresql()))
        uvloop.run(run(rounds, seconds, bots(given.only, against, more), folder))


if __name__ == "__main__":
    main()
