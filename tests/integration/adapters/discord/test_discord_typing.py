"""Who is writing on Discord, as far as it concerns the bot, and the bot itself as it is seen writing."""

from typing import Any

import discord
import pytest

from adapters.discord.guilds import Guilds
from adapters.discord.rooms import Hearing
from adapters.discord.typists import Typists
from bot.core.events import MessageReceived
from bot.core.places import Identity, Place
from sandbox.discord import story
from sandbox.discord.news import Intent
from tests.integration.adapters.discord.house import House, discord_place

Noted = list[tuple[Place, Identity]]


@pytest.fixture
async def noted(house: House) -> Noted:
    """What the house is told of who is writing."""
    noted: Noted = []
    await house.change(note_typing=lambda place, identity: noted.append((place, identity)))
    return noted


async def heard(house: House, room: str) -> None:
    """Everything that was typed before has come."""
    count = len(house.intake.of(MessageReceived))
    await house.server.say(story.MIA, room, "That was all")
    await house.intake.wait_for(MessageReceived, count + 1)


async def test_in_a_direct_chat_and_in_a_thread_of_ours(house: House, noted: Noted) -> None:
    room = house.direct_chat(story.MIA)
    asked = await house.server.say(story.MIA, story.HELP, "My lamp hums")
    thread = await house.server.open_thread(story.MIA, story.HELP, "Another lamp", "It hums, too")
    await house.server.type(story.MIA, room)
    await house.server.type(story.MIA, thread)
    await heard(house, room)
    mia = Identity("discord", "", story.MIA)
    assert noted == [
        (Place("discord", channel=room, is_direct=True), mia),
        (discord_place(story.HELP, thread), mia),
    ]
    assert asked != thread


async def test_what_is_written_elsewhere_concerns_nobody(house: House, noted: Noted) -> None:
    await house.server.type(story.MIA, story.HELP)
    thread = await house.server.open_thread(story.MIA, story.OFF_TOPIC, "Lunch", "Who is in?")
    await house.server.type(story.MIA, thread)
    await heard(house, house.direct_chat(story.MIA))
    assert noted == []


async def test_the_bot_does_not_hear_itself_writing(house: House, noted: Noted) -> None:
    room = house.direct_chat(story.MIA)
    await house.adapter.show_typing(Place("discord", channel=room, is_direct=True))
    assert [one.room for one in house.world.journal.entries if one.kind == "typing"] == [room]
    await heard(house, room)
    assert noted == []


async def test_without_the_wish_discord_tells_of_none(house: House) -> None:
    (session,) = house.server._parts.gateway._sessions.values()
    assert not session.intents & (Intent.GUILD_TYPING | Intent.DIRECT_TYPING)
    room = house.direct_chat(story.MIA)
    await house.server.type(story.MIA, room)
    await heard(house, room)
    assert house.reported("discord.event_malformed") == []


async def test_a_thread_that_is_gone_is_refused_once_and_without_a_wait(house: House) -> None:
    with pytest.raises(discord.HTTPException):
        await house.adapter.show_typing(discord_place(story.HELP, "1"))
    await house.adapter.show_typing(Place("discord", channel="", person=story.MIA, is_direct=True))
    assert [one for one in house.world.journal.entries if one.kind == "typing"] == []


@pytest.mark.parametrize(
    "odd",
    [
        pytest.param({}, id="nothing"),
        pytest.param({"channel_id": None, "user_id": None}, id="no ids"),
        pytest.param({"channel_id": "60", "user_id": "x"}, id="no account"),
        pytest.param({"channel_id": ["60"], "user_id": {"id": 1}, "member": 7}, id="other kinds"),
        pytest.param([], id="a list"),
    ],
)
def test_an_odd_event_is_passed_on_and_concerns_nobody(odd: Any) -> None:
    noted: Noted = []
    passed: list[object] = []
    typists = Typists(
        "1",
        Guilds(),
        Hearing(None, ()),
        lambda place, identity: noted.append((place, identity)),
        lambda kind, data, number: passed.append((kind, data, number)),
    )
    typists.feed("TYPING_START", odd, 3)
    assert passed == [("TYPING_START", odd, 3)]
    assert noted == []
