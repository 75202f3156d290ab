"""How was the help? Asked once, answered with a button, a digit or words."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.stage import Person, Stage, open_stage


@pytest.fixture
async def resolved(stage: Stage, dana: Person, ana: Person) -> Person:
    """Dana, whose ticket Ana has just resolved."""
    await dana.says("My shelf wobbles")
    await dana.gives("human")
    await ana.gives("claim", "1")
    await ana.gives("resolve")
    return dana


def rating(stage: Stage) -> str:
    return dict(stage.card().fields).get("Rating", "")


async def test_the_question_comes_with_five_buttons(resolved: Person) -> None:
    assert "**Ana** has marked your ticket #1 as solved." in resolved.sees[-1]
    assert "How was the help you got?" in resolved.sees[-1]
    assert resolved.buttons == ["1 ★", "2 ★", "3 ★", "4 ★", "5 ★"]


async def test_a_rating_by_button_is_stored_thanked_for_and_shown_to_staff(
    stage: Stage, resolved: Person
) -> None:
    await resolved.presses("5 ★")
    assert "Thank you for the rating!" in resolved.sees[-1]
    assert resolved.buttons == ["Add a few words"]
    assert rating(stage) == "★★★★★"
    assert "★★★★★" in resolved.sees[-2]
    assert stage.state() == "resolved by Ana"


async def test_a_rating_by_digit_counts_as_well(stage: Stage, resolved: Person) -> None:
    await resolved.says(" 3 ")
    assert rating(stage) == "★★★☆☆"
    assert "Thank you for the rating!" in resolved.sees[-1]


async def test_two_presses_in_an_instant_are_one_rating_and_the_last_one_counts(
    stage: Stage, resolved: Person
) -> None:
    at, four = stage.button("telegram", resolved.direct, "4 ★")
    _, five = stage.button("telegram", resolved.direct, "5 ★")
    await stage.feed("telegram", resolved.press(four, at), resolved.press(five, at))
    assert rating(stage) == "★★★★★"
    assert len([seen for seen in resolved.sees if "Thank you for the rating!" in seen]) == 1


@pytest.mark.parametrize("label", ["1 ★", "2 ★"])
async def test_a_low_rating_raises_an_alert_once(stage: Stage, resolved: Person, label: str) -> None:
    at, button = stage.button("telegram", resolved.direct, label)
    await stage.feed("telegram", resolved.press(button, at), resolved.press(button, at))
    alerts = [text for text in stage.in_thread() if "Someone should look at what went wrong" in text]
    assert len(alerts) == 1
    assert "I am sorry that it was not better." in resolved.sees[-1]


async def test_an_alert_whose_thread_is_gone_is_raised_in_the_staff_space(
    stage: Stage, resolved: Person
) -> None:
    await stage.loses_place(stage.thread(), is_reported=False)
    await resolved.presses("1 ★")
    assert stage.in_staff_space()[-1].startswith("**Ticket #1 was rated 1 of 5.**")


async def test_a_good_rating_raises_none(stage: Stage, resolved: Person) -> None:
    before = len(stage.in_thread())
    await resolved.presses("3 ★")
    assert len(stage.in_thread()) == before


async def test_words_can_be_added_by_message(stage: Stage, resolved: Person) -> None:
    await resolved.presses("4 ★")
    await resolved.says("Ana was *kind*")
    assert resolved.sees[-1] == "Thank you, that is passed on to the team."
    assert "★★★★☆" in rating(stage)
    assert "“Ana was kind”" in rating(stage)
    assert stage.state() == "resolved by Ana"


async def test_words_can_be_added_by_form(stage: Stage, resolved: Person) -> None:
    await resolved.presses("4 ★")
    await resolved.presses("Add a few words")
    await resolved.submits(words="Ana was *kind*")
    assert resolved.sees[-1] == "Thank you, that is passed on to the team."
    assert "Ana was \\*kind\\*" in rating(stage)


async def test_an_empty_form_changes_nothing(stage: Stage, resolved: Person) -> None:
    await resolved.presses("4 ★")
    await resolved.presses("Add a few words")
    await resolved.submits(words="   ")
    assert rating(stage) == "★★★★☆"


async def test_a_question_after_the_rating_is_a_question(stage: Stage, resolved: Person) -> None:
    await resolved.presses("4 ★")
    await resolved.says("Can I also get a longer screw?")
    assert stage.state() == "with Ana"
    assert rating(stage) == "★★★★☆"


@pytest.mark.parametrize(
    "words",
    [
        "It took forever but ok",
        "Nobody told me what happened",
        "He did not know the answer",
        "Not what I had hoped for",
        "Everything that could go wrong did",
    ],
)
async def test_a_complaint_about_the_help_is_words_to_the_rating(
    stage: Stage, resolved: Person, words: str
) -> None:
    await resolved.presses("2 ★")
    await resolved.says(words)
    assert words in rating(stage)
    assert stage.in_thread()[-1] == f"**About the help:** {words}"
    assert stage.state() == "resolved by Ana"


@pytest.mark.parametrize(
    "words", ["It still wobbles", "The screw is broken", "but how do I tighten it", "The lamp does not work"]
)
async def test_trouble_that_goes_on_after_the_rating_opens_the_ticket_again(
    stage: Stage, resolved: Person, words: str
) -> None:
    await resolved.presses("2 ★")
    await resolved.says(words)
    assert stage.state() == "waiting"


async def test_a_remark_long_after_the_rating_opens_the_ticket_again(stage: Stage, resolved: Person) -> None:
    await resolved.presses("4 ★")
    stage.clock.advance(timedelta(hours=2))
    await resolved.says("The shelf fell on my foot")
    assert stage.state() == "waiting"


async def test_a_second_remark_after_the_words_opens_the_ticket_again(stage: Stage, resolved: Person) -> None:
    await resolved.presses("4 ★")
    await resolved.says("Ana was kind")
    await resolved.says("The shelf fell on my foot")
    assert stage.state() == "with Ana"


async def test_words_with_markup_do_not_break_the_card(stage: Stage, resolved: Person) -> None:
    await resolved.presses("4 ★")
    await resolved.says("**bold** [x](<https://x.example>) @everyone")
    assert "@everyone" in rating(stage)
    assert "](" not in rating(stage)


async def test_each_resolution_asks_again_and_no_other(stage: Stage, resolved: Person, ana: Person) -> None:
    await resolved.presses("5 ★")
    await resolved.says("Is there a blue one as well?")
    await ana.gives("claim", "1")
    await ana.gives("resolve")
    questions = [seen for seen in resolved.sees if "has marked your ticket" in seen]
    assert len(questions) == 2
    await resolved.presses("2 ★")
    assert rating(stage) == "★★☆☆☆"


async def test_somebody_else_cannot_rate(stage: Stage, resolved: Person) -> None:
    eve = stage.person("telegram", "Eve")
    _, five = stage.button("telegram", resolved.direct, "5 ★")
    await eve.forges(five.action, five.subject)
    assert eve.was_told == "Only the person who was helped can rate this."
    await resolved.presses("1 ★")
    _, more = stage.button("telegram", resolved.direct, "Add a few words")
    await eve.forges(more.action, more.subject)
    assert eve.was_told == "Only the person who was helped can rate this."
    assert rating(stage) == "★☆☆☆☆"


@pytest.mark.parametrize("score", ["0", "6", "-1", "55", "", "five", "4:4"])
async def test_a_forged_score_is_refused(stage: Stage, resolved: Person, score: str) -> None:
    _, five = stage.button("telegram", resolved.direct, "5 ★")
    await resolved.forges("rate", five.subject.partition(":")[0] + ":" + score)
    assert rating(stage) == ""
    assert resolved.was_told == "Only the person who was helped can rate this."


async def test_who_said_stop_is_not_asked(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("human")
    await dana.gives("stop")
    await ana.gives("resolve", "1")
    assert ana.was_told == "Ticket #1 is resolved. The customer does not want to be asked how it was."
    assert "has marked your ticket #1 as solved" in dana.sees[-1]
    assert "How was the help" not in dana.sees[-1]
    await dana.gives("stop", "off")
    await dana.says("hm, it broke again")
    await ana.gives("resolve", "1")
    assert "How was the help" in dana.sees[-1]


async def test_a_restart_asks_nobody_twice_and_keeps_the_question_open(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles) as before:
        dana, ana = before.person("telegram", "Dana"), before.agent("Ana")
        await dana.gives("human")
        await ana.gives("resolve", "1")
    async with open_stage(database_url, articles, after=before) as after:
        dana = after.person("telegram", "Dana")
        seen = len(dana.sees)
        await after.later(minutes=5)
        assert len(dana.sees) == seen
        await dana.says("5")
        assert rating(after) == "★★★★★"
