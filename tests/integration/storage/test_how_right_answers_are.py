"""Which questions were asked, what became of them, and which threshold was chosen, on both databases."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from bot.core.conversation import Conversation, Direction, Message
from bot.core.events import Author
from bot.core.judgement import JudgementState, Verdict
from bot.core.knowledge import Match
from bot.core.places import Identity, Place
from bot.core.policies.watching import WEEK, WEEKS
from bot.core.policies.weighing import MOST_OF_ONE, AskedQuestion
from bot.core.survey import OfferOutcome
from bot.core.threshold import AIM, Threshold
from storage import Ids, UnitOfWork
from storage.asked import LOOKED_BACK
from storage.session import Session
from storage.thresholds import MARK
from tests.integration.storage.conftest import NOON

RETURNS = Match("returns", "en", "Returns", "Send it back.", 0.9)
DELIVERY = Match("delivery", "en", "Delivery", "In two days.", 0.9)

Asking = Callable[..., tuple[Conversation, Message]]


@pytest.fixture
def asks(work: UnitOfWork) -> Asking:
    """Somebody asks something in their direct chat."""
    ids = Ids()

    def ask(
        name: str = "dana", text: str = "where is it", *, at: datetime = NOON
    ) -> tuple[Conversation, Message]:
        then = UnitOfWork(work.session, ids, at)
        place = Place("telegram", channel=name, is_direct=True)
        contact = then.contacts.meet(Author(Identity("telegram", "", name), name))
        conversation = then.conversations.at(place) or then.conversations.open(contact, place)
        return conversation, then.messages.add(conversation.id, Direction.INCOMING, name, text, sent_at=at)

    return ask


def offered(
    work: UnitOfWork, asked: tuple[Conversation, Message], match: Match, outcome: OfferOutcome
) -> None:
    offer = work.offers.add(asked[0].id, asked[1].id, match)
    if outcome is not OfferOutcome.OPEN:
        assert work.offers.decide(offer.id, outcome)


def only(work: UnitOfWork) -> AskedQuestion:
    (question,) = work.asked.questions()
    return question


def test_what_customers_said_of_an_article_is_known_of_their_question(work: UnitOfWork, asks: Asking) -> None:
    conversation, message = asked = asks()
    offered(work, asked, RETURNS, OfferOutcome.REJECTED)
    offered(work, asked, DELIVERY, OfferOutcome.SOLVED)
    lesson = work.judgements.add("returns", "en", Verdict.REJECTED, message.id, conversation.person)
    assert lesson.state is JudgementState.WAITING
    assert only(work) == AskedQuestion(
        message.id, conversation.id, conversation.person, "where is it", True, True,
        frozenset({"delivery"}), frozenset({"returns"}), frozenset({lesson.id}),
    )  # fmt: skip


@pytest.mark.parametrize("outcome", [OfferOutcome.OPEN, OfferOutcome.PERSON])
def test_silence_and_a_person_say_nothing_of_an_article(
    work: UnitOfWork, asks: Asking, outcome: OfferOutcome
) -> None:
    offered(work, asks(), RETURNS, outcome)
    assert (only(work).right, only(work).wrong, only(work).was_answered) == (frozenset(), frozenset(), True)


def test_what_an_agent_sent_is_the_answer_to_what_had_none(work: UnitOfWork, asks: Asking) -> None:
    conversation, message = asks()
    work.unanswered.add(message.id, conversation.id, conversation.person)
    assert (only(work).right, only(work).was_answered) == (frozenset(), False)
    work.judgements.add("delivery", "en", Verdict.CHOSEN, message.id, conversation.person, staff_id=7)
    assert (only(work).right, only(work).was_answered) == ({"delivery"}, False)


def test_what_an_editor_took_back_was_no_judgement(work: UnitOfWork, asks: Asking) -> None:
    conversation, message = asked = asks()
    offered(work, asked, RETURNS, OfferOutcome.SOLVED)
    judged = work.judgements.add("returns", "en", Verdict.SOLVED, message.id, conversation.person)
    assert only(work).right == {"returns"}
    work.judgements.decide(judged.id, JudgementState.UNDONE, 7)
    assert only(work).right == frozenset()


def test_what_was_taken_back_or_asked_long_ago_is_not_looked_at(work: UnitOfWork, asks: Asking) -> None:
    offered(work, asks(), RETURNS, OfferOutcome.SOLVED)
    later = UnitOfWork(work.session, Ids(), NOON + LOOKED_BACK + timedelta(days=1))
    assert only(work).right == {"returns"}
    assert later.asked.questions() == []
    _, message = asked = asks(at=later.now)
    offered(later, asked, RETURNS, OfferOutcome.SOLVED)
    assert only(later).message_id == message.id
    later.messages.delete(message)
    assert later.asked.questions() == []


def test_weeks_tell_what_became_of_their_answers(work: UnitOfWork, session: Session, asks: Asking) -> None:
    asking = Ids()
    for weeks, outcomes in (
        (WEEKS, "solved"),
        (WEEKS - 1, "solved"),
        (1, "person solved"),
        (0, "solved rejected open"),
    ):
        then = UnitOfWork(session, asking, NOON - weeks * WEEK)
        for outcome in outcomes.split():
            offered(then, asks(at=then.now), RETURNS, OfferOutcome(outcome))
        if weeks == 1:
            conversation, message = asks(at=then.now)
            then.unanswered.add(message.id, conversation.id, conversation.person)
    weeks = work.answers.watch().weeks
    assert len(weeks) == WEEKS
    assert [one.answers for one in weeks] == [1, *[0] * (WEEKS - 3), 2, 3]
    assert [one.unanswered for one in weeks] == [*[0] * (WEEKS - 2), 1, 0]
    assert weeks[-1].outcomes == {OfferOutcome.SOLVED: 1, OfferOutcome.REJECTED: 1, OfferOutcome.OPEN: 1}
    assert weeks[-1].begins_on == NOON.date()  # it is a Monday
    assert work.answers.unanswered() == 1


def test_one_angry_person_rejects_a_few_answers_and_not_all(work: UnitOfWork, asks: Asking) -> None:
    for number in range(30):
        offered(work, asks("mallory"), Match(f"a{number}", "en", "x", "y", 0.9), OfferOutcome.REJECTED)
    for number in range(40):
        offered(work, asks(f"u{number}"), RETURNS, OfferOutcome.SOLVED)
    watch = work.answers.watch()
    assert (watch.solved, watch.rejected, watch.rejected_by) == (40, MOST_OF_ONE, 1)
    assert not watch.is_below_aim


def test_a_threshold_belongs_to_its_scorer_and_can_be_taken_back(work: UnitOfWork) -> None:
    assert (work.thresholds.all(), work.thresholds.aim) == ({}, AIM)
    first = Threshold(0.9, "one", 0.9, 200, 30, NOON)
    second = Threshold(0.8, "two", 0.97, 300, 40, NOON + WEEK)
    for chosen in (first, second):
        work.thresholds.set(chosen)
    assert work.thresholds.all() == {"one": first, "two": second}
    assert work.thresholds.aim == second.aim
    assert work.thresholds.reset()
    assert not work.thresholds.reset()
    assert work.thresholds.all() == {}


@pytest.mark.parametrize(
    "stored",
    ["{", "7", "[7]", '[{"value": 0.9}]',
     '[{"value": NaN, "scorer": "x", "aim": 0.9, "judged": 1, "topics": 1, "chosen_at": "2026-03-02T12:00:00+00:00"}]',
     '[{"value": 7, "scorer": "x", "aim": 0.9, "judged": 1, "topics": 1, "chosen_at": "2026-03-02T12:00:00+00:00"}]'],
)  # fmt: skip
def test_a_threshold_that_makes_no_sense_is_none(work: UnitOfWork, stored: str) -> None:
    work.marks.set(MARK, stored)
    assert work.thresholds.all() == {}
