"""What is concluded from what people did with answers, and how much one person's word counts in it."""

from datetime import UTC, date, datetime

import pytest
from msgspec.structs import replace

from bot.core.policies.learning import MOST_OF_ONE_ABOUT_AN_ARTICLE
from bot.core.policies.watching import Watch, Week, monday_of
from bot.core.policies.weighing import MOST_OF_ONE, AskedQuestion, fairly, folds, is_right
from bot.core.survey import OfferOutcome

PUBLISHED = {"a", "b"}


def asked(number: int = 1, person: int = 1, right: str = "", wrong: str = "") -> AskedQuestion:
    return AskedQuestion(
        number, 1, person, "where is it", True, True, frozenset(right), frozenset(wrong), frozenset()
    )


@pytest.mark.parametrize(
    ("question", "told"),
    [
        pytest.param(asked(right="a"), True, id="it solved it"),
        pytest.param(asked(wrong="a"), False, id="it was not meant"),
        pytest.param(asked(right="b"), False, id="another article solved it"),
        pytest.param(asked(wrong="b"), None, id="another article was not meant"),
        pytest.param(asked(), None, id="nobody has said anything"),
        pytest.param(asked(right="z"), None, id="what solved it is published no more"),
    ],
)
def test_only_what_people_said_is_concluded(question: AskedQuestion, told: bool | None) -> None:
    assert is_right(question, "a", PUBLISHED) is told


def test_of_one_person_a_few_questions_count_and_the_newest_of_them() -> None:
    questions = [asked(number) for number in range(MOST_OF_ONE + 3)]
    kept = fairly([*questions, asked(0, person=2)])
    assert [one.message_id for one in kept if one.person == 1] == [7, 6, 5, 4, 3]
    assert [one.message_id for one in kept if one.person == 2] == [0]


def test_one_persons_words_about_one_article_are_heard_twice_and_the_questions_stay() -> None:
    kept = fairly([asked(number, right="a") for number in range(4)])
    assert [bool(one.right) for one in kept] == [True, True, False, False]
    assert len([one for one in kept if one.right]) == MOST_OF_ONE_ABOUT_AN_ARTICLE


def test_all_questions_of_one_person_are_in_one_fold() -> None:
    questions = [asked(number, person=number % 7) for number in range(40)]
    parts = folds(questions, 3)
    assert len(parts) == 3
    assert sorted(one.message_id for part in parts for one in part) == list(range(40))
    assert all(sum(person in {one.person for one in part} for part in parts) == 1 for person in range(7))
    assert folds([], 3) == []


@pytest.mark.parametrize(
    ("solved", "rejected", "people", "is_below"),
    [
        pytest.param(0, 0, 0, False, id="nobody said anything"),
        pytest.param(0, 3, 3, False, id="three rejections"),
        pytest.param(17, 3, 3, False, id="three of twenty may be chance"),
        pytest.param(12, 8, 8, True, id="eight of twenty are not"),
        pytest.param(12, 8, 2, False, id="eight of twenty, by two people"),
        pytest.param(190, 10, 10, False, id="as promised"),
        pytest.param(170, 30, 20, True, id="thirty of two hundred"),
    ],
)
def test_a_warning_needs_more_than_chance(solved: int, rejected: int, people: int, is_below: bool) -> None:
    assert Watch((), solved, rejected, people, 0.95).is_below_aim is is_below


def test_a_higher_promise_is_broken_earlier() -> None:
    watch = Watch((), 170, 30, 20, 0.95)
    assert not replace(watch, aim=0.85).is_below_aim


def test_a_week_begins_on_monday() -> None:
    assert monday_of(datetime(2026, 3, 8, 23, 59, tzinfo=UTC)) == datetime(2026, 3, 2, tzinfo=UTC)
    assert monday_of(datetime(2026, 3, 9, tzinfo=UTC)) == datetime(2026, 3, 9, tzinfo=UTC)


def test_every_outcome_of_a_week_is_an_answer() -> None:
    week = Week(date(2026, 3, 2), {OfferOutcome.SOLVED: 2, OfferOutcome.OPEN: 3})
    assert (week.answers, week.of(OfferOutcome.SOLVED), week.of(OfferOutcome.REJECTED)) == (5, 2, 0)
