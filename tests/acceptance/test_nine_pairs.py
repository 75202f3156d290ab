"""A customer on any platform, a person on any other: the main job, through the real SDKs, for all nine pairs."""

from pathlib import Path

import pytest

from tests.acceptance.dwellers import NOTE, SENT, Dweller, plain
from tests.acceptance.town import PLATFORMS, Town, open_town

CUSTOMERS = {"slack": "Carla", "discord": "Mia", "telegram": "Dana"}
QUESTION = "When does my parcel arrive?"
DIAGONAL = {"slack": "discord", "discord": "telegram", "telegram": "slack"}


@pytest.mark.parametrize("staff", PLATFORMS)
@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_ticket_goes_from_question_to_check_in(
    platform: str, staff: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        await walk(town, platform)


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_the_same_on_postgresql(platform: str, postgresql_url: str, articles: Path) -> None:
    async with open_town(postgresql_url, articles, staff_platform=DIAGONAL[platform]) as town:
        await walk(town, platform)


async def walk(town: Town, platform: str) -> None:
    customer = town.direct(platform, CUSTOMERS[platform])
    first, second = town.agents()
    await asks(customer)
    thread = await town.thread_of(first, f"#1 {QUESTION}")
    await is_claimed(customer, first, second)
    await talk(town, customer, thread, second)
    await changes_hands(customer, thread, first, second)
    await finish(town, customer, second)


async def asks(customer: Dweller) -> None:
    """Steps one and two: an answer with its source, then a person."""
    await customer.says("How tall is Mount Everest in feet?")
    await customer.sees("don't have a reliable answer")
    await customer.says(QUESTION)
    answer = await customer.sees("two to four working days")
    assert "Source: When does my parcel arrive?" in answer.text
    assert [one.label for one in answer.buttons] == ["That solved it", "Not what I meant", "Talk to a person"]
    await customer.presses("Talk to a person")
    told = await customer.sees("Your ticket is #1")
    assert "You are next in line" in told.text


async def is_claimed(customer: Dweller, first: Dweller, second: Dweller) -> None:
    """Step three: exactly one wins, the others are told who was first."""
    await first.gives("claim", "1")
    await customer.sees(first.called, "is helping you now")
    await second.gives("claim", "1")
    await second.is_told(first.called, "was first")


async def talk(town: Town, customer: Dweller, thread: Dweller, second: Dweller) -> None:
    """Step four: both ways, with a mark on every staff message; notes stay inside."""
    await customer.says("It should have come on Monday")
    await thread.sees("It should have come on Monday")
    sent = await thread.says("I am looking into it :)")
    await customer.sees("I am looking into it :)")
    await thread.sees_reaction(sent, SENT)
    noted = await thread.says("// not a word to them")
    await thread.sees_reaction(noted, NOTE)
    aside = await second.at(thread.room).says("neither of this")
    await second.at(thread.room).sees_reaction(aside, NOTE)
    await town.settle()
    assert not any("not a word" in one.text or "neither" in one.text for one in customer.messages())


async def changes_hands(customer: Dweller, thread: Dweller, first: Dweller, second: Dweller) -> None:
    """Step five: given back, taken by another one, resolved, opened again."""
    await first.gives("release", "1")
    await customer.sees(first.called, "had to hand this on")
    await second.gives("claim")
    await customer.sees(second.called, "is helping you now")
    await second.at(thread.room).says("Now it is me")
    await customer.sees("Now it is me")
    await second.gives("resolve", "1")
    await customer.sees("marked your ticket #1 as solved")
    await second.gives("reopen", "1")
    await customer.sees("Our team has opened your ticket again")
    await second.gives("claim", "1")
    await second.gives("resolve", "1")
    await customer.town.settle()


async def finish(town: Town, customer: Dweller, agent: Dweller) -> None:
    """Step six: a rating, words, thanks that open nothing, a real question that does, one check-in."""
    await customer.presses("5 ★")
    await customer.sees("Would you like to add a few words?")
    await customer.says("Quick and kind")
    await customer.sees("passed on to the team")
    await customer.says("thank you!")
    await customer.sees("You are welcome")
    await customer.says("But where is the second box, and when does it come?")
    await customer.sees("Welcome back! Your ticket #1 is open again", "is with you")
    thread = await town.thread_of(agent, f"#1 {QUESTION}")
    await thread.sees("But where is the second box")
    await agent.gives("resolve", "1")
    await town.settle()
    await town.later(hours=25)
    await customer.sees("is it still working?")
    await town.later(hours=25)
    await town.settle()
    assert sum("is it still working?" in plain(one.text) for one in customer.messages()) == 1
    await customer.presses("No")
    await customer.sees("I have opened your ticket again, with everything said so far")
    await thread.sees("says that it does not work any more")
