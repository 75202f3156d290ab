"""Several processes: who receives is a matter of the lease, and sending is a matter of nobody's."""

import asyncio
from collections.abc import Sequence

import pytest

from adapters import Cursor, LeaseLostError, alone
from adapters.discord import adapter as adapter_module
from adapters.discord import answers as answers_module
from adapters.discord import gateway as gateway_module
from adapters.discord import receive as receive_module
from bot.core.content import Button, Content, FileRef, Tone
from bot.core.events import ButtonPressed, CommandGiven, Event, MessageEdited, MessageReceived
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outcome,
    Post,
    React,
    Remove,
    SetThread,
    ThreadState,
)
from bot.core.places import Identity, Place, direct_to
from sandbox.discord import story
from tests.integration.adapters.discord.house import House, discord_place
from tests.integration.adapters.discord.processes import Baton, Houses, holding, holding_in_turn, nothing
from tests.integration.adapters.discord.test_discord_interactions import FORM

MIA = Identity("discord", "", story.MIA)


async def _lost(house: House) -> None:
    assert house.running is not None
    with pytest.raises(LeaseLostError):
        async with asyncio.timeout(10):
            await house.running
    await house.stop()


# Handing over


async def test_what_is_said_across_a_hand_over_is_heard_once_and_in_order(houses: Houses) -> None:
    baton = Baton()
    first, second = await houses.add(baton), await houses.add(baton)
    await first.start()
    second.launch()
    server, room = first.server, first.direct_chat(story.MIA)
    await server.say(story.MIA, room, "dm 0")
    await server.say(story.NOAH, story.HELP, "help 0")
    await first.intake.wait_for(MessageReceived, 2)
    baton.take_away()
    await server.say(story.MIA, room, "dm 1")
    await server.say(story.NOAH, story.HELP, "help 1")
    await _lost(first)
    post = await server.open_thread(story.NOAH, story.QUESTIONS, "Oil or wax?", "post 0")
    await second.is_ready()
    await server.say(story.MIA, room, "dm 2")
    await server.say(story.NOAH, story.HELP, "help 2")
    await server.say(story.NOAH, post, "post 1")
    events = await first.intake.wait_for(MessageReceived, 8)

    def said(place: Place) -> list[str]:
        return [event.text for event in events if event.place.lies_in(place)]

    assert said(Place("discord", channel=room)) == ["dm 0", "dm 1", "dm 2"]
    assert said(discord_place(story.HELP)) == ["help 0", "help 1", "help 2"]
    assert said(discord_place(story.QUESTIONS)) == ["**Oil or wax?**\n\npost 0", "post 1"]


