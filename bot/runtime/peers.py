"""The other processes on this database: signs of life, leases, and a call when one of them has something for us."""

import asyncio
import os
import secrets
import select
import socket
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import structlog
from sqlalchemy import Engine

from bot.runtime.clock import SystemClock, seconds_alive
from bot.runtime.hold import Hold
from bot.runtime.metrics import Metrics
from storage import EVERYBODY, Ids, Membership, Session, Standing

log = structlog.get_logger()

ALIVE_FOR = timedelta(seconds=15)
"""A process that gave no sign of life for so long is taken for dead."""
BEAT_SECONDS = 3.0
SURE_SECONDS = 10.0
"""So long after its last sign of life a process goes on sending: well before the others take it for dead."""
PAUSE_SECONDS = 1.0
"""Between two tries to reach the database."""


class Ownership(Protocol):
    """This process among its peers."""

    @property
    def owner(self) -> int:
        """What it is called in the database."""

    @property
    def is_sure(self) -> bool:
        """False when others may have taken this process for dead: what it owns may be theirs."""


class NoPeers:
    """The place of a process that is alone."""

    @property
    def owner(self) -> int:
        return 0

    @property
    def is_sure(self) -> bool:
        return True


class Peers:
    """Keeps this process a member in a thread of its own, whatever the loop and the writer are doing."""

    def __init__(
        self,
        engine: Engine,
        ids: Ids,
        metrics: Metrics,
        handed_over: Callable[[], None],
        abandon: Callable[[], None],
    ) -> None:
        """`handed_over` is called in the loop when there is something to take over, `abandon` when this process was
        taken for dead and what it owned is another's.
        """
        self._engine, self._ids, self._metrics = engine, ids, metrics
        self._handed_over, self._abandon = handed_over, abandon
        self._loop = asyncio.get_running_loop()
        self._holds: list[Hold] = []
        self._standing: Standing | None = None
        self._sure_until = 0.0
        self._is_stopping = False
        self._wake_end, self._wait_end = socket.socketpair()
        self._wake_end.setblocking(False)
        self._wait_end.setblocking(False)
        self._thread = threading.Thread(target=self._live, name="peers", daemon=True)
        self._watch: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Join; raises the database's error when it cannot be reached."""
        await asyncio.to_thread(self._join_first)
        self._thread.start()
        self._watch = asyncio.create_task(self._watch_standing())

    async def stop(self) -> None:
        """Hand over what is left, and leave."""
        if self._watch is not None:
            self._watch.cancel()
        self._is_stopping = True
        self._wake()
        if self._thread.is_alive():
            await asyncio.to_thread(self._thread.join)
        self._wake_end.close()
        self._wait_end.close()

    @property
    def owner(self) -> int:
        return self._ids.owner

    @property
    def is_sure(self) -> bool:
        return seconds_alive() < self._sure_until

    @asynccontextmanager
    async def lease(
        self, names: Sequence[str], elsewhere: Callable[[], None] = lambda: None
    ) -> AsyncIterator[tuple[str, ...]]:
        """As `adapters.Lease`."""
        hold = Hold(tuple(names), elsewhere)
        self._holds.append(hold)
        self._wake()
        try:
            held = await hold.taken()
            with hold.guarded():
                yield held
        finally:
            self._holds.remove(hold)
            self._wake()

    # -- in the loop

    async def _watch_standing(self) -> None:
        while True:
            await asyncio.sleep(1)
            if not self.is_sure:
                for hold in self._holds:
                    hold.lose()

    def _apply(self, standing: Standing) -> None:
        if standing.struck_off or standing.adopted:
            log.warning("peers.adopted", processes=standing.struck_off, actions=standing.adopted)
        if self._standing is None or self._standing.alive != standing.alive:
            log.info("peers.alive", processes=standing.alive)
        self._standing = standing
        self._metrics.processes.set(standing.alive)
        self._metrics.leases.set(len(standing.held))
        self._metrics.adopted.inc(standing.adopted)
        for hold in self._holds:
            hold.see(standing.held, standing.elsewhere, standing.alive)
        # Also what nobody told of: a word of PostgreSQL's can be missed, and what was handed over would wait for ever.
        self._handed_over()

    def _struck_off(self) -> None:
        log.warning("peers.struck_off")
        for hold in self._holds:
            hold.lose()
        self._abandon()
        self._handed_over()

    # -- in the thread

    def _wake(self) -> None:
        with suppress(BlockingIOError, OSError):
            self._wake_end.send(b"\0")

    def _tell_loop(self, call: Callable[..., None], *arguments: object) -> None:
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(call, *arguments)

    def _join_first(self) -> None:
        session = Session(self._engine)
        try:
            self._join(Membership(session, self._ids, ALIVE_FOR))
        finally:
            session.close()

    def _join(self, membership: Membership) -> None:
        began_at = seconds_alive()
        membership.join(f"{_here()}{_number(os.getpid())}", _is_gone)
        self._sure_until = began_at + SURE_SECONDS

    def _live(self) -> None:
        while not self._is_stopping:
            try:
                session = Session(self._engine)
                try:
                    self._live_on(session)
                finally:
                    session.close()
            except Exception as error:  # noqa: BLE001 - whatever is the matter, the next try may do better
                log.warning("peers.database_away", error=type(error).__name__)
                self._pause(PAUSE_SECONDS, None)

    def _live_on(self, session: Session) -> None:
        descriptor = session.listen()
        membership = Membership(session, self._ids, ALIVE_FOR)
        # What was told before it listened was not heard.
        self._tell_loop(self._handed_over)
        while not self._is_stopping:
            self._beat(membership)
            due_at = seconds_alive() + BEAT_SECONDS
            while not self._is_stopping and (left := due_at - seconds_alive()) > 0:
                if self._pause(left, descriptor):
                    break
                told = session.heard()
                if told & {EVERYBODY, self._ids.owner}:
                    self._tell_loop(self._handed_over)
                if EVERYBODY in told:
                    break
        membership.leave()

    def _beat(self, membership: Membership) -> None:
        began_at, clock = seconds_alive(), SystemClock().now()
        standing = membership.beat([hold.names for hold in tuple(self._holds)])
        if standing is None:
            self._join(membership)
            self._tell_loop(self._struck_off)
            return
        self._sure_until = began_at + SURE_SECONDS
        half = timedelta(seconds=(seconds_alive() - began_at) / 2)
        self._ids.behind = standing.moment - clock - half
        self._tell_loop(self._apply, standing)

    def _pause(self, seconds: float, descriptor: int | None) -> bool:
        """Wait; True when something of this process asks for a beat at once."""
        waited: list[Any] = [self._wait_end] if descriptor is None else [self._wait_end, descriptor]
        readable, _, _ = select.select(waited, [], [], seconds)
        if self._wait_end not in readable:
            return False
        with suppress(BlockingIOError):
            self._wait_end.recv(4096)
        return True


def _here() -> str:
    """Where a process number means one process: this machine since it started and, in a container, that container."""
    try:
        started = Path("/proc/sys/kernel/random/boot_id").read_text().strip()
        numbers = Path("/proc/self/ns/pid").readlink()
    except OSError:
        # Without /proc there is no telling; what is dead is found by its silence.
        return f"{socket.gethostname()} {secrets.token_hex(8)} "
    return f"{socket.gethostname()} {started} {numbers} "


def _number(process: int | str) -> str:
    """The number of a process and when it started, by the kernel's clock: numbers are used again."""
    try:
        return f"{process} {Path(f'/proc/{process}/stat').read_text().rpartition(')')[2].split()[19]}"
    except (OSError, IndexError):
        return f"{process} "


def _is_gone(name: str) -> bool:
    """True when a process of that name ran here and is no more."""
    here = _here()
    number = name.removeprefix(here)
    process = number.partition(" ")[0]
    return number != name and process.isdigit() and number != _number(process)
