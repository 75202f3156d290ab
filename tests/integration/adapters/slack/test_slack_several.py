"""Several processes of one bot: any of them hears, any of them sends, one reads history."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager

import pytest
from aiohttp import web
from msgspec.structs import replace

from adapters import LeaseLostError
from adapters.slack import SlackAdapter, catch_up
from bot.core.events import MessageReceived, ReactionChanged
from bot.core.outgoing import Mark, Outcome
from bot.core.places import MessageAt
from sandbox.slack import SlackServer
from tests.integration.adapters.slack.slack_house import STAFF, TEAM, House, post, send, until

DM = "D0CARLA"
POSITION = f"slack|{TEAM}|{DM}||"
ELSEWHERE = "C0RANDOM"


class OneLease:
    """A lease that one process holds at a time, until it lets go or it is taken away."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._holder: asyncio.Task[None] | None = None
        self.taken = 0

    @asynccontextmanager
    async def __call__(
        self, names: Sequence[str], elsewhere: Callable[[], None]
    ) -> AsyncIterator[tuple[str, ...]]:
        if self._lock.locked():
            elsewhere()
        async with self._lock:
            self.taken += 1
            self._holder = asyncio.current_task()
            try:
                yield tuple(names)
            except asyncio.CancelledError:
                if self._holder is None:
                    raise LeaseLostError from None
                raise

    def take_away(self) -> None:
        holder, self._holder = self._holder, None
        assert holder is not None
        holder.cancel()


@pytest.fixture
def lease(house: House) -> OneLease:
    lease = OneLease()
    house.lease = lease
    return lease


@asynccontextmanager
async def process(house: House) -> AsyncIterator[tuple[SlackAdapter, str]]:
    """A process that takes events over HTTP: its adapter and its address."""
    adapter = house.adapter(socket=False, http=True)
    app = web.Application()
    for path, handler in adapter.webhooks().items():
        app.router.add_post(path, handler)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    try:
        async with house.running(adapter):
            yield adapter, f"http://127.0.0.1:{runner.addresses[0][1]}/slack/events"
    finally:
        await runner.cleanup()


def calls(server: SlackServer, method: str) -> int:
    return sum(
        1 for one in server.world.journal.entries if one.kind == "call" and one.data.get("method") == method
    )


async def test_a_thread_that_one_process_was_called_into_is_heard_by_the_others(
    house: House, server: SlackServer, lease: OneLease
) -> None:
    await server.invite("U0KURT", ELSEWHERE, "U0ALLHANDS")
    async with process(house) as (_, first), process(house) as (_, second):
        server.request_url = first
        root = await server.say("U0KURT", ELSEWHERE, "@allhands: help")
        await house.intake.wait_for(MessageReceived)
        server.request_url = second
        answer = await server.reply_in_thread("U0KURT", ELSEWHERE, root, "and quickly")
        await house.intake.wait_for(MessageReceived, 2)
        await server.react("U0KURT", ELSEWHERE, answer, "+1")
        await house.intake.wait_for(ReactionChanged)
        await server.say("U0KURT", ELSEWHERE, "what nobody asked the bot")
        await server.settle()
    assert [event.text for event in house.intake.of(MessageReceived)] == ["help", "and quickly"]


