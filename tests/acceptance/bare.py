"""Fronts before the local platforms that leave out what a platform may leave out, and differ where it may differ.

Each stands under another name of this machine and below a path, answers in chunks without a header that is not needed,
and hangs up after every answer. What a `Bareness` names is not there: methods, and fields of what is told.
"""

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlencode

import aiohttp
from aiohttp import web

from tests.acceptance.town import Town

PREFIX = "/beneath/a/path"
_KEPT_HEADERS = ("Authorization", "Content-Type", "X-Slack-Signature")


@dataclass(frozen=True)
class Bareness:
    """How a platform answers that does only what it must."""

    missing: frozenset[str]
    """Keys that stand in nothing it tells."""
    refuses: Callable[[str, str], web.Response | None]
    """(HTTP method, path) to the answer of a server that cannot do it."""
    changes_answer: Callable[[str, Any], Any] = lambda _path, answer: answer
    changes_request: Callable[[str, bytes], bytes] = lambda _path, body: body
    changes_frame: Callable[[Any], Any] = lambda frame: frame
    """Of what comes over a socket; None leaves it out."""
    answers_frame: Callable[[Any], Any] = lambda _frame: None
    """What to answer in the platform's place to what the bot sends over a socket; None passes it on."""
    without_query: frozenset[str] = field(default_factory=frozenset)


class Front:
    def __init__(self, target: str, bareness: Bareness) -> None:
        self._target, self._bareness = target, bareness
        self._session: aiohttp.ClientSession | None = None
        self.port = 0

    @property
    def address(self) -> str:
        """Where the bot finds it."""
        return f"http://localhost:{self.port}{PREFIX}"

    @asynccontextmanager
    async def serving(self) -> AsyncIterator["Front"]:
        application = web.Application(client_max_size=64 * 1024 * 1024)
        application.router.add_route("*", "/{path:.*}", self._handle)
        runner = web.AppRunner(application, access_log=None, shutdown_timeout=0.2)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        self.port = runner.addresses[0][1]
        try:
            async with aiohttp.ClientSession() as self._session:
                yield self
        finally:
            await runner.cleanup()

    async def _handle(self, request: web.Request) -> web.StreamResponse:
        path = request.path.removeprefix(PREFIX)
        if request.headers.get("Upgrade", "").lower() == "websocket":
            return await self._bridge(request, path)
        if (refusal := self._bareness.refuses(request.method, path)) is not None:
            refusal.force_close()
            return refusal
        assert self._session is not None
        body = self._bareness.changes_request(path, await request.read())
        headers = {name: request.headers[name] for name in _KEPT_HEADERS if name in request.headers}
        async with self._session.request(
            request.method, f"{self._target}{path}", params=request.query, data=body or None,
            headers=headers, allow_redirects=False,
        ) as answer:  # fmt: skip
            content = await answer.read()
            if answer.content_type == "application/json":
                content = self._told(path, content)
            return await self._answered(request, answer.status, answer.content_type, content)

    async def _answered(
        self, request: web.Request, status: int, kind: str, content: bytes
    ) -> web.StreamResponse:
        response = web.StreamResponse(status=status)
        response.content_type = kind
        if status != 204:
            response.enable_chunked_encoding()
        response.force_close()
        await response.prepare(request)
        for start in range(0, len(content), 1000):
            await response.write(content[start : start + 1000])
        await response.write_eof()
        return response

    def _told(self, path: str, content: bytes) -> bytes:
        return json.dumps(self._bare(self._bareness.changes_answer(path, json.loads(content)))).encode()

    def _bare(self, told: Any) -> Any:
        """Without what is missing, with something that nobody knows, and in another order."""
        if isinstance(told, list):
            return [self._bare(one) for one in told]
        if isinstance(told, str):
            return told.replace(self._target.partition("://")[2], f"127.0.0.1:{self.port}")
        if not isinstance(told, dict):
            return told
        kept = [(key, self._bare(value)) for key, value in told.items() if key not in self._bareness.missing]
        return {"x_unheard_of": {"id": [None]}, **dict(reversed(kept))}

    # Sockets

    async def _bridge(self, request: web.Request, path: str) -> web.WebSocketResponse:
        query = {key: one for key, one in request.query.items() if key not in self._bareness.without_query}
        ours = web.WebSocketResponse()
        await ours.prepare(request)
        assert self._session is not None
        async with self._session.ws_connect(f"{self._target}{path}", params=query) as theirs:
            ways = [
                asyncio.create_task(self._outward(ours, theirs)),
                asyncio.create_task(self._inward(theirs, ours)),
            ]
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            if not ours.closed:
                await ours.close(code=theirs.close_code or 1000)
        return ours

    async def _outward(self, ours: web.WebSocketResponse, theirs: aiohttp.ClientWebSocketResponse) -> None:
        async for frame in ours:
            answer = self._bareness.answers_frame(json.loads(frame.data))
            if answer is not None:
                await ours.send_str(json.dumps(answer))
            else:
                await theirs.send_str(frame.data)

    async def _inward(self, theirs: aiohttp.ClientWebSocketResponse, ours: web.WebSocketResponse) -> None:
        async for frame in theirs:
            told = self._bareness.changes_frame(json.loads(frame.data))
            if told is not None:
                await ours.send_str(json.dumps(self._bare(told)))


