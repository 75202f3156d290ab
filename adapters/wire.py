"""Kept HTTP/1.1 connections to one server, for what is asked with every message: a small body there and back.

A general HTTP client costs several times what all the rest of the adapter does for a message. Ours is the pool of
connections, their time limits and the rule of what is certain; the answers are read by llhttp. What is not understood
is an error, never a guess; large bodies, files and proxies are left to aiohttp.
"""

import asyncio
import base64
import math
import re
import socket
import ssl
import zlib
from collections.abc import Mapping
from functools import cached_property
from typing import NamedTuple, cast

import aiohttp
from aiohappyeyeballs import start_connection
from httptools import HttpParserError, HttpParserUpgrade, HttpResponseParser
from yarl import URL

CONNECT_SECONDS = 10.0
IDLE_SECONDS = 15.0
"""Shorter than any platform's: a connection that ends while we use it looks like a lost answer."""
IDLE_IN_CLEAR_SECONDS = 4.0
"""Servers without a proxy in front of them hang up after five, and without encryption another one costs nothing."""
MOST_CONNECTIONS = 100
MOST_HEAD_BYTES = 64 * 1024
MOST_BYTES = 32 * 1024 * 1024
"""Most answers are kilobytes; a page of a hundred long messages may be some megabytes."""
_NEXT_ADDRESS_SECONDS = 0.25
_SWEEP_SECONDS = 1.0
_LINE_ENDS = re.compile(r"[\r\n]")
_UNQUOTED = re.compile(r"[\x00-\x20\x7f]")
_WITHOUT_LENGTH = frozenset({"GET", "HEAD", "DELETE"})
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})
_KEPT_FOR = re.compile(rb"timeout=(\d{1,6})")
_FRAMING = frozenset({b"content-length", b"transfer-encoding"})
_UNPACKED = frozenset({b"", b"identity"})
_PACKINGS = {b"gzip": (31,), b"x-gzip": (31,), b"deflate": (15, -15)}
"""By name, as zlib counts them; of what calls itself deflated, some is without its frame."""
_VERSIONS = frozenset({"1.0", "1.1"})


class NotConnectedError(aiohttp.ClientConnectionError):
    """There is no connection: nothing was sent."""


class BrokenOffError(aiohttp.ClientConnectionError):
    """The connection ended, or what came on it is no answer: the request may have been done."""


class HttpAnswer(NamedTuple):
    status: int
    said: dict[bytes, bytes]
    """The headers as the server spells them; of one that is said twice, the first."""
    body: bytes

    @property
    def headers(self) -> dict[bytes, bytes]:
        """By their names in small letters."""
        return {name.lower(): value.strip() for name, value in self.said.items()}


