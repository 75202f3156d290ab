"""What a bot with more or fewer rights can do in the server, over the real client."""

import discord
import pytest

from sandbox.discord import story
from sandbox.surface import SurfaceError, Upload


async def test_a_bot_that_manages_channels_creates_changes_and_deletes_them(server, bot):
    await server.set_bot_right("MANAGE_CHANNELS", is_allowed=True)
    await bot.hears("guild_role_update")
    channel = await bot.guild_here.create_text_channel("orders", topic="Your orders")
    assert "orders" in {room.name for room in server.rooms(story.MIA)}
    await channel.edit(name="orders-and-returns")
    assert "orders-and-returns" in {room.name for room in server.rooms(story.MIA)}
    forum = await bot.guild_here.create_forum("ideas", available_tags=[discord.ForumTag(name="new")])
    assert [tag.name for tag in forum.available_tags] == ["new"]
    await channel.delete()
    assert str(channel.id) not in {room.id for room in server.rooms(story.MIA)}


async def test_a_bot_that_manages_roles_opens_a_room_to_a_person(server, bot):
    await server.set_bot_right("MANAGE_ROLES", is_allowed=True)
    desk = bot.room(story.SUPPORT_DESK)
    ola = bot.guild_here.get_member(int(story.OLA))
    await desk.set_permissions(ola, view_channel=True)
    assert story.SUPPORT_DESK in {room.id for room in server.rooms(story.OLA)}
    await desk.set_permissions(ola, overwrite=None)
    assert story.SUPPORT_DESK not in {room.id for room in server.rooms(story.OLA)}


async def test_a_role_above_the_bot_s_own_cannot_be_handed_out(server, bot):
    await server.set_bot_right("MANAGE_ROLES", is_allowed=True)
    role = bot.guild_here.get_role(int(story.SUPPORT_ROLE))
    with pytest.raises(discord.Forbidden) as refusal:
        await bot.guild_here.get_member(int(story.OLA)).add_roles(role)
    assert refusal.value.code == 50013


@pytest.mark.parametrize(
    ("right", "message"),
    [
        ("EMBED_LINKS", {"embed": discord.Embed(title="x")}),
        ("READ_MESSAGE_HISTORY", {"reference": True}),
    ],
)
async def test_a_message_needs_the_rights_for_what_is_in_it(server, bot, right, message):
    said = await server.say(story.MIA, story.HELP, "hello")
    await server.set_bot_right(right, is_allowed=False, room=story.HELP)
    if "reference" in message:
        message = {"reference": bot.room(story.HELP).get_partial_message(int(said))}
    with pytest.raises(discord.HTTPException):
        await bot.room(story.HELP).send("x", **message)
    await bot.room(story.HELP).send("plain")


async def test_without_the_right_to_read_history_it_is_empty(server, bot):
    await server.say(story.MIA, story.HELP, "hello")
    await server.set_bot_right("READ_MESSAGE_HISTORY", is_allowed=False, room=story.HELP)
    assert [one async for one in bot.room(story.HELP).history()] == []


async def test_without_managing_threads_only_own_threads_can_be_closed(server, bot):
    await server.set_bot_right("MANAGE_THREADS", is_allowed=False)
    post = await server.open_thread(story.MIA, story.QUESTIONS, "Wobbly", "It wobbles.")
    await bot.hears_text("It wobbles.")
    with pytest.raises(discord.Forbidden) as refusal:
        await bot.guild_here.get_thread(int(post)).edit(archived=True)
    assert refusal.value.code == 50013
    mine = await bot.room(story.QUESTIONS).create_thread(name="FAQ", content="Read me")
    await mine.thread.edit(archived=True)
    await server.close_room(story.SAM, post, is_archived=False, is_locked=True)
    with pytest.raises(discord.Forbidden) as refusal:
        await bot.guild_here.get_thread(int(post)).send("hello?")
    assert refusal.value.code == 50083