# Slack


def _slack_refuses(method: str, path: str) -> web.Response | None:
    name = path.removeprefix("/api/")
    if path.startswith("/api/") and method == "GET":
        return web.Response(status=404, text="404 Not Found")
    if name in {"reactions.add", "reactions.remove", "chat.getPermalink", "views.publish", "usergroups.list"}:
        return web.json_response({"error": "unknown_method", "ok": False})
    return web.json_response({"ok": False, "error": "missing_scope"}) if name == "pins.list" else None


def _slack_frame(frame: Any) -> Any:
    if frame.get("type") == "hello":
        return {"type": "hello"}
    return frame


SLACK = Bareness(
    missing=frozenset(
        {
            *(
                "api_app_id",
                "authorizations",
                "context_team_id",
                "event_context",
                "event_time",
                "token",
                "team",
            ),
            *(
                "channel_type",
                "client_msg_id",
                "event_ts",
                "bot_profile",
                "edited",
                "app_id",
                "user_team",
                "source_team",
            ),
            *("previous_message", "parent_user_id", "reply_count", "latest_reply", "reply_users", "shares"),
            *(
                "locale",
                "tz",
                "real_name",
                "display_name",
                "response_metadata",
                "blocks_hash",
                "retry_attempt",
            ),
            *("accepts_response_payload", "retry_reason", "size", "mode", "filetype", "has_more", "hidden"),
        }
    ),
    refuses=_slack_refuses,
    changes_answer=lambda path, answer: (
        {key: answer[key] for key in answer if key != "bot_id"} if path.endswith("/auth.test") else answer
    ),
    changes_frame=_slack_frame,
)

# Telegram

_LATER = {
    "setmycommands",
    "getmycommands",
    "deletewebhook",
    "getchatmember",
    "setmessagereaction",
    "sendchataction",
}


def _telegram_refuses(_method: str, path: str) -> web.Response | None:
    name = path.rpartition("/")[2].lower()
    if name in _LATER:
        return web.json_response({"message": "not implemented"}, status=500)
    if name in {"editforumtopic", "closeforumtopic", "reopenforumtopic"}:
        refusal = {"ok": False, "error_code": 400, "description": "Bad Request: method is not supported"}
        return web.json_response(refusal, status=400)
    return None


def _one_at_a_time(path: str, body: bytes) -> bytes:
    if not path.endswith("/getUpdates"):
        return body
    asked = {key: values[0] for key, values in parse_qs(body.decode()).items()}
    return urlencode({**asked, "timeout": "0", "limit": "1"}).encode()


