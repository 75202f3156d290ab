"""The dispatcher: order within a lane under every failure, freedom between lanes, each failure by its own rule."""

import asyncio
import random
from datetime import timedelta

import pytest

from adapters import Attempt
from bot.core.actions import Say
from bot.core.content import Content
from bot.core.outgoing import Refusal, SendError
from bot.core.places import MessageAt, Place
from bot.runtime import dispatcher as dispatching
from bot.runtime.codec import to_text
from bot.runtime.desk import Queued
from storage import UnitOfWork
from tests.unit.runtime.office import NOON, Office

pytestmark = pytest.mark.usefixtures("quick")


@pytest.mark.parametrize("seed", range(5))
async def test_a_lane_keeps_its_order_under_every_mixture_of_failures(office: Office, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - a repeatable chance, not a secret
    never = {"2-7", "1-0", "0-19"}

    def failing(text: str, attempt: Attempt) -> SendError | None:
        if text in never:
            return SendError("never", refusal=Refusal.INVALID)
        if chance.random() < 0.6:
            return SendError(
                "not now", is_uncertain=chance.random() < 0.5, retry_after_seconds=chance.choice([0, 0.001])
            )
        return None

    office.town.failing = failing
    for number in range(20):
        for lane in range(3):
            await office.send(lane, f"{lane}-{number}")
    await office.settle()
    for lane in range(3):
        wanted = [text for number in range(20) if (text := f"{lane}-{number}") not in never]
        assert [text for text in office.town.arrived if text.startswith(f"{lane}-")] == wanted
    assert await office.pending() == 0


async def test_every_try_of_an_action_has_the_same_key_and_counts_up(office: Office) -> None:
    errors = iter([SendError("a"), SendError("b", is_uncertain=True), SendError("c")])
    office.town.failing = lambda _text, _attempt: next(errors, None)
    await office.send(1, "x")
    await office.settle()
    attempts = [attempt for _, attempt in office.town.attempts]
    assert len({attempt.key for attempt in attempts}) == 1
    assert len(attempts[0].key) <= 25
    assert [attempt.number for attempt in attempts] == [1, 2, 3, 4]
    assert [attempt.is_uncertain for attempt in attempts] == [False, False, True, True]
    assert {attempt.first_tried_at for attempt in attempts} == {NOON}


async def test_parts_that_arrived_are_remembered_over_tries_and_restarts(office: Office, url: str) -> None:
    parts = [MessageAt(Place("slack", channel="C1"), str(number)) for number in range(3)]
    errors = iter([SendError("cut", sent=(parts[0],)), SendError("cut", sent=(parts[1], parts[2]))])
    office.town.failing = lambda _text, _attempt: next(errors, None) or SendError("down")
    await office.send(1, "x")
    await office.until(lambda: len(office.town.attempts) >= 3)
    assert office.town.attempts[2][1].sent_so_far == tuple(parts)
    await office.close()
    other = Office(url)
    await other.dispatcher.load()
    await other.settle()
    assert other.town.attempts[0][1].sent_so_far == tuple(parts)
    await other.close()


async def test_a_lane_that_is_held_up_holds_up_no_other(office: Office) -> None:
    office.town.failing = lambda text, _attempt: SendError("down") if text == "a" else None
    await office.send(1, "a", "b")
    await office.send(2, "c")
    await office.until(lambda: office.town.arrived == ["c"])
    office.town.failing = lambda _text, _attempt: None
    await office.settle()
    assert office.town.arrived == ["c", "a", "b"]


async def test_one_action_of_a_lane_is_under_way_at_a_time(office: Office) -> None:
    office.town.gate = asyncio.Event()
    await office.send(1, "a", "b", "c")
    await office.until(lambda: bool(office.town.attempts))
    await asyncio.sleep(0.01)
    assert [text for text, _ in office.town.attempts] == ["a"]
    office.town.gate.set()
    await office.settle()
    assert office.town.arrived == ["a", "b", "c"]


async def test_a_platform_that_is_not_there_is_waited_for_and_no_try_is_counted(office: Office) -> None:
    office.is_there = False
    await office.send(1, "a")
    await asyncio.sleep(0.01)
    office.is_there = True
    office.dispatcher.wake("slack")
    await office.settle()
    assert [attempt.number for _, attempt in office.town.attempts] == [1]


async def test_a_platform_that_comes_back_is_tried_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatching, "LONGEST_WAIT_SECONDS", 3600.0)
    office.is_there = False
    await office.send(1, "a")
    await asyncio.sleep(0.01)
    office.is_there = True
    office.dispatcher.wake("slack")
    await office.settle()
    assert office.town.arrived == ["a"]


async def test_what_the_platform_asks_to_wait_is_waited_also_when_it_is_woken(office: Office) -> None:
    errors = iter([SendError("slow down", retry_after_seconds=3600)])
    office.town.failing = lambda _text, _attempt: next(errors, None)
    await office.send(1, "a")
    await office.until(lambda: bool(office.town.attempts))
    for _ in range(5):
        office.dispatcher.wake("slack")
        await asyncio.sleep(0.002)
    assert len(office.town.attempts) == 1


async def test_a_platform_that_is_switched_off_keeps_its_rows(office: Office) -> None:
    def add(work: UnitOfWork) -> list[Queued]:
        say = Say(1, Place("discord", channel="C"), Content(text="x"))
        return [Queued(work.outbox.add("c1", "discord", to_text(say)), say)]

    await office.writer.do(add, office.dispatcher.enqueue)
    assert office.dispatcher.waiting() == 0
    assert await office.pending() == 1


async def test_a_day_of_failures_is_the_end_of_it(office: Office) -> None:
    office.town.failing = lambda _text, _attempt: SendError("down")
    await office.send(1, "a", "b")
    await office.until(lambda: len(office.town.attempts) > 3)
    office.clock.advance(timedelta(hours=24, seconds=1))
    await office.until(lambda: any(text == "b" for text, _ in office.town.attempts))
    refused = office.metrics.registry.get_sample_value(
        "allhands_actions_refused_total", {"platform": "slack", "reason": "unreachable"}
    )
    assert refused == 1


async def test_a_sender_that_breaks_five_times_on_one_action_goes_on_with_the_next(office: Office) -> None:
    def breaks(text: str, _attempt: Attempt) -> SendError | None:
        if text == "poison":
            raise ZeroDivisionError
        return None

    office.town.failing = breaks
    await office.send(1, "poison", "medicine")
    await office.settle()
    assert office.town.arrived == ["medicine"]
    assert [text for text, _ in office.town.attempts].count("poison") == dispatching.MAX_DEFECTS
