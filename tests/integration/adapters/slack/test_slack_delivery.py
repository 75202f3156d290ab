"""Nothing is acknowledged before it is stored, nothing is lost while the bot is away, nobody forged anything."""

import asyncio
import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from adapters import SetupError
from adapters.slack import SlackAdapter
from adapters.slack.connection import ConnectionLostError
from bot.core.content import Button, Content
from bot.core.events import ButtonPressed, CommandGiven, MessageEdited, MessageReceived
from bot.core.outgoing import OpenThread, SendError
from sandbox.slack import SlackServer
from sandbox.world import World
from tests.integration.adapters.slack.slack_house import STAFF, House, manifest, post, send, until

DM = "D0CARLA"


@pytest.fixture
async def address(house: House, server: SlackServer) -> AsyncIterator[str]:
    """The address of an adapter that takes events over HTTP only, known to the server."""
    adapter = house.adapter(socket=False, http=True)
    app = web.Application()
    for path, handler in adapter.webhooks().items():
        app.router.add_post(path, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    server.request_url = url
    async with house.running(adapter):
        yield url
    await runner.cleanup()


def signed(secret: str, body: bytes, at: float | None = None) -> dict[str, str]:
    stamp = str(int(at if at is not None else time.time()))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {
        "X-Slack-Request-Timestamp": stamp,
        "X-Slack-Signature": f"v0={digest}",
        "Content-Type": "application/json",
    }


def message_event(text: str) -> bytes:
    event = {
        "type": "message",
        "channel": DM,
        "channel_type": "im",
        "user": "U0CARLA",
        "text": text,
        "ts": "1.5",
    }
    return json.dumps(
        {"type": "event_callback", "team_id": "T0JUNIPER", "event_id": "Ev1", "event": event}
    ).encode()


# -- stored, then acknowledged


async def test_what_could_not_be_stored_is_not_acknowledged_and_comes_again(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    server.deliveries.ack_seconds = 0.2
    house.intake.refusals = 1
    await server.say("U0CARLA", DM, "hold on to this")
    await house.intake.wait_for(MessageReceived)
    await server.settle()
    assert [event.text for event in house.intake.of(MessageReceived)] == ["hold on to this"]
    assert ("slack.not_stored", {"error": "OSError"}) in house.reports


async def test_what_could_not_be_stored_and_never_comes_again_is_read_from_history(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.say("U0CARLA", DM, "one")
    await house.intake.wait_for(MessageReceived)
    server.deliveries.ack_seconds = 60
    house.intake.refusals = 1
    await server.say("U0CARLA", DM, "two")
    await until(lambda: bool(house.reports))
    await server.say("U0CARLA", DM, "three")
    await house.intake.wait_for(MessageReceived, 3)
    assert sorted(event.text for event in house.intake.of(MessageReceived)) == ["one", "three", "two"]
    server.deliveries.ack_seconds = 0.1


async def test_the_very_first_message_of_somebody_is_not_lost_when_it_cannot_be_stored_and_never_comes_again(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    server.deliveries.ack_seconds = 60
    house.intake.refusals = 1
    await server.say("U0CARLA", DM, "my first")
    (event,) = await house.intake.wait_for(MessageReceived)
    assert (event.text, event.is_backfilled) == ("my first", True)
    server.deliveries.ack_seconds = 0.1


async def test_over_http_an_event_is_answered_when_it_is_stored_and_sent_again_when_not(
    house: House, server: SlackServer, address: str
) -> None:
    house.intake.refusals = 1
    await server.say("U0CARLA", DM, "over http")
    await house.intake.wait_for(MessageReceived)
    await server.settle()
    assert len(house.intake.events) == 1
    assert house.intake.refusals == 0


async def test_commands_and_buttons_come_over_http_as_well(
    house: House, server: SlackServer, address: str
) -> None:
    adapter = house.adapter(socket=False, http=True)
    await server.command("U0KURT", "C0HELP", "human", "now")
    (command,) = await house.intake.wait_for(CommandGiven)
    assert (command.name, command.arguments) == ("human", "now")
    receipt = await post(adapter, STAFF, Content(text="x", buttons=(Button("Go", "go", "1"),)))
    await server.press("U0ANA", "C0SUPPORT", receipt.messages[0].id, "go:1")
    (press,) = await house.intake.wait_for(ButtonPressed)
    assert press.action == "go"
    await adapter.close()


# -- nobody forged it


@pytest.mark.parametrize(
    "forge",
    [
        pytest.param(lambda _headers, body: ({"Content-Type": "application/json"}, body), id="unsigned"),
        pytest.param(lambda headers, body: (headers, body.replace(b"hello", b"hullo")), id="altered"),
        pytest.param(lambda _headers, body: (signed("other", body), body), id="signed with another secret"),
        pytest.param(
            lambda headers, body: ({**headers, "X-Slack-Request-Timestamp": "soon"}, body), id="no time"
        ),
        pytest.param(lambda headers, body: ({**headers, "X-Slack-Signature": "v0=ä"}, body), id="no ASCII"),
        pytest.param(
            lambda _headers, _body: (
                {"Content-Type": "application/x-www-form-urlencoded"},
                urlencode({"ssl_check": "1", "command": "/human", "user_id": "U0CARLA"}).encode(),
            ),
            id="unsigned certificate check with a command in it",
        ),
        pytest.param(
            lambda _headers, _body: (
                {"Content-Type": "application/json"},
                b'{"type":"url_verification","challenge":"x"}',
            ),
            id="unsigned challenge",
        ),
    ],
)
async def test_a_forged_request_is_refused(
    house: House, server: SlackServer, address: str, forge: object
) -> None:
    body = message_event("hello")
    headers, sent = forge(signed(server.bot_settings()["SLACK_SIGNING_SECRET"], body), body)  # type: ignore[operator]
    async with (
        aiohttp.ClientSession() as session,
        session.post(address, data=sent, headers=headers) as answer,
    ):
        assert answer.status == 401
    assert house.intake.events == []


async def test_an_old_request_is_refused_and_a_fresh_one_counts_once_however_often_it_is_replayed(
    house: House, server: SlackServer, address: str
) -> None:
    secret, body = server.bot_settings()["SLACK_SIGNING_SECRET"], message_event("hello")
    async with aiohttp.ClientSession() as session:
        async with session.post(
            address, data=body, headers=signed(secret, body, time.time() - 400)
        ) as answer:
            assert answer.status == 401
        for _ in range(3):
            async with session.post(address, data=body, headers=signed(secret, body)) as answer:
                assert answer.status == 200
    assert len(house.intake.events) == 1


async def test_a_body_that_is_too_large_or_no_json_is_refused(
    house: House, server: SlackServer, address: str
) -> None:
    secret = server.bot_settings()["SLACK_SIGNING_SECRET"]
    async with aiohttp.ClientSession() as session:
        for body, status in ((b"{" + b" " * 1_100_000, 413), (b"{no json", 400)):
            headers = signed(secret, body)
            async with session.post(address, data=io.BytesIO(body), headers=headers) as answer:
                assert answer.status == status


# -- away and back


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
    _, event = await house.intake.wait_for(MessageReceived, 2)
    assert event.text == "in the gap"


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
        await server.say("U0KURT", "C0HELP", "hello @carla")
        (event,) = await house.intake.wait_for(MessageReceived)
        await until(lambda: any(name == "slack.catch_up_failed" for name, _ in house.reports))
    await server.stop()
    assert (event.author.name, event.text) == ("U0KURT", "hello @U0CARLA")


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
