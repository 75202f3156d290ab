"""A running bot takes up the threshold that was chosen, and editors see when answers are wrong too often."""

import aiohttp

from bot.core.events import Author
from bot.core.knowledge import Match
from bot.core.places import Identity, Place
from bot.core.survey import OfferOutcome
from bot.core.threshold import Threshold
from storage import UnitOfWork
from tests.stage import Person, Stage
from tests.stage.stage import NOON

STAGE = {"has_real_search": True}
QUESTION = "When does my parcel arrive?"


async def choose(stage: Stage, value: float, scorer: str) -> None:
    """What the command line stores, as another process."""
    chosen = Threshold(value, scorer, 0.95, 200, 4, NOON)
    await stage.ask(lambda work: work.thresholds.set(chosen))
    await stage.house.librarian.refresh()


async def test_a_running_bot_takes_up_what_was_chosen_for_its_model_and_nothing_else(
    stage: Stage, dana: Person
) -> None:
    index = stage.house.librarian.index
    assert index is not None
    assert stage.metric("answer_threshold") == index.threshold
    await choose(stage, 0.9999, "another model")
    await dana.says(QUESTION)
    assert "two to four working days" in dana.sees[-1]
    await choose(stage, 0.9999, index.scorer)
    assert stage.metric("answer_threshold") == 0.9999
    eve = stage.person("telegram", "Eve")
    await eve.says(QUESTION)
    assert "Shall I ask a person?" in eve.sees[-1]
    await stage.ask(lambda work: work.thresholds.reset())
    await stage.house.librarian.refresh()
    late = stage.person("telegram", "Late")
    await late.says(QUESTION)
    assert "two to four working days" in late.sees[-1]


async def test_editors_see_how_the_last_weeks_were(stage: Stage, dana: Person, ana: Person) -> None:
    await ana.gives("articles")
    assert "Last four weeks" not in ana.was_told
    await dana.says(QUESTION)
    await dana.presses("Not what I meant")
    await stage.person("telegram", "Eve").says("what is the weather")
    await ana.gives("articles")
    told = "Last four weeks: answers 1, judged 1, rejected 1; questions without an answer 2."
    assert told in ana.was_told
    assert "More is rejected than" not in ana.was_told
    await stage.house.ticker.measure()
    assert stage.metric("questions_unanswered") == 2


async def test_editors_are_told_when_more_is_rejected_than_chance_explains(stage: Stage, ana: Person) -> None:
    def reject(work: UnitOfWork) -> None:
        for number in range(24):
            contact = work.contacts.meet(Author(Identity("telegram", "", f"u{number}"), "Dana"))
            conversation = work.conversations.open(
                contact, Place("telegram", channel=f"u{number}", is_direct=True)
            )
            offer = work.offers.add(
                conversation.id, number, Match("delivery", "en", "Delivery", "Soon.", 0.9)
            )
            work.offers.decide(offer.id, OfferOutcome.REJECTED if number % 3 else OfferOutcome.SOLVED)

    await stage.ask(reject)
    await ana.gives("articles")
    assert "judged 24, rejected 16" in ana.was_told
    assert "More is rejected than the threshold promises (95% right)." in ana.was_told
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{stage.house.port}/articles") as answer,
    ):
        text = await answer.text()
    assert "rejected 16 of 24 judged answers" in text
    assert '<td>2026-03-02</td><td class="n">24</td><td class="n">8</td><td class="n">16</td>' in text
