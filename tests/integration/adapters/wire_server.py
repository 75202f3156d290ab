"""A server that answers byte by byte as a test tells it."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from adapters.wire import HttpAnswer, Wire

OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"
CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
Script = Callable[[asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Reads whole requests, and has a script for the answer to each; without one it says OK."""

    port: int = 0
    scripts: list[Script] = field(default_factory=list)
    requests: list[bytes] = field(default_factory=list)
    connections: int = 0
    writers: list[asyncio.StreamWriter] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        self.writers.append(writer)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                length = int(head.lower().partition(b"content-length: ")[2].partition(b"\r\n")[0] or b"0")
                self.requests.append(head + await reader.readexactly(length))
                await (self.scripts.pop(0) if self.scripts else says(OK))(writer)
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    def wire(self, **given: str) -> Wire:
        return wire_to(f"http://127.0.0.1:{self.port}/api/", **given)


def wire_to(url: str, **given: str) -> Wire:
    return Wire(url, {"User-Agent": "a test", **given}, 5, content_type="text/plain")


async def post(wire: Wire, body: bytes = b"a=1") -> HttpAnswer:
    return await wire.ask("POST", "/sendMessage", body)


def says(*pieces: bytes) -> Script:
    """Answer with these bytes, each piece in a packet of its own; b"" ends the connection."""

    async def script(writer: asyncio.StreamWriter) -> None:
        for piece in pieces:
            if not piece:
                writer.close()
                return
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0.002)

    return script


async def is_silent(_writer: asyncio.StreamWriter) -> None:
    await asyncio.Event().wait()


@asynccontextmanager
async def serving(proof: ssl.SSLContext | None = None) -> AsyncIterator[Server]:
    server = Server()
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.create_task(server.serve(reader, writer)))

    listening = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=proof)
    server.port = listening.sockets[0].getsockname()[1]
    try:
        yield server
    finally:
        listening.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():
            await asyncio.sleep(0.01)
