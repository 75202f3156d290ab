"""Discord's REST API through the SDK's own HTTP layer, at the address of this adapter's settings."""

import asyncio
from collections.abc import Mapping
from typing import Any

import aiohttp
from discord.http import Route

from adapters.discord.errors import OddAnswerError
from adapters.discord.house_http import HouseHttp
from adapters.discord.settings import DiscordSettings
from adapters.fields import objects, whole


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

    async def look_up(self, route: Route, **kwargs: Any) -> dict[str, Any]:
        """Make a call that is answered with an object; raises as `call`, also when something else comes."""
        return as_object(await self.call(route, **kwargs))

    async def look_up_all(self, route: Route, **kwargs: Any) -> list[dict[str, Any]]:
        """The same for a list of objects; those without an id are none."""
        found = await self.call(route, **kwargs)
        if isinstance(found, list):
            return [dict(one) for one in objects(found) if whole(one, "id")]
        raise _unexpected(found)

    async def hint(self, route: Route) -> None:
        """Make one call that nobody misses; raises as `call`, and waits for no limit."""
        await (await self._logged_in()).hint(route)

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
            self._me = _user(await http.static_login(self.settings.token.strip()))
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


def as_object(answer: object) -> dict[str, Any]:
    """The answer, if it is an object; raises one of `errors.FAILURES`."""
    if isinstance(answer, dict):
        return answer
    raise _unexpected(answer)


def _unexpected(answer: object) -> aiohttp.ClientPayloadError:
    if isinstance(answer, str):
        return aiohttp.ClientPayloadError("no JSON")
    return OddAnswerError("another kind of answer")


def _user(answer: object) -> Mapping[str, Any]:
    """The bot's own user, and nothing else: some page may stand in between."""
    if not isinstance(answer, dict) or "id" not in answer:
        raise ConnectionError("what answers is not Discord's API")
    return answer
