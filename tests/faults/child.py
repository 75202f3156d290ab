"""Allhands itself, in a process that can be told to end at a point of the line or to stumble over a message."""

import contextlib
import ctypes
import os
import signal
import sys
from pathlib import Path
from typing import Any

from bot.__main__ import main
from bot.core import checkpoints
from bot.core.checkpoints import Point
from bot.core.events import Event
from handlers.registry import Handler, Handlers

ORDERS = "FAULTS_ORDERS"
"""The environment variable with the folder in which a test leaves its orders."""
DEATH = "death"
"""The file that says at which passing of which point to die: `sent 2`."""
POISON = "poison"
"""The file with the word over which every handler of a message stumbles."""


_PR_SET_PDEATHSIG = 1


class Reaper:
    """Kills this process at the ordered passing of the ordered point."""

    def __init__(self, order: Path) -> None:
        self._order = order
        self._read_at = 0
        self._point, self._left = "", 0

    def __call__(self, point: Point) -> None:
        with contextlib.suppress(FileNotFoundError):
            changed_at = self._order.stat().st_mtime_ns
            if changed_at != self._read_at:
                self._point, left = self._order.read_text().split()
                self._read_at, self._left = changed_at, int(left)
            if point == self._point:
                self._left -= 1
                if self._left == 0:
                    self._order.unlink()
                    os.kill(os.getpid(), signal.SIGKILL)


def stumbling(order: Path) -> None:
    """From now on handlers of messages fail at the ordered word."""
    find = Handlers.find

    def found(self: Handlers, event: Event, name: str) -> Handler | None:
        if event.kind == "message_received":
            with contextlib.suppress(FileNotFoundError):
                if order.read_text() in getattr(event, "text", ""):
                    return _stumble
        return find(self, event, name)

    Handlers.find = found  # type: ignore[method-assign] # the one place where the product is made worse


def _stumble(_event: Any, _context: Any) -> Any:
    raise ZeroDivisionError("a handler stumbled, as it was told to")


def end_with_the_test() -> None:
    """A matrix that is killed leaves no bot behind (Linux only; elsewhere the test's own clearing away must do)."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)


if __name__ == "__main__":
    end_with_the_test()
    orders = Path(os.environ[ORDERS])
    checkpoints.watch(Reaper(orders / DEATH))
    stumbling(orders / POISON)
    sys.argv = ["allhands", "run"]
    main()
