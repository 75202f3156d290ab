"""Answers by a local language model, on every platform through the real SDKs; and without it, when it misbehaves."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.town import PLATFORMS, Town, open_town
from tests.model_service import ModelService, cites, drips, model_service, says, streams_forever, writes

ASKED = "When does my parcel arrive?"
QUOTE = "The carrier sends a text message on the evening before the delivery"
WRITTEN = (
    "Parcels arrive *two* to four working days after you ordered; the carrier sends a text message before."
)
SHOWN = "Parcels arrive two to four working days after you ordered; the carrier sends a text message before."


@pytest.fixture
async def service() -> AsyncIterator[ModelService]:
    async with model_service() as service:
        service.usual = says(cites(WRITTEN, QUOTE))
        yield service


@pytest.fixture
async def town(service: ModelService, database_url: str, articles: Path) -> AsyncIterator[Town]:
    about = {"answers_url": service.address, "answers_model": "small", "answers_seconds": 20}
    async with open_town(database_url, articles, **about) as town:
        yield town


async def test_each_platform_shows_the_answer_with_its_article_and_buttons(
    town: Town, service: ModelService
) -> None:
    for platform in PLATFORMS:
        customer = town.newcomer(platform)
        await customer.says(ASKED)
        seen = await customer.hears(SHOWN, "Written automatically from: When does my parcel arrive?")
        assert [one.label for one in seen.buttons] == [
            "That solved it",
            "Not what I meant",
            "Talk to a person",
        ]
        await customer.presses("That solved it")
        await customer.hears("Glad that helped!")
    assert len(service.asked) == len(PLATFORMS)


async def test_each_platform_shows_the_passage_when_the_model_misbehaves(
    town: Town, service: ModelService
) -> None:
    assert town.house is not None
    assert town.house._model is not None
    everyone = cites("@everyone <!channel> parcels arrive: http://evil.example", QUOTE)
    service.odd = [says(everyone), writes("As a language model, I"), streams_forever]
    for platform in PLATFORMS:
        customer = town.newcomer(platform)
        await customer.says(ASKED)
        await customer.hears("Parcels arrive two to four working days after you ordered.", "Source:")
        assert not customer.count("evil")
        assert not customer.count("Written automatically")
    service.usual, town.house._model.seconds = drips, 0.2
    customer = town.newcomer("telegram")
    await customer.says(ASKED)
    await customer.hears("Parcels arrive two to four working days after you ordered.", "Source:")
