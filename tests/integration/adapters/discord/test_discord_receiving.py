"""What people do on Discord, as it reaches the intake."""

import asyncio

import pytest

from bot.core.content import FileKind
from bot.core.conversation import Remembered
from bot.core.events import (
    CommandGiven,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PinChanged,
    PlaceDeleted,
    ReactionChanged,
)
from bot.core.places import MessageAt, Place
from sandbox.discord import story
from sandbox.surface import Upload
from tests.integration.adapters.discord.house import House, StorageDownError, discord_place


async def test_a_direct_message_is_for_the_bot_and_names_its_chat(house: House) -> None:
    room = house.direct_chat(story.MIA)
    message = await house.server.say(story.MIA, room, "Where is **my** sofa?")
    [event] = await house.intake.wait_for(MessageReceived)
    place = Place("discord", channel=room, is_direct=True)
    assert (event.id, event.place, event.message) == (
        f"discord:message:{message}",
        place,
        MessageAt(place, message),
    )
    assert event.text == "Where is **my** sofa?"
    assert (event.author.name, event.author.handle) == ("Mia Wong", "mia.wong")
    assert event.is_to_bot
    assert not event.is_opening
    assert event.author.is_in_staff_space is None


async def test_a_message_in_a_support_channel_may_begin_a_thread_of_its_own(house: House) -> None:
    message = await house.server.say(story.MIA, story.HELP, "My lamp hums")
    [event] = await house.intake.wait_for(MessageReceived)
    assert event.place == discord_place(story.HELP, message)
    assert event.message == MessageAt(event.place, message)
    assert event.is_opening
    assert not event.is_to_bot


async def test_a_forum_post_and_its_replies_are_one_place(house: House) -> None:
    post = await house.server.open_thread(story.MIA, story.QUESTIONS, "Oil or wax?", "For an oak table")
    await house.server.say(story.NOAH, post, "Oil!")
    first, second = await house.intake.wait_for(MessageReceived, 2)
    assert first.place == second.place == discord_place(story.QUESTIONS, post)
    assert first.message.id == post
    assert not first.is_opening


async def test_talk_elsewhere_is_not_heard_unless_the_bot_is_called(house: House) -> None:
    await house.server.say(story.MIA, story.OFF_TOPIC, "Nice weather")
    await house.server.say(story.MIA, story.OFF_TOPIC, f"<@{story.BOT_USER}> where is my order?")
    [event] = await house.intake.wait_for(MessageReceived)
    assert event.text == "where is my order?"
    assert event.is_to_bot
    assert event.is_opening


async def test_a_thread_the_bot_was_called_into_stays_heard(house: House) -> None:
    start = await house.server.say(story.MIA, story.OFF_TOPIC, "Anyone here?")
    await house.server.reply_in_thread(story.NOAH, story.OFF_TOPIC, start, "not for the bot")
    await house.server.say(story.NOAH, start, f"<@{story.BOT_USER}> please help Mia")
    await house.intake.wait_for(MessageReceived)
    await house.server.say(story.MIA, start, "I am here")
    called, answered = await house.intake.wait_for(MessageReceived, 2)
    assert (called.text, answered.text) == ("please help Mia", "I am here")
    assert not answered.is_to_bot


async def test_who_speaks_in_the_staff_space_is_staff(house: House) -> None:
    post = await house.server.open_thread(story.SAM, story.SUPPORT_DESK, "Stock", "Who counts it?")
    [event] = await house.intake.wait_for(MessageReceived)
    assert event.place == discord_place(story.SUPPORT_DESK, post)
    assert event.author.is_in_staff_space is True


async def test_edits_deletions_and_reactions_follow_the_message(house: House) -> None:
    message = await house.server.say(story.MIA, story.HELP, "My lamp hums")
    await house.server.edit(story.MIA, story.HELP, message, "My lamp *sings*")
    await house.server.react(story.NOAH, story.HELP, message, "👍")
    await house.server.react(story.NOAH, story.HELP, message, "👍", is_on=False)
    await house.server.delete(story.MIA, story.HELP, message)
    [deleted] = await house.intake.wait_for(MessageDeleted)
    [edited] = house.intake.of(MessageEdited)
    put_on, taken_off = house.intake.of(ReactionChanged)
    at = MessageAt(discord_place(story.HELP, message), message)
    assert [one.message for one in (edited, put_on, taken_off, deleted)] == [at] * 4
    assert edited.text == "My lamp *sings*"
    assert (put_on.emoji, put_on.is_on, taken_off.is_on) == ("👍", True, False)
    assert put_on.author.name == "Noah Fischer"


async def test_many_messages_cleared_away_at_once_are_all_reported(house: House) -> None:
    one = await house.server.say(story.MIA, story.HELP, "one")
    two = await house.server.say(story.MIA, story.HELP, "two")
    await house.server.delete_many(story.SAM, story.HELP, (one, two))
    deleted = await house.intake.wait_for(MessageDeleted, 2)
    assert {event.message.id for event in deleted} == {one, two}


async def test_a_reply_names_what_it_answers(house: House) -> None:
    post = await house.server.open_thread(story.MIA, story.QUESTIONS, "Oil or wax?", "For an oak table")
    await house.server.say(story.NOAH, post, "Oil!", reply_to=post)
    _, reply = await house.intake.wait_for(MessageReceived, 2)
    assert reply.reply_to == MessageAt(discord_place(story.QUESTIONS, post), post)


