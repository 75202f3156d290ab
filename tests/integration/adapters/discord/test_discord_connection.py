"""Connecting, losing the connection, and what was said meanwhile."""

import asyncio
from datetime import timedelta

import pytest
from aiohttp import web

from adapters import SetupError
from adapters.discord import DiscordAdapter, DiscordSettings
from adapters.discord.house_socket import GatewayLostError
from bot.core.content import Content
from bot.core.conversation import Remembered
from bot.core.events import ButtonPressed, CommandGiven, MessageEdited, MessageReceived
from bot.core.outgoing import Post
from bot.core.places import Identity, Place, direct_to
from sandbox.discord import story
from sandbox.discord.server import DiscordServer
from sandbox.world import World
from tests.integration.adapters.discord.house import House, discord_place


async def test_a_dropped_socket_is_resumed_and_nothing_is_missed(house: House) -> None:
    await house.server.drop_connections()
    await house.server.say(story.MIA, story.HELP, "while the line was dead")
    [event] = await house.intake.wait_for(MessageReceived)
    assert event.text == "while the line was dead"
    assert house.running is not None
    assert not house.running.done()


async def test_numbers_of_what_nobody_listens_to_are_no_gap(house: House) -> None:
    for text in ("before", "after"):
        await house.server.drop_connections()
        await house.server.say(story.MIA, story.HELP, text)
        await house.server.settle()
        # That a session was resumed has a number of its own.
        await house.server.say(story.MIA, story.HELP, f"behind what was said {text}")
    await house.intake.wait_for(MessageReceived, 4)
    assert not house.reported("discord.gap")


async def test_after_a_lost_session_the_history_is_read(house: House) -> None:
    await house.server.say(story.MIA, story.HELP, "before")
    await house.intake.wait_for(MessageReceived)
    await house.server.invalidate_session()
    await house.server.say(story.MIA, story.HELP, "meanwhile")
    events = await house.intake.wait_for(MessageReceived, 2)
    assert [event.text for event in events] == ["before", "meanwhile"]


async def test_a_gap_in_the_numbers_is_read_from_history_before_what_came_after_it(house: House) -> None:
    await house.server.say(story.MIA, story.HELP, "before")
    await house.intake.wait_for(MessageReceived)
    house.server.skip_messages(2)
    await house.server.say(story.MIA, story.HELP, "left out")
    await house.server.open_thread(story.NOAH, story.QUESTIONS, "Oil or wax?", "left out as well")
    await house.server.say(story.MIA, story.HELP, "after")
    events = await house.intake.wait_for(MessageReceived, 4)
    help_desk = discord_place(story.HELP)
    in_help = [event.text for event in events if event.place.lies_in(help_desk)]
    assert in_help == ["before", "left out", "after"]
    assert "**Oil or wax?**\n\nleft out as well" in [event.text for event in events]


async def test_discord_may_ask_to_reconnect(house: House) -> None:
    await house.server.ask_to_reconnect()
    await house.server.say(story.MIA, story.HELP, "after the change of gateways")
    await house.intake.wait_for(MessageReceived)


async def test_what_was_said_while_the_bot_was_down_comes_first_and_in_order(house: House) -> None:
    room = house.direct_chat(story.MIA)
    await house.server.say(story.MIA, room, "dm 0")
    await house.intake.wait_for(MessageReceived)
    await house.stop()
    for number in range(1, 4):
        await house.server.say(story.MIA, room, f"dm {number}")
        await house.server.say(story.NOAH, story.HELP, f"help {number}")
    post = await house.server.open_thread(story.NOAH, story.QUESTIONS, "Oil or wax?", "post 1")
    await house.server.say(story.NOAH, post, "post 2")
    await house.server.say(story.NOAH, story.OFF_TOPIC, "not for us")
    await house.server.say(story.NOAH, story.OFF_TOPIC, f"<@{story.BOT_USER}> off topic")
    await house.restart()
    await house.server.say(story.MIA, room, "dm 4")
    events = await house.intake.wait_for(MessageReceived, 11)

    def said(place: Place) -> list[tuple[str, bool]]:
        return [(event.text, event.is_backfilled) for event in events if event.place.lies_in(place)]

    assert said(Place("discord", channel=room)) == [
        ("dm 0", False), ("dm 1", True), ("dm 2", True), ("dm 3", True), ("dm 4", False),
    ]  # fmt: skip
    assert said(discord_place(story.HELP)) == [(f"help {n}", True) for n in range(1, 4)]
    assert said(discord_place(story.QUESTIONS)) == [("**Oil or wax?**\n\npost 1", True), ("post 2", True)]
    assert said(discord_place(story.OFF_TOPIC)) == [("off topic", True)]


