"""Nothing is acknowledged before it is stored, nothing is lost while the bot is away, nobody forged anything."""

import hashlib
import hmac
import io
import json
import time
from collections.abc import AsyncIterator
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web

from adapters.slack import SlackAdapter
from adapters.slack import adapter as slack_adapter
from bot.core.content import Button, Content
from bot.core.events import ButtonPressed, CommandGiven, MessageReceived
from sandbox.slack import SlackServer
from tests.integration.adapters.slack.slack_house import HELP, STAFF, House, post, until

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
    assert [event.text for event in house.intake.of(MessageReceived)] == ["one", "two", "three"]
    server.deliveries.ack_seconds = 0.1


async def test_once_a_thread_was_read_again_nothing_in_its_channel_waits_any_more(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    root = await server.say("U0CARLA", HELP.channel, "one")
    await house.intake.wait_for(MessageReceived)
    server.deliveries.ack_seconds = 60
    await server.say("U0CARLA", HELP.channel, "two", reply_to=root)
    await house.intake.wait_for(MessageReceived, 2)
    house.intake.refusals = 1
    await server.say("U0CARLA", HELP.channel, "three", reply_to=root)
    await until(lambda: bool(house.reports))
    await server.say("U0CARLA", HELP.channel, "four", reply_to=root)
    await house.intake.wait_for(MessageReceived, 4)
    assert [event.text for event in house.intake.of(MessageReceived)] == ["one", "two", "three", "four"]
    assert not adapter._catch_up.holds(HELP.channel)
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


async def test_what_comes_before_it_is_known_how_far_rooms_were_read_is_not_acknowledged(
    house: House, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_adapter, "_PREPARED_WITHIN_SECONDS", 0.05)
    adapter = house.adapter(socket=False, http=True)
    (handler,) = adapter.webhooks().values()
    app = web.Application()
    app.router.add_post("/slack/events", handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        server.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
        await server.say("U0CARLA", DM, "early")
        await until(lambda: bool(server.deliveries.resting))
        assert not house.intake.events
        server.world.clock.advance(61)
        async with house.running(adapter):
            (event,) = await house.intake.wait_for(MessageReceived)
            assert event.text == "early"
    finally:
        await runner.cleanup()