class Wire:
    """Asks one server; at most a hundred requests at a time, each with a connection of its own."""

    def __init__(
        self, base_url: str, headers: Mapping[str, str], seconds: float, *, content_type: str
    ) -> None:
        try:
            self._url = URL(base_url)
        except ValueError:
            self._url = URL()
        self._path = self._url.raw_path.rstrip("/")
        self._seconds = seconds
        given = {"Host": self._url.host_port_subcomponent or "", **headers, "Accept-Encoding": "identity"}
        if self._url.user is not None:
            account = f"{self._url.user}:{self._url.password or ''}".encode()
            given.setdefault("Authorization", f"Basic {base64.b64encode(account).decode()}")
        # A line end in a setting must not become a header of its own.
        lines = (f"{name}: {_LINE_ENDS.sub('', value)}\r\n" for name, value in given.items())
        self._headers = " HTTP/1.1\r\n" + "".join(lines)
        self._body_headers = f"{self._headers}Content-Type: {content_type}\r\nContent-Length: "
        self._room = asyncio.Semaphore(MOST_CONNECTIONS)
        self._open: set[_Connection] = set()
        self._idle: list[_Connection] = []
        self._is_swept = False
        self._closings = 0

    async def ask(
        self, method: str, path: str, body: bytes | None = None, seconds: float | None = None
    ) -> HttpAnswer:
        """Ask with a body or with none, at a path that is quoted already.

        Raises NotConnectedError when nothing was sent; after BrokenOffError or TimeoutError nobody knows.
        """
        if _UNQUOTED.search(path):
            raise ValueError("a path that is not quoted")
        if body is not None:
            head = f"{method} {self._path}{path}{self._body_headers}{len(body)}\r\n\r\n"
            request = head.encode() + body
        else:
            length = "" if method in _WITHOUT_LENGTH else "Content-Length: 0\r\n"
            request = f"{method} {self._path}{path}{self._headers}{length}\r\n".encode()
        seconds = self._seconds if seconds is None else seconds
        async with self._room:
            if (kept := self._kept()) is not None:
                try:
                    return await self._asked(kept, method, request, seconds)
                except BrokenOffError:
                    # The server may have ended it just before. What may be done twice is asked anew.
                    if method not in _REPEATABLE:
                        raise
            return await self._asked(await self._connected(seconds), method, request, seconds)

    async def close(self) -> None:
        """End the connections; whoever waits for an answer still gets it."""
        self._closings += 1
        ending, self._idle = self._idle, []
        for connection in ending:
            connection.end()
        await asyncio.gather(*(connection.ended for connection in ending))

    async def _asked(
        self, connection: "_Connection", method: str, request: bytes, seconds: float
    ) -> HttpAnswer:
        closings = self._closings
        answer = await connection.ask(request, seconds, is_head=method == "HEAD")
        if closings != self._closings:
            connection.end()
        elif connection.is_open:
            self._idle.append(connection)
        return answer

    def _kept(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            # Looked at here too: a machine that slept had no sweep.
            if not connection.end_if_over() and connection.is_open:
                return connection
        return None

    async def _connected(self, seconds: float) -> "_Connection":
        loop, url = asyncio.get_running_loop(), self._url
        if url.scheme not in ("http", "https") or url.raw_host is None or url.port is None:
            raise NotConnectedError("no address")
        secrecy, name = (self._secrecy, url.raw_host) if url.scheme == "https" else (None, None)
        try:
            async with asyncio.timeout(min(CONNECT_SECONDS, seconds)):
                found = await loop.getaddrinfo(url.raw_host, url.port, type=socket.SOCK_STREAM)
                # One that does not answer, such as that of an IPv6 that leads nowhere, must not hold up the others.
                sock = await start_connection(found, happy_eyeballs_delay=_NEXT_ADDRESS_SECONDS, interleave=1)
                _, connection = await loop.create_connection(
                    lambda: _Connection(self._open, loop, is_clear=secrecy is None),
                    sock=sock,
                    ssl=secrecy,
                    server_hostname=name,
                )
        except (OSError, UnicodeError) as error:
            raise NotConnectedError(type(error).__name__) from error
        if not self._is_swept:
            self._is_swept = True
            loop.call_later(_SWEEP_SECONDS, self._sweep, loop)
        return connection

    @cached_property
    def _secrecy(self) -> ssl.SSLContext:
        context = ssl.create_default_context()
        context.set_alpn_protocols(["http/1.1"])
        return context

    def _sweep(self, loop: asyncio.AbstractEventLoop) -> None:
        """End what waited too long. One look a second costs less than a timer for every request."""
        for connection in tuple(self._open):
            connection.end_if_over()
        self._idle = [connection for connection in self._idle if connection.is_open]
        self._is_swept = bool(self._open)
        if self._is_swept:
            loop.call_later(_SWEEP_SECONDS, self._sweep, loop)


def _encodings(headers: Mapping[bytes, bytes]) -> list[bytes]:
    return [value.strip().lower() for name, value in headers.items() if name.lower() == b"transfer-encoding"]


def _unpacked(head: Mapping[bytes, bytes], body: bytes) -> bytes:
    """The body as it was before a server packed it, although nobody asked for that. Raises BrokenOffError."""
    told = next((value for name, value in head.items() if name.lower() == b"content-encoding"), b"")
    encoding = told.strip().lower()
    if encoding in _UNPACKED or not body:
        return body
    for bits in _PACKINGS.get(encoding, ()):
        unpacking = zlib.decompressobj(bits)
        try:
            unpacked = unpacking.decompress(body, MOST_BYTES)
        except zlib.error:
            continue
        if unpacking.eof:
            return unpacked
    raise BrokenOffError("packed in an unknown way")


class _Connection(asyncio.Protocol):
    """One request at a time. The parser calls the methods whose names begin with `on_`."""

    def __init__(self, among: "set[_Connection]", loop: asyncio.AbstractEventLoop, *, is_clear: bool) -> None:
        self._among = among
        self._is_clear = is_clear
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        # Nobody asks yet.
        self._asked: asyncio.Future[HttpAnswer] = loop.create_future()
        self._asked.cancel()
        self._is_head = False
        self._until = math.inf
        """When whoever asks stops waiting; while nobody does, when the connection is not worth keeping any more."""
        self._size = 0
        self._status = 0
        self._head: dict[bytes, bytes] | None = None
        """That of the answer, once it is complete."""
        self._headers: dict[bytes, bytes] = {}
        self._body: list[bytes] = []
        # Functions of ours would cost more than all the parser does.
        self.on_header = self._headers.setdefault
        self.on_body = self._body.append
        self._parser = HttpResponseParser(self)
        self.ended = loop.create_future()

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    async def ask(self, request: bytes, seconds: float, *, is_head: bool) -> HttpAnswer:
        """Send a request and return its answer; the connection ends when that does not come about."""
        if self._transport is None or self._transport.is_closing():
            raise NotConnectedError("ended before it was used")
        self._asked = self._loop.create_future()
        self._is_head, self._size, self._head = is_head, 0, None
        self._until = self._loop.time() + seconds
        self._transport.write(request)
        try:
            answer = await self._asked
        except BaseException:
            # An answer that still comes would be taken for that of the next request.
            self.end()
            raise
        self._until = self._loop.time() + self._kept_seconds(answer.said)
        return answer

    def _kept_seconds(self, said: Mapping[bytes, bytes]) -> float:
        """For how long it may wait for the next request: less than the server waits, as far as it says so."""
        told = said.get(b"Keep-Alive") or said.get(b"keep-alive")
        if told and (found := _KEPT_FOR.search(told)):
            return min(IDLE_SECONDS, int(found[1]) - 1.0)
        return min(IDLE_SECONDS, IDLE_IN_CLEAR_SECONDS) if self._is_clear else IDLE_SECONDS

    def end_if_over(self) -> bool:
        if self._loop.time() < self._until:
            return False
        self._fail(TimeoutError())
        return True

    def end(self) -> None:
        if self._transport is not None:
            self._transport.abort()

    def _fail(self, error: Exception) -> None:
        if not self._asked.done():
            self._asked.set_exception(error)
        self.end()

    # Called by the event loop

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._among.add(self)

    def data_received(self, data: bytes) -> None:
        if self._asked.done():
            # Nobody asked: a server that says so before it hangs up, for one.
            self.end()
            return
        try:
            self._parser.feed_data(data)
        except (HttpParserError, HttpParserUpgrade):
            self._fail(BrokenOffError("no answer"))
            return
        self._size += len(data)
        if self._size > (MOST_HEAD_BYTES if self._head is None else MOST_BYTES):
            self._fail(BrokenOffError("an answer without end"))

    def eof_received(self) -> None:
        # With neither a length nor chunks, the answer ends with the connection.
        if self._head is not None and not _FRAMING & {name.lower() for name in self._head}:
            self._answer(self._head)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._transport = None
        self._among.discard(self)
        self._fail(BrokenOffError("ended"))
        self.ended.set_result(None)

    # Called by the parser

    def on_message_begin(self) -> None:
        if self._asked.done():
            # What stands behind an answer was never asked for: it must not be taken for the next one.
            self.end()
        self._headers.clear()
        self._body.clear()

    def on_headers_complete(self) -> None:
        self._status = self._parser.get_status_code()
        if not 100 <= self._status <= 599 or self._parser.get_http_version() not in _VERSIONS:
            raise BrokenOffError
        # Before the answer there may be news of it, such as 100 Continue.
        if self._status >= 200:
            # A copy: what stands in trailers is no header of the answer.
            self._head = self._headers.copy()
            if self._is_head:
                # The parser waits for a body that never comes.
                self._answer(self._head)
                self.end()

    def on_chunk_header(self) -> None:
        # The parser takes what is packed for the way and then cut into chunks. Of that we unpack nothing.
        if not self._body and _encodings(self._headers) != [b"chunked"]:
            raise BrokenOffError

    def on_message_complete(self) -> None:
        if self._head is None:
            return
        self._answer(self._head)
        if not self._parser.should_keep_alive():
            self.end()

    def _answer(self, head: dict[bytes, bytes]) -> None:
        if self._asked.done():
            return
        try:
            body = _unpacked(head, b"".join(self._body))
        except BrokenOffError as error:
            self._fail(error)
        else:
            self._asked.set_result(HttpAnswer(self._status, head, body))
