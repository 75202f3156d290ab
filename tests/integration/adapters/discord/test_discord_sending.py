"""What the house sends, as people see it on Discord."""

from datetime import timedelta

import aiohttp
import pytest

from adapters import Attempt
from bot.core.content import Button, ButtonStyle, Content, FileKind, FileRef, Loss, LostFile, Speaker, Tone
from bot.core.events import MessageReceived
from bot.core.outgoing import (
    Edit,
    Mark,
    Outcome,
    Post,
    React,
    Receipt,
    Refusal,
    Remove,
    SendError,
    ShowHome,
)
from bot.core.places import Identity, MessageAt, Place, direct_to
from sandbox.discord import story
from sandbox.discord.community import Community
from sandbox.discord.model import Overwrite
from sandbox.discord.permissions import Permission
from tests.integration.adapters.discord.house import House, discord_place

MIA = Identity("discord", "", story.MIA)


async def _ask_in_help(house: House, text: str = "My lamp hums") -> MessageReceived:
    count = len(house.intake.of(MessageReceived))
    await house.server.say(story.MIA, story.HELP, text)
    return (await house.intake.wait_for(MessageReceived, count + 1))[-1]


async def test_a_post_to_a_person_finds_their_direct_chat(idle_house: House) -> None:
    receipt = await idle_house.send(Post(direct_to(MIA), Content("Hello **Mia**")))
    room = idle_house.direct_chat(story.MIA)
    assert receipt.messages[0].place == Place("discord", channel=room, is_direct=True)
    [message] = idle_house.seen(receipt)
    assert message.text == "Hello **Mia**"


async def test_closed_direct_messages_are_told_as_blocked(house: House) -> None:
    await house.server.block_bot(story.MIA)
    with pytest.raises(SendError) as raised:
        await house.send(Post(direct_to(MIA), Content("Hello")))
    assert raised.value.refusal is Refusal.BLOCKED
    assert "50007" in str(raised.value)


async def test_the_first_answer_in_a_text_channel_starts_the_thread_of_the_question(house: House) -> None:
    asked = await _ask_in_help(house, "My **lamp** hums")
    receipt = await house.send(Post(asked.place, Content("Which one?")))
    again = await house.send(Post(asked.place, Content("The small one?")))
    assert {at.place for at in (*receipt.messages, *again.messages)} == {asked.place}
    [thread] = [room for room in house.server.rooms(story.MIA) if room.id == asked.place.thread]
    assert (thread.name, thread.parent) == ("My lamp hums", story.HELP)
    await house.server.say(story.MIA, thread.id, "Yes")
    [_, reply] = await house.intake.wait_for(MessageReceived, 2)
    assert reply.place == asked.place


async def test_a_thread_is_also_started_for_a_question_from_before_a_restart(house: House) -> None:
    asked = await _ask_in_help(house)
    await house.restart()
    receipt = await house.send(Post(asked.place, Content("Which one?")))
    assert receipt.messages[0].place == asked.place
    await house.restart()
    receipt = await house.send(Post(asked.place, Content("Still there?")))
    assert receipt.messages[0].place == asked.place


async def test_where_no_thread_may_be_made_the_answer_is_a_reply_and_the_exchange_stays_one(
    house: House,
) -> None:
    await house.server.set_bot_right("CREATE_PUBLIC_THREADS", is_allowed=False, room=story.HELP)
    asked = await _ask_in_help(house)
    receipt = await house.send(Post(asked.place, Content("Which one?")))
    [message] = house.seen(receipt)
    assert (message.room, message.reply_to) == (story.HELP, asked.message.id)
    await house.server.say(story.MIA, story.HELP, "The small one", reply_to=message.id)
    [_, reply] = await house.intake.wait_for(MessageReceived, 2)
    assert reply.place == asked.place
    assert not reply.is_opening
    again = await house.send(Post(reply.place, Content("Thank you"), reply_to=reply.message))
    assert house.seen(again)[0].reply_to == asked.message.id


async def test_a_reply_points_at_what_it_answers(house: House) -> None:
    room = house.direct_chat(story.MIA)
    message = await house.server.say(story.MIA, room, "Where is my sofa?")
    [event] = await house.intake.wait_for(MessageReceived)
    receipt = await house.send(Post(event.place, Content("On its way"), reply_to=event.message))
    assert house.seen(receipt)[0].reply_to == message
    await house.server.delete(story.MIA, room, message)
    await house.send(Post(event.place, Content("To you"), reply_to=event.message))


