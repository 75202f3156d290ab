"""Named points of the line that a test may watch, to end the process exactly there."""

from collections.abc import Callable
from typing import Literal

Point = Literal[
    "received",
    "stored",
    "handled",
    "committed",
    "sending",
    "sent",
    "receipt_stored",
    "receipt_committed",
]
"""In the order in which an event and its action pass them: taken from the adapter, its row written, its handler done,
its transaction committed (not yet acknowledged), its action about to be sent, accepted by the platform, the receipt
written, and committed.
"""

_watch: Callable[[Point], None] | None = None


def watch(observer: Callable[[Point], None] | None) -> None:
    """From now on call this at every point, in the thread that passes it; None: nobody."""
    global _watch  # noqa: PLW0603 - there is one line in a process
    _watch = observer


def passing(point: Point) -> None:
    """The line is at this point."""
    if _watch is not None:
        _watch(point)
