"""Platforms repeat themselves, lose their answers, and say no for a while: handled once, nothing lost."""

import asyncio
from pathlib import Path

import pytest

from tests.acceptance.dwellers import SENT, Dweller
from tests.acceptance.town import PLATFORMS, Town, open_town

PERSON = "I would like to talk to a person please"


def words(reader: Dweller, mark: str) -> list[str]:
    """The bot's messages with this mark, in their order; cards do not count, for they tell the history."""
    heard = [one.text for one in reader.heard() if mark in one.text and not one.buttons]
    return [text[text.index(mark) :].split()[0] for text in heard]


async def arrive(reader: Dweller, mark: str, count: int) -> None:
    """All of them, each once, in order."""
    wanted = [f"{mark}{number}" for number in range(count)]
    await reader.town.until(
        lambda: len(words(reader, mark)) >= count, lambda: f"{wanted} for {reader}\n{reader.transcript()}"
    )
    await reader.town.settle()
    assert words(reader, mark) == wanted


# -- at the same moment


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_two_first_messages_in_one_instant_make_one_ticket(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    await asyncio.gather(*(customer.says(PERSON) for _ in range(2)))
    await customer.sees("Your ticket is #1")
    thread = await town.thread_of(town.agents()[0], customer.name)
    await thread.presses("Claim")
    await thread.says("Here I am")
    await customer.sees("Here I am")
    await town.settle()
    assert len(town.threads(thread)) == 1
    assert customer.count("Your ticket is #") == customer.count("Here I am") == 1


async def test_two_first_messages_in_a_channel_make_one_thread(town: Town) -> None:
    for number, platform in enumerate(("slack", "discord"), 1):
        customer = town.newcomer(platform)
        channel = customer.at(town.room(customer, "help").id)
        await asyncio.gather(*(channel.says(f"{PERSON} {platform}") for _ in range(2)))
        await town.thread_of(town.agents()[0], customer.name)
        await town.settle()
        assert len(town.threads(town.agents()[0])) == number


async def test_of_two_who_claim_at_once_one_wins(town: Town) -> None:
    customer = town.newcomer("telegram")
    thread = await town.ticket(customer, "Who wants me?")
    first, second = town.agents()
    await asyncio.gather(thread.presses("Claim"), second.at(thread.room).presses("Claim"))
    await customer.sees("is helping you now")
    await town.settle()
    assert customer.count("is helping you now") == 1
    rooms = (thread.room, town.space)
    late = [sum(one.at(room).count("was first") for room in rooms) for one in (first, second)]
    assert sorted(late) == [0, 1]
    winner = (first, second)[late.index(0)]
    await thread.sees("#1 Who wants me?", f"with {winner.called}")


# -- twice


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_what_a_platform_delivers_twice_is_handled_once(
    platform: str, sqlite_url: str, articles: Path
) -> None:
    """Everything that customer and agent do on one platform is delivered twice, from the first message on."""
    async with open_town(sqlite_url, articles, staff_platform=platform) as town:
        town.faults(platform).duplicate_deliveries = 1_000
        customer = town.newcomer(platform)
        await customer.says("When does my parcel arrive?")
        await customer.presses("Talk to a person")
        thread = await town.thread_of(town.agents()[0], customer.name)
        await thread.presses("Claim")
        await customer.sees("is helping you now")
        for number in range(3):
            await customer.says(f"there{number}")
        for number in range(3):
            await thread.says(f"back{number}")
        await arrive(thread, "there", 3)
        await arrive(customer, "back", 3)
        await thread.presses("Resolve")
        await customer.sees("as solved")
        await town.settle()
        assert len(town.threads(thread)) == 1
        for said in ("two to four working days", "Your ticket is #1", "is helping you now", "as solved"):
            assert customer.count(said) == 1, said


# -- lost answers


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_lost_reply_makes_no_silent_second_copy(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    thread = await town.claimed(customer, "Please help")
    town.faults(platform).lost_replies = 1
    said = await thread.says("unique words")
    await thread.sees_reaction(said, SENT)
    await town.settle()
    if platform == "telegram":
        assert customer.count("unique words") <= 2
        await customer.sees("unique words", "may appear twice")
        await thread.sees("The customer may see this message twice")
    else:
        assert customer.count("unique words") == 1
        assert thread.count("may see this message twice") == 0


@pytest.mark.parametrize("staff", PLATFORMS)
async def test_a_lost_reply_from_the_staff_space_opens_no_second_thread(
    staff: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, staff_platform=staff) as town:
        town.faults(staff).lost_replies = 1
        customer = town.newcomer("discord" if staff != "discord" else "slack")
        thread = await town.claimed(customer, "Please help")
        town.faults(staff).lost_replies = 1
        await customer.says("unique words")
        await thread.sees("unique words")
        await town.settle()
        cards = [
            one for one in town.threads(thread) if any("#1 " in said.text for said in one.messages()[:2])
        ]
        copies = [one for one in thread.heard() if "unique words" in one.text and not one.buttons]
        if staff == "telegram":
            assert 1 <= len(copies) <= 2
        else:
            assert len(cards) == len(copies) == 1
        await thread.says("an answer")
        await customer.sees("an answer")


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_many_lost_replies_lose_nothing_and_keep_the_order(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    thread = await town.claimed(customer, "Please help")
    town.faults(platform).lost_replies = 3
    for number in range(6):
        await thread.says(f"back{number}")
    await customer.sees("back5")
    await town.settle()
    heard = words(customer, "back")
    assert sorted(set(heard), key=heard.index) == [f"back{number}" for number in range(6)]
    if platform != "telegram":
        assert len(heard) == 6


# -- a no for a while


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_rate_limit_is_waited_out_in_order(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    thread = await town.claimed(customer, "Please help")
    faults = town.faults(platform)
    faults.retry_after_seconds = 1.0
    faults.rate_limited_calls = 3
    for number in range(4):
        await thread.says(f"back{number}")
    await arrive(customer, "back", 4)
    assert faults.rate_limited_calls == 0


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_server_errors_are_tried_again_in_order(town: Town, platform: str) -> None:
    customer = town.newcomer(platform)
    thread = await town.claimed(customer, "Please help")
    town.faults(platform).server_errors = 2
    for number in range(4):
        await thread.says(f"back{number}")
    await customer.sees("back3")
    await town.settle()
    heard = words(customer, "back")
    # A Telegram that fails may still have posted; what was not lost must not be missing.
    assert sorted(set(heard), key=heard.index) == [f"back{number}" for number in range(4)]
    assert len(heard) == 4 or platform == "telegram"


async def test_a_slow_platform_holds_up_only_itself(town: Town) -> None:
    slow, quick = town.newcomer("telegram"), town.newcomer("discord")
    town.faults("telegram").slow_seconds = 3.0
    await slow.says("When does my parcel arrive?")
    await quick.says("When does my parcel arrive?")
    await quick.sees("two to four working days")
    assert slow.count("two to four working days") == 0
    await slow.sees("two to four working days")
    town.faults("telegram").slow_seconds = 0.0
