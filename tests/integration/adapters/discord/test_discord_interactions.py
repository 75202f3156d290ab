"""Commands, buttons, forms and context menus, and the three seconds there are to answer them."""

import asyncio
from typing import Any

import aiohttp
import pytest

from adapters.discord import adapter as adapter_module
from adapters.discord import answers as answers_module
from adapters.discord.callbacks import Callbacks
from bot.core.content import Button, Content, FieldKind, FileRef, Form, FormField
from bot.core.events import ButtonPressed, CommandGiven, FormSubmitted, Handle, ShortcutUsed
from bot.core.outgoing import Answer, Edit, OpenForm, OpenThread, Post, SendError
from bot.core.places import Identity, MessageAt, Place
from sandbox.discord import story
from sandbox.surface import Message, SurfaceError
from tests.integration.adapters.discord.house import COMMANDS, House, discord_place

FORM = Form(
    "callback",
    "Call me back",
    "Send",
    (
        FormField("number", "Your number"),
        FormField("why", "What is it about?", FieldKind.PARAGRAPH, is_required=False, value="My sofa"),
    ),
    subject="7",
)


@pytest.fixture
async def house(house: House) -> House:
    await house.registered()
    return house


def _identity(person: str) -> Identity:
    return Identity("discord", "", person)


def _private(house: House, person: str, room: str) -> list[Message]:
    return [one for one in house.server.messages(person, room) if one.is_private]


async def _buttons_in(house: House, room: str, *buttons: Button) -> str:
    receipt = await house.send(Post(discord_place(room), Content("Choose", buttons=buttons)))
    return receipt.messages[0].id


async def _answer(
    house: House, event: CommandGiven | ButtonPressed | FormSubmitted | ShortcutUsed, content: Content,
    *, is_private: bool = True, key: str = "", is_uncertain: bool = False,
) -> tuple[MessageAt, ...]:  # fmt: skip
    answer = Answer(event.place, event.author.identity, content, event.handle, is_private)
    return (await house.send(answer, key=key, is_uncertain=is_uncertain)).messages


async def test_the_commands_of_the_house_are_offered_and_are_registered_once(house: House) -> None:
    offered = {one.name: one for one in house.server.commands(story.MIA, story.HELP)}
    assert set(offered) == {command.name for command in COMMANDS}
    [ticket] = offered["claim"].options
    assert (ticket["name"], ticket["required"], ticket["autocomplete"]) == ("ticket", False, True)
    assert {one.name for one in house.server.shortcuts(story.MIA)} == {"Open a ticket", "Add as note"}
    assert house.server.commands(story.MIA, house.direct_chat(story.MIA))
    await house.restart()
    await house.server.settle()
    assert len(house.reported("discord.commands_registered")) == 1
    await house.change(commands=COMMANDS[:1], command_prefix="ah-")
    async with asyncio.timeout(10):
        while [one.name for one in house.server.commands(story.MIA, story.HELP)] != ["ah-human"]:
            await asyncio.sleep(0.01)
    await house.server.command(story.MIA, house.direct_chat(story.MIA), "ah-human")
    assert house.intake.of(CommandGiven)[0].name == "human"


async def test_a_command_is_stored_and_answered_in_private(house: House) -> None:
    post = await house.server.open_thread(story.MIA, story.QUESTIONS, "Oil or wax?", "For an oak table")
    giving = asyncio.create_task(house.server.command(story.MIA, post, "human"))
    [event] = await house.intake.wait_for(CommandGiven)
    assert event.place == discord_place(story.QUESTIONS, post)
    assert (event.author.language, event.author.name) == ("en", "Mia Wong")
    assert await _answer(house, event, Content("You are **first**")) == ()
    await giving
    [answer] = _private(house, story.MIA, post)
    assert answer.text == "You are **first**"
    assert _private(house, story.NOAH, post) == []


