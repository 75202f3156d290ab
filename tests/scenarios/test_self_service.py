"""What the bot does alone: answers with their source, no guesses, and a person for the asking."""

from datetime import timedelta

import pytest

from bot.core.events import AnswersFound
from bot.core.places import Place
from bot.core.texts import plain
from bot.runtime import dispatcher
from tests.stage import Person, Stage
from tests.stage.shelf import DELIVERY, article


async def test_an_answer_comes_with_its_source_and_three_buttons(stage: Stage, dana: Person) -> None:
    await dana.says("Where is my parcel?")
    assert "two to four working days" in dana.sees[-1]
    assert dana.sees[-1].endswith("Source: When does my parcel arrive?")
    assert dana.buttons == ["That solved it", "Not what I meant", "Talk to a person"]


async def test_a_source_with_an_address_is_a_link(dana: Person) -> None:
    await dana.says("Where is my invoice?")
    assert "Source: [Where do I find my invoice?](<https://juniper.example/invoices>)" in dana.sees[-1]


async def test_what_an_article_solved_counts_as_deflected(stage: Stage, dana: Person) -> None:
    await dana.says("Where is my parcel?")
    await dana.presses("That solved it")
    assert dana.sees[-1].startswith("Glad that helped!")
    await stage.house.ticker.measure()
    assert stage.metric("article_offers", outcome="solved") == 1
    assert stage.threads() == []


async def test_the_source_stays_readable_when_the_buttons_are_used_up(dana: Person) -> None:
    await dana.says("Where is my parcel?")
    await dana.presses("That solved it")
    assert "two to four working days" in dana.sees[-2]
    assert "Source: When does my parcel arrive?" in dana.sees[-2]
    assert "✓ Solved" in dana.sees[-2]


async def test_solved_pressed_twice_in_an_instant_is_answered_once(stage: Stage, dana: Person) -> None:
    await dana.says("Where is my parcel?")
    at, button = stage.button("telegram", dana.direct, "That solved it")
    await stage.feed("telegram", dana.press(button, at), dana.press(button, at))
    assert len([seen for seen in dana.sees if seen.startswith("Glad")]) == 1


async def test_not_what_was_meant_brings_the_next_article_then_a_person(dana: Person) -> None:
    await dana.says("Where is my parcel?")
    await dana.presses("Not what I meant")
    assert "return everything within 30 days" in dana.sees[-1]
    await dana.presses("Not what I meant")
    assert "Shall I ask a person?" in dana.sees[-1]
    assert dana.buttons == ["Talk to a person"]


async def test_not_what_was_meant_is_answered_also_after_another_article_solved_something(
    stage: Stage, dana: Person
) -> None:
    await dana.says("Where is my parcel?")
    first_at, solved = stage.button("telegram", dana.direct, "That solved it")
    await dana.says("Where is my invoice?")
    await stage.feed("telegram", dana.press(solved, first_at))
    await dana.presses("Not what I meant")
    assert "Shall I ask a person?" in dana.sees[-1]


async def test_not_what_was_meant_pressed_twice_in_an_instant_looks_again_once(
    stage: Stage, dana: Person
) -> None:
    await dana.says("Where is my parcel?")
    at, button = stage.button("telegram", dana.direct, "Not what I meant")
    await stage.feed("telegram", dana.press(button, at), dana.press(button, at))
    assert "return everything within 30 days" in dana.sees[-1]
    assert len(dana.sees) == 2


async def test_an_article_that_was_wrong_is_never_offered_again(dana: Person) -> None:
    await dana.says("Where is my parcel?")
    await dana.presses("Not what I meant")
    await dana.says("I mean the parcel from Monday")
    assert "two to four working days" not in dana.sees[-1]


async def test_what_the_knowledge_does_not_cover_gets_no_guess(dana: Person) -> None:
    await dana.says("Why does the moon follow me home?")
    assert "don't have a reliable answer" in dana.sees[-1]
    assert dana.buttons == ["Talk to a person"]


async def test_yes_after_the_offer_of_a_person_is_a_yes(stage: Stage, dana: Person) -> None:
    await dana.says("Why does the moon follow me home?")
    await dana.says("yes please")
    assert "Your ticket is **#1**" in dana.sees[-1]
    assert "moon" in stage.card().title


