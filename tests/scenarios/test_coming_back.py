"""A customer writes again after the end: within half an hour to whoever has just helped them, later to the queue."""

from datetime import timedelta
from pathlib import Path

import pytest

from tests.stage import Person, Stage, open_stage


@pytest.fixture
async def helped(stage: Stage, dana: Person, ana: Person) -> Person:
    """Dana, whose ticket Ana has just resolved."""
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await ana.says("Tighten the screw", at=stage.thread())
    await ana.gives("resolve")
    return dana


@pytest.fixture
async def vera(stage: Stage) -> Person:
    """A colleague who volunteers, on Discord."""
    vera = stage.person("discord", "Vera", is_colleague=True)
    await vera.gives("volunteer", "on shelves")
    return vera


async def jumps_in(vera: Person, ana: Person, customer: Person) -> None:
    await customer.gives("ticket", "My shelf wobbles")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")


async def test_soon_after_the_end_it_is_back_with_who_resolved_it(
    stage: Stage, helped: Person, ana: Person
) -> None:
    stage.clock.advance(timedelta(minutes=29))
    await helped.says("It wobbles again")
    assert helped.sees[-1] == "Welcome back! Your ticket **#1** is open again, and **Ana** is with you."
    assert stage.state() == "with Ana"
    assert stage.staff_platform.scenery.states[stage.thread().thread][-1] == "claimed"
    told, copied = stage.in_thread()[-2:]
    assert told == "**Dana** wrote again, so the ticket is back with **Ana**."
    assert copied == "Dana: It wobbles again"
    sent = await ana.says("Once more, please", at=stage.thread())
    assert helped.sees[-1] == "Ana: Once more, please"
    assert stage.marks(sent) == ["sent"]


async def test_later_it_is_for_everybody(stage: Stage, helped: Person) -> None:
    stage.clock.advance(timedelta(minutes=31))
    await helped.says("It wobbles again")
    assert "I have opened your ticket again" in helped.sees[-1]
    assert "You are next in line." in helped.sees[-1]
    assert stage.state() == "waiting"


async def test_without_a_sign_of_them_the_queue_has_it(
    stage: Stage, helped: Person, ana: Person, ben: Person
) -> None:
    await helped.says("It wobbles again")
    await stage.later(minutes=9)
    assert stage.state() == "with Ana"
    await stage.later(minutes=1)
    assert stage.state() == "waiting"
    assert stage.in_thread()[-1] == "**Ana** has not answered, so the ticket is back in the queue."
    assert "Ana had to hand this on." in helped.sees[-1]
    await ben.gives("claim")
    await stage.later(hours=1)
    assert stage.state() == "with Ben"


@pytest.mark.parametrize("words", ["Once more, please", "// I am asking the carpenter"])
async def test_an_answer_or_a_note_keeps_it_with_them(
    stage: Stage, helped: Person, ana: Person, words: str
) -> None:
    await helped.says("It wobbles again")
    await ana.says(words, at=stage.thread())
    await stage.later(minutes=10)
    assert stage.state() == "with Ana"


async def test_whoever_claims_it_after_them_has_their_own_time(
    stage: Stage, helped: Person, ana: Person, ben: Person
) -> None:
    await helped.says("It wobbles again")
    await stage.later(minutes=9)
    await ana.gives("release")
    await ben.gives("claim", "1")
    await stage.later(minutes=9)
    assert stage.state() == "with Ben"


async def test_resolved_again_it_stays_resolved(stage: Stage, helped: Person, ana: Person) -> None:
    await helped.says("It wobbles again")
    await ana.gives("resolve")
    await stage.later(minutes=11)
    assert stage.state() == "resolved by Ana"


