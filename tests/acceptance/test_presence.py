"""docs/fidelity.md is true of presence: who speaks, who helps, who is writing, and what was seen of it."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.core.fidelity import NATIVE
from bot.runtime import presence
from sandbox.surface import Message
from scripts.fidelity import TABLES
from tests.acceptance.dwellers import Dweller
from tests.acceptance.seen_markup import styled
from tests.acceptance.town import PLATFORMS, Town, open_town

pytestmark = pytest.mark.asyncio(loop_scope="module")

Line = tuple[Dweller, Dweller]
"""A customer who writes, and the agent who reads."""

ARRIVED = {"✅ on the message": ("white_check_mark", "✅"), "👌 on the message": ("👌",)}
SEEN = {"👀 on the newest message": ("eyes", "👀")}


def cell(platform: str, kind: str) -> str:
    return TABLES[platform.capitalize()][kind].shown


def is_said(platform: str, kind: str) -> bool:
    return TABLES[platform.capitalize()][kind].is_said


@pytest_asyncio.fixture(scope="module", loop_scope="module", params=PLATFORMS)
async def line(request: pytest.FixtureRequest, shared_town: Town) -> AsyncIterator[Line]:
    customer = shared_town.newcomer(request.param)
    yield customer, await shared_town.claimed(customer, f"Please help {customer.name}")


def both_ways(line: Line) -> tuple[Line, Line]:
    customer, agent = line
    return (customer, agent), (agent, customer)


def names_over(platform: str, message: Message, name: str) -> bool:
    """Whether the name stands where the page says, and nowhere else."""
    in_words = any(style == "bold" and words.startswith(name) for style, words in styled(platform, message))
    match cell(platform, "speaker_name"):
        case "over the words":
            return message.author.name.startswith(name) and name not in message.text
        case "in bold before the words":
            return in_words and not message.author.name.startswith(name)
    raise LookupError(platform)


async def test_who_speaks_is_named(line: Line) -> None:
    for writer, reader in both_ways(line):
        await writer.says("Can you see who I am?")
        assert names_over(reader.platform, await reader.hears("Can you see who I am?"), writer.called)


async def test_who_speaks_is_pictured(line: Line) -> None:
    for writer, reader in both_ways(line):
        await writer.says("Can you see my face?")
        icons = (await reader.hears("Can you see my face?")).native.get("icons") or {}
        shows = cell(reader.platform, "speaker_picture") == "beside the words"
        assert bool(icons) == (shows and is_said(writer.platform, "speaker_picture"))


@pytest.mark.parametrize("staff_platform", PLATFORMS)
async def test_staff_are_shown_under_the_name_that_was_chosen(
    module_folder: Path, staff_platform: str
) -> None:
    url = f"sqlite:///{module_folder}/names-{staff_platform}.db"
    folder = module_folder / "articles"
    async with open_town(url, folder, staff_platform=staff_platform, agent_names="first") as town:
        for platform in PLATFORMS:
            customer = town.newcomer(platform)
            agent = await town.claimed(customer, f"Please help {customer.name}")
            assert agent.called != agent.name
            await agent.says(f"Hello {customer.name}, who am I?")
            said = await customer.hears("who am I?")
            assert cell(platform, "chosen_name") == "in place of their own"
            assert names_over(platform, said, agent.called)
            family = agent.name.removeprefix(agent.called).strip()
            assert [one.text for one in customer.heard() if family in one.text + one.author.name] == []
            assert not said.native.get("icons")


async def test_who_helps_and_who_no_longer_does_is_told(shared_town: Town) -> None:
    for platform in PLATFORMS:
        assert cell(platform, "helper") == "in words"
        customer = shared_town.newcomer(platform)
        agent = await shared_town.claimed(customer, f"Please help {customer.name}")
        await customer.hears(f"{agent.called}", "is helping you now")
        await agent.presses("Release")
        await customer.hears(f"{agent.called}", "had to hand this on")


def shown_writing(town: Town, platform: str) -> int:
    """How often the bot was seen writing there."""
    person = {one.id for one in town.servers[platform].people()}
    return sum(
        one.kind == "typing" and one.platform == platform and one.data.get("author") not in person
        for one in town.world.journal.entries
    )


async def idle(town: Town) -> None:
    assert town.house is not None
    assert town.house.presence is not None
    await asyncio.gather(*town.house.presence._tasks)


async def test_who_writes_is_seen_writing(line: Line) -> None:
    town = line[0].town
    for writer, reader in both_ways(line):
        if not is_said(writer.platform, "typing"):
            assert not hasattr(writer.server, "type")
            continue
        before = shown_writing(town, reader.platform)
        await writer.server.type(writer.id, writer.room)  # type: ignore[attr-defined] # where it can be told
        if cell(reader.platform, "typing") == NATIVE:
            await town.until(
                lambda reader=reader, before=before: shown_writing(town, reader.platform) > before,
                "the bot is seen writing",
            )
            continue
        assert cell(reader.platform, "typing") == "not shown"
        await writer.says("I was writing")
        await reader.hears("I was writing")
        await idle(town)
        assert shown_writing(town, reader.platform) == before


async def test_whoever_waits_long_sees_that_the_bot_looks(
    shared_town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "SLOW_SEARCH_SECONDS", 0.01)
    house = shared_town.house
    assert house is not None
    before = {platform: shown_writing(shared_town, platform) for platform in PLATFORMS}
    house.librarian._is_there.clear()
    guests = [shared_town.newcomer(platform) for platform in PLATFORMS]
    for guest in guests:
        await guest.says("When does my parcel arrive?")
    shows = [platform for platform in PLATFORMS if cell(platform, "searching") == "as writing"]
    await shared_town.until(
        lambda: all(shown_writing(shared_town, one) > before[one] for one in shows),
        "the bot is seen looking",
    )
    house.librarian._is_there.set()
    for guest in guests:
        await guest.presses("That solved it")
    await idle(shared_town)
    for platform in set(PLATFORMS).difference(shows):
        assert cell(platform, "searching") == "not shown"
        assert shown_writing(shared_town, platform) == before[platform]


async def test_a_question_that_somebody_has_in_hand_is_marked(shared_town: Town) -> None:
    for platform in PLATFORMS:
        customer = shared_town.newcomer(platform)
        await customer.says("I want to talk to a person")
        await customer.sees("Your ticket is #")
        newest = await customer.says(f"My lamp hums, says {customer.name}")
        agent = await shared_town.thread_of(shared_town.agents()[0], customer.name)
        await agent.hears("My lamp hums")
        await agent.presses("Claim")
        await customer.sees_reaction(newest, SEEN[cell(platform, "seen")])


async def test_an_answer_that_arrived_is_marked(line: Line) -> None:
    customer, agent = line
    sent = await agent.says("Have you tried the other switch?")
    await customer.hears("Have you tried the other switch?")
    await agent.sees_reaction(sent, ARRIVED[cell(agent.platform, "arrived")])


async def test_what_was_read_is_told_nowhere() -> None:
    for platform in PLATFORMS:
        assert cell(platform, "read") == "not told"
        assert not is_said(platform, "read")