async def test_a_card_has_its_title_fields_colour_and_rows_of_buttons(house: House) -> None:
    buttons = tuple(Button(f"B{n}", "do", str(n), ButtonStyle.PRIMARY) for n in range(7))
    content = Content(
        "Some *text*", title="#1 Sofa", fields=(("State", "waiting"), ("With", "Ana")), footnote="at 10:00",
        tone=Tone.ALERT, buttons=(*buttons, Button("Read", url="https://example.com/a")),
    )  # fmt: skip
    [message] = house.seen(await house.send(Post(direct_to(MIA), content)))
    [embed] = message.native["embeds"]
    assert message.native["content"] == "🔴 **#1 Sofa**\nState: waiting"
    assert (embed["description"], embed["color"]) == ("Some *text*", 0xF23F43)
    assert (embed["fields"][0]["name"], embed["footer"]["text"]) == ("With", "at 10:00")
    assert [len(row["components"]) for row in message.native["components"]] == [5, 3]
    assert [button.id for button in message.buttons[:2]] == ["do:0", "do:1"]


async def test_a_speaker_is_named_and_nobody_is_pinged(house: House) -> None:
    content = Content("@everyone <@1> look", speaker=Speaker("Ana *K*"))
    [message] = house.seen(await house.send(Post(discord_place(story.HELP), content)))
    assert message.native["content"] == "**Ana \\*K\\*:** @everyone \\<@1> look"
    assert (message.native["mentions"], message.native["mention_everyone"]) == ([], False)


async def test_a_long_text_arrives_whole_in_several_messages(house: House) -> None:
    text = "\n\n".join(f"Paragraph {n}: " + "word " * 60 for n in range(20))
    messages = house.seen(
        await house.send(Post(direct_to(MIA), Content(text, buttons=(Button("Ok", "ok"),))))
    )
    assert len(messages) > 3
    assert " ".join("".join(one.text for one in messages).split()).count("Paragraph") == 20
    assert [len(one.buttons) for one in messages] == [0] * (len(messages) - 1) + [1]


@pytest.mark.parametrize(
    "text", ["**" * 50_000, "[" * 100_000, "@everyone " * 9_000, "> " * 4_000, "\u202e\u200b"]
)
async def test_hostile_text_is_sent_without_an_error(house: House, text: str) -> None:
    receipt = await house.send(Post(discord_place(story.OFF_TOPIC), Content(text)))
    assert all(len(one.text) <= 2000 for one in house.seen(receipt))


async def test_files_travel_and_what_cannot_is_named(house: House) -> None:
    house.files = {"a": b"a" * 300_000, "b": b"b"}
    files = (
        FileRef("telegram", "a", "photo 1.png", FileKind.PICTURE, "image/png", 300_000),
        FileRef("slack", "b", "notes.txt"),
        FileRef("slack", "big", "film.mp4", size_bytes=900_000_000),
        FileRef("slack", "gone", "../../lost.pdf"),
    )
    receipt = await house.send(Post(direct_to(MIA), Content("See these", files=files)))
    [message] = house.seen(receipt)
    assert [(file.name, file.size) for file in message.files] == [("photo_1.png", 300_000), ("notes.txt", 1)]
    assert receipt.lost == (
        LostFile("film.mp4", 900_000_000, Loss.TOO_LARGE),
        LostFile("lost.pdf", 0, Loss.UNAVAILABLE),
    )
    assert "film.mp4 (900 MB) is not here: it is too large to be passed on" in message.text
    assert "lost.pdf is not here: it could not be fetched" in message.text
    assert ".." not in message.text


async def test_a_file_that_grows_beyond_its_declared_size_is_left_behind(house: House) -> None:
    house.files = {"a": b"a" * (10 * 1024 * 1024 + 1)}
    receipt = await house.send(Post(direct_to(MIA), Content(files=(FileRef("slack", "a", "a.bin"),))))
    assert [one.loss for one in receipt.lost] == [Loss.TOO_LARGE]
    assert len(receipt.messages) == 1


async def test_many_files_are_spread_over_messages(house: House) -> None:
    house.files = {str(n): b"x" for n in range(12)}
    files = tuple(FileRef("slack", str(n), f"{n}.txt", size_bytes=1) for n in range(12))
    messages = house.seen(await house.send(Post(direct_to(MIA), Content("Twelve", files=files))))
    assert [len(one.files) for one in messages] == [10, 2]


async def test_a_lost_reply_leads_to_no_second_copy(house: House) -> None:
    place = discord_place(story.OFF_TOPIC)
    house.world.faults["discord"].lost_replies = 1
    first_try = house.world.clock.now()
    with pytest.raises(SendError) as raised:
        await house.send(Post(place, Content("Once")), key="k1")
    assert raised.value.is_uncertain
    assert not raised.value.is_permanent
    receipt = await house.send(
        Post(place, Content("Once")), key="k1", number=2, is_uncertain=True, first_tried_at=first_try
    )
    [message] = [one for one in house.server.messages(story.MIA, story.OFF_TOPIC) if one.text == "Once"]
    assert receipt.messages == (MessageAt(discord_place(story.OFF_TOPIC, message.id), message.id),)
    assert not receipt.is_repeat_possible


