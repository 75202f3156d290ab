"""The process is killed again and again while messages flow both ways on three platforms: nothing is lost."""

import asyncio
import random
from pathlib import Path

import pytest

from tests.acceptance.bot_child import BotChild
from tests.acceptance.flow import PAUSE_SECONDS, WRITTEN_IN_A_ROUND, check, opened
from tests.acceptance.town import PLATFORMS, open_town

KILLS = 3


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
