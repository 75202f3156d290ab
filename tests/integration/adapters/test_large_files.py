"""Large files: never whole in memory, never in the way of words, and never sent twice."""

import asyncio
import hashlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import psutil
import pytest
from aiohttp import web
from msgspec.structs import replace

from adapters import Attempt, FileOpener
from adapters.slack import SlackAdapter, SlackSettings
from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.core.content import Content, FileRef, Loss, LostFile
from bot.core.outgoing import Post, Receipt, SendError
from bot.core.places import MessageAt, Place
from sandbox.slack import SlackServer
from sandbox.world import World
from tests.integration.adapters.slack.slack_house import House

MB = 1024 * 1024
CHUNK = bytes(range(256)) * 256
DM = Place("slack", "T1", "D1", is_direct=True)
CHAT = Place("telegram", channel="5", is_direct=True)


class Warehouse:
    """Takes uploads as Slack and as Telegram do, keeping nothing of them but their size and their hash."""

    def __init__(self) -> None:
        self.url = ""
        self.calls: Counter[str] = Counter()
        self.texts: list[str] = []
        self.received = 0
        self.hash = hashlib.sha256()
        self.refuses = ""
        """The error with which Slack refuses an upload."""
        self.breaks = False
        """Whether the line breaks with every upload."""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        method = request.path.rpartition("/")[2]
        self.calls[method] += 1
        if method == "upload" or (method == "sendDocument" and request.content_type.startswith("multipart")):
            return await self._take(request, method)
        if method == "getMe":
            return web.json_response(
                {"ok": True, "result": {"id": 9, "is_bot": True, "first_name": "A", "username": "a"}}
            )
        if method == "sendMessage":
            self.texts.append(str((await request.post())["text"]))
            return self._telegram_message()
        return web.json_response(await self._slack(request, method))

    async def _take(self, request: web.Request, method: str) -> web.StreamResponse:
        if self.breaks:
            raise web.HTTPBadGateway
        async for chunk in request.content.iter_chunked(64 * 1024):
            self.received += len(chunk)
            self.hash.update(chunk)
        return web.Response() if method == "upload" else self._telegram_message()

    def _telegram_message(self) -> web.Response:
        message = {"message_id": sum(self.calls.values()), "date": 1, "chat": {"id": 5, "type": "private"}}
        return web.json_response({"ok": True, "result": message})

    async def _slack(self, request: web.Request, method: str) -> dict[str, object]:
        ts = f"1.{sum(self.calls.values()):06}"
        match method:
            case "auth.test":
                return {"ok": True, "team_id": "T1", "user_id": "U0BOT", "bot_id": "B0BOT"}
            case "files.getUploadURLExternal" if self.refuses:
                return {"ok": False, "error": self.refuses}
            case "files.getUploadURLExternal":
                return {"ok": True, "upload_url": f"{self.url}/upload", "file_id": "F1"}
            case "files.completeUploadExternal":
                return {"ok": True, "files": [{"id": "F1", "shares": {"private": {"D1": [{"ts": ts}]}}}]}
            case "chat.postMessage":
                self.texts.append((await request.json())["text"])
        return {"ok": True, "ts": ts, "messages": []}


@pytest.fixture
async def warehouse() -> AsyncIterator[Warehouse]:
    built = Warehouse()
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", built.answer)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    built.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield built
    await runner.cleanup()


