"""The SDK's HTTP client at the addresses of one adapter, with a short way for what is asked with every message.

The SDK keeps the addresses of the API and the gateway as globals of its classes (`Route.BASE`,
`DiscordWebSocket.DEFAULT_GATEWAY`). `HouseHttp` is the one place that puts ours in their stead, for each
client on its own and on the way out, so that several adapters with different addresses live in one process.
"""

import asyncio
import logging
from collections import deque
from contextlib import suppress
from typing import Any, cast

import aiohttp
import discord
import orjson
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Ratelimit, Route

from adapters.discord.settings import DiscordSettings
from adapters.json_text import loads
from adapters.pauses import told_seconds
from adapters.wire import HttpAnswer, Wire

CALL_SECONDS = 30.0
CALL_TIMEOUT = aiohttp.ClientTimeout(total=CALL_SECONDS)
UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=300)
LONGEST_RATE_LIMIT_SECONDS = 30.0
"""The SDK waits out shorter limits by itself; longer ones come back as `discord.RateLimited`."""
MOST_TRIES = 5
MOST_DIALS = 10
DIALS_WITHIN_SECONDS = 20.0

_TRIED_AGAIN = frozenset({500, 502, 504, 524})
_TOLD = {
    name.lower().encode(): name
    for name in (
        "X-Ratelimit-Bucket",
        "X-Ratelimit-Limit",
        "X-Ratelimit-Remaining",
        "X-Ratelimit-Reset",
        "X-Ratelimit-Reset-After",
    )
}
"""The headers that matter, as the SDK writes them."""

# At their debug level these write whole payloads, and with them what people said.
for _name in ("discord.http", "discord.gateway"):
    logging.getLogger(_name).setLevel(logging.INFO)


class Reply:
    """An answer as the SDK's rate limits and errors look at one."""

    __slots__ = ("data", "headers", "reason", "retry_after", "status")

    def __init__(self, answer: HttpAnswer) -> None:
        self.status, self.reason = answer.status, ""
        said = answer.headers
        self.headers = {name: said[key].decode("latin-1") for key, name in _TOLD.items() if key in said}
        self.retry_after = said.get(b"retry-after", b"").decode("latin-1")
        self.data: Any = _parsed(answer.body) if answer.status != 204 else None

    @property
    def error(self) -> discord.HTTPException:
        kind = discord.HTTPException
        if self.status == 403:
            kind = discord.Forbidden
        elif self.status == 404:
            kind = discord.NotFound
        elif self.status >= 500:
            kind = discord.DiscordServerError
        # An error reads the status, the reason and nothing else of an answer.
        return kind(cast(Any, self), self.data)


def _parsed(body: bytes) -> Any:
    if body[:1] in (b"{", b"["):
        try:
            return loads(body)
        except ValueError:
            pass
    return body.decode(errors="replace")


