"""Allhands as a process of its own, as in operation: started, asked how it is, ended, killed."""

import asyncio
import contextlib
import json
import random
import signal
import socket
import sys
from pathlib import Path
from typing import Any

import aiohttp

from tests.acceptance.town import Town

_PORTS = range(10_000, 32_768)
"""Below those that the system gives to connections that go out: one of these must not take the place of a listener
that is being started again.
"""


def free_port() -> int:
    while True:
        port = random.choice(_PORTS)  # noqa: S311 - whichever
        with socket.socket() as one, contextlib.suppress(OSError):
            one.bind(("127.0.0.1", port))
            return port


class BotChild:
    """`python -m bot run` in a town's environment; what it writes goes into a file."""

    program: tuple[str, ...] = ("-m", "bot", "run")

    def __init__(self, town: Town, log: Path, **settings: str) -> None:
        self.town, self.log = town, log
        self.port = free_port()
        self._settings = {"HTTP_PORT": str(self.port), **settings}
        self._process: asyncio.subprocess.Process | None = None

    @property
    def pid(self) -> int:
        """The process id; 0 while it does not run."""
        return self._process.pid if self._process else 0

    @property
    def is_alive(self) -> bool:
        return self._process is not None and self._process.returncode is None

    async def start(self, *, until_ready: bool = True) -> None:
        environment = self.town.process_environment() | self._settings
        with self.log.open("ab") as file:
            self._process = await asyncio.create_subprocess_exec(
                sys.executable, *self.program, env=environment, stdout=file, stderr=file
            )
        if until_ready:
            await self.until_ready()

    async def until_ready(self) -> None:
        for _ in range(1_800):
            status, _body = await self.ask("/readyz")
            # Who stands by is ready, too: another one may just be signing in.
            if status == 200 and self.town.has_commands():
                return
            assert self._process is not None
            assert self._process.returncode is None, self.log.read_text()
            await asyncio.sleep(0.1)
        raise AssertionError(f"the bot does not become ready:\n{self.log.read_text()[-4000:]}")

    async def ask(self, path: str) -> tuple[int, Any]:
        """Status and body of an HTTP question; 0 while nobody listens."""
        try:
            async with (
                aiohttp.ClientSession() as session,
                session.get(f"http://127.0.0.1:{self.port}{path}") as response,
            ):
                text = await response.text()
                return response.status, json.loads(
                    text
                ) if response.content_type == "application/json" else text
        except aiohttp.ClientError:
            return 0, ""

    async def ended(self, within_seconds: float = 60.0) -> int:
        """Its exit code once it has ended by itself; raises TimeoutError."""
        process = self._process
        code = await asyncio.wait_for(process.wait(), within_seconds) if process else 0
        self._process = None
        return code

    async def kill(self) -> None:
        """As a power cut would."""
        await self._end(signal.SIGKILL)

    async def stop(self) -> int:
        """As an operator would; the exit code."""
        return await self._end(signal.SIGTERM)

    async def _end(self, sign: signal.Signals) -> int:
        process, self._process = self._process, None
        if process is None:
            return 0
        if process.returncode is None:
            process.send_signal(sign)
        return await process.wait()