async def test_what_is_told_only_once_is_stored_before_the_gateway_is_let_go(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    baton = Baton()
    house = await houses.add(baton)
    await house.start()
    await house.registered()
    message = await house.server.say(story.MIA, story.HELP, "My lamp hums")
    await house.intake.wait_for(MessageReceived)
    accept, is_slow, go_on = house.intake.accept, asyncio.Semaphore(0), asyncio.Event()

    async def accept_slowly(events: Sequence[Event], *, cursor: Cursor | None = None) -> None:
        is_slow.release()
        await go_on.wait()
        await accept(events, cursor=cursor)

    monkeypatch.setattr(house.intake, "accept", accept_slowly)
    await house.server.edit(story.MIA, story.HELP, message, "My lamp hums a song")
    giving = asyncio.create_task(house.server.command(story.MIA, house.direct_chat(story.MIA), "help"))
    await is_slow.acquire()
    await is_slow.acquire()
    baton.take_away()
    asyncio.get_running_loop().call_later(0.1, go_on.set)
    await _lost(house)
    await giving
    assert len(house.intake.of(MessageEdited)) == len(house.intake.of(CommandGiven)) == 1


async def test_it_is_handed_back_and_the_cursors_of_the_other_process_count(houses: Houses) -> None:
    baton = Baton()
    first, second = await houses.add(baton), await houses.add(baton)
    await first.start()
    second.launch()
    await first.server.say(story.MIA, story.HELP, "0")
    await first.intake.wait_for(MessageReceived)
    baton.take_away()
    await _lost(first)
    await second.is_ready()
    await first.server.say(story.MIA, story.HELP, "1")
    await first.intake.wait_for(MessageReceived, 2)
    first.rebuild()
    first.launch()
    baton.take_away()
    await _lost(second)
    await first.is_ready()
    await first.server.say(story.MIA, story.HELP, "2")
    events = await first.intake.wait_for(MessageReceived, 3)
    assert [(event.text, event.is_backfilled) for event in events] == [
        ("0", False),
        ("1", False),
        ("2", False),
    ]


async def test_one_process_begins_a_session_at_a_time(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "IDENTIFY_PAUSE_SECONDS", 3_600)
    baton = Baton()
    first = await houses.add(holding_in_turn(0, baton), shards=2)
    second = await houses.add(holding_in_turn(1, baton), shards=2)
    await first.start()
    await baton.asked.acquire()
    second.launch()
    async with asyncio.timeout(15):
        await baton.asked.acquire()
    await first.server.say(story.MIA, first.direct_chat(story.MIA), "Are you here?")
    await first.intake.wait_for(MessageReceived)
    assert not second.ready.is_set()
    await first.stop()
    await second.is_ready()


@pytest.mark.parametrize("pause", [0, 3_600])
async def test_the_sessions_of_one_process_begin_one_after_another(
    pause: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gateway_module, "IDENTIFY_PAUSE_SECONDS", pause)
    turnstile = gateway_module.Turnstile(alone)
    await turnstile.wait()
    following = asyncio.create_task(turnstile.wait())
    for _ in range(20):
        await asyncio.sleep(0)
    assert following.done() is (pause == 0)
    following.cancel()
    await turnstile.close()


async def test_a_new_session_registers_no_commands_beside_the_one_before(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def is_not_taken(*_: object) -> bool:
        return False

    def registering() -> list[asyncio.Task[object]]:
        return [one for one in asyncio.all_tasks() if one.get_name() == "discord commands"]

    monkeypatch.setattr(adapter_module, "register", is_not_taken)
    monkeypatch.setattr(gateway_module, "IDENTIFY_PAUSE_SECONDS", 0)
    house = await houses.add(alone)
    await house.start()
    await house.server.say(story.MIA, story.HELP, "before")
    await house.intake.wait_for(MessageReceived)
    assert len(registering()) == 1
    await house.server.invalidate_session()
    await house.server.say(story.MIA, story.HELP, "meanwhile")
    await house.intake.wait_for(MessageReceived, 2)
    assert len(registering()) == 1
    await house.stop()
    assert registering() == []


async def test_a_process_that_only_waits_is_signed_in_and_has_no_session(houses: Houses) -> None:
    house = await houses.add(nothing)
    house.launch()
    await house.send(Post(direct_to(MIA), Content("Hello")))
    assert not house.server.is_connected
    assert not house.ready.is_set()


async def test_what_a_waiting_process_says_first_is_answered_into_the_gap_and_found(houses: Houses) -> None:
    baton = Baton()
    first, second = await houses.add(baton), await houses.add(baton)
    await first.start()
    second.launch()
    await second.send(Post(direct_to(Identity("discord", "", story.OLA)), Content("Can you help out?")))
    baton.take_away()
    await first.server.say(story.OLA, first.direct_chat(story.OLA), "Gladly")
    await _lost(first)
    [event] = await first.intake.wait_for(MessageReceived)
    assert event.text == "Gladly"


async def test_speaking_again_in_a_direct_chat_hides_no_answer_that_nobody_heard(houses: Houses) -> None:
    ola = direct_to(Identity("discord", "", story.OLA))
    first = await houses.add(holding(0))
    await first.start()
    await first.send(Post(ola, Content("Can you help out?")))
    await first.stop()
    await first.server.say(story.OLA, first.direct_chat(story.OLA), "Gladly")
    sender = await houses.add(nothing)
    sender.launch()
    await sender.send(Post(ola, Content("Are you there?")), key="another")
    second = await houses.add(holding(0))
    await second.start()
    [event] = await first.intake.wait_for(MessageReceived)
    assert event.text == "Gladly"


async def test_sending_while_nobody_listens_hides_nothing_that_was_said_before(houses: Houses) -> None:
    first = await houses.add(holding(0))
    await first.start()
    await first.stop()
    first.world.clock.advance(60)
    await first.server.open_thread(story.NOAH, story.QUESTIONS, "Oil or wax?", "In the gap")
    first.world.clock.advance(60)
    sender = await houses.add(nothing)
    sender.launch()
    await sender.send(Post(direct_to(Identity("discord", "", story.OLA)), Content("Can you help out?")))
    second = await houses.add(holding(0))
    await second.start()
    [event] = await first.intake.wait_for(MessageReceived)
    assert event.text == "**Oil or wax?**\n\nIn the gap"


async def test_what_was_said_before_another_process_spoke_is_found(houses: Houses) -> None:
    ola = direct_to(Identity("discord", "", story.OLA))
    first, second = await houses.add(nothing), await houses.add(nothing)
    for one in (first, second):
        one.launch()
    await first.send(Post(ola, Content("Can you help out?")))
    await first.server.say(story.OLA, first.direct_chat(story.OLA), "Gladly")
    await second.send(Post(ola, Content("Are you there?")), key="2")
    await (await houses.add(holding(0))).start()
    [event] = await first.intake.wait_for(MessageReceived)
    assert event.text == "Gladly"


async def test_it_is_noted_now_and_then_up_to_when_everything_was_heard(
    houses: Houses, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await houses.add(holding(0))
    await house.start()
    began_at = int(house.intake.positions["session"])
    monkeypatch.setattr(receive_module, "NOTED_EVERY_SECONDS", 0.0)
    house.world.clock.advance(3600)
    message = await house.server.say(story.MIA, story.OFF_TOPIC, "nothing for us")
    async with asyncio.timeout(10):
        while int(house.intake.positions["session"]) <= began_at:
            await asyncio.sleep(0.01)
    assert int(house.intake.positions["session"]) < int(message)


# Sending without a gateway


@pytest.fixture
async def receiver(houses: Houses) -> House:
    house = await houses.add(holding(0))
    await house.start()
    return house


@pytest.fixture
async def sender(receiver: House, houses: Houses) -> House:
    """A process that never had a gateway."""
    house = await houses.add(nothing)
    house.launch()
    return house


async def test_messages_and_threads_from_a_process_without_a_gateway(receiver: House, sender: House) -> None:
    said = sender.seen(await sender.send(Post(discord_place(story.OFF_TOPIC), Content("News"))))
    assert [one.text for one in said] == ["News"]
    await sender.server.say(story.MIA, story.HELP, "My **lamp** hums")
    [asked] = await receiver.intake.wait_for(MessageReceived)
    answered = await sender.send(Post(asked.place, Content("Which one?")))
    assert answered.messages[0].place == asked.place
    [thread] = [one for one in sender.server.rooms(story.MIA) if one.id == asked.place.thread]
    assert (thread.name, thread.parent) == ("My lamp hums", story.HELP)
    edited = await sender.send(Edit(answered.messages, Content("Which of the two?")))
    assert [one.text for one in sender.seen(edited)] == ["Which of the two?"]
    await sender.send(React(asked.message, "👍", is_on=True))
    await sender.send(Mark(asked.message, Outcome.SENT))
    [question] = sender.server.messages(story.MIA, story.HELP)
    assert [one.emoji for one in question.reactions] == ["👍", "✅"]
    await sender.send(Remove(answered.messages))
    left = sender.server.messages(story.MIA, asked.place.thread)
    assert answered.messages[0].id not in [one.id for one in left]


async def test_the_staff_forum_from_a_process_without_a_gateway(sender: House) -> None:
    card = Content(
        "My lamp hums", title="#1 Lamp", tone=Tone.WAITING, buttons=(Button("Claim", "claim", "1"),)
    )
    opened = await sender.send(OpenThread(discord_place(story.SUPPORT_DESK), "#1 Lamp", card))
    assert opened.place is not None
    done = SetThread(opened.place, opened.messages[0], "#1 Lamp", card, ThreadState.RESOLVED)
    assert (await sender.send(done)).messages == opened.messages
    announced = await sender.send(Post(discord_place(story.SUPPORT_DESK), Content("Welcome, Ines")))
    seen = sender.seen(announced, story.SAM)
    assert [one.text for one in seen] == ["Welcome, Ines"]


async def test_direct_messages_and_files_from_a_process_without_a_gateway(sender: House) -> None:
    sender.files = {"a": b"a" * 300_000}
    file = FileRef("slack", "a", "a.png", size_bytes=300_000)
    receipt = await sender.send(Post(direct_to(MIA), Content("See", files=(file,))))
    in_guild = await sender.send(Post(discord_place(story.OFF_TOPIC), Content("See", files=(file,))))
    assert [one.files[0].size for one in sender.seen(receipt) + sender.seen(in_guild)] == [300_000, 300_000]
    [message] = sender.seen(receipt)
    reference = FileRef("discord", f"{message.room}/{message.id}/{message.files[0].id}", "a.png")
    async with sender.adapter.open_file(reference) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == b"a" * 300_000


async def test_an_interaction_is_answered_by_another_process_in_time(receiver: House, sender: House) -> None:
    await receiver.registered()
    room = receiver.direct_chat(story.MIA)
    giving = asyncio.create_task(sender.server.command(story.MIA, room, "help"))
    [event] = await receiver.intake.wait_for(CommandGiven)
    await sender.send(Answer(event.place, MIA, Content("Here it is"), event.handle))
    await giving
    await asyncio.sleep(answers_module.PUT_OFF_AFTER_SECONDS)
    await sender.server.settle()
    assert [one.text for one in sender.server.messages(story.MIA, room) if one.is_private] == ["Here it is"]
    assert not receiver.reported("discord.defer_failed")


@pytest.mark.parametrize("is_private", [True, False], ids=["for one", "for all"])
async def test_what_one_process_put_off_another_one_answers(
    receiver: House, sender: House, is_private: bool
) -> None:
    await receiver.registered()
    post = await sender.server.open_thread(story.MIA, story.QUESTIONS, "Oil or wax?", "For an oak table")
    await sender.server.command(story.MIA, post, "help")
    [event] = await receiver.intake.wait_for(CommandGiven)
    await sender.send(Answer(event.place, MIA, Content("Here it is"), event.handle, is_private=is_private))
    said = sender.server.messages(story.MIA, post)[1:]
    assert [(one.text, one.is_private) for one in said] == [("Here it is", is_private)]


async def test_a_form_is_opened_by_another_process(receiver: House, sender: House) -> None:
    button = Button("Call me", "callback", "7")
    sent = await sender.send(Post(discord_place(story.OFF_TOPIC), Content("Choose", buttons=(button,))))
    message = sent.messages[0].id
    pressing = asyncio.create_task(sender.server.press(story.MIA, story.OFF_TOPIC, message, "callback:7"))
    [press] = await receiver.intake.wait_for(ButtonPressed)
    await sender.send(OpenForm(press.place, MIA, FORM, press.handle))
    await pressing
    form = sender.server.form(story.MIA)
    assert form is not None
    assert form.title == "Call me back"
