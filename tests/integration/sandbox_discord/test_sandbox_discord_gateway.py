"""The gateway: sessions, what is replayed and what is lost, intents, shards, and both encodings."""

import asyncio
import json
import zlib
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import discord
import pytest

from sandbox.discord import DiscordServer, story
from sandbox.world import World

WAIT_SECONDS = 10.0
GUILDS_AND_MESSAGES = (1 << 0) | (1 << 9) | (1 << 12)
MESSAGE_CONTENT = 1 << 15


class Socket:
    """A gateway client of few words, for what discord.py would never do."""

    def __init__(self, ws: aiohttp.ClientWebSocketResponse, token: str) -> None:
        self.ws = ws
        self.token = token
        self._inflate = zlib.decompressobj()

    async def receive(self) -> dict[str, Any]:
        message = await asyncio.wait_for(self.ws.receive(), WAIT_SECONDS)
        if message.type is aiohttp.WSMsgType.BINARY:
            assert message.data.endswith(b"\x00\x00\xff\xff")
            return dict(json.loads(self._inflate.decompress(message.data)))
        assert message.type is aiohttp.WSMsgType.TEXT, message
        return dict(json.loads(message.data))

    async def until(self, name: str) -> dict[str, Any]:
        while True:
            payload = await self.receive()
            if payload["t"] == name:
                return payload

    async def send(self, op: int, data: Any) -> None:
        await self.ws.send_json({"op": op, "d": data})

    async def identify(self, intents: int = GUILDS_AND_MESSAGES, **extra: Any) -> dict[str, Any]:
        await self.send(2, {"token": self.token, "intents": intents, "properties": {}, **extra})
        return await self.until("READY")

    async def close_code(self) -> int | None:
        while True:
            message = await asyncio.wait_for(self.ws.receive(), WAIT_SECONDS)
            if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSING):
                return self.ws.close_code


Dial = Callable[..., Any]


@pytest.fixture
async def dial(server: DiscordServer) -> AsyncIterator[Dial]:
    """Open a socket and read its HELLO."""
    settings = server.bot_settings()
    async with aiohttp.ClientSession() as session:

        async def dial(query: str = "v=10&encoding=json") -> Socket:
            ws = await session.ws_connect(f"{settings['DISCORD_GATEWAY_URL']}?{query}")
            socket = Socket(ws, settings["DISCORD_TOKEN"])
            if "v=10" in query:
                hello = await socket.receive()
                assert (hello["op"], hello["d"]["heartbeat_interval"]) == (10, 41250)
            return socket

        yield dial


async def test_what_was_missed_on_a_cut_connection_is_replayed_on_resume(server, bot):
    await server.say(story.MIA, story.HELP, "before")
    await bot.hears_text("before")
    await server.drop_connections()
    for number in range(3):
        await server.say(story.MIA, story.HELP, f"meanwhile {number}")
    await bot.hears("resumed")
    await bot.hears_text("meanwhile 2")
    heard = [args[0].content for name, args in bot.heard if name == "message"]
    assert heard == ["before", "meanwhile 0", "meanwhile 1", "meanwhile 2"]
    assert bot.count("ready") == 1


async def test_settling_waits_for_a_cut_connection_to_come_back(server, bot):
    await server.drop_connections()
    await server.say(story.MIA, story.HELP, "meanwhile")
    await server.settle()
    assert bot.count("message", lambda message: message.content == "meanwhile") == 1


async def test_an_invalid_session_loses_what_was_missed_and_history_brings_it_back(server, bot):
    first = await server.say(story.MIA, story.HELP, "before")
    await bot.hears_text("before")
    await server.invalidate_session()
    await server.say(story.MIA, story.HELP, "lost")
    await bot.hears("ready", lambda: bot.count("ready") == 2)
    await server.say(story.MIA, story.HELP, "after")
    await bot.hears_text("after")
    assert bot.count("message", lambda message: message.content == "lost") == 0
    missed = [one.content async for one in bot.room(story.HELP).history(after=discord.Object(int(first)))]
    assert missed == ["lost", "after"]


async def test_a_request_to_reconnect_is_followed_without_loss(server, bot):
    await server.ask_to_reconnect()
    await server.say(story.MIA, story.HELP, "meanwhile")
    await bot.hears("resumed")
    await bot.hears_text("meanwhile")


