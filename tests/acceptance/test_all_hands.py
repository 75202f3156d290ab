"""All hands: colleagues on other platforms say what they know, are called, jump in, and are thanked."""

from pathlib import Path

import pytest

from tests.acceptance.dwellers import NOTE, SENT, Dweller
from tests.acceptance.town import COLLEAGUES, PLATFORMS, Town, open_town

ELSEWHERE = {"slack": "discord", "discord": "telegram", "telegram": "slack"}


@pytest.mark.parametrize("staff", PLATFORMS)
async def test_a_colleague_is_let_in_called_helps_and_is_thanked(
    staff: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        platform = ELSEWHERE[staff]
        colleague = town.direct(platform, COLLEAGUES[platform])
        await is_let_in(town, colleague)
        table, bill = (town.newcomer(ELSEWHERE[platform]) for _ in range(2))
        await table.gives("ticket", "My table wobbles")
        await bill.says("Where do I find my invoice?")
        await bill.presses("Talk to a person")
        await bill.sees("You are number 2 in line")
        await is_called(town, colleague)
        await jumps_in(town, colleague, bill)
        await hands_back(town, colleague, bill)
        await resolves(town, colleague, bill)
        await ends(town, colleague)


async def is_let_in(town: Town, colleague: Dweller) -> None:
    await colleague.gives("volunteer", "on billing, api")
    await colleague.sees("asked the support team to let you in")
    asked = await town.announced("would like to help with tickets", "billing, api")
    await asked.presses("Let in")
    await colleague.sees("has let you in")


async def is_called(town: Town, colleague: Dweller) -> None:
    """The call names no customer; the reason comes with it."""
    agent = town.agents()[0]
    await agent.gives("sos", "the newsletter went out")
    call = await colleague.sees("All hands!", "asks for help", "2 customers are waiting")
    assert "the newsletter went out" in call.text
    assert "table" not in call.text
    await town.announced("called for help", "1 colleague is asked", "the newsletter went out")


async def jumps_in(town: Town, colleague: Dweller, customer: Dweller) -> None:
    """Of the two tickets the one that suits comes, though the other waits longer."""
    await colleague.presses("Jump in")
    brought = await colleague.sees(
        "Where do I find my invoice?", "What you write here now goes to the customer"
    )
    assert customer.name in brought.text
    suggested = await colleague.sees("What the knowledge base says")
    assert "under Orders, as a PDF" in suggested.text
    await customer.sees(colleague.called, "is helping you now")
    thread = await town.thread_of(town.agents()[0], customer.name)

    said = await colleague.says("It lies under Orders")
    await customer.sees("It lies under Orders")
    await thread.sees("It lies under Orders")
    await colleague.sees_reaction(said, SENT)
    noted = await colleague.says("// is that a new customer?")
    await colleague.sees_reaction(noted, NOTE)
    await thread.sees("is that a new customer?")
    hint = await thread.says("yes, since May")
    await thread.sees_reaction(hint, NOTE)
    await colleague.sees("yes, since May")
    await customer.says("There is nothing there")
    await colleague.sees("There is nothing there")
    await thread.sees("There is nothing there")
    assert not any("May" in one.text or "new customer" in one.text for one in customer.messages())


async def hands_back(town: Town, colleague: Dweller, customer: Dweller) -> None:
    """Afterwards nothing that the colleague writes reaches the customer, and the ticket waits at its old place."""
    await colleague.presses("Hand back")
    await colleague.sees("is no longer with you")
    await customer.sees("had to hand this on", "You are number 2 in line")
    await colleague.says("just talking to the bot")
    await town.settle()
    assert not any("just talking" in one.text for one in customer.messages())


async def resolves(town: Town, colleague: Dweller, customer: Dweller) -> None:
    """The same button still works while the call goes on; the end is given from the chat itself."""
    await colleague.presses("Jump in")
    await colleague.says("Here I am again")
    await customer.sees("Here I am again")
    await colleague.gives("resolve")
    await customer.sees("as solved", "How was the help you got?")
    thread = await town.thread_of(town.agents()[0], customer.name)
    await thread.sees("resolved by", colleague.called)


async def ends(town: Town, colleague: Dweller) -> None:
    agent = town.agents()[0]
    await agent.gives("sos", "end")
    await colleague.sees("Thank you for jumping in")
    await town.announced("The call for help is over", "1 colleague jumped in")
    await colleague.presses("Jump in")
    await colleague.is_told("That call for help is over")
    await colleague.gives("volunteer", "off")
    await colleague.sees("You will not be asked any more")
    await agent.gives("sos", "once more")
    await town.announced("called for help", "nobody has volunteered yet")


async def test_whoever_waits_too_long_calls_for_help(town: Town) -> None:
    helpers = [town.direct(platform, COLLEAGUES[platform]) for platform in PLATFORMS]
    for helper in helpers:
        await is_let_in(town, helper)
    customer = town.newcomer("telegram")
    await customer.gives("ticket", "Is anybody there?")
    await customer.sees("Your ticket is #1")
    await town.later(minutes=29)
    await town.settle()
    assert not any(helper.count("All hands!") for helper in helpers)
    await town.later(minutes=2)
    for helper in helpers:
        await helper.sees("All hands!", "1 customer is waiting")
    await town.announced("The queue called for help", "has been waiting for 31 min")
    await helpers[0].presses("Jump in")
    await customer.sees(helpers[0].called, "is helping you now")
    await helpers[1].presses("Jump in")
    await helpers[1].is_told("Nobody is waiting just now")


async def test_a_stranger_who_was_not_let_in_sees_nothing(town: Town) -> None:
    stranger = town.newcomer("discord")
    await stranger.gives("volunteer", "on everything")
    await stranger.sees("asked the support team to let you in")
    await town.newcomer("telegram").gives("ticket", "My secret order")
    await town.agents()[0].gives("sos", "secret reason")
    await stranger.sees("All hands!")
    await stranger.presses("Jump in")
    await stranger.is_told("the support team has to let you in first")
    assert not any("secret" in one.text for one in stranger.messages())
    asked = await town.announced("would like to help with tickets")
    await asked.presses("No")
    await stranger.gives("claim", "1")
    await stranger.is_told("This is for the support team")
    assert not any("secret" in one.text for one in stranger.messages())
