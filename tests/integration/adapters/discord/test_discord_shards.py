"""The gateway in shards: each hears its own, wherever it is held."""

import asyncio

import pytest

from adapters.discord import gateway as gateway_module
from bot.core.events import CommandGiven, MessageReceived
from sandbox.discord import story
from tests.integration.adapters.discord.processes import Houses, holding

SHARDS = 7
GUILDS_SHARD = (int(story.GUILD) >> 22) % SHARDS


async def test_each_shard_hears_its_own_and_nothing_else(houses: Houses) -> None:
    assert GUILDS_SHARD != 0
    direct = await houses.add(holding(0), shards=SHARDS)
    guild = await houses.add(holding(GUILDS_SHARD), shards=SHARDS, is_apart=True)
    for house in (direct, guild):
        await house.start()
    server, room = direct.server, direct.direct_chat(story.MIA)
    await server.say(story.MIA, room, "dm 0")
    await server.say(story.MIA, story.HELP, "help 0")
    await direct.intake.wait_for(MessageReceived)
    await guild.intake.wait_for(MessageReceived)
    for house in (direct, guild):
        await house.stop()
        house.rebuild()
    await server.say(story.MIA, room, "dm 1")
    await server.say(story.MIA, story.HELP, "help 1")
    await server.open_thread(story.NOAH, story.QUESTIONS, "Oil or wax?", "post 0")
    for house in (direct, guild):
        await house.start()
    await server.say(story.MIA, room, "dm 2")
    await server.say(story.MIA, story.HELP, "help 2")
    in_direct = await direct.intake.wait_for(MessageReceived, 3)
    in_guild = await guild.intake.wait_for(MessageReceived, 4)
    await server.settle()
    assert [one.text for one in in_direct] == ["dm 0", "dm 1", "dm 2"]
    assert [one.text for one in in_guild if one.place.channel == story.HELP] == ["help 0", "help 1", "help 2"]
    assert [one.text for one in in_guild if one.place.channel != story.HELP] == ["**Oil or wax?**\n\npost 0"]
    assert (len(direct.intake.events), len(guild.intake.events)) == (3, 4)


async def test_having_caught_up_is_said_when_it_is_true_of_every_shard(houses: Houses) -> None:
    first, second = await houses.add(holding(0), shards=2), await houses.add(holding(1), shards=2)
    await first.start()
    assert first.intake.times_caught_up == 0
    await second.start()
    assert second.intake.times_caught_up == 1


async def test_a_gap_is_read_in_the_shard_in_which_it_is(houses: Houses) -> None:
    direct = await houses.add(holding(0), shards=SHARDS)
    guild = await houses.add(holding(GUILDS_SHARD), shards=SHARDS, is_apart=True)
    for house in (direct, guild):
        await house.start()
    server = direct.server
    server.skip_messages(1)
    await server.say(story.MIA, story.HELP, "left out")
    for person, room in ((story.MIA, direct.direct_chat(story.MIA)), (story.NOAH, story.HELP)):
        await server.say(person, room, "after")
    assert [one.text for one in await guild.intake.wait_for(MessageReceived, 2)] == ["left out", "after"]
    assert [one.text for one in await direct.intake.wait_for(MessageReceived)] == ["after"]
    assert (len(direct.reported("discord.gap")), len(guild.reported("discord.gap"))) == (0, 1)


async def test_who_is_staff_is_known_in_direct_chats_though_the_staff_forum_lies_in_another_shard(
    houses: Houses,
) -> None:
    house = await houses.add(holding(0), shards=SHARDS)
    await house.start()
    await house.registered()
    server = house.server
    await asyncio.gather(
        *(server.command(one, house.direct_chat(one), "claim") for one in (story.SAM, story.MIA))
    )
    found = {
        one.author.identity.external_id: one.author.is_in_staff_space for one in house.intake.of(CommandGiven)
    }
    assert found == {story.SAM: True, story.MIA: False}


async def test_a_process_may_hold_several_shards(houses: Houses, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gateway_module, "IDENTIFY_PAUSE_SECONDS", 0.05)
    house = await houses.add(holding(0, GUILDS_SHARD, 5), shards=SHARDS)
    await house.start()
    await house.server.say(story.MIA, house.direct_chat(story.MIA), "dm")
    await house.server.say(story.MIA, story.HELP, "help")
    events = await house.intake.wait_for(MessageReceived, 2)
    assert {event.text for event in events} == {"dm", "help"}
    await house.registered()
    assert len(house.reported("discord.commands_registered")) == 1
    assert {f"session:{number}/{SHARDS}" for number in (0, GUILDS_SHARD, 5)} <= set(house.intake.positions)
