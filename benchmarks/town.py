"""One Allhands on several platforms at once; staff sit on the first of them, which is a Slack with an agent."""

import asyncio
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bots import allhands_settings, log_name, open_tickets, quiet, ready, speakers
from benchmarks.children import Child, free_port
from benchmarks.lean_platforms import Platform
from benchmarks.load import PATIENCE_SECONDS
from benchmarks.staffed_slack import StaffedSlack


@dataclass(slots=True)
class Town:
    staff: StaffedSlack
    others: Sequence[Platform]
    child: Child
    start_seconds: float

    @property
    def platforms(self) -> list[Platform]:
        return [self.staff, *self.others]

    def customers(self) -> list[Callable[[str], None]]:
        """Everybody who may speak, on every platform."""
        return [one for platform in self.platforms for one in speakers(platform)]

    async def stop(self) -> None:
        self.child.stop()
        for platform in self.platforms:
            await platform.stop()


async def bring_up_town(name: str, others: Sequence[Platform], database_url: str, folder: Path) -> Town:
    """Returns when it says itself that it is ready."""
    staff, port = StaffedSlack(), free_port()
    for platform in (staff, *others):
        await platform.start()
    settings = allhands_settings([staff, *others], port, database_url)
    child = Child(["-m", "bot", "run"], settings, folder / log_name(name))
    async with asyncio.timeout(PATIENCE_SECONDS):
        await ready(port, child)
    staff.call_at(port)
    return Town(staff, others, child, time.perf_counter() - child.started_at)


async def give_tickets(town: Town, customers: Sequence[Callable[[str], None]]) -> None:
    """Every one of them gets a ticket, and the agent takes it."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        await open_tickets(customers, town.staff, town.child)
        for _ in customers:
            town.staff.command("claim")
        await quiet(town.platforms)
