"""Who writes is seen writing on the other side, by the way and by nobody whom it does not concern."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest

from bot.core.places import Place
from bot.runtime import presence
from storage import UnitOfWork
from tests.stage import Person, Stage, open_stage


@pytest.fixture
async def helped(stage: Stage, dana: Person, ana: Person) -> Place:
    """Dana's ticket, claimed by Ana: the place of its thread."""
    await dana.gives("human")
    await ana.gives("claim", "1")
    return stage.thread()


async def types(stage: Stage, person: Person, at: Place | None = None) -> None:
    note = stage.platform(person.platform).context.note_typing
    assert note is not None
    note(at or person.direct, person.identity)
    await idle(stage)


async def idle(stage: Stage) -> None:
    assert stage.house.presence is not None
    await asyncio.gather(*stage.house.presence._tasks)


def seen(stage: Stage, platform: str) -> list[str]:
    return stage.platform(platform).scenery.typing


async def test_who_holds_a_ticket_is_seen_writing_by_its_customer(
    stage: Stage, helped: Place, dana: Person, ana: Person
) -> None:
    await types(stage, ana, helped)
    assert seen(stage, "telegram") == [dana.direct.key]
    assert seen(stage, "slack") == []


async def test_a_customer_is_seen_writing_at_their_ticket(stage: Stage, helped: Place, dana: Person) -> None:
    await types(stage, dana)
    assert seen(stage, "slack") == [helped.key]
    assert seen(stage, "telegram") == []


async def test_nobody_else_is_seen(
    stage: Stage, helped: Place, dana: Person, ana: Person, ben: Person
) -> None:
    await types(stage, ben, helped)
    await types(stage, stage.person("telegram", "Eve"), dana.direct)
    await types(stage, stage.person("telegram", "Eve"))
    await types(stage, ana)
    await types(stage, ana, stage.staff_space)
    await ana.gives("resolve", "1")
    await types(stage, ana, helped)
    await types(stage, dana)
    assert seen(stage, "telegram") == seen(stage, "slack") == []


async def test_before_anybody_holds_a_ticket_no_agent_is_seen(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("human")
    await types(stage, ana, stage.thread())
    assert seen(stage, "telegram") == []


async def test_who_writes_long_is_shown_now_and_then(stage: Stage, helped: Place, ana: Person) -> None:
    for _ in range(20):
        await types(stage, ana, helped)
    assert len(seen(stage, "telegram")) == 1


async def test_a_platform_that_will_not_show_it_is_left_alone_and_holds_up_nothing(
    stage: Stage, helped: Place, dana: Person, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "AGAIN_AFTER_SECONDS", 0.0)
    stage.platform("telegram").failing_typing = RuntimeError("limited")
    await types(stage, ana, helped)
    stage.platform("telegram").failing_typing = None
    await types(stage, ana, helped)
    assert seen(stage, "telegram") == []
    await ana.says("Hello", at=helped)
    assert dana.sees[-1] == "Ana: Hello"


async def test_a_platform_that_does_not_answer_holds_up_nothing(
    stage: Stage, helped: Place, dana: Person, ana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    never = asyncio.Event()

    async def hang(_place: Place) -> None:
        await never.wait()

    monkeypatch.setattr(stage.platform("telegram"), "show_typing", hang)
    monkeypatch.setattr(presence, "GIVES_UP_SECONDS", 0.5)
    note = stage.platform("slack").context.note_typing
    assert note is not None
    note(helped, ana.identity)
    await ana.says("Hello", at=helped)
    assert dana.sees[-1] == "Ana: Hello"
    await idle(stage)


async def test_a_crowd_that_writes_at_once_takes_no_more_than_its_share(
    stage: Stage, dana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[object] = []
    assert stage.house.presence is not None
    gate = asyncio.Event()

    async def ask(question: Callable[[UnitOfWork], object]) -> list[Place]:
        asked.append(question)
        await gate.wait()
        return []

    monkeypatch.setattr(stage.house.presence, "_ask", ask)
    note = stage.platform("discord").context.note_typing
    assert note is not None
    for number in range(1000):
        one = stage.person("discord", f"P{number}")
        note(one.direct, one.identity)
    await asyncio.sleep(0)
    assert len(asked) <= presence.MOST_AT_ONCE
    gate.set()
    await idle(stage)


async def test_it_leaves_no_trace(stage: Stage, helped: Place, dana: Person, ana: Person) -> None:
    def waiting(work: UnitOfWork) -> list[object]:
        return [work.outbox.own_counts(), work.intake.due(limit=10)]

    before = await stage.ask(waiting)
    tried = len(stage.platform("telegram").scenery.attempts)
    await types(stage, ana, helped)
    await types(stage, dana)
    assert await stage.ask(waiting) == before
    assert len(stage.platform("telegram").scenery.attempts) == tried


async def test_whoever_waits_long_for_the_bots_answer_sees_that_it_looks(
    stage: Stage, dana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(presence, "SLOW_SEARCH_SECONDS", 0.01)
    monkeypatch.setattr(presence, "SHOWN_SECONDS", 0.01)
    stage.shelf.gate = asyncio.Event()
    await stage.accept("telegram", dana.message(dana.new_message(), "Where is my parcel?"))
    await stage.until(lambda: len(seen(stage, "telegram")) == 1)
    assert seen(stage, "telegram") == [dana.direct.key]
    stage.shelf.gate.set()
    await stage.settle()
    await idle(stage)
    assert "working days" in dana.sees[-1]


async def test_a_quick_answer_needs_no_sign(stage: Stage, dana: Person) -> None:
    await dana.says("Where is my parcel?")
    await idle(stage)
    assert seen(stage, "telegram") == []


async def test_without_the_wish_nobody_wants_to_know(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles, show_typing=False) as stage:
        assert {one.context.note_typing for one in stage.platforms.values()} == {None}
        await stage.person("telegram", "Dana").says("Where is my parcel?")
        assert seen(stage, "telegram") == []
