"""Kept HTTP/1.1 connections to one server, for what is asked with every message: small JSON there and back.

A general HTTP client costs several times what all the rest of the adapter does for a message. What this one does not
understand is an error, never a guess; large bodies, files and proxies are left to aiohttp.
"""

import asyncio
import re
import ssl
from collections.abc import Mapping
from typing import cast

import aiohttp
from yarl import URL

from adapters.http_answer import HttpAnswer, MalformedAnswerError, read_answer

_MOST_CONNECTIONS = 100
_IDLE_SECONDS = 60.0
_SWEEP_SECONDS = 1.0
_MOST_BYTES = 32_000_000
"""Most answers are kilobytes; a page of a hundred long messages may be some megabytes."""
_LINE_ENDS = re.compile(r"[\r\n]")
_WITHOUT_LENGTH = frozenset({"GET", "HEAD", "DELETE"})
_REPEATABLE = frozenset({"GET", "HEAD", "PUT", "DELETE"})


class NotConnectedError(aiohttp.ClientConnectionError):
    """There was no connection, so nothing was sent."""


class Wire:
    """Asks one server; at most a hundred requests at a time, each with a connection of its own."""

    def __init__(self, base_url: str, headers: Mapping[str, str], seconds: float) -> None:
        self._url = URL(base_url)
        self._path = self._url.raw_path.rstrip("/")
        self._seconds = seconds
        given = {"Host": self._url.host_port_subcomponent or "", **headers, "Accept-Encoding": "identity"}
        # A line end in a setting must not become a header of its own.
        lines = (f"{name}: {_LINE_ENDS.sub('', value)}\r\n" for name, value in given.items())
        self._headers = "".join(lines).encode()
        self._secrecy = _secrecy() if self._url.scheme == "https" else None
        self._room = asyncio.Semaphore(_MOST_CONNECTIONS)
        self._open: set[_Connection] = set()
        self._idle: list[_Connection] = []
        self._sweeping: asyncio.TimerHandle | None = None

    async def ask(self, method: str, path: str, body: bytes | None = None) -> HttpAnswer:
        """Ask with a JSON body or with none, at a path that is quoted already.

        Raises NotConnectedError when nothing was sent; after aiohttp.ClientError or TimeoutError nobody knows.
        """
        if _LINE_ENDS.search(path):
            raise ValueError("a path of several lines")
        head = f"{method} {self._path}{path} HTTP/1.1\r\n".encode() + self._headers
        if body is not None:
            request = b"%bContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%b" % (
                head,
                len(body),
                body,
            )
        else:
            request = head + (b"\r\n" if method in _WITHOUT_LENGTH else b"Content-Length: 0\r\n\r\n")
        async with self._room:
            if (kept := self._kept()) is not None:
                try:
                    return await self._asked(kept, request)
                except aiohttp.ServerDisconnectedError:
                    # The server may have ended it just before. What may be done twice is asked anew.
                    if method not in _REPEATABLE:
                        raise
            return await self._asked(await self._connected(), request)

    async def _asked(self, connection: "_Connection", request: bytes) -> HttpAnswer:
        answer = await connection.ask(request, self._seconds)
        if not answer.is_last:
            self._idle.append(connection)
        return answer

    def _kept(self) -> "_Connection | None":
        while self._idle:
            connection = self._idle.pop()
            if connection.is_open:
                return connection
        return None

    async def _connected(self) -> "_Connection":
        loop, host = asyncio.get_running_loop(), self._url.host or ""
        try:
            async with asyncio.timeout(self._seconds):
                _, connection = await loop.create_connection(
                    lambda: _Connection(self._open, loop),
                    host,
                    self._url.port or 0,
                    ssl=self._secrecy,
                    server_hostname=host if self._secrecy else None,
                )
        except OSError as error:
            raise NotConnectedError(type(error).__name__) from error
        if self._sweeping is None:
            self._sweeping = loop.call_later(_SWEEP_SECONDS, self._sweep)
        return connection

    def _sweep(self) -> None:
        """End what waited too long. One look a second costs less than a timer for every request."""
        loop = asyncio.get_running_loop()
        for connection in tuple(self._open):
            connection.end_if_over(loop.time())
        self._idle = [connection for connection in self._idle if connection.is_open]
        self._sweeping = loop.call_later(_SWEEP_SECONDS, self._sweep) if self._open else None

    def close(self) -> None:
        """End all connections; what is still asked fails."""
        if self._sweeping is not None:
            self._sweeping.cancel()
            self._sweeping = None
        for connection in tuple(self._open):
            connection.end()


def _secrecy() -> ssl.SSLContext:
    context = ssl.create_default_context()
    context.set_alpn_protocols(["http/1.1"])
    return context


class _Connection(asyncio.Protocol):
    """One request at a time."""

    def __init__(self, among: "set[_Connection]", loop: asyncio.AbstractEventLoop) -> None:
        self._among = among
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._asked: asyncio.Future[HttpAnswer] | None = None
        self._received = b""
        self._until = 0.0
        """When whoever asks stops waiting; while nobody does, when the connection is not worth keeping any more."""

    @property
    def is_open(self) -> bool:
        return self._transport is not None and not self._transport.is_closing()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        self._among.add(self)

    async def ask(self, request: bytes, seconds: float) -> HttpAnswer:
        """Send a request and return its answer; the connection ends when that does not come about."""
        if self._transport is None:
            raise aiohttp.ServerDisconnectedError
        self._asked = self._loop.create_future()
        self._until = self._loop.time() + seconds
        self._transport.write(request)
        try:
            answer = await self._asked
        except BaseException:
            self.end()
            raise
        self._asked = None
        self._until = self._loop.time() + _IDLE_SECONDS
        if answer.is_last:
            self.end()
        return answer

    def data_received(self, data: bytes) -> None:
        if self._asked is None or self._asked.done():
            # Nobody asked: a server that says so before it hangs up, for one.
            self.end()
            return
        self._received += data
        self._read()

    def _read(self, *, is_over: bool = False) -> None:
        if self._asked is None or self._asked.done():
            return
        try:
            answer = read_answer(self._received, is_over=is_over)
        except MalformedAnswerError as error:
            self._asked.set_exception(aiohttp.ClientPayloadError(str(error)))
            return
        if answer is not None:
            self._received = b""
            self._asked.set_result(answer)
        elif len(self._received) > _MOST_BYTES:
            self._asked.set_exception(aiohttp.ClientPayloadError("an answer without end"))

    def eof_received(self) -> None:
        self._read(is_over=True)

    def connection_lost(self, _exc: Exception | None) -> None:
        self._transport = None
        self._among.discard(self)
        self._read(is_over=True)
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(aiohttp.ServerDisconnectedError())

    def end_if_over(self, now: float) -> None:
        if now < self._until or not self._until:
            return
        if self._asked is not None and not self._asked.done():
            self._asked.set_exception(TimeoutError())
        self.end()

    def end(self) -> None:
        if self._transport is not None:
            self._transport.abort()
