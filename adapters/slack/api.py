"""Slack's Web API through one keep-alive session, and who the bot is there."""

import asyncio
import json as json_text
import logging
from collections.abc import Callable, Mapping
from typing import Any

import aiohttp
import orjson
from slack_sdk.errors import SlackApiError, SlackClientError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler
from slack_sdk.http_retry.request import HttpRequest
from slack_sdk.http_retry.response import HttpResponse
from slack_sdk.http_retry.state import RetryState
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.json_text import loads
from adapters.pauses import UNREADABLE_SECONDS, told_seconds
from adapters.slack.payloads import Json
from adapters.slack.scope import Me
from adapters.wire import HttpAnswer, NotConnectedError, Wire

SLACK_ERRORS = (SlackClientError, aiohttp.ClientError, TimeoutError)
"""What a call of Slack's Web API may raise."""
TOKEN_ERRORS = frozenset(
    {
        *("invalid_auth", "not_authed", "account_inactive", "token_revoked", "token_expired"),
        *("org_login_required", "not_allowed_token_type"),
    }
)
"""The token itself is no good: only a person can mend that."""
_CALL_SECONDS = 30
_JSON = "application/json; charset=utf-8"
_READ_RETRIES = 5
_MOST_PATIENCE_SECONDS = 120.0
"""Some apps may read a history once a minute (docs.slack.dev/apis/web-api/rate-limits)."""
_NO_SUCH_PAGE = frozenset({404, 405, 501})
"""Slack itself says with 200 that it knows no such method."""

# The SDKs write payloads, addresses and tickets into their logs; what matters is reported by the adapter itself.
SDK_LOGGER = logging.getLogger("adapters.slack.sdk")
SDK_LOGGER.setLevel(logging.CRITICAL + 1)


class _Patience(AsyncRateLimitErrorRetryHandler):
    """Waits as the SDK's own does, which fails where a server tells a part of a second or a date."""

    async def prepare_for_next_attempt_async(
        self,
        *,
        state: RetryState,
        request: HttpRequest,
        response: HttpResponse | None = None,
        error: Exception | None = None,
    ) -> None:
        told = retry_after(response.headers) if response is not None else None
        state.next_attempt_requested = True
        await asyncio.sleep(min(UNREADABLE_SECONDS if told is None else told, _MOST_PATIENCE_SECONDS))
        state.increment_current_attempt()


class _Client(AsyncWebClient):
    """The SDK's client, which takes it for an error of its own when what it gets is no object."""

    async def api_call(self, api_method: str, **given: Any) -> AsyncSlackResponse:
        try:
            return await super().api_call(api_method, **given)
        except (AttributeError, RecursionError, UnicodeDecodeError) as error:
            raise aiohttp.ClientPayloadError(type(error).__name__) from None


class _ReadingClient(_Client):
    """The SDK's client, which asks by GET, for servers that take nothing but POST; Slack takes both."""

    def __init__(self, **given: Any) -> None:
        super().__init__(**given)
        self._posted: set[str] = set()
        """The methods that this server takes by POST only."""

    async def api_call(
        self, api_method: str, *, http_verb: str = "POST", params: Json | None = None, **given: Any
    ) -> AsyncSlackResponse:
        if http_verb != "GET":
            return await super().api_call(api_method, http_verb=http_verb, params=params, **given)
        if api_method not in self._posted:
            try:
                return await super().api_call(api_method, http_verb=http_verb, params=params, **given)
            except SlackApiError as error:
                if status_of(error) not in _NO_SUCH_PAGE:
                    raise
        answer = await super().api_call(api_method, data=dict(params or {}), **given)
        self._posted.add(api_method)
        return answer


