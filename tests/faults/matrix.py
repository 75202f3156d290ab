"""Which runs fill which cells, and running them."""

import asyncio
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from tests.faults.columns import COLUMNS, Column
from tests.faults.databases import may_mount
from tests.faults.fault import Fault
from tests.faults.scene import open_scene
from tests.faults.walk import Outcome, Walk

AT_MOST_SECONDS = 600.0
_STAFF = {
    (False, "sqlite"): "discord",
    (True, "sqlite"): "telegram",
    (False, "postgresql"): "slack",
    (True, "postgresql"): "discord",
}
"""Where the staff sit when a fault is the whole house's, so that each platform has its turn."""


@dataclass(frozen=True, slots=True)
class Run:
    """One walk; what comes of it is written into these cells."""

    fault: Fault
    columns: tuple[Column, ...]
    target: str
    is_called: bool
    database: str

    def __str__(self) -> str:
        ways = "http" if self.is_called else "sockets"
        return f"{self.fault.name} | {self.target} by {ways} on {self.database}"


@dataclass(slots=True)
class Cell:
    """Good when every run that belongs to it was."""

    repeats: Counter[str] = field(default_factory=Counter)
    """By the platform whose readers saw them."""
    failures: list[str] = field(default_factory=list)
    is_unavailable: bool = False

    healed_seconds: float = 0.0
    kills: int = 0
    """How often the process was killed in its runs."""

    def words(self, platform: str) -> str:
        if self.failures:
            return "FAILED"
        if self.is_unavailable:
            return "needs root"
        return f"repeats {self.repeats[platform]}" if self.repeats[platform] else "ok"


Cells = dict[tuple[str, Column], Cell]


def runs_of(fault: Fault, columns: Sequence[Column] = COLUMNS) -> Iterator[Run]:
    wanted = [one for one in columns if fault.applies_to(one)]
    if not fault.is_of_house:
        for one in wanted:
            yield Run(fault, (one,), one.platform, one.is_called, one.database)
        return
    for (is_called, database), staff in _STAFF.items():
        served = tuple(
            one
            for one in wanted
            if one.database == database and (one.is_called == is_called or one.platform == "discord")
        )
        if any(one.is_called == is_called for one in served):
            yield Run(fault, served, staff, is_called, database)


async def perform(run: Run, *, is_timed: bool = True) -> Cell:
    """Never raises: what goes wrong is what the cell says. `is_timed`: the other platforms' delay counts, too."""
    fault = run.fault
    if (fault.is_small_disk or fault.needs_root) and not may_mount():
        return Cell(is_unavailable=True)
    try:
        async with asyncio.timeout(AT_MOST_SECONDS):
            return await _perform(run, is_timed=is_timed)
    except Exception as error:  # noqa: BLE001 - a table of what fails must be able to hold any failure
        return Cell(failures=[f"{run}: {type(error).__name__}: {error}"])


async def _perform(run: Run, *, is_timed: bool) -> Cell:
    fault = run.fault
    async with open_scene(
        run.target,
        run.database,
        is_called=run.is_called,
        is_small=fault.is_small_disk,
        prepare=fault.prepare,
    ) as scene:
        walk = Walk(scene, run.target, fault.spares_others, is_timed, fault.reorders)
        try:
            await walk.begin()
            async with fault.strike(walk):
                await walk.go_through()
            outcome = await walk.end()
        except BaseException:
            scene.child.keep_log(run)
            raise
    return judged(run, outcome)


def judged(run: Run, outcome: Outcome) -> Cell:
    """What the walk came to, held against what its fault declares."""
    failures = []
    if outcome.slowed:
        failures.append(f"{run}: the other platforms were held up: {outcome.slowed}")
    declared = run.fault.repeats * max(1, outcome.kills)
    if outcome.repeats.total() > declared:
        failures.append(f"{run}: {dict(outcome.repeats)} repeats, and {declared} are declared")
    return Cell(outcome.repeats, failures, healed_seconds=outcome.healed_seconds, kills=outcome.kills)


async def fill(runs: Sequence[Run], told: Callable[[Run, Cell, float], None], *, at_once: int) -> None:
    """Perform so many at a time and tell of each."""
    gate = asyncio.Semaphore(at_once)

    async def one(run: Run) -> None:
        async with gate:
            begun_at = time.monotonic()
            result = await perform(run)
            told(run, result, time.monotonic() - begun_at)

    async with asyncio.TaskGroup() as group:
        for run in runs:
            group.create_task(one(run))


def cells_of(results: Iterable[tuple[Run, Cell]]) -> Cells:
    """What each cell comes to from all the runs that belong to it."""
    cells: Cells = {}
    for run, result in results:
        for column in run.columns:
            cell = cells.setdefault((run.fault.name, column), Cell())
            cell.repeats += result.repeats
            cell.failures += result.failures
            cell.is_unavailable |= result.is_unavailable
    return cells
