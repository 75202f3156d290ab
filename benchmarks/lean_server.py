"""A local HTTP and WebSocket server that costs next to nothing, so that the bot in front of it is what is measured.

It knows what the platforms' SDKs send: requests with a Content-Length, and small masked frames.
"""

import asyncio
import base64
import hashlib
import re
from collections.abc import Callable
from typing import cast

import orjson

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_SOCKET_KEY = re.compile(rb"\r\nsec-websocket-key: *(\S+)", re.IGNORECASE)
_SOCKET_SALT = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
_TEXT, _CLOSE, _PING, _PONG = 1, 8, 9, 10


class Request:
    """One HTTP request; `respond` may be called later, in any order between connections."""

    __slots__ = ("_transport", "body", "method", "path")

    def __init__(self, transport: asyncio.Transport, method: str, path: str, body: bytes) -> None:
        self._transport, self.method, self.path, self.body = transport, method, path, body

    def respond(self, answer: object, headers: str = "", status: str = "200 OK") -> None:
        body = orjson.dumps(answer)
        # It waits as long as anybody keeps a connection, as the platforms do.
        head = (
            f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\nKeep-Alive: timeout=75\r\n"
            f"Content-Length: {len(body)}\r\n{headers}\r\n"
        )
        self._transport.write(head.encode() + body)


class Socket:
    """One WebSocket, seen from the server: frames go out unmasked and come in masked (RFC 6455, 5.1)."""

    def __init__(self, transport: asyncio.Transport, path: str) -> None:
        self._transport, self.path = transport, path
        self.take: Callable[[bytes], None] = lambda _text: None

    def send(self, message: object) -> None:
        self._frame(_TEXT, orjson.dumps(message))

    def _frame(self, opcode: int, payload: bytes) -> None:
        size = len(payload)
        if size < 126:
            head = bytes((0x80 | opcode, size))
        elif size < 65_536:
            head = bytes((0x80 | opcode, 126)) + size.to_bytes(2, "big")
        else:
            head = bytes((0x80 | opcode, 127)) + size.to_bytes(8, "big")
        self._transport.write(head + payload)

    def feed(self, buffer: bytearray) -> None:
        """Take every whole frame out of the buffer."""
        while (frame := _first_frame(buffer)) is not None:
            opcode, payload = frame
            if opcode == _TEXT:
                self.take(payload)
            elif opcode == _PING:
                self._frame(_PONG, payload)
            elif opcode == _CLOSE:
                self._frame(_CLOSE, payload)
                self._transport.close()


def _first_frame(buffer: bytearray) -> tuple[int, bytes] | None:
    if len(buffer) < 6:
        return None
    size, start = buffer[1] & 0x7F, 2
    if size >= 126:
        width = 2 if size == 126 else 8
        size, start = int.from_bytes(buffer[2 : 2 + width], "big"), 2 + width
    if len(buffer) < start + 4 + size:
        return None
    mask = bytes(buffer[start : start + 4])
    masked = bytes(buffer[start + 4 : start + 4 + size])
    opcode = buffer[0] & 0x0F
    del buffer[: start + 4 + size]
    whole = (mask * (size // 4 + 1))[:size]
    return opcode, (int.from_bytes(masked, "big") ^ int.from_bytes(whole, "big")).to_bytes(size, "big")


class _Connection(asyncio.Protocol):
    def __init__(self, on_request: Callable[[Request], None], on_socket: Callable[[Socket], None]) -> None:
        self._on_request, self._on_socket = on_request, on_socket
        self._buffer = bytearray()
        self._socket: Socket | None = None
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while self._socket is None and self._take_request():
            pass
        if self._socket is not None:
            self._socket.feed(self._buffer)

    def _take_request(self) -> bool:
        end = self._buffer.find(b"\r\n\r\n")
        if end < 0 or self._transport is None:
            return False
        head = bytes(self._buffer[: end + 2])
        length = _LENGTH.search(head)
        size = int(length[1]) if length else 0
        if len(self._buffer) < end + 4 + size:
            return False
        body = bytes(self._buffer[end + 4 : end + 4 + size])
        del self._buffer[: end + 4 + size]
        method, path, _ = head.split(b"\r\n", 1)[0].decode().split(" ", 2)
        if key := _SOCKET_KEY.search(head):
            self._upgrade(path, key[1])
        else:
            self._on_request(Request(self._transport, method, path, body))
        return True

    def _upgrade(self, path: str, key: bytes) -> None:
        assert self._transport is not None
        accept = base64.b64encode(hashlib.sha1(key + _SOCKET_SALT, usedforsecurity=False).digest())
        self._transport.write(
            b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
        )
        self._socket = Socket(self._transport, path)
        self._on_socket(self._socket)


class LeanServer:
    """Listens on a free port of this machine."""

    def __init__(self, on_request: Callable[[Request], None], on_socket: Callable[[Socket], None]) -> None:
        self._on_request, self._on_socket = on_request, on_socket
        self._server: asyncio.Server | None = None
        self.port = 0

    async def start(self) -> None:
        loop = asyncio.get_running_loop()
        self._server = await loop.create_server(
            lambda: _Connection(self._on_request, self._on_socket), "127.0.0.1", 0
        )
        self.port = self._server.sockets[0].getsockname()[1]

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
