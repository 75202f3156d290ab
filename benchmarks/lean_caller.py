"""Posts to a bot as Slack does: what was not taken is posted again, and everything that went wrong is counted."""

import asyncio
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import cast

AGAIN_AFTER_SECONDS = (0.0, 1.0, 5.0)
"""Slack waits nothing, a minute and five minutes (docs.slack.dev/apis/events-api); no figure is worth that long."""
_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STATUS = re.compile(rb"HTTP/1\.[01] 2\d\d ")


@dataclass(slots=True)
class Posting:
    """One request, until it is answered with 2xx or given up."""

    message: bytes
    answered: Callable[[], None]
    tries: int = 0


class LeanCaller:
    """Posts bodies to one server over keep-alive connections."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._idle: deque[_Connection] = deque()
        self._opening: set[asyncio.Task[None]] = set()
        self._connections: set[_Connection] = set()
        self._is_closed = False
        self.posted = 0
        self.unanswered = 0
        """So many are under way now."""
        self.refused = 0
        """Answers that were anything but 2xx."""
        self.again = 0
        """So often something was posted once more, after a refusal or a connection that ended."""
        self.given_up = 0
        self.on_answer: Callable[[], None] = lambda: None

    def __str__(self) -> str:
        return (
            f"port {self._port}: {self.posted} posted, {self.unanswered} without an answer, {self.refused} refused, "
            f"{self.again} posted again, {self.given_up} given up"
        )

    def post(
        self,
        path: str,
        headers: str,
        body: bytes,
        *,
        kind: str = "application/json",
        answered: Callable[[], None] = lambda: None,
    ) -> None:
        """`answered` is called once it was taken, or given up after the last try."""
        head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\n"
        message = f"{head}{headers}Content-Length: {len(body)}\r\n\r\n".encode() + body
        self.posted += 1
        self.unanswered += 1
        self._send(Posting(message, answered))

    def _send(self, posting: Posting) -> None:
        if self._is_closed:
            return
        posting.tries += 1
        if self._idle:
            self._idle.pop().write(posting)
            return
        task = asyncio.create_task(self._open(posting))
        self._opening.add(task)
        task.add_done_callback(self._opening.discard)

    async def _open(self, posting: Posting) -> None:
        loop = asyncio.get_running_loop()
        try:
            _, connection = await loop.create_connection(lambda: _Connection(self), "127.0.0.1", self._port)
        except OSError:
            self._repeat(posting)
            return
        self._connections.add(connection)
        connection.write(posting)

    def done(self, connection: "_Connection", posting: Posting, is_taken: bool) -> None:
        """The connection has an answer and is free for the next request."""
        self._idle.append(connection)
        if is_taken:
            self._end(posting)
        else:
            self.refused += 1
            self._repeat(posting)

    def lost(self, connection: "_Connection", posting: Posting | None) -> None:
        """The connection ended, with or without a request that waited for its answer."""
        self._connections.discard(connection)
        if connection in self._idle:
            self._idle.remove(connection)
        if posting is not None:
            self._repeat(posting)

    def _repeat(self, posting: Posting) -> None:
        if posting.tries > len(AGAIN_AFTER_SECONDS):
            self.given_up += 1
            self._end(posting)
            return
        self.again += 1
        pause = AGAIN_AFTER_SECONDS[posting.tries - 1]
        asyncio.get_running_loop().call_later(pause, self._send, posting)

    def _end(self, posting: Posting) -> None:
        self.unanswered -= 1
        self.on_answer()
        posting.answered()

    def close(self) -> None:
        self._is_closed = True
        for connection in list(self._connections):
            connection.close()


class _Connection(asyncio.Protocol):
    """Carries one request at a time; tells when its answer is complete, or that there will be none."""

    def __init__(self, caller: LeanCaller) -> None:
        self._caller = caller
        self._buffer = b""
        self._posting: Posting | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def write(self, posting: Posting) -> None:
        assert self._transport is not None
        self._posting = posting
        self._transport.write(posting.message)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0:
            return
        length = _LENGTH.search(self._buffer[: end + 2])
        posting = self._posting
        if posting is not None and len(self._buffer) >= end + 4 + (int(length[1]) if length else 0):
            is_taken = _STATUS.match(self._buffer) is not None
            self._buffer, self._posting = b"", None
            self._caller.done(self, posting, is_taken)

    def connection_lost(self, exc: Exception | None) -> None:
        posting, self._posting = self._posting, None
        self._caller.lost(self, posting)

    def close(self) -> None:
        if self._transport is not None:
            self._transport.close()
