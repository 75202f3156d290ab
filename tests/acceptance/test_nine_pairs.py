"""A customer on any platform, a person on any other: the main job, through the real SDKs, for all nine pairs."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.town import Dweller, Town, open_town

CUSTOMERS = {"slack": "Carla", "discord": "Mia", "telegram": "Dana"}
AGENTS = {"slack": ("Ana", "Ben"), "discord": ("Sam", "Ines"), "telegram": ("Tom", "Uma")}
SENT = ("white_check_mark", "✅", "👌")
NOTE = ("memo", "📝", "✍")


@pytest.fixture(params=sorted(AGENTS))
async def town(request: pytest.FixtureRequest, sqlite_url: str, articles: Path) -> AsyncIterator[Town]:
    async with open_town(sqlite_url, articles, staff_platform=request.param) as town:
        yield town


@pytest.mark.parametrize("platform", sorted(CUSTOMERS))
async def test_a_ticket_goes_from_question_to_check_in(town: Town, platform: str) -> None:
    customer = town.direct(platform, CUSTOMERS[platform])
    first, second = (town.agent(name) for name in AGENTS[town.staff_platform])

    await customer.says("When does my parcel arrive?")
    await customer.sees("two to four working days")
    await customer.presses("Talk to a person")
    await customer.sees("Your ticket is #1")

    thread = await town.thread_of(first, "#1 When does my parcel arrive?")
    await first.gives("claim", "1")
    await customer.sees("is helping you now")
    await second.gives("claim", "1")
    await second.sees("was first")

    await customer.says("It should have come on Monday")
    await thread.sees("It should have come on Monday")
    sent = await thread.says("I am looking into it :)")
    await customer.sees("I am looking into it :)")
    await thread.sees_reaction(sent, *SENT)

    noted = await thread.says("// not a word to them")
    await thread.sees_reaction(noted, *NOTE)
    aside = await second.at(thread.room).says("neither of this")
    await second.at(thread.room).sees_reaction(aside, *NOTE)
    await town.settle()
    assert not any("not a word" in one.text or "neither" in one.text for one in customer.messages())

    await finish(town, customer, first)


async def finish(town: Town, customer: Dweller, agent: Dweller) -> None:
    await agent.gives("resolve", "1")
    await customer.presses("5 ★")
    await customer.sees("Would you like to add a few words?")
    await customer.says("Quick and kind")
    await customer.sees("passed on to the team")
    await customer.says("thank you!")
    await customer.sees("You are welcome")
    await town.later(hours=25)
    await customer.sees("is it still working?")
    await customer.presses("No")
    await customer.sees("opened your ticket again")
