"""The staff desk on Telegram: a topic for each ticket, or replies under a card; answers and questions in place."""

import pytest

from adapters.telegram import TelegramAdapter
from adapters.telegram.threads import MAX_TOPIC_NAME
from bot.core.content import Button, Content, FieldKind, FileRef, Form, FormField, Tone
from bot.core.events import ButtonPressed, CommandGiven, FormSubmitted, MessageReceived, ReactionChanged
from bot.core.outgoing import (
    Answer,
    Edit,
    OpenForm,
    OpenThread,
    Post,
    Receipt,
    Refusal,
    SendError,
    SetThread,
    ThreadState,
)
from bot.core.places import Identity, MessageAt, Place
from sandbox.surface import Room
from tests.integration.adapters.telegram.telegram_stage import (
    DANA,
    DESK,
    EMIL,
    FANS,
    TOM,
    UMA,
    Stage,
    direct,
    running,
    until,
)

CARD = Content(title="#7 Sofa", text="It broke.", tone=Tone.WAITING, buttons=(Button("Claim", "claim", "7"),))
GROUP = Place("telegram", channel=FANS)


def who(person: str) -> Identity:
    return Identity("telegram", "", person)


def topics(stage: Stage) -> list[Room]:
    return [room for room in stage.server.rooms(TOM) if room.parent == DESK and room.name != "General"]


async def opened(stage: Stage, adapter: TelegramAdapter, content: Content = CARD) -> tuple[Place, MessageAt]:
    receipt = await stage.send(adapter, OpenThread(stage.desk, "#7 Sofa", content))
    assert receipt.place is not None
    return receipt.place, receipt.messages[0]


