"""A client that dies, or cannot even be built, is rebuilt with growing pauses; nothing ends its supervisor."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from structlog.testing import capture_logs

from adapters import SetupError
from bot.runtime import supervisor as supervising
from bot.runtime.metrics import Metrics
from bot.runtime.supervisor import State, Supervisor

Run = Callable[[Callable[[], None]], Awaitable[None]]


class Client:
    """As much of an adapter as a supervisor sees."""

    def __init__(self, run: Run, closing: Exception | None = None) -> None:
        self._run, self._closing = run, closing
        self.closed = 0

    async def run(self, on_ready: Callable[[], None]) -> None:
        await self._run(on_ready)

    async def close(self) -> None:
        self.closed += 1
        if self._closing is not None:
            raise self._closing


class Stretch:
    """A supervisor that is let run until so many pauses have been asked for."""

    def __init__(self, build: Callable[[], Any], pauses: int) -> None:
        self.pauses: list[float] = []
        self.states: list[tuple[State, str]] = []
        self.ready: list[str] = []
        self.metrics = Metrics()
        self.supervisor = Supervisor("slack", build, self.metrics, self.ready.append, self._pause)
        self._wanted = pauses
        self._enough = asyncio.Event()

    async def _pause(self, seconds: float) -> None:
        self.pauses.append(seconds)
        self.states.append((self.supervisor.state, self.supervisor.problem))
        if len(self.pauses) == self._wanted:
            self._enough.set()
            await asyncio.Event().wait()

    async def run(self) -> None:
        task = asyncio.create_task(self.supervisor.run())
        enough = asyncio.create_task(self._enough.wait())
        done, _ = await asyncio.wait({task, enough}, return_when=asyncio.FIRST_COMPLETED)
        assert task not in done, task.exception()
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def raises(error: BaseException) -> Run:
    async def run(_on_ready: Callable[[], None]) -> None:
        raise error

    return run


async def becomes_ready_and_ends(on_ready: Callable[[], None]) -> None:
    on_ready()


@pytest.fixture(autouse=True)
def _no_jitter(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(supervising.random, "uniform", lambda _low, high: high)


async def test_a_client_that_dies_is_closed_and_rebuilt() -> None:
    clients: list[Client] = []

    def build() -> Client:
        clients.append(Client(raises(ValueError("what it read"))))
        return clients[-1]

    stretch = Stretch(build, pauses=3)
    await stretch.run()
    assert [one.closed for one in clients] == [1, 1, 1]
    assert stretch.states == [(State.RESTARTING, "ValueError")] * 3
    assert stretch.supervisor.adapter is None
    assert (
        stretch.metrics.registry.get_sample_value("allhands_adapter_restarts_total", {"platform": "slack"})
        == 3
    )


async def test_a_platform_that_stays_away_is_told_without_where_in_the_code_it_was_noticed() -> None:
    stretch = Stretch(lambda: Client(raises(ConnectionError("Slack did not answer: timeout"))), pauses=1)
    with capture_logs() as said:
        await stretch.run()
    assert stretch.states == [(State.RESTARTING, "the platform stays away (Slack did not answer: timeout)")]
    assert [(one["event"], "exc_info" in one) for one in said] == [("adapter.restarting", False)]


async def test_pauses_double_up_to_a_minute() -> None:
    stretch = Stretch(lambda: Client(raises(OSError())), pauses=10)
    await stretch.run()
    assert stretch.pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60, 60]


async def test_pauses_are_spread(monkeypatch: pytest.MonkeyPatch) -> None:
    spread: list[tuple[float, float]] = []
    monkeypatch.setattr(supervising.random, "uniform", lambda low, high: spread.append((low, high)) or 1.0)
    await Stretch(lambda: Client(raises(OSError())), pauses=1).run()
    assert spread == [(0.5, 1.0)]


async def test_a_client_that_was_well_for_long_begins_with_short_pauses_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    lives = iter([False, False, False, True, False])

    def build() -> Client:
        return Client(becomes_ready_and_ends if next(lives) else raises(OSError()))

    monkeypatch.setattr(supervising, "SETTLED_AFTER_SECONDS", -1.0)
    stretch = Stretch(build, pauses=5)
    await stretch.run()
    assert stretch.pauses == [1, 2, 4, 1, 2]


async def test_a_client_that_only_flickers_keeps_its_long_pauses() -> None:
    stretch = Stretch(lambda: Client(becomes_ready_and_ends), pauses=4)
    await stretch.run()
    assert stretch.pauses == [1, 2, 4, 8]
    assert stretch.ready == ["slack"] * 4


async def test_a_client_that_cannot_be_built_is_tried_again() -> None:
    """Some libraries refuse a malformed token in the constructor."""
    tries = iter([ValueError("token"), SetupError("The token is wrong: copy it again."), None])

    def build() -> Client:
        error = next(tries)
        if error is not None:
            raise error
        return Client(raises(OSError()))

    stretch = Stretch(build, pauses=3)
    await stretch.run()
    assert [state for state, _ in stretch.states] == [State.RESTARTING, State.NEEDS_SETUP, State.RESTARTING]
    assert stretch.states[1][1] == "The token is wrong: copy it again."


async def test_what_only_a_person_can_mend_is_said_in_their_words() -> None:
    stretch = Stretch(
        lambda: Client(raises(SetupError("Give {bot} the right {name}.", bot="it", name="token"))), 1
    )
    await stretch.run()
    assert stretch.states == [(State.NEEDS_SETUP, "Give it the right token.")]


async def test_a_client_that_cannot_even_be_closed_is_rebuilt() -> None:
    stretch = Stretch(lambda: Client(raises(OSError()), closing=RuntimeError("already closed")), pauses=2)
    await stretch.run()
    assert len(stretch.pauses) == 2


async def test_a_client_that_cancels_itself_is_rebuilt() -> None:
    """A library whose inner task was cancelled lets CancelledError out, although nobody cancelled the supervisor."""
    stretch = Stretch(lambda: Client(raises(asyncio.CancelledError())), pauses=2)
    await stretch.run()
    assert [state for state, _ in stretch.states] == [State.RESTARTING] * 2


async def test_a_cancelled_supervisor_ends_and_closes_its_client() -> None:
    client = Client(lambda on_ready: (on_ready(), asyncio.Event().wait())[1])
    stretch = Stretch(lambda: client, pauses=1)
    task = asyncio.create_task(stretch.supervisor.run())
    while stretch.supervisor.state is not State.READY:
        await asyncio.sleep(0)
    ready = stretch.metrics.registry.get_sample_value("allhands_platform_ready", {"platform": "slack"})
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    assert task.cancelled()
    assert client.closed == 1
    assert ready == 1
    assert stretch.metrics.registry.get_sample_value("allhands_platform_ready", {"platform": "slack"}) == 0


async def test_a_platform_that_calls_and_does_not_answer_is_seen_in_the_figures_alone() -> None:
    """Its calls are taken, so nobody must send them elsewhere."""
    stretch = Stretch(lambda: Client(lambda on_ready: (on_ready(), asyncio.Event().wait())[1]), pauses=1)

    def figure() -> float | None:
        return stretch.metrics.registry.get_sample_value("allhands_platform_ready", {"platform": "slack"})

    task = asyncio.create_task(stretch.supervisor.run())
    while stretch.supervisor.state is not State.READY:
        await asyncio.sleep(0)
    stretch.supervisor.note_reached(False)
    assert (figure(), stretch.supervisor.is_well) == (0, True)
    stretch.supervisor.note_reached(True)
    assert figure() == 1
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
    stretch.supervisor.note_reached(True)
    assert figure() == 0, "it is not even connected"


def test_who_waits_for_a_turn_stands_by_unless_events_flow_already() -> None:
    woken: list[str] = []
    supervisor = Supervisor("slack", lambda: pytest.fail("nobody builds it"), Metrics(), woken.append)
    supervisor.stand_by()
    assert (supervisor.state, supervisor.is_well, woken) == (State.STANDBY, True, ["slack"])
    supervisor.state = State.READY
    supervisor.stand_by()
    assert supervisor.state is State.READY
