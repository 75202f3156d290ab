"""How python-telegram-bot reaches the Bot API: kept connections instead of its default client.

Calls go over a `Wire`, files through an aiohttp session.
"""

import re
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from functools import lru_cache
from typing import Any

import aiohttp
import orjson
from telegram.error import BadRequest, NetworkError, TelegramError, TimedOut
from telegram.request import BaseRequest, RequestData
from yarl import URL

from adapters.json_text import loads
from adapters.pauses import UNREADABLE_SECONDS, told_seconds
from adapters.wire import CONNECT_SECONDS, IDLE_SECONDS, BrokenOffError, NotConnectedError, Wire

READ_SECONDS = 20.0
WRITE_SECONDS = 20.0
_FORM = "application/x-www-form-urlencoded"
_EMPTY_URL = URL()
_REFUSED = re.compile(rb'"ok"\s*:\s*false')
"""Standing anywhere in an answer; also in somebody's words, which are only looked at more closely then."""


class NotReachedError(NetworkError):
    """The request never left this machine, or the server refused to look at it: nothing was done."""


class FaultError(NetworkError):
    """The server failed while it worked on the request: it may have been done."""


class MissingError(TelegramError):
    """The server knows no such method, or no such bot (404)."""


class FloodError(TelegramError):
    """Too many requests; `retry_after_seconds` is what the server asked for."""

    def __init__(self, retry_after_seconds: float) -> None:
        super().__init__(f"Too many requests: retry after {retry_after_seconds:g} seconds")
        self.retry_after_seconds = retry_after_seconds


class AiohttpRequest(BaseRequest):
    """Opens its session with the first request, and again after it was shut down, but not after its end."""

    def __init__(self, base_url: str) -> None:
        self._session: aiohttp.ClientSession | None = None
        headers = {"User-Agent": self.USER_AGENT}
        self._wire = Wire(base_url, headers, WRITE_SECONDS + READ_SECONDS, content_type=_FORM)
        self._in_flight = 0
        self._is_closing = False
        self._is_over = False

    @property
    def read_timeout(self) -> float | None:
        return READ_SECONDS

    async def initialize(self) -> None:
        """Nothing to do before the first request."""

    async def shutdown(self) -> None:
        """Close all connections; whoever is using one does so behind itself."""
        await self._wire.close()
        self._is_closing = self._in_flight > 0
        if not self._is_closing:
            session, self._session = self._session, None
            if session is not None:
                await session.close()

    async def close(self) -> None:
        """Shut down for good: who comes late must not leave a session open."""
        self._is_over = True
        await self.shutdown()

    @asynccontextmanager
    async def _using_session(self) -> AsyncIterator[aiohttp.ClientSession]:
        if self._is_over:
            raise NotReachedError("no connection: closed")
        self._in_flight += 1
        try:
            yield self._opened()
        finally:
            self._in_flight -= 1
            if self._is_closing and not self._in_flight:
                await self.shutdown()

    def _opened(self) -> aiohttp.ClientSession:
        if self._session is None or self._session.closed:
            connector = aiohttp.TCPConnector(limit=100, keepalive_timeout=IDLE_SECONDS)
            self._session = aiohttp.ClientSession(
                connector=connector,
                headers={"User-Agent": self.USER_AGENT},
                # Cookies have no place here, and a jar costs time with each request.
                cookie_jar=aiohttp.DummyCookieJar(),
            )
        return self._session

    @asynccontextmanager
    async def download(self, url: str) -> AsyncIterator[aiohttp.ClientResponse | None]:
        """The answer to a GET, its body still to be read; None when there is no connection."""
        if self._is_over:
            yield None
            return
        timeout = aiohttp.ClientTimeout(total=None, sock_connect=CONNECT_SECONDS, sock_read=READ_SECONDS)
        async with self._using_session() as session, AsyncExitStack() as stack:
            try:
                request = session.get(url, timeout=timeout, allow_redirects=False)
                answer = await stack.enter_async_context(request)
            except (aiohttp.ClientError, TimeoutError, OSError):
                answer = None
            yield answer

    async def ask(
        self, method: str, parameters: Mapping[str, Any], read_seconds: float = READ_SECONDS
    ) -> Any:
        """The result of a call without files; raises TimedOut and what the SDK and this module raise.

        The SDK's own way looks for files and sizes in each parameter, and costs more than sending them.
        """
        try:
            form = _form(_encoded(parameters))
            answer = await self._wire.ask("POST", f"/{method}", form, WRITE_SECONDS + read_seconds)
        except NotConnectedError as error:
            raise NotReachedError(f"no connection: {error}") from None
        except TimeoutError:
            raise TimedOut("no answer in time") from None
        except BrokenOffError:
            raise NetworkError("the connection broke off") from None
        payload = answer.body
        status = _own_status(answer.status, payload)
        if status >= 400:
            _raise_for(status, payload, answer.headers.get(b"retry-after", b"").decode(errors="replace"))
        if not 200 <= status <= 299:
            await _Answered(status, payload).post(method)
        return self.parse_json_payload(payload)["result"]

    async def do_request(
        self,
        url: str,
        method: str,
        request_data: RequestData | None = None,
        read_timeout: object = BaseRequest.DEFAULT_NONE,
        write_timeout: object = BaseRequest.DEFAULT_NONE,
        connect_timeout: object = BaseRequest.DEFAULT_NONE,
        pool_timeout: object = BaseRequest.DEFAULT_NONE,
    ) -> tuple[int, bytes]:
        """The SDK's way to send anything, of which we use only uploads; raises as `_exchange`."""
        timeout = _timeout(
            _seconds(read_timeout, READ_SECONDS),
            _seconds(write_timeout, WRITE_SECONDS),
            _seconds(connect_timeout, CONNECT_SECONDS),
        )
        body, headers = _body(request_data)
        return await self._exchange(method, url, body, headers, timeout)

    async def _exchange(
        self, method: str, url: str, body: Any, headers: Mapping[str, str], timeout: aiohttp.ClientTimeout
    ) -> tuple[int, bytes]:
        """Raises the errors above, TimedOut or NetworkError; never with the address, which holds the token."""
        try:
            async with (
                self._using_session() as session,
                session.request(
                    method, url, data=body, headers=headers, timeout=timeout, allow_redirects=False
                ) as answer,
            ):
                payload = await answer.read()
                status, retry_after = answer.status, answer.headers.get("Retry-After")
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise NotReachedError(f"no connection: {type(error).__name__}") from None
        except TimeoutError:
            raise TimedOut("no answer in time") from None
        except (aiohttp.ClientError, OSError) as error:
            raise NetworkError(f"the connection broke off: {type(error).__name__}") from None
        status = _own_status(status, payload)
        _raise_for(status, payload, retry_after)
        return status, payload

    @staticmethod
    def parse_json_payload(payload: bytes) -> dict[str, Any]:
        try:
            parsed = loads(payload)
        except ValueError:
            # Without the cause: it would carry the answer's text into the log.
            raise FaultError("the server's answer is no JSON") from None
        if not isinstance(parsed, dict):
            raise FaultError("the server's answer is no object")
        # Some servers leave out a result that says nothing.
        return {"result": None, **parsed}


