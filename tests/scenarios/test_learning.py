"""The search learns from what people made of its answers; nobody teaches it something wrong alone."""

from pathlib import Path

import pytest

from bot.core.judgement import JudgementState, Verdict
from bot.core.policies.learning import (
    MOST_OF_CUSTOMERS,
    MOST_OF_ONE_A_DAY,
    MOST_OF_ONE_ABOUT_AN_ARTICLE,
    MOST_OF_STAFF_A_DAY,
    Before,
    standing,
)
from tests.scenarios.test_security import FOR_EDITORS
from tests.stage import Person, Stage

STAGE = {"has_real_search": True}
ODD = "zyxolith gribblenaut"
"""Words that no article has, and that a customer could mean anything by."""
NOBODY = Before(0, 0, 0, 0)


async def is_told(stage: Stage, name: str, words: str = ODD) -> str:
    """What somebody new is told to these words."""
    person = stage.person("telegram", name)
    await person.says(words)
    return person.sees[-1]


async def learn(stage: Stage, dana: Person) -> None:
    """Dana asks in words that only she would use, and the article solves it."""
    await dana.says(f"When does my parcel arrive? {ODD}")
    assert "two to four working days" in dana.sees[-1]
    await dana.presses("That solved it")


async def test_the_customers_own_words_find_the_article_from_then_on(stage: Stage, dana: Person) -> None:
    assert "Shall I ask a person?" in await is_told(stage, "Before")
    await learn(stage, dana)
    assert "two to four working days" in await is_told(stage, "After")


async def test_what_was_learned_is_there_after_a_restart(
    database_url: str, articles: Path, stage: Stage, dana: Person
) -> None:
    await learn(stage, dana)
    found = await stage.ask(lambda work: work.judgements.lessons())
    assert [(one.article_key, one.verdict) for one in found] == [("delivery", Verdict.SOLVED)]
    await stage.ask(lambda work: work.library.changed())
    await stage.house.librarian.refresh()
    assert "two to four working days" in await is_told(stage, "After")


async def test_an_editor_sees_what_was_learned_and_takes_it_back(
    stage: Stage, dana: Person, ana: Person, eda: Person
) -> None:
    await learn(stage, dana)
    await ana.gives("article", "delivery learned")
    assert ODD in ana.was_told
    assert "a customer" in ana.was_told
    assert not stage.platform("slack").scenery.answers[-1].content.buttons, "she decides nothing"
    await eda.gives("article", "delivery learned")
    _, undo = stage.button("slack", eda.direct, "Undo 1")
    await ana.presses_this(undo)
    assert ana.was_told == FOR_EDITORS
    await eda.presses("Undo 1")
    assert "**taken back**" in eda.was_told
    assert "Shall I ask a person?" in await is_told(stage, "After")


async def test_everything_learned_of_an_article_is_taken_back_at_once(
    stage: Stage, dana: Person, eda: Person
) -> None:
    await learn(stage, dana)
    await learn(stage, stage.person("telegram", "Dora"))
    await eda.gives("article", "delivery learned")
    await eda.presses("Undo everything")
    assert eda.was_told.count("**taken back**") == 2
    assert "Shall I ask a person?" in await is_told(stage, "After")


async def test_one_persons_third_word_about_an_article_waits_for_an_editor(
    stage: Stage, dana: Person, eda: Person
) -> None:
    for words in ("please", "today"):
        await dana.says(f"When does my parcel arrive {words}?")
        await dana.presses("That solved it")
    await learn(stage, dana)
    assert "Shall I ask a person?" in await is_told(stage, "Before")
    await eda.gives("article", "delivery learned")
    assert "**waits for an editor**" in eda.was_told
    await eda.presses("Confirm 1")
    assert "two to four working days" in await is_told(stage, "After")


async def test_one_lesson_is_taken_back_and_the_same_one_of_somebody_else_stays(
    stage: Stage, dana: Person, eda: Person
) -> None:
    await learn(stage, dana)
    await learn(stage, stage.person("telegram", "Dora"))
    built = stage.house.librarian.index
    await eda.gives("article", "delivery learned")
    await eda.presses("Undo 1")
    assert "two to four working days" in await is_told(stage, "Between")
    await eda.presses("Undo 2")
    assert "Shall I ask a person?" in await is_told(stage, "After")
    assert stage.house.librarian.index is built


async def test_two_who_reject_an_article_make_the_bot_careful_near_their_words(
    stage: Stage, dana: Person, eda: Person
) -> None:
    words = "When does my parcel arrive? wobblewick"
    for person in (dana, stage.person("telegram", "Dora")):
        await person.says(words)
        assert "two to four working days" in person.sees[-1]
        await person.presses("Not what I meant")
    assert "Shall I ask a person?" in await is_told(stage, "Between", words)
    await eda.gives("article", "delivery learned")
    await eda.presses("Undo 1")
    assert "two to four working days" in await is_told(stage, "After", words)


async def test_words_that_are_taken_back_are_learned_no_more(stage: Stage, dana: Person) -> None:
    asked = await dana.says(f"When does my parcel arrive? {ODD}")
    await dana.presses("That solved it")
    await dana.deletes(asked)
    assert await stage.ask(lambda work: work.judgements.lessons()) == []


async def test_a_wrong_answer_is_never_given_twice_in_one_conversation(stage: Stage, dana: Person) -> None:
    for words in ("When does my parcel arrive?", "When does it arrive?", "my parcel, when does it arrive?"):
        await dana.says(words)
        if "Not what I meant" in dana.buttons:
            await dana.presses("Not what I meant")
    assert str(dana.sees).count("two to four working days") == 1


@pytest.mark.parametrize(
    ("verdict", "before", "is_staff", "state"),
    [
        pytest.param(Verdict.SOLVED, NOBODY, False, "counted", id="a customer's first word"),
        pytest.param(Verdict.SOLVED, Before(MOST_OF_ONE_ABOUT_AN_ARTICLE, 0, 0, 0), False, "waiting",
                     id="too often about one article"),
        pytest.param(Verdict.SOLVED, Before(0, MOST_OF_ONE_A_DAY, 0, 0), False, "waiting", id="too often today"),
        pytest.param(Verdict.SOLVED, Before(0, 0, MOST_OF_CUSTOMERS, 0), False, "waiting",
                     id="too much by customers alone"),
        pytest.param(Verdict.REJECTED, NOBODY, False, "waiting", id="the first who rejects it"),
        pytest.param(Verdict.REJECTED, Before(0, 0, 0, 1), False, "counted", id="the second who rejects it"),
        pytest.param(Verdict.REJECTED, Before(0, MOST_OF_ONE_A_DAY, 0, 9), False, "waiting",
                     id="who rejects everything"),
        pytest.param(Verdict.CHOSEN, NOBODY, True, "counted", id="an agent's choice"),
        pytest.param(Verdict.CHOSEN, Before(0, MOST_OF_STAFF_A_DAY, 0, 0), True, "waiting",
                     id="an agent who chooses all day"),
    ],
)  # fmt: skip
def test_how_much_one_persons_word_counts(
    verdict: Verdict, before: Before, is_staff: bool, state: str
) -> None:
    assert standing(verdict, before, is_staff=is_staff) is JudgementState(state)