async def test_a_long_absence_is_read_page_by_page(house: House) -> None:
    await house.server.say(story.MIA, story.HELP, "0")
    await house.intake.wait_for(MessageReceived)
    await house.stop()
    for number in range(1, 231):
        await house.server.say(story.MIA, story.HELP, str(number))
    await house.restart()
    events = await house.intake.wait_for(MessageReceived, 231)
    assert [event.text for event in events] == [str(number) for number in range(231)]


@pytest.mark.parametrize(("days_ago", "days_away", "is_seen"), [(2, 4, True), (8, 30, False)])
async def test_the_longer_the_bot_was_away_the_older_are_the_messages_whose_edits_it_finds(
    house: House, days_ago: int, days_away: int, is_seen: bool
) -> None:
    day = timedelta(days=1).total_seconds()
    room = house.direct_chat(story.MIA)
    old = await house.server.say(story.MIA, room, "befor")
    house.world.clock.advance(days_ago * day)
    last = await house.server.say(story.MIA, room, "lst")
    said = await house.intake.wait_for(MessageReceived, 2)
    house.intake.known = [Remembered(event.message, is_origin=True) for event in said]
    await house.stop()
    house.world.clock.advance(days_away * day + 1)
    await house.server.edit(story.MIA, room, old, "before")
    await house.server.edit(story.MIA, room, last, "last")
    await house.restart()
    found = [event.text for event in house.intake.of(MessageEdited)]
    assert found == (["before", "last"] if is_seen else ["last"])


async def test_having_caught_up_is_said_once_it_is_true(house: House) -> None:
    await house.stop()
    known = house.intake.times_caught_up
    await house.server.say(story.MIA, story.HELP, "while it was away")
    await house.restart()
    assert house.intake.times_caught_up == known + 1
    assert [event.text for event in house.intake.of(MessageReceived)] == ["while it was away"]


async def test_a_thread_that_was_archived_meanwhile_is_read_as_well(house: House) -> None:
    await house.stop()
    post = await house.server.open_thread(story.NOAH, story.QUESTIONS, "Oil or wax?", "post 1")
    await house.server.close_room(story.NOAH, post)
    await house.restart()
    [event] = await house.intake.wait_for(MessageReceived)
    assert event.text == "**Oil or wax?**\n\npost 1"


async def test_a_first_direct_message_sent_while_the_bot_was_down_comes_with_the_next_one(
    house: House,
) -> None:
    room = house.direct_chat(story.NOAH)
    await house.stop()
    await house.server.say(story.NOAH, room, "hello?")
    await house.restart()
    await house.server.say(story.NOAH, room, "anybody there?")
    events = await house.intake.wait_for(MessageReceived, 2)
    assert [event.text for event in events] == ["hello?", "anybody there?"]


async def test_an_answer_to_the_bots_own_first_word_is_found_after_a_restart(house: House) -> None:
    await house.send(Post(direct_to(Identity("discord", "", story.OLA)), Content("Can you help out?")))
    room = house.direct_chat(story.OLA)
    await house.stop()
    await house.server.say(story.OLA, room, "Gladly")
    await house.restart()
    [event] = await house.intake.wait_for(MessageReceived)
    assert event.text == "Gladly"


async def test_a_restart_without_news_repeats_nothing(house: House) -> None:
    await house.server.say(story.MIA, story.HELP, "once")
    await house.intake.wait_for(MessageReceived)
    await house.restart()
    await house.restart()
    assert len(house.intake.of(MessageReceived)) == 1


async def test_without_the_right_to_read_history_the_bot_still_works(house: House) -> None:
    await house.server.say(story.MIA, story.HELP, "0")
    await house.intake.wait_for(MessageReceived)
    await house.server.set_bot_right("READ_MESSAGE_HISTORY", is_allowed=False, room=story.HELP)
    await house.restart()
    await house.server.say(story.MIA, story.HELP, "1")
    events = await house.intake.wait_for(MessageReceived, 2)
    assert events[1].text == "1"


