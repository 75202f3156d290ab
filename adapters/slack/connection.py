"""Socket Mode: one WebSocket that is watched closely, and given up when it cannot be mended."""

import asyncio
import contextlib
import json
from collections.abc import Callable
from datetime import datetime

import aiohttp
import orjson
from slack_bolt.adapter.socket_mode.async_internals import run_async_bolt_app, send_async_response
from slack_bolt.app.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.socket_mode.aiohttp import SocketModeClient
from slack_sdk.socket_mode.request import SocketModeRequest

from adapters.slack.api import SDK_LOGGER, TOKEN_ERRORS, error_code
from adapters.slack.malformed import OnMalformed
from adapters.slack.payloads import Json
from adapters.slack.receive import Take

PING_SECONDS = 3.0
"""The SDK notices a dead socket only with its pings: 9 seconds with its own default of ten."""
GIVE_UP_SECONDS = 15.0
"""So long the SDK may try to reconnect by itself; only then is an operator told that Slack is away."""
NO_SOCKETS = frozenset({"unknown_method", "http_404", "http_405", "http_501"})
"""Another server that has no Socket Mode says so; Slack has it."""
APP_ERRORS = (
    TOKEN_ERRORS
    | NO_SOCKETS
    | {"missing_scope", "no_permission", "not_allowed", "access_denied", "forbidden_team"}
)


class ConnectionLostError(ConnectionError):
    """The socket is gone and does not come back: a new adapter may do better."""


class _Client(SocketModeClient):
    """The SDK's client, which goes on for ever with a token that is no good: this one tells."""

    on_refused: Callable[[str], None] = staticmethod(lambda _code: None)
    on_envelope: Callable[[Json], None] = staticmethod(lambda _envelope: None)
    on_hello: Callable[[], None] = staticmethod(lambda: None)

    async def enqueue_message(self, message: str) -> None:
        """Hand envelopes on as they come, behind the greeting that went before them; the rest is the SDK's."""
        parsed = _parsed(message)
        if {"type", "envelope_id", "payload"} <= parsed.keys():
            self.on_envelope(parsed)
            return
        if parsed.get("type") == "hello":
            self.on_hello()
        await super().enqueue_message(message)

    async def issue_new_wss_url(self) -> str:
        try:
            return await super().issue_new_wss_url()
        except SlackApiError as error:
            if (code := error_code(error)) in APP_ERRORS:
                self.on_refused(code)
            raise


def _parsed(message: str) -> Json:
    for loads in (orjson.loads, json.loads):
        # Half a character, for one, is taken by the second only.
        with contextlib.suppress(ValueError, RecursionError):
            parsed = loads(message)
            return parsed if isinstance(parsed, dict) else {}
    return {}


class Connection:
    """Takes in events, delivers everything else to a Bolt app, and tells how long it was away after a reconnection."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        take: Take,
        on_malformed: OnMalformed,
        on_refused: Callable[[str], None],
        on_gap: Callable[[float], None],
        now: Callable[[], datetime],
    ) -> None:
        self._app = app
        self._take = take
        self._on_malformed = on_malformed
        self._under_way: set[asyncio.Task[None]] = set()
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
        self._client.on_envelope = self._begin
        self._client.on_hello = self._note_session

    async def open(self) -> None:
        """Connect; raises ConnectionLostError when that does not come about in time."""
        try:
            async with asyncio.timeout(GIVE_UP_SECONDS):
                await self._client.connect()  # type: ignore[no-untyped-call] # the SDK does not annotate it
        except TimeoutError:
            raise ConnectionLostError("no connection to Slack could be made") from None

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

    def _begin(self, envelope: Json) -> None:
        is_event = envelope["type"] == "events_api" and isinstance(envelope["payload"], dict)
        task = asyncio.create_task(self._take_event(envelope) if is_event else self._dispatch(envelope))
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)

    async def _take_event(self, envelope: Json) -> None:
        try:
            await self._take(envelope["payload"])
        except Exception:  # noqa: BLE001 - whatever it was, nothing was stored: Slack delivers again
            return
        await self._acknowledge(envelope)

    async def _acknowledge(self, envelope: Json) -> None:
        acknowledgement = orjson.dumps({"envelope_id": envelope["envelope_id"]}).decode()
        # Without a socket there is nobody to tell; Slack delivers again what was not acknowledged.
        with contextlib.suppress(ConnectionError, aiohttp.ClientError):
            await self._client.send_message(acknowledgement)

    async def _dispatch(self, envelope: Json) -> None:
        """Commands, buttons and forms: what they answer is Bolt's to say."""
        try:
            request = SocketModeRequest.from_dict(envelope)
            if request is not None:
                response = await run_async_bolt_app(self._app, request)
                await send_async_response(self._client, request, response, 0.0)
        except (ConnectionError, aiohttp.ClientError):
            return
        except Exception as error:  # noqa: BLE001 - what fails in storing Bolt answers itself: this was its reading
            self._on_malformed(envelope["payload"], type(error).__name__)
            # Slack would only bring it again.
            await self._acknowledge(envelope)

    def _note_session(self) -> None:
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
