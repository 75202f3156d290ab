"""The faults a person can switch on, as the real slack_sdk meets them."""

import asyncio

import aiohttp
import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer
from sandbox.world import Faults
from tests.integration.sandbox_slack.slack_bots import Bots, until


@pytest.fixture
def faults(server: SlackServer) -> Faults:
    return server.world.faults["slack"]


async def test_a_rate_limited_post_says_when_to_come_back(
    server: SlackServer, client: AsyncWebClient, faults: Faults
) -> None:
    faults.rate_limited_calls, faults.retry_after_seconds = 1, 7
    await client.auth_test()
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0HELP", text="hi")
    response = refused.value.response
    assert (response.status_code, response["error"]) == (429, "ratelimited")
    assert response.headers["Retry-After"] == "7"
    assert server.messages("U0CARLA", "C0HELP") == []
    await client.chat_postMessage(channel="C0HELP", text="hi")


async def test_the_sdks_own_handler_comes_back_after_a_rate_limit(
    server: SlackServer, client: AsyncWebClient, faults: Faults
) -> None:
    faults.rate_limited_calls = 1
    client.retry_handlers = [AsyncRateLimitErrorRetryHandler(max_retry_count=1)]
    await client.chat_postMessage(channel="C0HELP", text="hi")
    assert len(server.messages("U0CARLA", "C0HELP")) == 1


async def test_the_edge_refuses_with_a_page_and_says_nothing_about_coming_back(
    server: SlackServer, client: AsyncWebClient, faults: Faults
) -> None:
    faults.edge_limits = 1
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0HELP", text="hi")
    assert refused.value.response.status_code == 429
    assert "Retry-After" not in refused.value.response.headers
    assert server.messages("U0CARLA", "C0HELP") == []


def out_of_turn(server: SlackServer) -> list[str]:
    return [payload["event"]["text"] for payload in server.deliveries.out_of_turn]


async def test_a_late_event_is_overtaken_by_the_next(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    server.deliver_late(1, 0.3)
    for text in ("first", "second"):
        await server.say("U0CARLA", "C0HELP", text)
    await until(lambda: len(bot.events("message")) == 2)
    assert [event["text"] for event in bot.events("message")] == ["second", "first"]
    assert out_of_turn(server) == ["first"]


async def test_a_server_error_does_nothing(
    server: SlackServer, client: AsyncWebClient, faults: Faults
) -> None:
    faults.server_errors = 1
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0HELP", text="hi")
    assert refused.value.response.status_code == 500
    assert server.messages("U0CARLA", "C0HELP") == []


async def test_a_lost_reply_leaves_the_message_to_be_found_by_its_metadata(
    server: SlackServer, client: AsyncWebClient, faults: Faults
) -> None:
    faults.lost_replies = 1
    metadata = {"event_type": "outbox", "event_payload": {"outbox_id": "42"}}
    with pytest.raises(aiohttp.ClientError):
        await client.chat_postMessage(channel="C0HELP", text="hi", metadata=metadata)
    history = await client.conversations_history(channel="C0HELP", include_all_metadata=True)
    (found,) = history["messages"]
    assert found["metadata"]["event_payload"] == {"outbox_id": "42"}
    lost = [entry.data["is_lost"] for entry in server.world.journal.entries if entry.kind == "call"]
    assert lost == [True, False]


async def test_a_platform_that_is_down_answers_nobody_and_delivers_when_it_is_back(
    server: SlackServer, bots: Bots, client: AsyncWebClient, faults: Faults
) -> None:
    bot = await bots.connect("socket")
    faults.is_down = True
    await until(lambda: len(server.sockets) == 0)
    with pytest.raises(SlackApiError) as refused:
        await client.auth_test()
    assert refused.value.response.status_code == 503
    await server.say("U0CARLA", "C0HELP", "anybody there?")
    faults.is_down = False
    await until(lambda: bot.events("message"))
    await server.settle()
    counts = [
        entry.data["connections"] for entry in server.world.journal.entries if entry.kind == "connected"
    ]
    assert counts[:2] == [1, 0]


async def test_an_outage_too_short_to_be_noticed_cuts_sockets_and_keeps_what_is_said(
    server: SlackServer, bots: Bots, faults: Faults
) -> None:
    bot = await bots.connect("socket")
    faults.is_down = True
    await server.say("U0CARLA", "C0HELP", "anybody there?")
    faults.is_down = False
    assert len(server.sockets) == 0
    await until(lambda: bot.events("message"))
    await server.settle()


async def test_a_slow_platform_answers_late(
    server: SlackServer, client: AsyncWebClient, faults: Faults
) -> None:
    faults.slow_seconds = 0.2
    slow = asyncio.create_task(client.chat_postMessage(channel="C0HELP", text="hi"))
    await until(lambda: not server._web.is_idle.is_set())
    assert server.messages("U0CARLA", "C0HELP") == []
    await slow
    assert len(server.messages("U0CARLA", "C0HELP")) == 1


async def test_the_limiter_lets_one_message_a_second_through_after_a_burst(
    server: SlackServer, client: AsyncWebClient
) -> None:
    server.throttle.is_on = True
    for _ in range(3):
        await client.chat_postMessage(channel="C0HELP", text="hi")
    with pytest.raises(SlackApiError) as refused:
        await client.chat_postMessage(channel="C0HELP", text="hi")
    assert refused.value.response.headers["Retry-After"] == "1"
    await client.chat_postMessage(channel="C0SUPPORT", text="another channel")
    server.world.clock.advance(1)
    await client.chat_postMessage(channel="C0HELP", text="hi")


async def test_the_limiter_knows_the_tiers_of_the_methods(
    server: SlackServer, client: AsyncWebClient
) -> None:
    server.throttle.is_on = True
    for _ in range(20):
        await client.users_list()
    with pytest.raises(SlackApiError) as refused:
        await client.users_list()
    assert refused.value.response["error"] == "ratelimited"


async def test_the_journal_names_every_call_and_its_outcome_but_no_secret(
    server: SlackServer, client: AsyncWebClient
) -> None:
    await client.chat_postMessage(channel="C0HELP", text="a private matter")
    with pytest.raises(SlackApiError):
        await client.chat_postMessage(channel="C0RANDOM", text="a private matter")
    calls = [entry for entry in server.world.journal.entries if entry.kind == "call"]
    assert [(call.data["method"], call.data["outcome"]) for call in calls] == [
        ("chat.postMessage", "ok"),
        ("chat.postMessage", "not_in_channel"),
    ]
    written = str(server.world.journal.entries)
    assert "xoxb" not in written
    assert "private matter" not in written
