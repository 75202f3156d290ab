"""How long Allhands takes to be ready on a database with a long past."""

import statistics
from pathlib import Path

from benchmarks.bots import sqlite_in
from benchmarks.lean_platforms import Telegram
from benchmarks.town import bring_up_town


async def run(times: int, database: Path, folder: Path) -> tuple[float, list[float]]:
    """Seconds from the process to its word that it is ready: the median on an empty database, and each on this one."""
    empty: list[float] = []
    filled: list[float] = []
    for number in range(times):
        for path, found in ((folder / f"start-{number}.db", empty), (database, filled)):
            town = await bring_up_town("start", [Telegram()], sqlite_in(path), folder)
            found.append(town.start_seconds)
            await town.stop()
    return statistics.median(empty), filled
