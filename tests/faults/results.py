"""What came of runs, kept in a file: a matrix can be filled in several sittings, all of them on the same code."""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from tests.faults.matrix import Cell, Run

HERE = Path(__file__).parents[2]
CODE = (
    "bot",
    "adapters",
    "handlers",
    "knowledge",
    "storage",
    "web",
    "sandbox",
    "tests/acceptance",
    "tests/faults",
)
"""What a result depends on."""
ABOUT = (
    "tests/faults/__main__.py",
    "tests/faults/report.py",
    "tests/faults/results.py",
    "tests/faults/test_*.py",
)
"""But not on what only tells of it."""


def state_of_code() -> str:
    """A digest of every source file that takes part."""
    digest = hashlib.sha256()
    for path in sorted(path for folder in CODE for path in (HERE / folder).rglob("*.py")):
        if any(path.match(pattern) for pattern in ABOUT):
            continue
        digest.update(f"{path.relative_to(HERE)}\0".encode() + path.read_bytes() + b"\0")
    return digest.hexdigest()[:16]


class Results:
    """The results of one state of the code; what the file has of others is passed over."""

    def __init__(self, runs: Iterable[Run], path: Path | None = None) -> None:
        """`path` is a file of a JSON object in each line, which need not be there yet; None keeps nothing."""
        self._runs = {str(run): run for run in runs}
        self._path = path
        self._state = state_of_code()
        self._last: dict[str, Cell] = {}
        self.failed_before = 0
        """How many runs failed and were good when they were performed again."""
        if path is not None and path.exists():
            for line in path.read_text().splitlines():
                self._read(json.loads(line))

    def _read(self, row: dict[str, Any]) -> None:
        if row["state"] == self._state and row["run"] in self._runs:
            cell = Cell(
                Counter(row["repeats"]),
                row["failures"],
                row["is_unavailable"],
                row["healed_seconds"],
                row["kills"],
            )
            self._note(row["run"], cell)

    def _note(self, run: str, cell: Cell) -> None:
        known = self._last.get(run)
        self.failed_before += known is not None and bool(known.failures)
        self._last[run] = cell

    def add(self, run: Run, cell: Cell) -> None:
        self._note(str(run), cell)
        if self._path is None:
            return
        self._path.parent.mkdir(parents=True, exist_ok=True)
        row = {
            "state": self._state,
            "run": str(run),
            "repeats": cell.repeats,
            "failures": cell.failures,
            "is_unavailable": cell.is_unavailable,
            "healed_seconds": round(cell.healed_seconds, 1),
            "kills": cell.kills,
        }
        with self._path.open("a") as file:
            file.write(json.dumps(row) + "\n")

    def are_good(self, run: Run) -> bool:
        cell = self._last.get(str(run))
        return cell is not None and not cell.failures

    @property
    def missing(self) -> int:
        """How many runs of the matrix have no result."""
        return len(self._runs.keys() - self._last.keys())

    def __iter__(self) -> Iterator[tuple[Run, Cell]]:
        """The last result of every run that was performed, in the order of the table."""
        return ((run, self._last[name]) for name, run in self._runs.items() if name in self._last)
