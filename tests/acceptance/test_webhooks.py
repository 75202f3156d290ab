"""Events by HTTP: the main job the same way, and nothing for whoever cannot prove to be the platform."""

import time
from collections.abc import AsyncIterator
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import orjson
import pytest

from sandbox.slack import SlackServer
from sandbox.slack.server import SIGNING_SECRET
from sandbox.slack.signatures import signature_headers
from tests.acceptance.bot_child import free_port
from tests.acceptance.test_repeats_and_losses import arrive
from tests.acceptance.town import Town, open_town

SECRET = "a_secret-of-ours"
HEADER = "X-Telegram-Bot-Api-Secret-Token"


@pytest.fixture
async def called(sqlite_url: str, articles: Path) -> AsyncIterator[Town]:
    """A town whose Slack and Telegram call the house."""
    port = free_port()
    address = f"http://127.0.0.1:{port}"
    settings = {
        "http_port": port,
        "public_url": address,
        "slack_app_token": "",
        "telegram_webhook_secret": SECRET,
    }
    async with open_town(sqlite_url, articles, has_house=False, **settings) as town:
        server = town.servers["slack"]
        assert isinstance(server, SlackServer)
        server.request_url = f"{address}/slack/events"
        await town.open_house()
        yield town


async def post(town: Town, path: str, body: bytes, headers: dict[str, str]) -> int:
    headers = {"Content-Type": "application/json"} | headers
    async with (
        aiohttp.ClientSession() as session,
        session.post(f"{town.address}{path}", data=BytesIO(body), headers=headers) as response,
    ):
        return response.status


@pytest.mark.parametrize("platform", ["slack", "telegram"])
async def test_the_main_job_goes_the_same_way_by_http(called: Town, platform: str) -> None:
    customer = called.newcomer(platform)
    await customer.says("When does my parcel arrive?")
    await customer.presses("Talk to a person")
    thread = await called.thread_of(called.agents()[0], customer.name)
    await thread.presses("Claim")
    await customer.sees("is helping you now")
    for number in range(3):
        await customer.says(f"there{number}")
        await thread.says(f"back{number}")
    await arrive(thread, "there", 3)
    await arrive(customer, "back", 3)
    await called.agents()[0].gives("resolve", "1")
    await customer.presses("5 ★")
    await customer.presses("Add a few words")
    await customer.fills_in("All by HTTP")
    await thread.sees("★★★★★", "All by HTTP")


async def test_what_was_said_while_the_house_was_closed_is_delivered_afterwards(called: Town) -> None:
    customers = [called.newcomer(platform) for platform in ("slack", "telegram")]
    threads = [await called.claimed(one, f"Help {one.name}") for one in customers]
    await called.settle()
    await called.close_house()
    for customer in customers:
        for number in range(3):
            await customer.says(f"there{number}")
    await called.open_house()
    await called.later(minutes=2)
    for thread in threads:
        await arrive(thread, "there", 3)


# -- forged, old, repeated


def slack_message(person: str, room: str, text: str, ts: str) -> dict[str, Any]:
    event = {
        "type": "message",
        "channel_type": "im",
        "user": person,
        "channel": room,
        "text": text,
        "ts": ts,
        "event_ts": ts,
    }
    return {
        "type": "event_callback",
        "team_id": "T0JUNIPER",
        "api_app_id": "A0ALLHANDS",
        "event": event,
        "event_id": f"Ev{ts.replace('.', '')}",
        "event_time": int(float(ts)),
    }


async def test_an_unsigned_forged_or_old_request_is_not_slacks(called: Town) -> None:
    customer = called.newcomer("slack")
    body = orjson.dumps(
        slack_message(customer.id, customer.room, "When does my parcel arrive?", f"{time.time():.6f}")
    )
    now = int(time.time())
    good = signature_headers(SIGNING_SECRET, now, body)
    refused = {
        "unsigned": {},
        "signed with another secret": signature_headers("0" * 32, now, body),
        "of another body": signature_headers(SIGNING_SECRET, now, body + b" "),
        "old": signature_headers(SIGNING_SECRET, now - 301, body),
        "from the future": signature_headers(SIGNING_SECRET, now + 301, body),
        "with another time": good | {"X-Slack-Request-Timestamp": str(now - 1)},
        "without a time": {"X-Slack-Signature": good["X-Slack-Signature"]},
        "with a time that is none": good | {"X-Slack-Request-Timestamp": "soon"},
    }
    for why, headers in refused.items():
        assert await post(called, "/slack/events", body, headers) == 401, why
    await called.settle()
    assert not customer.heard()


