"""What was said follows its edits, deletions and reactions."""

import pytest

from adapters.telegram import TelegramAdapter
from adapters.telegram.changes import REACTIONS
from bot.core.content import Button, Content
from bot.core.events import MessageReceived
from bot.core.outgoing import Edit, Mark, Outcome, React, Refusal, Remove, SendError
from bot.core.places import MessageAt, Place
from tests.integration.adapters.telegram.telegram_stage import (
    DANA,
    DELIVERIES,
    FORUM,
    Stage,
    picture,
)


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
