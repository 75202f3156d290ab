"""Updates that Telegram brings: only with the secret, and acknowledged only when they are stored."""

import asyncio
import io
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from aiohttp import ClientSession, web

from adapters import SetupError
from adapters.telegram import TelegramAdapter, TelegramSettings
from adapters.telegram.webhook import MAX_BODY_BYTES, PATH, SECRET_HEADER
from bot.core.events import MessageReceived
from tests.integration.adapters.telegram.telegram_stage import DANA, Stage, running, until
from tests.integration.adapters.telegram.telegram_stub import RefusalError, Stub, serving

SECRET = "a-Secret_1"
MESSAGE = {
    "update_id": 1,
    "message": {
        "message_id": 5,
        "date": 1795331003,
        "chat": {"id": 510000004, "type": "private"},
        "from": {"id": 510000004, "is_bot": False, "first_name": "Dana"},
        "text": "hello",
    },
}


@dataclass
class House:
    """The house's web server, which hands requests to whatever adapter is there."""

    stage: Stage
    url: str = ""
    adapter: TelegramAdapter | None = None

    async def serve(self, request: web.Request) -> web.StreamResponse:
        assert self.adapter is not None
        return await self.adapter.webhooks()[request.path](request)

    def build(self) -> TelegramAdapter:
        self.adapter = self.stage.adapter(settings={"webhook_secret": SECRET, "public_url": self.url + "/"})
        return self.adapter


@pytest.fixture
async def house(stage: Stage) -> AsyncIterator[House]:
    house = House(stage)
    application = web.Application()
    application.router.add_post(PATH, house.serve)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    house.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield house
    await runner.cleanup()


@pytest.fixture
async def session() -> AsyncIterator[ClientSession]:
    async with ClientSession() as session:
        yield session


async def test_updates_arrive_and_the_secret_is_asked_for(house: House, stage: Stage) -> None:
    async with running(house.build()):
        await stage.server.say(DANA, DANA, "by webhook")
        assert (await stage.ledger.next(MessageReceived)).text == "by webhook"
        await stage.server.settle()


async def test_several_processes_take_turns_behind_one_address(house: House, stage: Stage) -> None:
    async with running(first := house.build()), running(house.build()) as second:
        for number in range(4):
            await stage.server.say(DANA, DANA, f"line {number}")
            await stage.ledger.next(MessageReceived, number + 1)
            house.adapter = first
        assert not second.done()
        await stage.server.settle()
    assert [event.text for event in stage.ledger.of(MessageReceived)] == [f"line {n}" for n in range(4)]


async def test_who_is_told_to_set_the_address_later_does(stage: Stage) -> None:
    floods = 1

    def set_webhook(fields: dict[str, object]) -> bool:
        nonlocal floods
        if floods:
            floods -= 1
            raise RefusalError(429, "Too Many Requests: retry after 0.1", retry_after=0.1)
        return True

    async with serving(Stub({"setWebhook": set_webhook})) as stub:
        settings = {"api_url": stub.url, "webhook_secret": SECRET, "public_url": "https://x.example"}
        async with running(stage.adapter(settings=settings)):
            assert len(stub.called("setWebhook")) == 2


async def test_what_could_not_be_stored_is_brought_again(house: House, stage: Stage) -> None:
    stage.ledger.failures = 1
    async with running(house.build()):
        await stage.server.say(DANA, DANA, "keep this")
        assert (await stage.ledger.next(MessageReceived)).text == "keep this"
        assert len(stage.reported("telegram.not_stored")) == 1


@pytest.mark.parametrize(
    "headers", [{}, {SECRET_HEADER: "wrong"}, {SECRET_HEADER: SECRET + "x"}, {SECRET_HEADER: "\udcff"}]
)
async def test_a_delivery_without_the_secret_is_refused(
    house: House, stage: Stage, session: ClientSession, headers: dict[str, str]
) -> None:
    async with running(house.build()):
        async with session.post(house.url + PATH, json=MESSAGE, headers=headers) as answer:
            assert answer.status == 403
        assert stage.ledger.events == []


