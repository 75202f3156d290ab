"""A platform is away for a while, sockets drop, the house itself is restarted: everything arrives, in order."""

from pathlib import Path

import pytest

from sandbox.discord import DiscordServer
from sandbox.slack import SlackServer
from tests.acceptance.dwellers import SENT, Dweller
from tests.acceptance.test_repeats_and_losses import arrive
from tests.acceptance.town import PLATFORMS, Town, open_town

OTHER = {"slack": "telegram", "discord": "slack", "telegram": "discord"}


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_customers_platform_is_down_for_a_while(
    platform: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=OTHER[platform]) as town:
        customer, unaffected = town.newcomer(platform), town.newcomer(town.staff_platform)
        thread = await town.claimed(customer, "Please help")
        town.faults(platform).is_down = True
        for number in range(4):
            await thread.says(f"back{number}")
            await customer.says(f"there{number}")
        await unaffected.says("When does my parcel arrive?")
        await unaffected.sees("two to four working days")
        assert customer.count("back") == 0
        town.faults(platform).is_down = False
        await arrive(customer, "back", 4)
        await arrive(thread, "there", 4)


@pytest.mark.parametrize("staff", PLATFORMS)
async def test_the_staff_space_is_down_for_a_while(staff: str, sqlite_url: str, articles: Path) -> None:
    """Customers are answered and queued all the same; the threads open afterwards."""
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        customer = town.newcomer(OTHER[staff])
        town.faults(staff).is_down = True
        await customer.says("When does my parcel arrive?")
        await customer.presses("Talk to a person")
        await customer.sees("Your ticket is #1")
        for number in range(3):
            await customer.says(f"there{number}")
        town.faults(staff).is_down = False
        thread = await town.thread_of(town.agents()[0], customer.name)
        await arrive(thread, "there", 3)
        await town.until(lambda: town.is_ready(staff), "the platform is there again")
        await thread.presses("Claim")
        await thread.says("Sorry for the wait")
        await customer.sees("Sorry for the wait")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_dropped_sockets_lose_nothing(platform: str, sqlite_url: str, articles: Path) -> None:
    async with open_town(sqlite_url, articles, staff_platform=platform) as town:
        customer = town.newcomer(platform)
        thread = await town.claimed(customer, "Please help")
        for number in range(6):
            if number % 2 == 0:
                await town.servers[platform].drop_connections()
            await customer.says(f"there{number}")
            await thread.says(f"back{number}")
        await arrive(thread, "there", 6)
        await arrive(customer, "back", 6)


async def test_a_discord_session_that_cannot_be_resumed_is_read_up_from_history(town: Town) -> None:
    customer = town.newcomer("discord")
    thread = await town.claimed(customer, "Please help")
    server = town.servers["discord"]
    assert isinstance(server, DiscordServer)
    await server.invalidate_session()
    for number in range(3):
        await customer.says(f"there{number}")
    await arrive(thread, "there", 3)


async def test_what_slack_never_replays_is_read_up_from_history(town: Town) -> None:
    customer = town.newcomer("slack")
    thread = await town.claimed(customer, "Please help")
    server = town.servers["slack"]
    assert isinstance(server, SlackServer)
    server.drop_undelivered = True
    town.faults("slack").is_down = True
    await town.until(lambda: not len(server.sockets), "no socket is left")
    for number in range(3):
        await customer.says(f"there{number}")
        await thread.says(f"back{number}")
    town.faults("slack").is_down = False
    await arrive(thread, "there", 3)
    await arrive(customer, "back", 3)


@pytest.mark.parametrize("staff", PLATFORMS)
async def test_what_is_said_while_the_house_is_closed_is_handled_in_order(
    staff: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        server = town.servers["slack"]
        assert isinstance(server, SlackServer)
        customers = {platform: town.newcomer(platform) for platform in PLATFORMS}
        threads = {
            platform: await town.claimed(customer, f"Help {customer.name}")
            for platform, customer in customers.items()
        }
        await town.settle()
        await town.close_house()
        server.drop_undelivered = True
        for number in range(3):
            for platform in PLATFORMS:
                await customers[platform].says(f"there{number}")
                await threads[platform].says(f"back{number}")
        edited = await customers[staff].says("a tpyo")
        await customers[staff].edits(edited, "a typo")
        newcomers = await new_questions(town)
        server.drop_undelivered = False
        await town.open_house()
        for platform in PLATFORMS:
            await arrive(threads[platform], "there", 3)
            await arrive(customers[platform], "back", 3)
        await threads[staff].sees("a typo")
        for newcomer in newcomers:
            await newcomer.sees("two to four working days")
        last = await threads["discord"].says("and on it goes")
        await customers["discord"].sees("and on it goes")
        await threads["discord"].sees_reaction(last, SENT)


async def new_questions(town: Town) -> list[Dweller]:
    """People who ask for the first time while nobody is there: directly, in a channel, a forum and a group."""
    question = "When does my parcel arrive?"
    asked = []
    for platform in PLATFORMS:
        newcomer = town.newcomer(platform)
        if platform != "discord":
            # A first direct message on Discord is in a chat that no bot can find out about.
            await newcomer.says(question)
            asked.append(newcomer)
    in_channel = town.newcomer("slack")
    channel = town.room(in_channel, "help").id
    asked.append(in_channel.at(f"{channel}:{await in_channel.at(channel).says(question)}"))
    in_forum = town.newcomer("discord")
    forum = town.room(in_forum, "questions").id
    asked.append(in_forum.at(await in_forum.server.open_thread(in_forum.id, forum, "Parcel", question)))
    in_group = town.newcomer("telegram")
    group = in_group.at(town.room(in_group, "Juniper fans").id)
    await group.says(question)
    return [*asked, group]
