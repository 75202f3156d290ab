"""While the bot is away nothing is lost; what only a person can mend is said."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from adapters import SetupError
from adapters.slack import SlackAdapter, catch_up, connection, pulse
from adapters.slack.connection import ConnectionLostError
from bot.core.content import Content
from bot.core.conversation import Remembered
from bot.core.events import (
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PinChanged,
    ReactionChanged,
)
from bot.core.outgoing import OpenThread, SendError
from sandbox.slack import SlackServer
from sandbox.world import World
from tests.integration.adapters.slack.slack_house import STAFF, House, manifest, post, send, until

DM = "D0CARLA"


async def test_what_was_said_while_the_bot_was_away_is_read_in_order_also_in_threads(
    house: House, server: SlackServer
) -> None:
    async with house.running() as adapter:
        await server.say("U0CARLA", DM, "before")
        asked = await server.say("U0KURT", "C0HELP", "asked before")
        receipt = await send(adapter, OpenThread(STAFF, "#1", Content(text="card")))
        await house.intake.wait_for(MessageReceived, 2)
    server.drop_undelivered = True
    await server.say("U0CARLA", DM, "one")
    await server.say("U0CARLA", DM, "two")
    await server.reply_in_thread("U0KURT", "C0HELP", asked, "in the thread")
    await server.say("U0KURT", "C0HELP", "another")
    assert receipt.place is not None
    card = receipt.place.thread
    await server.reply_in_thread("U0ANA", "C0SUPPORT", card, "from staff")
    server.drop_undelivered = False
    house.intake.last_heard = server.world.clock.now()
    async with house.running():
        events = (await house.intake.wait_for(MessageReceived, 7))[2:]
    by_place: dict[str, list[str]] = {}
    for event in events:
        assert event.is_backfilled
        by_place.setdefault(event.place.channel + event.place.thread, []).append(event.text)
    assert by_place[DM] == ["one", "two"]
    assert by_place["C0HELP" + asked] == ["in the thread"]
    assert by_place["C0SUPPORT" + card] == ["from staff"]


async def test_a_first_direct_message_that_came_while_the_bot_was_away_is_found(
    house: House, server: SlackServer
) -> None:
    house.intake.last_heard = server.world.clock.now() - timedelta(minutes=1)
    server.drop_undelivered = True
    await server.say("U0CARLA", DM, "anybody there?")
    server.drop_undelivered = False
    async with house.running():
        (event,) = await house.intake.wait_for(MessageReceived)
    assert (event.text, event.is_backfilled) == ("anybody there?", True)


async def test_newer_words_wait_for_those_of_a_chat_that_began_while_the_bot_was_away(
    house: House, server: SlackServer
) -> None:
    house.intake.last_heard = server.world.clock.now() - timedelta(minutes=1)
    server.drop_undelivered = True
    await server.say("U0CARLA", DM, "anybody there?")
    server.drop_undelivered = False
    server.world.faults["slack"].slow_seconds = 0.3
    async with house.running():
        await server.say("U0CARLA", DM, "hello?")
        events = await house.intake.wait_for(MessageReceived, 2)
    assert [event.text for event in events] == ["anybody there?", "hello?"]


async def test_what_was_deleted_unpinned_or_reacted_to_while_the_bot_was_away_is_told(
    house: House, server: SlackServer
) -> None:
    async with house.running():
        said = [await server.say("U0CARLA", DM, text) for text in ("one", "two", "three", "four")]
        events = await house.intake.wait_for(MessageReceived, 4)
    gone, liked, pinned, kept = (event.message for event in events)
    house.intake.known = [
        Remembered(gone, is_origin=True),
        Remembered(liked, is_origin=True, reactions=frozenset({("🎉", "U0CARLA"), ("❤️", "U0CARLA")})),
        Remembered(pinned, is_origin=True, is_pinned=True),
        Remembered(kept, is_origin=True),
    ]
    server.drop_undelivered = True
    await server.delete("U0CARLA", DM, said[0])
    await server.react("U0CARLA", DM, said[1], "tada")
    await server.react("U0CARLA", DM, said[1], "+1")
    await server.pin("U0CARLA", DM, said[3])
    server.drop_undelivered = False
    async with house.running():
        await house.intake.wait_for(PinChanged, 2)
        await until(lambda: house.intake.times_caught_up == 2)
    assert [one.message for one in house.intake.of(MessageDeleted)] == [gone]
    reactions = [(one.message, one.emoji, one.is_on) for one in house.intake.of(ReactionChanged)]
    assert sorted(reactions, key=str) == [(liked, "❤️", False), (liked, "👍", True)]
    assert {(one.message, one.is_on) for one in house.intake.of(PinChanged)} == {
        (pinned, False),
        (kept, True),
    }


async def test_what_only_cannot_be_seen_any_more_is_not_deleted(house: House, server: SlackServer) -> None:
    """A message that a history leaves out, and that Slack shows when it is asked for."""
    async with house.running():
        root = await server.say("U0CARLA", DM, "one")
        await server.reply_in_thread("U0CARLA", DM, root, "two")
        events = await house.intake.wait_for(MessageReceived, 2)
    house.intake.known = [Remembered(event.message, is_origin=True) for event in events]
    async with house.running():
        await until(lambda: house.intake.times_caught_up == 2)
    assert house.intake.of(MessageDeleted) == []


async def test_having_caught_up_is_said_once_it_is_true(house: House, server: SlackServer) -> None:
    server.drop_undelivered = True
    await server.say("U0CARLA", DM, "anybody there?")
    server.drop_undelivered = False
    house.intake.last_heard = server.world.clock.now() - timedelta(minutes=1)
    async with house.running():
        await until(lambda: house.intake.times_caught_up == 1)
        assert [event.text for event in house.intake.of(MessageReceived)] == ["anybody there?"]


async def test_what_was_missed_is_read_although_newer_messages_came_first(
    house: House, server: SlackServer
) -> None:
    """In a chat, and in a thread, that have no position yet."""
    async with house.running():
        asked = await server.say("U0KURT", "C0HELP", "asked before")
        await house.intake.wait_for(MessageReceived)
    house.intake.last_heard = server.world.clock.now()
    server.drop_undelivered = True
    await server.say("U0CARLA", DM, "missed")
    await server.reply_in_thread("U0KURT", "C0HELP", asked, "missed as well")
    server.drop_undelivered = False
    server.world.faults["slack"].slow_seconds = 0.3
    async with house.running():
        await server.say("U0CARLA", DM, "live")
        await server.reply_in_thread("U0KURT", "C0HELP", asked, "live as well")
        events = await house.intake.wait_for(MessageReceived, 5)
        server.world.faults["slack"].slow_seconds = 0
    assert {event.text for event in events if event.is_backfilled} >= {"missed", "missed as well"}


async def test_newer_words_wait_for_a_history_that_takes_long(
    house: House, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Longer than a delivery can be held back: it is left to the history, and not taken when it comes again."""
    monkeypatch.setattr(catch_up, "_HOLD_SECONDS", 0.1)
    server.deliveries.ack_seconds = 0.3
    async with house.running():
        await server.say("U0CARLA", DM, "known")
        await house.intake.wait_for(MessageReceived)
    server.drop_undelivered = True
    for number in range(3):
        await server.say("U0CARLA", DM, f"missed {number}")
    server.drop_undelivered = False
    server.world.faults["slack"].slow_seconds = 0.4
    async with house.running():
        await server.say("U0CARLA", DM, "live 0")
        await server.say("U0CARLA", DM, "live 1")
        events = await house.intake.wait_for(MessageReceived, 6)
        server.world.faults["slack"].slow_seconds = 0
    assert [event.text for event in events] == [
        "known",
        "missed 0",
        "missed 1",
        "missed 2",
        "live 0",
        "live 1",
    ]
    assert ("slack.not_stored", {"error": "NotYetError"}) in house.reports


