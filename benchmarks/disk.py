"""The disk that the benchmarks run on, and a slow one to compare with."""

import contextlib
import os
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

_SOURCE = Path(__file__).with_name("slow_fsync.c")


@contextlib.contextmanager
def kept_or_temporary(given: Path | None) -> Iterator[Path]:
    """The folder that was named, or one that is removed at the end."""
    if given is not None:
        given.mkdir(parents=True, exist_ok=True)
        yield given.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="allhands-bench-", ignore_cleanup_errors=True) as made:
        yield Path(made)


def slow_disk(folder: Path) -> Path | None:
    """A library to preload that adds 4 ms to each fsync; None, and says so, where nothing can compile it."""
    compiler = shutil.which("cc")
    if compiler is None:
        print("skipped: 4 ms per fsync (there is no C compiler)")
        return None
    library = folder / "slow_fsync.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, _SOURCE], check=True)
    return library


def fsync_ms(folder: Path) -> float:
    """The median time of one fdatasync of a page in this folder."""
    took = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(50):
            os.write(file.fileno(), b"x" * 4096)
            began_at = time.perf_counter()
            os.fdatasync(file.fileno())
            took.append((time.perf_counter() - began_at) * 1000)
    return statistics.median(took)