async def test_history_is_read_by_one_process_and_the_others_go_on_from_there(
    house: House, server: SlackServer, lease: OneLease, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(catch_up, "_TELL_SECONDS", 0.05)
    monkeypatch.setattr(catch_up, "_FIRST_PAUSE_SECONDS", 0.05)
    async with process(house) as (_, address):
        server.request_url = address
        await server.say("U0CARLA", DM, "before")
        await house.intake.wait_for(MessageReceived)
        await until(lambda: "history" in house.intake.positions)
    told = house.intake.positions["history"]
    server.drop_undelivered = True
    server.request_url = ""
    await server.say("U0CARLA", DM, "missed")
    server.drop_undelivered = False
    async with process(house):
        await house.intake.wait_for(MessageReceived, 2)
        await until(lambda: house.intake.positions["history"] != told)
        read = calls(server, "conversations.history")
        async with process(house) as (_, address):
            server.request_url = address
            await server.say("U0CARLA", DM, "at once")
            await house.intake.wait_for(MessageReceived, 3)
            # Not moved until it is known that nothing is missing in between.
            missed = house.intake.of(MessageReceived)[1].message.id
            assert house.intake.positions[POSITION] == missed
            server.world.clock.advance(120)
            async with asyncio.timeout(10):
                last = ""
                while house.intake.positions[POSITION] != last:
                    last = await server.say("U0CARLA", DM, "later")
                    await server.settle()
                    await asyncio.sleep(0.05)
        assert calls(server, "conversations.history") == read
    assert [event.text for event in house.intake.of(MessageReceived)][:3] == ["before", "missed", "at once"]


async def test_when_the_process_whose_turn_it_is_ends_another_reads_what_is_missing(
    house: House, server: SlackServer, lease: OneLease
) -> None:
    async with process(house) as (_, address):
        server.request_url = address
        await server.say("U0CARLA", DM, "before")
        await house.intake.wait_for(MessageReceived)
    server.drop_undelivered = True
    server.request_url = ""
    await server.say("U0CARLA", DM, "missed")
    server.drop_undelivered = False
    server.world.faults["slack"].slow_seconds = 0.3
    first = process(house)
    await first.__aenter__()
    async with process(house):
        assert lease.taken == 2
        await first.__aexit__(None, None, None)
        server.world.faults["slack"].slow_seconds = 0
        events = await house.intake.wait_for(MessageReceived, 2)
        assert lease.taken == 3
    assert [event.text for event in events] == ["before", "missed"]


async def test_a_process_that_connects_slowly_still_hears_first_what_was_missed(
    house: House, server: SlackServer
) -> None:
    @asynccontextmanager
    async def granted_soon(
        names: Sequence[str], _elsewhere: Callable[[], None]
    ) -> AsyncIterator[tuple[str, ...]]:
        await asyncio.sleep(0.3)
        yield tuple(names)

    house.lease = granted_soon
    async with house.running():
        await server.say("U0CARLA", DM, "before")
        await house.intake.wait_for(MessageReceived)
    server.drop_undelivered = True
    await server.say("U0CARLA", DM, "missed")
    server.drop_undelivered = False
    server.world.faults["slack"].slow_seconds = catch_up._HOLD_SECONDS + 0.3
    async with house.running():
        server.world.faults["slack"].slow_seconds = 0
        await server.say("U0CARLA", DM, "at once")
        events = await house.intake.wait_for(MessageReceived, 3)
    assert [event.text for event in events] == ["before", "missed", "at once"]


async def test_nothing_newer_is_let_in_before_it_is_known_whose_turn_it_is(
    house: House, server: SlackServer
) -> None:
    """The process before this one was killed, and for as long as it may live nobody else gets its lease."""
    async with house.running():
        await server.say("U0CARLA", DM, "before")
        await house.intake.wait_for(MessageReceived)

    @asynccontextmanager
    async def not_granted_yet(
        _names: Sequence[str], _elsewhere: Callable[[], None]
    ) -> AsyncIterator[tuple[str, ...]]:
        await asyncio.Event().wait()
        yield ()

    server.drop_undelivered = True
    await server.say("U0CARLA", DM, "missed")
    server.drop_undelivered = False
    house.lease = not_granted_yet
    async with house.running():
        await server.say("U0CARLA", DM, "at once")
        events = await house.intake.wait_for(MessageReceived, 3)
    assert [event.text for event in events] == ["before", "missed", "at once"]


async def test_what_was_told_by_a_clock_that_was_ahead_lets_nothing_in_too_early(
    house: House, server: SlackServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    turn, asked, cursors = asyncio.Event(), 0, house.intake.cursors

    @asynccontextmanager
    async def granted_in_turn(
        names: Sequence[str], elsewhere: Callable[[], None]
    ) -> AsyncIterator[tuple[str, ...]]:
        if not turn.is_set():
            elsewhere()
        await turn.wait()
        yield tuple(names)

    async def counted() -> dict[str, str]:
        nonlocal asked
        asked += 1
        return await cursors()

    house.lease = granted_in_turn
    monkeypatch.setattr(house.intake, "cursors", counted)
    turn.set()
    async with house.running():
        await server.say("U0CARLA", DM, "before")
        await house.intake.wait_for(MessageReceived)
    server.drop_undelivered = True
    await server.say("U0CARLA", DM, "missed")
    server.drop_undelivered = False
    house.intake.positions["history"] = f"{server.world.clock.now().timestamp() + 3600:.6f}"
    turn.clear()
    asked = 0
    async with house.running():
        await server.say("U0CARLA", DM, "at once")
        await until(lambda: asked == 2)
        # What it asked for as it began, and what the others have told since: nothing.
        await asyncio.sleep(0.1)
        turn.set()
        events = await house.intake.wait_for(MessageReceived, 3)
    assert [event.text for event in events] == ["before", "missed", "at once"]


async def test_a_turn_that_is_taken_away_is_asked_for_again(
    house: House, server: SlackServer, lease: OneLease
) -> None:
    async with process(house) as (_, address):
        server.request_url = address
        lease.take_away()
        await until(lambda: lease.taken == 2)
        await server.say("U0CARLA", DM, "still there?")
        await house.intake.wait_for(MessageReceived)


async def test_what_only_one_process_could_not_store_it_reads_without_a_turn(
    house: House, server: SlackServer, lease: OneLease
) -> None:
    async with process(house), process(house) as (_, second):
        server.request_url = second
        # Slack delivers it again at once, and then only in a minute.
        house.intake.refusals = 2
        await server.say("U0CARLA", DM, "hold on to this")
        (event,) = await house.intake.wait_for(MessageReceived)
        assert (event.text, event.is_backfilled) == ("hold on to this", True)


async def test_a_process_sends_before_it_receives_and_steps_over_nothing_that_was_missed(
    house: House, server: SlackServer
) -> None:
    async with house.running():
        asked = await server.say("U0KURT", "C0HELP", "asked before")
        (event,) = await house.intake.wait_for(MessageReceived)
        await server.reply_in_thread("U0KURT", "C0HELP", asked, "and this")
        await house.intake.wait_for(MessageReceived, 2)
    server.drop_undelivered = True
    await server.reply_in_thread("U0KURT", "C0HELP", asked, "missed")
    server.drop_undelivered = False
    adapter = house.adapter()
    await post(adapter, event.place, "an answer that waited")
    async with house.running(adapter):
        events = await house.intake.wait_for(MessageReceived, 3)
    assert [event.text for event in events] == ["asked before", "and this", "missed"]


async def test_a_mark_of_another_process_is_taken_off_with_the_next(
    house: House, server: SlackServer, lease: OneLease
) -> None:
    async with process(house) as (first, address), process(house) as (second, _):
        server.request_url = address
        ts = await server.say("U0ANA", STAFF.channel, "hello")
        await house.intake.wait_for(MessageReceived)
        said = MessageAt(replace(STAFF, workspace=TEAM, thread=ts), ts)
        await send(second, Mark(said, Outcome.SENT))
        server.world.clock.advance(120)
        await send(first, Mark(said, Outcome.FAILED))
    (message,) = server.messages("U0ANA", STAFF.channel)
    assert [reaction.emoji for reaction in message.reactions] == ["warning"]
