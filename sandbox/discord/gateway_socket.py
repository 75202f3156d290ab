"""One gateway socket: encoding, compression, and what a client may send over it."""

import asyncio
import contextlib
import zlib
from collections import deque
from typing import Any

import orjson
from aiohttp import web

_SENDS_PER_MINUTE = 120


class GatewaySocket:
    """Writes payloads in the client's encoding and counts how fast it talks."""

    def __init__(self, request: web.Request, ws: web.WebSocketResponse) -> None:
        self._request = request
        self._ws = ws
        # zstd is not in the standard library of every Python this runs on; clients accept plain frames as well.
        is_compressed = request.query.get("compress") == "zlib-stream"
        self._deflate = zlib.compressobj() if is_compressed else None
        self._lock = asyncio.Lock()
        self._heard: deque[float] = deque()
        self._pongs: dict[bytes, asyncio.Future[bool]] = {}

    async def send(self, op: int, data: Any) -> None:
        await self.send_raw(orjson.dumps({"op": op, "d": data, "s": None, "t": None}))

    async def send_raw(self, payload: bytes) -> None:
        """Send one payload; a socket that is gone swallows it, for a RESUME brings it again."""
        async with self._lock:
            if self._ws.closed:
                return
            try:
                if self._deflate is None:
                    await self._ws.send_str(payload.decode())
                else:
                    # Z_SYNC_FLUSH ends each message with 00 00 FF FF, by which clients know that it is whole.
                    data = self._deflate.compress(payload) + self._deflate.flush(zlib.Z_SYNC_FLUSH)
                    await self._ws.send_bytes(data)
            except ConnectionError:
                return

    def talks_too_much(self, now: float) -> bool:
        """Count one message from the client; True beyond 120 within a minute."""
        self._heard.append(now)
        while self._heard[0] < now - 60:
            self._heard.popleft()
        return len(self._heard) > _SENDS_PER_MINUTE

    async def has_read_everything(self, mark: bytes) -> bool:
        """Wait until the client has read all that was sent so far, for its pong comes in order; False if it is gone."""
        self._pongs[mark] = asyncio.get_running_loop().create_future()
        try:
            async with self._lock:
                await self._ws.ping(mark)
            return await self._pongs[mark]
        except ConnectionError:
            return False
        finally:
            del self._pongs[mark]

    async def pong(self, mark: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            async with self._lock:
                await self._ws.pong(mark)

    def heard_pong(self, mark: bytes) -> None:
        if mark in self._pongs and not self._pongs[mark].done():
            self._pongs[mark].set_result(True)

    def gone(self) -> None:
        """The connection ended: nobody reads any more."""
        for waiting in self._pongs.values():
            if not waiting.done():
                waiting.set_result(False)

    async def close(self, code: int, reason: str) -> None:
        await self._ws.close(code=code, message=reason.encode())

    def cut(self) -> None:
        """Tear the connection without a close frame."""
        self.gone()
        if self._request.transport is not None:
            self._request.transport.abort()
