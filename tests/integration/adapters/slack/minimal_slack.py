"""A Slack of our own that does no more than it must, and names its things as it likes."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web


@dataclass
class MinimalSlack:
    """auth.test, apps.connections.open, chat.postMessage and one socket; every other method is a 404 page.

    Unless it has `channels`: then it says what they are, and tells their `history`.
    """

    posted: list[dict[str, Any]] = field(default_factory=list)
    answered: list[dict[str, Any]] = field(default_factory=list)
    acknowledged: list[str] = field(default_factory=list)
    socket: web.WebSocketResponse | None = None
    address: str = ""
    has_no_sockets: bool = False
    is_strict: bool = False
    page: str = ""
    """Stands in place of an answer to what is posted."""
    people: dict[str, str] = field(default_factory=dict)
    """Names by id; it tells them by POST only."""
    pauses: list[str] = field(default_factory=list)
    """With these it puts off who asks for people, once with each."""
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    history: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    asked: list[tuple[str, str]] = field(default_factory=list)
    """(method, channel) of what it was asked of its channels."""

    def application(self) -> web.Application:
        app = web.Application()
        app.router.add_post("/api/auth.test", self._auth)
        app.router.add_post("/api/apps.connections.open", self._open)
        app.router.add_post("/api/chat.postMessage", self._post)
        app.router.add_post("/api/users.info", self._user)
        app.router.add_post("/api/chat.postEphemeral", self._post)
        app.router.add_post("/api/conversations.info", self._info)
        app.router.add_post("/api/conversations.history", self._told_before)
        app.router.add_post("/response", self._respond)
        app.router.add_get("/socket", self._connect)
        app.router.add_post("/page/{method}", self._sign_in_page)
        return app

    async def _sign_in_page(self, _request: web.Request) -> web.Response:
        return web.Response(text="<html>Please sign in to this network.</html>", content_type="text/html")

    async def _auth(self, _request: web.Request) -> web.Response:
        return web.json_response({"ok": True, "user_id": "U0BOT", "team_id": "T1"})

    async def _open(self, _request: web.Request) -> web.Response:
        if self.has_no_sockets:
            return web.json_response({"ok": False, "error": "unknown_method"})
        return web.json_response({"ok": True, "url": f"{self.address.replace('http', 'ws')}/socket"})

    async def _post(self, request: web.Request) -> web.Response:
        if self.page:
            return web.Response(text=self.page, content_type="text/html")
        message = await request.json()
        if self.is_strict and message.keys() - {"channel", "text", "blocks", "thread_ts"}:
            return web.json_response({"ok": False, "error": "invalid_arguments"})
        self.posted.append(message)
        return web.json_response({"ok": True, "channel": "D1", "ts": f"{len(self.posted)}.000001"})

    async def _user(self, request: web.Request) -> web.Response:
        user = str((await request.post()).get("user"))
        if self.pauses:
            headers = {"Retry-After": self.pauses.pop()}
            return web.json_response({"ok": False, "error": "ratelimited"}, status=429, headers=headers)
        if user not in self.people:
            return web.Response(status=404, text="404 Not Found")
        return web.json_response({"ok": True, "user": {"id": user, "name": self.people[user]}})

    async def _info(self, request: web.Request) -> web.Response:
        channel = str((await request.post()).get("channel"))
        self.asked.append(("conversations.info", channel))
        if channel not in self.channels:
            return web.Response(status=404, text="404 Not Found")
        return web.json_response({"ok": True, "channel": {"id": channel, **self.channels[channel]}})

    async def _told_before(self, request: web.Request) -> web.Response:
        channel = str((await request.post()).get("channel"))
        if channel not in self.history:
            return web.Response(status=404, text="404 Not Found")
        return web.json_response({"ok": True, "messages": self.history[channel]})

    async def _respond(self, request: web.Request) -> web.Response:
        self.answered.append(await request.json())
        return web.Response(text="ok")

    async def _connect(self, request: web.Request) -> web.WebSocketResponse:
        self.socket = web.WebSocketResponse()
        await self.socket.prepare(request)
        async for frame in self.socket:
            self.acknowledged.append(json.loads(frame.data)["envelope_id"])
        return self.socket

    async def deliver(self, kind: str, payload: dict[str, Any]) -> None:
        assert self.socket is not None
        envelope = {"envelope_id": f"{kind}-1", "type": kind, "payload": payload}
        await self.socket.send_json(envelope)


@asynccontextmanager
async def serving(slack: MinimalSlack) -> AsyncIterator[MinimalSlack]:
    runner = web.AppRunner(slack.application(), access_log=None, shutdown_timeout=0.2)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    slack.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    try:
        yield slack
    finally:
        await runner.cleanup()
