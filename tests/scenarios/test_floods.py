"""One customer who writes without end: everything is kept, and nobody else waits for it.

Looked at by the order in which things arrive, not by the clock.
"""

import asyncio
from collections.abc import Sequence

import pytest

from bot.core.events import Event
from bot.core.places import Place
from tests.stage import Person, Stage
from tests.stage.platform import words

MANY = 600
SOON = 5
"""So many of the flood's own may still come before somebody else's: what was under way in each lane."""


@pytest.fixture
def eve(stage: Stage) -> Person:
    return stage.person("telegram", "Eve")


def flood(eve: Person, text: str, *, at: Place | None = None) -> list[Event]:
    return [eve.message(eve.new_message(at), f"{text} {number}") for number in range(MANY)]


async def all_at_once(stage: Stage, platform: str, events: Sequence[Event]) -> None:
    await asyncio.gather(*(stage.accept(platform, event) for event in events))


def place_of(wanted: str, shown: Sequence[str]) -> int:
    return next(number for number, one in enumerate(shown) if wanted in one)


async def test_an_answer_does_not_wait_behind_anothers_hundreds(
    stage: Stage, eve: Person, dana: Person
) -> None:
    telegram = stage.platform("telegram")
    telegram.gate = asyncio.Event()
    await all_at_once(stage, "telegram", flood(eve, "Where is my invoice?"))
    await stage.accept("telegram", dana.message(dana.new_message(), "When does my parcel arrive?"))
    await stage.until(lambda: any("parcel" in one.text for one in stage.shelf.searches))
    telegram.gate.set()
    await stage.settle()
    shown = [words(one.content) for one in telegram.scenery.shown]
    assert place_of("two to four working days", shown) <= SOON
    assert sum("account under Orders" in one for one in shown) == MANY
    assert len(dana.sees) == 1


async def test_at_the_desk_a_line_does_not_wait_behind_anothers_hundreds(
    stage: Stage, eve: Person, dana: Person, ana: Person
) -> None:
    await eve.gives("ticket", "flood")
    await dana.gives("ticket", "a real matter")
    staff = stage.staff_platform
    before = len(staff.scenery.shown)
    staff.gate = asyncio.Event()
    await all_at_once(stage, "telegram", flood(eve, "and another"))
    await stage.accept("telegram", dana.message(dana.new_message(), "I smell smoke"))
    await stage.until(lambda: len(staff.scenery.attempts) > 0 and stage.house.dispatcher.waiting() > MANY)
    staff.gate.set()
    await stage.settle()
    shown = [words(one.content) for one in staff.scenery.shown[before:]]
    assert place_of("I smell smoke", shown) <= SOON
    numbers = [int(one.rpartition(" ")[2]) for one in shown if "and another" in one]
    assert numbers == list(range(MANY)), "every line, once, in its order"


async def test_an_agents_words_reach_their_customer_through_anothers_flood(
    stage: Stage, eve: Person, dana: Person, ana: Person
) -> None:
    await dana.gives("ticket", "a real matter")
    await ana.gives("claim", "1")
    await eve.gives("ticket", "flood")
    await asyncio.gather(
        all_at_once(stage, "telegram", flood(eve, "and another")),
        ana.says("Help is on its way", at=stage.thread()),
    )
    assert any("Help is on its way" in one for one in dana.sees)


async def test_one_persons_questions_in_many_threads_are_searched_one_by_one(stage: Stage) -> None:
    """Each thread is a conversation; the searches are dear, and would all stand in front of the next person's."""
    eve, dan = stage.person("discord", "Eve"), stage.person("discord", "Dan")
    stage.shelf.gate = asyncio.Event()
    asked = [
        eve.message(
            eve.new_message(Place("discord", channel="HELP", thread=f"T{number}")),
            f"Where is my invoice? {number}",
            is_to_bot=True,
        )
        for number in range(50)
    ]
    await all_at_once(stage, "discord", asked)
    await stage.accept("discord", dan.message(dan.new_message(), "When does my parcel arrive?"))
    await stage.until(lambda: any("parcel" in one.text for one in stage.shelf.searches))
    assert [one.text for one in stage.shelf.searches] == [
        "Where is my invoice? 0",
        "When does my parcel arrive?",
    ]
    stage.shelf.gate.set()
    await stage.settle()
    assert len(stage.shelf.searches) == 51


async def test_presses_and_commands_without_end_are_answered_in_turn(
    stage: Stage, eve: Person, dana: Person
) -> None:
    telegram = stage.platform("telegram")
    telegram.gate = asyncio.Event()
    await all_at_once(stage, "telegram", [eve.command("help") for _ in range(500)])
    await stage.accept("telegram", dana.command("help"))
    telegram.gate.set()
    await stage.settle()
    order = [one.identity.external_id for one in telegram.scenery.answers]
    assert order.index(dana.identity.external_id) <= SOON
    assert len(order) == 501
