"""The process is killed again and again while messages flow both ways on three platforms: nothing is lost."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.acceptance.bot_child import BotChild
from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import PLATFORMS, Town, open_town

KILLS = 3
WRITTEN_IN_A_ROUND = 10
PAUSE_SECONDS = 0.1
REPEATED = "may appear twice"


class Flow:
    """A customer and an agent who go on writing to each other, whatever happens to the bot."""

    def __init__(self, customer: Dweller, thread: Dweller) -> None:
        self.customer, self.thread = customer, thread
        self.count = 0

    async def go_on(self) -> None:
        for _ in range(WRITTEN_IN_A_ROUND):
            await self.customer.says(f"there{self.count}x")
            await self.thread.says(f"back{self.count}x")
            self.count += 1
            await asyncio.sleep(PAUSE_SECONDS)

    async def is_complete(self) -> None:
        """Wait for as long as more and more arrives: how much there is to catch up depends on the machine."""
        for reader, mark in ((self.thread, "there"), (self.customer, "back")):
            while missing := self.missing(reader, mark):
                await reader.town.until(
                    lambda reader=reader, mark=mark, known=missing: self.missing(reader, mark) < known,
                    lambda reader=reader, known=missing: f"{reader} goes on lacking {known}",
                )

    def missing(self, reader: Dweller, mark: str) -> set[str]:
        return {f"{mark}{number}x" for number in range(self.count)} - {one for one, _ in seen(reader, mark)}


def seen(reader: Dweller, mark: str) -> list[tuple[str, bool]]:
    """The relayed messages in their order, and whether each says that it may be a repeat."""
    heard = [one.text for one in reader.heard() if mark in one.text and not one.buttons]
    return [(text[text.index(mark) :].split()[0], REPEATED in text) for text in heard]


def check(flow: Flow) -> int:
    """Each message once and in order, except for repeats that say so, on a platform that cannot be asked."""
    repeats = 0
    for reader, mark in ((flow.thread, "there"), (flow.customer, "back")):
        found = seen(reader, mark)
        once = list(dict.fromkeys(word for word, _ in found))
        assert once == [f"{mark}{number}x" for number in range(flow.count)], f"{reader}"
        again = len(found) - len(once)
        marked = sum(is_marked for _, is_marked in found)
        assert again <= marked, f"{reader} was shown silent repeats"
        assert reader.platform == "telegram" or not marked
        repeats += again
    return repeats


@pytest.mark.parametrize("staff", PLATFORMS)
async def test_killed_again_and_again_it_loses_and_repeats_nothing(
    staff: str, tmp_path: Path, sqlite_url: str, articles: Path
) -> None:
    moments = random.Random(f"kill {staff}")  # noqa: S311 - the same moments in every run
    async with open_town(sqlite_url, articles, staff_platform=staff, has_house=False) as town:
        child = BotChild(town, tmp_path / "bot.log")
        await child.start()
        try:
            flows = [await opened(town, platform) for platform in PLATFORMS]
            for _ in range(KILLS):
                writing = [asyncio.create_task(flow.go_on()) for flow in flows]
                await asyncio.sleep(moments.uniform(0.0, WRITTEN_IN_A_ROUND * PAUSE_SECONDS))
                await child.kill()
                await asyncio.sleep(moments.uniform(0.0, 0.5))
                await child.start(until_ready=moments.random() < 0.5)
                await asyncio.gather(*writing)
            await child.until_ready()
            await asyncio.gather(*(flow.go_on() for flow in flows))
            for flow in flows:
                await flow.is_complete()
            await town.settle()
            for flow in flows:
                check(flow)
            assert await child.stop() == 0
        finally:
            await child.kill()


async def opened(town: Town, platform: str) -> Flow:
    customer = town.newcomer(platform)
    return Flow(customer, await town.claimed(customer, f"Please help {customer.name}"))