async def test_what_was_edited_while_the_bot_was_away_is_an_edition(
    house: House, server: SlackServer
) -> None:
    async with house.running():
        ts = await server.say("U0CARLA", DM, "befor")
        await house.intake.wait_for(MessageReceived)
    server.drop_undelivered = True
    await server.edit("U0CARLA", DM, ts, "before")
    server.drop_undelivered = False
    async with house.running():
        (event,) = await house.intake.wait_for(MessageEdited)
    assert (event.text, event.message.id) == ("before", ts)


@pytest.mark.parametrize(
    ("hours_ago", "hours_away", "is_seen"), [(5, 6, True), (20, 48, True), (30, 48, False), (2, 0, False)]
)
async def test_the_longer_the_bot_was_away_the_older_are_the_messages_whose_edits_it_finds(
    house: House, server: SlackServer, hours_ago: int, hours_away: int, is_seen: bool
) -> None:
    async with house.running():
        old = await server.say("U0CARLA", DM, "befor")
        await house.intake.wait_for(MessageReceived)
        server.world.clock.advance(hours_ago * 3600)
        last = await server.say("U0CARLA", DM, "lst")
        await house.intake.wait_for(MessageReceived, 2)
    house.intake.last_heard = server.world.clock.now()
    server.drop_undelivered = True
    server.world.clock.advance(hours_away * 3600)
    await server.edit("U0CARLA", DM, old, "before")
    await server.edit("U0CARLA", DM, last, "last")
    server.drop_undelivered = False
    async with house.running():
        await until(lambda: house.intake.times_caught_up == 2)
    found = [event.text for event in house.intake.of(MessageEdited)]
    assert found == (["before", "last"] if is_seen else ["last"])


async def test_a_first_start_reads_no_old_history(house: House, server: SlackServer) -> None:
    server.drop_undelivered = True
    await server.say("U0KURT", "C0HELP", "long ago")
    server.drop_undelivered = False
    async with house.running():
        await server.say("U0KURT", "C0HELP", "now")
        await house.intake.wait_for(MessageReceived)
        await server.settle()
    assert [event.text for event in house.intake.of(MessageReceived)] == ["now"]


