"""Several people in one customer's conversation: all are heard by name, and the asker says who else decides."""

import pytest

from bot.core.places import Place
from tests.stage import Person, Stage, words

THREAD = Place("discord", channel="HELP", thread="T1")
SLACK_THREAD = Place("slack", channel="HELP", thread="T1")


@pytest.fixture
async def mia(stage: Stage, ana: Person) -> Person:
    """A customer who has asked in a thread, with ticket #1 at Ana."""
    mia = stage.person("discord", "Mia")
    await mia.says("I want to talk to a person", at=THREAD, is_to_bot=True)
    await ana.gives("claim", "1")
    return mia


@pytest.fixture
async def leo(stage: Stage, mia: Person) -> Person:
    """Somebody else who writes in that thread."""
    leo = stage.person("discord", "Leo", handle="leo_77")
    await leo.says("I have the same", at=THREAD)
    return leo


def in_thread(stage: Stage) -> list[str]:
    return [words(one.content) for one in stage.platform("discord").in_place(THREAD)]


async def test_each_is_shown_by_name(stage: Stage, mia: Person, leo: Person, ana: Person) -> None:
    await mia.says("My shelf wobbles", at=THREAD)
    assert stage.in_thread()[-1] == "Mia: My shelf wobbles"
    assert "Leo: I have the same" in stage.in_thread()
    await ana.says("Hello both", at=stage.thread())
    assert in_thread(stage)[-1] == "Ana: Hello both"
    assert dict(stage.card().fields)["Also there"] == "Leo"


async def test_only_the_asker_closes_and_rates(stage: Stage, mia: Person, leo: Person, ana: Person) -> None:
    await mia.gives("ticket", at=THREAD)
    _, close = stage.button("discord", THREAD, "Close it")
    await leo.forges("close_ticket", close.subject, at=THREAD)
    assert "Only the person who opened a ticket can close it" in leo.was_told
    await ana.gives("resolve")
    await leo.presses("1 ★", at=THREAD)
    assert "Only the person who was helped can rate this" in leo.was_told
    await mia.presses("5 ★", at=THREAD)
    assert "Thank you for the rating" in in_thread(stage)[-1]


@pytest.mark.parametrize("whom", ["Leo", "@leo", "@leo_77", "LEO_77", "<@ULeo>", "<@!ULeo>", "<@ULeo|leo>"])
async def test_who_was_added_by_name_or_mention_may_close(
    stage: Stage, mia: Person, leo: Person, whom: str
) -> None:
    await mia.gives("add", whom, at=THREAD)
    assert "Mia has added **Leo**" in in_thread(stage)[-1]
    await leo.gives("ticket", at=THREAD)
    assert "Ana is working on your ticket #1" in leo.was_told
    await leo.presses("Close it", at=THREAD)
    assert "Your ticket is closed" in leo.was_told
    assert stage.state() == "resolved by Ana"


async def test_without_a_name_the_asker_chooses_by_a_button(
    stage: Stage, mia: Person, leo: Person, ana: Person
) -> None:
    await mia.gives("add", at=THREAD)
    assert "Whom do you mean?" in mia.was_told
    await mia.presses("Leo", at=THREAD)
    await ana.gives("resolve")
    await leo.presses("4 ★", at=THREAD)
    assert dict(stage.card().fields)["Rating"].startswith("★★★★☆")


async def test_who_was_removed_decides_no_more(stage: Stage, mia: Person, leo: Person, ana: Person) -> None:
    await mia.gives("add", "Leo", at=THREAD)
    await mia.gives("remove", at=THREAD)
    await mia.presses("Leo", at=THREAD)
    assert "only Mia decides again" in in_thread(stage)[-1]
    await ana.gives("resolve")
    await leo.presses("1 ★", at=THREAD)
    assert "Only the person who was helped can rate this" in leo.was_told
    await mia.gives("remove", at=THREAD)
    assert "You have added nobody here" in mia.was_told


async def test_who_was_added_opens_the_ticket_again(
    stage: Stage, mia: Person, leo: Person, ana: Person
) -> None:
    await mia.gives("add", "Leo", at=THREAD)
    await ana.gives("resolve")
    await leo.says("But mine still wobbles, what now?", at=THREAD)
    assert "is open again" in in_thread(stage)[-1]
    assert stage.in_thread()[-1].endswith("But mine still wobbles, what now?")
    assert stage.in_thread()[-1].startswith("Leo:")


