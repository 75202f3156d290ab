"""The proxy as it is shipped, in front of three small servers that stand for the processes."""

import asyncio
import os
import shutil
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from io import BytesIO
from pathlib import Path

import aiohttp
from aiohttp import web

from tests.acceptance.bot_child import free_port

CADDYFILE = Path("deploy/Caddyfile")
CADDY = shutil.which("caddy", path=str(Path(sys.executable).parent))
"""From the package that carries it: the machine's own may be too old."""
PATIENCE_SECONDS = 60.0
NAMES = ("bot-a", "bot-b", "bot-c")


class Process:
    """What the proxy sees of a process: whether it is connected, and that it takes what it is given."""

    def __init__(self) -> None:
        self.port = free_port()
        self.is_connected = {"slack": True, "telegram": True}
        self.taken: list[str] = []
        """The paths of the events that came whole."""
        self.begun = self.asked = 0
        self._runner: web.AppRunner | None = None

    async def start(self) -> None:
        app = web.Application(client_max_size=10_000_000)
        app.router.add_get("/readyz/{platform}", self._ready)
        app.router.add_route("*", "/{path:.*}", self._take)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await self._runner.setup()
        await web.TCPSite(self._runner, "127.0.0.1", self.port).start()

    async def stop(self) -> None:
        runner, self._runner = self._runner, None
        if runner is not None:
            await runner.cleanup()

    async def _ready(self, request: web.Request) -> web.Response:
        self.asked += 1
        return web.Response(status=200 if self.is_connected[request.match_info["platform"]] else 503)

    async def _take(self, request: web.Request) -> web.Response:
        self.begun += 1
        try:
            await request.read()
        except OSError:
            # Cut off on its way.
            return web.Response(status=400)
        self.taken.append(request.path)
        return web.Response()


class Proxied:
    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.processes = [Process() for _ in NAMES]
        self.port, self._tls_port = free_port(), free_port()
        self.session: aiohttp.ClientSession

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def taken(self) -> list[str]:
        return [path for one in self.processes for path in one.taken]

    @property
    def begun(self) -> int:
        return sum(one.begun for one in self.processes)

    async def posts(self, path: str, body: bytes = b"{}", **headers: str) -> int:
        async with self.session.post(self.address + path, data=BytesIO(body), headers=headers) as answer:
            return answer.status

    async def until_checked(self) -> None:
        """Wait until every process that runs was asked for both platforms by checks that began after now."""
        known = [one.asked for one in self.processes]
        # Four, and not two: of one that is under way nobody knows what it will find.
        while any(one.asked < before + 4 for one, before in zip(self.processes, known, strict=True)):
            await asyncio.sleep(0.05)

    @contextmanager
    def _configured(self) -> Iterator[Path]:
        """The file with our ports in it; everything else is what is shipped."""
        text = CADDYFILE.read_text("utf-8")
        for name, process in zip(NAMES, self.processes, strict=True):
            assert f"{name}:8080" in text
            text = text.replace(f"{name}:8080", f"127.0.0.1:{process.port}")
        assert "admin off" in text
        ports = f"admin off\n\thttp_port {self.port}\n\thttps_port {self._tls_port}"
        file = self._folder / "Caddyfile"
        file.write_text(text.replace("admin off", ports), "utf-8")
        yield file

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        environment = os.environ | {"PUBLIC_URL": self.address}
        environment |= dict.fromkeys(("HOME", "XDG_DATA_HOME", "XDG_CONFIG_HOME"), str(self._folder))
        log = self._folder / "caddy.log"
        with self._configured() as file, log.open("wb") as out:
            command = (CADDY or "caddy", "run", "--config", str(file), "--adapter", "caddyfile")
            caddy = await asyncio.create_subprocess_exec(*command, env=environment, stdout=out, stderr=out)
        try:
            async with aiohttp.ClientSession() as self.session, asyncio.timeout(PATIENCE_SECONDS):
                await self._until_it_answers(caddy, log)
                await self.until_checked()
                yield
        finally:
            if caddy.returncode is None:
                caddy.kill()
            await caddy.wait()

    async def _until_it_answers(self, caddy: asyncio.subprocess.Process, log: Path) -> None:
        while True:
            assert caddy.returncode is None, f"see {log}"
            try:
                async with self.session.get(self.address):
                    return
            except aiohttp.ClientError:
                await asyncio.sleep(0.05)


@asynccontextmanager
async def open_proxied(folder: Path) -> AsyncIterator[Proxied]:
    """Everything started, checked and ready."""
    proxied = Proxied(folder)
    async with AsyncExitStack() as stack:
        for process in proxied.processes:
            await process.start()
            stack.push_async_callback(process.stop)
        await stack.enter_async_context(proxied.running())
        yield proxied