async def test_a_cut_connection_is_made_anew_and_what_fell_into_the_gap_is_read(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.say("U0CARLA", DM, "before")
    await house.intake.wait_for(MessageReceived)
    server.drop_undelivered = True
    await server.drop_connections()
    await server.say("U0CARLA", DM, "in the gap")
    await until(lambda: len(server.sockets) == 1)
    server.drop_undelivered = False
    await server.say("U0CARLA", DM, "after it")
    events = await house.intake.wait_for(MessageReceived, 3)
    assert {event.text for event in events} == {"before", "in the gap", "after it"}


async def test_a_change_of_connection_loses_nothing(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    for number in range(5):
        await server.say("U0CARLA", DM, f"a{number}")
    await server.request_disconnect()
    for number in range(5):
        await server.say("U0CARLA", DM, f"b{number}")
    events = await house.intake.wait_for(MessageReceived, 10)
    assert {event.text for event in events} == {f"{letter}{number}" for letter in "ab" for number in range(5)}


async def test_calls_that_the_app_has_no_scope_for_do_not_stop_it() -> None:
    given = manifest()
    given["oauth_config"] = {"scopes": {"bot": ["chat:write", "channels:history", "commands"]}}
    given["settings"] = {"event_subscriptions": {"bot_events": ["message.channels"]}}
    server = SlackServer(World(), manifest=given)
    await server.start("127.0.0.1", 0)
    house = House(server)
    house.intake.last_heard = server.world.clock.now() - timedelta(minutes=1)
    async with house.running():
        await server.say("U0KURT", "C0HELP", "hello @carla and @support-team")
        (event,) = await house.intake.wait_for(MessageReceived)
        await until(lambda: any(name == "slack.catch_up_failed" for name, _ in house.reports))
    await server.stop()
    assert (event.author.name, event.text) == ("U0KURT", "hello @U0CARLA and @group")


# -- beyond repair


@pytest.mark.parametrize("wrong", ["bot_token", "app_token"])
async def test_a_token_that_slack_refuses_is_a_matter_of_setup(
    house: House, server: SlackServer, wrong: str
) -> None:
    settings = replace(house.settings(), **{wrong: "xoxb-wrong"})
    adapter = SlackAdapter(house.context(), settings)
    with pytest.raises(SetupError, match=f"SLACK_{wrong.upper()}"):
        await adapter.run(lambda: None)
    await adapter.close()


async def test_an_app_that_is_taken_out_of_the_workspace_needs_a_person(
    house: House, server: SlackServer
) -> None:
    adapter, ready = house.adapter(), asyncio.Event()
    task = asyncio.create_task(adapter.run(ready.set))
    await ready.wait()
    await server.uninstall()
    with pytest.raises(SetupError, match="Install it again"):
        await task
    await adapter.close()


async def test_without_a_socket_a_withdrawn_token_is_noticed_by_the_next_message(
    house: House, server: SlackServer
) -> None:
    adapter, ready = house.adapter(socket=False, http=True), asyncio.Event()
    task = asyncio.create_task(adapter.run(ready.set))
    await ready.wait()
    server.workspace.is_installed = False
    with pytest.raises(SendError) as caught:
        await post(adapter, STAFF, "hello")
    assert not caught.value.is_permanent
    with pytest.raises(SetupError, match="SLACK_BOT_TOKEN"):
        await task
    await adapter.close()


async def test_without_a_socket_it_is_told_whether_slack_answers(
    house: House, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse, "PULSE_SECONDS", 0.05)
    async with house.running(house.adapter(socket=False, http=True)):
        server.world.faults["slack"].is_down = True
        await until(lambda: house.reached == [False])
        server.world.faults["slack"].is_down = False
        await until(lambda: house.reached == [False, True])


async def test_without_any_way_in_the_adapter_says_what_to_set(house: House) -> None:
    adapter = house.adapter(socket=False)
    with pytest.raises(SetupError, match="SLACK_APP_TOKEN"):
        await adapter.run(lambda: None)


async def test_a_platform_that_is_down_at_the_start_is_left_to_the_supervisor(
    house: House, server: SlackServer
) -> None:
    server.world.faults["slack"].is_down = True
    adapter = house.adapter()
    with pytest.raises(ConnectionLostError):
        await adapter.run(lambda: None)
    await adapter.close()


async def test_a_connection_that_does_not_come_back_is_left_to_the_supervisor(
    house: House, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "PING_SECONDS", 0.05)
    monkeypatch.setattr(connection, "GIVE_UP_SECONDS", 0.3)
    adapter, ready = house.adapter(), asyncio.Event()
    task = asyncio.create_task(adapter.run(ready.set))
    await ready.wait()
    server.world.faults["slack"].is_down = True
    with pytest.raises(ConnectionLostError):
        await task
    await adapter.close()


async def test_cancelling_ends_everything_that_was_opened(house: House, server: SlackServer) -> None:
    before = asyncio.all_tasks()
    async with house.running():
        await server.say("U0CARLA", DM, "hello")
        await house.intake.wait_for(MessageReceived)
    await until(lambda: len(server.sockets) == 0)
    ours = {
        task for task in asyncio.all_tasks() - before if "adapters" in repr(task) or "slack_sdk" in repr(task)
    }
    assert ours == set()
