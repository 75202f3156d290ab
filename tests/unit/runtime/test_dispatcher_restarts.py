"""The dispatcher at the end of a process and in the next one: nothing lost, doubted only what was in flight."""

import asyncio

import pytest

from bot.runtime import dispatcher as dispatching
from tests.unit.runtime.office import Office

pytestmark = pytest.mark.usefixtures("quick")


async def test_stopping_lets_what_is_under_way_end_and_leaves_the_rest(office: Office, url: str) -> None:
    office.town.gate = asyncio.Event()
    await office.send(1, "a", "b")
    await office.send(2, "c")
    await office.until(lambda: len(office.town.attempts) == 2)
    stopping = asyncio.create_task(office.dispatcher.stop(30))
    await asyncio.sleep(0.005)
    office.town.gate.set()
    await stopping
    assert sorted(office.town.arrived) == ["a", "c"]
    await office.send(1, "later")
    assert await office.pending() == 2


async def test_the_next_process_takes_up_the_rest_and_doubts_only_the_heads(office: Office, url: str) -> None:
    office.town.gate = asyncio.Event()
    await office.send(1, "a", "b", "c")
    await office.send(2, "d")
    await office.until(lambda: len(office.town.attempts) == 2)
    await office.close()
    other = Office(url)
    await other.dispatcher.load()
    await other.settle()
    assert [text for text in other.town.arrived if text != "d"] == ["a", "b", "c"]
    doubted = {text: attempt.is_uncertain for text, attempt in other.town.attempts}
    assert doubted == {"a": True, "b": False, "c": False, "d": True}
    keys = {text: attempt.key for text, attempt in office.town.attempts}
    assert {text: attempt.key for text, attempt in other.town.attempts if text in keys} == keys
    await other.close()


async def test_very_many_rows_are_taken_up_page_by_page(
    office: Office, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.is_there = False
    for lane in range(4):
        await office.send(lane, *(f"{lane}-{number}" for number in range(25)))
    await office.close()
    monkeypatch.setattr(dispatching, "_PAGE", 7)
    other = Office(url)
    await other.dispatcher.load()
    await other.settle()
    assert len(other.town.arrived) == 100
    assert [text for text in other.town.arrived if text.startswith("2-")] == [f"2-{n}" for n in range(25)]
    assert not any(attempt.is_uncertain for _, attempt in other.town.attempts), "it was left in order"
    await other.close()


async def test_what_a_crash_left_is_in_doubt_where_it_may_have_been_in_flight(
    office: Office, url: str
) -> None:
    office.is_there = False
    for lane in range(4):
        await office.send(lane, *(f"{lane}-{number}" for number in range(25)))
    await office.writer.stop()
    for number in range(2):
        # Nobody said that all was in order: not before the first start, and not for the second one.
        other = Office(url)
        other.is_there = number == 1
        await other.dispatcher.load()
        if number:
            await other.settle()
            assert sum(attempt.is_uncertain for _, attempt in other.town.attempts) == 4
            await other.close()
        else:
            await other.writer.stop()
