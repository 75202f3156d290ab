"""The server as a thing that starts, stops, and stands beside others of its kind."""

import aiohttp
import pytest

from sandbox.discord import DiscordServer, story
from sandbox.world import World


async def test_the_settings_lead_a_bot_to_this_server(server):
    settings = server.bot_settings()
    assert set(settings) == {
        "DISCORD_TOKEN",
        "DISCORD_API_URL",
        "DISCORD_GATEWAY_URL",
        "STAFF_SPACE",
        "SUPPORT_PLACES",
    }
    assert settings["DISCORD_API_URL"].endswith("/api/v10")
    assert settings["DISCORD_GATEWAY_URL"].startswith("ws://127.0.0.1:")
    assert settings["STAFF_SPACE"] == f"discord:{story.SUPPORT_DESK}"
    assert settings["SUPPORT_PLACES"] == f"discord:{story.HELP},discord:{story.QUESTIONS}"


async def test_the_story_s_people_see_the_rooms_of_their_roles(server):
    assert [person.name for person in server.people()] == [
        "Sam Doyle",
        "Ines Marin",
        "Ola Berg",
        "Mia Wong",
        "Noah Fischer",
    ]
    public = [("Allhands", "dm"), ("help", "channel"), ("questions", "forum"), ("off-topic", "channel")]
    assert [(room.name, room.kind) for room in server.rooms(story.OLA)] == public
    assert [(room.name, room.kind) for room in server.rooms(story.SAM)] == [
        *public,
        ("support-desk", "forum"),
    ]


async def test_two_servers_in_one_process_know_nothing_of_each_other(server, api):
    other = DiscordServer(World())
    await other.start("127.0.0.1", 0)
    try:
        await api.say(story.HELP, content="here")
        assert len(server.messages(story.MIA, story.HELP)) == 1
        assert other.messages(story.MIA, story.HELP) == []
    finally:
        await other.stop()


async def test_a_port_that_is_taken_is_refused_and_one_given_back_can_be_taken_again(server):
    port = int(server.bot_settings()["DISCORD_API_URL"].split(":")[2].split("/")[0])
    other = DiscordServer(World())
    with pytest.raises(OSError, match="address already in use"):
        await other.start("127.0.0.1", port)
    await server.stop()
    await other.start("127.0.0.1", port)
    await other.stop()


async def test_a_server_that_listens_everywhere_names_an_address_one_can_reach():
    server = DiscordServer(World())
    await server.start("0.0.0.0", 0)  # noqa: S104 - that is what is tried here
    try:
        assert server.bot_settings()["DISCORD_API_URL"].startswith("http://127.0.0.1:")
    finally:
        await server.stop()


async def test_a_connected_bot_does_not_hold_up_the_end(server, bot):
    await server.stop()
    await bot.hears("disconnect")


async def test_the_bot_s_presence_is_taken(server, bot):
    await bot.change_presence(status="idle")
    await server.say(story.MIA, story.HELP, "still there?")
    await bot.hears_text("still there?")


async def test_default_avatars_are_pictures(server):
    address = server.bot_settings()["DISCORD_API_URL"].replace("/api/v10", "/cdn/embed/avatars/3.png")
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        assert response.content_type == "image/png"
        assert (await response.read()).startswith(b"\x89PNG")


async def test_everything_the_page_must_redraw_is_in_the_journal(server, bot, world: World):
    said = await server.say(story.MIA, story.HELP, "hello")
    await server.edit(story.MIA, story.HELP, said, "hello!")
    await server.react(story.MIA, story.HELP, said, "👍")
    await server.reply_in_thread(story.SAM, story.HELP, said, "hi")
    await server.delete(story.MIA, story.HELP, said)
    await server.type(story.MIA, story.HELP)
    server.add_person("Zoe Quist")
    kinds = [entry.kind for entry in world.journal.entries if entry.platform == "discord"]
    assert {
        "connected",
        "message",
        "edited",
        "reaction",
        "thread",
        "deleted",
        "typing",
        "room",
        "call",
    } <= set(kinds)
