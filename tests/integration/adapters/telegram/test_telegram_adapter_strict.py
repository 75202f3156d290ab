"""Servers that refuse what they do not know get a plainer message, and the reader gets the words."""

from typing import Any

import pytest

from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.core.content import Button, ButtonStyle, Content
from bot.core.outgoing import Edit, Refusal, SendError
from bot.core.places import MessageAt, Place
from sandbox.telegram import TelegramServer
from sandbox.world import World
from tests.integration.adapters.telegram.telegram_stage import Stage
from tests.integration.adapters.telegram.telegram_stub import RefusalError, Stub, serving

DANA = Place("telegram", channel="5", is_direct=True)
CONTENT = Content(text="**a**", buttons=(Button("x", "claim", "1", style=ButtonStyle.PRIMARY),))


def strict(fields: dict[str, Any]) -> Any:
    if unknown := fields.keys() - {"chat_id", "message_id", "text", "reply_markup"}:
        raise RefusalError(400, f"Bad Request: what is {sorted(unknown)}?")
    if "style" in str(fields.get("reply_markup")):
        raise RefusalError(400, "Bad Request: can't parse inline keyboard button")
    return {"message_id": 100, "date": 1, "chat": {"id": 5}}


async def test_the_words_and_the_buttons_arrive() -> None:
    stage = Stage(TelegramServer(World()))
    async with serving(Stub({"sendMessage": strict})) as stub:
        adapter = TelegramAdapter(stage.context(), TelegramSettings("900:x", stub.url))
        await stage.say(adapter, DANA, CONTENT.text, buttons=CONTENT.buttons)
        await adapter.close()
        sent = stub.called("sendMessage")[-1]
    assert sent["text"] == "a"
    assert sent["reply_markup"] == {"inline_keyboard": [[{"text": "x", "callback_data": "claim:1"}]]}


async def test_a_card_is_redrawn() -> None:
    stage = Stage(TelegramServer(World()))
    async with serving(Stub({"editMessageText": strict})) as stub:
        adapter = TelegramAdapter(stage.context(), TelegramSettings("900:x", stub.url))
        await stage.send(adapter, Edit((MessageAt(DANA, "100"),), CONTENT))
        await adapter.close()
        drawn = stub.called("editMessageText")[-1]
    assert (drawn["message_id"], drawn["text"]) == (100, "a")
    assert drawn["reply_markup"] == {"inline_keyboard": [[{"text": "x", "callback_data": "claim:1"}]]}


async def test_a_chat_that_is_not_there_is_not_asked_twice() -> None:
    stage = Stage(TelegramServer(World()))

    def refuse(_fields: dict[str, Any]) -> Any:
        raise RefusalError(400, "Bad Request: chat not found")

    async with serving(Stub({"sendMessage": refuse})) as stub:
        adapter = TelegramAdapter(stage.context(), TelegramSettings("900:x", stub.url))
        with pytest.raises(SendError) as caught:
            await stage.say(adapter, DANA, "**a**")
        await adapter.close()
        assert len(stub.called("sendMessage")) == 1
    assert caught.value.refusal is Refusal.BLOCKED
