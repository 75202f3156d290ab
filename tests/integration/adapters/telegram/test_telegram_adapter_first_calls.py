"""What is wrong when the first calls fail: the token, the address, or what the server can do."""

from typing import Any

import pytest
from aiohttp import web

from adapters import SetupError
from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.core.events import MessageReceived
from bot.core.outgoing import Refusal, SendError
from bot.core.places import Place
from sandbox.telegram import TelegramServer
from sandbox.world import World
from tests.integration.adapters.telegram.telegram_stage import Stage, direct, running
from tests.integration.adapters.telegram.telegram_stub import RefusalError, Stub, serving

SECRET = {"webhook_secret": "s", "public_url": "https://bot.example"}


@pytest.fixture
async def stage() -> Stage:
    return Stage(TelegramServer(World()))


def refuse(code: int, description: str) -> Any:
    def answer(_fields: dict[str, Any]) -> Any:
        raise RefusalError(code, description)

    return answer


def adapter_of(stage: Stage, stub: Stub, **settings: str) -> TelegramAdapter:
    context = stage.context(staff_space=None, support_places=())
    return TelegramAdapter(context, TelegramSettings("900:x", stub.url, **settings))


async def said_at_start(stage: Stage, stub: Stub, **settings: str) -> str:
    with pytest.raises(SetupError) as caught:
        async with running(adapter_of(stage, stub, **settings)):
            pass
    return str(caught.value)


@pytest.mark.parametrize(
    ("code", "words"), [(401, "refuses TELEGRAM_TOKEN"), (404, "TELEGRAM_API_URL leads to no bot")]
)
async def test_a_refused_first_call_says_what_may_be_wrong(stage: Stage, code: int, words: str) -> None:
    async with serving(Stub({"getMe": refuse(code, "Not Found" if code == 404 else "Unauthorized")})) as stub:
        assert words in await said_at_start(stage, stub)
        adapter = adapter_of(stage, stub)
        (finding,) = await adapter.check()
        await adapter.close()
    assert "@BotFather" in finding.advice
    assert ("TELEGRAM_API_URL" in finding.advice) is (code == 404)


async def test_a_server_that_cannot_be_polled_is_no_wrong_token(stage: Stage) -> None:
    async with serving(Stub({"getUpdates": refuse(404, "Not Found: method not found")})) as stub:
        said = await said_at_start(stage, stub)
    assert "knows no getUpdates" in said
    assert "TELEGRAM_WEBHOOK_SECRET" in said


async def test_a_token_that_is_withdrawn_while_polling_is_a_wrong_token(stage: Stage) -> None:
    me: list[Any] = [{"id": 900, "is_bot": True, "first_name": "Allhands"}]

    def get_me(_fields: dict[str, Any]) -> Any:
        if me:
            return me.pop()
        raise RefusalError(401, "Unauthorized")

    async with serving(Stub({"getUpdates": refuse(404, "Not Found"), "getMe": get_me})) as stub:
        assert "refuses TELEGRAM_TOKEN" in await said_at_start(stage, stub)


async def test_a_server_without_webhooks_is_polled(stage: Stage) -> None:
    author = {"id": 5, "is_bot": False, "first_name": "Dana"}
    said = {"message_id": 1, "date": 1, "chat": {"id": 5, "type": "private"}, "from": author, "text": "hello"}
    stub = Stub({"setWebhook": refuse(404, "Not Found")}, updates=[{"update_id": 1, "message": said}])
    async with serving(stub), running(adapter_of(stage, stub, **SECRET)):
        assert (await stage.ledger.next(MessageReceived)).text == "hello"
    assert len(stage.reported("telegram.no_webhooks")) == 1


async def test_a_webhook_that_telegram_does_not_like_says_why(stage: Stage) -> None:
    reason = "Bad Request: bad webhook: An HTTPS URL must be provided for webhook"
    async with serving(Stub({"setWebhook": refuse(400, reason)})) as stub:
        assert "an https url must be provided" in await said_at_start(stage, stub, **SECRET)


async def test_a_chat_that_is_not_found_is_not_a_method_that_is_not_there(stage: Stage) -> None:
    """Some servers say with 404 what Telegram says with 400."""
    async with serving(Stub({"sendMessage": refuse(404, "Bad Request: chat not found")})) as stub:
        adapter = adapter_of(stage, stub)
        with pytest.raises(SendError) as caught:
            await stage.say(adapter, Place("telegram", channel="-5", thread="4"), "x")
        await adapter.close()
    assert caught.value.refusal is Refusal.PLACE_GONE


async def test_a_no_with_status_200_is_a_no_wherever_it_stands(stage: Stage) -> None:
    body = '{\n  "description": "Bad Request: chat not found",\n  "error_code": 400,\n  "ok" : false\n}'

    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(text=body, content_type="application/json")

    stub = Stub()
    stub.handle = handle  # type: ignore[method-assign]
    async with serving(stub):
        adapter = adapter_of(stage, stub)
        with pytest.raises(SendError) as caught:
            await stage.say(adapter, direct("5"), "x")
        await adapter.close()
    assert caught.value.refusal is Refusal.BLOCKED


async def test_what_only_a_page_answers_was_perhaps_said(stage: Stage) -> None:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.Response(text="<html>Please sign in to this network.</html>", content_type="text/html")

    stub = Stub()
    stub.handle = handle  # type: ignore[method-assign]
    async with serving(stub):
        adapter = adapter_of(stage, stub)
        with pytest.raises(SendError) as caught:
            await stage.say(adapter, direct("5"), "x")
        await adapter.close()
    assert (caught.value.refusal, caught.value.is_uncertain) == (None, True)
