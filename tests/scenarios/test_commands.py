"""What commands say: help by role, the queue, tickets in words and forms, names on each platform."""

import re
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from bot.core.places import Place
from bot.core.texts import plain
from bot.runtime.catalogue import languages, texts_in
from tests.stage import Person, Stage, open_stage
from tests.stage.platform import CAPABILITIES, StagePlatform


def named(answer: str) -> list[str]:
    """The commands that a help text lists."""
    return re.findall(r"^- `(\S+)`", answer, re.MULTILINE)


async def test_help_shows_each_role_what_it_may_do(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("help")
    assert "Ask me anything about Juniper \\& Pine" in dana.was_told
    assert named(dana.was_told) == ["/human", "/ticket", "/link", "/language", "/stop", "/volunteer"]
    vera = stage.person("discord", "Vera", is_colleague=True)
    await vera.gives("volunteer", "on api")
    await vera.gives("help")
    assert {"/note", "/release", "/resolve"} <= set(named(vera.was_told))
    assert "/claim" not in named(vera.was_told)
    await ana.gives("help")
    assert {"/queue", "/claim", "/sos", "/reopen"} <= set(named(ana.was_told))
    assert "/start" not in named(ana.was_told)


async def test_help_names_what_is_of_use_where_it_is_asked_for(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("help", at=Place("telegram", channel="GROUP", person="UDana"))
    assert named(dana.was_told)[:4] == ["/human", "/ticket", "/add", "/support-remove"]
    await dana.gives("human")
    await ana.gives("help", at=stage.thread())
    assert "Claim a ticket, then write in its thread" in ana.was_told
    assert named(ana.was_told)[:3] == ["/queue", "/claim", "/release"]
    assert not {"/human", "/ticket", "/stop", "/add"} & set(named(ana.was_told))
    assert "- `/link` Ask two tickets' customers whether they are one person" in ana.was_told
    await ana.gives("help")
    assert "Ask me anything" in ana.was_told
    assert {"/queue", "/human"} <= set(named(ana.was_told))


async def test_help_tells_a_volunteer_whom_their_words_reach(stage: Stage, dana: Person, ana: Person) -> None:
    vera = stage.person("discord", "Vera", is_colleague=True)
    await vera.gives("volunteer", "on api")
    await dana.gives("human")
    await ana.gives("sos")
    await vera.presses("Jump in")
    await vera.gives("help")
    assert "You are helping with ticket #1: what you write here goes to the customer" in vera.was_told
    assert "/human" not in named(vera.was_told)
    assert named(vera.was_told)[:2] == ["/release", "/resolve"]


async def test_unlink_is_named_to_whom_it_is_of_use(stage: Stage, dana: Person) -> None:
    eli = stage.person("slack", "Eli")
    await dana.gives("link")
    code = re.findall(r"\*\*(\S+)\*\*", dana.was_told)[0]
    await eli.gives("link", code)
    await eli.gives("help")
    assert "/unlink" in named(eli.was_told)


async def test_an_outsider_who_waits_to_be_let_in_sees_a_customers_help(stage: Stage) -> None:
    olga = stage.person("telegram", "Olga")
    await olga.gives("volunteer", "on api")
    await olga.gives("help")
    assert "/resolve" not in named(olga.was_told)


async def test_a_prefix_stands_before_every_command_that_is_named(database_url: str, articles: Path) -> None:
    async with open_stage(database_url, articles, command_prefix="ah-") as stage:
        dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
        await dana.gives("help", at=Place("telegram", channel="GROUP", person="UDana"))
        assert {"/ah-human", "/support-remove"} <= set(named(dana.was_told))
        await ana.gives("resolve")
        assert plain(ana.was_told) == "You hold no ticket. Name one: /ah-resolve 12"
        await ana.gives("sos", "end")
        assert "/ah-sos and a reason" in ana.was_told
        await dana.gives("stop")
        assert "/ah-stop off" in dana.was_told


async def test_the_queue_shows_who_waits_and_who_is_helped(stage: Stage, ana: Person, ben: Person) -> None:
    await ana.gives("queue")
    assert "0 customers waiting" in ana.was_told
    assert "Nobody is waiting." in ana.was_told
    people = [stage.person("telegram", f"P{number}") for number in range(12)]
    for one in people:
        await one.gives("ticket", f"matter of *{one.name}*")
        stage.clock.advance(timedelta(minutes=30))
    await ben.gives("claim", "2")
    stage.clock.advance(timedelta(minutes=1))
    await ana.gives("queue")
    told = ana.was_told
    assert "11 customers waiting" in told
    assert "- **#1** matter of \\*P0\\* · 6 hr 1 min" in told
    assert told.index("**#1**") < told.index("**#3**")
    assert "**Being helped**\n\n- **#2** matter of \\*P1\\* · Ben · 1 min" in told
    await ana.presses("Claim #3")
    assert "**Ana** is helping you now" in people[2].sees[-1]


async def test_a_ticket_opens_with_words(stage: Stage, dana: Person) -> None:
    await dana.gives("ticket", "  My parcel #3 is *late*  ")
    assert stage.card().title == "#1 My parcel #3 is *late*"
    assert "**Dana:** My parcel \\#3 is \\*late\\*" in stage.card().text
    assert "Your ticket is **#1**" in dana.sees[-1]


async def test_more_words_are_added_to_the_open_ticket(stage: Stage, dana: Person) -> None:
    await dana.gives("ticket", "My parcel is late")
    await dana.gives("ticket", "It is the green one")
    assert len(stage.threads()) == 1
    assert stage.in_thread()[-1] == "Dana: It is the green one"
    assert "Your ticket **#1** is waiting" in dana.sees[-1]


async def test_a_ticket_without_words_asks_for_them_in_a_form(stage: Stage, dana: Person) -> None:
    await dana.gives("ticket")
    form = stage.platform("telegram").scenery.forms[-1].form
    assert (form.title, [field.label for field in form.fields]) == ("Open a ticket", ["What do you need?"])
    await dana.submits(words="My parcel is late")
    assert stage.card().title == "#1 My parcel is late"
    await dana.submits(words="  ")
    assert plain(dana.was_told) == "Tell me in a few words what you need: /ticket My parcel is late"


@pytest.mark.parametrize(("awaits_answers", "told"), [(False, []), (True, ["Done."])])
async def test_only_a_platform_that_waits_for_an_answer_is_told_that_it_is_done(
    database_url: str, articles: Path, monkeypatch: pytest.MonkeyPatch, awaits_answers: bool, told: list[str]
) -> None:
    monkeypatch.setattr(StagePlatform, "capabilities", replace(CAPABILITIES, awaits_answers=awaits_answers))
    async with open_stage(database_url, articles) as stage:
        eli = stage.person("discord", "Eli")
        await eli.gives("human")
        assert "Your ticket is **#1**" in eli.sees[-1]
        assert eli.answers == told


async def test_a_ticket_without_words_shows_where_the_open_one_stands(stage: Stage, dana: Person) -> None:
    await dana.gives("ticket", "My parcel is late")
    await dana.gives("ticket")
    assert "Your ticket **#1** is waiting for a person. You are next in line." in dana.was_told


async def test_a_person_asked_for_in_a_room_is_answered_in_the_direct_chat(stage: Stage) -> None:
    eli = stage.person("slack", "Eli")
    room = Place("slack", channel="GENERAL")
    await eli.gives("human", at=room)
    assert eli.was_told == "Done: I have written to you in our conversation."
    assert "Your ticket is **#1**" in eli.sees[-1]
    await eli.says("it is about the shelf")
    assert "it is about the shelf" in stage.in_thread()[-1]


async def test_a_person_asked_for_in_a_room_where_one_is_talking_already_is_meant_there(stage: Stage) -> None:
    eli = stage.person("discord", "Eli")
    thread = Place("discord", channel="HELP", thread="5")
    await eli.says("why is the moon blue?", at=thread, is_to_bot=True, is_opening=True)
    await eli.gives("human", at=Place("discord", channel="HELP"))
    assert "Your ticket is **#1**" in stage.platform("discord").in_place(thread)[-1].content.text


async def test_the_same_command_in_a_helpers_chat_is_no_call_for_help(
    stage: Stage, ana: Person, dana: Person
) -> None:
    vera = stage.person("discord", "Vera", is_colleague=True)
    await vera.gives("volunteer", "on api")
    await dana.gives("human")
    await ana.gives("sos", "help")
    await vera.presses("Jump in")
    for command in ("human", "ticket"):
        await vera.gives(command)
        assert vera.was_told == "This chat belongs to a ticket that you are helping with."
    assert len(stage.threads()) == 1


async def test_start_says_hello_and_a_link_can_ask_for_a_person(stage: Stage, dana: Person) -> None:
    await dana.gives("start")
    assert dana.sees[-1].startswith("Hello Dana! I am Allhands, the support desk of Juniper \\& Pine.")
    await dana.gives("start", "human")
    assert "Your ticket is **#1**" in dana.sees[-1]


async def test_stop_and_back(stage: Stage, dana: Person) -> None:
    await dana.gives("stop")
    assert "no ratings, no check-ins" in dana.was_told
    await dana.gives("stop", "OFF")
    assert dana.was_told == "Good: I will ask you now and then how it was."


async def test_every_command_has_a_description_that_every_platform_takes(stage: Stage) -> None:
    commands = stage.house.handlers.commands
    assert len({one.name for one in commands}) == len(commands) == 23
    for one in commands:
        assert re.fullmatch(r"[a-z]{1,20}", one.name)
        assert all(re.fullmatch(r"[a-z_]{1,32}", argument.name) for argument in one.arguments)
        for language in languages():
            said = texts_in(language).label
            described = [one.description, *(argument.description for argument in one.arguments)]
            assert all(1 <= len(said(text)) <= 100 for text in described), f"{one.name} in {language}"
