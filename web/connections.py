"""The web server's connections: what a client may make us wait for, and who goes when there are too many."""

import asyncio
import socket
from collections.abc import Awaitable, Callable
from typing import Any

import structlog
from aiohttp import hdrs, web

log = structlog.get_logger()

MOST_CONNECTIONS = 256
"""More than any platform opens, and few enough to leave files for the rest of the house."""
BODY_WITHIN_SECONDS = 10.0
IDLE_SECONDS = 75.0
"""Longer than proxies keep theirs, so that none sends into a connection that is being closed."""
LINGER_SECONDS = 1.0
SERVER_NAME = "Allhands"
"""What runs here in which version is nobody's business."""

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class TooSlowError(TimeoutError):
    """A request's body did not arrive in time."""


class Connections:
    """Accepts connections for an application and answers within limits.

    A connection that makes us wait for the client costs only a place. When there is none left, the oldest of these
    goes: whoever sends a whole request at once is served, however many others hold theirs open.
    """

    def __init__(self, app: web.Application) -> None:
        self._app = app
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=5)
        self._listener: asyncio.Server | None = None
        self._answering: dict[web.RequestHandler, web.Request] = {}
        app.middlewares.append(self._within_limits)
        app.on_response_prepare.append(_named)

    async def listen(self, host: str, port: int) -> int:
        """Returns the port; raises OSError when it is taken."""
        await self._runner.setup()
        loop = asyncio.get_running_loop()
        self._listener = await loop.create_server(self._accept, host, port, backlog=128)
        listening: socket.socket = self._listener.sockets[0]
        return int(listening.getsockname()[1])

    async def close(self) -> None:
        if self._listener is not None:
            self._listener.close()
        await self._runner.cleanup()

    def _accept(self) -> asyncio.Protocol:
        server = self._runner.server
        if server is None:
            return _Refused()
        living = [one for one in server.connections if one.transport is not None]
        if len(living) >= MOST_CONNECTIONS:
            oldest = next((one for one in living if self._waits(one)), None)
            if oldest is None:
                return _Refused()
            oldest.force_close()
        return _Connection(
            server,
            loop=asyncio.get_running_loop(),
            access_log=None,  # type: ignore[arg-type] # as the runner says it
            keepalive_timeout=IDLE_SECONDS,
            lingering_time=LINGER_SECONDS,
            # No platform compresses what it sends: nothing is ever unpacked here.
            auto_decompress=False,
        )

    def _waits(self, connection: web.RequestHandler) -> bool:
        """True while the next thing that happens is the client's: its request has not wholly come."""
        request = self._answering.get(connection)
        return request is None or not request.content.is_eof()

    @web.middleware
    async def _within_limits(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        if request.headers.get(hdrs.CONTENT_ENCODING, "identity").lower() != "identity":
            return web.Response(status=415)
        self._answering[request.protocol] = request
        late: asyncio.TimerHandle | None = None
        if not request.content.is_eof():
            late = asyncio.get_running_loop().call_later(BODY_WITHIN_SECONDS, _stop_waiting, request)
        try:
            return await handler(request)
        except TooSlowError:
            return web.Response(status=408)
        finally:
            if late is not None:
                late.cancel()
            del self._answering[request.protocol]


def _stop_waiting(request: web.Request) -> None:
    if not request.content.is_eof():
        request.content.set_exception(TooSlowError())


async def _named(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers[hdrs.SERVER] = SERVER_NAME


class _Connection(web.RequestHandler):
    """Answers what is no HTTP without repeating it, and without a page of the library's."""

    __slots__ = ()

    def handle_error(
        self, request: Any, status: int = 500, exc: BaseException | None = None, message: str | None = None
    ) -> web.StreamResponse:
        if status >= 500:
            log.error("web.failed", error=type(exc).__name__, exc_info=exc)
        response = web.Response(status=status, headers={hdrs.SERVER: SERVER_NAME})
        response.force_close()
        return response


class _Refused(asyncio.Protocol):
    """One connection too many."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        if isinstance(transport, asyncio.Transport):
            transport.abort()