async def test_a_new_client_hears_nothing_of_what_was_said_before(server, bot, connect, new_bot):
    await bot.close()
    await server.say(story.MIA, story.HELP, "nobody listens")
    again = await connect(new_bot())
    await server.say(story.MIA, story.HELP, "hello again")
    await again.hears_text("hello again")
    assert again.count("message") == 1


async def test_two_clients_with_one_token_hear_the_same(server, bot, connect, new_bot):
    other = await connect(new_bot())
    await server.say(story.MIA, story.HELP, "hello both")
    assert (await bot.hears_text("hello both")).id == (await other.hears_text("hello both")).id


async def test_a_session_is_given_up_some_minutes_after_it_was_lost(server, dial, world: World):
    socket = await dial()
    ready = await socket.identify()
    await server.drop_connections()
    world.clock.advance(600)
    again = await dial()
    await again.send(6, {"token": again.token, "session_id": ready["d"]["session_id"], "seq": ready["s"]})
    assert (await again.receive())["op"] == 9


async def test_a_session_ended_by_the_client_itself_cannot_be_resumed(dial):
    socket = await dial()
    ready = await socket.identify()
    await socket.ws.close(code=1000)
    again = await dial()
    await again.send(6, {"token": again.token, "session_id": ready["d"]["session_id"], "seq": ready["s"]})
    answer = await again.receive()
    assert (answer["op"], answer["d"]) == (9, False)


async def test_a_resume_replays_from_the_sequence_the_client_names(server, dial):
    socket = await dial()
    ready = await socket.identify()
    await server.say(story.MIA, story.HELP, "one")
    first = await socket.until("MESSAGE_CREATE")
    await server.say(story.MIA, story.HELP, "two")
    second = await socket.until("MESSAGE_CREATE")
    await server.drop_connections()
    again = await dial()
    await again.send(6, {"token": again.token, "session_id": ready["d"]["session_id"], "seq": first["s"]})
    replayed = await again.receive()
    assert (replayed["s"], replayed["d"]["id"]) == (second["s"], second["d"]["id"])
    assert (await again.receive())["t"] == "RESUMED"


async def test_a_confirmed_event_cannot_be_asked_for_again(server, dial):
    socket = await dial()
    ready = await socket.identify()
    await server.say(story.MIA, story.HELP, "one")
    first = await socket.until("MESSAGE_CREATE")
    await socket.send(1, first["s"])
    assert (await socket.receive())["op"] == 11
    await server.drop_connections()
    again = await dial()
    await again.send(6, {"token": again.token, "session_id": ready["d"]["session_id"], "seq": ready["s"]})
    assert (await again.receive())["op"] == 9


@pytest.mark.parametrize("query", ["v=10&encoding=json", "v=10&encoding=json&compress=zlib-stream"])
async def test_plain_and_compressed_sockets_say_the_same(server, dial, query):
    socket = await dial(query)
    ready = await socket.identify()
    assert ready["d"]["resume_gateway_url"] == server.bot_settings()["DISCORD_GATEWAY_URL"]
    guild = (await socket.until("GUILD_CREATE"))["d"]
    assert [channel["name"] for channel in guild["channels"]] == [
        "help",
        "questions",
        "off-topic",
        "support-desk",
    ]
    assert [member["user"]["username"] for member in guild["members"]] == ["allhands"]
    desk = next(channel for channel in guild["channels"] if channel["name"] == "support-desk")
    assert {one["id"] for one in desk["permission_overwrites"]} == {
        story.GUILD,
        story.SUPPORT_ROLE,
        story.BOT_ROLE,
    }


@pytest.mark.parametrize(
    ("op", "data", "code"),
    [
        pytest.param(2, {"token": "wrong", "intents": 0}, 4004, id="a wrong token"),
        pytest.param(2, {"token": "TOKEN", "intents": 1 << 40}, 4013, id="intents that do not exist"),
        pytest.param(2, {"token": "TOKEN", "intents": 1 << 8}, 4014, id="an intent that was not switched on"),
        pytest.param(2, {"token": "TOKEN", "intents": 0, "shard": [2, 1]}, 4010, id="a shard out of range"),
        pytest.param(2, {"token": "TOKEN", "intents": 0, "shard": ["0", 1]}, 4010, id="a shard in words"),
        pytest.param(2, {"token": "TOKEN", "intents": 0, "shard": [0]}, 4010, id="a shard of nothing"),
        pytest.param(3, {}, 4003, id="a presence before identifying"),
        pytest.param(77, {}, 4001, id="an unknown opcode"),
    ],
)
async def test_the_gateway_closes_the_socket_on(dial, op, data, code):
    socket = await dial()
    if data.get("token") == "TOKEN":
        data = data | {"token": socket.token}
    await socket.send(op, data)
    assert await socket.close_code() == code


