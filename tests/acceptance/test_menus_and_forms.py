"""What each platform offers besides messages: forms, message menus, completion, the person's own page, prefixes."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sandbox.discord import DiscordServer
from sandbox.surface import SurfaceError
from tests.acceptance.dwellers import SENT, Dweller
from tests.acceptance.town import PLATFORMS, Town, open_town

QUESTION = "When does my parcel arrive?"


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_ticket_without_words_asks_for_them_in_a_form(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    await customer.gives("ticket")
    await customer.fills_in("My *shelf* is crooked")
    await customer.sees("Your ticket is #1")
    thread = await town.thread_of(town.agents()[0], "shelf")
    await thread.presses("Claim")
    await thread.says("Which one?")
    await customer.sees("Which one?")
    await customer.gives("ticket")
    await customer.is_told("is working on your ticket #1")
    await customer.presses("Close it")
    await customer.is_told("Your ticket is closed")
    await thread.sees("#1 My shelf is crooked", "resolved")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_whoever_wants_a_person_says_so_in_words_or_by_command(town: Town, platform: str) -> None:
    by_command, in_words = town.newcomer(platform), town.newcomer(platform)
    await by_command.says(QUESTION)
    await by_command.sees("two to four working days")
    await by_command.gives("human")
    await by_command.sees("Your ticket is #1")
    await in_words.says("Can I talk to a real person please?")
    await in_words.sees("Your ticket is #2")
    thread = await town.thread_of(town.agents()[0], f"#1 {QUESTION}")
    card = thread.messages()[0]
    assert "delivery" in card.text, "what the bot offered stands on the card"


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_solved_is_kind_and_counts(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    await customer.says(QUESTION)
    await customer.presses("That solved it")
    await customer.sees("Glad that helped")
    await town.settle()
    assert not town.threads(town.agents()[0])
    await customer.says("How do I return something?")
    await customer.sees("within 30 days")
    await customer.presses("Not what I meant")
    await customer.presses("Talk to a person")
    await customer.sees("Your ticket is #1")
    assert town.house is not None
    await town.house.ticker.measure()
    page = town.house.metrics().decode()
    assert 'allhands_article_offers{outcome="solved"} 1.0' in page
    assert 'allhands_article_offers{outcome="rejected"} 1.0' in page


@pytest.mark.parametrize(("platform", "staff"), [("slack", "telegram"), ("discord", "slack")])
async def test_a_ticket_is_opened_from_a_message_by_its_menu(
    platform: str, staff: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        customer = town.newcomer(platform)
        words = await customer.says("My shelf is crooked")
        await customer.sees("reliable answer to that")
        await customer.server.shortcut(customer.id, customer.room, words, "Open a ticket")
        thread = await town.thread_of(town.agents()[0], "My shelf is crooked")
        await thread.presses("Claim")
        await thread.says("Which one?")
        await customer.sees("Which one?")


@pytest.mark.parametrize("staff", ["slack", "discord"])
async def test_staff_keep_a_message_as_a_note_by_its_menu(
    staff: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        customer = town.newcomer("telegram")
        thread = await town.claimed(customer, "My shelf is crooked")
        await customer.says("It is the blue one")
        copy = await thread.hears("It is the blue one")
        await thread.server.shortcut(thread.id, thread.room, copy.id, "Add as note")
        await thread.is_told("Noted on ticket #1")
        await town.settle()
        assert customer.count("blue") == 0


async def test_discord_offers_the_waiting_tickets_while_one_is_typed(sqlite_url: str, articles: Path) -> None:
    async with open_town(sqlite_url, articles, staff_platform="discord") as town:
        customer = town.newcomer("slack")
        await town.ticket(customer, "My shelf is crooked")
        agent, _ = town.agents()
        await agent.gives("queue")
        await agent.is_told("1 customer waiting", "My shelf is crooked")
        offered = await agent.server.complete(agent.id, agent.room, "claim", "number", "sh")
        assert offered == [("1", "#1 My shelf is crooked")]
        stranger = town.newcomer("discord")
        assert await stranger.server.complete(stranger.id, stranger.room, "claim", "number", "") == []


async def test_slacks_home_shows_customers_their_tickets_and_agents_the_queue(town: Town) -> None:
    customer = town.newcomer("slack")
    thread = await town.ticket(customer, "My shelf is crooked")
    home = await customer.server.open_home(customer.id)
    assert home is not None
    assert "My shelf is crooked" in home.text
    assert "next in line" in home.text
    desk = await thread.server.open_home(thread.id)
    assert desk is not None
    assert "1 customer waiting" in desk.text
    claim = next(one for one in desk.buttons if one.label == "Claim #1")
    await thread.server.press(thread.id, "", "home", claim.id)
    await customer.sees("is helping you now")
    home = await customer.server.open_home(customer.id)
    assert home is not None
    close = next(one for one in home.buttons if one.label == "Close it")
    await customer.server.press(customer.id, "", "home", close.id)
    await customer.sees("Your ticket #1 is closed")


async def test_telegrams_start_button_with_a_deep_link_says_hello(town: Town) -> None:
    customer = town.newcomer("telegram")
    await customer.gives("start", "from-our-website")
    await customer.sees("I am Allhands", "Juniper & Pine")
    assert customer.count("I am Allhands") == 1


@pytest.fixture
async def prefixed(sqlite_url: str, articles: Path) -> AsyncIterator[Town]:
    async with open_town(sqlite_url, articles, command_prefix="ah-") as town:
        yield town


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_commands_carry_their_prefix(prefixed: Town, platform: str) -> None:
    customer = prefixed.newcomer(platform)
    prefix = "ah_" if platform == "telegram" else "ah-"
    offered = [one.name for one in customer.server.commands(customer.id, customer.room)]
    assert f"{prefix}human" in offered
    assert "human" not in offered
    await customer.server.command(customer.id, customer.room, f"{prefix}human")
    await customer.sees("Your ticket is #1")
    await customer.server.command(customer.id, customer.room, f"{prefix}help")
    await customer.is_told(f"/{prefix}human")


async def test_without_the_message_content_discord_still_serves(town: Town) -> None:
    """The privileged intent may be refused: commands, buttons, forms and direct messages must suffice."""
    server = town.servers["discord"]
    assert isinstance(server, DiscordServer)
    await town.close_house()
    server.message_content_allowed = False
    await town.open_house()
    customer = town.newcomer("discord")
    await customer.says(QUESTION)
    await customer.sees("two to four working days")
    await customer.presses("Talk to a person")
    thread = await town.thread_of(town.agents()[0], QUESTION)
    await thread.presses("Claim")
    sent = await thread.says("Here I am")
    await customer.sees("Here I am")
    await thread.sees_reaction(sent, SENT)
    other = town.newcomer("discord")
    channel = other.at(town.room(other, "help").id)
    await channel.gives("ticket")
    await channel.fills_in("Asked by a form")
    await Dweller(town, "discord", other.id, "").in_direct().sees("Your ticket is #2")


async def test_a_command_cannot_be_given_in_a_slack_thread_but_its_buttons_can(town: Town) -> None:
    thread = await town.ticket(town.newcomer("telegram"), "My shelf is crooked")
    with pytest.raises(SurfaceError):
        await thread.gives("claim")
    await thread.presses("Claim")
    await thread.presses("Release")
    await thread.presses("Resolve")
    await thread.sees("✅ #1 My shelf is crooked", "resolved")
    await thread.presses("Reopen")
    await thread.sees("#1 My shelf is crooked", "waiting")
