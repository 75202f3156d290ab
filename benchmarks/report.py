"""docs/performance.md, written from what one run found: no word in it about a goal comes from anywhere else."""

import os
import platform
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from string import Template

from benchmarks.lean_platforms import CUSTOMERS
from benchmarks.line import table
from benchmarks.load import LOW_RATE
from benchmarks.peers import NOT_RUN, OPSDROID
from benchmarks.pictures import draw
from benchmarks.results import Line, Results, goals

LIBRARIES = ("slack-bolt", "python-telegram-bot", "discord.py", "aiohttp", "sqlalchemy", "psycopg", "uvloop")
_TEMPLATE = Path(__file__).with_name("performance.template.md")
_MARKS = {True: "met", False: "**missed**", None: "not measured"}


def write(results: Results, docs: Path, minutes: float) -> None:
    """The page and its pictures."""
    (docs / "pictures").mkdir(parents=True, exist_ok=True)
    lines = goals(results)
    most = max((growth.costs[-1].messages for growth in results.growth), default=0)
    page = Template(_TEMPLATE.read_text()).substitute(
        summary=_summary(lines),
        goals=_text(goal_table(lines)),
        pictures="\n\n".join(
            f"![{title}](pictures/{name})" for name, title in draw(results, docs / "pictures")
        ),
        low_rate=LOW_RATE,
        soak_events=f"{results.soak[-1].events:,}" if results.soak else "no",
        most=f"{most:,}",
        peer=OPSDROID[0].replace("==", " "),
        not_run=NOT_RUN,
        customers=CUSTOMERS,
        bots=_text(table(results.bots)),
        large=_text(_large(results)),
        cores=os.cpu_count(),
        run=_text(_run(results, minutes)),
    )
    (docs / "performance.md").write_text(page)


def goal_table(lines: Sequence[Line]) -> list[str]:
    rows = ["| | what | goal | seen | |", "| --- | --- | --- | --- | --- |"]
    area = ""
    for line in lines:
        shown = "" if line.area == area else line.area
        rows.append(f"| {shown} | {line.what} | {line.goal} | {line.seen} | {_MARKS[line.is_met]} |")
        area = line.area
    return rows


def _text(lines: Sequence[str]) -> str:
    return "\n".join(lines)


def _summary(lines: Sequence[Line]) -> str:
    met = sum(line.is_met is True for line in lines)
    said = [f"{met} of {len(lines)} goals are met."]
    for is_met, word in ((False, "Missed"), (None, "Not measured")):
        if found := [f"{line.area} ({line.what})" for line in lines if line.is_met is is_met]:
            said.append(f"{word}: {'; '.join(found)}.")
    return " ".join(said)


def _large(results: Results) -> list[str]:
    """What has no goal, and is looked at all the same."""
    return [
        "| on a large database | place of the last of 1,000,000 in the queue | tickets by state, of 1,000,000 |",
        "| --- | --- | --- |",
        *(
            f"| {growth.engine} | {growth.place_in_queue_ms:.1f} ms | {growth.gauges_ms:.1f} ms |"
            for growth in results.growth
        ),
    ]


def _run(results: Results, minutes: float) -> list[str]:
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return [
        f"{datetime.now(UTC):%d %B %Y}, {minutes:.0f} minutes, {os.cpu_count()} cores, {platform.system()} "
        f"{platform.machine()}; one `fdatasync` takes {results.fsync_ms:.2f} ms. Python {platform.python_version()}, "
        f"SQLite {sqlite3.sqlite_version}, {libraries}.",
        *([""] if results.skipped else []),
        *(f"- Left out: {one}" for one in results.skipped),
    ]
