"""Socket Mode: the connections of the app, each parcel to one of them."""

import asyncio
import contextlib
import secrets
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field

import orjson
from aiohttp import WSMsgType, web

from sandbox.slack.model import Json
from sandbox.slack.parcels import ConnectionLostError, Parcel, UnansweredError

MOST_CONNECTIONS = 10
LEAVING_SECONDS = 1.0


@dataclass(eq=False, slots=True)
class Connection:
    socket: web.WebSocketResponse
    transport: asyncio.Transport | None
    waiting: dict[str, asyncio.Future[Json]] = field(default_factory=dict)
    """The acknowledgements that are still to come, by envelope id."""
    is_over: asyncio.Event = field(default_factory=asyncio.Event)
    is_leaving: bool = False
    """It was told to disconnect: it may still acknowledge, but gets nothing new."""

    async def deliver(self, parcel: Parcel, timeout_seconds: float) -> Json:
        """Send the parcel and return the payload of its acknowledgement, {} for none.

        Raises UnansweredError after the timeout and ConnectionLostError when the connection ends first.
        """
        envelope_id = str(uuid.uuid4())
        answer = asyncio.get_running_loop().create_future()
        self.waiting[envelope_id] = answer
        try:
            await self.socket.send_str(_envelope(envelope_id, parcel))
            return await asyncio.wait_for(answer, timeout_seconds)
        except TimeoutError:
            raise UnansweredError("timeout") from None
        except (ConnectionError, RuntimeError):
            # It may look open for a while yet: whoever looks for a connection must not be given this one again.
            self.is_leaving = True
            raise ConnectionLostError from None
        finally:
            self.waiting.pop(envelope_id, None)

    def take(self, frame: str) -> None:
        """Read what the client sent; a frame that acknowledges nothing is ignored, as Slack does."""
        with contextlib.suppress(orjson.JSONDecodeError):
            said = orjson.loads(frame)
            if (
                isinstance(said, dict)
                and (answer := self.waiting.get(str(said.get("envelope_id")))) is not None
            ):
                payload = said.get("payload")
                if not answer.done():
                    answer.set_result(payload if isinstance(payload, dict) else {})

    async def end(self) -> None:
        """Give the client a moment to leave by itself, then close."""
        try:
            await asyncio.wait_for(self.is_over.wait(), LEAVING_SECONDS)
        except TimeoutError:
            await self.socket.close()

    def lose(self) -> None:
        """The connection is over: nothing more will be acknowledged."""
        self.is_over.set()
        for answer in self.waiting.values():
            if not answer.done():
                answer.set_exception(ConnectionLostError())


def _envelope(envelope_id: str, parcel: Parcel) -> str:
    envelope: Json = {
        "envelope_id": envelope_id,
        "payload": parcel.payload,
        "type": parcel.kind,
        "accepts_response_payload": parcel.takes_answer,
    }
    if parcel.kind == "events_api":
        envelope |= {"retry_attempt": parcel.attempt, "retry_reason": parcel.reason}
    return orjson.dumps(envelope).decode()


def _nothing() -> None:
    """Nobody wants to know yet."""


class Sockets:
    """The app's open connections. `on_change` is called whenever one comes or goes."""

    def __init__(self, app_id: str) -> None:
        self._app_id = app_id
        self._tickets: set[str] = set()
        self._connections: list[Connection] = []
        self._turn = 0
        self.on_change: Callable[[], None] = _nothing

    def __len__(self) -> int:
        return len(self._ready())

    def _ready(self) -> list[Connection]:
        return [one for one in self._connections if not one.is_leaving and not one.socket.closed]

    def issue_ticket(self) -> str:
        """What apps.connections.open puts into the address: good for one connection."""
        ticket = secrets.token_hex(16)
        self._tickets.add(ticket)
        return ticket

    def pick(self) -> Connection | None:
        """The connection whose turn it is."""
        ready = self._ready()
        if not ready:
            return None
        self._turn += 1
        return ready[self._turn % len(ready)]

    async def serve(self, request: web.Request) -> web.StreamResponse:
        """Hold one connection until it ends."""
        ticket = request.query.get("ticket", "")
        if ticket not in self._tickets:
            return web.json_response({"ok": False, "error": "link_disabled"}, status=404)
        self._tickets.remove(ticket)
        socket = web.WebSocketResponse(compress=False, heartbeat=None)
        await socket.prepare(request)
        if len(self._connections) >= MOST_CONNECTIONS:
            await socket.send_str(_disconnect("too_many_websockets"))
            await socket.close()
            return socket
        connection = Connection(socket, request.transport)
        await socket.send_str(self._hello(len(self._connections) + 1))
        self._connections.append(connection)
        self.on_change()
        try:
            async for frame in socket:
                if frame.type is WSMsgType.TEXT:
                    connection.take(frame.data)
        finally:
            self._connections.remove(connection)
            connection.lose()
            self.on_change()
        return socket

    def _hello(self, number: int) -> str:
        return orjson.dumps(
            {
                "type": "hello",
                "num_connections": number,
                "debug_info": {"host": "sandbox", "build_number": 1, "approximate_connection_time": 18060},
                "connection_info": {"app_id": self._app_id},
            }
        ).decode()

    async def disconnect(self, reason: str) -> None:
        """Tell every client to connect anew; `warning` leaves the connection open, anything else ends it soon."""
        told = list(self._connections)
        for connection in told:
            connection.is_leaving = reason != "warning"
            with contextlib.suppress(ConnectionError, RuntimeError):
                await connection.socket.send_str(_disconnect(reason))
        self.on_change()
        if reason != "warning":
            await asyncio.gather(*(connection.end() for connection in told))

    def drop(self) -> None:
        """Cut every connection without a goodbye."""
        for connection in list(self._connections):
            connection.is_leaving = True
            connection.lose()
            if connection.transport is not None:
                connection.transport.abort()
        self.on_change()


def _disconnect(reason: str) -> str:
    return orjson.dumps({"type": "disconnect", "reason": reason, "debug_info": {"host": "sandbox"}}).decode()