async def test_without_message_content_mentions_and_direct_messages_suffice(idle_house: House) -> None:
    house = idle_house
    house.server.message_content_allowed = False
    await house.start()
    assert house.reported("discord.message_content_refused") == [{"code": 4014}]
    await house.server.say(story.MIA, story.HELP, "withheld from us")
    await house.server.say(story.MIA, story.HELP, f"<@{story.BOT_USER}> my lamp hums")
    await house.server.say(story.NOAH, house.direct_chat(story.NOAH), "and my table wobbles")
    events = await house.intake.wait_for(MessageReceived, 2)
    assert {event.text for event in events} == {"my lamp hums", "and my table wobbles"}
    await house.registered()
    await house.server.command(story.SAM, story.HELP, "help")
    await house.intake.wait_for(CommandGiven)
    assert not house.intake.of(ButtonPressed)


async def test_a_wrong_token_says_what_to_do(house: House) -> None:
    settings = house.server.bot_settings()
    adapter = DiscordAdapter(
        house.context, DiscordSettings("wrong", settings["DISCORD_API_URL"], settings["DISCORD_GATEWAY_URL"])
    )
    with pytest.raises(SetupError, match="DISCORD_TOKEN"):
        await adapter.run(lambda: None)
    [finding] = await adapter.check()
    assert not finding.is_ok
    assert "DISCORD_TOKEN" in finding.advice
    await adapter.close()


@pytest.mark.parametrize(
    "is_api_up", [True, False], ids=["only the gateway is away", "all of Discord is away"]
)
async def test_a_first_connection_that_fails_is_a_clean_end(idle_house: House, is_api_up: bool) -> None:
    house = idle_house
    settings = house.server.bot_settings()
    gateway = "ws://127.0.0.1:9/" if is_api_up else settings["DISCORD_GATEWAY_URL"]
    house.world.faults["discord"].is_down = not is_api_up
    adapter = DiscordAdapter(
        house.context, DiscordSettings(settings["DISCORD_TOKEN"], settings["DISCORD_API_URL"], gateway)
    )
    ready = asyncio.Event()
    with pytest.raises(GatewayLostError, match=r"is not reached|does not answer"):
        await adapter.run(ready.set)
    assert not ready.is_set()
    await adapter.close()
    house.world.faults["discord"].is_down = False
    house.rebuild()
    await house.start()


async def test_a_page_in_place_of_the_api_is_no_wrong_token(idle_house: House) -> None:
    async def page(_request: web.Request) -> web.Response:
        return web.Response(text="<html>Please sign in to this network.</html>", content_type="text/html")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", page)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    adapter = DiscordAdapter(idle_house.context, DiscordSettings("token", address, "ws://127.0.0.1:9/"))
    with pytest.raises(GatewayLostError, match="DISCORD_API_URL"):
        await adapter.run(lambda: None)
    (finding,) = await adapter.check()
    assert "DISCORD_API_URL" in finding.advice
    await adapter.close()
    await runner.cleanup()


async def test_a_server_that_goes_down_ends_the_adapter_and_a_new_one_goes_on(house: House) -> None:
    house.world.faults["discord"].is_down = True
    assert house.running is not None
    with pytest.raises(Exception) as raised:  # noqa: PT011 - any error will do, but it has to end
        async with asyncio.timeout(20):
            await house.running
    assert not isinstance(raised.value, TimeoutError | AttributeError)
    house.world.faults["discord"].is_down = False
    await house.server.say(story.MIA, story.HELP, "are you back?")
    await house.restart()
    await house.intake.wait_for(MessageReceived)


async def test_two_servers_with_two_addresses_live_in_one_process(house: House) -> None:
    world = World()
    server = DiscordServer(world)
    await server.start("127.0.0.1", 0)
    other = House(server, world)
    await other.start()
    await house.server.say(story.MIA, story.HELP, "here")
    await server.say(story.MIA, story.HELP, "there")
    [here] = await house.intake.wait_for(MessageReceived)
    [there] = await other.intake.wait_for(MessageReceived)
    assert (here.text, there.text) == ("here", "there")
    await other.stop()
    await server.stop()


async def test_a_gateway_that_keeps_hanging_up_is_left_to_the_supervisor(house: House) -> None:
    assert house.running is not None
    async with asyncio.timeout(20):
        while not house.running.done():
            await house.server.drop_connections()
            await asyncio.sleep(0.01)
    with pytest.raises((ConnectionError, GatewayLostError)):
        house.running.result()