class Api:
    """Slack's Web API: what is read waits out a rate limit, what is said is never sent again unasked."""

    def __init__(self, bot_token: str, api_url: str, on_token_error: Callable[[str], None]) -> None:
        self._session: aiohttp.ClientSession | None = None
        self._is_closed = False
        self._on_token_error = on_token_error
        self.on_trouble: Callable[[], None] = lambda: None
        """Called when a call failed for no reason of its own: Slack may be away."""
        self.known_me: Me | None = None
        """Who the bot is, once it was asked."""
        self._me_lock = asyncio.Lock()
        patience: list[AsyncRetryHandler] = [_Patience(max_retry_count=_READ_RETRIES)]
        given: dict[str, Any] = {
            "token": bot_token,
            "base_url": api_url,
            "timeout": _CALL_SECONDS,
            "logger": SDK_LOGGER,
        }
        self._reading = _ReadingClient(**given, retry_handlers=patience)
        self._saying = _Client(**given, retry_handlers=[])
        headers = {**self._saying.headers, "Authorization": f"Bearer {bot_token}"}
        self._wire = (
            None
            if self._saying.proxy
            else Wire(self._saying.base_url, headers, _CALL_SECONDS, content_type=_JSON)
        )

    @property
    def address(self) -> str:
        """Where the Web API is."""
        return str(self._reading.base_url)

    @property
    def session(self) -> aiohttp.ClientSession:
        """The session of this platform, opened by its first use inside a running loop.

        Raises NotConnectedError after the end: who comes late must not leave one open.
        """
        if self._is_closed:
            raise NotConnectedError("closed")
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=60)
            self._session = aiohttp.ClientSession(
                connector=connector, timeout=aiohttp.ClientTimeout(total=_CALL_SECONDS)
            )
            self._reading.session = self._saying.session = self._session
        return self._session

    @property
    def reading(self) -> AsyncWebClient:
        """For questions: waits when Slack says so."""
        return self._opened(self._reading)

    @property
    def saying(self) -> AsyncWebClient:
        """For files that people see: nothing is sent twice behind the dispatcher's back."""
        return self._opened(self._saying)

    def _opened(self, client: AsyncWebClient) -> AsyncWebClient:
        client.session = self.session
        return client

    async def say(self, method: str, arguments: Json) -> Json:
        """Call a method with JSON, once, and return Slack's answer: the short way for what people see.

        Raises what the Web API raises.
        """
        if self._wire is None:
            answer = await self.saying.api_call(method, json=arguments)
            return answer.data if isinstance(answer.data, dict) else {}
        answered = await self._wire.ask("POST", f"/{method}", _body(arguments))
        data = _read(answered.body)
        if not 200 <= answered.status < 300 or not data.get("ok"):
            raise self._refusal(method, answered, data)
        return data

    def _refusal(self, method: str, answered: HttpAnswer, data: Json) -> SlackApiError:
        response = AsyncSlackResponse(
            client=self._saying,
            http_verb="POST",
            api_url=f"{self._saying.base_url}{method}",
            req_args={},
            data=data,
            headers={
                name.decode("latin-1"): value.decode("latin-1") for name, value in answered.headers.items()
            },
            status_code=answered.status,
        )
        return SlackApiError(f"Slack refused {method}", response)  # type: ignore[no-untyped-call] # not annotated

    async def me(self) -> Me:
        """Who the bot is, asked once; raises what the Web API raises."""
        if self.known_me is None:
            async with self._me_lock:
                if self.known_me is None:
                    self.known_me = await self._ask_me()
        return self.known_me

    async def _ask_me(self) -> Me:
        try:
            answer = await self.reading.auth_test()
        except SlackClientError as error:
            self.note(error)
            raise
        return Me(
            team_id=str(answer.get("team_id") or ""),
            user_id=str(answer["user_id"]),
            bot_id=str(answer.get("bot_id") or ""),
            scopes=granted(answer),
        )

    def note(self, error: BaseException) -> None:
        """Tell whoever keeps the connection what an error says about it: the token is no good, or nobody answers."""
        if (code := error_code(error)) in TOKEN_ERRORS:
            self._on_token_error(code)
        elif status_of(error) >= 500 or not isinstance(error, SlackClientError):
            self.on_trouble()

    async def close(self) -> None:
        """Close the connections for good. Idempotent."""
        self._is_closed = True
        if self._wire is not None:
            await self._wire.close()
        if self._session is not None:
            await self._session.close()


def retry_after(headers: Mapping[str, Any]) -> float | None:
    """The pause that a server asks for; None where it tells none that can be understood."""
    told = next((value for name, value in headers.items() if name.lower() == "retry-after"), None)
    return told_seconds(told[0] if isinstance(told, list) and told else told)


def granted(answer: AsyncSlackResponse) -> frozenset[str] | None:
    """The scopes of the token that asked; None when the server does not say."""
    headers = {name.lower(): value for name, value in answer.headers.items()}
    scopes = str(headers.get("x-oauth-scopes") or "")
    return frozenset(scope.strip() for scope in scopes.split(",")) if scopes else None


def _body(arguments: Json) -> bytes:
    try:
        return orjson.dumps(arguments)
    except TypeError:
        # Half a character, which no UTF-8 can carry: escaped, it may pass.
        return json_text.dumps(arguments).encode()


def _read(body: bytes) -> Json:
    """The answer, {} for a page of some proxy in between."""
    try:
        answer = loads(body)
    except ValueError:
        return {}
    return answer if isinstance(answer, dict) else {}


def status_of(error: BaseException) -> int:
    """The status of the answer that said no; 0 without one."""
    response = getattr(error, "response", None)
    return response.status_code if isinstance(response, AsyncSlackResponse) else 0


def error_code(error: BaseException) -> str:
    """What went wrong in one word, without anything a person wrote: Slack's own code, or the kind of failure."""
    if code := said_code(error):
        return code
    return f"http_{status}" if (status := status_of(error)) else type(error).__name__


def is_elsewhere(error: BaseException) -> bool:
    """Whether something answered that is not Slack's Web API: a page, or a server that knows no such method."""
    if not isinstance(error, SlackApiError):
        return False
    return error_code(error) == "unknown_method" or (not said_code(error) and status_of(error) < 500)


def said_code(error: BaseException) -> str:
    """Slack's own code; "" for the answer of something else, such as a page."""
    response = getattr(error, "response", None)
    if not isinstance(response, AsyncSlackResponse) or not isinstance(response.data, dict):
        return ""
    return str(response.data.get("error") or "")
