"""Acknowledgements, repeats and losses on the way to the app."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
from aiohttp import web
from slack_sdk.errors import SlackApiError
from slack_sdk.signature import SignatureVerifier

from sandbox.slack import SlackServer
from sandbox.slack.parcels import ConnectionLostError, Parcel
from tests.integration.sandbox_slack.slack_bots import Bots, until


class Socket:
    """A Socket Mode client that acknowledges only what it is told to."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self.socket = socket

    async def next(self) -> dict[str, Any]:
        return await self.socket.receive_json(timeout=5)

    async def acknowledge(self, envelope: dict[str, Any]) -> None:
        await self.socket.send_json({"envelope_id": envelope["envelope_id"]})


@pytest.fixture
async def session() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session


async def socket_of(server: SlackServer, session: aiohttp.ClientSession) -> Socket:
    settings = server.bot_settings()
    headers = {"Authorization": f"Bearer {settings['SLACK_APP_TOKEN']}"}
    url = f"{settings['SLACK_API_URL']}apps.connections.open"
    async with session.post(url, headers=headers) as response:
        opened = await response.json()
    return Socket(await session.ws_connect(opened["url"]))


class Endpoint:
    """A request URL that answers what it is told to and keeps what it was sent."""

    def __init__(self) -> None:
        self.statuses: list[int] = []
        self.headers: dict[str, str] = {}
        self.requests: list[tuple[dict[str, str], bytes]] = []
        self.challenges = 0

    async def answer(self, request: web.Request) -> web.Response:
        body = await request.read()
        if b"url_verification" in body:
            self.challenges += 1
            return web.json_response({"challenge": (await request.json())["challenge"]})
        self.requests.append((dict(request.headers), body))
        status = self.statuses.pop(0) if self.statuses else 200
        return web.Response(status=status, headers=self.headers)


