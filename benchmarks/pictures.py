"""The figures as pictures: small SVG files with their text as text."""

import statistics
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl

mpl.use("svg")

import matplotlib.pyplot as plt

from benchmarks.bots import floor, rate_of, ratios
from benchmarks.line import percentile, waits
from benchmarks.results import DURABLE, MEMORY_GOAL_MB, SPEED_GOALS, Results

_OURS, _OTHERS, _GOAL = "#2f6f8f", "#b9c2c9", "#c8553d"
_STYLE: Any = {
    "svg.fonttype": "none",
    "svg.hashsalt": "allhands",
    "font.family": "sans-serif",
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 10,
    "axes.titlelocation": "left",
    "figure.facecolor": "white",
}


def draw(results: Results, folder: Path) -> list[tuple[str, str]]:
    """(file name, what it shows) of each picture that there is something to draw for."""
    drawn = []
    with mpl.rc_context(_STYLE):
        for name, title, is_there, paint in (
            ("performance-line.svg", "Events a second, as a ratio to the echo bot", results.bots, _line),
            ("performance-latency.svg", "Message in to reply out", results.bots, _latency),
            ("performance-growth.svg", "An event on a large database", results.growth, _growth),
            ("performance-soak.svg", "Memory over very many events", results.soak, _soak),
        ):
            if is_there:
                _save(folder / name, title, results, paint)
                drawn.append((name, title))
    return drawn


def _save(path: Path, title: str, results: Results, paint: Callable[[Any, Results], None]) -> None:
    figure, axes = plt.subplots(figsize=(6.4, 2.6), layout="constrained")
    axes.set_title(title)
    paint(axes, results)
    figure.savefig(path, metadata={"Date": None})
    plt.close(figure)


def _line(axes: Any, results: Results) -> None:
    names, seen, wanted = [], [], []
    for label, against, goal, what in SPEED_GOALS:
        bots = {bot.label: bot for bot in results.bots}
        if label in bots and against in bots:
            names.append(what.replace(", against the SDK as documented", " (documented echo)"))
            seen.append(statistics.median(ratios(bots[label], bots[against], rate_of)))
            wanted.append(goal)
    rows = range(len(names))
    axes.barh(rows, seen, height=0.6, color=_OURS)
    axes.scatter(wanted, rows, marker="|", s=160, color=_GOAL, zorder=3, label="goal")
    for row, value, goal in zip(rows, seen, wanted, strict=True):
        axes.annotate(f"  {value:.2f}", (max(value, goal, 1), row), va="center")
    axes.axvline(1, color="black", linewidth=0.8)
    axes.set_yticks(rows, names)
    axes.invert_yaxis()
    axes.set_xlim(0, max([*seen, *wanted]) * 1.12)
    axes.set_xlabel("1 = the bare echo bot, which stores nothing")
    axes.legend(frameon=False, loc="lower right")


def _latency(axes: Any, results: Results) -> None:
    ours = [bot for bot in results.bots if bot.label == f"{bot.group}: {DURABLE}"]
    for row, bot in enumerate(ours):
        for shift, one, colour in ((-0.15, floor(bot, results.bots), _OTHERS), (0.15, bot, _OURS)):
            _spread(axes, row + shift, waits(one, "half_ms"), colour)
    axes.set_yticks(range(len(ours)), [bot.group for bot in ours])
    axes.invert_yaxis()
    axes.set_xlim(left=0)
    axes.margins(x=0.12)
    axes.set_xlabel("ms at half of the saturated load, from p50 to p99 (grey: echo bot, blue: Allhands)")


def _spread(axes: Any, row: float, ordered: Sequence[float], colour: str) -> None:
    low, high = percentile(ordered, 0.5), percentile(ordered, 0.99)
    axes.plot([low, high], [row, row], color=colour, linewidth=3, solid_capstyle="round")
    axes.plot([low], [row], "o", color=colour)
    axes.annotate(f" {low:.1f} to {high:.1f}", (high, row), va="center", fontsize=8)


def _growth(axes: Any, results: Results) -> None:
    for growth, colour in zip(results.growth, (_OURS, _GOAL), strict=False):
        sizes = [costs.messages for costs in growth.costs]
        took = [statistics.median(costs.ms) for costs in growth.costs]
        axes.plot(sizes, took, "o-", color=colour, label=growth.engine)
        for size, ms in zip(sizes, took, strict=True):
            axes.annotate(f"{ms:.2f}", (size, ms), textcoords="offset points", xytext=(0, 5))
    axes.set_xscale("log")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("stored messages")
    axes.set_ylabel("ms for an event")
    axes.legend(frameon=False, loc="center right")


def _soak(axes: Any, results: Results) -> None:
    axes.plot(
        [sample.events for sample in results.soak],
        [sample.memory_mb for sample in results.soak],
        color=_OURS,
    )
    axes.axhline(MEMORY_GOAL_MB, color=_GOAL, linewidth=1, label="goal")
    axes.set_ylim(bottom=0)
    axes.set_xlabel("events, all three platforms in one process")
    axes.set_ylabel("MB resident")
    axes.legend(frameon=False, loc="lower right")
