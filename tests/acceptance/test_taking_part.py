"""Several people in one conversation, in every kind of place on every platform."""

from collections.abc import Awaitable, Callable

import pytest

from tests.acceptance.dwellers import Dweller
from tests.acceptance.test_places import (
    discord_channel,
    discord_post,
    discord_thread,
    slack_channel,
    telegram_group,
    telegram_topic,
)
from tests.acceptance.town import Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

PLACES = [slack_channel, discord_channel, discord_thread, discord_post, telegram_group, telegram_topic]


@pytest.mark.parametrize("ask", PLACES, ids=lambda ask: ask.__name__)
async def test_all_are_heard_by_name_and_the_asker_says_who_decides(
    shared_town: Town, ask: Callable[[Town], Awaitable[Dweller]]
) -> None:
    town = shared_town
    asker = await ask(town)
    other = town.newcomer(asker.platform).at(asker.room)
    await asker.presses("Talk to a person")
    placed = await asker.sees("Your ticket is #")
    thread = await town.thread_of(town.agents()[0], asker.name)
    await thread.presses("Claim")
    await asker.sees("is helping you now")

    reply = {"reply_to": placed.id} if asker.platform == "telegram" else {}
    await other.says(f"I have the same, says {other.name}", **reply)
    heard = await thread.sees(f"I have the same, says {other.name}")
    assert other.name in f"{heard.author.name} {heard.text.partition('I have')[0]}"
    await thread.presses("Resolve")
    await asker.sees("How was the help you got?")
    await other.presses("1 ★")
    await other.is_told("Only the person who was helped can rate this")

    if ask is slack_channel:
        # A thread on Slack takes no commands.
        await asker.presses("Yes, add them")
    else:
        await asker.gives("add", f"@{other.name}")
    await asker.sees("has added", other.name)
    await other.presses("4 ★")
    await asker.sees("Would you like to add a few words?")
    await town.settle()


async def test_on_slack_a_command_in_the_channel_is_about_the_newest_thread(shared_town: Town) -> None:
    town = shared_town
    asker = await slack_channel(town)
    other = town.newcomer("slack").at(asker.room)
    channel = asker.at(asker.room.partition(":")[0])
    await asker.sees("two to four working days")
    await other.says("Mine came yesterday")
    await asker.sees("writes here, too")
    await channel.gives("add", f"@{other.name}")
    await asker.sees("has added", other.name)
    await channel.gives("remove")
    await channel.presses(other.name)
    await asker.sees("only", "decides again")


async def test_the_asker_is_not_asked_about_an_agent_who_writes_in_their_thread(shared_town: Town) -> None:
    town = shared_town
    if town.staff_platform != "slack":
        return
    agent = town.agents()[0]
    await agent.gives("queue")
    asker = await slack_channel(town)
    await asker.sees("two to four working days")
    await agent.at(asker.room).says("I have seen this before")
    other = town.newcomer("slack").at(asker.room)
    await other.says("So have I")
    await asker.sees(other.name, "writes here, too")
    assert not asker.count(agent.name, "writes here, too")