async def test_a_bot_that_gets_to_see_a_channel_hears_of_it(server, bot):
    await server.set_bot_right("VIEW_CHANNEL", is_allowed=False, room=story.OFF_TOPIC)
    await bot.hears("guild_channel_delete")
    await server.set_bot_right("VIEW_CHANNEL", is_allowed=True, room=story.OFF_TOPIC)
    channel = await bot.hears("guild_channel_create")
    assert channel.name == "off-topic"


async def test_a_slow_room_lets_customers_wait_and_agents_not(server, bot, world):
    await server.set_bot_right("MANAGE_CHANNELS", is_allowed=True, room=story.HELP)
    await bot.room(story.HELP).edit(slowmode_delay=60)
    await server.say(story.MIA, story.HELP, "one")
    with pytest.raises(SurfaceError, match="slow"):
        await server.say(story.MIA, story.HELP, "two")
    await server.say(story.SAM, story.HELP, "one")
    await server.say(story.SAM, story.HELP, "two")
    world.clock.advance(61)
    await server.say(story.MIA, story.HELP, "two")


@pytest.mark.parametrize(
    ("person", "act", "words"),
    [
        pytest.param(
            story.MIA, lambda server: server.say(story.MIA, story.SUPPORT_DESK, "x"), "no room", id="unseen"
        ),
        pytest.param(story.MIA, lambda server: server.say("1", story.HELP, "x"), "nobody", id="a stranger"),
        pytest.param(
            story.MIA, lambda server: server.say(story.MIA, story.HELP, "x" * 2001), "too long", id="long"
        ),
        pytest.param(
            story.MIA, lambda server: server.say(story.MIA, story.HELP, " "), "nothing", id="silence"
        ),
        pytest.param(
            story.MIA, lambda server: server.say(story.MIA, story.QUESTIONS, "x"), "post", id="in a forum"
        ),
        pytest.param(
            story.MIA,
            lambda server: server.say(
                story.MIA, story.HELP, "x", files=(Upload("x", "text/plain", b"x" * (10 * 1024 * 1024 + 1)),)
            ),
            "too powerful",
            id="a file too large",
        ),
        pytest.param(
            story.MIA,
            lambda server: server.join(story.MIA, story.HELP),
            "only threads are joined",
            id="joining",
        ),
        pytest.param(
            story.MIA, lambda server: server.leave(story.MIA, story.HELP), "not a channel", id="leaving"
        ),
        pytest.param(
            story.MIA,
            lambda server: server.open_thread(story.MIA, story.QUESTIONS, "", "x"),
            "title",
            id="no title",
        ),
        pytest.param(
            story.MIA, lambda server: server.command(story.MIA, story.HELP, "x"), "no command", id="command"
        ),
    ],
)
async def test_a_person_is_told_why_something_cannot_be_done(server, person, act, words):
    with pytest.raises(SurfaceError, match=words):
        await act(server)


async def test_customers_can_only_change_what_is_theirs(server):
    said = await server.say(story.NOAH, story.HELP, "mine")
    for attempt in (
        server.edit(story.MIA, story.HELP, said, "yours"),
        server.delete(story.MIA, story.HELP, said),
        server.delete_many(story.MIA, story.HELP, (said,)),
    ):
        with pytest.raises(SurfaceError):
            await attempt
    await server.delete(story.SAM, story.HELP, said)
    assert server.messages(story.NOAH, story.HELP) == []


async def test_a_locked_post_is_closed_to_customers_and_open_to_agents(server):
    post = await server.open_thread(story.MIA, story.QUESTIONS, "Wobbly", "It wobbles.")
    await server.close_room(story.SAM, post, is_archived=False, is_locked=True)
    with pytest.raises(SurfaceError, match="locked"):
        await server.say(story.MIA, post, "hello?")
    await server.say(story.SAM, post, "Solved.")
    with pytest.raises(SurfaceError, match="moderator"):
        await server.close_room(story.MIA, post, is_archived=False)
