"""What the desk says appears on Telegram as it was meant, within its limits, or comes back as a clear refusal."""

import asyncio
from typing import Any

import pytest

from adapters.telegram import TelegramAdapter
from adapters.telegram.changes import REACTIONS
from bot.core.content import Button, ButtonStyle, Content, FileKind, FileRef, Speaker, Tone
from bot.core.events import MessageReceived
from bot.core.outgoing import Edit, Mark, Outcome, Post, React, Refusal, Remove, SendError, ShowHome
from bot.core.places import Identity, MessageAt, Place, direct_to
from tests.integration.adapters.telegram.telegram_stage import (
    DANA,
    DELIVERIES,
    DESK,
    EMIL,
    FANS,
    FORUM,
    TOM,
    Stage,
    direct,
)
from tests.integration.adapters.telegram.test_telegram_adapter_receiving import PNG


@pytest.fixture
async def dana(stage: Stage, adapter: TelegramAdapter) -> Place:
    """Dana's private chat, which she has opened."""
    await stage.server.say(DANA, DANA, "hi")
    return (await stage.ledger.next(MessageReceived)).place


def picture(stage: Stage, name: str = "a.png", **more: Any) -> FileRef:
    stage.files[name] = PNG
    return FileRef("slack", name, name, FileKind.PICTURE, "image/png", **more)


def document(stage: Stage, name: str = "a.txt", content: bytes = b"text") -> FileRef:
    stage.files[name] = content
    return FileRef("discord", name, name, FileKind.DOCUMENT, "text/plain")


async def test_a_direct_place_without_channel_finds_the_person(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, direct_to(Identity("telegram", "", DANA)), "hello")
    assert receipt.messages == (MessageAt(dana, receipt.messages[0].id),)
    assert stage.shown(DANA, DANA, receipt.messages[0]).text == "hello"


