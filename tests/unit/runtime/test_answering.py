"""Which model writes answers is a setting, off as long as it is not set; the doctor tries it and says what is wrong."""

import asyncio
from collections.abc import AsyncIterator
from functools import partial

import pytest

from bot.answering import examine_model, load_model, written_for
from bot.runtime.catalogue import texts_in
from bot.settings import Settings, SettingsError
from knowledge.article import Article
from knowledge.index import Index
from knowledge.vector_cache import VectorCache
from tests.model_service import (
    Behaviour,
    ModelService,
    cites,
    hangs_up,
    model_service,
    properly,
    says,
    says_nothing,
    sends,
    writes,
)

SECRET = "sk-test-not-a-real-key"

QUESTION = "How do I return something?"


def settings(address: str, seconds: int = 30) -> Settings:
    return Settings.of(
        {
            "answers_url": address,
            "answers_model": "small",
            "answers_key": SECRET,
            "answers_seconds": str(seconds),
        }
    )


@pytest.fixture
async def service() -> AsyncIterator[ModelService]:
    async with model_service() as service:
        yield service


def test_it_is_off_as_long_as_no_address_is_set() -> None:
    assert load_model(Settings.of({"answers_model": "small"})) is None


def test_an_address_needs_a_model() -> None:
    with pytest.raises(SettingsError, match="ANSWERS_URL: name the model"):
        Settings.of({"answers_url": "http://127.0.0.1:9/v1"})


@pytest.mark.parametrize("seconds", ["0", "51", "soon"])
def test_the_time_is_a_few_seconds(seconds: str) -> None:
    with pytest.raises(SettingsError, match="ANSWERS_SECONDS"):
        Settings.of({"answers_seconds": seconds})


def test_the_key_is_secret() -> None:
    given = settings("http://127.0.0.1:9/v1")
    assert SECRET in given.secrets
    assert SECRET not in repr(given)


async def test_the_doctor_asks_nothing_where_nothing_is_set() -> None:
    assert await examine_model(Settings.of({}), texts_in("en")) == []


async def test_the_doctor_tries_it_once(service: ModelService) -> None:
    service.usual = says(cites("You may return anything within 30 days.", "anything within 30 days"))
    (found,) = await examine_model(settings(service.address), texts_in("en"))
    assert found.is_ok
    assert found.what.startswith("Answers are written by small (")
    assert len(service.asked) == 1


@pytest.mark.parametrize(
    ("behaviour", "advice"),
    [
        (says_nothing, "No answer within 1 second"),
        (hangs_up, "Nothing answers at ANSWERS_URL"),
        (
            sends(b"{}", 401),
            "refuses (status 401): check ANSWERS_URL, ANSWERS_MODEL and ANSWERS_KEY",
        ),
        (sends(b"{}", 429), "refuses (limited (status 429))"),
        (sends(b"<html>"), "does not speak OpenAI's chat interface (no_completion)"),
        (writes("Within 30 days."), "does not keep to its form or to the passages (form)"),
        (
            says(cites("You may return anything within 60 days.", "anything within 30 days")),
            "does not keep to its form or to the passages (number)",
        ),
        (says(), "(no_answer)"),
    ],
)
async def test_the_doctor_says_what_to_do(service: ModelService, behaviour: Behaviour, advice: str) -> None:
    service.usual = behaviour
    (found,) = await examine_model(
        settings(service.address, 1 if behaviour is says_nothing else 30), texts_in("en")
    )
    assert not found.is_ok
    assert not found.is_fatal
    assert advice in found.advice
    assert SECRET not in found.advice


@pytest.mark.parametrize(
    ("address", "is_told"),
    [
        ("http://127.0.0.1:9/v1", False),
        ("http://[::1]:9/v1", False),
        ("http://10.1.2.3:9/v1", False),
        ("http://localhost:9/v1", False),
        ("http://ollama:9/v1", False),
        ("http://models.invalid:9/v1", True),
        ("http://93.184.216.34:9/v1", True),
        ("https://models.invalid:9/v1", False),
    ],
)
async def test_an_open_way_into_the_world_is_told(
    address: str, is_told: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_asked_nothing(*_: object) -> str:
        return '{"sentences": []}'

    monkeypatch.setattr("knowledge.language_model.LanguageModel.reply", is_asked_nothing)
    found = await examine_model(settings(address), texts_in("en"))
    assert any("not encrypted" in one.what for one in found) is is_told


async def test_the_command_line_shows_what_would_be_written(service: ModelService) -> None:
    index = Index.build([Article("returns", "en", "How do I return something?", "You can return it within 30 days.")],
                        embedder=None, cache=VectorCache())  # fmt: skip
    offered = index.search("How do I return something?")

    async def shown(behaviour: Behaviour) -> str:
        service.usual = behaviour
        given = settings(service.address)
        return await asyncio.to_thread(
            partial(written_for, threshold=index.threshold),
            given,
            index,
            "How do I return something?",
            offered,
            texts_in("en"),
        )

    assert await shown(properly) == "small writes:\n\nYou can return it within 30 days."
    assert await shown(writes("Within 30 days.")) == "small writes nothing that could be shown: form"
    assert (
        written_for(
            Settings.of({}), index, "How do I return something?", offered, texts_in("en"), threshold=0.5
        )
        == ""
    )
