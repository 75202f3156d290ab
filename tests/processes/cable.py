"""The way from one process to PostgreSQL, which can be pulled out and put back in."""

import asyncio
from contextlib import suppress
from urllib.parse import parse_qs, urlsplit

SOCKET = ".s.PGSQL.5432"


class _Line:
    """One connection, and its other end at the server."""

    def __init__(self, ends: list[asyncio.StreamWriter]) -> None:
        self.ends = ends
        self.is_dead = False

    def tear(self) -> None:
        self.is_dead = True
        for end in self.ends:
            end.transport.abort()


class Cable:
    """Forwards bytes to a server that listens on a Unix socket, for as long as it is plugged in.

    Pulled out, it is as silent as a network that has lost the way: nothing is refused, and nothing comes any more.
    The server goes on believing in the connections it has; so does the process.
    """

    def __init__(self, database_url: str) -> None:
        parts = urlsplit(database_url)
        self._path = f"{parse_qs(parts.query)['host'][0]}/{SOCKET}"
        self._user, self._database = parts.username or "postgres", parts.path.lstrip("/")
        self._plugged = asyncio.Event()
        self._plugged.set()
        self._lines: set[_Line] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._trap = b""
        self._server: asyncio.Server | None = None
        self.url = ""
        """The database's address through this cable."""

    async def __aenter__(self) -> "Cable":
        self._server = await asyncio.start_server(self._accept, "127.0.0.1", 0)
        port = self._server.sockets[0].getsockname()[1]
        self.url = f"postgresql://{self._user}:@127.0.0.1:{port}/{self._database}"
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._server is not None:
            self._server.close()
        # Every line is torn by this, and its tasks end by themselves.
        self.plug_in()
        await asyncio.gather(*self._tasks)

    @property
    def is_plugged_in(self) -> bool:
        return self._plugged.is_set()

    def pull(self) -> None:
        self._plugged.clear()

    def pull_after(self, statement: bytes) -> None:
        """Pull it out once the process has sent this statement, before it hears what came of it."""
        self._trap = statement

    def plug_in(self) -> None:
        """Let new connections pass; those of before are torn by now."""
        for line in self._lines:
            line.tear()
        self._plugged.set()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        line = _Line([writer])
        self._lines.add(line)
        try:
            await self._plugged.wait()
            if not line.is_dead:
                await self._join(line, reader)
        finally:
            line.tear()
            self._lines.discard(line)

    async def _join(self, line: _Line, reader: asyncio.StreamReader) -> None:
        answers, server = await asyncio.open_unix_connection(self._path)
        client = line.ends[0]
        line.ends.append(server)
        pumps = [
            asyncio.create_task(self._pump(line, reader, server, is_from_process=True)),
            asyncio.create_task(self._pump(line, answers, client, is_from_process=False)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            line.tear()
            await asyncio.gather(*pumps)

    async def _pump(
        self,
        line: _Line,
        source: asyncio.StreamReader,
        target: asyncio.StreamWriter,
        *,
        is_from_process: bool,
    ) -> None:
        with suppress(ConnectionError):
            while data := await source.read(65536):
                await self._plugged.wait()
                if line.is_dead:
                    return
                target.write(data)
                await target.drain()
                if is_from_process and self._trap and self._trap in data:
                    self._trap = b""
                    self.pull()