async def test_options_become_one_line_of_arguments(house: House) -> None:
    post = await house.server.open_thread(story.SAM, story.SUPPORT_DESK, "Stock", "x")
    await house.server.command(story.SAM, post, "sos", "call too many sofas")
    [event] = await house.intake.wait_for(CommandGiven)
    assert (event.name, event.arguments) == ("sos", "call too many sofas")
    assert event.author.is_in_staff_space is True


async def test_an_answer_that_takes_long_is_put_off_in_time_and_given_later(house: House) -> None:
    room = house.direct_chat(story.MIA)
    await house.server.command(story.MIA, room, "help")
    [waiting] = _private(house, story.MIA, room)
    assert "thinking" in waiting.text
    await _answer(house, house.intake.of(CommandGiven)[0], Content("Here it is"))
    await _answer(house, house.intake.of(CommandGiven)[0], Content("And more"))
    assert [one.text for one in _private(house, story.MIA, room)] == ["Here it is", "And more"]


async def test_an_answer_for_all_after_a_private_wait_is_seen_by_all(house: House) -> None:
    post = await house.server.open_thread(story.MIA, story.QUESTIONS, "Oil or wax?", "For an oak table")
    await house.server.command(story.MIA, post, "help")
    [event] = await house.intake.wait_for(CommandGiven)
    messages = await _answer(house, event, Content("For all"), is_private=False)
    assert _private(house, story.MIA, post) == []
    assert house.server.messages(story.NOAH, post)[-1].text == "For all"
    assert messages[0].place == event.place


async def test_a_public_answer_in_time_can_be_edited_later(house: House) -> None:
    post = await house.server.open_thread(story.MIA, story.QUESTIONS, "Oil or wax?", "For an oak table")
    giving = asyncio.create_task(house.server.command(story.MIA, post, "help"))
    [event] = await house.intake.wait_for(CommandGiven)
    [at] = await _answer(house, event, Content("For all"), is_private=False)
    await giving
    assert at == MessageAt(event.place, house.server.messages(story.NOAH, post)[-1].id)


async def test_an_answer_can_be_given_by_the_next_process(house: House) -> None:
    room = house.direct_chat(story.MIA)
    await house.server.command(story.MIA, room, "help")
    [event] = await house.intake.wait_for(CommandGiven)
    await house.restart()
    await _answer(house, event, Content("Here it is"))
    assert [one.text for one in _private(house, story.MIA, room)] == ["Here it is"]


async def test_a_process_that_ends_leaves_no_command_hanging(house: House) -> None:
    room = house.direct_chat(story.MIA)
    giving = asyncio.create_task(house.server.command(story.MIA, room, "help"))
    [event] = await house.intake.wait_for(CommandGiven)
    await house.restart()
    await giving
    await _answer(house, event, Content("Here it is"))
    assert [one.text for one in _private(house, story.MIA, room)] == ["Here it is"]


async def test_an_answer_after_a_quarter_of_an_hour_goes_to_the_direct_chat(house: House) -> None:
    post = await house.server.open_thread(story.MIA, story.QUESTIONS, "Oil or wax?", "For an oak table")
    await house.server.command(story.MIA, post, "help")
    [event] = await house.intake.wait_for(CommandGiven)
    house.world.clock.advance(16 * 60)
    await _answer(house, event, Content("Late, but here"))
    await _answer(house, event, Content("For all"), is_private=False)
    assert house.server.messages(story.MIA, house.direct_chat(story.MIA))[-1].text == "Late, but here"
    assert house.server.messages(story.NOAH, post)[-1].text == "For all"


async def test_a_handle_of_another_making_is_no_reason_to_fail(house: House) -> None:
    answer = Answer(
        discord_place(story.HELP), _identity(story.MIA), Content("Hello"), Handle("discord", '["x"]')
    )
    await house.send(answer)
    assert house.server.messages(story.MIA, house.direct_chat(story.MIA))[-1].text == "Hello"


async def test_a_long_answer_with_a_file_arrives_in_parts(house: House) -> None:
    house.files = {"a": b"a"}
    room = house.direct_chat(story.MIA)
    giving = asyncio.create_task(house.server.command(story.MIA, room, "help"))
    [event] = await house.intake.wait_for(CommandGiven)
    text = "\n\n".join("word " * words for words in (350, 200))
    await _answer(house, event, Content(text, files=(FileRef("slack", "a", "a.txt", size_bytes=1),)))
    await giving
    first, second = _private(house, story.MIA, room)
    assert [one.name for one in second.files] == ["a.txt"]
    assert first.files == ()


