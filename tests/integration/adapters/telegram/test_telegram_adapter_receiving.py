"""What people do on Telegram arrives as events: once, in order, and stored before Telegram may forget it."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from aiohttp import ClientSession

from adapters import FileUnavailableError
from adapters.telegram import TelegramAdapter
from bot.core.content import Button, FileKind, FileRef
from bot.core.events import (
    ButtonPressed,
    CommandGiven,
    MessageEdited,
    MessageReceived,
    ReachabilityChanged,
    ReactionChanged,
)
from bot.core.places import Place
from sandbox.surface import Upload
from sandbox.telegram.model import Entity
from tests.integration.adapters.telegram.telegram_stage import (
    DANA,
    DELIVERIES,
    DESK,
    EMIL,
    FANS,
    FORUM,
    PNG,
    TOM,
    UMA,
    Ledger,
    Stage,
    direct,
    running,
    until,
)


async def test_a_private_message_arrives_with_its_author_and_formatting(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    id_ = await stage.server.say(DANA, DANA, "My **sofa** is `broken`: 5 * 3 _x_")
    event = await stage.ledger.next(MessageReceived)
    assert event.id == f"telegram:message:{DANA}:{id_}"
    assert event.text == "My **sofa** is `broken`: 5 * 3 \\_x\\_"
    assert event.place == direct(DANA)
    assert event.message.place == event.place
    assert (event.author.name, event.author.handle, event.author.language) == (
        "Dana Petrova",
        "dana_petrova",
        "en",
    )
    assert event.is_to_bot
    assert not event.is_backfilled


async def test_formatting_from_the_apps_menu_keeps_its_place_behind_emoji(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    await stage.server.say(DANA, DANA, "👩🏽‍🚀 fly me", entities=(Entity("bold", 8, 3),))
    assert (await stage.ledger.next(MessageReceived)).text == "👩🏽‍🚀 **fly** me"


async def test_the_staff_space_and_its_topics_are_heard(stage: Stage, adapter: TelegramAdapter) -> None:
    room = await stage.server.open_thread(TOM, DESK, "#1 sofa", "hello")
    topic = room.partition(":")[2]
    event = await stage.ledger.next(MessageReceived)
    assert event.place == Place("telegram", channel=DESK, thread=topic)
    assert event.author.is_in_staff_space
    await stage.server.say(UMA, DESK, "in general")
    assert (await stage.ledger.next(MessageReceived, 2)).place == Place("telegram", channel=DESK)


async def test_in_a_group_without_topics_each_person_has_an_exchange_of_their_own(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    await stage.server.say(DANA, FANS, "where is my sofa?")
    await stage.server.say(EMIL, FANS, "and mine?")
    await stage.ledger.next(MessageReceived, 2)
    assert [event.place for event in stage.ledger.of(MessageReceived)] == [
        Place("telegram", channel=FANS, person=DANA),
        Place("telegram", channel=FANS, person=EMIL),
    ]


async def test_in_a_support_forum_the_topic_and_the_person_make_the_exchange(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    await stage.server.say(DANA, f"{FORUM}:{DELIVERIES}", "late again")
    event = await stage.ledger.next(MessageReceived)
    assert event.place == Place("telegram", channel=FORUM, thread=DELIVERIES, person=DANA)
    assert event.reply_to is None


async def test_elsewhere_only_who_calls_the_bot_is_heard(stage: Stage) -> None:
    adapter = stage.adapter(support_places=())
    async with running(adapter):
        await stage.server.say(DANA, FANS, "just chatting about allhands_bots")
        await stage.server.say(DANA, FANS, "@allhands_bot, where is my sofa?")
        event = await stage.ledger.next(MessageReceived)
        assert (event.text, event.is_to_bot) == ("where is my sofa?", True)
        receipt = await stage.say(adapter, event.place, "On its way.")
        await stage.server.say(DANA, FANS, "thanks", reply_to=receipt.messages[0].id)
        answer = await stage.ledger.next(MessageReceived, 2)
        assert (answer.text, answer.is_to_bot, answer.reply_to) == ("thanks", True, receipt.messages[0])
        await stage.server.settle()
        assert len(stage.ledger.of(MessageReceived)) == 2


async def test_the_bot_does_not_hear_itself_or_service_messages(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    await stage.say(adapter, stage.desk, "hello from the bot")
    await stage.server.leave(DANA, FANS)
    await stage.server.join(DANA, FANS)
    await stage.server.say(DANA, FANS, "back again")
    assert (await stage.ledger.next(MessageReceived)).text == "back again"
    assert len(stage.ledger.events) == 1


async def test_an_album_arrives_as_files_that_belong_together(stage: Stage, adapter: TelegramAdapter) -> None:
    uploads = (Upload("a.png", "image/png", PNG), Upload("b.png", "image/png", PNG))
    await stage.server.say(DANA, DANA, "look **here**", files=uploads)
    second = await stage.ledger.next(MessageReceived, 2)
    first = stage.ledger.of(MessageReceived)[0]
    assert first.album == second.album != ""
    assert (first.text, second.text) == ("look **here**", "")
    assert [file.kind for event in (first, second) for file in event.files] == [FileKind.PICTURE] * 2


async def test_a_file_is_handed_out_in_full(stage: Stage, adapter: TelegramAdapter) -> None:
    content = bytes(range(256)) * 1000
    await stage.server.say(
        DANA, DANA, "", files=(Upload("../in\u202evoice.pdf", "application/pdf", content),)
    )
    (file,) = (await stage.ledger.next(MessageReceived)).files
    assert (file.name, file.kind, file.size_bytes) == ("invoice.pdf", FileKind.DOCUMENT, len(content))
    async with adapter.open_file(file) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == content


@pytest.mark.parametrize("size", [0, 30 * 1024 * 1024], ids=["unknown to Telegram", "larger than 20 MB"])
async def test_a_file_that_telegram_keeps_is_unavailable(
    stage: Stage, adapter: TelegramAdapter, size: int
) -> None:
    with pytest.raises(FileUnavailableError):
        async with adapter.open_file(FileRef("telegram", "no-such-file", "x", size_bytes=size)):
            pass


async def test_replies_and_quoted_passages_are_told(stage: Stage, adapter: TelegramAdapter) -> None:
    first = await stage.server.say(DANA, DANA, "one two three")
    await stage.server.say(DANA, DANA, "this one", reply_to=first, quote="two")
    event = await stage.ledger.next(MessageReceived, 2)
    assert event.text == "> two\n\nthis one"
    assert event.reply_to == stage.ledger.of(MessageReceived)[0].message


async def test_edits_follow_even_within_one_second(stage: Stage, adapter: TelegramAdapter) -> None:
    id_ = await stage.server.say(DANA, DANA, "helo")
    await stage.server.edit(DANA, DANA, id_, "hell")
    await stage.server.edit(DANA, DANA, id_, "hello")
    await stage.ledger.next(MessageEdited, 2)
    original = await stage.ledger.next(MessageReceived)
    assert [event.text for event in stage.ledger.of(MessageEdited)] == ["hell", "hello"]
    assert {event.message for event in stage.ledger.of(MessageEdited)} == {original.message}


async def test_a_reaction_names_the_whole_place_of_a_message_that_was_seen(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    room = await stage.server.open_thread(TOM, DESK, "#1", "hello")
    message = await stage.ledger.next(MessageReceived)
    await stage.server.react(UMA, room, message.message.id, "👍")
    event = await stage.ledger.next(ReactionChanged)
    assert (event.message, event.emoji, event.is_on) == (message.message, "👍", True)
    await stage.server.react(UMA, room, message.message.id, "🔥")
    await stage.ledger.next(ReactionChanged, 3)
    changes = [(event.emoji, event.is_on) for event in stage.ledger.of(ReactionChanged)]
    assert changes == [("👍", True), ("👍", False), ("🔥", True)]


async def test_commands_are_understood_with_and_without_the_bots_name(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    await stage.server.command(DANA, DANA, "start", "from_website")
    await stage.server.command(UMA, DESK, "claim@allhands_bot", "7")
    await stage.server.command(UMA, DESK, "claim@other_bot", "8")
    await stage.server.command(DANA, DANA, "unknown", "words")
    await stage.server.command(DANA, FANS, "unknown")
    await stage.server.command(DANA, FANS, "help")
    await stage.ledger.next(CommandGiven, 3)
    commands = stage.ledger.of(CommandGiven)
    assert [(event.name, event.arguments) for event in commands] == [
        ("start", "from_website"),
        ("claim", "7"),
        ("help", ""),
    ]
    assert [event.text for event in stage.ledger.of(MessageReceived)] == ["/unknown words"]


async def test_a_prefix_is_part_of_the_name_in_groups_and_of_no_matter_in_private(stage: Stage) -> None:
    adapter = stage.adapter(command_prefix="jp-")
    async with running(adapter):
        await stage.server.command(DANA, FANS, "human")
        await stage.server.command(DANA, FANS, "jp_human", "please")
        await stage.server.command(DANA, DANA, "human")
        await stage.ledger.next(CommandGiven, 2)
        assert [event.arguments for event in stage.ledger.of(CommandGiven)] == ["please", ""]
        # The menu is set up while messages come in already.
        await until(lambda: bool(stage.server.commands(DANA, DANA)))
        assert [command.name for command in stage.server.commands(DANA, DANA)] == ["jp_human", "jp_help"]


async def test_a_staff_command_tells_whether_its_giver_is_staff(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    await stage.server.command(TOM, TOM, "claim")
    await stage.server.command(DANA, DANA, "claim")
    await stage.ledger.next(CommandGiven, 2)
    assert [event.author.is_in_staff_space for event in stage.ledger.of(CommandGiven)] == [True, False]


async def test_a_button_press_comes_back_with_action_and_subject(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    await stage.server.say(DANA, DANA, "hi")
    receipt = await stage.say(adapter, direct(DANA), "Solved?", buttons=(Button("Yes", "solved", "12:3"),))
    await stage.server.press(DANA, DANA, receipt.messages[0].id, "Yes")
    event = await stage.ledger.next(ButtonPressed)
    assert (event.action, event.subject, event.message) == ("solved", "12:3", receipt.messages[0])


async def test_a_press_that_nobody_answers_stops_spinning(stage: Stage, adapter: TelegramAdapter) -> None:
    await stage.server.say(DANA, DANA, "hi")
    receipt = await stage.say(adapter, direct(DANA), "Solved?", buttons=(Button("Yes", "solved"),))
    await stage.server.press(DANA, DANA, receipt.messages[0].id, "Yes")
    await stage.ledger.next(ButtonPressed)
    await until(lambda: any(entry.kind == "answer" for entry in stage.server.world.journal.entries))


async def test_blocking_the_bot_and_coming_back_are_told(stage: Stage, adapter: TelegramAdapter) -> None:
    await stage.server.say(DANA, DANA, "hi")
    await stage.server.block_bot(DANA)
    await stage.server.block_bot(DANA, is_blocked=False)
    await stage.ledger.next(ReachabilityChanged, 2)
    assert [event.is_reachable for event in stage.ledger.of(ReachabilityChanged)] == [False, True]
    assert stage.ledger.of(ReachabilityChanged)[0].author.identity.external_id == DANA


async def test_what_was_said_while_away_is_fetched_in_order_and_marked(stage: Stage) -> None:
    async with running(stage.adapter()):
        await stage.server.say(DANA, DANA, "before")
        await stage.ledger.next(MessageReceived)
    for number in range(130):
        await stage.server.say(DANA, DANA, f"away {number}")
    later = stage.adapter(now=lambda: datetime.now(UTC) + timedelta(hours=1))
    async with running(later):
        await stage.ledger.next(MessageReceived, 131)
    texts = [event.text for event in stage.ledger.of(MessageReceived)]
    assert texts == ["before", *(f"away {number}" for number in range(130))]
    assert [event.is_backfilled for event in stage.ledger.of(MessageReceived)] == [False, *[True] * 130]


async def test_a_whole_batch_and_its_offset_are_stored_at_once(stage: Stage) -> None:
    for number in range(5):
        await stage.server.say(DANA, DANA, f"{number}")
    async with running(stage.adapter()):
        await stage.ledger.next(MessageReceived, 5)
        assert stage.ledger.batches == [5]
        assert int(stage.ledger.positions["updates"]) == stage.server.state.updates.next_id


async def test_what_could_not_be_stored_is_delivered_again(stage: Stage) -> None:
    stage.ledger.failures = 2
    async with running(stage.adapter()):
        await stage.server.say(DANA, DANA, "keep this")
        event = await stage.ledger.next(MessageReceived)
        assert event.text == "keep this"
        assert len(stage.reported("telegram.not_stored")) == 2


async def test_a_crash_between_fetching_and_storing_loses_nothing(stage: Stage) -> None:
    class Crashing(Ledger):
        async def accept(self, *arguments: object, **more: object) -> None:
            raise asyncio.CancelledError

    await stage.server.say(DANA, DANA, "important")
    adapter = stage.adapter(intake=Crashing())
    with pytest.raises(asyncio.CancelledError):
        await adapter.run(lambda: None)
    await adapter.close()
    async with running(stage.adapter()):
        assert (await stage.ledger.next(MessageReceived)).text == "important"


async def test_an_update_delivered_twice_is_one_event(stage: Stage, adapter: TelegramAdapter) -> None:
    stage.server.world.faults["telegram"].duplicate_deliveries = 1
    await stage.server.say(DANA, DANA, "once")
    await stage.server.say(DANA, DANA, "and again")
    await stage.ledger.next(MessageReceived, 2)
    await stage.server.settle()
    assert [event.text for event in stage.ledger.of(MessageReceived)] == ["once", "and again"]


async def test_a_malformed_update_is_reported_and_passed_over(stage: Stage, adapter: TelegramAdapter) -> None:
    queue = stage.server.state.updates
    for body in ({"from": {"id": 1}, "text": "no chat"}, {"chat": "nonsense", "from": 7}, ["list"], "text"):
        queue.add("message", body, 1)
    await stage.server.say(DANA, DANA, "still heard")
    assert (await stage.ledger.next(MessageReceived)).text == "still heard"
    assert len(stage.reported("telegram.update_malformed")) == 4


async def test_a_second_program_with_the_same_token_is_reported(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    settings = stage.server.bot_settings()
    url = f"{settings['TELEGRAM_API_URL']}/bot{settings['TELEGRAM_TOKEN']}/getUpdates"
    async with ClientSession() as session, session.post(url, data={"timeout": "0"}) as answer:
        assert answer.status == 200
    await until(lambda: bool(stage.reported("telegram.other_poller")))
    assert "stop it" in str(stage.reported("telegram.other_poller")[0]["advice"])


async def test_a_dropped_connection_is_made_up_for(stage: Stage, adapter: TelegramAdapter) -> None:
    await stage.server.drop_connections()
    await stage.server.say(DANA, DANA, "after the drop")
    assert (await stage.ledger.next(MessageReceived)).text == "after the drop"


async def test_a_platform_that_stays_away_ends_the_run(stage: Stage) -> None:
    adapter = stage.adapter()
    async with running(adapter) as task:
        stage.server.world.faults["telegram"].is_down = True
        async with asyncio.timeout(20):
            with pytest.raises(ConnectionError):
                await task
