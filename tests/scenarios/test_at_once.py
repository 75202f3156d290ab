"""What happens in the same instant, twice, late or in the wrong order."""

import asyncio
from datetime import timedelta
from pathlib import Path

from msgspec.structs import replace

from bot.core.conversation import Direction
from bot.core.events import MessageDeleted, MessageEdited
from bot.core.places import Place
from storage import UnitOfWork
from tests.stage import Person, Stage, open_stage


async def test_two_first_messages_in_one_instant_make_one_conversation_one_ticket_one_thread(
    stage: Stage,
) -> None:
    people = [stage.person("telegram", f"P{number}") for number in range(10)]
    await asyncio.gather(
        *(
            stage.accept("telegram", one.message(one.new_message(), text))
            for one in people
            for text in ("I want to talk to a human", "can I speak to a person?")
        )
    )
    await stage.settle()
    assert len(stage.threads()) == 10
    for number, one in enumerate(people, start=1):
        opened = [seen for seen in one.sees if "I have asked our team to help you" in seen]
        assert len(opened) == 1, number
    shown = str([stage.in_thread(number) for number in range(1, 11)])
    assert shown.count(":** I want to talk to a human") == 10
    assert shown.count("can I speak to a person?") == 10


async def test_a_message_that_comes_twice_is_handled_once(stage: Stage, dana: Person, ana: Person) -> None:
    await dana.gives("ticket", "my shelf")
    event = dana.message(dana.new_message(), "once only")
    await asyncio.gather(*(stage.accept("telegram", event) for _ in range(5)))
    await stage.settle()
    assert str(stage.in_thread()).count("once only") == 1
    assert stage.metric("event_repeats_total", platform="telegram") == 4


