"""One supervisor per platform: a client that dies or cannot start is rebuilt; the others never notice."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from enum import StrEnum

import structlog

from adapters import Adapter, LeaseLostError, SetupError
from bot.core.texts import mark
from bot.runtime.catalogue import operator_texts
from bot.runtime.metrics import Metrics

log = structlog.get_logger()

LONGEST_PAUSE_SECONDS = 60.0
SETTLED_AFTER_SECONDS = 60.0
"""An adapter that was ready this long starts with short pauses again."""


class State(StrEnum):
    STARTING = "starting"
    READY = "ready"
    STANDBY = "standby"
    """It can send; another process receives."""
    RESTARTING = "restarting"
    NEEDS_SETUP = "needs_setup"


class Supervisor:
    def __init__(
        self,
        name: str,
        build: Callable[[], Adapter],
        metrics: Metrics,
        on_ready: Callable[[str], None],
        pause: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self.name = name
        self.state = State.STARTING
        self.problem = ""
        """What went wrong last, in words for the operator."""
        self.adapter: Adapter | None = None
        self._build, self._metrics, self._on_ready, self._pause = build, metrics, on_ready, pause
        self._ready_at: float | None = None
        self._was_handed_on = False

    @property
    def is_well(self) -> bool:
        """True while this process does its part: receiving, or standing by while another one does."""
        return self.state in (State.READY, State.STANDBY)

    def stand_by(self) -> None:
        """Another process receives; this one can send, and waits for its turn. Who receives already stays ready."""
        if self.state is State.READY:
            return
        self.state, self.problem = State.STANDBY, ""
        log.info("adapter.standby", platform=self.name)
        self._on_ready(self.name)

    def note_reached(self, is_reached: bool) -> None:
        """Whether a platform that calls us answers; whoever sends its calls to this process goes on doing so."""
        if self.adapter is not None and self.state is State.READY:
            self._metrics.is_ready.labels(self.name).set(int(is_reached))

    async def run(self) -> None:
        """Keep the platform connected until cancelled."""
        tries = 0
        while True:
            self._ready_at, self._was_handed_on = None, False
            await self._live_once()
            if self._was_handed_on:
                tries = 0
                continue
            tries = 1 if self._was_settled() else tries + 1
            await self._pause(self._pause_seconds(tries))

    async def _live_once(self) -> None:
        """Build a client, let it live, clear it away; whatever it dies of is its own affair."""
        try:
            self.adapter = self._build()
            await self.adapter.run(self._became_ready)
            self._failed(State.RESTARTING, mark("the connection ended"))
        except SetupError as error:
            self._failed(State.NEEDS_SETUP, error.message, **error.values)
        except LeaseLostError:
            log.info("adapter.lease_lost", platform=self.name)
            self._was_handed_on = True
        except asyncio.CancelledError as error:
            task = asyncio.current_task()
            if task is None or task.cancelling():
                raise
            # A library cancelled something of its own and let it out; nobody meant this supervisor.
            self._failed(State.RESTARTING, type(error).__name__)
        except ConnectionError as error:
            # Not our affair: where it was noticed says nothing, and it may be said every minute of a long outage.
            reason = str(error) or type(error).__name__
            self._failed(State.RESTARTING, mark("the platform stays away ({reason})"), reason=reason)
        except Exception as error:
            log.warning("adapter.died", platform=self.name, error=type(error).__name__, exc_info=error)
            self._failed(State.RESTARTING, type(error).__name__)
        finally:
            adapter, self.adapter = self.adapter, None
            self._metrics.is_ready.labels(self.name).set(0)
            if adapter is not None:
                await self._close(adapter)

    async def _close(self, adapter: Adapter) -> None:
        try:
            await adapter.close()
        except Exception as error:
            log.warning("adapter.not_closed", platform=self.name, error=type(error).__name__, exc_info=error)

    def _became_ready(self) -> None:
        self.state, self.problem = State.READY, ""
        self._ready_at = asyncio.get_running_loop().time()
        self._metrics.is_ready.labels(self.name).set(1)
        log.info("adapter.ready", platform=self.name)
        self._on_ready(self.name)

    def _failed(self, state: State, message: str, /, **values: object) -> None:
        self.state, self.problem = state, operator_texts().label(message, **values)
        self._metrics.restarts.labels(self.name).inc()
        # A log is searched for the same words everywhere: it stays English.
        problem = message.format_map(values)
        log.warning("adapter.restarting", platform=self.name, state=state.value, problem=problem)

    def _was_settled(self) -> bool:
        if self._ready_at is None:
            return False
        return asyncio.get_running_loop().time() - self._ready_at > SETTLED_AFTER_SECONDS

    def _pause_seconds(self, tries: int) -> float:
        """Doubling from half a second, with jitter so that many processes do not come back in one moment."""
        longest = min(LONGEST_PAUSE_SECONDS, 0.5 * float(2 ** min(tries, 10)))
        return longest * random.uniform(0.5, 1.0)  # noqa: S311 - jitter, not a secret
