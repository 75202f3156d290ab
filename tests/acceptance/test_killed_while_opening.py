"""The process is killed while it opens tickets on Telegram, which lists no topics: each ticket has one all the same."""

from itertools import product
from pathlib import Path

from tests.acceptance.town import open_town
from tests.faults.child import DEATH
from tests.faults.scene import Child

POINTS = ("sending", "sent", "receipt_stored", "receipt_committed")


async def test_a_ticket_that_was_just_being_opened_has_one_topic(
    tmp_path: Path, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform="telegram", has_house=False) as town:
        child = Child(town, tmp_path)
        await child.start()
        problems = []
        try:
            for point, passing in product(POINTS, (1, 2)):
                child.order(DEATH, f"{point} {passing}")
                problems.append(f"My {point.replace('_', ' ')} {passing} is broken")
                await town.newcomer("telegram").gives("ticket", problems[-1])
                await child.ended()
                await child.start()
            for problem in problems:
                await town.thread_of(town.agents()[0], problem)
        finally:
            await child.kill()
        names = [room.name for room in town.agents()[0].rooms()]
    assert [sum(problem in name for name in names) for problem in problems] == [1] * len(problems)
