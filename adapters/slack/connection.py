"""Socket Mode: one WebSocket that is watched closely, and given up when it cannot be mended."""

import asyncio
import contextlib
from collections.abc import Callable
from datetime import datetime
from typing import Any

import aiohttp
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.api import SDK_LOGGER, TOKEN_ERRORS, error_code

PING_SECONDS = 3.0
"""The SDK notices a dead socket only with its pings: 9 seconds with its own default of ten."""
GIVE_UP_SECONDS = 15.0
"""So long the SDK may try to reconnect by itself; only then is an operator told that Slack is away."""
_APP_ERRORS = TOKEN_ERRORS | {
    "missing_scope",
    "no_permission",
    "not_allowed",
    "access_denied",
    "forbidden_team",
}


class ConnectionLostError(Exception):
    """The socket is gone and does not come back: a new adapter may do better."""


class _Client(SocketModeClient):
    """The SDK's client, which goes on for ever with a token that is no good: this one tells."""

    on_refused: Callable[[str], None] = staticmethod(lambda _code: None)

    async def issue_new_wss_url(self) -> str:
        try:
            return await super().issue_new_wss_url()
        except SlackApiError as error:
            if (code := error_code(error)) in _APP_ERRORS:
                self.on_refused(code)
            raise


class Connection:
    """Delivers envelopes to a Bolt app, and tells after every new session but the first how long it was away."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        on_refused: Callable[[str], None],
        on_gap: Callable[[float], None],
        now: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._on_gap = on_gap
        self._greetings = 0
        self._now = now
        self._last_seen = 0.0
        self._last_seen_at = now()
        self._last_pong: float | None = None
        self._greeted: object = None
        self._client = _Client(
            app_token=app_token, logger=SDK_LOGGER, web_client=app.client, ping_interval=PING_SECONDS
        )
        self._client.on_refused = on_refused
        self._client.socket_mode_request_listeners.append(self._handle)
        self._client.message_listeners.append(self._note)

    async def open(self) -> None:
        """Connect; raises ConnectionLostError when that does not come about in time."""
        try:
            await asyncio.wait_for(self._connect(), GIVE_UP_SECONDS)
        except TimeoutError:
            raise ConnectionLostError("no connection to Slack could be made") from None

    async def _connect(self) -> None:
        await self._client.connect()  # type: ignore[no-untyped-call] # the SDK does not annotate it

    async def watch(self) -> None:
        """Return never; raises ConnectionLostError when the SDK could not reconnect for a while."""
        while True:
            self._see()
            while await self._client.is_connected():
                self._see()
                await asyncio.sleep(PING_SECONDS)
            while not await self._client.is_connected():
                if self._away_seconds() > GIVE_UP_SECONDS:
                    raise ConnectionLostError("the connection to Slack was lost")
                await asyncio.sleep(PING_SECONDS)

    def _see(self) -> None:
        self._last_seen = asyncio.get_running_loop().time()
        # A socket may look open long after its end: only what came through it says that somebody was there. And a
        # new one must not hide, before it has said hello, for how long there was none.
        is_greeted = self._client.current_session is self._greeted
        if is_greeted and (pong := self._client.last_ping_pong_time) != self._last_pong:
            self._last_pong, self._last_seen_at = pong, self._now()

    def _gap_seconds(self) -> float:
        """By the clock on the wall too: a machine that slept did not count those hours."""
        return max(self._away_seconds(), (self._now() - self._last_seen_at).total_seconds())

    def _away_seconds(self) -> float:
        return asyncio.get_running_loop().time() - self._last_seen

    async def _handle(self, client: Any, request: SocketModeRequest) -> None:
        response = await run_async_bolt_app(self._app, request)
        # Without a socket there is nobody to tell; Slack delivers again what was not acknowledged.
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):
            await send_async_response(client, request, response, 0.0)

    async def _note(self, _client: Any, message: dict[str, Any], _raw: str | None) -> None:
        if message.get("type") != "hello":
            return
        self._greetings += 1
        if self._greetings > 1:
            self._on_gap(self._gap_seconds())
        self._greeted, self._last_seen_at = self._client.current_session, self._now()

    async def close(self) -> None:
        tasks = (
            self._client.message_processor,
            self._client.current_session_monitor,
            self._client.message_receiver,
        )
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):
            await self._client.close()  # type: ignore[no-untyped-call] # the SDK does not annotate it
        await asyncio.gather(*(task for task in tasks if task is not None), return_exceptions=True)
