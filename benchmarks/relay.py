"""There and back: a customer on Telegram, an agent on Slack, the answer; against two echo bots with an echo each."""

import asyncio
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.bots import WARM_UP_EVENTS, bring_up, echo_bot, speakers, sqlite_in, stop
from benchmarks.children import Child
from benchmarks.lean_platforms import CUSTOMERS, Slack, Telegram, words
from benchmarks.load import PATIENCE_SECONDS, Load
from benchmarks.town import bring_up_town, give_tickets


@dataclass(slots=True)
class Trips:
    """Round trips a second and CPU milliseconds of each, once per round."""

    label: str
    per_second: list[float] = field(default_factory=list)
    cpu_ms: list[float] = field(default_factory=list)


async def run(rounds: int, seconds: float, folder: Path) -> tuple[Trips, Trips]:
    """Allhands, and the two echo bots."""
    there, back = echo_bot(Telegram()), echo_bot(Slack(is_socket=False))
    town = await bring_up_town("relay", [Telegram()], sqlite_in(folder / "relay.db"), folder)
    try:
        await bring_up(there, folder)
        await bring_up(back, folder)
        echoes = Load(speakers(there.platform), heard_on=back.platform)
        there.platform.on_said = lambda number, _: back.platform.say(number % CUSTOMERS, words(number))

        (telegram,) = town.others
        await give_tickets(town, speakers(telegram))
        relayed = Load(speakers(telegram), heard_on=telegram)
        town.staff.on_said = lambda number, thread: town.staff.say_in_thread(thread, words(number))
        assert there.child is not None
        assert back.child is not None
        return await _turns(rounds, seconds, relayed, echoes, [town.child], [there.child, back.child])
    finally:
        await town.stop()
        await stop([there, back])


async def _turns(
    rounds: int,
    seconds: float,
    relayed: Load,
    echoes: Load,
    ours: Sequence[Child],
    theirs: Sequence[Child],
) -> tuple[Trips, Trips]:
    trips = Trips("relay: allhands"), Trips("relay: two echo bots")
    for load in (relayed, echoes):
        await load.saturate(PATIENCE_SECONDS, until=WARM_UP_EVENTS)
    for number in range(rounds):
        print(f"relay, round {number + 1} of {rounds} ...", file=sys.stderr)
        for load, children, found in zip((relayed, echoes), (ours, theirs), trips, strict=True):
            before = sum(child.cpu_seconds() for child in children)
            elapsed = await load.saturate(seconds)
            await asyncio.sleep(0.05)
            spent = sum(child.cpu_seconds() for child in children) - before
            found.per_second.append(load.answered / elapsed)
            found.cpu_ms.append(spent / load.answered * 1000)
    return trips


def ratio(ours: Trips, theirs: Trips) -> float:
    pairs = zip(ours.per_second, theirs.per_second, strict=True)
    return statistics.median(own / other for own, other in pairs)
