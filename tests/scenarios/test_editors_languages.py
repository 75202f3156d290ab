"""Whoever looks after the articles is answered in their own language; what all of the team read is in the team's."""

import pytest

from tests.scenarios.test_languages import ENGLISH, everything_shown_to, says_it
from tests.stage import Person, Stage

STAGE = {"has_real_search": True}
WRITTEN = {
    "title": "Koliko stoji rasprodaja?", "body": "Pola cijene.", "audience": "public", "phrasings": "Pola?",
    "facts": "tags: rasprodaja",
}  # fmt: skip
SAME_EVERYWHERE = ("tags: products: url: valid_until:",)
KEY = "koliko-stoji-rasprodaja"


@pytest.fixture
def eda(stage: Stage) -> Person:
    """An editor whose Slack is Croatian; the team's language is English."""
    return stage.person("slack", "Eda", is_in_staff_space=True, language="hr")


def english_in(person: Person) -> list[str]:
    shown = "\n".join(everything_shown_to(person))
    return [text for text in ENGLISH if text in shown and text not in SAME_EVERYWHERE]


async def test_everything_that_an_editor_alone_reads_is_in_their_language(
    stage: Stage, eda: Person, dana: Person
) -> None:
    await dana.says("Does the moon follow me home?")
    await eda.gives("article")
    await eda.gives("article", "new")
    await eda.submits(**{**WRITTEN, "title": ""})
    await eda.submits(**{**WRITTEN, "audience": "nobody"})
    await eda.submits(**WRITTEN)
    for words in ("", "submit", "submit", "publish", "versions", "versions 1", "reviewed", "learned", "back",
                  "archive", "restore 1", "restore 9", "edit", "lv"):  # fmt: skip
        await eda.gives("article", f"{KEY} {words}")
    for words in ("nothing-of-the-kind", "from", "from 99", "returns", "returns edit"):
        await eda.gives("article", words)
    for action in ("article_show", "article_publish", "lesson_undo", "gap_close", "gap_write"):
        await eda.forges(action, "7")
    await eda.gives("articles")
    await eda.gives("articles", "nothing of the kind")
    await eda.gives("gaps")
    await eda.presses("Zatvori 1")
    assert english_in(eda) == []
    assert "Odgovara 0 članaka: nothing of the kind" in " ".join(eda.answers)


async def test_what_the_team_reads_of_it_is_in_the_teams_language(
    stage: Stage, eda: Person, ana: Person
) -> None:
    await eda.gives("article", "new")
    await eda.submits(**WRITTEN)
    for words in ("submit", "publish", "restore 1"):
        await eda.gives("article", f"{KEY} {words}")
    assert "has an article to be reviewed" in stage.in_staff_space()[-1]
    await ana.gives("article", f"{KEY} versions")
    assert "version 1 again" in ana.was_told


async def test_a_draft_from_a_ticket_and_what_is_near_to_it_are_told_in_the_editors_language(
    stage: Stage, eda: Person, dana: Person
) -> None:
    await dana.says("Can I get my API key back?")
    await dana.gives("human")
    await eda.gives("article", "from 1")
    await eda.gives("claim", "1")
    await eda.says("An API key cannot be shown again. Create a new one.", at=stage.thread())
    await eda.gives("edits", "1")
    await eda.gives("resolve", "1")
    await eda.gives("article", "from 1")
    assert english_in(eda) == []
    assert says_it(
        eda,
        "hr",
        "Look before you go on: these articles may say the same already. Read the draft for names and numbers, too.",
    )


async def test_a_helper_reads_suggestions_in_their_own_chat_in_their_own_language(
    stage: Stage, dana: Person, ana: Person
) -> None:
    vera = stage.person("discord", "Vera", is_colleague=True, language="hr")
    await vera.gives("language", "hr")
    await vera.gives("volunteer", "on api")
    await dana.says("Can I get my API key back?")
    await dana.gives("human")
    await ana.gives("sos", "gužva")
    await vera.presses("Uskačem")
    assert english_in(vera) == []
