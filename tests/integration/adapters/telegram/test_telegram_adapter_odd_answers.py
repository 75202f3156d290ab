"""Telegram's answers with less in them than they should have, or with something else: what is done is done once."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace

from adapters.telegram import TelegramAdapter, polling
from bot.core.content import Button, Content, FileKind, FileRef, Form, FormField
from bot.core.events import ButtonPressed, Handle, MessageReceived
from bot.core.outgoing import (
    Answer,
    Edit,
    Mark,
    OpenForm,
    OpenThread,
    Outcome,
    Outgoing,
    Post,
    React,
    Receipt,
    Remove,
    SendError,
    SetThread,
    ThreadState,
)
from bot.core.places import Identity, MessageAt
from sandbox.telegram import TelegramServer
from sandbox.world import World
from tests.integration.adapters.telegram.telegram_stage import Stage, direct, running, until
from tests.integration.adapters.telegram.telegram_stub import (
    CHAT,
    DANA,
    DESK,
    RefusalError,
    Stub,
    in_front_of,
    refuse,
    serving,
    update,
)


@pytest.fixture
async def stage() -> Stage:
    return Stage(TelegramServer(World()))


@pytest.fixture
async def stub() -> AsyncIterator[Stub]:
    async with serving(Stub({"sendMessage": lambda _fields: {"message_id": 100}})) as stub:
        yield stub


@pytest.fixture
async def adapter(stage: Stage, stub: Stub) -> AsyncIterator[TelegramAdapter]:
    async with in_front_of(stub, stage) as adapter:
        yield adapter


@pytest.mark.parametrize(
    "result",
    [{}, {"result": None}, {"result": True}, {"result": {}}, {"result": []}, {"result": "x"}],
    ids=repr,
)
async def test_a_server_that_says_yes_to_everything_and_no_more_breaks_nothing(
    stage: Stage, stub: Stub, adapter: TelegramAdapter, result: dict[str, Any]
) -> None:
    stub.leaves_out_results, stub.result, stub.answers = True, result, {}
    stage.files["f"] = b"content"
    message, dana = MessageAt(direct(DANA), "9"), Identity("telegram", "", DANA)
    files = (
        FileRef("slack", "f", "a.png", FileKind.PICTURE),
        FileRef("slack", "f", "b.png", FileKind.PICTURE),
    )
    form = Form("reason", "Why?", "Send", (FormField("why", "Why?"),), subject="7")
    everything: tuple[Outgoing, ...] = (
        Post(direct(DANA), Content(text="hello", buttons=(Button("x", "y"),)), message),
        Post(direct(DANA), Content(text="see", files=files)),
        Post(direct(DANA), Content(files=files[:1])),
        Edit((message,), Content(text="new")),
        Edit((message,), Content(text="new", files=files), before=()),
        Answer(direct(DANA), dana, Content(text="x"), Handle("telegram", "press:1"), is_private=True),
        OpenForm(direct(DANA), dana, form),
        Mark(message, Outcome.SENT),
        React(message, "👍", True),
        Remove((message,)),
        SetThread(
            replace(DESK, thread="4"), MessageAt(DESK, "4"), "#1", Content(title="#1"), ThreadState.CLAIMED
        ),
    )
    for outgoing in everything:
        assert isinstance(await stage.send(adapter, outgoing), Receipt)
    with pytest.raises(SendError) as caught:
        await stage.send(adapter, OpenThread(DESK, "#1", Content(title="#1", text="x")))
    assert caught.value.is_uncertain, "without an id nobody could answer there"
    pressed = {"id": "7", "from": {"id": 5, "first_name": "Dana"}, "data": "claim:1",
               "message": {"message_id": 9, "date": 1, "chat": CHAT}}  # fmt: skip
    stub.updates = [update(1, "/claim 1"), {"update_id": 2, "callback_query": pressed}, update(3, "hello")]
    async with running(adapter):
        await stage.ledger.next(ButtonPressed)
        assert (await stage.ledger.next(MessageReceived)).text == "hello"
    assert await adapter.check()


@pytest.mark.parametrize("told", [True, "x", 7, {}, {"x": 1}, None], ids=repr)
async def test_a_poll_that_is_answered_with_no_list_brought_nothing(
    stage: Stage, stub: Stub, adapter: TelegramAdapter, told: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_HASTY_SECONDS", 0.01)
    usual = stub._result

    def odd_at_first(fields: dict[str, Any]) -> Any:
        if len(stub.called("getUpdates")) < 4:
            return told
        del stub.answers["getUpdates"]
        return usual("getUpdates", fields)

    stub.answers["getUpdates"] = odd_at_first
    stub.updates = [update(1, "hello")]
    async with running(adapter):
        assert (await stage.ledger.next(MessageReceived)).text == "hello"


async def test_what_is_no_update_among_others_holds_up_nothing(
    stage: Stage, stub: Stub, adapter: TelegramAdapter
) -> None:
    odd: list[Any] = [None, 7, "x", [], {"update_id": None}, update(1, "hello")]
    stub.answers["getUpdates"] = lambda fields: odd if fields.get("offset", 0) < 2 else []
    async with running(adapter):
        assert (await stage.ledger.next(MessageReceived)).text == "hello"
        await until(lambda: stage.ledger.positions == {"updates": "2"})


@pytest.mark.parametrize("told", [10**9, "31536000", 1e300])
async def test_a_pause_of_years_is_one_of_an_hour(
    stage: Stage, stub: Stub, adapter: TelegramAdapter, told: object
) -> None:
    stub.answers["sendMessage"] = refuse(429, "Too Many Requests", retry_after=told)
    for _ in range(2):
        with pytest.raises(SendError) as caught:
            await stage.say(adapter, direct(DANA), "x")
        assert 3500 < caught.value.retry_after_seconds <= 3600


async def test_a_poll_that_is_put_off_for_long_is_tried_again_soon_and_told(
    stage: Stage, stub: Stub, adapter: TelegramAdapter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(polling, "_LONGEST_PAUSE_SECONDS", 0.01)
    usual, limits = stub._result, [1, 1]

    def limited(fields: dict[str, Any]) -> Any:
        if limits:
            limits.pop()
            raise RefusalError(429, "Too Many Requests", retry_after=86_400)
        stub.answers.pop("getUpdates")
        return usual("getUpdates", fields)

    stub.answers["getUpdates"] = limited
    stub.updates = [update(1, "hello")]
    async with running(adapter):
        assert (await stage.ledger.next(MessageReceived)).text == "hello"
    assert stage.reported("telegram.poll_put_off") == [{"pause_seconds": 0.01}] * 2
