"""One person on two platforms: a code carried from one real SDK to the other, for every pair of platforms."""

import re
from itertools import permutations

import pytest

from tests.acceptance.dwellers import NOTE, SENT, Dweller, plain
from tests.acceptance.town import PLATFORMS, Town

pytestmark = pytest.mark.asyncio(loop_scope="module")

_CODE = re.compile(r"\b[0-9A-Z]{5}-[0-9A-Z]{5}\b")


async def links(one: Dweller, other: Dweller) -> None:
    await one.gives("link")
    code = _CODE.search(plain((await one.sees("Your code is")).text))
    assert code
    await other.gives("link", code[0])
    await other.sees("This account and", one.name, "one person to us now")
    await one.sees("This account and", other.name, "one person to us now")


@pytest.mark.parametrize(("first", "second"), list(permutations(PLATFORMS, 2)), ids=str)
async def test_who_asks_on_one_platform_and_writes_on_the_other_is_one_customer(
    shared_town: Town, first: str, second: str
) -> None:
    town = shared_town
    one, other = town.newcomer(first), town.newcomer(second)
    await links(one, other)
    thread = await town.claimed(one, f"Words of {one.name}")
    await other.says(f"I write from {second} now")
    await thread.sees(f"I write from {second} now")
    sent = await thread.says(f"Then I answer you on {second}")
    await other.sees(f"Then I answer you on {second}")
    await thread.sees_reaction(sent, SENT)
    await town.settle()
    assert not one.count(f"Then I answer you on {second}")

    await one.says("And back again")
    await thread.sees("And back again")
    await thread.says("So do I")
    await one.hears("So do I")
    await thread.presses("Resolve")
    await one.presses("4 ★")
    await one.sees("Would you like to add a few words?")
    await town.settle()
    assert not other.count("How was the help you got?")

    await other.gives("unlink")
    await one.sees("is not linked any more")
    await other.says("When does my parcel arrive?")
    await other.sees("two to four working days")


@pytest.mark.parametrize("first", PLATFORMS)
async def test_two_tickets_go_on_as_one_and_part_again(shared_town: Town, first: str) -> None:
    town = shared_town
    second = PLATFORMS[(PLATFORMS.index(first) + 1) % len(PLATFORMS)]
    one, other = town.newcomer(first), town.newcomer(second)
    agent = town.agents()[0]
    kept = await town.claimed(one, f"Words of {one.name}")
    joined = await town.ticket(other, f"Words of {other.name}")
    early = await other.says("My frist words")
    await joined.sees("My frist words")
    await links(one, other)
    await kept.sees("they are one person", f"Words of {other.name}")
    await joined.sees("The same person has written from another account")
    await other.edits(early, "My first words")
    await joined.sees("My first words")
    aside = await agent.at(joined.room).says("Do I write here?")
    await joined.sees_reaction(aside, NOTE)
    await kept.says("Your table is on its way")
    await other.sees("Your table is on its way")

    await one.gives("unlink")
    await joined.sees("back in the queue at its old place")
    await other.says("Where is my lamp?")
    await joined.sees("Where is my lamp?")
    await town.settle()
    assert not kept.count("Where is my lamp?")
    await joined.presses("Claim")
    await joined.presses("Resolve")
    await kept.presses("Resolve")


async def test_staff_propose_and_both_accounts_say_yes(shared_town: Town) -> None:
    town = shared_town
    one, other = town.newcomer("telegram"), town.newcomer("discord")
    numbers = []
    for customer in (one, other):
        await customer.gives("ticket", f"Words of {customer.name}")
        told = await customer.sees("Your ticket is #")
        numbers.append(plain(told.text).partition("Your ticket is #")[2].partition(".")[0])
    kept = await town.thread_of(town.agents()[0], f"Words of {one.name}")
    await town.agents()[0].gives("link", " ".join(numbers))
    for customer in (one, other):
        asked = await customer.sees("you also write to us from another account")
        assert "Discord" not in asked.text
        assert "Telegram" not in asked.text
        await customer.presses("Yes, that is me")
    await kept.sees("they are one person")
    await other.says("It worked")
    await kept.sees("It worked")
    await kept.presses("Claim")
    await kept.presses("Resolve")


async def test_a_code_asked_for_in_a_group_is_shown_to_one_person_only(shared_town: Town) -> None:
    town = shared_town
    for platform, room in (("slack", "help"), ("discord", "help"), ("telegram", "Juniper fans")):
        customer, other = town.newcomer(platform), town.newcomer(platform)
        if platform == "telegram":
            await customer.says("hello")
            await customer.sees("Hello")
        here = town.room(customer, room).id
        await customer.at(here).gives("link")
        private = customer if platform == "telegram" else customer.at(here)
        shown = await private.sees("Your code is")
        code = _CODE.search(plain(shown.text))
        assert code
        await town.settle()
        assert not any(code[0] in one.text for one in other.at(here).messages())


async def test_a_code_typed_where_others_read_is_worth_nothing(shared_town: Town) -> None:
    town = shared_town
    one, other = town.newcomer("slack"), town.newcomer("telegram")
    await other.says("hello")
    await other.sees("Hello")
    await one.gives("link")
    code = _CODE.search(plain((await one.sees("Your code is")).text))
    assert code
    await other.at(town.room(other, "Juniper fans").id).gives("link", code[0])
    await other.sees("Others could read that code here")
    await other.gives("link", code[0])
    await other.sees("That code is not valid")