async def test_the_same_message_under_another_event_id_is_handled_once(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("ticket", "my shelf")
    event = dana.message(dana.new_message(), "once only")
    await stage.feed("telegram", event, replace(event, id="telegram:other-id"))
    assert str(stage.in_thread()).count("once only") == 1
    await ana.gives("claim", "1")
    reply = ana.message(ana.new_message(stage.thread()), "to the customer, once")
    await stage.feed("slack", reply, replace(reply, id="slack:other-id"))
    assert str(dana.sees).count("to the customer, once") == 1


async def test_a_button_whose_press_is_delivered_twice_acts_once(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("human")
    at, button = stage.button("slack", stage.thread(), "Claim")
    press = ana.press(button, at)
    await stage.feed("slack", press, press)
    assert len(ana.answers) == 1


async def test_hundred_agents_claim_at_once_and_exactly_one_wins(stage: Stage, dana: Person) -> None:
    await dana.gives("human")
    agents = [stage.agent(f"A{number}") for number in range(100)]
    await asyncio.gather(*(stage.accept("slack", one.command("claim", "1")) for one in agents))
    await stage.settle()
    winners = [one for one in agents if "is yours" in one.was_told]
    assert len(winners) == 1
    losers = {one.was_told for one in agents if one is not winners[0]}
    assert losers == {f"**{winners[0].name}** was first: ticket #1 is with them."}
    assert len([seen for seen in dana.sees if "is helping you now" in seen]) == 1
    assert stage.state() == f"with {winners[0].name}"


async def test_everyone_who_claims_the_longest_wait_at_once_gets_another_one(stage: Stage) -> None:
    people = [stage.person("telegram", f"P{number}") for number in range(5)]
    for one in people:
        await one.gives("human")
    agents = [stage.agent(f"A{number}") for number in range(6)]
    await asyncio.gather(*(stage.accept("slack", one.command("claim")) for one in agents))
    await stage.settle()
    told = sorted(one.was_told for one in agents)
    assert sum("is yours" in text for text in told) == 5
    assert told[0] == "Nobody is waiting. Well done, everyone!"
    helped = {one.sees[-1] for one in people}
    assert len(helped) == 5


async def test_two_processes_that_hear_the_same_person_at_once_make_one_conversation_and_one_ticket(
    postgresql_url: str, articles: Path
) -> None:
    async with (
        open_stage(postgresql_url, articles) as one,
        open_stage(postgresql_url, articles, after=one) as two,
    ):
        dana = one.person("telegram", "Dana")
        for _ in range(3):
            first = dana.message(dana.new_message(), "I want to talk to a human")
            second = dana.message(dana.new_message(), "can I speak to a person?")
            await asyncio.gather(
                one.accept("telegram", first), two.accept("telegram", second), two.accept("telegram", first)
            )
        one.clock.advance(timedelta(seconds=2))
        for stage in (one, two, one):
            await stage.house.ticker.tick()
            await stage.settle()
        assert len([seen for seen in dana.sees if "I have asked our team to help you" in seen]) == 1
        counts = await one.ask(lambda work: work.queue.counts())
        assert counts.waiting == 1

        def said(work: UnitOfWork) -> list[str]:
            conversation = work.conversations.at(dana.direct)
            assert conversation is not None
            history = work.messages.history(conversation.id, limit=100)
            return sorted(one.text for one in history if one.direction is Direction.INCOMING)

        assert await two.ask(said) == ["I want to talk to a human"] * 3 + ["can I speak to a person?"] * 3


async def test_an_edit_that_comes_before_its_message_is_not_lost(stage: Stage, dana: Person) -> None:
    await dana.gives("human")
    at = dana.new_message()
    await stage.feed(
        "telegram", MessageEdited("telegram:edit:early", stage.clock.now(), at, dana.author, "better words")
    )
    await dana.does(dana.message(at, "first words"))
    assert stage.in_thread()[-1] == "Dana: better words"


async def test_edits_that_come_before_their_message_keep_their_order(stage: Stage, dana: Person) -> None:
    await dana.gives("human")
    at = dana.new_message()
    for number in (1, 2, 3):
        event = MessageEdited(
            f"telegram:edit:{number}", stage.clock.now(), at, dana.author, f"edition {number}"
        )
        await stage.feed("telegram", event)
        await stage.later(seconds=2)
    await dana.does(dana.message(at, "first words"))
    for _ in range(6):
        await stage.later(seconds=20)
    assert stage.in_thread()[-1] == "Dana: edition 3"


async def test_a_deletion_that_comes_before_its_message_is_not_lost(
    stage: Stage, dana: Person, ana: Person
) -> None:
    await dana.gives("human")
    await ana.gives("claim", "1")
    at = ana.new_message(stage.thread())
    await stage.feed("slack", MessageDeleted("slack:delete:early", stage.clock.now(), at))
    await ana.does(ana.message(at, "oops, wrong window"))
    await stage.later(seconds=2)
    assert "oops" not in str(dana.sees)


async def test_an_edit_of_something_unknown_holds_nobody_up(stage: Stage, dana: Person) -> None:
    await dana.gives("human")
    await dana.edits(dana.new_message(), "an edit of a message that the bot never saw")
    await dana.says("and here is my question")
    assert "and here is my question" in stage.in_thread()[-1]
    for _ in range(6):
        await stage.later(minutes=2)
    counts = await stage.ask(lambda work: work.intake.counts())
    assert counts == {}


async def test_a_message_that_comes_late_stands_in_the_conversation(
    stage: Stage, dana: Person, ana: Person
) -> None:
    late = dana.message(dana.new_message(), "said before, delivered after")
    stage.clock.advance(timedelta(minutes=10))
    await dana.gives("human")
    await stage.feed("telegram", replace(late, is_backfilled=True))
    assert "said before, delivered after" in stage.in_thread()[-1]


async def test_somebody_who_writes_and_edits_at_once_is_shown_as_edited(stage: Stage, dana: Person) -> None:
    await dana.gives("human")
    at = dana.new_message()
    edit = MessageEdited("telegram:edit:quick", stage.clock.now(), at, dana.author, "second thought")
    await stage.feed("telegram", dana.message(at, "first thought"), edit)
    assert stage.in_thread()[-1] == "Dana: second thought"


async def test_a_direct_chat_that_is_opened_from_both_sides_at_once_is_one_conversation(stage: Stage) -> None:
    eli, ana = stage.person("discord", "Eli"), stage.agent("Ana")
    stage.platform("discord").gate = asyncio.Event()
    room = Place("discord", channel="ROOM")
    await stage.accept("discord", eli.command("human", at=room))
    await stage.accept("discord", eli.message(eli.new_message(), "it is about my shelf"))
    stage.platform("discord").gate.set()
    await stage.settle()
    assert len(stage.threads()) == 1
    assert "it is about my shelf" in stage.in_thread()[-1]
    await ana.gives("claim", "1")
    await ana.says("Hello Eli", at=stage.thread())
    assert eli.sees[-1] == "Ana: Hello Eli"
    await eli.says("hello Ana")
    assert "hello Ana" in stage.in_thread()[-1]
