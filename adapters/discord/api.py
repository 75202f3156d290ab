"""Discord's REST API through the SDK's own HTTP layer, at the address of this adapter's settings.

The SDK keeps the addresses of the API and the gateway as globals of its classes (`Route.BASE`,
`DiscordWebSocket.DEFAULT_GATEWAY`). `HouseHttp` is the one place that puts ours in their stead, for each
client on its own and on the way out, so that several adapters with different addresses live in one process.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Mapping
from typing import Any

import aiohttp
import orjson
from discord.gateway import DiscordWebSocket
from discord.http import HTTPClient, Route

from adapters.discord.settings import DiscordSettings

CALL_TIMEOUT = aiohttp.ClientTimeout(total=30)
UPLOAD_TIMEOUT = aiohttp.ClientTimeout(total=300)
LONGEST_RATE_LIMIT_SECONDS = 30.0
"""The SDK waits out shorter limits by itself; longer ones come back as `discord.RateLimited`."""
MOST_DIALS = 10
DIALS_WITHIN_SECONDS = 20.0

# At their debug level these write whole payloads, and with them what people said.
for _name in ("discord.http", "discord.gateway"):
    logging.getLogger(_name).setLevel(logging.INFO)


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
        self._dials: deque[float] = deque(maxlen=MOST_DIALS)

    async def request(self, route: Route, **kwargs: Any) -> Any:
        # The SDK joins its global base to the path when it makes the route; ours replaces it here.
        if route.url.startswith(Route.BASE):
            route.url = self._settings.api_url.rstrip("/") + route.url[len(Route.BASE) :]
        kwargs.setdefault("timeout", UPLOAD_TIMEOUT if kwargs.get("files") else CALL_TIMEOUT)
        data = await super().request(route, **kwargs)
        # The SDK takes JSON for text when its content type names a charset, as many servers' does.
        return orjson.loads(data) if isinstance(data, str) and data[:1] in ("{", "[") else data

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


class Api:
    """Calls of the REST API; logs in by itself before the first. One keep-alive connection pool for everything."""

    def __init__(self, settings: DiscordSettings) -> None:
        self.settings = settings
        self._lock = asyncio.Lock()
        self._http: HouseHttp | None = None
        self._plain: aiohttp.ClientSession | None = None
        self._me: Mapping[str, Any] = {}
        self._is_closed = False

    async def me(self) -> Mapping[str, Any]:
        """The bot's own user object; raises discord.LoginFailure for a token that is refused."""
        await self._logged_in()
        return self._me

    async def call(self, route: Route, **kwargs: Any) -> Any:
        """Make one call as the bot; raises one of `errors.FAILURES`. Keywords as `HTTPClient.request` takes them."""
        http = await self._logged_in()
        return await http.request(route, **kwargs)

    async def plain_session(self) -> aiohttp.ClientSession:
        """A session without the bot's authorization, for files and for the answers to interactions."""
        await self._logged_in()
        if self._plain is None:
            raise ConnectionError("closed")
        return self._plain

    async def _logged_in(self) -> HouseHttp:
        if self._http is not None:
            return self._http
        async with self._lock:
            if self._is_closed:
                raise ConnectionError("closed")
            return self._http or await self._log_in()

    async def _log_in(self) -> HouseHttp:
        connector = aiohttp.TCPConnector(limit=0)
        http = HouseHttp(asyncio.get_running_loop(), self.settings, connector)
        try:
            self._me = await http.static_login(self.settings.token.strip())
        except BaseException:
            await http.close()
            raise
        self._plain = aiohttp.ClientSession(
            connector=connector, connector_owner=False, headers={"User-Agent": http.user_agent}
        )
        self._http = http
        return http

    async def close(self) -> None:
        """Close the connections for good. Idempotent."""
        async with self._lock:
            self._is_closed = True
        plain, http = self._plain, self._http
        self._plain = self._http = None
        if plain is not None:
            await plain.close()
        if http is not None:
            await http.close()
