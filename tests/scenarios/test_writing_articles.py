"""Articles in the chat: agents write, editors publish, customers see nothing before that."""

from typing import Any

import pytest

from bot.core.article import Audience
from tests.scenarios.test_security import FOR_EDITORS, REFUSED
from tests.stage import Person, Stage

STAGE = {"has_real_search": True}
TITLE, BODY = "How much is the winter sale?", "Everything in the winter sale costs half."
WRITTEN = {
    "title": TITLE,
    "body": BODY,
    "audience": "public",
    "phrasings": "What is half price?",
    "facts": "tags: sale",
}


async def write(person: Person, **changed: str) -> None:
    await person.gives("article", "new")
    await person.submits(**{**WRITTEN, **changed})


async def test_an_article_goes_from_a_draft_through_review_to_the_customer(
    stage: Stage, ana: Person, eda: Person, dana: Person
) -> None:
    await write(ana)
    assert "Saved as a draft." in ana.was_told
    await dana.says(TITLE)
    await ana.presses("Submit for review")
    assert f"has an article to be reviewed: {TITLE}" in stage.in_staff_space()[-1]
    await dana.says("What does the winter sale cost?")
    assert BODY not in str(dana.sees)
    await eda.presses("Look at it", at=stage.staff_space)
    await eda.presses("Publish")
    assert "It is published." in eda.was_told
    await dana.says(TITLE)
    assert BODY in dana.sees[-1]


async def test_an_agent_who_is_no_editor_publishes_and_archives_nothing(
    stage: Stage, ana: Person, eda: Person, dana: Person
) -> None:
    await write(ana)
    await ana.gives("article", "how-much-is-the-winter-sale submit")
    await ana.gives("article", "how-much-is-the-winter-sale publish")
    assert ana.was_told == FOR_EDITORS
    await dana.says(TITLE)
    assert BODY not in str(dana.sees)
    await eda.gives("article", "how-much-is-the-winter-sale publish")
    await ana.gives("article", "how-much-is-the-winter-sale archive")
    assert ana.was_told == FOR_EDITORS


async def test_an_editor_publishes_an_own_draft_at_once(stage: Stage, eda: Person, dana: Person) -> None:
    await write(eda)
    await eda.gives("article", "how-much-is-the-winter-sale publish")
    assert "It is published." in eda.was_told
    await dana.says(TITLE)
    assert BODY in dana.sees[-1]
    assert "how-much-is" not in dana.sees[-1], "its key is nothing to customers"
    await eda.gives("article", "how-much-is-the-winter-sale publish")
    assert eda.was_told == "That is not possible now. Version 1: published."


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ("valid_until: 2020-01-01", "It is published, but its time is over: nobody is offered it."),
        ("valid_from: 2099-01-01", "It is published, and offered from "),
    ],
)
async def test_whoever_publishes_is_told_when_nobody_is_offered_it(
    stage: Stage, eda: Person, dana: Person, facts: str, told: str
) -> None:
    await write(eda, facts=facts)
    await eda.gives("article", "how-much-is-the-winter-sale publish")
    assert told in eda.was_told
    await dana.says(TITLE)
    assert BODY not in str(dana.sees)


async def test_what_is_published_is_archived_also_when_a_draft_waits(
    stage: Stage, eda: Person, dana: Person
) -> None:
    await write(eda)
    await eda.gives("article", "how-much-is-the-winter-sale reviewed")
    assert eda.was_told == "Nothing of this article is published."
    await eda.gives("article", "how-much-is-the-winter-sale publish")
    await eda.gives("article", "how-much-is-the-winter-sale edit")
    await eda.submits(**{**WRITTEN, "body": "The winter sale is over."})
    await eda.gives("article", "how-much-is-the-winter-sale archive")
    assert "It is in the archive" in eda.was_told
    await dana.says(TITLE)
    assert BODY not in str(dana.sees)
    await eda.gives("article", "how-much-is-the-winter-sale")
    assert "version 2: **draft**" in eda.was_told
    await eda.gives("article", "how-much-is-the-winter-sale archive")
    assert eda.was_told == "Nothing of this article is published."


async def test_being_named_an_editor_lets_nobody_in(stage: Stage) -> None:
    outside = stage.person("slack", "Eda", is_in_staff_space=False)
    await outside.gives("articles")
    assert outside.was_told == REFUSED


async def test_what_is_archived_is_offered_no_more_and_can_come_back(
    stage: Stage, eda: Person, dana: Person
) -> None:
    await write(eda)
    for verb in ("submit", "publish", "archive"):
        await eda.gives("article", f"how-much-is-the-winter-sale {verb}")
    await dana.says(TITLE)
    assert BODY not in str(dana.sees)
    for verb in ("restore 1", "submit", "publish"):
        await eda.gives("article", f"how-much-is-the-winter-sale {verb}")
    await dana.says(TITLE)
    assert BODY in dana.sees[-1]


async def test_an_edit_is_seen_when_it_is_published_and_the_versions_say_who_wrote_what(
    stage: Stage, ana: Person, eda: Person, dana: Person
) -> None:
    await write(eda)
    for verb in ("submit", "publish"):
        await eda.gives("article", f"how-much-is-the-winter-sale {verb}")
    await ana.gives("article", "how-much-is-the-winter-sale edit")
    await ana.submits(**{**WRITTEN, "body": "The winter sale is over."})
    await dana.says(TITLE)
    assert BODY in dana.sees[-1], "the draft waits"
    for verb in ("submit", "publish"):
        await eda.gives("article", f"how-much-is-the-winter-sale {verb}")
    await stage.person("telegram", "Eve").says(TITLE)
    await ana.gives("article", "how-much-is-the-winter-sale versions")
    assert "**2** (published) by Ana" in ana.was_told
    assert "**1** (archived) by Eda" in ana.was_told
    await ana.gives("article", "how-much-is-the-winter-sale versions 2")
    assert f"-{BODY}" in ana.was_told
    assert "+The winter sale is over." in ana.was_told


