"""What comes over a socket, in the order in which it comes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from slack_sdk.web.async_client import AsyncWebClient

from adapters.slack.connection import Connection
from adapters.slack.payloads import Json
from adapters.slack.receive import bolt_app
from bot.runtime.clock import SystemClock
from tests.integration.adapters.slack.slack_house import until


class Slack:
    """Greets, delivers one event with the greeting, and asks for another session when that is acknowledged."""

    def __init__(self) -> None:
        self.acknowledged: list[str] = []
        self.address = ""
        self._sessions = 0

    async def open(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "url": f"{self.address.replace('http', 'ws')}/link"})

    async def link(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        self._sessions += 1
        event = {"type": "event_callback", "event": {"type": "message", "text": f"\ud83d {self._sessions}"}}
        envelope = {"type": "events_api", "envelope_id": f"e{self._sessions}", "payload": event}
        await socket.send_str('{"type": "hello"}')
        await socket.send_str(json.dumps(envelope))
        async for message in socket:
            self.acknowledged.append(json.loads(message.data)["envelope_id"])
            if self._sessions == 1:
                await socket.send_str('{"type": "disconnect"}')
        return socket


@asynccontextmanager
async def serving() -> AsyncIterator[Slack]:
    slack, app = Slack(), web.Application()
    app.add_routes([web.post("/api/apps.connections.open", slack.open), web.get("/link", slack.link)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield slack
    await runner.cleanup()


@pytest.mark.parametrize("is_stored", [True, False])
async def test_a_gap_is_noticed_before_anything_that_comes_behind_it(is_stored: bool) -> None:
    seen: list[str] = []

    async def take(payload: Json) -> None:
        seen.append(payload["event"]["text"])
        if not is_stored and len(seen) > 1:
            raise OSError("the disk is full")

    async with serving() as slack:
        client = AsyncWebClient("xoxb-1", base_url=f"{slack.address}/api/")
        connection = Connection(
            bolt_app(client, take),
            "xapp-1",
            take,
            lambda *_malformed: seen.append("malformed"),
            seen.append,
            lambda _seconds: seen.append("gap"),
            SystemClock().now,
        )
        await connection.open()
        await until(lambda: len(seen) == 3 and len(slack.acknowledged) == 1 + is_stored)
        await connection.close()
    assert seen == ["\ud83d 1", "gap", "\ud83d 2"]
    assert slack.acknowledged == (["e1", "e2"] if is_stored else ["e1"])
