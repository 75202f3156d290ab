"""What one run found, and what each part of it means beside its goal."""

import statistics
from dataclasses import dataclass, field

from benchmarks.bots import Bot, cpu_of, floor, rate_of, ratios
from benchmarks.growth import FEW, MANY, Growth
from benchmarks.line import added_ms
from benchmarks.load import LOW_RATE
from benchmarks.peers import Peers
from benchmarks.processes import Fleet, Order, ratio
from benchmarks.relay import Trips
from benchmarks.relay import ratio as trips_ratio
from benchmarks.soak import Sample, grown_files, grown_mb, slope_mb

DURABLE = "allhands"
GROWTH_GOAL, NEXT_TICKET_GOAL_MS, SWEEP_GOAL_MS, CLAIMS_GOAL = 1.3, 2.0, 1.0, 10_000
MEMORY_GOAL_MB, GROWN_GOAL_MB, START_GOAL_SECONDS = 120.0, 2.0, 2.0
LOW_GOAL_MS, HALF_GOAL_MS = 3.0, 25.0
RELAY_GOAL, FLEET_GOAL, PEER_GOAL, PEER_CPU_GOAL = 0.8, 0.95, 4.0, 0.25


@dataclass(frozen=True, slots=True)
class Line:
    """One goal: what was seen, and whether it is met; None where it could not be measured."""

    area: str
    what: str
    goal: str
    seen: str
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class Start:
    messages: int
    empty_seconds: float
    """On an empty database: the median."""
    seconds: list[float]


@dataclass(slots=True)
class Results:
    fsync_ms: float
    bots: list[Bot] = field(default_factory=list)
    relay: tuple[Trips, Trips] | None = None
    soak: list[Sample] = field(default_factory=list)
    start: Start | None = None
    growth: list[Growth] = field(default_factory=list)
    fleets: list[Fleet] = field(default_factory=list)
    orders: dict[int, Order] = field(default_factory=dict)
    peers: Peers | None = None
    skipped: list[str] = field(default_factory=list)


SPEED_GOALS = (
    ("slack http: allhands", "slack http: echo", 1.0, "Slack by HTTP"),
    ("slack socket: allhands", "slack socket: echo", 1.0, "Slack by Socket Mode"),
    ("telegram polling: allhands", "telegram polling: echo", 1.3, "Telegram"),
    (
        "telegram polling: allhands",
        "telegram polling: echo as documented",
        5.0,
        "Telegram, against the SDK as documented",
    ),
    ("discord: allhands", "discord: echo", 0.9, "Discord"),
    ("slack http: allhands, PostgreSQL", "slack http: echo", 1.0, "Slack by HTTP, on PostgreSQL"),
    ("slack http: allhands, 4 ms per fsync", "slack http: echo", 0.9, "Slack by HTTP, 4 ms per fsync"),
)


def goals(results: Results) -> list[Line]:
    """Every goal, in order."""
    return [
        *_speed(results),
        *_latency(results),
        *_relay(results),
        *_memory(results),
        *_start(results),
        *_growth(results),
        *_peers(results),
        *_processes(results),
    ]


def _named(results: Results, label: str) -> Bot | None:
    return next((bot for bot in results.bots if bot.label == label and bot.windows), None)


def _speed(results: Results) -> list[Line]:
    lines = []
    for label, against, goal, what in SPEED_GOALS:
        own, other = _named(results, label), _named(results, against)
        if own is None or other is None:
            lines.append(Line("events/s", what, f"≥ {goal} of the echo bot", "not measured", None))
            continue
        found = ratios(own, other, rate_of)
        seen = statistics.median(found)
        lines.append(
            Line(
                "events/s",
                what,
                f"≥ {goal} of the echo bot",
                f"{seen:.2f} ({min(found):.2f} to {max(found):.2f})",
                seen >= goal,
            )
        )
    return lines


def _latency(results: Results) -> list[Line]:
    lines = []
    for what, share, goal, name in (
        ("low_ms", 0.5, LOW_GOAL_MS, f"p50 at {LOW_RATE} events/s"),
        ("half_ms", 0.99, HALF_GOAL_MS, "p99 at half load"),
    ):
        added = {
            bot.group: added_ms(bot, floor(bot, results.bots), what, share)
            for bot in results.bots
            if bot.label == f"{bot.group}: {DURABLE}" and bot.windows
        }
        seen = ", ".join(f"{group} {ms:+.1f}" for group, ms in added.items())
        is_met = max(added.values()) <= goal if added else None
        lines.append(Line("added latency", name, f"≤ +{goal:g} ms over the echo bot", f"{seen} ms", is_met))
    return lines