async def test_an_answer_whose_reply_got_lost_is_not_given_twice(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    respond = Callbacks.respond

    async def respond_into_the_void(self: Callbacks, *args: Any, **kwargs: Any) -> None:
        monkeypatch.setattr(Callbacks, "respond", respond)
        await respond(self, *args, **kwargs)
        raise aiohttp.ServerDisconnectedError

    monkeypatch.setattr(Callbacks, "respond", respond_into_the_void)
    room = house.direct_chat(story.MIA)
    giving = asyncio.create_task(house.server.command(story.MIA, room, "help"))
    [event] = await house.intake.wait_for(CommandGiven)
    with pytest.raises(SendError) as raised:
        await _answer(house, event, Content("Once"), key="k1")
    assert raised.value.is_uncertain
    await _answer(house, event, Content("Once"), key="k1", is_uncertain=True)
    await giving
    assert [one.text for one in _private(house, story.MIA, room)] == ["Once"]


async def test_buttons_work_after_a_restart_and_are_answered_without_touching_their_message(
    house: House,
) -> None:
    message = await _buttons_in(house, story.OFF_TOPIC, Button("Claim", "claim", "12"))
    await house.restart()
    pressing = asyncio.create_task(house.server.press(story.SAM, story.OFF_TOPIC, message, "claim:12"))
    [event] = await house.intake.wait_for(ButtonPressed)
    assert (event.action, event.subject) == ("claim", "12")
    assert event.message == MessageAt(discord_place(story.OFF_TOPIC, message), message)
    await _answer(house, event, Content("It is yours"))
    await pressing
    shown = house.server.messages(story.SAM, story.OFF_TOPIC)
    assert [(one.text, one.is_private) for one in shown] == [("Choose", False), ("It is yours", True)]


async def test_a_button_nobody_answers_is_quietly_acknowledged(house: House) -> None:
    message = await _buttons_in(house, story.OFF_TOPIC, Button("Solved", "solved", "3"))
    await house.server.press(story.MIA, story.OFF_TOPIC, message, "solved:3")
    [shown] = house.server.messages(story.MIA, story.OFF_TOPIC)
    assert shown.text == "Choose"
    await _answer(house, house.intake.of(ButtonPressed)[0], Content("Glad to hear"))
    assert [one.text for one in _private(house, story.MIA, story.OFF_TOPIC)] == ["Glad to hear"]


async def test_a_button_on_a_private_answer_names_no_message(house: House) -> None:
    room = house.direct_chat(story.MIA)
    giving = asyncio.create_task(house.server.command(story.MIA, room, "help"))
    [event] = await house.intake.wait_for(CommandGiven)
    await _answer(house, event, Content("Pick", buttons=(Button("A person", "human", ""),)))
    await giving
    [answer] = _private(house, story.MIA, room)
    await house.server.press(story.MIA, room, answer.id, "human:")
    [press] = await house.intake.wait_for(ButtonPressed)
    assert (press.action, press.subject, press.message) == ("human", "", None)


async def test_who_can_see_the_staff_forum_is_staff_everywhere(house: House) -> None:
    message = await _buttons_in(house, story.OFF_TOPIC, Button("Claim", "claim", "1"))
    server = house.server
    await asyncio.gather(
        *(server.press(person, story.OFF_TOPIC, message, "claim:1") for person in (story.SAM, story.MIA)),
        *(server.command(person, house.direct_chat(person), "claim") for person in (story.INES, story.NOAH)),
    )
    found = [press.author for press in house.intake.of(ButtonPressed)]
    found += [command.author for command in house.intake.of(CommandGiven)]
    is_staff = {author.identity.external_id: author.is_in_staff_space for author in found}
    assert is_staff == {story.SAM: True, story.INES: True, story.MIA: False, story.NOAH: False}


async def test_colleagues_are_those_who_can_see_their_channel(house: House) -> None:
    await house.change(
        colleague_places=(discord_place(story.SUPPORT_DESK),), staff_space=Place("slack", channel="C1")
    )
    people = (story.SAM, story.MIA)
    await asyncio.gather(
        *(house.server.command(person, house.direct_chat(person), "claim") for person in people)
    )
    sam, mia = sorted(house.intake.of(CommandGiven), key=lambda one: one.author.name, reverse=True)
    assert (sam.author.is_colleague, mia.author.is_colleague) == (True, False)
    assert sam.author.is_in_staff_space is None


async def test_a_command_in_the_open_channel_has_no_thread_yet(house: House) -> None:
    await house.server.command(story.MIA, story.HELP, "human")
    [event] = await house.intake.wait_for(CommandGiven)
    assert event.place == discord_place(story.HELP)


async def test_a_form_opens_and_comes_back(house: House) -> None:
    message = await _buttons_in(house, story.OFF_TOPIC, Button("Call me", "callback", "7"))
    pressing = asyncio.create_task(house.server.press(story.MIA, story.OFF_TOPIC, message, "callback:7"))
    [press] = await house.intake.wait_for(ButtonPressed)
    await house.send(OpenForm(press.place, press.author.identity, FORM, press.handle))
    await pressing
    form = house.server.form(story.MIA)
    assert form is not None
    assert (form.title, [one.value for one in form.fields]) == ("Call me back", ["", "My sofa"])
    submitting = asyncio.create_task(house.server.submit(story.MIA, form.id, {"number": "0123"}))
    [event] = await house.intake.wait_for(FormSubmitted)
    assert (event.name, event.subject) == ("callback", "7")
    assert event.values == {"number": "0123", "why": "My sofa"}
    assert event.place == press.place
    await _answer(house, event, Content("We will call"))
    await submitting
    assert [one.text for one in _private(house, story.MIA, story.OFF_TOPIC)] == ["We will call"]


async def test_a_form_may_have_a_choice(house: House) -> None:
    choice = FormField("topic", "Topic", FieldKind.CHOICE, options=(("a", "Sofa"), ("b", "Lamp")), value="b")
    form = Form("ticket", "New ticket", "Send", (choice, FormField("text", "What happened?")))
    giving = asyncio.create_task(house.server.command(story.MIA, house.direct_chat(story.MIA), "help"))
    [command] = await house.intake.wait_for(CommandGiven)
    await house.send(OpenForm(command.place, command.author.identity, form, command.handle))
    await giving
    shown = house.server.form(story.MIA)
    assert shown is not None
    await house.server.submit(story.MIA, shown.id, {"text": "It fell"})
    [event] = await house.intake.wait_for(FormSubmitted)
    assert event.values == {"topic": "b", "text": "It fell"}


async def test_a_form_that_comes_too_late_asks_to_press_again(house: House) -> None:
    message = await _buttons_in(house, story.OFF_TOPIC, Button("Call me", "callback", "7"))
    await house.server.press(story.MIA, story.OFF_TOPIC, message, "callback:7")
    [press] = await house.intake.wait_for(ButtonPressed)
    await house.send(OpenForm(press.place, press.author.identity, FORM, press.handle))
    [hint] = _private(house, story.MIA, story.OFF_TOPIC)
    assert [(one.label, one.id) for one in hint.buttons] == [("Call me back", "callback:7")]


async def test_without_an_interaction_the_first_question_is_asked_in_words(house: House) -> None:
    place = Place("discord", channel=house.direct_chat(story.MIA), is_direct=True)
    await house.send(OpenForm(place, _identity(story.MIA), FORM))
    assert house.server.messages(story.MIA, place.channel)[-1].text == "**Call me back**\n\nYour number"


async def test_context_menus_name_the_message_they_were_opened_on(house: House) -> None:
    message = await house.server.say(story.MIA, story.HELP, "My **lamp** hums")
    await house.server.shortcut(story.SAM, story.HELP, message, "Open a ticket")
    [event] = await house.intake.wait_for(ShortcutUsed)
    assert (event.name, event.text) == ("open_ticket", "My **lamp** hums")
    assert event.place == discord_place(story.HELP, message)
    assert event.message == MessageAt(event.place, message)
    assert (event.author.name, event.message_author.name) == ("Sam Doyle", "Mia Wong")
    assert event.author.is_in_staff_space is True


async def test_a_note_from_a_message_in_the_staff_thread(house: House) -> None:
    opened = await house.send(
        OpenThread(discord_place(story.SUPPORT_DESK), "#1", Content("Card", title="#1"))
    )
    assert opened.place is not None
    message = await house.server.say(story.INES, opened.place.thread, "He called twice")
    await house.server.shortcut(story.SAM, opened.place.thread, message, "Add as note")
    [event] = await house.intake.wait_for(ShortcutUsed)
    assert (event.name, event.place) == ("add_note", opened.place)
    assert event.message_author.is_in_staff_space is True


async def test_arguments_are_completed_while_they_are_typed(house: House) -> None:
    room = house.direct_chat(story.SAM)
    offered = await house.server.complete(story.SAM, room, "claim", "ticket", "so")
    assert offered == [("waiting_tickets:so", "#1 Where is my sofa?")]
    house.intake.offers = [(str(n), "x" * 200) for n in range(40)]
    assert len(await house.server.complete(story.SAM, room, "claim", "ticket", "")) == 25


async def test_a_completion_that_fails_offers_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def fail(*_: object) -> list[tuple[str, str]]:
        raise RuntimeError

    monkeypatch.setattr(house.intake, "complete", fail)
    assert await house.server.complete(story.SAM, house.direct_chat(story.SAM), "claim", "ticket", "so") == []


async def test_when_the_house_cannot_store_it_the_person_is_told(house: House) -> None:
    house.intake.failures = 5
    room = house.direct_chat(story.MIA)
    await house.server.command(story.MIA, room, "help")
    [answer] = _private(house, story.MIA, room)
    assert "try again" in answer.text
    house.intake.failures = 0


async def test_a_command_of_yesterday_is_told_to_be_unknown(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Registering anew is what would take the old command away.
    monkeypatch.setattr(adapter_module, "register", _leave_as_it_is)
    await house.change(commands=COMMANDS[:1])
    room = house.direct_chat(story.MIA)
    await house.server.command(story.MIA, room, "help")
    [answer] = _private(house, story.MIA, room)
    assert "not known" in answer.text
    assert house.intake.of(CommandGiven) == []


async def _leave_as_it_is(*_: object) -> None:
    return None


async def test_a_button_spins_no_longer_than_its_message_stays_as_it_was(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_module, "PUT_OFF_AFTER_SECONDS", 3_600)
    message = await _buttons_in(house, story.OFF_TOPIC, Button("Solved", "solved", "3"))
    pressing = asyncio.create_task(house.server.press(story.MIA, story.OFF_TOPIC, message, "solved:3"))
    [event] = await house.intake.wait_for(ButtonPressed)
    assert event.message is not None
    assert not pressing.done()
    await house.send(Edit((event.message,), Content("Solved")))
    await pressing


async def test_no_press_is_lost_while_the_adapter_is_slow(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(answers_module, "PUT_OFF_AFTER_SECONDS", 0.05)
    message = await _buttons_in(house, story.OFF_TOPIC, Button("Solved", "solved", "3"))
    await asyncio.gather(
        *(
            house.server.press(person, story.OFF_TOPIC, message, "solved:3")
            for person in (story.MIA, story.NOAH)
        )
    )
    assert len(await house.intake.wait_for(ButtonPressed, 2)) == 2


async def test_with_nobody_there_discord_says_so(house: House) -> None:
    message = await _buttons_in(house, story.OFF_TOPIC, Button("Solved", "solved", "3"))
    await house.stop()
    with pytest.raises(SurfaceError):
        await house.server.press(story.MIA, story.OFF_TOPIC, message, "solved:3")
