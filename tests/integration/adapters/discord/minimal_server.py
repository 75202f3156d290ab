"""A server that speaks only what no bot on discord.py can do without, in the shortest payloads it takes."""

import asyncio
import json
from typing import Any

from aiohttp import WSMsgType, web

ME = {"id": "900", "username": "allhands", "discriminator": "0", "avatar": None, "bot": True}
GUILD, FORUM, HELP, DIRECT = "100", "110", "120", "130"
MIA = {"id": "800", "username": "mia", "discriminator": "0", "avatar": None}


class MinimalServer:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str, dict[str, Any]]] = []
        self._sequence = 0
        self._next = 100_000_000_000_000_000
        self._socket: web.WebSocketResponse | None = None
        self._runner: web.AppRunner | None = None
        self.port = 0
        self.has_callbacks = True
        self.is_full = False
        """Nothing more can be posted now."""
        self.messages: dict[str, dict[str, Any]] = {}
        """What can be asked for, by id."""
        self.limits = 0
        """So many posts are refused for a moment, which only a header tells."""
        self.resumed: list[str] = []
        """The sessions that were gone on with."""

    async def start(self) -> None:
        app = web.Application()
        app.router.add_get("/gateway/", self._gateway)
        app.router.add_route("*", "/api/{path:.*}", self._rest)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        self.port = self._runner.addresses[0][1]

    async def stop(self) -> None:
        if self._socket is not None:
            await self._socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    def id(self) -> str:
        self._next += 1
        return str(self._next)

    async def dispatch(self, event: str, data: dict[str, Any] | None) -> None:
        assert self._socket is not None
        self._sequence += 1
        await self._socket.send_str(json.dumps({"op": 0, "t": event, "s": self._sequence, "d": data}))

    def sent(self, method: str, path: str) -> list[dict[str, Any]]:
        return [body for called, where, body in self.calls if (called, where) == (method, path)]

    async def called(self, method: str, path: str) -> dict[str, Any]:
        """The body of the first such call, as soon as it comes."""
        async with asyncio.timeout(10):
            while not (found := self.sent(method, path)):
                await asyncio.sleep(0.01)
        return found[0]

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        self._socket = socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"op": 10, "d": {"heartbeat_interval": 40_000}}))
        async for frame in socket:
            if frame.type is not WSMsgType.TEXT:
                continue
            message = json.loads(frame.data)
            if message["op"] == 1:
                await socket.send_str(json.dumps({"op": 11}))
            if message["op"] == 2:
                await self._welcome()
            if message["op"] == 6:
                self.resumed.append(message["d"]["session_id"])
                await self.dispatch("RESUMED", None)
        return socket

    async def hang_up(self) -> None:
        assert self._socket is not None
        await self._socket.close(code=4000)

    async def _welcome(self) -> None:
        await self.dispatch(
            "READY",
            {"user": ME, "guilds": [{"id": GUILD, "unavailable": True}], "session_id": "s",
             "application": {"id": "900", "flags": 0}},
        )  # fmt: skip
        channels = [
            {"id": FORUM, "name": "desk", "type": 15, "position": 0},
            {"id": HELP, "name": "help", "type": 0, "position": 1},
        ]
        await self.dispatch(
            "GUILD_CREATE",
            {"id": GUILD, "channels": channels, "roles": [{"id": GUILD, "name": "@everyone"}],
             "members": [{"user": ME, "roles": [], "flags": 0}]},
        )  # fmt: skip

    async def _rest(self, request: web.Request) -> web.Response:
        path = request.match_info["path"]
        body = await request.json() if request.can_read_body else {}
        self.calls.append((request.method, path, body))
        if self.limits and path.endswith("/messages"):
            self.limits -= 1
            return web.json_response({"message": "slow down"}, status=429, headers={"Retry-After": "0.05"})
        return self._answer(request.method, path, body)

    def _answer(self, method: str, path: str, body: Any) -> web.Response:  # noqa: C901 - one line for each call
        match [method, *path.split("/")]:
            case ["GET", "users", "@me"]:
                return web.json_response(ME)
            case ["POST", "users", "@me", "channels"]:
                return web.json_response({"id": DIRECT, "type": 1, "recipients": [MIA]})
            case ["POST", "channels", _, "messages"] if self.is_full:
                return web.json_response({"retry_after": 60.0}, status=429)
            case ["GET", "channels", _, "messages", message] if message in self.messages:
                return web.json_response(self.messages[message])
            case ["POST", "channels", _, "messages"]:
                return web.json_response({"id": self.id(), "content": body["content"], "type": 0})
            case ["POST", "channels", forum, "threads"]:
                thread = self.id()
                return web.json_response({"id": thread, "parent_id": forum, "name": body["name"], "type": 11})
            case ["PATCH", "channels", *_]:
                return web.json_response({"id": path.split("/")[-1], "content": "", "type": 0})
            case ["PUT", "applications", _, "commands"]:
                return web.json_response([{**one, "id": self.id(), "application_id": "900"} for one in body])
            case ["PUT", "channels", *_]:
                return web.Response(status=204)
            case ["POST", "interactions", *_] if self.has_callbacks:
                return web.Response(status=204)
        return web.Response(status=404, text="no such thing")