def _relay(results: Results) -> list[Line]:
    if results.relay is None:
        return []
    seen = trips_ratio(*results.relay)
    what = "there and back across two platforms"
    return [Line("relay", what, f"≥ {RELAY_GOAL} of two echo bots", f"{seen:.2f}", seen >= RELAY_GOAL)]


def _memory(results: Results) -> list[Line]:
    if not results.soak:
        return []
    last, grown, files = results.soak[-1], grown_mb(results.soak), grown_files(results.soak)
    waiting = last.waiting["intake"] + last.waiting["outbox"]
    seen = (
        f"{grown:+.1f} MB and {files:+d} open files in the second half ({slope_mb(results.soak):+.2f} MB for each "
        f"100,000 events); {waiting} rows left in the queues"
    )
    return [
        Line(
            "memory",
            "all three platforms in one process",
            f"≤ {MEMORY_GOAL_MB:.0f} MB",
            f"{last.memory_mb:.0f} MB",
            last.memory_mb <= MEMORY_GOAL_MB,
        ),
        Line(
            "memory",
            f"after {last.events:,} events",
            "nothing grows",
            seen,
            grown <= GROWN_GOAL_MB and files <= 2 and waiting == 0,
        ),
    ]


def _start(results: Results) -> list[Line]:
    if results.start is None:
        return []
    seen = statistics.median(results.start.seconds)
    what = f"ready with {results.start.messages:,} stored messages"
    text = f"{seen:.1f} s (empty: {results.start.empty_seconds:.1f} s)"
    return [Line("start", what, f"≤ {START_GOAL_SECONDS:g} s", text, seen <= START_GOAL_SECONDS)]


def _growth(results: Results) -> list[Line]:
    lines = []
    for growth in results.growth:
        most = growth.costs[-1].messages
        worst = max(growth.ratio, growth.cpu_ratio)
        asked: tuple[tuple[str, str, str, bool], ...] = (
            (
                f"an event at {most:,} messages",
                f"≤ {GROWTH_GOAL} of one at {FEW:,}",
                f"{growth.ratio:.2f} (CPU {growth.cpu_ratio:.2f})",
                worst <= GROWTH_GOAL,
            ),
            (
                f"the next ticket of {MANY:,}",
                f"≤ {NEXT_TICKET_GOAL_MS:g} ms",
                f"{growth.next_ticket_ms:.2f} ms",
                growth.next_ticket_ms <= NEXT_TICKET_GOAL_MS,
            ),
            (
                f"an empty sweep over {MANY:,} timers",
                f"≤ {SWEEP_GOAL_MS:g} ms",
                f"{growth.sweep_ms:.2f} ms",
                growth.sweep_ms <= SWEEP_GOAL_MS,
            ),
            (
                "outbox claims",
                f"≥ {CLAIMS_GOAL:,}/s",
                f"{growth.claims_per_second:,.0f}/s",
                growth.claims_per_second >= CLAIMS_GOAL,
            ),
        )
        lines += [Line(f"growth, {growth.engine}", *one) for one in asked]
    return lines


def _peers(results: Results) -> list[Line]:
    if results.peers is None:
        return []
    what, goal = "messages/s of the best other bot", f"≥ {PEER_GOAL:g} times"
    if not results.peers.peers:
        return [Line("other bots", what, goal, results.peers.skipped, None)]
    ours = results.peers.ours
    best = max(results.peers.peers, key=lambda bot: statistics.median(map(rate_of, bot.windows)))
    rate, cpu = (statistics.median(ratios(ours, best, of)) for of in (rate_of, cpu_of))
    name = best.label.partition(": ")[2]
    return [
        Line("other bots", what, goal, f"{rate:.2f} of {name}", rate >= PEER_GOAL),
        Line(
            "other bots",
            "CPU for each message",
            f"≤ {PEER_CPU_GOAL} of it",
            f"{cpu:.2f}",
            cpu <= PEER_CPU_GOAL,
        ),
    ]


def _processes(results: Results) -> list[Line]:
    if not results.orders:
        return []
    most = results.fleets[-1].size
    seen, order = ratio(results.fleets, per_second), results.orders[most]
    text = (
        f"{order.lost} lost, {order.doubled} double, {order.inverted} turned round of {order.said} "
        f"({order.refusals} refusals)"
    )
    what = f"{most} on one PostgreSQL"
    return [
        Line("processes", f"events/s of {what}", f"≥ {FLEET_GOAL} of one", f"{seen:.2f}", seen >= FLEET_GOAL),
        Line(
            "processes",
            f"order with {what}, a tenth refused",
            "nothing lost, double, turned round",
            text,
            not (order.lost or order.doubled or order.inverted),
        ),
    ]


def per_second(fleet: Fleet) -> list[float]:
    return fleet.per_second