async def test_of_two_who_edit_at_once_the_second_loses_nothing_of_the_first(
    stage: Stage, ana: Person, ben: Person
) -> None:
    await write(ana)
    await ana.gives("article", "how-much-is-the-winter-sale edit")
    await ben.gives("article", "how-much-is-the-winter-sale edit")
    await ana.submits(**{**WRITTEN, "body": "From Ana."})
    await ben.submits(**{**WRITTEN, "body": "From Ben."})
    assert "Somebody else has changed this article meanwhile" in ben.was_told
    newest = await stage.ask(lambda work: work.versions.newest("how-much-is-the-winter-sale", "en"))
    assert newest is not None
    assert newest.text.body == "From Ana."


async def test_an_article_of_the_folder_is_edited_in_the_folder(stage: Stage, eda: Person) -> None:
    for verb in ("edit", "archive", "restore 1", "submit", "edit hr"):
        await eda.gives("article", f"returns {verb}")
        assert "comes from the knowledge folder and is edited there: returns.md" in eda.was_told, verb
    await eda.gives("article", "returns")
    assert "You can return everything within 30 days." in eda.was_told
    assert await stage.ask(lambda work: work.library.get("returns", "en")) is not None


async def test_a_translation_is_a_version_in_another_language(stage: Stage, eda: Person) -> None:
    await write(eda)
    await eda.gives("article", "how-much-is-the-winter-sale edit hr")
    await eda.submits(**{**WRITTEN, "title": "Koliko stoji rasprodaja?", "body": "Pola cijene."})
    assert "in hr, version 1: **draft**" in eda.was_told
    assert "Also in: en" in eda.was_told


async def test_where_there_are_no_forms_one_reply_holds_the_whole_article(stage: Stage, ana: Person) -> None:
    await ana.gives("article", "new")
    await ana.submits(whole="# Winter sale\n\nHalf price.")
    newest = await stage.ask(lambda work: work.versions.newest("winter-sale", "en"))
    assert newest is not None
    assert (newest.text.title, newest.text.body) == ("Winter sale", "Half price.")


@pytest.mark.parametrize(
    ("title", "keys"),
    [
        pytest.param("Πώς επιστρέφω κάτι;", ["pos-epistrefo-kati", "pos-epistrefo-kati-2"], id="Greek"),
        pytest.param("Čišćenje police", ["ciscenje-police", "ciscenje-police-2"], id="Croatian"),
        pytest.param("Größe ändern", ["grosse-andern", "grosse-andern-2"], id="German"),
        pytest.param("New", ["new-2", "new-3"], id="a word that begins an article"),
    ],
)  # fmt: skip
async def test_a_key_can_be_read_and_typed_whatever_the_title_is_written_in(
    stage: Stage, ana: Person, title: str, keys: list[str]
) -> None:
    await write(ana, title=title)
    await write(ana, title=title)
    assert [one.key for one in await stage.ask(lambda work: work.versions.undecided())] == keys
    await ana.gives("article", keys[0])
    assert f"`{keys[0]}` in en, version 1" in ana.was_told


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        pytest.param({"title": " "}, "needs a title and a text", id="no title"),
        pytest.param({"body": ""}, "needs a title and a text", id="no text"),
        pytest.param({"audience": "stuff"}, "audience cannot be “stuff”", id="nobody it is for"),
        pytest.param({"facts": "valid_until: soon"}, "valid\\_until cannot be “soon”", id="no date"),
    ],
)
async def test_what_cannot_be_understood_is_not_saved(
    stage: Stage, ana: Person, wrong: dict[str, str], told: str
) -> None:
    await write(ana, **wrong)
    assert told in ana.was_told
    assert await stage.ask(lambda work: work.versions.undecided()) == []


async def test_the_list_shows_what_waits(stage: Stage, ana: Person) -> None:
    await write(ana)
    await ana.gives("articles")
    assert "4 articles are published" in ana.was_told
    assert "How much is the winter sale? (en): draft" in ana.was_told
    await ana.gives("articles", "billing")
    assert "1 article fits: billing" in ana.was_told
    await ana.gives("articles", "*unicorns*")
    assert "0 articles fit: *unicorns* No article fits." in ana.was_told


async def test_a_backtick_or_fence_in_an_article_ends_no_code(stage: Stage, ana: Person) -> None:
    await write(ana, body="Type ```rm``` now")
    await ana.gives("article", "how-much-is-the-winter-sale versions 1")
    assert ana.was_told.count("```") == 2


async def test_a_staff_article_is_written_and_never_reaches_a_customer(
    stage: Stage, eda: Person, dana: Person
) -> None:
    await write(eda, audience="staff")
    for verb in ("submit", "publish"):
        await eda.gives("article", f"how-much-is-the-winter-sale {verb}")
    found: Any = await stage.ask(lambda work: work.library.get("how-much-is-the-winter-sale", "en"))
    assert found.audience is Audience.STAFF
    await dana.says(TITLE)
    assert BODY not in str(dana.sees)