async def test_long_after_a_lost_reply_the_message_is_found_in_the_history(house: House) -> None:
    place = discord_place(story.OFF_TOPIC)
    house.world.faults["discord"].lost_replies = 1
    first_try = house.world.clock.now()
    with pytest.raises(SendError):
        await house.send(Post(place, Content("Once")), key="k1")
    # By then Discord has forgotten the nonce.
    house.world.clock.advance(3600)
    await house.send(
        Post(place, Content("Once")), key="k1", number=2, is_uncertain=True, first_tried_at=first_try
    )
    assert len([one for one in house.server.messages(story.MIA, story.OFF_TOPIC) if one.text == "Once"]) == 1


async def test_the_same_words_under_another_key_are_sent_again(house: House) -> None:
    place = discord_place(story.OFF_TOPIC)
    await house.send(Post(place, Content("Ok")), key="k1")
    await house.send(Post(place, Content("Ok")), key="k2", number=2, is_uncertain=True)
    assert len([one for one in house.server.messages(story.MIA, story.OFF_TOPIC) if one.text == "Ok"]) == 2


async def test_parts_that_arrived_are_not_sent_again(house: House) -> None:
    text = "\n\n".join(f"{n} " + "word " * 300 for n in range(3))
    place = discord_place(story.OFF_TOPIC)
    house.world.faults["discord"].lost_replies = 0
    sent = await house.send(Post(place, Content(text)), key="k1")
    receipt = await house.adapter.send(
        Post(place, Content(text)),
        # The first part arrived for sure, of the second nobody knows.
        _attempt("k1", house, sent.messages[:1]),
    )
    assert receipt.messages == sent.messages
    assert len(house.server.messages(story.MIA, story.OFF_TOPIC)) == 3


def _attempt(key: str, house: House, sent: tuple[MessageAt, ...]) -> Attempt:
    return Attempt(key, 2, True, house.world.clock.now() - timedelta(minutes=1), sent)


async def test_errors_of_the_server_and_rate_limits_pass_by(house: House) -> None:
    faults = house.world.faults["discord"]
    faults.rate_limited_calls, faults.retry_after_seconds = 1, 0.05
    faults.server_errors = 1
    receipt = await house.send(Post(direct_to(MIA), Content("Hello")))
    assert len(house.seen(receipt)) == 1


async def test_limits_as_strict_as_discords_own_are_waited_out(house: House) -> None:
    asked = await _ask_in_help(house)
    house.server.rate_limits.is_strict = True
    for emoji in ("👍", "🎉", "❤️"):
        await house.send(React(asked.message, emoji, is_on=True))
    [message] = house.server.messages(story.MIA, story.HELP)
    assert len(message.reactions) == 3


async def test_a_long_rate_limit_is_handed_to_the_house(house: House) -> None:
    faults = house.world.faults["discord"]
    faults.rate_limited_calls, faults.retry_after_seconds = 1, 90.0
    with pytest.raises(SendError) as raised:
        await house.send(Post(direct_to(MIA), Content("Hello")))
    assert (raised.value.retry_after_seconds, raised.value.refusal) == (90.0, None)


async def test_a_platform_that_is_down_is_tried_again(house: House) -> None:
    house.world.faults["discord"].is_down = True
    with pytest.raises(SendError) as raised:
        await house.send(Post(discord_place(story.HELP), Content("Hello")))
    assert not raised.value.is_permanent


async def test_refusals_say_what_is_wrong(house: House) -> None:
    await house.server.set_bot_right("SEND_MESSAGES", is_allowed=False, room=story.OFF_TOPIC)
    with pytest.raises(SendError) as forbidden:
        await house.send(Post(discord_place(story.OFF_TOPIC), Content("Hello")))
    with pytest.raises(SendError) as unknown:
        await house.send(Post(discord_place("123456789012345678"), Content("Hello")))
    assert forbidden.value.refusal is Refusal.NOT_ALLOWED
    assert unknown.value.refusal is Refusal.PLACE_GONE


async def test_an_edit_follows_the_number_of_parts(house: House) -> None:
    short, long = Content("Short"), Content("\n\n".join("word " * 300 for _ in range(3)))
    place = discord_place(story.OFF_TOPIC)
    first = await house.send(Post(place, short))
    longer = await house.send(Edit(first.messages, long))
    assert longer.messages[0] == first.messages[0]
    assert len(house.seen(longer)) == 3
    shorter = await house.send(Edit(longer.messages, short))
    assert shorter.messages == first.messages
    assert [one.text for one in house.server.messages(story.MIA, story.OFF_TOPIC)] == ["Short"]


