"""Several processes on one bot: one of them polls, all of them send, and nothing is lost or doubled between them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any

import pytest

from adapters import Cursor, LeaseLostError
from adapters.telegram import TelegramAdapter, TelegramSettings, polling
from bot.core.content import Content
from bot.core.events import Event, MessageReceived
from bot.core.outgoing import Post
from bot.core.places import Place
from sandbox.telegram import TelegramServer
from sandbox.world import World
from tests.integration.adapters.telegram.telegram_stage import (
    DANA,
    Ledger,
    Stage,
    direct,
    document,
    running,
    until,
)
from tests.integration.adapters.telegram.telegram_stub import RefusalError, Stub, serving


class Baton:
    """The one lease of a test's processes; whoever waits longest gets it next."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[Any] | None = None
        self._is_taken_away = False
        self.waiting = 0
        self.names: tuple[str, ...] = ()

    @asynccontextmanager
    async def lease(self, names: Sequence[str]) -> AsyncIterator[tuple[str, ...]]:
        self.waiting += 1
        try:
            await self._lock.acquire()
        finally:
            self.waiting -= 1
        self._holder, self.names = asyncio.current_task(), tuple(names)
        try:
            yield self.names
        except asyncio.CancelledError:
            if not self._is_taken_away:
                raise
            self._is_taken_away = False
            assert self._holder is not None
            self._holder.uncancel()
            raise LeaseLostError from None
        finally:
            self._holder = None
            self._lock.release()

    def take_away(self) -> None:
        assert self._holder is not None
        self._is_taken_away = True
        self._holder.cancel()


@asynccontextmanager
async def waiting(adapter: TelegramAdapter, baton: Baton) -> AsyncIterator[asyncio.Event]:
    """The adapter, waiting for its turn; the event tells when it became ready."""
    ready, before = asyncio.Event(), baton.waiting
    task = asyncio.create_task(adapter.run(ready.set))
    try:
        await until(lambda: task.done() or baton.waiting > before)
        yield ready
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await adapter.close()


@pytest.fixture
def baton() -> Baton:
    return Baton()


@pytest.fixture(autouse=True)
def quick_handover(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(polling, "HANDOVER_PAUSE_SECONDS", 0.01)


async def test_a_process_that_waits_for_its_turn_sends_and_leaves_the_other_alone(
    stage: Stage, baton: Baton
) -> None:
    async with running(stage.adapter(lease=baton.lease)):
        await stage.server.say(DANA, DANA, "hi")
        await stage.ledger.next(MessageReceived)
        standby = stage.adapter(lease=baton.lease)
        async with waiting(standby, baton) as is_receiving:
            assert (baton.waiting, baton.names) == (1, ("updates",))
            receipt = await stage.say(standby, direct(DANA), "from the other one")
            assert stage.shown(DANA, DANA, receipt.messages[0]).text == "from the other one"
            await stage.server.say(DANA, DANA, "thanks")
            assert (await stage.ledger.next(MessageReceived, 2)).text == "thanks"
            assert not is_receiving.is_set()
    assert not stage.reported("telegram.other_poller")


async def test_between_two_pollers_nothing_is_lost_or_doubled(stage: Stage, baton: Baton) -> None:
    said: list[str] = []

    async def speak(count: int) -> None:
        for _ in range(count):
            said.append(f"line {len(said)}")
            await stage.server.say(DANA, DANA, said[-1])

    one, two, three = (stage.adapter(lease=baton.lease) for _ in range(3))
    async with running(one) as first, waiting(two, baton) as is_receiving:
        await speak(5)
        await stage.ledger.next(MessageReceived, 3)
        baton.take_away()
        await speak(5)
        with pytest.raises(LeaseLostError):
            await first
        await stage.ledger.next(MessageReceived, 10)
        assert is_receiving.is_set()
        async with waiting(three, baton):
            baton.take_away()
            await speak(5)
            await stage.ledger.next(MessageReceived, 15)
            await stage.server.settle()
    assert [event.text for event in stage.ledger.of(MessageReceived)] == said


async def test_what_was_stored_but_not_yet_confirmed_comes_once(stage: Stage, baton: Baton) -> None:
    class Slow(Ledger):
        """Stores at once, and answers only when it is too late."""

        is_stored = asyncio.Event()

        async def accept(self, events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
            await stage.ledger.accept(events)
            self.is_stored.set()
            await asyncio.Event().wait()

    slow = Slow()
    first, second = stage.adapter(lease=baton.lease, intake=slow), stage.adapter(lease=baton.lease)
    async with running(first) as task, waiting(second, baton):
        await stage.server.say(DANA, DANA, "once")
        await slow.is_stored.wait()
        baton.take_away()
        with pytest.raises(LeaseLostError):
            await task
        await stage.server.say(DANA, DANA, "and once more")
        await stage.ledger.next(MessageReceived, 2)
        await stage.server.settle()
    assert [event.text for event in stage.ledger.of(MessageReceived)] == ["once", "and once more"]
    assert sum(stage.ledger.batches) == 3


@pytest.mark.parametrize("files", [False, True], ids=["words", "a file"])
async def test_what_is_being_sent_when_the_lease_is_lost_arrives_all_the_same(
    stage: Stage, baton: Baton, files: bool
) -> None:
    adapter = stage.adapter(lease=baton.lease)
    async with running(adapter) as task:
        await stage.server.say(DANA, DANA, "hi")
        await stage.ledger.next(MessageReceived)
        content = Content(text="on its way", files=(document(stage),) if files else ())
        stage.server.world.faults["telegram"].slow_seconds = 0.5
        sending = asyncio.create_task(stage.send(adapter, Post(direct(DANA), content)))
        await asyncio.sleep(0.1)
        baton.take_away()
        with pytest.raises(LeaseLostError):
            await task
        await adapter.close()
        assert (await sending).messages
    assert "on its way" in stage.texts(DANA, DANA)


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with serving(Stub({"deleteWebhook": lambda _fields: True})) as stub:
        yield stub


@pytest.fixture
async def foreign(stub: Stub, baton: Baton) -> AsyncIterator[tuple[Stage, TelegramAdapter]]:
    """An adapter in front of a server that answers as a test tells it."""
    stage = Stage(TelegramServer(World()))
    context = stage.context(staff_space=Place("slack", channel="C1"), lease=baton.lease)
    adapter = TelegramAdapter(context, TelegramSettings("900:x", stub.url))
    yield stage, adapter
    await adapter.close()


async def test_the_next_poller_goes_on_where_the_last_one_stopped(
    foreign: tuple[Stage, TelegramAdapter], stub: Stub, baton: Baton
) -> None:
    stage, adapter = foreign
    async with AsyncExitStack() as before:
        await before.enter_async_context(baton.lease(["updates"]))
        async with waiting(adapter, baton):
            assert not stub.called("getUpdates")
            assert not stub.called("deleteWebhook")
            stage.ledger.positions["updates"] = "42"
            await before.aclose()
            await until(lambda: bool(stub.called("getUpdates")))
    assert stub.called("getUpdates")[0]["offset"] == 42


async def test_the_last_poll_of_the_process_before_is_waited_out(
    foreign: tuple[Stage, TelegramAdapter], stub: Stub
) -> None:
    conflicts = 3

    def poll(fields: dict[str, Any]) -> list[Any]:
        nonlocal conflicts
        if conflicts:
            conflicts -= 1
            raise RefusalError(409, "Conflict: terminated by other getUpdates request")
        return []

    stub.answers["getUpdates"] = poll
    stage, adapter = foreign
    async with running(adapter):
        assert conflicts == 0
    assert not stage.reported("telegram.other_poller")
