"""A ticket's life: number, place, claim, release, resolve, reopen, close."""

from datetime import timedelta

import pytest

from bot.core.places import Place
from bot.core.texts import plain
from handlers import queueing
from storage import ticket_queue
from tests.stage import Person, Stage


async def waiting(stage: Stage, *names: str) -> list[Person]:
    """Customers who each have a ticket, opened a minute apart."""
    people = [stage.person("telegram", name) for name in names]
    for person in people:
        await person.gives("ticket", f"{person.name} needs help")
        stage.clock.advance(timedelta(minutes=1))
    return people


async def test_a_ticket_has_a_number_a_place_and_an_honest_expectation(stage: Stage) -> None:
    dana, eli, fay = await waiting(stage, "Dana", "Eli", "Fay")
    assert "Your ticket is **#1**" in dana.sees[-1]
    assert "You are next in line." in dana.sees[-1]
    assert "Your ticket is **#3**" in fay.sees[-1]
    assert "You are number 3 in line." in fay.sees[-1]
    assert "I cannot promise a time" in fay.sees[-1]
    await eli.gives("human")
    assert "You are number 2 in line." in eli.sees[-1]


async def test_what_is_said_with_the_wish_for_a_person_reaches_the_team(stage: Stage, dana: Person) -> None:
    await dana.gives("human", "The *lamp* flickers", files=(dana.file("lamp.jpg"),))
    assert stage.card().title == "#1 The *lamp* flickers"
    assert "**Dana:** The \\*lamp\\* flickers 📎 lamp.jpg" in stage.card().text
    await dana.gives("human", "please, and it hums")
    assert "please, and it hums" in stage.in_thread()[-1]
    assert "Your ticket **#1** is waiting" in dana.sees[-1]
    assert len(stage.threads()) == 1


async def test_a_mere_please_names_no_ticket(stage: Stage, dana: Person) -> None:
    await dana.says("Where is my parcel?")
    await dana.gives("human", "please")
    assert stage.card().title == "#1 Where is my parcel?"