class _Answered(AiohttpRequest):
    """An answer that is there already, for the SDK to turn a refusal into its errors."""

    def __init__(self, status: int, payload: bytes) -> None:
        super().__init__("")
        self._answer = status, payload

    async def do_request(self, *_: object, **_more: object) -> tuple[int, bytes]:
        return self._answer


def _own_status(status: int, payload: bytes) -> int:
    """The error code in the answer: some servers put it there only, and answer 200."""
    if status == 200 and _REFUSED.search(payload) is not None:
        answer = loads(payload)
        if isinstance(answer, dict) and answer.get("ok") is False:
            code = answer.get("error_code")
            return code if isinstance(code, int) and code >= 400 else 500
    return status


def _raise_for(status: int, payload: bytes, retry_after: str | None) -> None:
    """Raise for what python-telegram-bot would put into one class with everything else."""
    if status == 429:
        raise FloodError(_retry_seconds(payload, retry_after))
    if status in (404, 405, 501):
        if words := _refused_words(payload):
            raise BadRequest(words)
        raise MissingError("Not Found")
    if status == 503:
        raise NotReachedError("the server is not available (503)")
    if status == 413:
        raise TelegramError("Request Entity Too Large")
    if status >= 500:
        raise FaultError(f"the server failed ({status})")


def _refused_words(payload: bytes) -> str:
    """What a server says with 404 that Telegram says with 400: of a chat, a message or a topic; "" of a method."""
    try:
        said = str(loads(payload)["description"])
    except (ValueError, KeyError, TypeError):
        return ""
    is_of_method = said.lower().replace(":", " ").split()[:2] == ["not", "found"] or "method" in said.lower()
    return "" if is_of_method else said


def _retry_seconds(payload: bytes, header: str | None) -> float:
    try:
        told = told_seconds(loads(payload)["parameters"]["retry_after"])
    except (ValueError, KeyError, TypeError):
        told = None
    if told is not None:
        return max(0.1, told)
    told = told_seconds(header)
    return max(1.0, told if told is not None else UNREADABLE_SECONDS) if header else 1.0


def _encoded(parameters: Mapping[str, Any]) -> dict[str, str]:
    """As the Bot API takes them in a form: structures as JSON, what is None left out."""
    return {
        name: value if isinstance(value, str) else orjson.dumps(value).decode()
        for name, value in parameters.items()
        if value is not None
    }


def _form(parameters: dict[str, str]) -> bytes:
    # The same bytes as urllib's, a hundred times as fast for a long text.
    return _EMPTY_URL.with_query(parameters).raw_query_string.encode()


def _body(request_data: RequestData | None) -> tuple[Any, dict[str, str]]:
    if request_data is None:
        return None, {}
    if not request_data.contains_files:
        return _form(request_data.json_parameters), {"Content-Type": _FORM}
    # Telegram takes file names as they are; quoted ones would be shown with percent signs.
    form = aiohttp.FormData(quote_fields=False)
    for name, value in request_data.json_parameters.items():
        form.add_field(name, value)
    for name, (file_name, content, mime) in request_data.multipart_data.items():
        form.add_field(name, content, filename=file_name, content_type=mime)
    return form, {}


@lru_cache(maxsize=16)
def _timeout(read: float, write: float, connect: float) -> aiohttp.ClientTimeout:
    return aiohttp.ClientTimeout(total=read + write + connect, sock_connect=connect)


def _seconds(given: object, default: float) -> float:
    return float(given) if isinstance(given, (int, float)) else default
