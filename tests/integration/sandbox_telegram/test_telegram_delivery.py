"""How updates reach the bot: long polls and webhooks, in order, kept until taken, repeated when not."""

import asyncio
import gc
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiohttp import web
from telegram import Bot, Update
from telegram.error import Conflict, NetworkError
from telegram.ext import Application, CommandHandler, ContextTypes, MessageHandler, filters

from sandbox.telegram import TelegramServer
from sandbox.telegram.story import DANA, EMIL, LEA
from sandbox.world import World
from tests.integration.sandbox_telegram.telegram_clients import Plain, Reader

HOME = str(DANA.id)
SECRET = "a-secret_1"


@dataclass(slots=True)
class Hook:
    """A bot's webhook that answers as it is told."""

    url: str = ""
    answers: list[int] = field(default_factory=list)
    """Statuses to give before 200s."""
    body: dict[str, Any] = field(default_factory=dict)
    gates: dict[int, asyncio.Event] = field(default_factory=dict)
    """Updates of these people are answered only once the event is set."""
    got: list[dict[str, Any]] = field(default_factory=list)
    secrets: list[str | None] = field(default_factory=list)
    arrived: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def handle(self, request: web.Request) -> web.Response:
        update = await request.json()
        self.secrets.append(request.headers.get("X-Telegram-Bot-Api-Secret-Token"))
        async with self.arrived:
            self.got.append(update)
            self.arrived.notify_all()
        gate = self.gates.get(update["message"]["from"]["id"])
        if gate is not None:
            await gate.wait()
        status = self.answers.pop(0) if self.answers else 200
        return web.json_response(self.body, status=status)

    async def until(self, count: int) -> list[str]:
        """The texts that arrived, once there are so many."""
        async with asyncio.timeout(10), self.arrived:
            await self.arrived.wait_for(lambda: len(self.got) >= count)
        return [update["message"]["text"] for update in self.got]