async def test_a_search_that_fails_still_leads_to_a_person(
    stage: Stage, dana: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(dispatcher, "FIRST_PAUSE_SECONDS", 0.001)
    stage.shelf.is_broken = True
    await dana.says("Where is my parcel?")
    assert "Shall I ask a person?" in dana.sees[-1]


@pytest.mark.parametrize("hello", ["Hello!", "hi there", "Good morning", "Γεια σας", "Labdien!", "bok"])
async def test_a_hello_is_answered_with_a_hello(dana: Person, hello: str) -> None:
    await dana.says(hello)
    assert dana.sees[-1].startswith(("Hello Dana!", "Γεια σας, Dana!", "Labdien, Dana!", "Dobar dan, Dana!"))


@pytest.mark.parametrize("command", ["/nonsense", "/what\\_is@other\\_bot"])
async def test_a_command_that_nobody_knows_is_no_question_and_opens_nothing_again(
    stage: Stage, dana: Person, ana: Person, command: str
) -> None:
    await dana.says(command)
    assert plain(dana.sees[-1]).startswith(
        "I do not know that command. /support-help shows those that I know"
    )
    assert not stage.shelf.searches
    await dana.gives("human")
    assert stage.card().title == "#1 Asks for a person"
    await dana.says(command)
    assert stage.in_thread()[-1] == f"Dana: {command}", "a person may know what it means"
    await ana.gives("resolve", "1")
    await dana.says(command)
    assert stage.state() == "resolved by Ana"
    await dana.says("/nonsense is what the label says")
    assert stage.state() == "with Ana"


async def test_in_a_group_a_command_of_another_bot_is_its_business(stage: Stage, dana: Person) -> None:
    room = Place("telegram", channel="GROUP", person="UDana")
    await dana.says("/weather", at=room, is_to_bot=True)
    (told,) = stage.platform("telegram").in_place(room)
    assert "I do not know that command." in told.content.text
    await dana.says("/weather", at=room)
    assert stage.platform("telegram").in_place(room) == [told]


async def test_thanks_for_an_article_mean_that_it_solved_it(stage: Stage, dana: Person) -> None:
    await dana.says("Where is my parcel?")
    await dana.says("thanks!")
    assert dana.sees[-1].startswith("Glad that helped!")
    await stage.house.ticker.measure()
    assert stage.metric("article_offers", outcome="solved") == 1


async def test_a_file_without_words_is_offered_a_person(stage: Stage, dana: Person) -> None:
    await dana.says("", files=(dana.file("crack.jpg"),))
    assert "Shall I ask a person?" in dana.sees[-1]
    await dana.presses("Talk to a person")
    shown = stage.staff_platform.in_place(stage.thread())
    assert [file.name for one in shown for file in one.content.files] == ["crack.jpg"]


async def test_an_album_is_answered_once_and_travels_whole(stage: Stage, dana: Person) -> None:
    for number in range(4):
        await dana.says("", files=(dana.file(f"{number}.jpg"),), album="A1")
        stage.clock.advance(timedelta(milliseconds=100))
    assert dana.sees == []
    await stage.later(seconds=1)
    assert len(dana.sees) == 1
    await dana.presses("Talk to a person")
    shown = stage.staff_platform.in_place(stage.thread())
    assert [file.name for one in shown for file in one.content.files] == ["0.jpg", "1.jpg", "2.jpg", "3.jpg"]


async def test_an_album_with_words_is_answered_by_its_words(stage: Stage, dana: Person) -> None:
    await dana.says("Where is my parcel?", files=(dana.file("1.jpg"),), album="A1")
    await dana.says("", files=(dana.file("2.jpg"),), album="A1")
    await stage.later(seconds=1)
    assert len(dana.sees) == 1
    assert "two to four working days" in dana.sees[0]


@pytest.mark.parametrize(
    "words",
    [
        "I want to talk to a human please",
        "can I speak with someone?",
        "human",
        "Ich möchte mit einem Menschen sprechen",
        "želim razgovarati s osobom",
    ],
)
async def test_a_person_can_be_asked_for_in_words(stage: Stage, dana: Person, words: str) -> None:
    await dana.says("Where is my parcel?")
    await dana.says(words)
    assert "**#1**" in dana.sees[-1]
    assert "they asked for a person instead" in stage.card().footnote


async def test_an_answer_that_comes_after_the_person_was_asked_for_is_not_shown(
    stage: Stage, dana: Person
) -> None:
    stage.shelf.knows("slowly")
    await dana.says("slowly now")
    conversation = (await stage.ask(lambda work: work.conversations.at(dana.direct))).id  # type: ignore[union-attr] # it is there
    message = stage.shelf.searches[-1].message_id
    await dana.gives("human")
    seen = len(dana.sees)
    late = AnswersFound("answers:late", stage.clock.now(), conversation, message, (DELIVERY,))
    await stage.feed("telegram", late)
    assert len(dana.sees) == seen


async def test_a_question_that_was_taken_back_is_not_answered(stage: Stage, dana: Person) -> None:
    asked = dana.new_message()
    await stage.accept("telegram", dana.message(asked, "Where is my parcel?"))
    await dana.deletes(asked)
    conversation = (await stage.ask(lambda work: work.conversations.at(dana.direct))).id  # type: ignore[union-attr] # it is there
    seen = len(dana.sees)
    message = stage.shelf.searches[-1].message_id
    late = AnswersFound("answers:late", stage.clock.now(), conversation, message, (DELIVERY,))
    await stage.feed("telegram", late)
    assert len(dana.sees) == seen


async def test_solved_on_an_old_article_while_a_ticket_waits_offers_to_close_it(
    stage: Stage, dana: Person
) -> None:
    await dana.says("Where is my parcel?")
    at, solved = stage.button("telegram", dana.direct, "That solved it")
    await dana.gives("human")
    await dana.presses_this(solved, at)
    assert "#1" in dana.was_told
    await dana.presses("Close it")
    assert stage.state() == "resolved"


async def test_somebody_else_in_the_room_cannot_answer_for_the_asker(stage: Stage) -> None:
    dan, eve = stage.person("discord", "Dan"), stage.person("discord", "Eve")
    room = Place("discord", channel="HELP", thread="T77")
    await dan.says("Where is my parcel?", at=room, is_to_bot=True, is_opening=True)
    for label in ("That solved it", "Not what I meant", "Talk to a person"):
        at, button = stage.button("discord", room, label)
        await eve.presses_this(button, at)
        assert eve.was_told == "Only the person who asked can answer this."
    assert stage.threads() == []
    await dan.presses("That solved it", at=room)
    assert "Glad" in stage.platform("discord").in_place(room)[-1].content.text


async def test_markup_in_an_article_title_stays_words(stage: Stage, dana: Person) -> None:
    await stage.publishes("odd", "What is *this* [thing]?", "A thing.")
    stage.shelf.knows("odd", article("odd", "What is *this* [thing]?", "A thing."))
    await dana.says("odd question")
    await dana.presses("That solved it")
    assert "What is \\*this\\* \\[thing\\]?" in dana.sees[-2]


@pytest.mark.parametrize("words", ["yes", "yes please, a person", "ok, ask a person", "yes do that"])
async def test_taking_the_offer_of_a_person_in_words_opens_a_ticket(stage: Stage, words: str) -> None:
    dana = stage.person("telegram", "Dana")
    await dana.says("My quarkzilla wobbles")
    assert "Shall I ask a person?" in dana.sees[-1]
    await dana.says(words)
    assert "Your ticket is **#1**" in dana.sees[-1]


async def test_a_question_long_after_a_ticket_is_a_new_one(stage: Stage) -> None:
    dana, ana = stage.person("telegram", "Dana"), stage.agent("Ana")
    await dana.gives("human")
    await ana.gives("claim", "1")
    await ana.gives("resolve", "1")
    await stage.later(days=8)
    await dana.says("When does my parcel arrive?")
    assert "two to four working days" in dana.sees[-1]
    await dana.presses("Talk to a person")
    assert "#2" in dana.sees[-1]


async def test_a_wish_for_a_person_that_says_why_names_the_ticket(stage: Stage) -> None:
    dana = stage.person("telegram", "Dana")
    await dana.says("I want to talk to a person about my sinking sofa")
    assert "sinking sofa" in stage.card().title
