"""An SQLite database belongs to one process at a time."""

import fcntl
import os
from pathlib import Path

from sqlalchemy import make_url


class AlreadyInUseError(Exception):
    """Another process works on this SQLite database."""


class OnlyOne:
    """A lock that the operating system keeps, and takes back from a process that ends however it ends."""

    def __init__(self, url: str) -> None:
        database = make_url(url)
        is_file = database.get_backend_name() == "sqlite" and database.database not in (None, "", ":memory:")
        self._path = Path(f"{database.database}.lock") if is_file else None
        self._descriptor: int | None = None

    def take(self) -> None:
        """Raises AlreadyInUseError; does nothing for databases that several processes may share."""
        if self._path is None:
            return
        descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(descriptor)
            raise AlreadyInUseError(str(self._path)) from None
        self._descriptor = descriptor

    def give_back(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
