"""The house is closed in the middle of something, and opened again on the same database."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot import assembly
from bot.core.events import MessageReceived
from bot.core.outgoing import Outgoing, Post, SendError
from handlers.context import Context
from tests.stage import open_stage


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sends in flight are cut off at once when the house is closed, as a crash would."""
    monkeypatch.setattr(assembly, "STOP_WITHIN_SECONDS", 0.01)


async def test_what_was_not_sent_is_sent_by_the_next_process_with_the_same_key(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles) as before:
        dana, ana = before.person("telegram", "Dana"), before.agent("Ana")
        await dana.gives("human")
        await ana.gives("claim", "1")
        before.platform("telegram").gate = asyncio.Event()
        for number in range(3):
            event = ana.message(ana.new_message(before.thread()), f"line {number}")
            await before.accept("slack", event)
        await before.until(
            lambda: before.platform("telegram").scenery.attempts[-1][0].content.text == "line 0"
        )  # type: ignore[union-attr] # a post
        first = before.platform("telegram").scenery.attempts[-1][1]
        tried_at = before.clock.now()
        before.clock.advance(timedelta(hours=2))
    async with open_stage(database_url, articles, after=before) as after:
        await after.settle()
        dana = after.person("telegram", "Dana")
        assert dana.sees[-3:] == ["Ana: line 0", "Ana: line 1", "Ana: line 2"]
        again = [attempt for _, attempt in after.platform("telegram").scenery.attempts[-3:]]
        assert again[0].key == first.key
        assert [attempt.is_uncertain for attempt in again] == [True, False, False]
        # However long nobody was there: whoever looks for the first copy must look as far back as that.
        assert again[0].first_tried_at is not None
        assert abs(again[0].first_tried_at - tried_at) < timedelta(minutes=1)
        assert len({attempt.key for attempt in again}) == 3


async def test_a_platform_that_was_down_before_and_after_gets_everything_in_order(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles) as before:
        dana = before.person("telegram", "Dana")
        before.staff_platform.failing = lambda _outgoing: SendError("down")
        await before.accept("telegram", dana.command("human"))
        for number in range(5):
            await before.accept("telegram", dana.message(dana.new_message(), f"line {number}"))
    async with open_stage(database_url, articles, after=before) as after:
        await after.settle()
        assert after.in_thread()[1:] == [f"Dana: line {number}" for number in range(5)]
        assert len(after.threads()) == 1


async def test_a_search_that_was_under_way_is_made_again(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles) as before:
        dana = before.person("telegram", "Dana")
        before.shelf.is_broken = True
        await before.accept("telegram", dana.message(dana.new_message(), "Where is my parcel?"))
    async with open_stage(database_url, articles, after=before) as after:
        await after.settle()
        assert "two to four working days" in after.person("telegram", "Dana").sees[-1]


async def test_an_event_that_could_not_be_handled_is_handled_by_the_next_process(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles) as before:
        dana = before.person("telegram", "Dana")

        def fails(event: MessageReceived, ctx: Context) -> list[object]:
            raise ZeroDivisionError

        before.house.handlers._by_purpose["message_received", "customer"] = fails  # type: ignore[assignment] # fails on purpose
        await before.feed("telegram", dana.message(dana.new_message(), "I want to talk to a human"))
        await before.feed("telegram", dana.message(dana.new_message(), "it is about the shelf"))
        assert dana.sees == []
    async with open_stage(database_url, articles, after=before) as after:
        await after.later(seconds=5)
        assert "I want to talk to a human" in after.card().text
        assert after.in_thread()[-1] == "Dana: it is about the shelf"


async def test_what_was_handled_before_is_not_handled_again_after(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles) as before:
        dana = before.person("telegram", "Dana")
        event = dana.message(dana.new_message(), "I want to talk to a human")
        await before.feed("telegram", event)
        seen = len(dana.sees)
    async with open_stage(database_url, articles, after=before) as after:
        await after.feed("telegram", event)
        assert len(after.person("telegram", "Dana").sees) == seen
        assert len(after.threads()) == 1


async def test_buttons_from_before_work_after(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles) as before:
        await before.person("telegram", "Dana").says("Where is my parcel?")
        await before.person("telegram", "Eli").gives("human")
    async with open_stage(database_url, articles, after=before) as after:
        dana, eli, ana = after.person("telegram", "Dana"), after.person("telegram", "Eli"), after.agent("Ana")
        await dana.presses("That solved it")
        assert dana.sees[-1].startswith("Glad")
        await ana.presses("Claim", at=after.thread())
        assert "**Ana** is helping you now" in eli.sees[-1]
        await eli.says("hello")
        assert after.in_thread()[-1] == "Eli: hello"


async def test_deadlines_from_before_are_kept_after(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles) as before:
        dana, ana = before.person("telegram", "Dana"), before.agent("Ana")
        await dana.gives("human")
        await ana.gives("resolve", "1")
    async with open_stage(database_url, articles, after=before) as after:
        dana = after.person("telegram", "Dana")
        await after.later(hours=24)
        assert "is it still working?" in dana.sees[-1]
    async with open_stage(database_url, articles, after=after) as last:
        seen = len(last.person("telegram", "Dana").sees)
        await last.later(hours=72)
        assert len(last.person("telegram", "Dana").sees) == seen


async def test_a_restart_in_the_middle_of_a_long_wait_does_not_wait_for_it(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles) as before:
        dana = before.person("telegram", "Dana")

        def patient(outgoing: Outgoing) -> SendError | None:
            return SendError("slow down", retry_after_seconds=3600) if isinstance(outgoing, Post) else None

        before.platform("telegram").failing = patient
        await before.accept("telegram", dana.command("human"))
        await before.until(lambda: len(before.platform("telegram").scenery.attempts) > 0)
    async with open_stage(database_url, articles, after=before) as after:
        await after.settle()
        assert "Your ticket is **#1**" in after.person("telegram", "Dana").sees[-1]


async def test_a_platform_that_is_switched_off_keeps_its_messages_until_it_is_on_again(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles) as before:
        dana, ana = before.person("telegram", "Dana"), before.agent("Ana")
        await dana.gives("human")
        await ana.gives("claim", "1")
    async with open_stage(database_url, articles, after=before, telegram_token="") as off:
        ana = off.agent("Ana")
        waiting = await ana.says("are you there?", at=off.thread())
        assert off.marks(waiting) == []
    async with open_stage(database_url, articles, after=before) as after:
        await after.settle()
        assert after.person("telegram", "Dana").sees[-1] == "Ana: are you there?"
        assert after.marks(waiting) == ["sent"]


async def test_a_process_that_ends_while_it_reads_the_past_leaves_all_of_it_to_the_next_one(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles) as before:
        dana = before.person("telegram", "Dana")
        await dana.says("hello")
        heard_at = before.clock.now()
    async with open_stage(database_url, articles, after=before) as first:
        first.clock.advance(timedelta(hours=1))
        intake = first.platform("telegram").context.intake
        assert await intake.stopped_at() == heard_at
        await first.person("telegram", "Dana").says("meanwhile")
    async with open_stage(database_url, articles, after=first) as second:
        intake = second.platform("telegram").context.intake
        assert await intake.stopped_at() == heard_at
        await intake.caught_up()
        assert await intake.stopped_at() == heard_at + timedelta(hours=1)
