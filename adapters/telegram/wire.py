"""HTTP/1.1 as far as calls of the Bot API need it: one POST after the other on connections that are kept.

A general client costs more with every call than all the rest of sending a message. Files, up and down, go
through one all the same.
"""

import asyncio
import base64
import re
import socket
import ssl
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import cast

from aiohappyeyeballs import start_connection
from yarl import URL

CONNECT_SECONDS = 10.0
NEXT_ADDRESS_SECONDS = 0.25
KEEP_ALIVE_SECONDS = 15.0
"""Shorter than any server's: a connection that closes while we use it looks like a lost reply."""
MAX_CONNECTIONS = 100
MAX_HEAD_BYTES = 64 * 1024
MAX_BODY_BYTES = 64 * 1024 * 1024
_STATUS = re.compile(rb"HTTP/1\.([01]) (\d{3})(?: |$)")
_SIZE = re.compile(rb"([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?")
_NO_BODY = frozenset({204, 304})


class NotConnectedError(Exception):
    """There is no connection: nothing was sent."""


class BrokenOffError(Exception):
    """The connection ended, or what came on it is no HTTP: the request may have been done."""


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    headers: Mapping[bytes, bytes]
    """Names in lower case."""
    body: bytes


@dataclass(frozen=True, slots=True)
class _Address:
    host: str
    port: int
    is_secure: bool


class Wire:
    """Opens connections as they are needed."""

    def __init__(self, agent: str) -> None:
        self._agent = agent
        self._idle: dict[_Address, list[_Connection]] = {}
        self._room = asyncio.Semaphore(MAX_CONNECTIONS)
        self._closings = 0

    async def post(self, url: str, form: bytes, seconds: float) -> Answer:
        """Post a form and wait so long for its answer; raises TimeoutError and the errors above."""
        address, head = _addressed(url, self._agent)
        closings = self._closings
        async with self._room:
            connection = self._kept(address) or await self._connected(address)
            try:
                request = b"%b%d\r\n\r\n%b" % (head, len(form), form)
                answer = await connection.exchange(request, seconds)
            except BaseException:
                # Its answer would be taken for that of the next request.
                connection.transport.abort()
                raise
            if connection.is_reusable and closings == self._closings:
                connection.idle_since = connection.loop.time()
                self._idle.setdefault(address, []).append(connection)
            else:
                connection.transport.close()
            return answer

    async def close(self) -> None:
        """End the connections; whoever waits on one still gets the answer."""
        self._closings += 1
        ending = [connection for idle in self._idle.values() for connection in idle]
        self._idle.clear()
        for connection in ending:
            connection.transport.abort()
        await asyncio.gather(*(connection.ended for connection in ending))

    def _kept(self, address: _Address) -> "_Connection | None":
        idle = self._idle.get(address)
        while idle:
            connection = idle.pop()
            if not connection.transport.is_closing():
                if connection.loop.time() - connection.idle_since < KEEP_ALIVE_SECONDS:
                    return connection
                connection.transport.abort()
        return None

    async def _connected(self, address: _Address) -> "_Connection":
        loop = asyncio.get_running_loop()
        secure, name = (_secure(), address.host) if address.is_secure else (None, None)
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                found = await loop.getaddrinfo(address.host, address.port, type=socket.SOCK_STREAM)
                # One that does not answer, such as that of an IPv6 that leads nowhere, must not hold up the others.
                sock = await start_connection(found, happy_eyeballs_delay=NEXT_ADDRESS_SECONDS, interleave=1)
                _, connection = await loop.create_connection(
                    lambda: _Connection(loop), sock=sock, ssl=secure, server_hostname=name
                )
        except (OSError, TimeoutError) as error:
            raise NotConnectedError(type(error).__name__) from error
        return connection


class _Connection(asyncio.Protocol):
    """Carries one exchange at a time."""

    transport: asyncio.Transport

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.ended = loop.create_future()
        self.is_reusable = False
        self.idle_since = 0.0
        self._received = bytearray()
        self._answer: asyncio.Future[Answer] | None = None

    async def exchange(self, request: bytes, seconds: float) -> Answer:
        """Raises BrokenOffError and TimeoutError."""
        self._answer = self.loop.create_future()
        self.is_reusable = False
        self._received.clear()
        if self.transport.is_closing():
            raise BrokenOffError
        # A third of what asyncio.timeout costs.
        timer = self.loop.call_later(seconds, self._fail, TimeoutError())
        try:
            self.transport.write(request)
            return await self._answer
        finally:
            timer.cancel()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self._answer is None or self._answer.done():
            # Nobody asked for this, so nothing that follows can be told apart.
            self.transport.abort()
            return
        self._received += data
        self._look(is_at_end=False)

    def eof_received(self) -> None:
        self._look(is_at_end=True)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail(BrokenOffError())
        if not self.ended.done():
            self.ended.set_result(None)

    def _look(self, *, is_at_end: bool) -> None:
        if self._answer is None or self._answer.done():
            return
        try:
            found = _read(self._received, is_at_end=is_at_end)
        except ValueError:
            self._fail(BrokenOffError())
            self.transport.abort()
            return
        if found is not None:
            answer, self.is_reusable = found
            self._answer.set_result(answer)

    def _fail(self, error: Exception) -> None:
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(error)