@pytest.fixture
async def hook() -> AsyncIterator[Hook]:
    received = Hook()
    application = web.Application()
    application.router.add_post("/telegram/webhook", received.handle)
    runner = web.AppRunner(application, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    received.url = f"http://127.0.0.1:{runner.addresses[0][1]}/telegram/webhook"
    yield received
    await runner.cleanup()


async def _until_connected(world: World) -> None:
    async with asyncio.timeout(10):
        async for entry in world.journal.follow(0):
            if entry.kind == "connected":
                return


async def test_a_webhook_can_be_set_anew_in_the_middle_of_deliveries(
    server: TelegramServer, bot: Bot, hook: Hook
) -> None:
    hook.gates = {DANA.id: asyncio.Event(), EMIL.id: asyncio.Event()}
    await bot.set_webhook(hook.url)
    for person in (DANA, EMIL):
        await server.say(str(person.id), str(person.id), "hello")
    await hook.until(2)
    await bot.set_webhook(hook.url)
    for gate in hook.gates.values():
        gate.set()
    assert sorted(await hook.until(4)) == ["hello"] * 4


async def test_waiting_poll_is_answered_when_something_happens(server: TelegramServer, bot: Bot) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await asyncio.sleep(0)
    await server.say(HOME, HOME, "hello")
    (update,) = await poll
    assert update.message is not None
    assert update.message.text == "hello"


async def test_updates_come_again_until_a_higher_offset_confirms_them(
    server: TelegramServer, bot: Bot
) -> None:
    for text in ("one", "two", "three"):
        await server.say(HOME, HOME, text)
    first = await bot.get_updates()
    again = await bot.get_updates()
    assert [update.update_id for update in first] == [update.update_id for update in again]
    numbers = [update.update_id for update in first]
    assert numbers == list(range(numbers[0], numbers[0] + 3))
    rest = await bot.get_updates(offset=numbers[0] + 1, limit=1)
    assert [update.message.text for update in rest if update.message] == ["two"]
    assert [update.update_id for update in await bot.get_updates(offset=-1)] == [numbers[2]]
    assert await bot.get_updates(offset=numbers[2] + 1) == ()
    await server.settle()


async def test_updates_are_kept_for_a_day_and_no_longer(server: TelegramServer, bot: Bot) -> None:
    await server.say(HOME, HOME, "yesterday")
    server.world.clock.advance(23 * 3600)
    await server.say(HOME, HOME, "today")
    assert len(await bot.get_updates()) == 2
    server.world.clock.advance(2 * 3600)
    (update,) = await bot.get_updates()
    assert update.message is not None
    assert update.message.text == "today"


async def test_settling_waits_for_the_confirmation(server: TelegramServer, reader: Reader) -> None:
    await server.say(HOME, HOME, "hello")
    with pytest.raises(TimeoutError):
        await server.settle(0.1)
    await reader.updates()
    with pytest.raises(TimeoutError):
        await server.settle(0.1)
    await reader.waiting()
    await server.settle(0.1)


async def test_second_poll_ends_the_first_with_a_conflict(bot: Bot, plain: Plain) -> None:
    first = asyncio.create_task(plain.call("getUpdates", timeout=30))
    async with asyncio.timeout(10):
        while not first.done():
            await bot.get_updates(timeout=0)
            await asyncio.sleep(0.01)
    status, body = first.result()
    assert status == 409
    assert body["description"].startswith("Conflict: terminated by other getUpdates request")


async def test_polling_and_webhook_exclude_each_other(
    bot: Bot, plain: Plain, hook: Hook, world: World
) -> None:
    poll = asyncio.create_task(plain.call("getUpdates", timeout=30))
    await _until_connected(world)
    await bot.set_webhook(hook.url)
    status, body = await poll
    assert (status, body["description"]) == (409, "Conflict: terminated by setWebhook request")
    with pytest.raises(Conflict, match="can't use getUpdates method while webhook is active"):
        await bot.get_updates()
    await bot.delete_webhook()
    assert await bot.get_updates() == ()


async def test_allowed_updates_are_remembered_until_named_again(server: TelegramServer, bot: Bot) -> None:
    await bot.get_updates(allowed_updates=["edited_message"])
    number = await server.say(HOME, HOME, "not wanted")
    await server.edit(HOME, HOME, number, "wanted")
    (update,) = await bot.get_updates()
    assert update.edited_message is not None
    await bot.get_updates(offset=update.update_id + 1, allowed_updates=[])
    await server.say(HOME, HOME, "wanted too")
    (update,) = await bot.get_updates()
    assert update.message is not None


async def test_dropped_connection_ends_the_poll_without_an_answer(
    server: TelegramServer, bot: Bot, world: World
) -> None:
    poll = asyncio.create_task(bot.get_updates(timeout=30))
    await _until_connected(world)
    await server.drop_connections()
    with pytest.raises(NetworkError):
        await poll
    await server.say(HOME, HOME, "still there?")
    assert len(await bot.get_updates(timeout=5)) == 1


async def test_webhook_carries_the_secret_and_keeps_the_order(
    server: TelegramServer, bot: Bot, hook: Hook
) -> None:
    await server.say(HOME, HOME, "before the webhook")
    await bot.set_webhook(hook.url, secret_token=SECRET, max_connections=2)
    for number in range(5):
        await server.say(HOME, HOME, f"message {number}")
    texts = await hook.until(6)
    assert texts == ["before the webhook", *(f"message {number}" for number in range(5))]
    assert set(hook.secrets) == {SECRET}
    await server.settle()
    info = await bot.get_webhook_info()
    assert (info.url, info.max_connections, info.pending_update_count) == (hook.url, 2, 0)


async def test_webhook_that_fails_gets_the_same_update_again(
    server: TelegramServer, bot: Bot, hook: Hook
) -> None:
    hook.answers = [500]
    await bot.set_webhook(hook.url)
    await server.say(HOME, HOME, "try me")
    await server.say(HOME, HOME, "then me")
    assert await hook.until(3) == ["try me", "try me", "then me"]
    assert hook.got[0]["update_id"] == hook.got[1]["update_id"]
    info = await bot.get_webhook_info()
    assert info.last_error_message == "Wrong response from the webhook: 500 Internal Server Error"


async def test_pauses_between_repeats_pass_on_the_sandbox_clock(
    server: TelegramServer, bot: Bot, hook: Hook
) -> None:
    hook.answers = [503, 503, 503, 503]
    await bot.set_webhook(hook.url)
    await server.say(HOME, HOME, "try me")
    await hook.until(2)
    for count in (3, 4, 5):
        # The webhook was called; its answer has to be seen before the pause begins.
        while (await bot.get_webhook_info()).pending_update_count and len(hook.got) < count:
            server.world.clock.advance(60)
            await asyncio.sleep(0.01)
    await server.settle()
    assert len(hook.got) == 5


async def test_one_chat_that_hangs_does_not_hold_up_the_others(
    server: TelegramServer, bot: Bot, hook: Hook
) -> None:
    hook.gates[DANA.id] = asyncio.Event()
    await bot.set_webhook(hook.url)
    await server.say(HOME, HOME, "slow")
    await server.say(HOME, HOME, "after slow")
    await server.say(str(EMIL.id), str(EMIL.id), "quick")
    assert sorted(await hook.until(2)) == ["quick", "slow"]
    hook.gates[DANA.id].set()
    assert (await hook.until(3))[-1] == "after slow"


async def test_no_more_connections_than_asked_for(server: TelegramServer, bot: Bot, hook: Hook) -> None:
    gate = asyncio.Event()
    people = (DANA, EMIL, LEA)
    hook.gates = {person.id: gate for person in people}
    await bot.set_webhook(hook.url, max_connections=2)
    for person in people:
        await server.say(str(person.id), str(person.id), person.first_name)
    await hook.until(2)
    await bot.get_me()
    assert len(hook.got) == 2
    gate.set()
    assert sorted(await hook.until(3)) == ["Dana", "Emil", "Lea"]


async def test_webhook_may_answer_with_a_method(server: TelegramServer, bot: Bot, hook: Hook) -> None:
    hook.body = {"method": "sendMessage", "chat_id": DANA.id, "text": "Answered in the webhook"}
    await bot.set_webhook(hook.url)
    await server.say(HOME, HOME, "hello")
    await server.settle()
    assert server.messages(HOME, HOME)[-1].text == "Answered in the webhook"


async def test_dropping_pending_updates_is_a_choice(server: TelegramServer, bot: Bot, hook: Hook) -> None:
    await server.say(HOME, HOME, "old")
    await bot.delete_webhook()
    assert len(await bot.get_updates()) == 1
    await bot.delete_webhook(drop_pending_updates=True)
    assert await bot.get_updates() == ()


@pytest.mark.parametrize(
    ("arguments", "refusal"),
    [
        pytest.param({"url": "no address"}, "invalid webhook URL specified", id="no address"),
        pytest.param({"secret_token": "x" * 257}, "secret token is too long", id="long secret"),
        pytest.param({"secret_token": "a b"}, "secret token contains unallowed characters", id="odd secret"),
    ],
)
async def test_webhook_settings_are_checked(
    plain: Plain, hook: Hook, arguments: dict[str, str], refusal: str
) -> None:
    given = {"url": hook.url} | arguments
    assert await plain.refusal("setWebhook", **given) == f"400 Bad Request: {refusal}"


async def test_application_with_handlers_runs_on_a_loop_of_its_own(server: TelegramServer, bot: Bot) -> None:
    application = Application.builder().bot(bot).updater(None).build()

    async def start(update: Update, context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(f"Welcome, {' '.join(context.args or [])}")

    async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.message is not None
        await update.message.reply_text(f"You said: {update.message.text}", do_quote=True)

    application.add_handler(CommandHandler("start", start))
    application.add_handler(MessageHandler(filters.TEXT & ~filters.COMMAND, echo))
    async with application:
        await server.command(HOME, HOME, "start", "vip")
        await server.say(HOME, HOME, "hello")
        for update in await bot.get_updates():
            await application.process_update(update)
    texts = [message.text for message in server.messages(HOME, HOME)]
    assert texts == ["/start vip", "hello", "Welcome, vip", "You said: hello"]


async def test_application_takes_updates_from_a_webhook(server: TelegramServer, bot: Bot, hook: Hook) -> None:
    await bot.set_webhook(hook.url)
    await server.say(HOME, HOME, "through the webhook")
    await hook.until(1)
    update = Update.de_json(hook.got[0], bot)
    assert update.message is not None
    await update.message.reply_text("received")
    assert re.match("received", server.messages(HOME, HOME)[-1].text)


async def test_webhook_is_not_called_while_the_platform_is_down(
    server: TelegramServer, bot: Bot, hook: Hook, world: World
) -> None:
    await bot.set_webhook(hook.url)
    world.faults["telegram"].is_down = True
    await server.say(HOME, HOME, "anyone?")
    with pytest.raises(TimeoutError):
        await server.settle(0.3)
    assert hook.got == []
    world.faults["telegram"].is_down = False
    assert await hook.until(1) == ["anyone?"]


async def test_duplicate_delivery_calls_the_webhook_twice(
    server: TelegramServer, bot: Bot, hook: Hook, world: World
) -> None:
    world.faults["telegram"].duplicate_deliveries = 1
    await bot.set_webhook(hook.url)
    await server.say(HOME, HOME, "twice")
    await server.say(HOME, HOME, "once")
    assert await hook.until(3) == ["twice", "twice", "once"]
    assert hook.got[0]["update_id"] == hook.got[1]["update_id"]


async def test_the_librarys_own_polling_works_unchanged(server: TelegramServer) -> None:
    settings = server.bot_settings()
    base = settings["TELEGRAM_API_URL"]
    builder = Application.builder().token(settings["TELEGRAM_TOKEN"]).base_url(f"{base}/bot")
    application = builder.base_file_url(f"{base}/file/bot").build()
    heard: asyncio.Queue[str] = asyncio.Queue()

    async def hear(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
        assert update.effective_message is not None
        await heard.put(update.effective_message.text or "")

    application.add_handler(MessageHandler(filters.TEXT, hear))
    async with application:
        await application.start()
        assert application.updater is not None
        await application.updater.start_polling()
        await server.say(HOME, HOME, "hello")
        async with asyncio.timeout(10):
            assert await heard.get() == "hello"
        await application.updater.stop()
        await application.stop()


async def test_a_webhook_that_many_set_at_once_is_one(server: TelegramServer, bot: Bot) -> None:
    """As the processes of one bot do when they start together; what was opened for the others is closed again."""
    for number in range(3):
        await server.say(HOME, HOME, f"waiting {number}")
    for _ in range(3):
        await asyncio.gather(*(bot.set_webhook("http://127.0.0.1:9/hook") for _ in range(8)))
    await server.stop()
    # Where one was left open, this says so.
    gc.collect()
