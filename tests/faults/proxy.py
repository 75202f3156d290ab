"""A TCP address that leads to a database server, can be moved to another one, and can cut what passes through."""

import asyncio
import contextlib
from pathlib import Path

_CHUNK = 65536


class Proxy:
    """Listens on loopback and leads to a server's Unix socket."""

    def __init__(self, target: Path) -> None:
        self.target = target
        self.swallows_commits = 0
        """So many answers to COMMIT are kept back, and the connection is cut instead."""
        self.refuses = False
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @property
    def port(self) -> int:
        if self._server is None:
            raise LookupError("the proxy does not run")
        port: int = self._server.sockets[0].getsockname()[1]
        return port

    async def start(self) -> None:
        self._server = await asyncio.start_server(self._serve, "127.0.0.1", 0)

    async def stop(self) -> None:
        if self._server is not None:
            self._server.close()
        self.cut()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def cut(self) -> None:
        """End every connection without a goodbye."""
        for writer in list(self._writers):
            writer.transport.abort()

    def move(self, target: Path) -> None:
        """From now on lead to another server; who was connected to the first is cut off."""
        self.target = target
        self.cut()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        if self.refuses:
            writer.transport.abort()
            return
        try:
            there_reader, there_writer = await asyncio.open_unix_connection(str(self.target))
        except OSError:
            writer.transport.abort()
            return
        ends = {writer, there_writer}
        self._writers |= ends
        try:
            await asyncio.gather(_copied(reader, there_writer), self._downstream(there_reader, writer))
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            self._writers -= ends
            for end in ends:
                end.transport.abort()

    async def _downstream(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while chunk := await reader.read(_CHUNK):
            if self.swallows_commits > 0 and b"COMMIT\0" in chunk:
                # The server has done it; only its answer finds nobody any more.
                self.swallows_commits -= 1
                break
            writer.write(chunk)
            await writer.drain()
        writer.transport.abort()
        raise ConnectionResetError("the server's side is over")


async def _copied(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    writer.transport.abort()
