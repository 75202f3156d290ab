"""What a ticket is called: the customer's own words, also when they come after the ticket."""

import pytest

from bot.core.places import Place
from tests.stage import Person, Stage


async def test_the_first_words_that_say_why_become_the_title(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("human")
    assert stage.card().title == "#1 Asks for a person"
    await ana.gives("claim")
    await dana.says("hello")
    assert stage.card().title == "#1 Asks for a person"
    await dana.says("My *shelf* is crooked")
    assert stage.card().title == "#1 My shelf is crooked"
    assert dict(stage.card().fields)["State"] == "with Ana"
    assert stage.staff_platform.scenery.states[stage.thread().thread][-1] == "claimed"
    await dana.says("And the lamp is broken, too")
    assert stage.card().title == "#1 My shelf is crooked"


async def test_a_long_wish_for_a_person_says_enough(stage: Stage, dana: Person) -> None:
    await dana.gives("human")
    await dana.says("I want to talk to a person about the sofa that came without its feet")
    assert stage.card().title.startswith("#1 I want to talk to a person about the sofa")


async def test_a_short_wish_with_its_reason_becomes_the_title(stage: Stage, dana: Person) -> None:
    await dana.says("I was charged twice, please a person")
    assert stage.card().title == "#1 I was charged twice, please a person"


async def test_the_title_is_the_askers_words_though_somebody_else_spoke_last(stage: Stage) -> None:
    place = Place("discord", channel="HELP", thread="1")
    eli, fay = stage.person("discord", "Eli"), stage.person("discord", "Fay")
    await eli.says("My sofa has a hole", at=place, is_to_bot=True)
    await fay.says("I have the same problem!", at=place)
    await eli.gives("human", at=place)
    assert stage.card().title == "#1 My sofa has a hole"


async def test_a_picture_without_words_gives_no_title(stage: Stage, dana: Person) -> None:
    await dana.gives("human")
    await dana.says("", files=(dana.file("shelf.jpg"),))
    assert stage.card().title == "#1 Asks for a person"


async def test_words_given_by_command_become_the_title(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("human")
    await dana.gives("ticket", "The lamp flickers")
    assert stage.card().title == "#1 The lamp flickers"
    await ana.gives("queue")
    assert "The lamp flickers" in ana.was_told


async def test_a_message_chosen_from_its_menu_becomes_the_title(stage: Stage, dana: Person) -> None:
    await dana.gives("human")
    chosen = await dana.says("thanks")
    await dana.uses("open_ticket", chosen, "The lamp flickers", dana)
    assert stage.card().title == "#1 The lamp flickers"


async def test_words_after_the_end_become_the_title(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("human")
    await ana.gives("resolve", "1")
    await dana.says("The lamp still flickers")
    assert stage.card().title == "#1 The lamp still flickers"


async def test_what_somebody_else_says_in_the_thread_gives_no_title(stage: Stage, ana: Person) -> None:
    place = Place("discord", channel="HELP", thread="1")
    eli, fay = stage.person("discord", "Eli"), stage.person("discord", "Fay")
    await eli.says("human please", at=place, is_to_bot=True)
    await fay.says("My shelf is crooked", at=place)
    assert stage.card().title == "#1 Asks for a person"
    await eli.says("It is about the lamp", at=place)
    assert stage.card().title == "#1 It is about the lamp"


@pytest.mark.parametrize("language", ["en", "de"])
async def test_without_a_title_everybody_still_reads_something(
    stage: Stage, ana: Person, language: str
) -> None:
    eli = stage.person("slack", "Eli", language=language)
    await eli.gives("human")
    await ana.gives("queue")
    assert "Asks for a person" in ana.was_told
    await eli.opens_home()
    assert "Asks for a person" in str(eli.home)
    await ana.gives("resolve", "1")
    await stage.later(hours=24)
    assert "About your ticket #1 (Asks for a person)" in eli.sees[-1]
