"""After the help: a rating with the platform's own buttons, words, one check-in a day later, nothing after /stop."""

import pytest

from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import PLATFORMS, Town

pytestmark = pytest.mark.parametrize("platform", PLATFORMS)


async def is_helped(town: Town, customer: Dweller, words: str) -> Dweller:
    """A ticket that was resolved; its thread."""
    thread = await town.claimed(customer, words)
    await thread.presses("Resolve")
    await customer.sees("has marked your ticket", "as solved")
    await town.settle()
    return thread


async def test_a_low_rating_and_its_words_reach_the_team(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    thread = await is_helped(town, customer, "My shelf is crooked")
    asked = await customer.sees("How was the help you got?")
    assert [one.label for one in asked.buttons] == ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]
    await customer.presses("2 ★")
    await customer.sees("I am sorry that it was not better")
    await thread.sees("Rated 2 of 5")
    await customer.presses("Add a few words")
    await customer.fills_in("It took too *long*")
    await customer.sees("passed on to the team")
    await thread.sees("#1 My shelf is crooked", "★★☆☆☆", "It took too")
    answered = await customer.sees("How was the help you got?", "★★☆☆☆")
    assert not answered.buttons, "it is asked once"


async def test_a_rating_can_be_written_as_a_number(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    thread = await is_helped(town, customer, "My shelf is crooked")
    await customer.says("4")
    await customer.sees("Thank you for the rating")
    await thread.sees("#1 My shelf is crooked", "★★★★☆")


async def test_the_check_in_comes_once_also_after_a_restart(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    await is_helped(town, customer, "My shelf is crooked")
    await town.later(hours=23)
    await town.settle()
    assert customer.count("is it still working?") == 0
    await town.close_house()
    await town.later(hours=2)
    await town.open_house()
    await town.later(seconds=1)
    await customer.sees("is it still working?", "#1", "My shelf is crooked")
    await town.close_house()
    await town.open_house()
    await town.later(hours=50)
    await town.settle()
    assert customer.count("is it still working?") == 1
    await customer.presses("Yes, all is well")
    await customer.sees("Lovely, thank you for telling me")


async def test_no_at_the_check_in_opens_the_ticket_with_its_history(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    thread = await is_helped(town, customer, "My shelf is crooked")
    await town.later(hours=24, minutes=1)
    await customer.sees("is it still working?")
    await customer.presses("No")
    await customer.sees("I have opened your ticket again", "#1", "next in line")
    await thread.sees("says that it does not work any more")
    await thread.sees("#1 My shelf is crooked", "waiting")


async def test_whoever_said_stop_is_asked_nothing(town: Town, platform: str) -> None:
    customer, other = town.newcomer(platform), town.newcomer(platform)
    thread = await town.claimed(customer, "My shelf is crooked")
    await customer.gives("stop")
    await customer.is_told("no ratings, no check-ins")
    await thread.presses("Resolve")
    await customer.sees("has marked your ticket", "as solved")
    await is_helped(town, other, "Mine too")
    await other.gives("stop")
    await other.is_told("no ratings, no check-ins")
    await town.later(hours=30)
    await town.settle()
    assert customer.count("How was the help") == 0
    assert customer.count("is it still working?") == other.count("is it still working?") == 0
    await other.gives("stop", "off")
    await other.is_told("I will ask you now and then")


async def test_a_thank_you_opens_nothing_and_a_question_does(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    thread = await is_helped(town, customer, "My shelf is crooked")
    await customer.says("Thanks a lot, great service! 🎉")
    await customer.sees("You are welcome")
    await customer.says("Why is the second shelf crooked as well?")
    await customer.sees("Welcome back! Your ticket #1 is open again", "is with you")
    await thread.sees("Why is the second shelf crooked as well?")
    await thread.sees("wrote again, so the ticket is back with")
