"""The main job on platforms that leave out everything they may leave out."""

from pathlib import Path

import pytest

from sandbox.surface import Message, Upload
from tests.acceptance.bare import bare_fronts
from tests.acceptance.dwellers import Dweller
from tests.acceptance.test_nine_pairs import CUSTOMERS, DIAGONAL, QUESTION, asks
from tests.acceptance.town import AGENTS, PLATFORMS, Town, open_town

NOTES = Upload("notes.txt", "text/plain", b"what they wrote down")
PLAN = Upload("plan.txt", "text/plain", b"what to do")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_customer_is_helped_and_nothing_gets_lost(
    platform: str, sqlite_url: str, articles: Path
) -> None:
    async with (
        open_town(sqlite_url, articles, staff_platform=DIAGONAL[platform], has_house=False) as town,
        bare_fronts(town) as settings,
    ):
        await town.open_house(**settings)
        customer = town.direct(platform, CUSTOMERS[platform])
        await asks(customer)
        agent = town.direct(town.staff_platform, AGENTS[town.staff_platform][0]).at(town.space)
        thread = await town.thread_of(agent, QUESTION)
        await thread.presses("Claim")
        await customer.sees("is helping you now")
        await talk(customer, thread)
        await is_away(town, customer, thread)
        await thread.presses("Resolve")
        await customer.sees("as solved")
        await town.close_house()


async def talk(customer: Dweller, thread: Dweller) -> None:
    asked = await customer.says("It should have come on Mondy", files=(NOTES,))
    await thread.hears("It should have come on Mondy")
    await thread.sees_one(lambda one: has(one, NOTES), "the notes")
    await customer.edits(asked, "It should have come on Monday")
    await thread.hears("It should have come on Monday")
    said = await thread.says("I am looking", files=(PLAN,))
    await customer.hears("I am looking")
    await customer.sees_one(lambda one: has(one, PLAN), "the plan")
    await thread.edits(said, "I have found it")
    await customer.hears("I have found it")
    wrong = await thread.says("For somebody else")
    await customer.hears("For somebody else")
    if thread.platform != "telegram":
        await thread.deletes(wrong)
        await customer.sees_gone("For somebody else")


async def is_away(town: Town, customer: Dweller, thread: Dweller) -> None:
    await town.close_house()
    await customer.says("Are you still there?")
    await thread.says("Here is the rest")
    await town.open_house()
    await thread.hears("Are you still there?")
    await customer.hears("Here is the rest")


def has(message: Message, file: Upload) -> bool:
    return message.author.is_bot and file.name in {one.name for one in message.files}
