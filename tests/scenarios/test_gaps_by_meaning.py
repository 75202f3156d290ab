"""Questions without an answer are put together by what they mean, whatever words and languages they are in."""

from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import numpy as np
import pytest

from bot import assembly
from knowledge.vectors import SpaceKind, Vectors
from tests.stage import Stage, open_stage

MEANT = {"moon": 1, "mjesec": 1, "φεγγάρι": 1, "vinegar": 2, "octom": 2, "ξύδι": 2}


class ByWord:
    """A model that knows two things by their names in three languages; everything else is one and the same to it."""

    name, space, languages, english, dimensions = "by-word", SpaceKind.CLEAN, None, None, 3

    def __init__(self) -> None:
        self.asked: list[str] = []

    def queries(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return self.passages(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        found = np.zeros((len(texts), 3), np.float32)
        for row, text in enumerate(texts):
            found[row, next((axis for word, axis in MEANT.items() if word in text.lower()), 0)] = 1
        return found

    def knows(self, word: str) -> bool:
        return True


@pytest.fixture
def model() -> ByWord:
    return ByWord()


@pytest.fixture
async def stage(
    database_url: str, articles: Path, model: ByWord, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Stage]:
    monkeypatch.setattr(assembly, "load_embedder", lambda _settings: model)
    async with open_stage(database_url, articles, has_real_search=True, knowledge_vectors=True) as stage:
        await stage.until(lambda: (index := stage.house.librarian.index) is not None and index.has_vectors)
        yield stage


async def ask(stage: Stage, **questions: str) -> None:
    for name, words in questions.items():
        await stage.person("telegram", name).says(words)


async def test_the_same_question_in_three_languages_is_one_gap(stage: Stage) -> None:
    ana = stage.agent("Ana")
    await ask(
        stage,
        Zoe="May I clean the shelf with vinegar?",
        Dana="Why does the moon follow me home?",
        Hana="Zašto me mjesec slijedi kući?",
        Eleni="Γιατί με ακολουθεί το φεγγάρι;",
    )
    await ana.gives("gaps")
    assert "2 gaps in the knowledge" in ana.was_told
    assert "1. asked **3 times**, by 3 people" in ana.was_told
    for words in ("moon", "mjesec", "φεγγάρι"):
        assert words in ana.was_told.partition("2. asked")[0]


async def test_closing_a_gap_closes_what_was_shown_and_nothing_that_came_later(stage: Stage) -> None:
    ana = stage.agent("Ana")
    await ask(stage, Dana="Why does the moon follow me home?", Hana="Zašto me mjesec slijedi kući?")
    await ana.gives("gaps")
    await ask(stage, Eleni="Γιατί με ακολουθεί το φεγγάρι;")
    await ana.presses("Close 1")
    assert "1 gap in the knowledge" in ana.was_told
    assert "φεγγάρι" in ana.was_told
    assert "mjesec" not in ana.was_told


async def test_an_article_begun_from_a_gap_has_the_questions_of_all_languages(stage: Stage) -> None:
    ana = stage.agent("Ana")
    await ask(stage, Dana="Why does the moon follow me home?", Hana="Zašto me mjesec slijedi kući?")
    await ana.gives("gaps")
    await ana.presses("Write 1")
    fields = {one.name: one.value for one in stage.platform("slack").scenery.forms[-1].form.fields}
    assert fields["phrasings"].splitlines() == [
        "Zašto me mjesec slijedi kući?",
        "Why does the moon follow me home?",
    ]


async def test_a_gap_that_was_grouped_anew_meanwhile_is_the_one_that_was_shown_last(stage: Stage) -> None:
    ana, ben = stage.agent("Ana"), stage.agent("Ben")
    await ask(stage, Dana="Why does the moon follow me home?", Hana="Zašto me mjesec slijedi kući?")
    await ana.gives("gaps")
    _, old = stage.button("slack", ana.direct, "Close 1")
    await ask(stage, Eleni="Γιατί με ακολουθεί το φεγγάρι;")
    await ben.gives("gaps")
    await ana.presses_this(old)
    assert ana.was_told == "Every question had a good answer, or none was asked."
    await ana.presses_this(old)
    assert ana.was_told == "This gap is closed."


async def test_each_question_is_embedded_once_for_it_however_often_it_is_looked_at(
    stage: Stage, model: ByWord
) -> None:
    ana = stage.agent("Ana")
    await ask(stage, Dana="Why does the moon follow me home?")
    await ana.gives("gaps")
    before = len(model.asked)
    await ana.gives("gaps")
    assert len(model.asked) == before
    await ana.presses("Close 1")
    assert not stage.house.librarian._stocktaking._known, "what is not open any more is forgotten"


async def test_passages_that_say_the_same_with_other_numbers_are_shown_side_by_side(stage: Stage) -> None:
    ana = stage.agent("Ana")
    await stage.publishes("moon", "The moon", "The moon follows you for **30 days**.")
    await stage.publishes("night", "At night", "For 60 days the moon is behind you.")
    await stage.publishes("more", "More", "The moon follows you for 30 days, 12 hours a day.")
    await ana.gives("articles", "moon")
    assert "**May contradict**" in ana.was_told
    assert "`moon` (en): “The moon follows you for 30 days.”" in ana.was_told
    assert "`night` (en): “For 60 days the moon is behind you.”" in ana.was_told
    assert "`moon` (en): another article says nearly the same with other numbers" in ana.was_told
    await ana.gives("articles", "returns")
    assert "May contradict" not in ana.was_told
