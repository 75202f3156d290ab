"""What whoever helps is shown of the knowledge, and the article they send with one press."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from bot.core.article import Audience
from bot.core.judgement import Verdict
from tests.stage import Person, Stage, open_stage

ASKED = "When does my parcel arrive?"


@pytest.fixture
async def stage(database_url: str, articles: Path) -> AsyncIterator[Stage]:
    async with open_stage(database_url, articles, has_real_search=True) as stage:
        await stage.publishes(
            "lost", "When a parcel does not arrive", "Pay it back at once.", audience=Audience.STAFF
        )
        yield stage


@pytest.fixture
async def ticket(stage: Stage, dana: Person, ana: Person) -> None:
    """A ticket about a parcel, claimed by Ana."""
    await dana.says(ASKED)
    await dana.gives("human")
    await ana.gives("claim", "1")


def suggested(stage: Stage) -> str:
    return next(one for one in reversed(stage.in_thread()) if "What the knowledge base says" in one)


async def test_the_helper_sees_what_is_for_the_team_and_sends_what_is_for_customers(
    stage: Stage, ticket: None, dana: Person, ana: Person
) -> None:
    await ana.presses("Suggest an answer", at=stage.thread())
    assert "Pay it back at once." in suggested(stage)
    assert "for the team only" in suggested(stage)
    assert "Pay it back" not in str(dana.sees)
    shown = stage.staff_platform.in_place(stage.thread())[-1].content
    labels = [one.label for one in shown.buttons]
    number = next(line[0] for line in shown.text.splitlines() if "When does my parcel arrive" in line)
    assert f"Send {number}" in labels
    assert len(labels) < shown.text.count(" sure)"), "not every one of them may be sent"
    await ana.presses(f"Send {number}", at=stage.thread())
    assert dana.sees[-1].startswith("Ana: **When does my parcel arrive?**")
    assert "two to four working days" in dana.sees[-1]
    assert "two to four working days" in stage.in_thread()[-1]


async def test_what_answers_the_helper_is_not_taken_for_the_question(
    stage: Stage, ticket: None, dana: Person, ana: Person
) -> None:
    for words in ("JP-12345", "evo", "thanks a lot for helping me"):
        await dana.says(words)
    await ana.presses("Suggest an answer", at=stage.thread())
    assert "two to four working days" in suggested(stage)


async def test_of_what_hardly_fits_only_the_beginning_is_shown(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles, has_real_search=True) as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
        await stage.publishes("lamps", "My parcel has no lamp", "A lamp has a socket. " * 40)
        await dana.says(ASKED)
        await dana.gives("human")
        await ana.gives("claim", "1")
        await ana.presses("Suggest an answer", at=stage.thread())
        best, *others = re.split(r"^\d\\. ", suggested(stage), flags=re.MULTILINE)[1:]
        assert "two to four working days" in best
        assert "Source: " in best
        assert any("My parcel has no lamp" in one for one in others)
        for one in others:
            assert "Source: " not in one
            assert len(one) < 260


async def test_the_helpers_choice_is_learned(stage: Stage, ticket: None, dana: Person, ana: Person) -> None:
    words = "zyxolith gribblenaut wobblewick: when does my parcel arrive?"
    await dana.says(words)
    await ana.gives("suggest", at=stage.thread())
    number = next(line[0] for line in suggested(stage).splitlines() if "When does my parcel" in line)
    number = number if number.isdigit() else "1"
    await ana.presses(f"Send {number}", at=stage.thread())
    await ana.presses(f"Send {number}", at=stage.thread())
    assert ana.was_told == "You have sent that already."
    (lesson,) = await stage.ask(lambda work: work.judgements.lessons())
    assert (lesson.article_key, lesson.verdict, lesson.text) == ("delivery", Verdict.CHOSEN, words)
    eve = stage.person("telegram", "Eve")
    await eve.says("zyxolith gribblenaut wobblewick")
    assert "two to four working days" in eve.sees[-1]


async def test_an_article_for_the_team_is_not_sent_by_a_forged_button(
    stage: Stage, ticket: None, dana: Person, ana: Person
) -> None:
    asked = await stage.ask(lambda work: work.conversations.at(dana.direct))
    assert asked is not None
    message = (await stage.ask(lambda work: work.messages.history(asked.id, limit=20)))[0]
    version = await stage.ask(lambda work: work.versions.newest("lost", "en"))
    assert version is not None
    await ana.forges("send_article", f"{message.id}:{version.id}")
    assert ana.was_told == "This article is not for the customer, or not any more."
    assert "Pay it back" not in str(dana.sees)


async def test_only_whoever_claimed_the_ticket_sends(
    stage: Stage, ticket: None, dana: Person, ana: Person, ben: Person
) -> None:
    await ana.gives("suggest", "1")
    seen = len(dana.sees)
    at, send = next(
        (one.at, button)
        for one in reversed(stage.staff_platform.in_place(stage.thread()))
        for button in one.content.buttons
        if button.action == "send_article"
    )
    await ben.presses_this(send, at)
    assert ben.was_told == "Only whoever has claimed the ticket writes to the customer."
    assert len(dana.sees) == seen


async def test_suggest_outside_a_ticket_asks_for_its_number(stage: Stage, ana: Person) -> None:
    await ana.gives("suggest")
    assert ana.was_told == "For which ticket? /suggest 12"