class HouseHttp(HTTPClient):
    """The SDK's HTTP client, bound to the addresses of one adapter."""

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        settings: DiscordSettings,
        connector: aiohttp.BaseConnector | None = None,
    ) -> None:
        super().__init__(loop, connector, max_ratelimit_timeout=LONGEST_RATE_LIMIT_SECONDS)
        self._settings = settings
        self._wire: Wire | None = None
        self._filling: set[asyncio.Task[None]] = set()
        self._dials: deque[float] = deque(maxlen=MOST_DIALS)

    async def request(self, route: Route, **kwargs: Any) -> Any:
        if kwargs.keys() <= {"json"}:
            return await self._ask(route, kwargs.get("json"))
        # The SDK joins its global base to the path when it makes the route; ours replaces it here.
        if route.url.startswith(Route.BASE):
            route.url = self._settings.api_url.rstrip("/") + route.url[len(Route.BASE) :]
        kwargs.setdefault("timeout", UPLOAD_TIMEOUT if kwargs.get("files") else CALL_TIMEOUT)
        try:
            data = await super().request(route, **kwargs)
        except (ValueError, KeyError) as error:
            # What it reads without looking: JSON that is none, a limit without a time.
            raise aiohttp.ClientPayloadError(type(error).__name__) from None
        # The SDK takes JSON for text when its content type names a charset, as many servers' does.
        return _parsed(data.encode()) if isinstance(data, str) else data

    # The short way: the SDK's rate limits and errors, without its general HTTP client

    async def _ask(self, route: Route, body: Any) -> Any:
        """Do what the SDK does with a request of JSON alone, at its rate limits and in its terms."""
        wire = self._wire = self._wire or self._connected()
        path = route.url.removeprefix(Route.BASE)
        content = None if body is None else orjson.dumps(body)
        bucket = self._bucket_hashes.get(route.key)
        limit = self.get_ratelimit(f"{bucket or route.key}:{route.major_parameters}")
        if not self._global_over.is_set():
            await self._global_over.wait()
        await limit.acquire()
        try:
            for tries in range(MOST_TRIES):
                reply = Reply(await wire.ask(route.method, path, content))
                self._learn(route, bucket, limit, reply)
                if 200 <= reply.status < 300:
                    return reply.data
                if reply.status == 429:
                    await self._wait_out(reply)
                elif reply.status in _TRIED_AGAIN:
                    await asyncio.sleep(1 + tries * 2)
                else:
                    raise reply.error
        finally:
            await self._leave(limit)
        raise reply.error

    async def hint(self, route: Route) -> None:
        """Ask for something that nobody misses: once, past the limits of what is said, and not while all are shut.

        Raises discord.HTTPException, or what the connection raises.
        """
        if not self._global_over.is_set():
            return
        wire = self._wire = self._wire or self._connected()
        reply = Reply(await wire.ask(route.method, route.url.removeprefix(Route.BASE)))
        if not 200 <= reply.status < 300:
            raise reply.error

    async def _leave(self, limit: Ratelimit) -> None:
        leaving = limit.__aexit__(None, None, None)  # type: ignore[arg-type, type-var] # it reads none of them
        if limit.remaining - limit.outgoing >= 0:
            await leaving
            return
        # The SDK lets whoever emptied a bucket wait until it is full. They have their answer; those behind wait.
        filling = asyncio.create_task(leaving)
        self._filling.add(filling)
        filling.add_done_callback(self._filling.discard)

    def _connected(self) -> Wire:
        headers = {"User-Agent": self.user_agent, "Authorization": f"Bot {self.token}"}
        return Wire(self._settings.api_url, headers, CALL_SECONDS, content_type="application/json")

    def _learn(self, route: Route, bucket: str | None, limit: Ratelimit, reply: Reply) -> None:
        """Tell the SDK's limits what Discord says of them."""
        headers = reply.headers
        named = headers.get("X-Ratelimit-Bucket")
        if named is not None and named != bucket:
            if bucket is not None or route.key not in self._bucket_hashes:
                self._bucket_hashes[route.key] = named
                self._buckets[f"{named}:{route.major_parameters}"] = limit
            if bucket is not None:
                self._buckets.pop(f"{bucket}:{route.major_parameters}", None)
        resets = headers.get("X-Ratelimit-Reset-After") or headers.get("X-Ratelimit-Reset")
        if "X-Ratelimit-Remaining" in headers and reply.status != 429 and told_seconds(resets) is not None:
            with suppress(ValueError, OverflowError):
                # What is no limit must not be taken for a failure of what was asked.
                limit.update(reply, use_clock=self.use_clock)  # type: ignore[arg-type] # it reads the headers, nothing else

    async def _wait_out(self, reply: Reply) -> None:
        # Where it is no object, not Discord says so but what stands before it: no limit that passes in seconds.
        told = (reply.data.get("retry_after"), reply.retry_after) if isinstance(reply.data, dict) else ()
        seconds = next((found for one in told if (found := told_seconds(one)) is not None), None)
        if seconds is None:
            raise reply.error
        if seconds > LONGEST_RATE_LIMIT_SECONDS:
            raise discord.RateLimited(seconds)
        if not reply.data.get("global"):
            await asyncio.sleep(seconds)
            return
        self._global_over.clear()
        try:
            await asyncio.sleep(seconds)
        finally:
            self._global_over.set()

    async def close(self) -> None:
        for filling in self._filling:
            filling.cancel()
        if self._wire is not None:
            await self._wire.close()
            self._wire = None
        await super().close()

    # The gateway

    async def ws_connect(self, url: str, *, compress: int = 0) -> aiohttp.ClientWebSocketResponse:
        self._refuse_hectic_dialling()
        default = str(DiscordWebSocket.DEFAULT_GATEWAY)
        if url.startswith(default):
            url = self._settings.gateway_url + url[len(default) :]
        return await super().ws_connect(url, compress=compress)

    def _refuse_hectic_dialling(self) -> None:
        # The SDK dials again at once, and for ever, when a gateway hangs up on it; the supervisor takes its time.
        now = asyncio.get_running_loop().time()
        if len(self._dials) == MOST_DIALS and now - self._dials[0] < DIALS_WITHIN_SECONDS:
            raise ConnectionError("The Discord gateway keeps closing the connection.")
        self._dials.append(now)
