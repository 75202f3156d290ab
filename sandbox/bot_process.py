"""The bot as a child process: started, watched, stopped and killed, with its log kept."""

import asyncio
import re
import signal
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any

STOP_SECONDS = 10.0
"""How long a bot that was asked to stop may take before it is killed."""
FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 10.0
SETTLED_SECONDS = 30.0
"""A bot that ran this long starts its next series of pauses from the beginning."""
KEPT_LINES = 2_000
LONGEST_LINE = 4_000
_COLOURS = re.compile(r"\x1b\[[0-9;]*[A-Za-z]")
"""What a terminal would make colours of, and a page would not."""


@dataclass(frozen=True, slots=True)
class BotState:
    status: str = "absent"
    """absent (no command was given), stopped, running, killed, or crashed (it is about to start again)."""
    pid: int = 0
    starts: int = 0
    exit_code: int | None = None
    """Of the run before; negative for a signal."""
    pause_seconds: float = 0.0
    """How long a crashed bot waits before it starts again."""

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class LogLine:
    number: int
    text: str


class BotProcess:
    """One command line, run as a child that comes back after a crash until it is stopped or killed on purpose."""

    def __init__(self, command: Sequence[str], report: Callable[[BotState], None]) -> None:
        self._command = tuple(command)
        self._report = report
        self._environment: dict[str, str] = {}
        self._state = BotState(status="stopped" if command else "absent")
        self._process: asyncio.subprocess.Process | None = None
        self._watch: asyncio.Task[None] | None = None
        self._log: deque[LogLine] = deque(maxlen=KEPT_LINES)
        self._last_line = 0
        self._more_log = asyncio.Event()

    @property
    def state(self) -> BotState:
        return self._state

    @property
    def has_command(self) -> bool:
        return bool(self._command)

    async def start(self, environment: Mapping[str, str]) -> None:
        """Start with this environment, after stopping a run that is still going; nothing without a command."""
        if not self._command:
            return
        await self.stop()
        self._environment = dict(environment)
        started: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._watch = asyncio.create_task(self._keep_running(started), name="sandbox bot")
        await started

    async def stop(self) -> None:
        """Ask the bot to finish, and kill it when it takes longer than STOP_SECONDS."""
        await self._end(signal.SIGTERM, "stopped")

    async def kill(self) -> None:
        """End the bot as a power cut would, with nothing said to it; it stays down until it is started."""
        await self._end(signal.SIGKILL, "killed")

    def log_after(self, number: int) -> list[LogLine]:
        return [line for line in self._log if line.number > number]

    async def wait_for_log(self, number: int, timeout_seconds: float) -> list[LogLine]:
        """Return the lines after the number as soon as there are any, or none after the timeout."""
        if self._last_line <= number:
            more = self._more_log
            with suppress(TimeoutError):
                await asyncio.wait_for(more.wait(), timeout_seconds)
        return self.log_after(number)

    async def _end(self, sign: signal.Signals, status: str) -> None:
        if self._watch is None or self._watch.done():
            return
        # The state changes before the signal: the watcher reads it to tell a wish from a crash.
        self._note(replace(self._state, status=status, pause_seconds=0.0))
        if self._process is None:
            self._watch.cancel()
            await asyncio.gather(self._watch, return_exceptions=True)
            return
        with suppress(ProcessLookupError):
            self._process.send_signal(sign)
        done, _ = await asyncio.wait({self._watch}, timeout=STOP_SECONDS)
        if not done:
            with suppress(ProcessLookupError):
                self._process.kill()
            await self._watch

    async def _keep_running(self, started: "asyncio.Future[None]") -> None:
        loop = asyncio.get_running_loop()
        pause_seconds = FIRST_PAUSE_SECONDS
        while True:
            began_at = loop.time()
            exit_code = await self._run_once(started)
            if self._state.status != "running":
                self._note(replace(self._state, pid=0, exit_code=exit_code))
                return
            if loop.time() - began_at > SETTLED_SECONDS:
                pause_seconds = FIRST_PAUSE_SECONDS
            self._note(
                replace(
                    self._state, status="crashed", pid=0, exit_code=exit_code, pause_seconds=pause_seconds
                )
            )
            await asyncio.sleep(pause_seconds)
            pause_seconds = min(pause_seconds * 2, LONGEST_PAUSE_SECONDS)

    async def _run_once(self, started: "asyncio.Future[None]") -> int:
        """Run the command to its end and return its exit code; a command that cannot start counts as 127."""
        state = BotState(status="running", starts=self._state.starts + 1, exit_code=self._state.exit_code)
        try:
            self._process = await asyncio.create_subprocess_exec(
                *self._command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.STDOUT,
                env=self._environment,
                # Ctrl-C in a terminal is ours to handle: the bot is told to stop, in our order.
                start_new_session=True,
            )
        except OSError as error:
            self._write(f"The bot cannot be started: {error}")
            self._note(state)
            _settle(started)
            return 127
        self._note(replace(state, pid=self._process.pid))
        _settle(started)
        reading = asyncio.create_task(self._read(self._process))
        try:
            exit_code = await self._process.wait()
            # A grandchild may hold the pipe open for ever; what the bot itself wrote is there at once.
            await asyncio.wait({reading}, timeout=1.0)
        finally:
            reading.cancel()
            await asyncio.gather(reading, return_exceptions=True)
            self._process = None
        self._write(f"The bot ended with {_exit_text(exit_code)}.")
        return exit_code

    async def _read(self, process: asyncio.subprocess.Process) -> None:
        if process.stdout is None:
            return
        rest = b""
        while chunk := await process.stdout.read(65_536):
            *lines, rest = (rest + chunk).split(b"\n")
            for line in lines:
                self._write(line.decode(errors="replace"))
            if len(rest) > LONGEST_LINE:
                self._write(rest.decode(errors="replace"))
                rest = b""
        if rest:
            self._write(rest.decode(errors="replace"))

    def _write(self, text: str) -> None:
        self._last_line += 1
        self._log.append(LogLine(self._last_line, _COLOURS.sub("", text).rstrip("\r")[:LONGEST_LINE]))
        self._more_log.set()
        self._more_log = asyncio.Event()

    def _note(self, state: BotState) -> None:
        self._state = state
        self._report(state)


def _settle(started: "asyncio.Future[None]") -> None:
    if not started.done():
        started.set_result(None)


def _exit_text(exit_code: int) -> str:
    if exit_code < 0:
        with suppress(ValueError):
            return signal.Signals(-exit_code).name
    return f"exit code {exit_code}"