async def test_a_card_shows_tone_title_fields_text_and_footnote(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    content = Content(
        title="#7 Sofa *broken*",
        fields=(("Customer", "Dana"), ("State", "**waiting**")),
        text="It _broke_.",
        footnote="offered: nothing",
        tone=Tone.WAITING,
        buttons=(Button("Claim", "claim", "7", ButtonStyle.PRIMARY), Button("Site", url="https://x.example")),
    )
    receipt = await stage.send(adapter, Post(dana, content))
    shown = stage.shown(DANA, DANA, receipt.messages[0])
    assert shown.text == (
        "🟡 #7 Sofa *broken*\nCustomer: Dana\nState: waiting\n\nIt broke.\n\noffered: nothing"
    )
    kinds = [entity["type"] for entity in shown.native["entities"]]
    assert sorted(kinds) == ["bold", "bold", "bold", "bold", "italic", "italic"]
    assert [(button.id, button.url) for button in shown.buttons] == [
        ("claim:7", ""),
        ("https://x.example", "https://x.example"),
    ]


async def test_the_speakers_name_leads_the_message(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "Hello, _all_", speaker=Speaker("Ana *K*"))
    shown = stage.shown(DANA, DANA, receipt.messages[0])
    assert shown.text == "Ana *K*: Hello, all"
    assert shown.native["entities"][0] == {"type": "bold", "offset": 0, "length": 8}


async def test_nobody_is_mentioned_and_no_page_is_previewed(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, stage.desk, "ask @tom_baker, see https://x.example/@tom_baker")
    native = stage.shown(TOM, DESK, receipt.messages[0]).native
    assert "mention" not in [entity["type"] for entity in native["entities"]]
    assert native["link_preview_options"] == {"is_disabled": True}
    assert "https://x.example/@tom_baker" in native["text"]


async def test_a_long_text_becomes_several_messages_with_the_buttons_under_the_last(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "One sentence. " * 700, buttons=(Button("Ok", "ok"),))
    shown = [stage.shown(DANA, DANA, message) for message in receipt.messages]
    assert len(shown) == 3
    assert all(len(message.text) <= 4096 for message in shown)
    assert " ".join(message.text for message in shown) == ("One sentence. " * 700).strip()
    assert [len(message.buttons) for message in shown] == [0, 0, 1]


@pytest.mark.parametrize(
    "text",
    [
        "@tom_baker " * 9000,
        "[a](https://x.example) " * 4000,
        "```\n" * 3000,
        "> " * 40_000,
        "**" * 50_000,
        "\u202e\u200b" * 5000,
        "||~~**_a_**~~||" * 6000,
        "[x](http://[::1) [y](https://)",
        "\u200b",
        "&#0;&#xD800;",
    ],
    ids=lambda text: repr(text[:8]),
)
async def test_hostile_text_is_delivered_within_the_limits(
    stage: Stage, adapter: TelegramAdapter, dana: Place, text: str
) -> None:
    receipt = await stage.say(adapter, dana, text)
    assert receipt.messages


async def test_replies_hang_on_their_message_and_arrive_without_it_when_it_is_gone(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    question = stage.ledger.of(MessageReceived)[0].message
    receipt = await stage.send(adapter, Post(dana, Content(text="answer"), question))
    assert stage.shown(DANA, DANA, receipt.messages[0]).reply_to == question.id
    receipt = await stage.send(adapter, Post(dana, Content(text="answer"), MessageAt(dana, "999")))
    assert stage.shown(DANA, DANA, receipt.messages[0]).reply_to == ""


async def test_a_topic_of_a_support_forum_is_answered_in_the_topic(
    stage: Stage, adapter: TelegramAdapter
) -> None:
    place = Place("telegram", channel=FORUM, thread=DELIVERIES, person=DANA)
    receipt = await stage.say(adapter, place, "on its way")
    assert receipt.messages[0].place == place
    assert stage.texts(DANA, f"{FORUM}:{DELIVERIES}")[-1] == "on its way"


async def test_files_go_as_what_they_are_with_the_text_as_caption(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(
        adapter, dana, "see _this_", files=(picture(stage),), buttons=(Button("Ok", "ok"),)
    )
    shown = stage.shown(DANA, DANA, receipt.messages[0])
    assert len(receipt.messages) == 1
    assert "photo" in shown.native
    assert (shown.native["caption"], len(shown.buttons)) == ("see this", 1)


async def test_several_pictures_are_one_album_and_a_document_comes_behind(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    files = (picture(stage, "a.png"), picture(stage, "b.png"), document(stage))
    receipt = await stage.say(adapter, dana, "all three", files=files)
    shown = [stage.shown(DANA, DANA, message) for message in receipt.messages]
    assert [bool(message.native.get("media_group_id")) for message in shown] == [True, True, False]
    assert [message.native.get("caption", "") for message in shown] == ["all three", "", ""]
    assert shown[2].files[0].name == "a.txt"


async def test_a_long_caption_is_a_message_of_its_own(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "word " * 300, files=(picture(stage),))
    shown = [stage.shown(DANA, DANA, message) for message in receipt.messages]
    assert [("text" in message.native, "photo" in message.native) for message in shown] == [
        (True, False),
        (False, True),
    ]


async def test_a_large_file_is_streamed_from_disk(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    content = bytes(range(256)) * 20_000
    receipt = await stage.say(adapter, dana, "", files=(document(stage, "größe.bin", content),))
    (file,) = stage.shown(DANA, DANA, receipt.messages[0]).files
    assert (file.name, file.size) == ("größe.bin", len(content))


async def test_what_telegram_will_not_take_as_a_picture_goes_as_a_document(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    stage.files["x"] = b"no picture at all"
    broken = FileRef("slack", "x", "x.png", FileKind.PICTURE, "image/png")
    receipt = await stage.say(adapter, dana, "look", files=(broken,))
    shown = stage.shown(DANA, DANA, receipt.messages[0])
    assert (shown.files[0].name, shown.native["caption"]) == ("x.png", "look")
    assert "document" in shown.native


async def test_an_album_that_telegram_refuses_goes_one_by_one(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    stage.files["x"] = b"no picture at all"
    broken = FileRef("slack", "x", "x.png", FileKind.PICTURE, "image/png")
    receipt = await stage.say(adapter, dana, "look", files=(picture(stage), broken))
    natives = [stage.shown(DANA, DANA, message).native for message in receipt.messages]
    assert ["photo" in native for native in natives] == [True, False]
    assert [native.get("caption", "") for native in natives] == ["look", ""]


async def test_a_file_that_lies_on_telegram_is_sent_by_its_id(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "", files=(picture(stage),))
    photo = stage.shown(DANA, DANA, receipt.messages[0]).native["photo"][-1]
    stage.files.clear()
    again = FileRef("telegram", photo["file_id"], "photo.jpg", FileKind.PICTURE, "image/jpeg")
    receipt = await stage.say(adapter, dana, "again", files=(again,))
    assert "photo" in stage.shown(DANA, DANA, receipt.messages[0]).native


@pytest.mark.parametrize(
    ("file", "notice"),
    [
        pytest.param(FileRef("slack", "gone", "plan.pdf"), "file_unavailable", id="gone"),
        pytest.param(FileRef("telegram", "wrong", "plan.pdf"), "file_unavailable", id="an id Telegram lost"),
        pytest.param(
            FileRef("slack", "huge", "plan.pdf", size_bytes=60 * 1024 * 1024),
            "file_too_large",
            id="too large",
        ),
    ],
)
async def test_a_file_that_cannot_be_passed_on_is_named(
    stage: Stage, adapter: TelegramAdapter, dana: Place, file: FileRef, notice: str
) -> None:
    receipt = await stage.say(adapter, dana, "here", files=(file,))
    assert receipt.notices == (notice,)
    assert [stage.shown(DANA, DANA, message).text for message in receipt.messages][-1].endswith("plan.pdf")


async def test_a_file_that_grows_beyond_the_limit_is_too_large(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(
        adapter, dana, "", files=(document(stage, "big.bin", b"x" * (51 * 1024 * 1024)),)
    )
    assert receipt.notices == ("file_too_large",)


async def test_an_empty_file_is_named_instead(stage: Stage, adapter: TelegramAdapter, dana: Place) -> None:
    receipt = await stage.say(adapter, dana, "", files=(document(stage, "empty.txt", b""),))
    assert receipt.notices == ("file_unavailable",)


async def test_an_edit_replaces_text_and_buttons(stage: Stage, adapter: TelegramAdapter, dana: Place) -> None:
    receipt = await stage.say(adapter, dana, "old", buttons=(Button("A", "a"),))
    edited = await stage.send(
        adapter, Edit(receipt.messages, Content(text="**new**", buttons=(Button("B", "b"),)))
    )
    shown = stage.shown(DANA, DANA, receipt.messages[0])
    assert edited.messages == receipt.messages
    assert (shown.text, [button.id for button in shown.buttons]) == ("new", ["b:"])
    again = await stage.send(
        adapter, Edit(receipt.messages, Content(text="**new**", buttons=(Button("B", "b"),)))
    )
    assert again.messages == receipt.messages


async def test_an_edit_to_more_and_to_fewer_parts_keeps_them_in_step(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "short")
    longer = await stage.send(adapter, Edit(receipt.messages, Content(text="word " * 2000)))
    assert len(longer.messages) == 3
    assert longer.messages[0] == receipt.messages[0]
    shorter = await stage.send(adapter, Edit(longer.messages, Content(text="short again")))
    assert shorter.messages == receipt.messages
    assert stage.texts(DANA, DANA) == ["hi", "short again"]


async def test_an_edit_in_a_topic_stays_in_the_topic(stage: Stage, adapter: TelegramAdapter) -> None:
    place = Place("telegram", channel=FORUM, thread=DELIVERIES, person=DANA)
    receipt = await stage.say(adapter, place, "short")
    longer = await stage.send(adapter, Edit(receipt.messages, Content(text="word " * 1000)))
    assert [message.place for message in longer.messages] == [place, place]
    assert len(stage.texts(DANA, f"{FORUM}:{DELIVERIES}")) >= 2


@pytest.mark.parametrize("names_files", [True, False], ids=["the edit names the file", "it does not"])
async def test_an_edit_of_a_caption_changes_the_caption(
    stage: Stage, adapter: TelegramAdapter, dana: Place, names_files: bool
) -> None:
    file = picture(stage)
    receipt = await stage.say(adapter, dana, "old", files=(file,))
    content = Content(text="new", files=(file,) if names_files else ())
    edited = await stage.send(adapter, Edit(receipt.messages, content))
    assert edited.messages == receipt.messages
    assert stage.shown(DANA, DANA, receipt.messages[0]).native["caption"] == "new"


@pytest.mark.parametrize("names_files", [True, False], ids=["the edit names the file", "it does not"])
async def test_an_edit_of_words_leaves_the_files_behind_them(
    stage: Stage, adapter: TelegramAdapter, dana: Place, names_files: bool
) -> None:
    file = picture(stage)
    receipt = await stage.say(adapter, dana, "word " * 1200, files=(file,))
    assert len(receipt.messages) == 3
    content = Content(text="short", files=(file,) if names_files else ())
    edited = await stage.send(adapter, Edit(receipt.messages, content))
    assert edited.messages == (receipt.messages[0], receipt.messages[2])
    shown = [stage.shown(DANA, DANA, message) for message in edited.messages]
    assert shown[0].text == "short"
    assert "photo" in shown[1].native


async def test_an_edit_of_a_deleted_message_is_refused(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "text")
    await stage.server.delete(DANA, DANA, receipt.messages[0].id)
    with pytest.raises(SendError) as caught:
        await stage.send(adapter, Edit(receipt.messages, Content(text="new")))
    assert caught.value.refusal is Refusal.MESSAGE_GONE


async def test_messages_are_taken_back_also_when_they_are_gone_already(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "word " * 1000)
    await stage.server.delete(DANA, DANA, receipt.messages[0].id)
    await stage.send(adapter, Remove(receipt.messages))
    assert stage.texts(DANA, DANA) == ["hi"]


async def test_what_is_too_old_to_be_deleted_loses_its_words(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    receipt = await stage.say(adapter, dana, "regretted", files=(picture(stage),))
    text = await stage.say(adapter, dana, "also regretted")
    stage.server.world.clock.advance(49 * 3600)
    removed = await stage.send(adapter, Remove((*receipt.messages, *text.messages)))
    assert removed.notices == ("removed_by_edit",)
    assert stage.shown(DANA, DANA, receipt.messages[0]).native["caption"] == "(removed)"
    assert stage.shown(DANA, DANA, text.messages[0]).text == "(removed)"


async def test_the_bot_reacts_and_takes_its_reaction_off(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    message = stage.ledger.of(MessageReceived)[0].message
    await stage.send(adapter, React(message, "❤️", True))
    assert [reaction.emoji for reaction in stage.shown(DANA, DANA, message).reactions] == ["❤"]
    await stage.send(adapter, React(message, "❤️", False))
    assert stage.shown(DANA, DANA, message).reactions == ()
    await stage.send(adapter, React(message, "👍🏽", True))
    assert [reaction.emoji for reaction in stage.shown(DANA, DANA, message).reactions] == ["👍"]


async def test_an_emoji_telegram_lacks_is_left_out_with_a_notice(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    message = stage.ledger.of(MessageReceived)[0].message
    receipt = await stage.send(adapter, React(message, "🪑", True))
    assert receipt.notices == ("reaction_unknown",)
    assert "🪑" not in (adapter.capabilities.reactions or ())


async def test_every_declared_reaction_is_accepted(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    message = stage.ledger.of(MessageReceived)[0].message
    for emoji in sorted(REACTIONS):
        assert (await stage.send(adapter, React(message, emoji, True))).notices == ()


async def test_a_mark_takes_the_place_of_the_one_before(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    message = stage.ledger.of(MessageReceived)[0].message
    for outcome, emoji in ((Outcome.NOTE, "✍"), (Outcome.FAILED, "💔"), (Outcome.SENT, "👌")):
        await stage.send(adapter, Mark(message, outcome))
        assert [reaction.emoji for reaction in stage.shown(DANA, DANA, message).reactions] == [emoji]


async def test_marking_a_message_that_is_gone_is_no_failure(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    assert (await stage.send(adapter, Mark(MessageAt(dana, "999"), Outcome.SENT))).notices == ()


@pytest.mark.parametrize(
    ("place", "refusal"),
    [
        pytest.param(direct(EMIL), Refusal.BLOCKED, id="never opened the chat"),
        pytest.param(direct("77"), Refusal.BLOCKED, id="nobody Telegram knows"),
        pytest.param(Place("telegram", channel="-100777"), Refusal.PLACE_GONE, id="no such group"),
        pytest.param(Place("telegram", channel=DESK, thread="777"), Refusal.PLACE_GONE, id="no such topic"),
        pytest.param(
            Place("telegram", channel="C0HELP"), Refusal.PLACE_GONE, id="no chat of Telegram at all"
        ),
    ],
)
async def test_a_refusal_has_a_reason(
    stage: Stage, adapter: TelegramAdapter, place: Place, refusal: Refusal
) -> None:
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, place, "hello?")
    assert caught.value.refusal is refusal


async def test_a_person_who_blocked_the_bot_is_told_of(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    await stage.server.block_bot(DANA)
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, dana, "hello?")
    assert caught.value.refusal is Refusal.BLOCKED


async def test_a_deleted_topic_is_a_place_that_is_gone(stage: Stage, adapter: TelegramAdapter) -> None:
    room = await stage.server.open_thread(TOM, DESK, "#1", "hello")
    place = (await stage.ledger.next(MessageReceived)).place
    await stage.server.delete_room(room)
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, place, "hello?")
    assert caught.value.refusal is Refusal.PLACE_GONE


async def test_a_group_that_threw_the_bot_out_is_gone(stage: Stage, adapter: TelegramAdapter) -> None:
    await stage.server.set_bot_status(TOM, FANS, "kicked")
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, Place("telegram", channel=FANS, person=DANA), "hello?")
    assert caught.value.refusal is Refusal.PLACE_GONE


async def test_a_closed_topic_opens_for_what_must_be_said(stage: Stage, adapter: TelegramAdapter) -> None:
    room = await stage.server.open_thread(TOM, FORUM, "chairs", "hello")
    place = (await stage.ledger.next(MessageReceived)).place
    await stage.server.close_topic(TOM, room)
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, place, "no right to")
    assert caught.value.refusal is Refusal.NOT_ALLOWED
    await stage.server.set_bot_status(TOM, FORUM, "administrator")
    await stage.say(adapter, place, "open again")
    assert stage.texts(DANA, room)[-1] == "open again"


async def test_too_many_requests_wait_as_long_as_telegram_says(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    faults = stage.server.world.faults["telegram"]
    faults.rate_limited_calls, faults.retry_after_seconds = 1, 7
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, dana, "one")
    assert caught.value.retry_after_seconds == 7
    assert not caught.value.is_permanent
    assert not caught.value.is_uncertain
    # The chat is left alone meanwhile, without asking the server again.
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, dana, "two")
    assert 6 < caught.value.retry_after_seconds <= 7
    await stage.say(adapter, stage.desk, "other chats go on")


async def test_a_burst_to_a_group_goes_at_once(stage: Stage, adapter: TelegramAdapter) -> None:
    place = Place("telegram", channel=FANS, person=DANA)
    await asyncio.gather(*(stage.say(adapter, place, f"{number}") for number in range(25)))
    assert len(stage.texts(DANA, FANS)) == 25


async def test_a_lost_reply_is_uncertain_and_the_next_try_says_so(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    stage.server.world.faults["telegram"].lost_replies = 1
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, dana, "did you get this?")
    assert caught.value.is_uncertain
    assert not caught.value.is_permanent
    receipt = await stage.send(
        adapter, Post(dana, Content(text="did you get this?")), number=2, is_uncertain=True
    )
    assert receipt.is_repeat_possible
    assert stage.texts(DANA, DANA)[-2:] == ["did you get this?", "did you get this?\n\n(may appear twice)"]


async def test_an_unavailable_platform_did_nothing_and_is_tried_again(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    stage.server.world.faults["telegram"].is_down = True
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, dana, "hello")
    assert (caught.value.is_permanent, caught.value.is_uncertain) == (False, False)


async def test_a_server_error_may_have_been_a_success(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    stage.server.world.faults["telegram"].server_errors = 1
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, dana, "hello")
    assert (caught.value.is_permanent, caught.value.is_uncertain) == (False, True)


async def test_nobody_listening_at_the_address_is_temporary(stage: Stage) -> None:
    adapter = stage.adapter(settings={"api_url": "http://127.0.0.1:1"})
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, direct(DANA), "hello")
    await adapter.close()
    assert (caught.value.is_permanent, caught.value.is_uncertain) == (False, False)


async def test_a_long_answer_goes_on_behind_what_arrived(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    content = Content(text="One sentence. " * 700, files=(document(stage),))
    faults = stage.server.world.faults["telegram"]
    faults.slow_seconds = 0.2
    sending = asyncio.create_task(stage.send(adapter, Post(dana, content)))
    while len(stage.texts(DANA, DANA)) < 2:
        await asyncio.sleep(0.01)
    faults.rate_limited_calls = 1
    with pytest.raises(SendError) as caught:
        await sending
    faults.slow_seconds = 0
    sent = caught.value.sent
    assert len(sent) >= 1
    # A fresh adapter stands for the next try after the pause.
    again = stage.adapter()
    receipt = await stage.send(again, Post(dana, content), number=2, sent_so_far=sent)
    await again.close()
    assert receipt.messages[: len(sent)] == sent
    assert len(receipt.messages) == 4
    assert not receipt.is_repeat_possible
    assert len(stage.texts(DANA, DANA)) == 5


async def test_a_wrong_token_does_not_throw_messages_away(stage: Stage) -> None:
    adapter = stage.adapter(settings={"token": "1:wrong"})
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, direct(DANA), "hello")
    await adapter.close()
    assert not caught.value.is_permanent
    assert caught.value.retry_after_seconds > 0


async def test_there_is_no_home_to_show(stage: Stage, adapter: TelegramAdapter) -> None:
    receipt = await stage.send(adapter, ShowHome(Identity("telegram", "", DANA), (Content(text="x"),)))
    assert receipt.messages == ()


async def test_the_adapter_sends_before_and_after_it_runs(stage: Stage) -> None:
    await stage.server.say(DANA, DANA, "hi")
    adapter = stage.adapter()
    await stage.say(adapter, direct(DANA), "before")
    await adapter.close()
    await stage.say(adapter, direct(DANA), "after")
    await adapter.close()
    await adapter.close()
    assert stage.texts(DANA, DANA) == ["hi", "before", "after"]


async def test_with_telegrams_real_limits_a_flood_is_paced(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    stage.server.has_real_limits = True
    await stage.say(adapter, dana, "0")
    with pytest.raises(SendError) as caught:
        await stage.say(adapter, dana, "1")
    assert caught.value.retry_after_seconds > 0
    await asyncio.sleep(caught.value.retry_after_seconds)
    await stage.say(adapter, dana, "1")
    # Now that the chat is known to be strict, the next message waits by itself instead of being refused.
    await stage.say(adapter, dana, "2")
    assert stage.texts(DANA, DANA)[-3:] == ["0", "1", "2"]