def _telegram_answer(path: str, answer: Any) -> Any:
    if path.rpartition("/")[2].startswith(("edit", "delete", "answer")) and answer.get("ok"):
        return {"ok": True}
    if path.endswith("/getUpdates"):
        for update in answer.get("result") or ():
            for message in (update.get("message"), (update.get("callback_query") or {}).get("message")):
                _shorten(message)
    return answer


def _shorten(message: Any) -> None:
    """What is answered, as no more than its number."""
    if message and (answered := message.get("reply_to_message")):
        message["reply_to_message"] = {key: answered[key] for key in ("message_id", "date", "chat")}


TELEGRAM = Bareness(
    missing=frozenset(
        {
            *("last_name", "language_code", "is_premium", "is_forum", "can_join_groups", "chat_instance"),
            *("can_read_all_group_messages", "supports_inline_queries", "has_main_web_app", "sender_chat"),
            *("file_size", "mime_type", "title", "can_connect_to_business"),
        }
    ),
    refuses=_telegram_refuses,
    changes_answer=_telegram_answer,
    changes_request=_one_at_a_time,
)

# Discord


def _discord_refuses(method: str, path: str) -> web.Response | None:
    is_optional = path.endswith(
        ("/threads/active", "/threads/archived/public", "/typing", "/applications/@me")
    )
    is_reaction = "/reactions/" in path
    is_look_up = method == "GET" and "/guilds/" in path
    if is_optional or is_reaction or is_look_up:
        return web.json_response({"message": "404: Not Found", "code": 0}, status=404)
    return None


def _discord_frame(frame: Any) -> Any:
    if frame.get("s"):
        # It counts for everybody at once.
        frame["s"] *= 3
    if frame.get("t") == "READY":
        frame["d"]["guilds"] = []
    if frame.get("t") == "THREAD_CREATE":
        return {"op": 0, "t": "UNHEARD_OF", "s": frame["s"], "d": None}
    if str(frame.get("t")).startswith("MESSAGE_"):
        for key in ("guild_id", "channel_type", "member"):
            frame["d"].pop(key, None)
    if frame.get("t") == "GUILD_CREATE":
        frame["d"]["threads"] = []
    return frame


DISCORD = Bareness(
    missing=frozenset(
        {
            *(
                "_trace",
                "application",
                "private_channels",
                "presences",
                "members",
                "emojis",
                "stickers",
                "features",
            ),
            *(
                "global_name",
                "avatar_decoration_data",
                "public_flags",
                "nonce",
                "mention_everyone",
                "tts",
                "pinned",
            ),
            *(
                "member_count",
                "joined_at",
                "large",
                "premium_tier",
                "last_message_id",
                "permission_overwrites",
            ),
            *("content_type", "size", "height", "width", "available_tags", "rate_limit_per_user", "bitfield"),
        }
    ),
    refuses=_discord_refuses,
    changes_frame=_discord_frame,
    # No session can be resumed.
    answers_frame=lambda frame: {"op": 9, "d": False} if frame.get("op") == 6 else None,
    without_query=frozenset({"compress"}),
)


@asynccontextmanager
async def bare_fronts(town: Town) -> AsyncIterator[Mapping[str, str]]:
    """Fronts before all three platforms of the town, as settings that lead to them."""
    async with AsyncExitStack() as stack:
        addresses = {}
        for name, bareness in {"slack": SLACK, "telegram": TELEGRAM, "discord": DISCORD}.items():
            own = town.servers[name].bot_settings()[f"{name.upper()}_API_URL"]
            target = "/".join(own.split("/")[:3])
            front = await stack.enter_async_context(Front(target, bareness).serving())
            addresses[name] = front.address
        yield {
            "slack_api_url": f"{addresses['slack']}/api",
            "telegram_api_url": f"{addresses['telegram']}/",
            "discord_api_url": f"{addresses['discord']}/api/v10/",
            "discord_gateway_url": f"{addresses['discord'].replace('http', 'ws', 1)}/gateway",
        }
