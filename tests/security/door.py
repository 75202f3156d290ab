"""The house's web server with Slack's webhook behind it, and a client that sends bytes as they are given."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient

from adapters import WebhookHandler
from adapters.slack.receive import bolt_app
from adapters.slack.webhook import webhook
from adapters.telegram.webhook import Webhook
from bot.assembly import adapter_context, unavailable
from bot.doctor import _ClosedIntake
from bot.runtime.clock import SystemClock
from bot.settings import Settings
from handlers.registry import discover
from sandbox.slack.signatures import signature_headers
from web.server import WebServer

SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
EVENTS = "/slack/events"
TELEGRAM_SECRET = "a_secret-of-ours"
UPDATES = "/telegram/webhook"
PATIENCE_SECONDS = 60.0


class Door:
    """One listening server; `taken` is what came through."""

    def __init__(self, metrics_token: str = "") -> None:
        self.taken: list[dict[str, Any]] = []
        self.port = 0
        settings = Settings()
        context = adapter_context("slack", settings, discover(), SystemClock(), _ClosedIntake(), unavailable)
        app = bolt_app(AsyncWebClient(token="xoxb-none"), self._take)
        self._slack = webhook(SECRET, self._take, lambda: app, lambda _payload, _error: None)
        # The secret is checked before anything else is touched: the rest of the adapter is not there.
        nothing: Any = None
        self._telegram = Webhook(context, nothing, nothing, TELEGRAM_SECRET, "https://x.example")
        self._server = WebServer(self, "127.0.0.1", 0, metrics_token)

    async def _take(self, payload: dict[str, Any]) -> None:
        self.taken.append(payload)

    def readiness(self) -> tuple[bool, Mapping[str, object]]:
        return False, {"platforms": {"slack": {"state": "needs_setup", "problem": "token-detail"}}}

    def is_connected(self, platform: str) -> bool | None:
        return False if platform == "slack" else None

    def metrics(self) -> bytes:
        return b"allhands_events_total 1\n"

    def webhook(self, path: str) -> WebhookHandler | None:
        return {EVENTS: self._slack, UPDATES: self._telegram.handle}.get(path)

    async def open(self) -> None:
        self.port = await self._server.start()

    async def close(self) -> None:
        await self._server.stop()

    # -- what a client sends

    async def line(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def says(self, *parts: bytes) -> bytes:
        """Send these bytes; everything that comes back until the server hangs up."""
        reader, writer = await self.line()
        try:
            for part in parts:
                writer.write(part)
                await writer.drain()
            return await asyncio.wait_for(reader.read(), PATIENCE_SECONDS)
        except ConnectionError:
            return b""
        finally:
            writer.close()

    async def status(self, *parts: bytes) -> int:
        """The status of the first answer; 0 when the server hung up without one."""
        return status_of(await self.says(*parts))

    async def is_served(self) -> bool:
        """Whether an honest request is taken now."""
        before = len(self.taken)
        body = b'{"type": "event_callback", "event": {"type": "message"}}'
        return await self.status(post(body, signed(body))) == 200 and len(self.taken) == before + 1


@asynccontextmanager
async def open_door(metrics_token: str = "") -> AsyncIterator[Door]:
    door = Door(metrics_token)
    await door.open()
    try:
        yield door
    finally:
        await door.close()


def signed(body: bytes, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    return signature_headers(secret, int(time.time() if at is None else at), body)


def post(body: bytes, headers: Mapping[str, str] = {}, path: str = EVENTS) -> bytes:
    given = {"Content-Length": str(len(body)), "Content-Type": "application/json", **headers}
    return head("POST", path, given) + body


def head(method: str, path: str, headers: Mapping[str, str] = {}) -> bytes:
    lines = [f"{method} {path} HTTP/1.1", "Host: x", "Connection: close"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode("utf-8", "surrogateescape")


def status_of(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/1.") else 0
