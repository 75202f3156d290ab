"""Slack payloads of the wrong shape: answered once and for all, and the next ordinary message gets through."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from urllib.parse import urlencode

import aiohttp
import pytest
from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from adapters import Cursor
from bot.core.events import Event, MessageReceived
from sandbox.slack import SlackServer
from sandbox.slack.sockets import Connection
from sandbox.world import World
from tests.integration.adapters.slack.slack_house import House, MemoryIntake, manifest
from tests.integration.adapters.slack.test_slack_delivery import signed
from tests.security.mangled import Json, check_storable, each_place, mangled

CARLA, DM, TEAM = "U0CARLA", "D0CARLA", "T0JUNIPER"
_BLOCK = {
    "type": "rich_text",
    "block_id": "b",
    "elements": [
        {
            "type": "rich_text_section",
            "elements": [
                {"type": "text", "text": "hello", "style": {"bold": True}},
                {"type": "user", "user_id": "U0CARLA"},
                {"type": "link", "url": "https://example.com", "text": "there"},
                {"type": "emoji", "name": "wave"},
            ],
        }
    ],
}
_FILE = {
    "id": "F1",
    "name": "a.txt",
    "mimetype": "text/plain",
    "size": 5,
    "url_private": "http://127.0.0.1/x",
}
_SAID = {
    "type": "message", "channel": DM, "channel_type": "im", "user": CARLA, "text": "hello *you*", "ts": "1700000000.5",
    "event_ts": "1700000000.5", "client_msg_id": "c", "team": TEAM, "blocks": [_BLOCK], "files": [_FILE],
    "thread_ts": "1700000000.4", "parent_user_id": CARLA, "attachments": [{"text": "x", "from_url": "http://x"}],
}  # fmt: skip
_EVENTS = (
    _SAID,
    {
        "type": "message", "subtype": "message_changed", "channel": DM, "hidden": True, "ts": "1700000002.0",
        "message": {**_SAID, "edited": {"user": CARLA, "ts": "1700000002.0"}}, "previous_message": _SAID,
    },
    {
        "type": "message", "subtype": "message_deleted", "channel": DM, "hidden": True, "ts": "1700000003.0",
        "deleted_ts": "1700000000.5", "previous_message": _SAID,
    },
    {
        "type": "reaction_added", "user": CARLA, "reaction": "wave", "item_user": CARLA, "event_ts": "1700000004.0",
        "item": {"type": "message", "channel": DM, "ts": "1700000000.5"},
    },
    {"type": "app_home_opened", "user": CARLA, "channel": DM, "tab": "home", "event_ts": "1700000005.0"},
    {"type": "tokens_revoked", "tokens": {"bot": ["U0BOT"]}},
)  # fmt: skip
EVENTS = tuple(
    {
        "type": "event_callback", "team_id": TEAM, "api_app_id": "A0", "event_id": f"Ev{number}", "event_time": 1,
        "event": event, "authorizations": [{"team_id": TEAM, "user_id": "U0BOT", "is_bot": True}],
    }
    for number, event in enumerate(_EVENTS)
)  # fmt: skip
_COMMON = {
    "user": {"id": CARLA, "name": "carla"},
    "team": {"id": TEAM},
    "trigger_id": "1.2.x",
    "api_app_id": "A0",
}
INTERACTIONS = (
    {
        **_COMMON, "type": "block_actions", "channel": {"id": DM}, "message": _SAID, "response_url": "http://127.0.0.1/r",
        "container": {"type": "message", "message_ts": "1700000000.5", "channel_id": DM, "is_ephemeral": False},
        "actions": [{"action_id": "claim:1", "block_id": "b", "type": "button", "value": "1", "action_ts": "1.1"}],
    },
    {
        **_COMMON, "type": "view_submission",
        "view": {
            "id": "V1", "type": "modal", "callback_id": "note", "hash": "h", "private_metadata": "[]",
            "state": {"values": {"text": {"text": {"type": "plain_text_input", "value": "words"}}}},
        },
    },
    {
        **_COMMON, "type": "message_action", "callback_id": "open_ticket", "channel": {"id": DM},
        "message": _SAID, "message_ts": "1700000000.5", "response_url": "http://127.0.0.1/r",
    },
    {"type": "url_verification", "challenge": "c", "token": "t"},
)  # fmt: skip
COMMAND = {
    "command": "/help", "text": "me", "user_id": CARLA, "channel_id": DM, "team_id": TEAM, "trigger_id": "1.2.y",
    "response_url": "http://127.0.0.1/r",
}  # fmt: skip
EVERYTHING = (*EVENTS, *INTERACTIONS, COMMAND)


class StrictIntake(MemoryIntake):
    """Takes only what can be read again."""

    async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        check_storable(events)
        await super().accept(events, cursor=cursor)


class Doors:
    """A running adapter with both of its doors open."""

    def __init__(
        self, server: SlackServer, house: House, address: str, session: aiohttp.ClientSession
    ) -> None:
        self.server, self.house, self._address, self._session = server, house, address, session

    async def posts(self, body: bytes, kind: str = "application/json") -> int:
        headers = signed(self.server.bot_settings()["SLACK_SIGNING_SECRET"], body) | {"Content-Type": kind}
        async with self._session.post(self._address, data=body, headers=headers) as answer:
            return answer.status

    async def delivers(self, payload: Json) -> None:
        """By HTTP as Slack would send this kind, and by the socket; each has to be answered once and for all."""
        text = json.dumps(payload)
        form = "application/x-www-form-urlencoded"
        if payload.get("type") in ("event_callback", "url_verification"):
            status = await self.posts(text.encode())
        elif "command" in payload:
            status = await self.posts(
                urlencode({k: str(v) for k, v in payload.items()}, errors="replace").encode(), form
            )
        else:
            status = await self.posts(urlencode({"payload": text}).encode(), form)
        assert status in (200, 400), (status, text)
        if "challenge" not in payload:
            is_event = "event" in payload or payload.get("type") == "event_callback"
            await self._over_socket("events_api" if is_event else "interactive", payload)

    async def _over_socket(self, kind: str, payload: Json) -> None:
        connection = self.server.sockets.pick()
        assert isinstance(connection, Connection)
        answer = asyncio.get_running_loop().create_future()
        connection.waiting["odd"] = answer
        envelope = {"envelope_id": "odd", "type": kind, "payload": payload, "accepts_response_payload": False}
        await connection.socket.send_str(json.dumps(envelope))
        async with asyncio.timeout(60):
            await answer
        del connection.waiting["odd"]

    async def takes_an_ordinary_message(self) -> None:
        count = len(self.house.intake.of(MessageReceived))
        words = f"an ordinary message after {count}"
        await self.server.say(CARLA, DM, words)
        async with asyncio.timeout(60):
            while words not in [one.text for one in self.house.intake.of(MessageReceived)]:
                await asyncio.sleep(0.005)


@asynccontextmanager
async def open_doors() -> AsyncIterator[Doors]:
    server = SlackServer(World(), manifest=manifest())
    await server.start("127.0.0.1", 0)
    house = House(server, intake=StrictIntake())
    adapter = house.adapter(socket=True, http=True)
    app = web.Application(client_max_size=10**7)
    for path, handler in adapter.webhooks().items():
        app.router.add_post(path, handler)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    address = f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    async with aiohttp.ClientSession() as session, house.running(adapter):
        yield Doors(server, house, address, session)
    await runner.cleanup()
    await server.stop()


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(mangled(EVERYTHING), min_size=8, max_size=12))
def test_mangled_payloads_hold_up_nothing(payloads: list[Json]) -> None:
    async def scenario() -> None:
        async with open_doors() as doors:
            for payload in payloads:
                await doors.delivers(payload)
            await doors.takes_an_ordinary_message()

    asyncio.run(scenario())


@pytest.mark.parametrize("odd", [None, [], "x", 7, {}], ids=repr)
async def test_a_wrong_value_in_every_place_holds_up_nothing(odd: object) -> None:
    async with open_doors() as doors:
        for payload in each_place(EVERYTHING, odd):
            await doors.delivers(payload)
        await doors.takes_an_ordinary_message()


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"null",
        b'"event_callback"',
        b'{"type": "event_callback"}',
        b'{"type": "event_callback", "event": "\xff\xfe"}',
        b'{"type": "event_callback", "event": ' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b"payload=",
        b"payload=%5B%5D",
        b"payload=null",
        b"payload=%7B%7D",
        b"payload=%FF",
        b"payload=" + b"%5B" * 100_000,
        b"command=%FF%FE",
    ],
    ids=lambda body: str(body[:40]),
)
async def test_bodies_that_are_no_payload_are_not_asked_for_again(body: bytes) -> None:
    async with open_doors() as doors:
        for kind in ("application/json", "application/x-www-form-urlencoded", "text/plain"):
            assert await doors.posts(body, kind) in (200, 400)
        await doors.takes_an_ordinary_message()


async def test_what_is_logged_says_the_kind_and_nothing_of_what_stood_in_it() -> None:
    async with open_doors() as doors:
        payload = {**EVENTS[0], "event": "a secret word"}
        await doors.delivers(payload)
        told = ("slack.not_understood", {"kind": "event_callback", "error": "AttributeError"})
        assert told in doors.house.reports
        assert all("secret" not in str(fields) for _, fields in doors.house.reports)
