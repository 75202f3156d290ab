"""What is said to the bot and is no question of its own: one that leans on the one before it, and mere abuse."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.stage import Person, Stage, open_stage

ASKED = "When does my parcel arrive?"
LEANS = "and what about that one?"
PROMISE = "two to four working days"


@pytest.fixture
async def stage(database_url: str, articles: Path) -> AsyncIterator[Stage]:
    async with open_stage(database_url, articles, has_real_search=True) as stage:
        yield stage


async def test_a_follow_up_is_answered_from_the_question_before(stage: Stage, dana: Person) -> None:
    await dana.says(ASKED)
    await stage.publishes("oversea", "When does my parcel arrive overseas?", "Overseas it takes three weeks.")
    await dana.presses("Not what I meant")
    await dana.says(LEANS)
    assert "three weeks" in dana.sees[-1]


async def test_without_a_question_before_it_a_follow_up_is_no_question(stage: Stage, dana: Person) -> None:
    await dana.says(LEANS)
    assert "Shall I ask a person?" in dana.sees[-1]


async def test_an_hour_later_it_is_about_something_else(stage: Stage, dana: Person) -> None:
    await stage.publishes("oversea", "When does my parcel arrive overseas?", "Overseas it takes three weeks.")
    await dana.says("When does my parcel arrive overseas?")
    shown = str(dana.sees).count("three weeks")
    await stage.later(minutes=61)
    await dana.says(LEANS)
    assert str(dana.sees).count("three weeks") == shown


async def test_mere_abuse_is_answered_calmly_and_is_no_gap_in_the_knowledge(
    stage: Stage, dana: Person
) -> None:
    await dana.says("you stupid bot")
    assert "I am sorry that this is so annoying." in dana.sees[-1]
    assert await stage.ask(lambda work: work.unanswered.open()) == []
    await dana.presses("Talk to a person")
    assert len(stage.threads()) == 1


async def test_a_question_that_swears_is_answered(stage: Stage, dana: Person) -> None:
    await dana.says("When does my fucking parcel arrive?")
    assert PROMISE in dana.sees[-1]