async def test_of_a_place_far_back_nothing_is_said_but_that(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (ticket_queue, queueing):
        monkeypatch.setattr(module, "MOST_COUNTED_AHEAD", 1)
    _, eli, fay = await waiting(stage, "Dana", "Eli", "Fay")
    assert "You are number 2 in line." in eli.sees[-1]
    assert "More than 1 people are ahead of you. I cannot promise a time" in fay.sees[-1]


async def test_the_expectation_comes_from_how_long_others_waited(stage: Stage, ana: Person) -> None:
    for name in ("Eli", "Fay", "Gus"):
        await waiting(stage, name)
        stage.clock.advance(timedelta(minutes=3))
        await ana.gives("claim")
        await ana.gives("resolve", str(len(stage.threads())))
    (dana,) = await waiting(stage, "Dana")
    assert "It usually takes about 5 minutes until someone answers" in dana.sees[-1]


async def test_the_card_shows_who_asks_what_and_what_the_bot_offered(stage: Stage, dana: Person) -> None:
    await dana.says("Where is my **parcel**?")
    await dana.presses("Not what I meant")
    await dana.says("I want to talk to a human")
    card = stage.card()
    assert card.title == "#1 Where is my parcel?"
    assert dict(card.fields)["Customer"] == "Dana"
    assert dict(card.fields)["Where"] == "Telegram"
    assert dict(card.fields)["State"] == "waiting"
    assert dict(card.fields)["About"] == "returns, delivery"
    assert "**Dana:** Where is my **parcel**?" in card.text
    assert "**Dana:** I want to talk to a human" in card.text
    assert "When does my parcel arrive? (was not what they meant)" in card.footnote
    assert "How do I return something? (they asked for a person instead)" in card.footnote
    assert [button.label for button in card.buttons] == ["Claim", "Resolve"]


async def test_a_person_is_asked_for_twice_and_there_is_still_one_ticket(stage: Stage, dana: Person) -> None:
    await dana.gives("human")
    await dana.gives("human")
    await dana.says("can I talk to a person please")
    assert len(stage.threads()) == 1
    assert "Your ticket **#1** is waiting" in dana.sees[-1]
    assert "can I talk to a person please" in stage.in_thread()[-1]


async def test_a_claim_names_a_number_stands_in_the_thread_or_takes_the_longest_wait(
    stage: Stage, ana: Person
) -> None:
    dana, eli, fay, gus = await waiting(stage, "Dana", "Eli", "Fay", "Gus")
    await ana.gives("claim")
    assert "**Ana** is helping you now" in dana.sees[-1]
    await ana.gives("claim", "#3")
    assert "**Ana** is helping you now" in fay.sees[-1]
    await ana.gives("claim", at=stage.thread(4))
    assert "**Ana** is helping you now" in gus.sees[-1]
    await ana.presses("Claim", at=stage.thread(2))
    assert "**Ana** is helping you now" in eli.sees[-1]
    await ana.gives("claim")
    assert ana.was_told == "Nobody is waiting. Well done, everyone!"


async def test_a_claim_shows_on_the_card_and_the_thread(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("human")
    await ana.gives("claim", "1")
    assert stage.state() == "with Ana"
    assert stage.staff_platform.scenery.states[stage.thread().thread] == ["claimed"]
    assert [button.label for button in stage.card().buttons] == ["Resolve", "Release", "Suggest an answer"]


@pytest.mark.parametrize("argument", ["7", "#7", "1234567890", "99999999999999999999"])
async def test_a_claim_of_a_number_that_no_ticket_has_takes_nothing(
    stage: Stage, dana: Person, ana: Person, argument: str
) -> None:
    await dana.gives("human")
    await ana.gives("claim", argument)
    assert "There is no ticket" in ana.was_told
    assert stage.state() == "waiting"


async def test_a_claim_of_something_that_is_no_number_takes_nothing(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("human")
    await ana.gives("claim", "the shelf one")
    assert "/claim 12" in ana.was_told
    assert stage.state() == "waiting"


async def test_who_comes_second_is_told_who_was_first(
    stage: Stage, dana: Person, ana: Person, ben: Person
) -> None:
    await dana.gives("human")
    await ana.gives("claim", "1")
    await ben.gives("claim", "1")
    assert ben.was_told == "**Ana** was first: ticket #1 is with them."
    stage.clock.advance(timedelta(minutes=5))
    await ben.gives("claim", "1")
    assert ben.was_told == "**Ana** was first: ticket #1 has been with them for 5 minutes."
    stage.clock.advance(timedelta(minutes=-6))
    await ben.gives("claim", "1")
    assert ben.was_told == "**Ana** was first: ticket #1 is with them."
    await ana.gives("claim", "1")
    assert ana.was_told == "Ticket #1 is yours already."


async def test_a_release_gives_the_old_place_back_and_tells_the_customer(
    stage: Stage, ana: Person, ben: Person
) -> None:
    dana, _ = await waiting(stage, "Dana", "Eli")
    await ana.gives("claim", "1")
    await ana.gives("release")
    assert "Ana had to hand this on." in dana.sees[-1]
    assert "You are next in line." in dana.sees[-1]
    assert stage.state() == "waiting"
    await ben.gives("claim")
    assert "**Ben** is helping you now" in dana.sees[-1]


async def test_a_colleague_who_releases_it_does_not_take_the_blame(
    stage: Stage, dana: Person, ana: Person, ben: Person
) -> None:
    await dana.gives("human")
    await ana.gives("claim", "1")
    await ben.gives("release", "1")
    assert "Ana had to hand this on." in dana.sees[-1]


async def test_without_a_number_the_only_ticket_one_holds_is_meant(stage: Stage, ana: Person) -> None:
    dana, eli = await waiting(stage, "Dana", "Eli")
    await ana.gives("resolve")
    assert ana.was_told == "You hold no ticket. Name one: /resolve 12"
    await ana.gives("claim", "2")
    stage.clock.advance(timedelta(minutes=1))
    await ana.gives("claim", "1")
    await ana.gives("resolve")
    assert plain(ana.was_told) == "You hold #2, #1. Which one? /resolve 2"
    await ana.gives("resolve", "2")
    assert "**Ana** has marked your ticket #2 as solved." in eli.sees[-1]
    await ana.gives("resolve")
    assert "**Ana** has marked your ticket #1 as solved." in dana.sees[-1]


async def test_resolving_twice_asks_the_customer_once(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("human")
    await ana.gives("resolve", "1")
    seen = len(dana.sees)
    await ana.gives("resolve", "1")
    assert ana.was_told == "Ticket #1 is resolved already."
    assert len(dana.sees) == seen
    await ana.gives("claim", "1")
    assert "Ticket #1 is resolved." in ana.was_told


@pytest.mark.parametrize(
    "words",
    ["thank you!", "Thanks so much, it works now", "👍", "hvala puno", "super, danke", "ευχαριστώ πολύ"],
)
async def test_thanks_after_the_end_do_not_open_it_again(
    stage: Stage, dana: Person, ana: Person, words: str
) -> None:
    await dana.gives("human")
    await ana.gives("resolve", "1")
    await dana.says(words)
    assert dana.sees[-1].startswith(("You are welcome", "Παρακαλώ!"))
    assert stage.state() == "resolved by Ana"
    assert all(words not in seen for seen in stage.in_thread())


@pytest.mark.parametrize(
    "words",
    ["thanks but it still does not work", "it broke again", "Is the blue one in stock?", "👎", "nope"],
)
async def test_a_real_question_opens_it_again_with_the_same_history(
    stage: Stage, dana: Person, ana: Person, words: str
) -> None:
    await dana.says("My shelf wobbles")
    await dana.gives("human")
    await ana.gives("claim", "1")
    await ana.says("Tighten the screw", at=stage.thread())
    await ana.gives("resolve")
    stage.clock.advance(timedelta(hours=1))
    await dana.says(words)
    assert "I have opened your ticket again" in dana.sees[-1]
    assert "#1" in dana.sees[-1]
    assert len(stage.threads()) == 1
    assert stage.state() == "waiting"
    assert f"Dana: {words}" in stage.in_thread()
    assert "My shelf wobbles" in stage.card().text
    assert "Tighten the screw" in stage.card().text
    assert words in stage.card().text


async def test_reopen_by_command_tells_both_sides(
    stage: Stage, dana: Person, ana: Person, ben: Person
) -> None:
    await dana.gives("human")
    await ana.gives("resolve", "1")
    await ben.gives("reopen", "1")
    assert dana.sees[-1].startswith("Our team has opened your ticket again.")
    assert "**Ben** opened the ticket again." in stage.in_thread()[-1]
    assert stage.state() == "waiting"
    await ben.gives("reopen", "1")
    assert ben.was_told == "That customer's ticket #1 is open already."
    await ben.gives("reopen")
    assert ben.was_told == "Which ticket? /reopen 12"
    await ben.gives("reopen", at=stage.thread())
    assert ben.was_told == "That customer's ticket #1 is open already."


async def test_an_older_ticket_that_is_opened_again_hears_its_customer(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("ticket", "the first matter")
    await ana.gives("resolve", "1")
    await dana.gives("ticket", "the second matter")
    await ana.gives("resolve", "2")
    await ana.gives("reopen", "1")
    await dana.says("hello, it is about the first matter again")
    assert "hello, it is about the first matter again" in stage.in_thread(1)[-1]
    await ana.gives("claim", "1")
    sent = await ana.says("I am here", at=stage.thread(1))
    assert dana.sees[-1] == "Ana: I am here"
    assert stage.marks(sent) == ["sent"]


async def test_a_second_ticket_is_about_the_second_question(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.says("Where is my parcel?")
    await dana.gives("human")
    await ana.gives("resolve", "1")
    stage.clock.advance(timedelta(minutes=1))
    await dana.gives("human")
    assert stage.card(2).title == "#2 Asks for a person"
    await ana.gives("resolve", "2")
    stage.clock.advance(timedelta(minutes=1))
    await dana.gives("ticket", "The *blue* one is #3 of 4")
    assert stage.card(3).title == "#3 The *blue* one is #3 of 4"


async def test_a_customer_closes_their_own_ticket(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("ticket", "never mind this")
    await ana.gives("claim", "1")
    await dana.gives("ticket")
    assert "Ana is working on your ticket #1." in dana.was_told
    await dana.presses("Close it")
    assert dana.was_told == "Your ticket is closed."
    assert "Your ticket #1 is closed." in dana.sees[-1]
    assert "How was the help" not in dana.sees[-1]
    assert stage.state().startswith("resolved")
    note = await ana.says("too late", at=stage.thread())
    assert stage.marks(note) == ["note"]
    await dana.presses("Close it")
    assert dana.was_told == "Your ticket is closed already."


async def test_people_in_one_room_have_a_ticket_each(stage: Stage, ana: Person) -> None:
    room = "G1"
    eli, fay = stage.person("telegram", "Eli"), stage.person("telegram", "Fay")
    places = {
        one.name: Place("telegram", channel=room, person=one.identity.external_id) for one in (eli, fay)
    }
    await eli.says("human please", at=places["Eli"], is_to_bot=True)
    await fay.says("human please", at=places["Fay"], is_to_bot=True)
    await ana.gives("claim", "2")
    await ana.says("Hello Fay", at=stage.thread(2))
    assert stage.platform("telegram").in_place(places["Fay"])[-1].content.text == "Hello Fay"
    assert "Hello Fay" not in str(stage.platform("telegram").in_place(places["Eli"]))


async def test_two_top_level_messages_of_one_person_in_a_channel_are_one_request(
    stage: Stage, ana: Person
) -> None:
    eli = stage.person("discord", "Eli")
    first = Place("discord", channel="HELP", thread="1")
    await eli.says("human please", at=first, is_to_bot=True, is_opening=True)
    second = Place("discord", channel="HELP", thread="2")
    await eli.says("it is about the shelf", at=second, is_to_bot=True, is_opening=True)
    assert len(stage.threads()) == 1
    assert "it is about the shelf" in stage.in_thread()[-1]
    stage.clock.advance(timedelta(minutes=11))
    third = Place("discord", channel="HELP", thread="3")
    await eli.says("another human please", at=third, is_to_bot=True, is_opening=True)
    assert len(stage.threads()) == 2
