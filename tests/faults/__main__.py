"""`make faults`: every fault on every platform and database, and the table of what came of it."""

import argparse
import asyncio
import logging
import signal
import sys
from pathlib import Path

from tests.faults import report
from tests.faults.catalogue import FAULTS
from tests.faults.columns import COLUMNS
from tests.faults.matrix import Cell, Run, cells_of, fill, runs_of
from tests.faults.results import Results


def main() -> int:
    """Status 1 when a cell failed. The document is written when every run of the matrix has a result, or on demand."""
    arguments = _parser().parse_args()
    # Told to end, it clears away what it started.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    # Connections are cut here all the time, and the sandbox's server would tell of each.
    logging.getLogger("aiohttp.server").setLevel(logging.CRITICAL + 1)
    results = Results((run for fault in FAULTS for run in runs_of(fault)), arguments.results)
    columns = [one for one in COLUMNS if arguments.column in str(one)]
    faults = [one for one in FAULTS if arguments.only in one.name]
    runs = [run for fault in faults for run in runs_of(fault, columns)]
    missing = [run for run in runs if not results.are_good(run)]

    def tell(run: Run, cell: Cell, seconds: float) -> None:
        results.add(run, cell)
        _say(
            f"{cell.words(run.target):10} {seconds:5.1f} s (at rest after {cell.healed_seconds:4.1f} s)  {run}"
        )

    asyncio.run(fill(missing, tell, at_once=arguments.jobs))
    cells = cells_of(results)
    _say("", *report.rows(cells, faults), "", report.summary(results))
    if arguments.document or not results.missing:
        report.write(results)
    failures = report.failures(cells)
    _say(*failures, f"{len(cells)} cells, {sum(not cell.failures for cell in cells.values())} good")
    return 1 if failures else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.faults", description=__doc__)
    parser.add_argument(
        "--only", default="", metavar="WORDS", help="the faults with these words in their name"
    )
    parser.add_argument("--column", default="", metavar="WORDS", help="such as slack-http or /sqlite")
    parser.add_argument("--jobs", type=int, default=2, help="so many runs at a time (default: %(default)s)")
    parser.add_argument(
        "--results",
        type=Path,
        metavar="FILE",
        help="go on with what this file has of the same state of the code: what was good is not done again",
    )
    parser.add_argument(
        "--document", action="store_true", help="write docs/faults.md although some runs were not performed"
    )
    return parser


def _say(*lines: str) -> None:
    for line in lines:
        sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