async def test_nobody_adds_themselves(stage: Stage, mia: Person, leo: Person) -> None:
    await leo.gives("add", "Leo", at=THREAD)
    assert "where you asked me something" in leo.was_told
    await mia.gives("add", at=THREAD)
    _, button = stage.button("discord", THREAD, "Leo")
    await leo.presses_this(button)
    assert "Only the person who asked can choose" in leo.was_told
    await mia.gives("add", "Leo", at=THREAD)
    eve = stage.person("discord", "Eve")
    await eve.says("hi", at=THREAD)
    await leo.gives("add", "Eve", at=THREAD)
    assert "where you asked me something" in leo.was_told, "who was added adds nobody"


@pytest.mark.parametrize("subject", ["", ":", "1:2", "x:y", "9" * 30 + ":1"])
async def test_forged_choices_are_refused(stage: Stage, mia: Person, subject: str) -> None:
    await mia.forges("trust", subject, at=THREAD)
    assert "Only the person who asked can choose" in mia.was_told


async def test_somebody_who_takes_no_part_cannot_be_added_by_a_forged_button(
    stage: Stage, mia: Person, leo: Person
) -> None:
    mallory = stage.person("telegram", "Mallory")
    await mallory.says("hello")
    await mia.gives("add", at=THREAD)
    _, button = stage.button("discord", THREAD, "Leo")
    conversation = button.subject.partition(":")[0]
    contact = await stage.ask(lambda work: work.contacts.of(mallory.identity))
    assert contact is not None
    await mia.forges("trust", f"{conversation}:{contact.id}", at=THREAD)
    assert "Only the person who asked can choose" in mia.was_told


async def test_two_of_one_name_are_chosen_by_a_button(stage: Stage, mia: Person, leo: Person) -> None:
    twin = stage.person("discord", "Leo ")
    twin.name = "Leo"
    twin.identity = type(twin.identity)("discord", "", "UOther")
    await twin.says("me too", at=THREAD)
    await mia.gives("add", "Leo", at=THREAD)
    assert "Whom do you mean?" in mia.was_told


async def test_alone_there_is_nobody_to_add(stage: Stage, mia: Person, dana: Person) -> None:
    await mia.gives("add", at=THREAD)
    assert "Nobody else has written" in mia.was_told
    await dana.gives("add", "Mia")
    assert "in front of others" in dana.was_told


async def test_in_a_channel_it_is_about_the_newest_conversation_there(stage: Stage) -> None:
    carla, paul = stage.person("slack", "Carla"), stage.person("slack", "Paul")
    await carla.says("I want to talk to a person", at=SLACK_THREAD, is_to_bot=True)
    await paul.says("So do I", at=SLACK_THREAD)
    await carla.gives("add", "@Paul", at=Place("slack", channel="HELP"))
    shown = stage.platform("slack").in_place(SLACK_THREAD)
    assert "Carla has added **Paul**" in words(shown[-1].content)


async def test_in_a_group_without_threads_who_replies_takes_part(stage: Stage, ana: Person) -> None:
    """Also somebody who has a conversation of their own there."""
    dana, eve = stage.person("telegram", "Dana"), stage.person("telegram", "Eve")
    mine, theirs = (
        Place("telegram", channel="GROUP", person=one.identity.external_id) for one in (dana, eve)
    )
    await eve.says("I want to talk to a person", at=theirs, is_to_bot=True)
    asked = await dana.says("I want to talk to a person", at=mine, is_to_bot=True)
    await eve.says("Mine came yesterday", at=theirs, reply_to=asked)
    assert stage.in_thread(2)[-1] == "Eve: Mine came yesterday"
    assert not any("Mine came" in one for one in stage.in_thread(1))
    await eve.says("And this is about me", at=theirs)
    assert stage.in_thread(1)[-1] == "Eve: And this is about me"
    await dana.gives("add", "Eve", at=mine)
    await ana.gives("claim", "2")
    await ana.gives("resolve", "2")
    await eve.presses("5 ★", at=mine)
    assert dict(stage.card(2).fields)["Rating"].startswith("★★★★★")
