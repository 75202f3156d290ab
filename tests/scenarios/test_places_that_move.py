"""A place that is shared live moves every few seconds: its copies follow now and then, and end where it ended."""

import pytest

from bot.core.outgoing import Edit
from bot.core.places import MessageAt, Place
from tests.stage import Person, Stage


@pytest.fixture
async def helped(stage: Stage, dana: Person, ana: Person) -> Place:
    """The thread of a conversation that Ana has claimed."""
    await dana.gives("human")
    await ana.gives("claim", "1")
    return stage.thread()


@pytest.fixture
async def shared(dana: Person, helped: Place) -> MessageAt:
    return await dana.says("at A (live)")


def edits(stage: Stage) -> int:
    """How often a copy was brought up to date in the thread."""
    return len(stage.staff_platform.attempts_of(Edit))


async def test_many_moves_are_one_edit_in_half_a_minute(
    stage: Stage, dana: Person, shared: MessageAt
) -> None:
    for place in "BCD":
        await dana.edits(shared, f"at {place} (live)", is_passing=True)
    assert edits(stage) == 0
    await stage.later(seconds=31)
    assert edits(stage) == 1
    assert "at D (live)" in stage.in_thread()[-1]
    await stage.later(minutes=5)
    assert edits(stage) == 1
    await dana.edits(shared, "at E (live)", is_passing=True)
    await stage.later(seconds=31)
    assert edits(stage) == 2
    assert "at E (live)" in stage.in_thread()[-1]


async def test_where_it_ended_is_told_at_once_and_once(stage: Stage, dana: Person, shared: MessageAt) -> None:
    await dana.edits(shared, "at B (live)", is_passing=True)
    await dana.edits(shared, "at B")
    assert edits(stage) == 1
    assert stage.in_thread()[-1].endswith("at B")
    await stage.later(seconds=31)
    assert edits(stage) == 1


async def test_a_place_that_was_taken_back_does_not_come_back(
    stage: Stage, dana: Person, shared: MessageAt
) -> None:
    await dana.edits(shared, "at B (live)", is_passing=True)
    await dana.deletes(shared)
    await stage.later(seconds=31)
    assert "at B" not in stage.in_thread()[-1] or "deleted by its author" in stage.in_thread()[-1]


async def test_moves_are_no_editions(stage: Stage, dana: Person, shared: MessageAt) -> None:
    await dana.edits(shared, "at B (live)", is_passing=True)
    message = await stage.ask(lambda work: work.messages.find(shared))
    assert message is not None
    assert message.text == "at B (live)"
    assert await stage.ask(lambda work: work.messages.editions(message.id)) == []
