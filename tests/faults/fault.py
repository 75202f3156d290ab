"""A row of the matrix."""

from collections.abc import Awaitable, Callable, Iterator
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from tests.faults.columns import COLUMNS, Column
from tests.faults.scene import Scene
from tests.faults.walk import Walk

LANES = 4
"""Two conversations are written in while a fault lasts, each shown in two places: so many heads of lanes can be in
doubt after one interruption.
"""
Strike = Callable[[Walk], AbstractAsyncContextManager[None]]
"""Entering it begins the trouble; leaving it, the trouble is over and the bot runs."""


@dataclass(frozen=True, slots=True)
class Fault:
    name: str
    about: str
    """One sentence: what happens."""
    strike: Strike
    is_of_house: bool = False
    """It strikes every platform at once: one run serves all columns of a way and a database."""
    spares_others: bool = False
    """The other platforms must stay as quick as they were."""
    repeats: int = 0
    """How many second copies readers on Telegram may see, each with the hint, for every kill where there are kills;
    readers elsewhere never may.
    """
    platforms: frozenset[str] = frozenset(("slack", "discord", "telegram"))
    ways: frozenset[str] = frozenset(("socket", "http", "gateway", "polling", "webhook"))
    databases: frozenset[str] = frozenset(("sqlite", "postgresql"))
    prepare: Callable[[Scene], Awaitable[None]] | None = None
    """What is done before the bot starts for the first time."""
    is_small_disk: bool = False
    """The database lies on a disk that can be filled up; only root may mount one."""
    needs_root: bool = False
    reorders: frozenset[str] = frozenset()
    """The platforms that bring some messages in another order themselves: what they did not bring in its turn may be
    stored behind newer words, and everything is shown in the order in which it was stored.
    """

    def applies_to(self, column: Column) -> bool:
        return (
            column.platform in self.platforms
            and column.way in self.ways
            and column.database in self.databases
        )

    def columns(self) -> Iterator[Column]:
        return filter(self.applies_to, COLUMNS)