async def test_a_topic_whose_answer_was_lost_is_the_one_the_ticket_gets(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    first_tried_at = stage.server.world.clock.now()
    stage.server.world.faults["telegram"].lost_replies = 1
    with pytest.raises(SendError) as caught:
        await opened(stage, adapter)
    assert caught.value.is_uncertain
    again = OpenThread(stage.desk, "#7 Sofa", CARD)
    receipt = await stage.send(adapter, again, number=2, is_uncertain=True, first_tried_at=first_tried_at)
    (topic,) = topics(stage)
    assert receipt.place == stage.desk_topic(topic)
    assert [message.text.split("\n")[0] for message in stage.server.messages(TOM, topic.id)][-1:] == [
        "🟡 #7 Sofa"
    ]


async def test_after_a_crash_a_topic_that_was_just_opened_is_found(stage: Stage) -> None:
    first_tried_at = stage.server.world.clock.now()
    async with running(adapter := stage.adapter()):
        await opened(stage, adapter)
        await until(lambda: any(name.startswith("topic:") for name in stage.ledger.positions))
    # What was stored of it is all that the next process has; and an older topic of that name is another one.
    stage.ledger.positions["topic:-1002100000001:1"] = "1 🟡 #7 Sofa"
    async with running(adapter := stage.adapter()):
        again = OpenThread(stage.desk, "#7 Sofa", CARD)
        receipt = await stage.send(adapter, again, is_uncertain=True, first_tried_at=first_tried_at)
    (topic,) = topics(stage)
    assert receipt.place == stage.desk_topic(topic)


async def test_where_no_topic_was_opened_one_is_opened_after_a_while(
    stage: Stage, adapter: TelegramAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.topics._WAIT_SECONDS", 0.1)
    await stage.server.open_thread(TOM, DESK, "🟡 #7 Sofa", "A topic of a person is not ours")
    again = OpenThread(stage.desk, "#7 Sofa", CARD)
    now = stage.server.world.clock.now()
    await stage.send(adapter, again, is_uncertain=True, first_tried_at=now)
    assert len(topics(stage)) == 2


async def set_state(
    stage: Stage, adapter: TelegramAdapter, place: Place, card: MessageAt, state: ThreadState
) -> Receipt:
    content = Content(title="#7 Sofa", text=state.value, tone=Tone(state.value))
    return await stage.send(adapter, SetThread(place, card, "#7 Sofa", content, state))


async def test_a_ticket_is_a_topic_with_its_card(stage: Stage, adapter: TelegramAdapter) -> None:
    place, card = await opened(stage, adapter)
    (topic,) = topics(stage)
    assert topic.name == "🟡 #7 Sofa"
    assert place == Place("telegram", channel=DESK, thread=topic.id.partition(":")[2])
    assert card.place == place
    shown = stage.shown(TOM, topic.id, card)
    assert shown.text == "🟡 #7 Sofa\n\nIt broke."
    assert [button.id for button in shown.buttons] == ["claim:7"]


async def test_a_card_with_a_long_history_keeps_its_buttons_on_the_first_message(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    long = Content(title="#7 Sofa", text="One sentence. " * 500, buttons=CARD.buttons)
    place, card = await opened(stage, adapter, long)
    shown = [m for m in stage.server.messages(TOM, f"{DESK}:{place.thread}") if m.author.is_bot and m.text]
    with_buttons = [message.id for message in shown if message.buttons]
    assert with_buttons == [card.id]
    await set_state(stage, adapter, place, card, ThreadState.CLAIMED)
    assert stage.shown(TOM, f"{DESK}:{place.thread}", card).text == "🔵 #7 Sofa\n\nclaimed"


async def test_a_topics_name_and_card_show_the_state_and_a_resolved_one_is_closed(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    place, card = await opened(stage, adapter)
    seen = []
    for state in (ThreadState.CLAIMED, ThreadState.RESOLVED, ThreadState.RESOLVED, ThreadState.WAITING):
        receipt = await set_state(stage, adapter, place, card, state)
        assert receipt.notices == ()
        (topic,) = topics(stage)
        seen.append((topic.name, topic.is_closed, stage.shown(TOM, topic.id, card).text))
    assert seen == [
        ("🔵 #7 Sofa", False, "🔵 #7 Sofa\n\nclaimed"),
        ("✅ #7 Sofa", True, "✅ #7 Sofa\n\nresolved"),
        ("✅ #7 Sofa", True, "✅ #7 Sofa\n\nresolved"),
        ("🟡 #7 Sofa", False, "🟡 #7 Sofa\n\nwaiting"),
    ]


async def test_a_long_title_fits_into_a_topics_name(stage: Stage, adapter: TelegramAdapter) -> None:
    await stage.send(adapter, OpenThread(stage.desk, "x\n" * 300, CARD))
    (topic,) = topics(stage)
    assert len(topic.name) <= MAX_TOPIC_NAME


async def test_missing_rights_to_topics_are_a_notice(stage: Stage, adapter: TelegramAdapter) -> None:
    room = await stage.server.open_thread(TOM, DESK, "#7", "by hand")
    place = (await stage.ledger.next(MessageReceived)).place
    receipt = await stage.say(adapter, place, "card")
    await stage.server.set_bot_status(TOM, DESK, "member")
    changed = await set_state(stage, adapter, place, receipt.messages[0], ThreadState.CLAIMED)
    assert changed.notices == ("thread_not_updated",)
    assert stage.shown(TOM, room, receipt.messages[0]).text == "🔵 #7 Sofa\n\nclaimed"


async def test_a_card_that_was_deleted_does_not_keep_the_topic_from_following(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    place, card = await opened(stage, adapter)
    await stage.server.delete(TOM, f"{DESK}:{place.thread}", card.id)
    receipt = await set_state(stage, adapter, place, card, ThreadState.RESOLVED)
    assert receipt.notices == ("card_gone",)
    assert topics(stage)[0].is_closed


async def test_a_topic_that_was_deleted_is_gone(stage: Stage, adapter: TelegramAdapter) -> None:
    place, card = await opened(stage, adapter)
    await stage.server.delete_room(f"{DESK}:{place.thread}")
    with pytest.raises(SendError) as caught:
        await set_state(stage, adapter, place, card, ThreadState.RESOLVED)
    assert caught.value.refusal is Refusal.PLACE_GONE


async def test_a_topic_that_was_made_before_its_card_failed_is_used_again(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    stage.server.world.faults["telegram"].server_errors = 1
    with pytest.raises(SendError) as caught:
        await opened(stage, adapter)
    assert caught.value.is_uncertain
    receipt = await stage.send(
        adapter,
        OpenThread(stage.desk, "#7 Sofa", CARD),
        number=2,
        is_uncertain=True,
        sent_so_far=caught.value.sent,
    )
    (topic,) = topics(stage)
    assert receipt.place == Place("telegram", channel=DESK, thread=topic.id.partition(":")[2])
    assert receipt.is_repeat_possible
    assert stage.shown(TOM, topic.id, receipt.messages[0]).text.endswith("(may appear twice)")


async def test_in_a_plain_group_the_replies_under_the_card_are_the_thread(stage: Stage) -> None:
    adapter = stage.adapter(staff_space=GROUP, support_places=())
    async with running(adapter):
        receipt = await stage.send(adapter, OpenThread(GROUP, "#7 Sofa", CARD))
        place, card = receipt.place, receipt.messages[0]
        assert place is not None
        assert "thread_unavailable" in receipt.notices
        assert stage.reported("telegram.no_topics")
        relayed = await stage.say(adapter, place, "Dana: hello")
        assert stage.shown(TOM, FANS, relayed.messages[0]).reply_to == card.id
        await stage.server.say(TOM, FANS, "answer to the card", reply_to=card.id)
        await stage.server.say(TOM, FANS, "answer to Dana", reply_to=relayed.messages[0].id)
        await stage.server.say(TOM, FANS, "to nobody")
        await stage.ledger.next(MessageReceived, 3)
        places = [event.place for event in stage.ledger.of(MessageReceived)]
        assert places == [place, place, GROUP]
        await stage.server.press(TOM, FANS, card.id, "Claim")
        assert (await stage.ledger.next(ButtonPressed)).place == place


async def test_in_a_plain_group_the_thread_survives_edits_and_restarts(stage: Stage) -> None:
    first = stage.adapter(staff_space=GROUP)
    async with running(first):
        receipt = await stage.send(first, OpenThread(GROUP, "#7 Sofa", CARD))
        place, card = receipt.place, receipt.messages[0]
        assert place is not None
        relayed = await stage.say(first, place, "Dana: helo")
    second = stage.adapter(staff_space=GROUP)
    async with running(second):
        await set_state(stage, second, place, card, ThreadState.CLAIMED)
        await stage.send(second, Edit(relayed.messages, Content(text="Dana: hello")))
        await stage.server.say(TOM, FANS, "one", reply_to=card.id)
        await stage.server.say(TOM, FANS, "two", reply_to=relayed.messages[0].id)
        await stage.ledger.next(MessageReceived, 2)
        assert [event.place for event in stage.ledger.of(MessageReceived)] == [place, place]
        await stage.server.react(TOM, FANS, relayed.messages[0].id, "👍")


async def test_a_short_answer_to_a_press_passes_by_over_the_chat(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    press = await pressed(stage, adapter)
    receipt = await stage.send(
        adapter, Answer(press.place, press.author.identity, Content(text="**Ana** was first."), press.handle)
    )
    assert receipt.messages == ()
    assert answers(stage) == ["Ana was first."]


async def pressed(stage: Stage, adapter: TelegramAdapter, person: str = DANA) -> ButtonPressed:
    await stage.server.say(person, person, "hi")
    await stage.ledger.next(MessageReceived)
    receipt = await stage.say(adapter, direct(person), "Choose", buttons=(Button("Go", "go", "1"),))
    await stage.server.press(person, person, receipt.messages[0].id, "Go")
    return await stage.ledger.next(ButtonPressed)


def answers(stage: Stage) -> list[str]:
    return [entry.data["text"] for entry in stage.server.world.journal.entries if entry.kind == "answer"]


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(Content(text="word " * 60), id="long"),
        pytest.param(Content(text="see [this](https://x.example)"), id="with a link"),
        pytest.param(Content(title="Queue", text="empty"), id="a card"),
        pytest.param(Content(text="Sure?", buttons=(Button("Yes", "yes"),)), id="with buttons"),
    ],
)
async def test_a_longer_answer_to_a_press_is_a_message(
    stage: Stage, adapter: TelegramAdapter, content: Content
) -> None:
    press = await pressed(stage, adapter)
    receipt = await stage.send(adapter, Answer(press.place, press.author.identity, content, press.handle))
    assert answers(stage) == [""]
    assert stage.shown(DANA, DANA, receipt.messages[0]).author.is_bot


async def test_an_answer_that_comes_too_late_for_the_press_is_a_message(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    press = await pressed(stage, adapter)
    stage.server.world.clock.advance(3600)
    receipt = await stage.send(
        adapter, Answer(press.place, press.author.identity, Content(text="Done."), press.handle)
    )
    assert stage.shown(DANA, DANA, receipt.messages[0]).text == "Done."


async def test_a_command_in_the_staff_space_is_answered_in_place(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    room = await stage.server.open_thread(TOM, DESK, "#1", "hello")
    await stage.server.command(UMA, room, "claim", "1")
    command = await stage.ledger.next(CommandGiven)
    receipt = await stage.send(
        adapter, Answer(command.place, command.author.identity, Content(text="Yours."), command.handle)
    )
    shown = stage.shown(TOM, room, receipt.messages[0])
    assert command.message is not None
    assert (shown.text, shown.reply_to) == ("Yours.", command.message.id)


async def test_a_private_answer_to_a_public_command_goes_to_the_person(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    await stage.server.say(DANA, DANA, "hi")
    await stage.server.command(DANA, FANS, "help")
    command = await stage.ledger.next(CommandGiven)
    answer = Answer(command.place, command.author.identity, Content(text="I can help."), command.handle)
    receipt = await stage.send(adapter, answer)
    assert receipt.messages[0].place == direct(DANA)
    assert stage.texts(DANA, DANA)[-1] == "I can help."
    public = Answer(command.place, command.author.identity, Content(text="Hi all."), command.handle, False)
    await stage.send(adapter, public)
    assert stage.texts(DANA, FANS)[-1] == "Hi all."


async def test_who_never_opened_the_chat_gets_a_link_to_it(stage: Stage, adapter: TelegramAdapter) -> None:
    await stage.server.command(EMIL, FANS, "help")
    command = await stage.ledger.next(CommandGiven)
    receipt = await stage.send(
        adapter, Answer(command.place, command.author.identity, Content(text="secret"), command.handle)
    )
    shown = stage.shown(EMIL, FANS, receipt.messages[0])
    assert "https://t.me/allhands_bot?start=hello" in shown.text
    assert "secret" not in shown.text


FORM = Form(
    "ticket",
    "New ticket",
    "Send",
    (FormField("words", "What happened?", FieldKind.PARAGRAPH), FormField("other", "More")),
    subject="c:12",
)


async def test_a_form_asks_its_first_field_and_the_reply_is_the_form_even_after_a_restart(
    stage: Stage,
) -> None:
    async with running(stage.adapter()) as _:
        await stage.server.say(DANA, DANA, "hi")
        await stage.ledger.next(MessageReceived)
    sender = stage.adapter()
    receipt = await stage.send(sender, OpenForm(direct(DANA), who(DANA), FORM))
    await sender.close()
    question = stage.shown(DANA, DANA, receipt.messages[0])
    assert "What happened?" in question.text
    assert question.native["reply_markup"]["force_reply"]
    async with running(stage.adapter()):
        await stage.server.say(DANA, DANA, "It *broke* _twice_", reply_to=question.id)
        event = await stage.ledger.next(FormSubmitted)
        assert (event.name, event.subject, event.values) == (
            "ticket",
            "c:12",
            {"words": "It *broke* _twice_"},
        )
        assert event.place == direct(DANA)
        assert len(stage.ledger.of(MessageReceived)) == 1


async def test_a_choice_is_made_with_buttons(stage: Stage, adapter: TelegramAdapter) -> None:
    await stage.server.say(DANA, DANA, "hi")
    await stage.ledger.next(MessageReceived)
    field = FormField(
        "area", "What about?", FieldKind.CHOICE, options=(("billing", "Billing"), ("api", "API"))
    )
    form = Form("area", "Area", "Send", (field,), "s")
    receipt = await stage.send(adapter, OpenForm(direct(DANA), who(DANA), form))
    await stage.server.press(DANA, DANA, receipt.messages[0].id, "API")
    event = await stage.ledger.next(FormSubmitted)
    assert (event.name, event.subject, event.values) == ("area", "s", {"area": "api"})
    assert stage.ledger.of(ButtonPressed) == []


async def test_only_the_one_who_was_asked_fills_in_the_form(stage: Stage, adapter: TelegramAdapter) -> None:
    room = await stage.server.open_thread(TOM, DESK, "#1", "hello")
    await stage.server.command(UMA, room, "claim")
    command = await stage.ledger.next(CommandGiven)
    receipt = await stage.send(adapter, OpenForm(command.place, who(UMA), FORM, command.handle))
    await stage.server.say(TOM, room, "not for me", reply_to=receipt.messages[0].id)
    await stage.server.say(UMA, room, "mine", reply_to=receipt.messages[0].id)
    event = await stage.ledger.next(FormSubmitted)
    assert event.author.identity == who(UMA)
    assert [one.text for one in stage.ledger.of(MessageReceived)] == ["hello", "not for me"]


async def test_a_form_cannot_be_forged_by_text_that_the_bot_repeats(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    await stage.server.say(DANA, DANA, "hi")
    await stage.ledger.next(MessageReceived)
    receipt = await stage.send(adapter, OpenForm(direct(DANA), who(DANA), FORM))
    url = stage.shown(DANA, DANA, receipt.messages[0]).native["entities"][0]["url"]
    place, _ = await opened(stage, adapter)
    # Dana writes the link she got, and the bot passes her words on to staff.
    relayed = await stage.say(adapter, place, f"[\u200b]({url})[x]({url}) please reply")
    room = f"{DESK}:{place.thread}"
    await stage.server.say(TOM, room, "sure", reply_to=relayed.messages[0].id)
    event = await stage.ledger.next(MessageReceived, 2)
    assert event.text == "sure"
    assert stage.ledger.of(FormSubmitted) == []


async def test_a_press_opens_a_form_and_stops_spinning(stage: Stage, adapter: TelegramAdapter) -> None:
    press = await pressed(stage, adapter)
    receipt = await stage.send(adapter, OpenForm(press.place, press.author.identity, FORM, press.handle))
    assert answers(stage) == [""]
    assert stage.shown(DANA, DANA, receipt.messages[0]).text.startswith("\u200bNew ticket")


async def test_messages_to_one_topic_keep_their_order(stage: Stage, adapter: TelegramAdapter) -> None:
    place, _ = await opened(stage, adapter)
    stage.files["f"] = b"x" * 10_000
    for number in range(3):
        await stage.send(
            adapter, Post(place, Content(text=f"{number}", files=(FileRef("slack", "f", "f.txt"),)))
        )
    captions = [
        message.native.get("caption")
        for message in stage.server.messages(TOM, f"{DESK}:{place.thread}")
        if message.files
    ]
    assert captions == ["0", "1", "2"]


async def test_a_reaction_on_a_relayed_message_names_the_ticket(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    place, _ = await opened(stage, adapter)
    relayed = await stage.say(adapter, place, "Dana: hello")
    await stage.server.react(TOM, f"{DESK}:{place.thread}", relayed.messages[0].id, "❤")
    event = await stage.ledger.next(ReactionChanged)
    assert event.message == relayed.messages[0]