async def test_nonsense_a_second_identify_and_chatter_end_the_socket(dial):
    socket = await dial()
    await socket.ws.send_str("nonsense")
    assert await socket.close_code() == 4002
    socket = await dial()
    await socket.identify()
    await socket.send(2, {"token": socket.token, "intents": 0})
    assert await socket.close_code() == 4005
    socket = await dial()
    for _ in range(121):
        await socket.send(1, None)
    assert await socket.close_code() == 4008
    socket = await dial("v=6")
    assert await socket.close_code() == 4012


async def test_a_bot_that_may_not_read_messages_cannot_ask_to(server, connect, new_bot):
    server.message_content_allowed = False
    bot = new_bot()
    await bot.login(server.bot_settings()["DISCORD_TOKEN"])
    with pytest.raises(discord.PrivilegedIntentsRequired):
        await bot.connect()
    await bot.close()


async def test_without_the_content_intent_only_dms_mentions_and_own_messages_are_readable(
    server, connect, new_bot
):
    intents = discord.Intents.default()
    server.message_content_allowed = False
    bot = await connect(new_bot(intents))
    await server.say(story.MIA, story.HELP, "secret")
    blank = await bot.hears("message")
    assert (blank.content, blank.author.id) == ("", int(story.MIA))
    assert (await blank.channel.fetch_message(blank.id)).content == ""
    await server.say(story.MIA, story.HELP, f"<@{story.BOT_USER}> help")
    await bot.hears_text(f"<@{story.BOT_USER}> help")
    await server.say(story.MIA, server.rooms(story.MIA)[0].id, "in private")
    await bot.hears_text("in private")
    sent = await blank.channel.send("my own")
    assert (await blank.channel.fetch_message(sent.id)).content == "my own"


async def test_without_the_intent_in_the_identify_contents_are_withheld_too(server, dial):
    socket = await dial()
    await socket.identify(GUILDS_AND_MESSAGES)
    await server.say(story.MIA, story.HELP, "secret")
    assert (await socket.until("MESSAGE_CREATE"))["d"]["content"] == ""
    other = await dial()
    await other.identify(GUILDS_AND_MESSAGES | MESSAGE_CONTENT)
    await server.say(story.MIA, story.HELP, "open")
    assert (await other.until("MESSAGE_CREATE"))["d"]["content"] == "open"


async def test_without_the_members_intent_nobody_is_announced_or_listed(server, connect, api, new_bot):
    server.members_allowed = False
    intents = discord.Intents.default()
    intents.message_content = True
    bot = await connect(new_bot(intents))
    newcomer = server.add_person("Zoe Quist")
    await server.say(newcomer.id, story.HELP, "hello")
    await bot.hears_text("hello")
    assert bot.count("member_join") == 0
    answer = await api.call("GET", f"/guilds/{story.GUILD}/members?limit=10")
    assert (answer.status, answer.body["code"]) == (403, 50001)


async def test_each_shard_hears_its_guilds_and_the_first_one_dms(server, dial):
    count = 7
    mine = (int(story.GUILD) >> 22) % count
    assert mine != 0
    sockets = {number: await dial() for number in (0, mine)}
    readies = {number: await socket.identify(shard=[number, count]) for number, socket in sockets.items()}
    guilds = {number: [one["id"] for one in ready["d"]["guilds"]] for number, ready in readies.items()}
    assert guilds == {0: [], mine: [story.GUILD]}
    await server.say(story.MIA, story.HELP, "in the guild")
    await server.say(story.MIA, server.rooms(story.MIA)[0].id, "in private")
    assert "guild_id" in (await sockets[mine].until("MESSAGE_CREATE"))["d"]
    heard = await sockets[0].until("MESSAGE_CREATE")
    assert "guild_id" not in heard["d"]


async def test_a_private_room_of_others_is_not_announced(server, bot):
    await server.set_bot_right("VIEW_CHANNEL", is_allowed=False, room=story.OFF_TOPIC)
    await bot.hears("guild_channel_delete")
    await server.say(story.MIA, story.OFF_TOPIC, "the bot is not here")
    await server.say(story.MIA, story.HELP, "but here")
    await bot.hears_text("but here")
    assert bot.count("message") == 1
