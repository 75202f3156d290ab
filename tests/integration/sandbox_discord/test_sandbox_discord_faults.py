"""The faults a person can switch on, as the real client meets them."""

import asyncio

import aiohttp
import discord
import pytest

from sandbox.discord import DiscordServer, story
from sandbox.world import World


@pytest.fixture
def faults(world: World):
    return world.faults["discord"]


def texts(server: DiscordServer) -> list[str]:
    return [message.text for message in server.messages(story.MIA, story.HELP)]


async def test_a_rate_limit_is_waited_out_by_the_client(server, bot, faults, api):
    faults.retry_after_seconds = 0.05
    faults.rate_limited_calls = 2
    answer = await api.say(story.HELP, content="one")
    assert answer.status == 429
    assert answer.body == {"message": "You are being rate limited.", "retry_after": 0.05, "global": False}
    assert answer.headers["Via"]
    assert answer.headers["Retry-After"] == "1"
    await bot.room(story.HELP).send("two")
    assert texts(server) == ["two"]
    assert faults.rate_limited_calls == 0


async def test_the_edge_refuses_with_a_page_and_says_nothing_about_coming_back(server, api, faults):
    faults.edge_limits = 1
    answer = await api.say(story.HELP, content="one")
    assert (answer.status, "Via" in answer.headers, "Retry-After" in answer.headers) == (429, False, False)
    assert texts(server) == []


async def test_a_skipped_message_leaves_a_gap_in_the_numbers(server, bot):
    server.skip_messages(1)
    await server.say(story.MIA, story.HELP, "never sent")
    await server.say(story.MIA, story.HELP, "sent")
    await bot.hears_text("sent")
    await server.settle()
    said = [args[0].content for name, args in bot.heard if name == "message"]
    assert said == ["sent"]
    assert texts(server) == ["never sent", "sent"]


async def test_a_server_error_does_nothing_and_the_client_tries_again(server, bot, faults, api):
    faults.server_errors = 1
    answer = await api.say(story.HELP, content="one")
    assert answer.status == 500
    assert texts(server) == []
    faults.server_errors = 1
    await bot.room(story.HELP).send("two")
    assert texts(server) == ["two"]


async def test_a_lost_reply_left_the_message_behind_and_the_nonce_finds_it(server, bot, faults):
    faults.lost_replies = 1
    with pytest.raises((aiohttp.ClientError, OSError)):
        await bot.room(story.HELP).send("once", nonce="outbox-1")
    await bot.room(story.HELP).send("once", nonce="outbox-1")
    assert texts(server) == ["once"]


async def test_duplicate_deliveries_bring_the_same_message_twice(server, bot, faults):
    faults.duplicate_deliveries = 1
    said = await server.say(story.MIA, story.HELP, "twice")
    await server.say(story.MIA, story.HELP, "once")
    await bot.hears_text("once")
    assert [str(args[0].id) for name, args in bot.heard if name == "message"].count(said) == 2
    assert bot.count("message") == 3


async def test_the_bot_s_own_messages_use_up_no_duplicates(server, bot, faults):
    faults.duplicate_deliveries = 1
    await bot.room(story.HELP).send("mine")
    assert faults.duplicate_deliveries == 1


async def test_while_discord_is_down_calls_fail_and_sockets_fall(server, bot, faults):
    room = bot.room(story.HELP)
    faults.is_down = True
    await bot.hears("disconnect")
    with pytest.raises(discord.DiscordServerError) as refusal:
        await room.send("anybody?")
    assert refusal.value.status == 503
    assert not server.is_connected
    await server.say(story.MIA, story.HELP, "is it down?")
    faults.is_down = False
    await bot.hears_text("is it down?")
    assert bot.count("resumed") == 1


async def test_an_outage_too_short_to_be_noticed_cuts_sockets_and_keeps_what_is_said(server, bot, faults):
    faults.is_down = True
    await server.say(story.MIA, story.HELP, "is it down?")
    faults.is_down = False
    await bot.hears("disconnect")
    await bot.hears_text("is it down?")


async def test_a_slow_discord_answers_late_but_answers(server, bot, faults):
    faults.slow_seconds = 0.2
    sending = asyncio.create_task(bot.room(story.HELP).send("slowly"))
    done, _ = await asyncio.wait({sending}, timeout=0.05)
    assert not done
    await sending
    assert texts(server) == ["slowly"]


async def test_strict_rate_limits_refuse_the_sixth_message_in_five_seconds(server, api):
    server.rate_limits.is_strict = True
    answers = [await api.say(story.HELP, content=f"{number}") for number in range(6)]
    assert [answer.status for answer in answers] == [200, 200, 200, 200, 200, 429]
    assert [answer.headers["X-RateLimit-Remaining"] for answer in answers] == ["4", "3", "2", "1", "0", "0"]
    assert answers[5].headers["Via"]
    assert (await api.say(story.OFF_TOPIC, content="elsewhere")).status == 200


async def test_every_call_and_fault_is_in_the_journal_without_the_token(
    server, bot, api, faults, world: World
):
    faults.server_errors = 1
    await api.say(story.HELP, content="x")
    calls = [entry for entry in world.journal.entries if entry.kind == "call"]
    last = {"method": "POST", "route": "/channels/{channel_id}/messages", "status": 500}
    assert (calls[-1].room, calls[-1].data) == (story.HELP, last)
    assert [entry.data["name"] for entry in world.journal.entries if entry.kind == "fault"] == [
        "server_errors"
    ]
    assert server.bot_settings()["DISCORD_TOKEN"] not in repr(world.journal.entries)