async def test_events_that_discord_delivers_twice_are_stored_once(house: House) -> None:
    house.world.faults["discord"].duplicate_deliveries = 3
    message = await house.server.say(story.MIA, story.HELP, "My lamp hums")
    await house.server.react(story.NOAH, story.HELP, message, "👍")
    await house.server.delete(story.MIA, story.HELP, message)
    await house.intake.wait_for(MessageDeleted)
    await house.server.settle()
    assert [event.kind for event in house.intake.events] == [
        "message_received",
        "reaction_changed",
        "message_deleted",
    ]


async def test_a_file_can_be_opened_also_when_its_address_has_expired(house: House) -> None:
    content = bytes(range(256)) * 1000
    upload = Upload("../sofa\u202e.png", "image/png", content)
    await house.server.say(story.MIA, house.direct_chat(story.MIA), "", files=(upload,))
    [event] = await house.intake.wait_for(MessageReceived)
    [file] = event.files
    assert (file.kind, file.size_bytes) == (FileKind.PICTURE, len(content))
    assert "/" not in file.name
    assert "\u202e" not in file.name
    house.world.clock.advance(3 * 24 * 3600)
    async with house.adapter.open_file(file) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == content


async def test_a_command_typed_as_a_message_is_a_command(house: House) -> None:
    room = house.direct_chat(story.MIA)
    await house.server.say(story.MIA, room, "/claim 12 now")
    await house.server.say(story.MIA, room, "/nothing of ours")
    [message] = await house.intake.wait_for(MessageReceived)
    [command] = await house.intake.wait_for(CommandGiven)
    assert (command.name, command.arguments, command.handle) == ("claim", "12 now", None)
    assert message.text == "/nothing of ours"


async def test_a_deleted_thread_and_a_deleted_channel_are_gone_places(house: House) -> None:
    post = await house.server.open_thread(story.MIA, story.QUESTIONS, "Oil or wax?", "For an oak table")
    await house.server.delete_room(post)
    await house.server.delete_room(story.OFF_TOPIC)
    await house.server.delete_room(story.HELP)
    gone = await house.intake.wait_for(PlaceDeleted, 2)
    assert {event.place for event in gone} == {
        discord_place(story.QUESTIONS, post),
        discord_place(story.HELP),
    }


async def test_storage_that_fails_for_a_moment_loses_nothing(house: House) -> None:
    house.intake.failures = 2
    await house.server.say(story.MIA, story.HELP, "My lamp hums")
    [event] = await house.intake.wait_for(MessageReceived)
    assert event.text == "My lamp hums"


async def test_storage_that_stays_away_ends_the_adapter_and_the_next_one_reads_the_history(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.discord.storing.STORE_PAUSES_SECONDS", (0.01, 0.01))
    house.intake.failures = 3
    await house.server.say(story.MIA, story.HELP, "My lamp hums")
    assert house.running is not None
    with pytest.raises(StorageDownError):
        async with asyncio.timeout(10):
            await house.running
    await house.restart()
    [event] = await house.intake.wait_for(MessageReceived)
    assert event.is_backfilled


async def test_hostile_names_and_texts_stay_text(house: House) -> None:
    await house.server.say(story.MIA, story.HELP, "@everyone <@99999> [x](javascript:alert(1)) <#1> ```")
    [event] = await house.intake.wait_for(MessageReceived)
    assert event.text == "@everyone @99999 [x\\](javascript:alert(1)) #1 \\`\\`\\`"


async def test_reactions_that_a_moderator_clears_away_go_for_everybody_who_is_known(house: House) -> None:
    message = await house.server.say(story.MIA, story.HELP, "My lamp hums")
    [event] = await house.intake.wait_for(MessageReceived)
    reactions = frozenset({("👍", story.MIA), ("👍", story.NOAH), ("🎉", story.MIA)})
    house.intake.known = [Remembered(event.message, is_origin=True, reactions=reactions)]
    posting = house.server._parts.posting
    found = posting.community.message(story.HELP, message)
    posting.clear_reactions(found, "👍")
    events = await house.intake.wait_for(ReactionChanged, 2)
    assert {(one.author.identity.external_id, one.emoji, one.is_on) for one in events} == {
        (story.MIA, "👍", False),
        (story.NOAH, "👍", False),
    }
    posting.clear_reactions(found)
    assert len(await house.intake.wait_for(ReactionChanged, 5)) == 5


async def test_who_pinned_a_message_and_that_it_is_pinned_no_more(house: House) -> None:
    room = house.direct_chat(story.MIA)
    message = await house.server.say(story.MIA, room, "Where is my sofa?")
    await house.server.pin(story.MIA, room, message)
    [pin] = await house.intake.wait_for(PinChanged)
    assert pin.author is not None
    assert (pin.message.id, pin.is_on, pin.author.name) == (message, True, "Mia Wong")
    house.intake.known = [Remembered(pin.message, is_origin=True, is_pinned=True)]
    await house.server.pin(story.MIA, room, message, is_on=False)
    off = (await house.intake.wait_for(PinChanged, 2))[1]
    assert (off.message, off.is_on) == (pin.message, False)


async def test_a_forwarded_message_names_its_channel_unless_only_staff_know_it(house: House) -> None:
    source = await house.server.say(story.MIA, story.HELP, "My lamp hums")
    forwarded = {"forward": {"room": story.HELP, "message": source}}
    await house.server.send(story.MIA, house.direct_chat(story.MIA), forwarded)
    received = await house.intake.wait_for(MessageReceived, 2)
    assert received[1].forwarded_from == "#help"
    assert "My lamp hums" in received[1].text