async def test_a_replayed_slack_request_is_handled_once(called: Town) -> None:
    customer = called.newcomer("slack")
    body = orjson.dumps(
        slack_message(customer.id, customer.room, "When does my parcel arrive?", f"{time.time():.6f}")
    )
    headers = signature_headers(SIGNING_SECRET, int(time.time()), body)
    for _ in range(3):
        assert await post(called, "/slack/events", body, headers) == 200
    await customer.sees("two to four working days")
    await called.settle()
    assert customer.count("two to four working days") == 1


async def test_what_is_signed_but_strange_does_no_harm(called: Town) -> None:
    strange = [
        b"",
        b"{}",
        b"[]",
        b"null",
        b"\xff\xfe",
        b'{"type": "event_callback"}',
        b'{"type": "event_callback", "event": {"type": "message"}}',
        b'{"type": "event_callback", "event": {"type": "message", "channel": 5, "user": {}, "ts": []}}',
        b"[" * 5000,
        urlencode({"payload": "{"}).encode(),
        urlencode({"payload": '{"type": "block_actions"}'}).encode(),
        urlencode({"command": "/claim"}).encode(),
        b"x" * 1_100_000,
    ]
    for body in strange:
        for kind in ("application/json", "application/x-www-form-urlencoded"):
            headers = signature_headers(SIGNING_SECRET, int(time.time()), body) | {"Content-Type": kind}
            status = await post(called, "/slack/events", body, headers)
            assert status != 0, body[:60]
    customer = called.newcomer("slack")
    await customer.says("When does my parcel arrive?")
    await customer.sees("two to four working days")


def telegram_update(number: int, person: str, text: str) -> dict[str, Any]:
    user = {"id": int(person), "is_bot": False, "first_name": "Forger"}
    chat = {"id": int(person), "type": "private", "first_name": "Forger"}
    message = {
        "message_id": 900_000 + number,
        "date": int(time.time()),
        "chat": chat,
        "from": user,
        "text": text,
    }
    return {"update_id": 900_000 + number, "message": message}


async def test_an_update_without_the_secret_is_not_telegrams(called: Town) -> None:
    customer = called.newcomer("telegram")
    await customer.gives("start")
    await customer.sees("I am Allhands")
    body = orjson.dumps(telegram_update(1, customer.id, "When does my parcel arrive?"))
    for headers in (
        {},
        {HEADER: ""},
        {HEADER: "wrong"},
        {HEADER: SECRET.upper()},
        {HEADER: f"{SECRET} "[:-2]},
    ):
        assert await post(called, "/telegram/webhook", body, headers) == 403
    await called.settle()
    assert customer.count("two to four working days") == 0


async def test_a_replayed_update_is_handled_once(called: Town) -> None:
    customer = called.newcomer("telegram")
    await customer.gives("start")
    await customer.sees("I am Allhands")
    body = orjson.dumps(telegram_update(2, customer.id, "When does my parcel arrive?"))
    for _ in range(3):
        assert await post(called, "/telegram/webhook", body, {HEADER: SECRET}) == 200
    await customer.sees("two to four working days")
    await called.settle()
    assert customer.count("two to four working days") == 1
    for body in (
        b"",
        b"[]",
        b"{}",
        b'{"update_id": "x"}',
        b'{"update_id": 5, "message": {}}',
        b"\xff",
        b"[" * 9000,
    ):
        assert await post(called, "/telegram/webhook", body, {HEADER: SECRET}) in (200, 400), body[:60]
    assert await post(called, "/telegram/webhook", b"x" * 1_100_000, {HEADER: SECRET}) == 413


async def test_webhooks_of_platforms_that_poll_are_closed(town: Town) -> None:
    assert await post(town, "/telegram/webhook", b"{}", {HEADER: SECRET}) == 503
    assert await post(town, "/slack/events", b"{}", {}) in (401, 503)
    assert await post(town, "/nothing", b"{}", {}) == 404
