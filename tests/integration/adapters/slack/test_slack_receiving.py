"""What people do in Slack arrives as events."""

import threading

import pytest
from msgspec.structs import replace

from adapters import FileUnavailableError
from adapters.slack import SlackAdapter, messages
from bot.core.content import FileKind
from bot.core.events import (
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PlaceDeleted,
    ReactionChanged,
)
from bot.core.places import Place
from sandbox.slack import SlackServer
from sandbox.surface import Upload
from tests.integration.adapters.slack.slack_house import HELP, STAFF, TEAM, House, post

DM = "D0CARLA"


async def test_a_direct_message_arrives_with_its_words_and_who_said_it(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    ts = await server.say("U0CARLA", DM, "Where is my *sofa*? :wave: <https://x.example|here>")
    (event,) = await house.intake.wait_for(MessageReceived)
    assert event.id == f"slack:message:{DM}:{ts}"
    assert event.text == "Where is my **sofa**? 👋 [here](<https://x.example>)"
    assert event.place == Place("slack", TEAM, DM, is_direct=True)
    assert event.message.id == ts
    assert (event.author.name, event.author.identity.external_id) == ("Carla", "U0CARLA")
    assert (event.is_to_bot, event.is_opening, event.is_backfilled) == (True, False, False)
    assert event.author.is_in_staff_space is None


async def test_a_user_group_is_called_by_its_name(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.say("U0CARLA", DM, "Is @support-team here?")
    gone = {"type": "rich_text_section", "elements": [{"type": "usergroup", "usergroup_id": "S0GONE"}]}
    await server.say("U0CARLA", DM, "Or it?", blocks=({"type": "rich_text", "elements": [gone]},))
    first, second = await house.intake.wait_for(MessageReceived, 2)
    assert (first.text, second.text) == ("Is @support-team here?", "@group")
    asked = [entry for entry in server.world.journal.entries if entry.data.get("method") == "usergroups.list"]
    assert len(asked) == 1, "one question tells of all groups"


async def test_a_message_in_a_support_channel_opens_a_thread_of_its_own(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    ts = await server.say("U0KURT", "C0HELP", "It is broken")
    reply = await server.reply_in_thread("U0CARLA", "C0HELP", ts, "Mine too")
    opening, answer = await house.intake.wait_for(MessageReceived, 2)
    assert opening.place == Place("slack", TEAM, "C0HELP", ts)
    assert opening.is_opening
    assert not opening.is_to_bot
    assert opening.place.lies_in(HELP)
    assert answer.place == opening.place
    assert (answer.message.id, answer.is_opening) == (reply, False)


async def test_in_other_channels_only_a_mention_and_what_follows_in_its_thread_is_heard(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.invite("U0KURT", "C0RANDOM", "U0ALLHANDS")
    await server.say("U0KURT", "C0RANDOM", "Nothing for you")
    asked = await server.say("U0KURT", "C0RANDOM", "@allhands: how long is the warranty?")
    await server.reply_in_thread("U0KURT", "C0RANDOM", asked, "For the oak table")
    first, second = await house.intake.wait_for(MessageReceived, 2)
    await server.settle()
    assert [event.text for event in house.intake.of(MessageReceived)] == [
        "how long is the warranty?",
        "For the oak table",
    ]
    assert first.is_to_bot
    assert second.is_to_bot
    assert first.place == second.place


async def test_what_staff_write_in_the_staff_space_shows_that_they_are_staff(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.say("U0ANA", "C0SUPPORT", "Good morning")
    (event,) = await house.intake.wait_for(MessageReceived)
    assert event.author.is_in_staff_space is True
    assert event.place.lies_in(STAFF)


async def test_an_edition_a_deletion_and_reactions_name_the_message_they_are_about(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    root = await server.say("U0KURT", "C0HELP", "Helo")
    ts = await server.reply_in_thread("U0KURT", "C0HELP", root, "more")
    await server.edit("U0KURT", "C0HELP", root, "Hello _there_")
    await server.react("U0CARLA", "C0HELP", ts, "+1")
    await server.react("U0CARLA", "C0HELP", ts, "+1", is_on=False)
    await server.delete("U0KURT", "C0HELP", ts)
    (deleted,) = await house.intake.wait_for(MessageDeleted)
    (edited,) = await house.intake.wait_for(MessageEdited)
    on, off = await house.intake.wait_for(ReactionChanged, 2)
    place = Place("slack", TEAM, "C0HELP", root)
    assert (edited.message.place, edited.message.id, edited.text) == (place, root, "Hello _there_")
    assert (on.message.place, on.message.id, on.emoji, on.is_on) == (place, ts, "👍", True)
    assert (off.is_on, off.author.name) == (False, "Carla")
    assert (deleted.message.place, deleted.message.id) == (place, ts)


async def test_a_reaction_on_a_message_from_before_the_start_finds_its_thread(
    house: House, server: SlackServer
) -> None:
    root = await server.say("U0KURT", "C0HELP", "Helo")
    ts = await server.reply_in_thread("U0KURT", "C0HELP", root, "more")
    async with house.running():
        await server.settle()
        async with house.running():  # a second process, which heard none of it
            await server.react("U0CARLA", "C0HELP", ts, "+1")
            events = await house.intake.wait_for(ReactionChanged)
    # What is read of the history while it comes in tells of it as well, for whom it changes nothing.
    assert {event.message.place for event in events} == {Place("slack", TEAM, "C0HELP", root)}


async def test_a_deleted_card_means_that_its_thread_is_gone(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    receipt = await post(adapter, STAFF, "A card")
    card = receipt.messages[0].id
    server.happenings.delete(
        server.workspace.channels["C0SUPPORT"], server.workspace.channels["C0SUPPORT"].posts[card]
    )
    (gone,) = await house.intake.wait_for(PlaceDeleted)
    assert gone.place == Place("slack", TEAM, "C0SUPPORT", card)
    assert not house.intake.of(MessageDeleted)


async def test_a_card_with_answers_that_is_deleted_leaves_a_stone_and_counts_as_gone(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    receipt = await post(adapter, STAFF, "A card")
    card = receipt.messages[0].id
    await server.reply_in_thread("U0ANA", "C0SUPPORT", card, "I look at it")
    channel = server.workspace.channels["C0SUPPORT"]
    server.happenings.delete(channel, channel.posts[card])
    (gone,) = await house.intake.wait_for(PlaceDeleted)
    assert gone.place.thread == card


async def test_files_arrive_as_references_that_open_with_the_bots_rights(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    uploads = (
        Upload("pho\u202eto.png", "image/png", b"picture" * 40_000),
        Upload("a.txt", "text/plain", b"hi"),
    )
    await server.say("U0CARLA", DM, "Look", files=uploads)
    (event,) = await house.intake.wait_for(MessageReceived)
    picture, text = event.files
    assert (picture.name, picture.kind, picture.size_bytes) == ("photo.png", FileKind.PICTURE, 280_000)
    assert (text.kind, text.mime) == (FileKind.DOCUMENT, "text/plain")
    async with adapter.open_file(picture) as chunks:
        assert b"".join([chunk async for chunk in chunks]) == b"picture" * 40_000


async def test_a_file_is_unavailable_to_a_wrong_token_when_it_is_gone_and_when_it_lies_elsewhere(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await server.say("U0CARLA", DM, "", files=(Upload("a.txt", "text/plain", b"hi"),))
    (event,) = await house.intake.wait_for(MessageReceived)
    (file,) = event.files
    stranger = SlackAdapter(house.context(), replace(house.settings(), bot_token="xoxb-wrong"))
    elsewhere = replace(file, id=f"F1 {server.address.replace('127.0.0.1', 'localhost')}/x")
    for opener, wanted in (
        (stranger, file),
        (adapter, replace(file, id="F0NOWHERE")),
        (adapter, elsewhere),
        (adapter, file),
    ):
        if (opener, wanted) == (adapter, file):
            del server.workspace.files[file.id.partition(" ")[0]]
        with pytest.raises(FileUnavailableError):
            async with opener.open_file(wanted):
                pass
    await stranger.close()


async def test_the_bot_does_not_hear_itself_nor_that_people_come_and_go(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    await post(adapter, HELP, "Welcome, @everyone")
    person = server.add_person("Nina")
    await server.leave(person.id, "C0HELP")
    await server.say("U0CARLA", DM, "hello")
    await server.settle()
    assert [event.text for event in house.intake.events] == ["hello"]


async def test_a_burst_of_somebody_unknown_keeps_its_order(
    house: House, server: SlackServer, adapter: SlackAdapter
) -> None:
    said = [f"number {number}" for number in range(30)]
    for text in said:
        await server.say("U0CARLA", DM, text)
    events = await house.intake.wait_for(MessageReceived, 30)
    assert [event.text for event in events] == said


async def test_a_name_that_does_not_come_in_time_is_the_id(house: House, server: SlackServer) -> None:
    async with house.running():
        server.world.faults["slack"].slow_seconds = 2.5
        await server.say("U0CARLA", DM, "hello")
        (event,) = await house.intake.wait_for(MessageReceived)
        server.world.faults["slack"].slow_seconds = 0
    assert event.author.name == "U0CARLA"


@pytest.mark.parametrize("copies", [2])
async def test_the_same_event_delivered_twice_has_one_id(
    house: House, server: SlackServer, adapter: SlackAdapter, copies: int
) -> None:
    server.world.faults["slack"].duplicate_deliveries = copies
    await server.say("U0CARLA", DM, "once")
    await server.settle()
    assert len(house.intake.events) == 1
    assert house.intake.accepted_calls == copies


async def test_a_long_message_is_read_beside_the_event_loop_and_keeps_its_turn(
    house: House, server: SlackServer, adapter: SlackAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_in: list[threading.Thread] = []
    says = messages.says

    def watched(*message: object) -> str:
        read_in.append(threading.current_thread())
        return says(*message)  # type: ignore[arg-type]  # whatever it is given

    monkeypatch.setattr(messages, "says", watched)
    await server.say("U0CARLA", DM, "First")
    long = "*a* _b_ ~c~ " * 1000
    for text in (long, "Second", long, "Third"):
        await server.say("U0CARLA", DM, text)
    events = await house.intake.wait_for(MessageReceived, 5)
    assert [len(event.text) < 10 for event in events] == [True, False, True, False, True]
    assert [event.text for event in events[::2]] == ["First", "Second", "Third"]
    assert [thread is threading.main_thread() for thread in read_in] == [True, False, True, False, True]
