"""A language model writes the answer from what was found; whatever it does, nobody is worse off than without."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path
from typing import Any

import pytest
import structlog
from msgspec.structs import replace

from bot import assembly
from bot.runtime import composing
from knowledge.language_model import LanguageModel
from storage import UnitOfWork
from tests.model_service import (
    BOMB,
    HUGE,
    Asked,
    ModelService,
    cites,
    drips,
    ends_early,
    hangs_up,
    model_service,
    says,
    says_nothing,
    sends,
    streams_forever,
    writes,
)
from tests.stage import Person, Stage, open_stage
from tests.stage.shelf import DELIVERY, RETURNS
from tests.stage.writing import PASSAGE, QUOTE, WRITTEN, with_model

FOOTNOTE = "Written automatically from: "


@pytest.fixture
async def service() -> AsyncIterator[ModelService]:
    async with model_service() as service:
        service.usual = says(cites(WRITTEN, QUOTE))
        yield service


@pytest.fixture
async def stage(service: ModelService, database_url: str, articles: Path) -> AsyncIterator[Stage]:
    async with open_stage(database_url, articles, **with_model(service)) as stage:
        yield stage


def model(stage: Stage) -> LanguageModel:
    assert stage.house._model is not None
    return stage.house._model


def failed(stage: Stage, reason: str) -> float:
    return stage.metric("written_answers_failed_total", reason=reason)


async def test_the_answer_comes_with_its_article_and_the_three_buttons(
    stage: Stage, dana: Person, service: ModelService
) -> None:
    await dana.says("Where is my parcel?")
    assert dana.sees[-1].startswith(WRITTEN)
    assert f"{FOOTNOTE}When does my parcel arrive?" in dana.sees[-1]
    assert dana.buttons == ["That solved it", "Not what I meant", "Talk to a person"]
    assert len(dana.sees) == 1
    assert stage.metric("written_answers_asked_total") == 1
    assert stage.metric("written_answers_total") == 1
    assert stage.metric("written_answer_seconds_count") == 1


async def test_articles_with_an_address_are_links_in_the_order_they_are_cited(
    stage: Stage, dana: Person, service: ModelService
) -> None:
    linked = replace(DELIVERY, url="https://juniper.example/delivery")
    stage.shelf.knows("parcel", linked, RETURNS)
    service.usual = says(
        cites("You can return everything within 30 days.", "return everything within 30 days", 3),
        cites(WRITTEN, QUOTE),
    )
    await dana.says("Where is my parcel?")
    given = [one["article"] for one in service.data()["passages"]]
    assert given == [DELIVERY.title, DELIVERY.title, RETURNS.title, RETURNS.title]
    assert dana.sees[-1].startswith(f"You can return everything within 30 days. {WRITTEN}")
    assert (
        "from: How do I return something?, [When does my parcel arrive?](<https://juniper.example/delivery>)"
    ) in dana.sees[-1]


async def test_it_is_part_of_the_conversation_that_staff_read(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.says("Where is my parcel?")
    await dana.presses("Talk to a person")
    assert any(WRITTEN in one and FOOTNOTE in one for one in stage.in_thread())


async def test_what_solved_it_is_the_article_that_is_cited_first(stage: Stage, dana: Person) -> None:
    await dana.says("Where is my parcel?")
    await dana.presses("That solved it")
    assert "✓ Solved" in dana.sees[-2]
    lessons = await stage.ask(lambda work: work.judgements.lessons())
    assert [one.article_key for one in lessons] == ["delivery"]


async def test_what_was_not_meant_is_not_written_again(
    stage: Stage, dana: Person, service: ModelService
) -> None:
    await dana.says("Where is my parcel?")
    await dana.presses("Not what I meant")
    # The model insists on the first article.
    assert "return everything within 30 days" in dana.sees[-1]
    assert FOOTNOTE not in dana.sees[-1]
    await dana.presses("Not what I meant")
    assert "Shall I ask a person?" in dana.sees[-1]


MISBEHAVIOURS = {
    "silence": (says_nothing, "slow"),
    "a byte now and then": (drips, "slow"),
    "an endless stream": (streams_forever, "too_large"),
    "a huge body": (HUGE, "too_large"),
    "a gzip bomb": (BOMB, "no_completion"),
    "hung up": (hangs_up, "unreachable"),
    "cut off": (ends_early, "unreachable"),
    "elsewhere": (sends(b"{}", 302, Location="http://127.0.0.1:9/"), "status"),
    "a wrong key": (sends(b"{}", 401), "status"),
    "too many requests": (sends(b"{}", 429), "limited"),
    "broken": (sends(b"oops", 500), "status"),
    "no JSON": (sends(b"<html>"), "no_completion"),
    "too long for its limit": (writes('{"sentences": [{"te', finish_reason="length"), "cut_off"),
    "a refusal": (writes(None, message={"refusal": "I cannot"}), "refused"),
    "plain words": (writes(WRITTEN), "form"),
    "no sentence": (says(), "no_answer"),
    "no citation": (says({"text": WRITTEN, "citations": []}), "citation"),
    "another passage": (says(cites(WRITTEN, QUOTE, 9)), "citation"),
    "an invented quote": (says(cites(WRITTEN, "Parcels arrive at once")), "quote"),
    "an invented price": (says(cites("Parcels arrive for 1 EUR.", QUOTE)), "number"),
    "another time": (says(cites("Parcels arrive in 99 working days.", QUOTE)), "number"),
    "a link": (says(cites("Parcels arrive at http://evil.example/.", QUOTE)), "address"),
    "a call to everybody": (says(cites("@everyone: parcels arrive after you ordered.", QUOTE)), "address"),
    "a call in Slack's form": (says(cites("<!channel> Parcels arrive.", QUOTE)), "characters"),
    "our buttons": (says(cites("Parcels arrive. Press: That solved it", QUOTE)), "own_words"),
    "other words": (says(cites("Give everybody who asks your password.", QUOTE)), "words"),
    "another language": (
        says(cites("Pošiljke stižu dva do četiri radna dana nakon što ste ih naručili.", QUOTE)),
        "words",
    ),
    "too much": (says(*[cites(f"Parcels arrive {'after ' * n}you ordered.", QUOTE) for n in range(12)]), "length"),
}  # fmt: skip


@pytest.mark.parametrize("kind", MISBEHAVIOURS)
async def test_whatever_the_model_does_the_passage_is_the_answer(
    stage: Stage, dana: Person, service: ModelService, kind: str
) -> None:
    behaviour, reason = MISBEHAVIOURS[kind]
    service.usual = behaviour
    model(stage).seconds = 0.1 if reason == "slow" else 30.0
    with structlog.testing.capture_logs() as logs:
        await dana.says("Where is my parcel?")
    assert dana.sees == [f"{DELIVERY.title} {PASSAGE} Source: {DELIVERY.title}"]
    assert dana.buttons == ["That solved it", "Not what I meant", "Talk to a person"]
    assert failed(stage, reason) == 1
    told = [one for one in logs if str(one["event"]).startswith("answers.")]
    assert [one["event"] for one in told][:1] == ["answers.not_written"]
    assert not any(word in str(told) for word in ("parcel", "evil", "Parcels", "Dana", "password"))


async def test_a_defect_in_writing_costs_nobody_the_passage(
    stage: Stage, dana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    def falls_over(*_: Any) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(composing, "write_answer", falls_over)
    await dana.says("Where is my parcel?")
    assert PASSAGE in dana.sees[-1]
    assert failed(stage, "defect") == 1


async def test_a_service_that_is_down_is_not_waited_for_by_everybody(
    stage: Stage, service: ModelService
) -> None:
    service.usual = hangs_up
    for number in range(6):
        person = stage.person("telegram", f"Dana{number}")
        await person.says("Where is my parcel?")
        assert PASSAGE in person.sees[-1]
    assert len(service.asked) == 3
    assert failed(stage, "paused") == 3


async def test_no_question_can_bring_it_about_that_the_model_is_left_alone(
    stage: Stage, service: ModelService, dana: Person
) -> None:
    service.odd = [
        behaviour for behaviour, reason in MISBEHAVIOURS.values() if reason in {"form", "number", "words"}
    ]
    for number in range(len(service.odd)):
        await stage.person("telegram", f"Eve{number}").says("parcel parcel parcel")
    await dana.says("Where is my parcel?")
    assert WRITTEN in dana.sees[-1]


async def test_others_are_answered_while_one_waits(stage: Stage, service: ModelService, dana: Person) -> None:
    service.odd = [says_nothing]
    await stage.accept("telegram", dana.message(dana.new_message(), "Where is my parcel?"))
    await stage.until(lambda: len(service.asked) == 1)
    eve = stage.person("discord", "Eve")
    await stage.accept("discord", eve.message(eve.new_message(), "Where is my parcel?"))
    await stage.until(lambda: bool(eve.sees))
    assert WRITTEN in eve.sees[-1]
    assert dana.sees == []


async def test_whoever_comes_when_many_wait_already_gets_the_passage_at_once(
    stage: Stage, service: ModelService, dana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(composing, "MOST_AT_ONCE", 1)
    service.odd = [says_nothing]
    await stage.accept("telegram", dana.message(dana.new_message(), "Where is my parcel?"))
    await stage.until(lambda: len(service.asked) == 1)
    eve = stage.person("discord", "Eve")
    await stage.accept("discord", eve.message(eve.new_message(), "Where is my parcel?"))
    await stage.until(lambda: bool(eve.sees))
    assert PASSAGE in eve.sees[-1]
    assert failed(stage, "busy") == 1


async def test_a_house_that_stops_while_the_model_writes_answers_once_after_its_return(
    service: ModelService, database_url: str, articles: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It does not wait for the model: what that writes would be told by the next one all the same."""
    monkeypatch.setattr(assembly, "STOP_WITHIN_SECONDS", 600)
    service.odd = [says_nothing]
    async with AsyncExitStack() as stack:
        before = await stack.enter_async_context(open_stage(database_url, articles, **with_model(service)))
        dana = before.person("telegram", "Dana")
        await before.accept("telegram", dana.message(dana.new_message(), "Where is my parcel?"))
        await before.until(lambda: len(service.asked) == 1)
        assert dana.sees == []
        async with asyncio.timeout(60):
            await stack.aclose()
    async with open_stage(database_url, articles, after=before, **with_model(service)) as after:
        await after.settle()
        dana = after.person("telegram", "Dana")
        assert [WRITTEN in one for one in dana.sees] == [True]
        conversations = await after.ask(lambda work: work.offers.outcomes())
        assert sum(conversations.values()) == 1


async def test_an_article_that_is_taken_down_while_the_model_writes_is_not_told(
    stage: Stage, service: ModelService, dana: Person
) -> None:
    go_on = asyncio.Event()

    async def slowly(writer: asyncio.StreamWriter, asked: Asked) -> None:
        await go_on.wait()
        await says(cites(WRITTEN, QUOTE))(writer, asked)

    service.usual = slowly
    await stage.accept("telegram", dana.message(dana.new_message(), "Where is my parcel?"))
    await stage.until(lambda: len(service.asked) == 1)

    def take_down(work: UnitOfWork) -> None:
        assert work.library.withdraw("delivery", "en", None)

    await stage.ask(take_down)
    go_on.set()
    await stage.settle()
    assert WRITTEN not in str(dana.sees)
    assert "return everything within 30 days" in dana.sees[-1]


async def test_without_an_address_no_model_is_there(sqlite_url: str, articles: Path) -> None:
    async with open_stage(sqlite_url, articles) as stage:
        assert stage.house._model is None
        dana = stage.person("telegram", "Dana")
        await dana.says("Where is my parcel?")
        assert PASSAGE in dana.sees[-1]
        assert stage.metric("written_answers_asked_total") == 0
