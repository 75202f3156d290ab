"""What Telegram does not take comes back with a reason, or with the time to try again."""

import asyncio

import pytest

from adapters.telegram import TelegramAdapter
from bot.core.content import Content
from bot.core.events import MessageReceived
from bot.core.outgoing import Post, Refusal, SendError
from bot.core.places import Place
from tests.integration.adapters.telegram.telegram_stage import (
    DANA,
    DESK,
    EMIL,
    FANS,
    FORUM,
    TOM,
    Stage,
    direct,
    document,
)


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