async def test_a_delivery_that_is_too_large_is_refused(
    house: House, stage: Stage, session: ClientSession
) -> None:
    async def endless() -> AsyncIterator[bytes]:
        for _ in range(MAX_BODY_BYTES // 65536 + 2):
            yield b" " * 65536

    async with running(house.build()):
        for body in (io.BytesIO(b" " * (MAX_BODY_BYTES + 1)), endless()):
            headers = {SECRET_HEADER: SECRET, "Connection": "close"}
            async with session.post(house.url + PATH, data=body, headers=headers) as answer:
                assert answer.status == 413
        assert stage.ledger.events == []


@pytest.mark.parametrize(
    "body", ["not json", "[]", '{"update_id": 1, "message": 7}', '{"message": {"chat": {}}}']
)
async def test_a_malformed_delivery_is_taken_once_and_reported(
    house: House, stage: Stage, session: ClientSession, body: str
) -> None:
    async with running(house.build()):
        async with session.post(house.url + PATH, data=body, headers={SECRET_HEADER: SECRET}) as answer:
            assert answer.status == 200
        assert stage.ledger.events == []
    if body != '{"message": {"chat": {}}}':
        assert stage.reported("telegram.update_malformed")


async def test_a_delivery_before_the_adapter_knows_itself_is_brought_later(
    house: House, session: ClientSession
) -> None:
    adapter = house.build()
    async with session.post(house.url + PATH, json=MESSAGE, headers={SECRET_HEADER: SECRET}) as answer:
        assert answer.status == 503
    await adapter.close()


async def test_a_replayed_delivery_is_one_event(house: House, stage: Stage, session: ClientSession) -> None:
    async with running(house.build()):
        for update_id in (1, 1, 2):
            body = MESSAGE | {"update_id": update_id}
            async with session.post(house.url + PATH, json=body, headers={SECRET_HEADER: SECRET}) as answer:
                assert answer.status == 200
        assert [event.id for event in stage.ledger.events] == [f"telegram:message:{DANA}:5"]


async def test_switching_between_webhook_and_polling_loses_nothing(house: House, stage: Stage) -> None:
    async with running(house.build()):
        await stage.server.say(DANA, DANA, "by webhook")
        await stage.ledger.next(MessageReceived)
    house.stage.ledger.failures = 0
    async with running(stage.adapter()):
        await stage.server.say(DANA, DANA, "by polling")
        await stage.ledger.next(MessageReceived, 2)
    await stage.server.say(DANA, DANA, "in between")
    async with running(house.build()):
        await stage.ledger.next(MessageReceived, 3)
    assert [event.text for event in stage.ledger.of(MessageReceived)] == [
        "by webhook",
        "by polling",
        "in between",
    ]


async def test_a_webhook_set_while_polling_is_removed_again(
    house: House, stage: Stage, session: ClientSession
) -> None:
    settings = stage.server.bot_settings()
    url = f"{settings['TELEGRAM_API_URL']}/bot{settings['TELEGRAM_TOKEN']}/setWebhook"
    async with running(stage.adapter()):
        async with session.post(url, data={"url": house.url + "/elsewhere"}) as answer:
            assert answer.status == 200
        await until(lambda: bool(stage.reported("telegram.webhook_in_the_way")))
        await stage.server.say(DANA, DANA, "still heard")
        assert (await stage.ledger.next(MessageReceived)).text == "still heard"


async def test_a_webhook_that_somebody_removed_is_set_again(
    house: House, stage: Stage, session: ClientSession, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.webhook.CHECK_SECONDS", 0.02)
    settings = stage.server.bot_settings()
    url = f"{settings['TELEGRAM_API_URL']}/bot{settings['TELEGRAM_TOKEN']}/deleteWebhook"
    async with running(house.build()):
        async with session.post(url) as answer:
            assert answer.status == 200
        await until(lambda: bool(stage.reported("telegram.webhook_lost")))
        await stage.server.say(DANA, DANA, "heard again")
        assert (await stage.ledger.next(MessageReceived)).text == "heard again"


async def test_deliveries_that_fail_are_reported_with_telegrams_words(
    house: House, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.webhook.CHECK_SECONDS", 0.02)
    stage.ledger.failures = 1
    async with running(house.build()):
        await stage.server.say(DANA, DANA, "hello")
        await until(lambda: bool(stage.reported("telegram.webhook_failing")))
        assert "500" in str(stage.reported("telegram.webhook_failing")[0]["reason"])


async def test_a_platform_that_stays_away_ends_the_run(
    house: House, stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.webhook.CHECK_SECONDS", 0.01)
    async with running(house.build()) as task:
        stage.server.world.faults["telegram"].is_down = True
        async with asyncio.timeout(5):
            with pytest.raises(ConnectionError):
                await task


async def test_a_server_that_tells_nothing_of_webhooks_brings_updates_all_the_same(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.telegram.webhook.CHECK_SECONDS", 0.01)
    async with serving(Stub({"setWebhook": lambda _fields: True})) as stub:
        settings = TelegramSettings("900:x", stub.url, SECRET, "https://x.example")
        adapter = TelegramAdapter(stage.context(), settings)
        async with running(adapter) as task:
            await until(lambda: bool(stage.reported("telegram.webhook_unchecked")))
            assert not task.done()


async def test_without_webhook_settings_there_is_no_route(stage: Stage) -> None:
    adapter = stage.adapter()
    assert adapter.webhooks() == {}
    await adapter.close()


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"webhook_secret": "not allowed!", "public_url": "https://x.example"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"webhook_secret": SECRET, "public_url": "nonsense"}, "PUBLIC_URL"),
    ],
)
async def test_settings_that_telegram_refuses_say_what_to_do(
    stage: Stage, settings: dict[str, str], words: str
) -> None:
    with pytest.raises(SetupError, match=words):
        async with running(stage.adapter(settings=settings)):
            pass


async def test_the_doctor_knows_where_the_webhook_points(
    house: House, session: ClientSession, stage: Stage
) -> None:
    adapter = house.build()
    settings = stage.server.bot_settings()
    url = f"{settings['TELEGRAM_API_URL']}/bot{settings['TELEGRAM_TOKEN']}/setWebhook"
    async with session.post(url, data={"url": house.url + "/elsewhere"}) as answer:
        assert answer.status == 200
    findings = await adapter.check()
    await adapter.close()
    assert [finding.what for finding in findings if "webhook" in finding.what and not finding.is_ok] == [
        "The webhook points here"
    ]