async def test_who_resolved_it_for_somebody_else_has_it_now(
    stage: Stage, dana: Person, ana: Person, ben: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await ben.gives("resolve", "1")
    assert stage.state() == "resolved by Ben"
    await dana.says("It wobbles again")
    assert stage.state() == "with Ben"


async def test_closed_by_the_customer_it_comes_back_to_who_helped(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await ana.gives("claim")
    await dana.gives("ticket")
    await dana.presses("Close it")
    await dana.says("It wobbles again")
    assert stage.state() == "with Ana"


async def test_closed_by_the_customer_before_anybody_helped_it_waits_again(
    stage: Stage, dana: Person
) -> None:
    await dana.gives("ticket", "My shelf wobbles")
    await dana.gives("ticket")
    await dana.presses("Close it")
    await dana.says("It wobbles again")
    assert stage.state() == "waiting"


async def test_a_customer_who_was_not_content_may_get_somebody_else(stage: Stage, helped: Person) -> None:
    await helped.presses("2 ★")
    await helped.says("It still wobbles")
    assert stage.state() == "waiting"


async def test_who_left_the_team_gets_nothing_back(stage: Stage, helped: Person, ana: Person) -> None:
    ana.about["is_in_staff_space"] = False
    await ana.gives("help")
    await helped.says("It wobbles again")
    assert stage.state() == "waiting"


async def test_a_volunteer_gets_it_back_in_their_own_chat(
    stage: Stage, dana: Person, vera: Person, ana: Person
) -> None:
    await jumps_in(vera, ana, dana)
    await vera.gives("resolve")
    await dana.says("It wobbles again")
    assert stage.state() == "with Vera"
    assert any("My shelf wobbles" in seen and "goes to the customer" in seen for seen in vera.sees[-4:])
    await vera.says("Tighten the screw")
    assert dana.sees[-1] == "Vera: Tighten the screw"


async def test_a_volunteer_who_has_another_one_by_then_is_left_alone(
    stage: Stage, dana: Person, vera: Person, ana: Person
) -> None:
    await jumps_in(vera, ana, dana)
    await vera.gives("resolve")
    eli = stage.person("telegram", "Eli")
    await eli.gives("ticket", "My lamp flickers")
    await vera.presses("Jump in")
    await dana.says("It wobbles again")
    assert stage.state() == "waiting"
    await vera.says("For Eli only")
    assert eli.sees[-1] == "Vera: For Eli only"


async def test_a_volunteer_who_has_stopped_is_left_alone(
    stage: Stage, dana: Person, vera: Person, ana: Person
) -> None:
    await jumps_in(vera, ana, dana)
    await vera.gives("resolve")
    await vera.gives("volunteer", "off")
    await dana.says("It wobbles again")
    assert stage.state() == "waiting"


async def test_a_volunteer_who_cannot_be_reached_any_more_does_not_keep_it(
    stage: Stage, dana: Person, vera: Person, ana: Person
) -> None:
    await jumps_in(vera, ana, dana)
    await vera.gives("resolve")
    await vera.blocks(is_reported=False)
    await dana.says("It wobbles again")
    assert stage.state() == "waiting"


async def test_the_question_a_day_later_waits_for_the_new_end(
    stage: Stage, helped: Person, ana: Person
) -> None:
    stage.clock.advance(timedelta(minutes=20))
    await helped.says("It wobbles again")
    await ana.says("Once more, please", at=stage.thread())
    await stage.later(hours=24)
    assert not any("is it still working?" in seen for seen in helped.sees)


async def test_a_customer_in_the_same_instant_as_the_end_reaches_a_person(
    database_url: str, articles: Path
) -> None:
    """Whichever comes first, the message is at the desk and somebody is on it."""
    async with open_stage(database_url, articles) as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
        await dana.gives("ticket", "My shelf wobbles")
        await ana.gives("claim")
        await stage.accept("slack", ana.command("resolve", "1"))
        await stage.accept("telegram", dana.message(dana.new_message(), "It wobbles again"))
        await stage.settle()
        assert "Dana: It wobbles again" in stage.in_thread()
        assert stage.state() == "with Ana"
