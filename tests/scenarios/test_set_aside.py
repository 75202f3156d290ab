"""A handler that always fails costs one event, not a conversation, and staff decide what becomes of it."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from bot.core.actions import Action
from handlers.context import Context
from tests.stage import Person, Stage

Failing = Callable[[str], None]


@pytest.fixture
def failing(stage: Stage) -> Iterator[Failing]:
    """Messages that contain this word make their handler fail; "" mends it."""
    handlers = stage.house.handlers._by_purpose
    real = handlers["message_received", "customer"]
    poison = ""

    def handler(event: Any, ctx: Context) -> Any:
        actions: Any = real(event, ctx)
        if poison and poison in event.text:
            raise ZeroDivisionError(poison)
        return actions

    def fail_on(word: str) -> None:
        nonlocal poison
        poison = word

    handlers["message_received", "customer"] = handler
    return fail_on


async def wait_out_the_tries(stage: Stage) -> None:
    for seconds in (2, 5, 16, 61):
        await stage.later(seconds=seconds)


async def test_after_five_tries_it_is_set_aside_staff_are_told_and_the_conversation_goes_on(
    stage: Stage, dana: Person, failing: Failing
) -> None:
    await dana.gives("human")
    failing("poison")
    await dana.says("poison")
    await dana.says("and something else")
    assert "and something else" not in str(stage.in_thread())
    await wait_out_the_tries(stage)
    assert stage.in_thread()[-1] == "Dana: and something else"
    assert "Something could not be handled" in stage.in_staff_space()[-1]
    assert "poison" not in stage.in_staff_space()[-1]
    assert stage.metric("event_failures_total", kind="message_received") == 5
    await stage.house.ticker.measure()
    assert stage.metric("events_waiting", state="set_aside") == 1


async def test_another_conversation_does_not_notice(stage: Stage, dana: Person, failing: Failing) -> None:
    eli = stage.person("telegram", "Eli")
    failing("poison")
    await dana.says("poison")
    await eli.says("Where is my parcel?")
    assert "two to four working days" in eli.sees[-1]


async def test_nothing_of_a_failed_try_remains(stage: Stage, dana: Person, failing: Failing) -> None:
    failing("poison")
    await dana.says("poison: I want to talk to a human")
    assert dana.sees == []
    assert stage.threads() == []
    counts = await stage.ask(lambda work: work.queue.counts())
    assert counts.waiting == 0


async def test_a_handler_that_recovers_handles_everything_in_order(
    stage: Stage, dana: Person, failing: Failing
) -> None:
    await dana.gives("human")
    failing("line 0")
    for number in range(3):
        await dana.says(f"line {number}")
    failing("")
    await stage.later(seconds=2)
    assert stage.in_thread()[1:] == ["Dana: line 0", "Dana: line 1", "Dana: line 2"]


async def test_try_again_handles_it_when_the_cause_is_gone(
    stage: Stage, dana: Person, ana: Person, failing: Failing
) -> None:
    await dana.gives("human")
    failing("poison")
    await dana.says("poison")
    await wait_out_the_tries(stage)
    failing("")
    await ana.presses("Try again", at=stage.staff_space)
    assert ana.was_told.startswith("It is tried again now.")
    await stage.later(seconds=1)
    assert stage.in_thread()[-1] == "Dana: poison"
    await ana.presses("Try again", at=stage.staff_space)
    assert ana.was_told == "That has been taken care of already."


async def test_what_fails_again_is_told_again(
    stage: Stage, dana: Person, ana: Person, failing: Failing
) -> None:
    failing("poison")
    await dana.says("poison")
    await wait_out_the_tries(stage)
    await ana.presses("Try again", at=stage.staff_space)
    await wait_out_the_tries(stage)
    await stage.later(seconds=61)
    assert len(stage.in_staff_space()) == 2


async def test_drop_it_drops_it(stage: Stage, dana: Person, ana: Person, failing: Failing) -> None:
    failing("poison")
    await dana.says("poison")
    await wait_out_the_tries(stage)
    await ana.presses("Drop it", at=stage.staff_space)
    assert ana.was_told == "Dropped: it will not be tried again."
    failing("")
    await stage.later(minutes=5)
    assert dana.sees == []
    await ana.presses("Try again", at=stage.staff_space)
    assert ana.was_told == "That has been taken care of already."


async def test_any_of_very_many_set_aside_events_can_be_tried_again(
    stage: Stage, ana: Person, failing: Failing
) -> None:
    failing("poison")
    people = [stage.person("telegram", f"P{number}") for number in range(60)]
    for one in people:
        await stage.accept("telegram", one.message(one.new_message(), "poison, where is my parcel?"))
    await wait_out_the_tries(stage)
    failing("")
    assert len(stage.in_staff_space()) == 60
    await ana.presses("Try again", at=stage.staff_space)
    await stage.later(seconds=1)
    assert [bool(one.sees) for one in people].count(True) == 1


async def test_a_broken_handler_of_a_deadline_is_tried_again(stage: Stage, dana: Person, ana: Person) -> None:
    handlers = stage.house.handlers._by_purpose
    real = handlers["deadline_reached", "check_in"]

    def fails(_event: Any, _ctx: Context) -> list[Action]:
        raise ZeroDivisionError

    await dana.gives("human")
    await ana.gives("resolve", "1")
    handlers["deadline_reached", "check_in"] = fails
    await stage.later(hours=24)
    assert "still working" not in dana.sees[-1]
    handlers["deadline_reached", "check_in"] = real
    await stage.later(seconds=2)
    assert "still working" in dana.sees[-1]
