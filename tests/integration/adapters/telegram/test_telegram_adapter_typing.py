"""The bot is seen writing in a chat or topic, when that is to be had."""

import pytest
from telegram.error import TelegramError

from adapters.telegram import TelegramAdapter
from bot.core.outgoing import SendError
from bot.core.places import Place
from tests.integration.adapters.telegram.telegram_stage import DANA, DELIVERIES, FORUM, Stage


def shown(stage: Stage) -> list[tuple[str, object]]:
    entries = stage.server.world.journal.entries
    return [(one.room, one.data["topic"]) for one in entries if one.kind == "typing"]


async def test_in_a_chat_and_in_a_topic(stage: Stage, adapter: TelegramAdapter, dana: Place) -> None:
    await adapter.show_typing(dana)
    await adapter.show_typing(Place("telegram", channel=FORUM, thread=DELIVERIES))
    assert shown(stage) == [(DANA, 0), (FORUM, int(DELIVERIES))]


async def test_a_chat_that_wants_to_be_left_alone_is(
    stage: Stage, adapter: TelegramAdapter, dana: Place
) -> None:
    faults = stage.server.world.faults["telegram"]
    faults.rate_limited_calls, faults.retry_after_seconds = 1, 7
    with pytest.raises(SendError):
        await stage.say(adapter, dana, "one")
    await adapter.show_typing(dana)
    assert shown(stage) == []


async def test_a_refusal_makes_no_message_wait(stage: Stage, adapter: TelegramAdapter, dana: Place) -> None:
    await stage.server.block_bot(DANA)
    with pytest.raises(TelegramError):
        await adapter.show_typing(dana)
    with pytest.raises(SendError):
        await adapter.show_typing(Place("telegram", channel="C0HELP"))
    await stage.server.block_bot(DANA, is_blocked=False)
    await stage.say(adapter, dana, "Hello")
    assert "Hello" in stage.texts(DANA, DANA)[-1]