async def test_an_edit_keeps_files_and_takes_away_those_that_were_removed(house: House) -> None:
    house.files = {"a": b"a"}
    file = FileRef("slack", "a", "a.txt", size_bytes=1)
    receipt = await house.send(Post(direct_to(MIA), Content("One", files=(file,))))
    await house.send(Edit(receipt.messages, Content("Two", files=(file,))))
    [message] = house.seen(receipt)
    assert (message.text, [one.name for one in message.files]) == ("Two", ["a.txt"])
    await house.send(Edit(receipt.messages, Content("Three")))
    assert house.seen(receipt)[0].files == ()


async def test_an_edit_of_a_deleted_message_says_so(house: House) -> None:
    receipt = await house.send(Post(discord_place(story.OFF_TOPIC), Content("One")))
    await house.send(Remove(receipt.messages))
    assert house.server.messages(story.MIA, story.OFF_TOPIC) == []
    await house.send(Remove(receipt.messages))
    with pytest.raises(SendError) as raised:
        await house.send(Edit(receipt.messages, Content("Two")))
    assert raised.value.refusal is Refusal.MESSAGE_GONE


async def test_reactions_go_on_and_off_and_unknown_ones_are_left_out(house: House) -> None:
    asked = await _ask_in_help(house)
    await house.send(React(asked.message, "👍", is_on=True))
    [message] = house.server.messages(story.MIA, story.HELP)
    assert [(one.emoji, one.people) for one in message.reactions] == [("👍", (story.BOT_USER,))]
    await house.send(React(asked.message, "👍", is_on=False))
    assert house.server.messages(story.MIA, story.HELP)[0].reactions == ()
    unknown = await house.send(React(asked.message, ":party_parrot:", is_on=True))
    assert unknown.notices == ("reaction_unknown",)
    await house.server.delete(story.MIA, story.HELP, asked.message.id)
    await house.send(React(asked.message, "👍", is_on=True))


@pytest.mark.parametrize("is_restarted", [False, True], ids=["in one process", "over a restart"])
async def test_a_mark_takes_the_place_of_the_one_before(house: House, is_restarted: bool) -> None:
    asked = await _ask_in_help(house)
    await house.send(Mark(asked.message, Outcome.FAILED))
    if is_restarted:
        house.world.clock.advance(1)
        await house.restart()
    await house.send(Mark(asked.message, Outcome.SENT))
    [message] = house.server.messages(story.MIA, story.HELP)
    assert [one.emoji for one in message.reactions] == ["✅"]


async def test_there_is_no_home_to_draw(house: House) -> None:
    assert await house.send(ShowHome(MIA, (Content("Hello"),))) == Receipt()


async def test_an_adapter_that_was_closed_holds_no_connections(house: House) -> None:
    await house.send(Post(direct_to(MIA), Content("Hello")))
    await house.stop()
    await house.adapter.close()
    async with (
        aiohttp.ClientSession() as session,
        session.get(house.server.bot_settings()["DISCORD_API_URL"] + "/gateway") as response,
    ):
        assert response.status == 200
    assert not house.server.is_connected


def deny(community: Community, permission: Permission) -> None:
    room = community.channels[story.OFF_TOPIC]
    room.overwrites.append(Overwrite(community.bot_id, is_member=True, deny=int(permission)))


async def test_a_room_that_takes_no_files_takes_the_words(house: House) -> None:
    house.files = {"a": b"a"}
    community = house.server._parts.community
    deny(community, Permission.ATTACH_FILES)
    content = Content("The plan", files=(FileRef("slack", "a", "plan.pdf", size_bytes=1),))
    receipt = await house.send(Post(discord_place(story.OFF_TOPIC), content))
    (message,) = house.seen(receipt)
    assert message.text == "The plan\n📎 plan.pdf (1 B) is not here: this chat does not take it."
    assert receipt.lost == (LostFile("plan.pdf", 1, Loss.REFUSED),)


@pytest.mark.parametrize("may", [True, False], ids=["where they may", "where they may not"])
async def test_a_voice_is_heard_as_one_where_the_bot_may_send_voices(house: House, may: bool) -> None:
    house.files = {"v": b"OggS" + bytes(60)}
    if not may:
        deny(house.server._parts.community, Permission.SEND_VOICE_MESSAGES)
    voice = FileRef("telegram", "v", "voice.ogg", FileKind.VOICE, "audio/ogg", 64, seconds=4.0)
    receipt = await house.send(Post(discord_place(story.OFF_TOPIC), Content("Listen", files=(voice,))))
    text, sound = house.seen(receipt)
    assert (text.text, [file.name for file in sound.files]) == ("Listen", ["voice.ogg"])
    assert bool(sound.native["flags"] & 1 << 13) is may
    assert sound.native["attachments"][0].get("duration_secs") == (4.0 if may else None)
    assert receipt.lost == ()
