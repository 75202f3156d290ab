"""The faults a person may switch on, as the bot meets them."""

import asyncio
from datetime import timedelta

import pytest
from telegram import Bot
from telegram.error import NetworkError, RetryAfter

from sandbox.telegram import TelegramServer
from sandbox.telegram.story import DANA, FANS
from sandbox.world import World
from tests.integration.sandbox_telegram.telegram_clients import Plain, Reader

HOME = str(DANA.id)


@pytest.fixture(autouse=True)
async def _started(server: TelegramServer, reader: Reader) -> None:
    await server.say(HOME, HOME, "hi")
    await reader.updates()
    await reader.waiting()


async def test_lost_reply_means_the_message_was_posted(
    server: TelegramServer, bot: Bot, world: World
) -> None:
    world.faults["telegram"].lost_replies = 1
    with pytest.raises(NetworkError):
        await bot.send_message(DANA.id, "did it arrive?")
    assert server.messages(HOME, HOME)[-1].text == "did it arrive?"
    await bot.send_message(DANA.id, "yes")


async def test_rate_limit_says_when_to_come_back_and_posts_nothing(
    server: TelegramServer, bot: Bot, plain: Plain, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Without this the library warns, wherever it meets a rate limit, that the type will change.
    monkeypatch.setenv("PTB_TIMEDELTA", "1")
    world.faults["telegram"].rate_limited_calls = 2
    world.faults["telegram"].retry_after_seconds = 7
    with pytest.raises(RetryAfter) as limited:
        await bot.send_message(DANA.id, "too fast")
    assert limited.value.retry_after == timedelta(seconds=7)
    status, body = await plain.call("sendMessage", chat_id=DANA.id, text="again")
    assert (status, body["parameters"]) == (429, {"retry_after": 7})
    assert body["description"] == "Too Many Requests: retry after 7"
    await bot.get_me()
    await bot.send_message(DANA.id, "slowly")
    assert [message.text for message in server.messages(HOME, HOME)] == ["hi", "slowly"]


async def test_the_edge_refuses_with_a_page_and_says_nothing_about_coming_back(
    server: TelegramServer, bot: Bot, plain: Plain, world: World
) -> None:
    world.faults["telegram"].edge_limits = 1
    with pytest.raises(NetworkError):
        await bot.send_message(DANA.id, "hello")
    assert len(server.messages(HOME, HOME)) == 1


async def test_server_error_does_nothing(server: TelegramServer, bot: Bot, world: World) -> None:
    world.faults["telegram"].server_errors = 1
    with pytest.raises(NetworkError, match="Internal Server Error"):
        await bot.send_message(DANA.id, "hello")
    assert len(server.messages(HOME, HOME)) == 1


async def test_outage_ends_the_poll_refuses_calls_and_keeps_what_is_said(
    server: TelegramServer, bot: Bot, plain: Plain, reader: Reader, world: World
) -> None:
    poll = asyncio.create_task(reader.updates(timeout=30))
    await asyncio.sleep(0.05)
    world.faults["telegram"].is_down = True
    with pytest.raises(NetworkError):
        await poll
    assert await plain.refusal("getMe") == "503 Service Unavailable"
    await server.say(HOME, HOME, "anyone?")
    world.faults["telegram"].is_down = False
    update = await reader.one()
    assert update.message is not None
    assert update.message.text == "anyone?"


async def test_an_outage_too_short_to_be_noticed_ends_the_poll_too(
    server: TelegramServer, reader: Reader, world: World
) -> None:
    poll = asyncio.create_task(reader.updates(timeout=30))
    while server._polling.current is None:
        await asyncio.sleep(0.01)
    world.faults["telegram"].is_down = True
    world.faults["telegram"].is_down = False
    with pytest.raises(NetworkError):
        await poll


async def test_duplicate_delivery_repeats_a_confirmed_update(
    server: TelegramServer, reader: Reader, world: World
) -> None:
    world.faults["telegram"].duplicate_deliveries = 1
    await server.say(HOME, HOME, "once")
    await server.say(HOME, HOME, "twice")
    first = await reader.updates()
    again = await reader.updates()
    assert len(first) == 2
    assert [update.update_id for update in again] == [first[0].update_id]
    assert await reader.waiting() == []
    await server.settle(0.1)


async def test_slowness_delays_every_answer(bot: Bot, world: World) -> None:
    world.faults["telegram"].slow_seconds = 0.2
    loop = asyncio.get_running_loop()
    begun = loop.time()
    await bot.get_me()
    assert loop.time() - begun >= 0.2


async def test_real_limits_hold_only_when_switched_on(
    server: TelegramServer, plain: Plain, world: World
) -> None:
    async def post() -> int:
        status, _ = await plain.call("sendMessage", chat_id=FANS, text="hello")
        return status

    assert [await post() for _ in range(3)] == [200, 200, 200]
    server.has_real_limits = True
    assert [await post(), await post()] == [200, 429]
    for _ in range(19):
        world.clock.advance(1.01)
        assert await post() == 200
    world.clock.advance(1.01)
    status, body = await plain.call("sendMessage", chat_id=FANS, text="the 21st")
    assert status == 429
    world.clock.advance(body["parameters"]["retry_after"] + 1)
    assert await post() == 200