@pytest.fixture
async def endpoint(server: SlackServer) -> AsyncIterator[Endpoint]:
    endpoint = Endpoint()
    app = web.Application()
    app.router.add_post("/slack/events", endpoint.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.request_url = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    yield endpoint
    await runner.cleanup()


# -- Socket Mode


async def test_a_socket_begins_with_hello_and_carries_envelopes(
    server: SlackServer, session: aiohttp.ClientSession
) -> None:
    socket = await socket_of(server, session)
    hello = await socket.next()
    assert (hello["type"], hello["num_connections"]) == ("hello", 1)
    assert hello["connection_info"] == {"app_id": "A0ALLHANDS"}
    await server.say("U0CARLA", "C0HELP", "hello")
    envelope = await socket.next()
    assert (envelope["type"], envelope["accepts_response_payload"]) == ("events_api", False)
    assert (envelope["retry_attempt"], envelope["retry_reason"]) == (0, "")
    assert envelope["payload"]["event"]["text"] == "hello"
    await socket.acknowledge(envelope)
    await server.settle()


async def test_an_event_that_is_not_acknowledged_comes_again(
    server: SlackServer, session: aiohttp.ClientSession
) -> None:
    server.deliveries.ack_seconds = 0.05
    socket = await socket_of(server, session)
    await socket.next()
    await server.say("U0CARLA", "C0HELP", "hello")
    first, second = await socket.next(), await socket.next()
    assert (second["retry_attempt"], second["retry_reason"]) == (1, "timeout")
    assert first["envelope_id"] != second["envelope_id"]
    assert first["payload"]["event_id"] == second["payload"]["event_id"]
    # The next ones come after a minute and after five, by the sandbox's clock; then never.
    for minutes, attempt in ((1, 2), (5, 3)):
        await until(lambda: server.deliveries.resting == 1)
        server.world.clock.advance(minutes * 60)
        assert (await socket.next())["retry_attempt"] == attempt
    assert {one["event"]["text"] for one in server.deliveries.out_of_turn} == {"hello"}
    await server.settle()
    assert server.world.journal.entries[-1].data["lost_event"] == first["payload"]["event_id"]


async def test_what_a_lost_connection_did_not_acknowledge_goes_to_the_next(
    server: SlackServer, session: aiohttp.ClientSession
) -> None:
    socket = await socket_of(server, session)
    await socket.next()
    await server.say("U0CARLA", "C0HELP", "hello")
    lost = await socket.next()
    await server.drop_connections()
    await until(lambda: len(server.sockets) == 0)
    second = await socket_of(server, session)
    await second.next()
    again = await second.next()
    assert again["payload"]["event_id"] == lost["payload"]["event_id"]
    assert again["retry_attempt"] == 1
    await second.acknowledge(again)
    await server.settle()


async def test_a_connection_that_takes_nothing_any_more_is_not_tried_again(
    server: SlackServer, session: aiohttp.ClientSession
) -> None:
    """Trying it on and on would keep its own end from being noticed."""
    socket = await socket_of(server, session)
    await socket.next()
    connection = server.sockets.pick()
    assert connection is not None
    assert connection.transport is not None
    connection.transport.abort()
    with pytest.raises(ConnectionLostError):
        await connection.deliver(Parcel("events_api", {}, 0.0), 1.0)
    assert server.sockets.pick() is None


async def test_each_payload_goes_to_one_of_several_connections(
    server: SlackServer, session: aiohttp.ClientSession
) -> None:
    sockets = [await socket_of(server, session) for _ in range(2)]
    assert [(await socket.next())["num_connections"] for socket in sockets] == [1, 2]
    for number in range(4):
        await server.say("U0CARLA", "C0HELP", f"message {number}")
    texts = []
    for socket in sockets:
        for _ in range(2):
            envelope = await socket.next()
            texts.append(envelope["payload"]["event"]["text"])
            await socket.acknowledge(envelope)
    await server.settle()
    assert sorted(texts) == [f"message {number}" for number in range(4)]


async def test_the_eleventh_connection_is_one_too_many(
    server: SlackServer, session: aiohttp.ClientSession
) -> None:
    sockets = [await socket_of(server, session) for _ in range(10)]
    assert [(await socket.next())["type"] for socket in sockets] == ["hello"] * 10
    refused = await (await socket_of(server, session)).next()
    assert (refused["type"], refused["reason"]) == ("disconnect", "too_many_websockets")


async def test_an_address_of_a_socket_works_once(server: SlackServer, session: aiohttp.ClientSession) -> None:
    socket = await socket_of(server, session)
    await socket.next()
    with pytest.raises(aiohttp.WSServerHandshakeError):
        await session.ws_connect(socket.socket._response.url)


async def test_a_disconnect_frame_makes_the_real_client_come_back(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    await server.request_disconnect("refresh_requested")
    await server.say("U0CARLA", "C0HELP", "are you there?")
    await until(lambda: bot.events("message"))
    await server.settle()
    assert len(bot.heard) == 1


async def test_the_real_client_comes_back_after_its_connection_was_cut(
    server: SlackServer, bots: Bots
) -> None:
    bot = await bots.connect("socket")
    await server.drop_connections()
    await server.say("U0CARLA", "C0HELP", "are you there?")
    await until(lambda: bot.events("message"))
    await server.settle()
    assert [event["text"] for event in bot.events("message")] == ["are you there?"]


async def test_what_was_said_while_the_bot_was_down_arrives_in_order(server: SlackServer, bots: Bots) -> None:
    for number in range(5):
        await server.say("U0CARLA", "C0HELP", f"message {number}")
    bot = await bots.connect("socket")
    await server.settle()
    assert [event["text"] for event in bot.events("message")] == [f"message {n}" for n in range(5)]


async def test_events_nobody_took_for_an_hour_are_lost(server: SlackServer, bots: Bots) -> None:
    await server.say("U0CARLA", "C0HELP", "old")
    server.world.clock.advance(3601)
    await server.say("U0CARLA", "C0HELP", "new")
    bot = await bots.connect("socket")
    await server.settle()
    assert [event["text"] for event in bot.events("message")] == ["new"]


async def test_losses_can_be_wanted_and_history_has_what_was_lost(server: SlackServer, bots: Bots) -> None:
    server.drop_undelivered = True
    ts = await server.say("U0CARLA", "C0HELP", "lost")
    bot = await bots.connect("socket")
    await server.say("U0CARLA", "C0HELP", "heard")
    await server.settle()
    assert [event["text"] for event in bot.events("message")] == ["heard"]
    history = await bot.client.conversations_history(channel="C0HELP", oldest="0")
    assert [message["text"] for message in history["messages"]] == ["heard", "lost"]
    assert history["messages"][1]["ts"] == ts
    assert [one["event"]["text"] for one in server.deliveries.out_of_turn] == ["lost"]


async def test_duplicates_come_as_a_retry_and_as_another_event(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    server.world.faults["slack"].duplicate_deliveries = 2
    for text in ("first", "second", "third"):
        await server.say("U0CARLA", "C0HELP", text)
    await server.settle()
    ids = {
        text: [b["event_id"] for b in bot.heard if b["event"]["text"] == text] for text in ("first", "second")
    }
    assert len(ids["first"]) == 2
    assert len(set(ids["first"])) == 1
    assert len(set(ids["second"])) == 2
    assert len(bot.heard) == 5
    assert len({body["event"]["ts"] for body in bot.heard}) == 3


async def test_an_app_that_is_uninstalled_hears_of_it_and_is_shut_out(
    server: SlackServer, bots: Bots
) -> None:
    bot = await bots.connect("socket")
    await server.uninstall()
    assert {body["event"]["type"] for body in bot.heard} == {"tokens_revoked", "app_uninstalled"}
    with pytest.raises(SlackApiError) as refused:
        await bot.client.chat_postMessage(channel="C0HELP", text="hi")
    assert refused.value.response["error"] == "account_inactive"
    await bot.close()
    server.install()
    await bot.client.chat_postMessage(channel="C0HELP", text="hi")


# -- HTTP


async def test_requests_are_signed_and_the_address_is_challenged_first(
    server: SlackServer, endpoint: Endpoint
) -> None:
    await server.say("U0CARLA", "C0HELP", "hello")
    await server.settle()
    ((headers, body),) = endpoint.requests
    assert endpoint.challenges == 1
    assert headers["Content-Type"] == "application/json"
    verifier = SignatureVerifier(server.bot_settings()["SLACK_SIGNING_SECRET"])
    assert verifier.is_valid_request(body, headers)
    assert not verifier.is_valid_request(body + b" ", headers)
    assert "X-Slack-Retry-Num" not in headers


async def test_a_refused_event_is_posted_again_with_number_and_reason(
    server: SlackServer, endpoint: Endpoint
) -> None:
    endpoint.statuses = [500, 503]
    await server.say("U0CARLA", "C0HELP", "hello")
    await until(lambda: len(endpoint.requests) == 2)
    await until(lambda: server.deliveries.resting == 1)
    server.world.clock.advance(60)
    await server.settle()
    retries = [
        (headers.get("X-Slack-Retry-Num"), headers.get("X-Slack-Retry-Reason"))
        for headers, _body in endpoint.requests
    ]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error")]


async def test_the_app_can_ask_not_to_be_tried_again(server: SlackServer, endpoint: Endpoint) -> None:
    endpoint.statuses, endpoint.headers = [500], {"X-Slack-No-Retry": "1"}
    await server.say("U0CARLA", "C0HELP", "hello")
    await server.settle()
    assert len(endpoint.requests) == 1


async def test_an_open_socket_goes_before_the_request_url(
    server: SlackServer, bots: Bots, endpoint: Endpoint
) -> None:
    bot = await bots.connect("socket")
    await server.say("U0CARLA", "C0HELP", "hello")
    await server.settle()
    assert (len(bot.heard), endpoint.requests) == (1, [])


async def test_the_real_bolt_refuses_a_request_that_was_not_signed(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("http")
    await server.verify_request_url()
    async with aiohttp.ClientSession() as session:
        forged = {"type": "event_callback", "event": {"type": "message", "text": "forged"}}
        async with session.post(server.request_url, json=forged) as response:
            assert response.status == 401
    assert bot.heard == []


async def test_a_retry_shows_in_the_real_bolts_headers_in_both_modes(server: SlackServer, bots: Bots) -> None:
    for mode, first in (("socket", ["0"]), ("http", None)):
        bot = bots.make()
        numbers: list[list[str] | None] = []

        @bot.app.middleware
        async def failing_once(request, next):  # noqa: A002 - Bolt's name
            numbers.append(request.headers.get("x-slack-retry-num"))  # noqa: B023 - used up within the loop
            if len(numbers) == 1:  # noqa: B023 - used up within the loop
                raise RuntimeError("the store is down")
            await next()

        server.deliveries.ack_seconds = 0.3
        await bots.connect(mode, bot)
        await server.say("U0CARLA", "C0HELP", "hello")
        await server.settle()
        assert numbers == [first, ["1"]]
        await bot.close()
        await until(lambda: len(server.sockets) == 0)
