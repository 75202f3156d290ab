"""A day later: is it still working? Once, at a decent hour, and never against somebody's wish."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.stage import Person, Stage, open_stage


async def resolve_for(stage: Stage, person: Person) -> None:
    ana = stage.agent("Ana")
    await person.says("My shelf wobbles")
    await person.gives("human")
    number = str(len(stage.threads()))
    await ana.gives("claim", number)
    await ana.gives("resolve", number)


def check_ins(person: Person) -> int:
    return len([seen for seen in person.sees if "is it still working?" in seen])


async def test_it_comes_once_a_day_later(stage: Stage, dana: Person) -> None:
    await resolve_for(stage, dana)
    await stage.later(hours=23, minutes=59)
    assert check_ins(dana) == 0
    await stage.later(minutes=1)
    assert check_ins(dana) == 1
    assert "About your ticket #1 (My shelf wobbles)" in dana.sees[-1]
    assert dana.buttons == ["Yes, all is well", "No"]
    await stage.later(days=3)
    assert check_ins(dana) == 1


async def test_two_ticks_in_one_instant_ask_once(stage: Stage, dana: Person) -> None:
    await resolve_for(stage, dana)
    stage.clock.advance(timedelta(hours=24))
    for _ in range(3):
        await stage.house.ticker.tick()
    await stage.settle()
    assert check_ins(dana) == 1


async def test_yes_is_thanked_for_once(stage: Stage, dana: Person) -> None:
    await resolve_for(stage, dana)
    await stage.later(hours=24)
    at, yes = stage.button("telegram", dana.direct, "Yes, all is well")
    await stage.feed("telegram", dana.press(yes, at), dana.press(yes, at))
    assert len([seen for seen in dana.sees if seen.startswith("Lovely")]) == 1
    assert stage.state() == "resolved by Ana"


async def test_no_opens_it_again_with_the_history(stage: Stage, dana: Person) -> None:
    await resolve_for(stage, dana)
    await stage.later(hours=24)
    await dana.presses("No")
    assert "I have opened your ticket again" in dana.sees[-1]
    assert stage.state() == "waiting"
    assert "My shelf wobbles" in stage.card().text
    assert "**Dana** says that it does not work any more." in stage.in_thread()[-1]


async def test_no_pressed_long_after_on_an_old_question_changes_nothing(stage: Stage, dana: Person) -> None:
    await resolve_for(stage, dana)
    await stage.later(hours=24)
    at, no = stage.button("telegram", dana.direct, "No")
    await dana.presses_this(no, at)
    await stage.agent("Ana").gives("resolve", "1")
    await dana.presses_this(no, at)
    assert stage.state().startswith("resolved")
    assert "answered" in dana.was_told


async def test_no_while_another_ticket_is_open_says_where_that_one_stands(stage: Stage, dana: Person) -> None:
    await resolve_for(stage, dana)
    await stage.later(hours=24)
    at, no = stage.button("telegram", dana.direct, "No")
    await dana.gives("human")
    assert len(stage.threads()) == 2
    await dana.presses_this(no, at)
    assert "#2" in dana.sees[-1]
    assert stage.state(1).startswith("resolved")
    assert "**Dana** says that it does not work any more." in stage.in_thread(2)[-1]


async def test_a_ticket_that_is_open_again_is_not_asked_about(stage: Stage, dana: Person) -> None:
    await resolve_for(stage, dana)
    await dana.says("It broke, can you help?")
    await stage.later(hours=48)
    assert check_ins(dana) == 0
    await stage.agent("Ana").gives("resolve", "1")
    await stage.later(hours=24)
    assert check_ins(dana) == 1


async def test_who_said_stop_is_never_asked(stage: Stage, dana: Person) -> None:
    eli = stage.person("telegram", "Eli")
    await resolve_for(stage, dana)
    await dana.gives("stop")
    await eli.gives("stop")
    await resolve_for(stage, eli)
    await stage.later(hours=72)
    assert check_ins(dana) == check_ins(eli) == 0
    assert "no ratings, no check-ins" in dana.was_told


async def test_stop_counts_for_everything_that_person_ever_asked(stage: Stage, ana: Person) -> None:
    """Also when the stop is said between the moment when it is due and the moment when it is sent."""
    dana = stage.person("telegram", "Dana")
    await resolve_for(stage, dana)
    stage.clock.advance(timedelta(hours=24))
    await dana.gives("stop")
    await stage.house.ticker.tick()
    await stage.settle()
    assert check_ins(dana) == 0


async def test_who_blocked_the_bot_is_not_written_to(stage: Stage, dana: Person) -> None:
    await resolve_for(stage, dana)
    await dana.blocks()
    before = len(stage.platform("telegram").scenery.attempts)
    await stage.later(hours=24)
    assert len(stage.platform("telegram").scenery.attempts) == before


@pytest.mark.parametrize(
    ("zone", "resolved_at", "asked_at"),
    [
        pytest.param("", (2026, 3, 2, 23, 0), (2026, 3, 4, 8, 0), id="unknown zones are UTC"),
        pytest.param("Europe/Zagreb", (2026, 3, 2, 20, 30), (2026, 3, 4, 7, 0), id="evening in Zagreb"),
        pytest.param(
            "America/New_York", (2026, 3, 2, 23, 0), (2026, 3, 3, 23, 0), id="afternoon in New York"
        ),
        pytest.param("Asia/Tokyo", (2026, 3, 2, 13, 0), (2026, 3, 3, 23, 0), id="night in Tokyo"),
        pytest.param(
            "Europe/Zagreb", (2026, 3, 27, 22, 0), (2026, 3, 29, 6, 0), id="the night of summer time"
        ),
        pytest.param("Nowhere/Atlantis", (2026, 3, 2, 12, 0), (2026, 3, 3, 12, 0), id="a zone that is none"),
    ],
)
async def test_it_waits_for_a_decent_hour_on_the_customers_own_clock(
    sqlite_url: str, articles: Path, zone: str, resolved_at: tuple[int, ...], asked_at: tuple[int, ...]
) -> None:
    async with open_stage(sqlite_url, articles) as stage:
        dana = stage.person("telegram", "Dana", time_zone=zone)
        resolved, asked = datetime(*resolved_at, tzinfo=UTC), datetime(*asked_at, tzinfo=UTC)  # type: ignore[arg-type,misc] # year to minute
        stage.clock.advance(resolved - stage.clock.now())
        await resolve_for(stage, dana)
        await stage.later(seconds=(asked - stage.clock.now()).total_seconds() - 1)
        assert check_ins(dana) == 0
        await stage.later(seconds=1)
        assert check_ins(dana) == 1


async def test_a_bot_that_was_off_at_the_time_still_waits_for_a_decent_hour(
    database_url: str, articles: Path
) -> None:
    async with open_stage(database_url, articles) as before:
        await resolve_for(before, before.person("telegram", "Dana"))
    before.clock.advance(timedelta(hours=36))
    async with open_stage(database_url, articles, after=before) as after:
        dana = after.person("telegram", "Dana")
        await after.later(seconds=1)
        assert check_ins(dana) == 0
        await after.later(hours=8)
        assert check_ins(dana) == 1
    async with open_stage(database_url, articles, after=after) as last:
        dana = last.person("telegram", "Dana")
        await last.later(hours=48)
        assert check_ins(dana) == 1
        await dana.presses("No")
        assert last.state() == "waiting"


async def test_somebody_else_cannot_answer_it(stage: Stage, dana: Person) -> None:
    eve = stage.person("telegram", "Eve")
    await resolve_for(stage, dana)
    await stage.later(hours=24)
    _, no = stage.button("telegram", dana.direct, "No")
    await eve.forges(no.action, no.subject)
    assert eve.was_told == "Only the person who was helped can answer this."
    await dana.forges("still_works", no.subject.partition(":")[0] + ":7")
    assert stage.state().startswith("resolved")