def _read(received: bytearray, *, is_at_end: bool) -> tuple[Answer, bool] | None:
    """The answer and whether another may follow it; None while it is incomplete. Raises ValueError."""
    start = 0
    while True:
        end = received.find(b"\r\n\r\n", start)
        if (len(received) if end < 0 else end) - start > MAX_HEAD_BYTES:
            raise ValueError
        if end < 0:
            return None
        version, status, headers = _head(bytes(received[start:end]))
        start = end + 4
        # Before the answer there may be news of it, such as 100 Continue.
        if status >= 200:
            break
    body = _body(received, start, status, headers, is_at_end)
    if body is None:
        return None
    content, end = body
    wish = headers.get(b"connection", b"").lower()
    is_kept = wish != b"close" if version else wish == b"keep-alive"
    return Answer(status, headers, content), is_kept and not is_at_end and end == len(received)


def _head(head: bytes) -> tuple[int, int, dict[bytes, bytes]]:
    first, *lines = head.split(b"\r\n")
    found = _STATUS.match(first)
    if found is None:
        raise ValueError
    headers: dict[bytes, bytes] = {}
    for line in lines:
        name, colon, value = line.partition(b":")
        name, value = name.lower(), value.strip()
        if not colon or (name == b"content-length" and headers.get(name, value) != value):
            raise ValueError
        headers[name] = value
    return int(found[1]), int(found[2]), headers


def _body(
    received: bytearray, start: int, status: int, headers: Mapping[bytes, bytes], is_at_end: bool
) -> tuple[bytes, int] | None:
    """The body and where it ends; None while it is incomplete."""
    if len(received) - start > MAX_BODY_BYTES:
        raise ValueError
    if status in _NO_BODY:
        return b"", start
    if b"transfer-encoding" in headers:
        if headers[b"transfer-encoding"].lower() != b"chunked":
            raise ValueError
        return _chunks(received, start)
    length = headers.get(b"content-length")
    if length is None:
        return (bytes(received[start:]), len(received)) if is_at_end else None
    if not length.isdigit():
        raise ValueError
    end = start + int(length)
    return (bytes(received[start:end]), end) if len(received) >= end else None


def _chunks(received: bytearray, at: int) -> tuple[bytes, int] | None:
    # The last chunk, and what may stand behind it, ends with an empty line.
    if not received.endswith(b"\r\n\r\n"):
        return None
    parts: list[bytes] = []
    while (end := received.find(b"\r\n", at)) >= 0:
        found = _SIZE.fullmatch(received, at, end)
        if found is None:
            raise ValueError
        size, at = int(found[1], 16), end + 2
        if not size:
            end = received.find(b"\r\n\r\n", at - 2)
            return b"".join(parts), end + 4
        parts.append(bytes(received[at : at + size]))
        at += size
        if len(received) < at + 2:
            return None
        if received[at : at + 2] != b"\r\n":
            raise ValueError
        at += 2
    return None


@lru_cache(maxsize=256)
def _addressed(url: str, agent: str) -> tuple[_Address, bytes]:
    """Where to call, and all of the request's head but the length of what follows."""
    try:
        parsed = URL(url)
    except ValueError:
        raise NotConnectedError("no address") from None
    if parsed.scheme not in ("http", "https") or parsed.raw_host is None or parsed.port is None:
        raise NotConnectedError("no address")
    lines = [
        f"POST {parsed.raw_path_qs} HTTP/1.1",
        f"Host: {parsed.host_port_subcomponent}",
        f"User-Agent: {agent}",
        "Accept-Encoding: identity",
        "Content-Type: application/x-www-form-urlencoded",
    ]
    if parsed.user is not None:
        given = base64.b64encode(f"{parsed.user}:{parsed.password or ''}".encode()).decode()
        lines.append(f"Authorization: Basic {given}")
    head = "\r\n".join([*lines, "Content-Length: "])
    return _Address(parsed.raw_host, parsed.port, parsed.scheme == "https"), head.encode()


@cache
def _secure() -> ssl.SSLContext:
    return ssl.create_default_context()
