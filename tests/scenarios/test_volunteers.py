"""Colleagues who say what they know; and outsiders, who must be let in before they see anything."""

from pathlib import Path

import pytest

from tests.stage import Person, Stage, open_stage


@pytest.fixture
def vera(stage: Stage) -> Person:
    """A colleague from another department, on Discord."""
    return stage.person("discord", "Vera", is_colleague=True)


@pytest.fixture
def olga(stage: Stage) -> Person:
    """Somebody of whom nobody knows who they are, on Telegram."""
    return stage.person("telegram", "Olga")


async def staff_of(stage: Stage, person: Person):  # type: ignore[no-untyped-def] # a Staff or None
    return await stage.ask(lambda work: work.team.of(person.identity))


async def test_a_colleague_volunteers_with_what_they_know(stage: Stage, vera: Person) -> None:
    await vera.gives("volunteer")
    assert vera.was_told.startswith("You are not volunteering.")
    await vera.gives("volunteer", "on")
    assert vera.was_told == "What do you know about? /volunteer on billing, api"
    await vera.gives("volunteer", "on Billing, the  API; billing")
    assert "When support needs help with billing, the api" in vera.was_told
    member = await staff_of(stage, vera)
    assert (member.is_volunteering, member.is_confirmed) == (True, True)
    assert member.areas == ("billing", "the api")
    await vera.gives("volunteer")
    assert vera.was_told.startswith("You are volunteering for: billing, the api.")
    assert stage.in_staff_space() == []


async def test_volunteering_ends_and_begins_again_with_the_same_areas(stage: Stage, vera: Person) -> None:
    await vera.gives("volunteer", "on billing")
    await vera.gives("volunteer", "off")
    assert vera.was_told.startswith("You will not be asked any more.")
    await vera.gives("volunteer", "off")
    assert vera.was_told == "You were not volunteering, so nothing changes."
    await vera.gives("volunteer", "on")
    assert (await staff_of(stage, vera)).areas == ("billing",)


async def test_agents_volunteer_without_being_let_in(stage: Stage, ana: Person) -> None:
    await ana.gives("volunteer", "on api")
    assert (await staff_of(stage, ana)).is_confirmed
    assert stage.in_staff_space() == []


async def test_administrators_volunteer_without_being_let_in(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles, admins=frozenset({("telegram", "URoot")})) as stage:
        root = stage.person("telegram", "Root")
        await root.gives("volunteer", "on api")
        assert (await staff_of(stage, root)).is_confirmed
        assert stage.in_staff_space() == []


async def test_an_outsider_is_noted_and_the_team_is_asked(stage: Stage, olga: Person, ana: Person) -> None:
    await olga.gives("volunteer", "on billing, *api*")
    assert "asked the support team to let you in" in olga.was_told
    assert "**Olga** (Telegram) would like to help with tickets" in stage.in_staff_space()[-1]
    assert not (await staff_of(stage, olga)).is_confirmed
    at, let_in = stage.button("slack", stage.staff_space, "Let in")
    await ana.presses("Let in", at=stage.staff_space)
    assert ana.was_told == "Olga is in: they will be asked when help is needed."
    assert "**Ana** has let you in." in olga.sees[-1]
    assert (await staff_of(stage, olga)).is_confirmed
    assert stage.in_staff_space()[-1] == "**Olga** is in, let in by Ana."
    await ana.presses_this(let_in, at)
    assert ana.was_told == "Olga is in already."


async def test_an_outsider_who_asks_again_and_again_is_announced_once_a_day(
    stage: Stage, olga: Person, ana: Person
) -> None:
    await ana.gives("sos", "the queue is long")
    announced = len(stage.in_staff_space())
    for _ in range(4):
        await olga.gives("volunteer", "on billing")
        await olga.gives("volunteer", "off")
    await olga.gives("volunteer", "on billing")
    assert len(stage.in_staff_space()) == announced + 1
    await stage.later(hours=25)
    await olga.gives("volunteer", "off")
    await olga.gives("volunteer", "on billing")
    assert len(stage.in_staff_space()) == announced + 2


async def test_who_was_kept_out_sees_nothing_and_is_asked_nothing(
    stage: Stage, olga: Person, ana: Person
) -> None:
    await olga.gives("volunteer", "on billing")
    at, let_in = stage.button("slack", stage.staff_space, "Let in")
    await ana.presses("No", at=stage.staff_space)
    assert ana.was_told == "They stay outside, and see nothing of the tickets."
    await ana.gives("sos", "help")
    assert [seen[:33] for seen in olga.sees] == ["Thank you for offering to help! T"]
    await ana.presses_this(let_in, at)
    assert ana.was_told == "They have withdrawn their offer."


async def test_an_outsider_reaches_no_ticket_by_any_button_or_command(
    stage: Stage, olga: Person, dana: Person, ana: Person
) -> None:
    await dana.gives("ticket", "my secret shelf")
    await ana.gives("sos", "the queue is long")
    await olga.gives("volunteer", "on shelves")
    ticket = (await stage.ask(lambda work: work.tickets.numbered(1))).id  # type: ignore[union-attr] # it is there
    sos = (await stage.ask(lambda work: work.sos.active())).id  # type: ignore[union-attr] # it is there
    member = (await staff_of(stage, olga)).id
    for action in ("claim", "release", "resolve", "reopen", "hand_back", "close_ticket"):
        await olga.forges(action, str(ticket))
    for action in ("let_in", "keep_out"):
        await olga.forges(action, str(member))
    await olga.forges("jump_in", str(sos))
    assert olga.was_told.startswith("One moment: the support team has to let you in first.")
    for command in ("queue", "claim 1", "resolve 1", "release 1", "reopen 1", "note #1 hello", "sos end"):
        name, _, arguments = command.partition(" ")
        await olga.gives(name, arguments)
        assert olga.was_told == "This is for the support team. Write what you need, and I will help."
    await olga.opens_home()
    assert "secret shelf" not in str(olga.home) + str(olga.sees) + str(olga.answers)
    assert stage.state() == "waiting"
    assert not (await staff_of(stage, olga)).is_confirmed


async def test_an_outsider_may_wait_for_the_door_with_a_button(
    stage: Stage, olga: Person, dana: Person, ana: Person
) -> None:
    await dana.gives("ticket", "my shelf")
    await olga.gives("volunteer", "on shelves")
    await ana.gives("sos", "the queue is long")
    await olga.presses("Jump in")
    assert olga.was_told.startswith("One moment")
    await ana.presses("Let in", at=stage.staff_space)
    await olga.presses("Jump in")
    assert "#1 my shelf" in str(olga.sees)


async def test_who_left_the_staff_space_must_be_let_in_like_anybody_else(
    stage: Stage, ana: Person, ben: Person, dana: Person
) -> None:
    await ana.gives("volunteer", "on api")
    await dana.gives("human")
    ana.about["is_in_staff_space"] = False
    await ana.gives("queue")
    assert ana.was_told.startswith("This is for the support team.")
    await ben.gives("sos", "help")
    await ana.presses("Jump in")
    assert ana.was_told.startswith("One moment: the support team has to let you in first.")
    offered = await stage.house.supervisors["slack"].adapter.context.intake.complete(  # type: ignore[union-attr] # our own
        "waiting_tickets", ana.identity, ""
    )
    assert offered == []