def of_size(size: int) -> FileOpener:
    """Opens a file that is made up while it is read."""

    @asynccontextmanager
    async def opened(_file: FileRef) -> AsyncIterator[AsyncIterator[bytes]]:
        async def chunks() -> AsyncIterator[bytes]:
            for _ in range(size // len(CHUNK)):
                yield CHUNK
                await asyncio.sleep(0)

        yield chunks()

    return opened


def slack(warehouse: Warehouse, size: int) -> SlackAdapter:
    context = replace(House(SlackServer(World())).context(), open_file=of_size(size))
    return SlackAdapter(context, SlackSettings("xoxb-1", "", "", f"{warehouse.url}/api/"))


def telegram(warehouse: Warehouse, size: int) -> TelegramAdapter:
    context = replace(House(SlackServer(World())).context(), open_file=of_size(size))
    return TelegramAdapter(context, TelegramSettings("9:x", warehouse.url))


async def send(
    adapter: SlackAdapter | TelegramAdapter,
    place: Place,
    size: int,
    number: int = 1,
    sent: tuple[MessageAt, ...] = (),
) -> Receipt:
    file = FileRef("discord", "1/2/3", "plan.bin", size_bytes=size)
    attempt = Attempt("k1", number, False, None, sent)
    return await adapter.send(Post(place, Content("Here is the plan", files=(file,))), attempt)


class Gauge:
    """The most memory that this process held while it was on."""

    async def __aenter__(self) -> "Gauge":
        self._process = psutil.Process()
        self._before = self._most = self._process.memory_info().rss
        self._task = asyncio.create_task(self._look())
        return self

    async def _look(self) -> None:
        while True:
            self._most = max(self._most, self._process.memory_info().rss)
            await asyncio.sleep(0.01)

    async def __aexit__(self, *_: object) -> None:
        self._task.cancel()

    @property
    def growth(self) -> int:
        return self._most - self._before


async def test_two_hundred_megabytes_pass_through_little_memory(warehouse: Warehouse) -> None:
    size = 200 * MB
    adapter = slack(warehouse, size)
    async with Gauge() as gauge:
        receipt = await send(adapter, DM, size)
    await adapter.close()
    expected = hashlib.sha256()
    for _ in range(size // len(CHUNK)):
        expected.update(CHUNK)
    assert (warehouse.received, warehouse.hash.digest()) == (size, expected.digest())
    assert (len(receipt.messages), receipt.lost) == (2, ())
    assert gauge.growth < 40 * MB, f"{gauge.growth / MB:.0f} MB"


async def test_what_telegram_takes_at_most_passes_through_little_memory(warehouse: Warehouse) -> None:
    size = 48 * MB
    adapter = telegram(warehouse, size)
    async with Gauge() as gauge:
        receipt = await send(adapter, CHAT, size)
    await adapter.close()
    assert warehouse.received > size
    assert (len(receipt.messages), warehouse.texts) == (2, ["Here is the plan"]), "the words go ahead"
    assert gauge.growth < 20 * MB, f"{gauge.growth / MB:.0f} MB"


async def test_what_slack_does_not_take_costs_no_words(warehouse: Warehouse) -> None:
    warehouse.refuses = "file_uploads_disabled"
    adapter = slack(warehouse, MB)
    receipt = await send(adapter, DM, MB)
    await adapter.close()
    assert receipt.lost == (LostFile("plan.bin", MB, Loss.REFUSED),)
    assert warehouse.texts[0] == "Here is the plan"
    assert warehouse.texts[1:] == ["📎 plan.bin (1.0 MB) is not here: this chat does not take it."]


@pytest.mark.parametrize("platform", ["slack", "telegram"])
async def test_a_line_that_breaks_with_every_upload_repeats_no_words_and_is_given_up(
    warehouse: Warehouse, platform: str
) -> None:
    warehouse.breaks, size = True, 12 * MB
    adapter = slack(warehouse, size) if platform == "slack" else telegram(warehouse, size)
    place = DM if platform == "slack" else CHAT
    sent: tuple[MessageAt, ...] = ()
    for number in (1, 2, 3):
        with pytest.raises(SendError) as caught:
            await send(adapter, place, size, number, sent)
        assert not caught.value.is_permanent
        sent = (*sent, *caught.value.sent)
    receipt = await send(adapter, place, size, 4, sent)
    await adapter.close()
    assert [one.loss for one in receipt.lost] == [Loss.UNAVAILABLE]
    assert warehouse.texts[0] == "Here is the plan"
    assert warehouse.texts[1:] == ["📎 plan.bin (12.6 MB) is not here: it could not be fetched."]
