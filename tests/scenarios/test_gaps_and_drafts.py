"""From conversations to knowledge: drafts without persons, and questions that nothing answers."""

import asyncio

import pytest

from bot.core.actions import AskAgain, Search
from bot.core.events import AskedAgain
from bot.core.policies.grouping import group
from bot.core.policies.redacting import redact
from bot.runtime import librarian
from bot.runtime.lanes import KNOWLEDGE
from handlers.gaps import NEWEST
from tests.stage import Person, Stage

STAGE = {"has_real_search": True}
NO_ANSWER = "How do I clean the Fjord shelf with vinegar?"


async def resolved(stage: Stage, dana: Person, ana: Person) -> None:
    """Dana asked, Ana answered, both with things that nobody else should read."""
    await dana.says("Can I get my API key back? I am Dana, dana@example.com, order AB-12345")
    await dana.gives("human")
    await ana.gives("claim", "1")
    await ana.says(
        "Dear Dana, an API key cannot be shown again. Create a new one. Call +49 30 1234567.",
        at=stage.thread(),
    )
    await ana.says("// Dana is a nuisance", at=stage.thread())
    await ana.gives("resolve", "1")


async def test_a_resolved_ticket_becomes_a_draft_without_persons(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await resolved(stage, dana, ana)
    await ana.gives("article", "from 1")
    (draft,) = await stage.ask(lambda work: work.versions.undecided())
    assert draft.text.body == "Dear ‹name›, an API key cannot be shown again. Create a new one. Call ‹phone›."
    assert draft.text.phrasings[0] == "Can I get my API key back? I am ‹name›, ‹e-mail›, order ‹number›"
    assert draft.note == "from ticket #1"
    assert draft.key == "can-i-get-my-api-key-back-i-am-order"
    written = str(draft.text)
    for secret in ("Dana", "Ana", "example.com", "12345", "1234567", "nuisance"):
        assert secret not in written, secret


async def test_what_was_left_out_is_not_published(
    stage: Stage, dana: Person, ana: Person, eda: Person
) -> None:
    await resolved(stage, dana, ana)
    await ana.gives("article", "from 1")
    await ana.gives("article", "can-i-get-my-api-key-back-i-am-order submit")
    assert (
        "The text still has ‹name›, ‹e-mail›, ‹number›, ‹phone› where something was left out." in ana.was_told
    )
    await ana.gives("article", "can-i-get-my-api-key-back-i-am-order edit")
    await ana.submits(
        title="Can I get my API key back?", body="It cannot be shown again.", audience="public",
        phrasings="I am ‹name›, where is my key?", facts="",
    )  # fmt: skip
    for verb in ("submit", "publish"):
        await eda.gives("article", f"can-i-get-my-api-key-back-i-am-order {verb}")
    assert "It is published." in eda.was_told


async def test_what_says_the_same_already_is_named(stage: Stage, dana: Person, ana: Person) -> None:
    await resolved(stage, dana, ana)
    await ana.gives("article", "from 1")
    assert any("may say the same already" in one and "How do I get an API key?" in one for one in ana.answers)


async def test_no_draft_comes_of_a_ticket_that_is_open_or_says_nothing(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("human")
    await ana.gives("article", "from 1")
    assert ana.was_told == "Ticket #1 is not resolved yet."
    await ana.gives("claim", "1")
    await ana.gives("resolve", "1")
    await ana.gives("article", "from 1")
    assert "one is missing" in ana.was_told
    await ana.gives("article", "from 77")
    assert "There is no ticket #77" in ana.was_told


async def test_what_is_asked_most_and_answered_by_nothing_comes_first(stage: Stage, ana: Person) -> None:
    await stage.person("telegram", "Zoe").says("Does the moon follow me home?")
    for name, words in (
        ("Dana", NO_ANSWER),
        ("Eve", "Cleaning the fjord shelf with vinegar, ok?"),
        ("Finn", "may I clean my Fjord shelf using vinegar"),
    ):
        await stage.person("telegram", name).says(words)
    await ana.gives("gaps")
    assert "2 gaps in the knowledge" in ana.was_told
    assert "1. asked **3 times**, by 3 people" in ana.was_told
    assert ana.was_told.index("vinegar") < ana.was_told.index("moon")


async def test_a_gap_is_closed_when_an_article_answers_it(
    stage: Stage, dana: Person, ana: Person, eda: Person
) -> None:
    await dana.says(NO_ANSWER)
    await stage.person("telegram", "Zoe").says("Does the moon follow me home?")
    await ana.gives("gaps")
    at, button = next(
        (None, button)
        for one in reversed(stage.platform("slack").scenery.answers)
        for button in one.content.buttons
        if button.action == "gap_write" and "2" in button.label
    )
    await ana.presses_this(button, at)
    form = stage.platform("slack").scenery.forms[-1].form
    assert {one.name: one.value for one in form.fields}["phrasings"] == NO_ANSWER
    await ana.submits(
        title="How do I clean the Fjord shelf?", body="With water, never with vinegar.", audience="public",
        phrasings=NO_ANSWER, facts="",
    )  # fmt: skip
    for verb in ("submit", "publish"):
        await eda.gives("article", f"how-do-i-clean-the-fjord-shelf {verb}")
    await ana.gives("gaps")
    assert "vinegar" not in ana.was_told
    assert "moon" in ana.was_told


async def publish_vinegar(eda: Person) -> None:
    key = "how-do-i-clean-the-fjord-shelf-with-vinegar"
    await eda.gives("article", "new")
    await eda.submits(
        title="How do I clean the Fjord shelf with vinegar?", body="With water, never with vinegar.",
        audience="public", phrasings=NO_ANSWER, facts="",
    )  # fmt: skip
    for verb in ("submit", "publish"):
        await eda.gives("article", f"{key} {verb}")


async def test_every_open_question_is_asked_again_however_many_there_are(
    stage: Stage, ana: Person, eda: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(librarian, "ASKED_AGAIN", 2)
    for number in range(5):
        await stage.person("telegram", f"Dana {number}").says(NO_ANSWER)
    await stage.person("telegram", "Zoe").says("Does the moon follow me home?")
    await publish_vinegar(eda)
    (left,) = await stage.ask(lambda work: work.unanswered.open())
    assert left.text == "Does the moon follow me home?"


async def test_what_was_published_last_is_asked_for_and_nothing_older(stage: Stage, eda: Person) -> None:
    await publish_vinegar(eda)
    newest = await stage.ask(lambda work: work.marks.get(NEWEST))

    async def goes_on(since: str) -> list[AskAgain]:
        asked = AskedAgain(f"asked-again:{since}", stage.clock.now(), since, (), before=5)
        queued = await stage.ask(lambda work: stage.house.desk.happened(work, KNOWLEDGE, asked))
        return [one.action for one in queued if isinstance(one.action, AskAgain)]

    assert await goes_on("published:1") == []
    assert await goes_on(newest) == [AskAgain(newest, 5)]


async def test_customers_do_not_wait_while_open_questions_are_asked_again(stage: Stage, dana: Person) -> None:
    for number in range(4):
        await stage.person("telegram", f"Dana {number}").says(NO_ANSWER)
    done: list[str] = []

    async def perform(action: AskAgain | Search) -> None:
        await stage.house.librarian.perform(action, 1)
        done.append(action.kind)

    again = asyncio.create_task(perform(AskAgain("published:1")))
    await asyncio.gather(again, perform(Search(1, 1, "how do I return something")))
    assert done == ["search", "ask_again"]


async def test_a_gap_that_needs_no_article_is_closed_by_hand(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.says(NO_ANSWER)
    await ana.gives("gaps")
    await ana.presses("Close 1")
    assert ana.was_told == "Every question had a good answer, or none was asked."


async def test_whoever_knows_about_it_is_named(stage: Stage, dana: Person, ana: Person) -> None:
    vera = stage.person("discord", "Vera", is_colleague=True)
    await vera.gives("volunteer", "on vinegar, glue")
    await dana.says(NO_ANSWER)
    await ana.gives("gaps")
    assert "Ask: Vera" in ana.was_told


async def test_what_the_customer_took_back_is_no_gap(stage: Stage, dana: Person, ana: Person) -> None:
    asked = await dana.says(NO_ANSWER)
    await dana.deletes(asked)
    await ana.gives("gaps")
    assert "vinegar" not in ana.was_told


@pytest.mark.parametrize(
    ("written", "left"),
    [
        pytest.param("write to jo.doe+x@mail.example.co.uk", "write to ‹e-mail›", id="address"),
        pytest.param("IBAN DE89 3704 0044 0532 0130 00 please", "IBAN ‹IBAN› please", id="iban"),
        pytest.param("card 4111 1111 1111 1111", "card ‹card›", id="card"),
        pytest.param("call 030 1234567 or +385 91 123 4567", "call ‹phone› or ‹phone›", id="phones"),
        pytest.param("order #4711 and INV-2026-001", "order ‹number› and ‹number›", id="orders"),
        pytest.param("customer 1234567", "customer ‹number›", id="bare number"),
        pytest.param("within 30 days, 2.5 kg, 1999 €", "within 30 days, 2.5 kg, 1999 €", id="facts stay"),
        pytest.param(
            "see https://shop.example/a?token=s3cret#x now", "see https://shop.example/a now", id="link"
        ),
        pytest.param("Thanks dana! Dana Doe, danger", "Thanks ‹name›! ‹name›, danger", id="names"),
        pytest.param("ask @jo_doe", "ask ‹name›", id="handle"),
    ],
)
def test_what_is_about_one_person_is_taken_out(written: str, left: str) -> None:
    assert redact(written, ["Dana Doe"]) == left


def test_the_same_question_in_other_words_is_one_group() -> None:
    asked = [
        "Where is my parcel?",
        "my PARCELS where are they",
        "Kako vratiti policu?",
        "kako da vratim policu",
        "API?",
    ]
    assert group(asked) == [[0, 1], [2, 3], [4]]
