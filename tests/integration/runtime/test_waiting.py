"""The start without a database: waited for, and said on the web server and once in the log."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from aiohttp import ClientSession
from structlog.testing import capture_logs

from bot import waiting
from bot.settings import Settings
from bot.waiting import DatabaseAwayError, WaitingRoom
from tests.faults.proxy import Proxy

SOCKET = ".s.PGSQL.5432"


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PAUSE_SECONDS", 0.01)


@pytest.fixture
async def proxy(postgresql_url: str) -> AsyncIterator[Proxy]:
    """Before the server is there: whoever comes is sent away."""
    proxy = Proxy(Path(parse_qs(urlsplit(postgresql_url).query)["host"][0]) / SOCKET)
    proxy.refuses = True
    await proxy.start()
    yield proxy
    await proxy.stop()


def through(proxy: Proxy, postgresql_url: str) -> Settings:
    parts = urlsplit(postgresql_url)
    address = f"postgresql://{parts.username or 'postgres'}:@127.0.0.1:{proxy.port}{parts.path}"
    return Settings.of({"database_url": address, "http_port": "0", "telegram_token": "1:a-token"})


async def test_a_database_that_comes_later_is_waited_for_and_the_log_says_so_once(
    proxy: Proxy, postgresql_url: str
) -> None:
    room = WaitingRoom(through(proxy, postgresql_url))
    with capture_logs() as logs:
        reaching = asyncio.create_task(room.until_reached(asyncio.Event()))
        while not room.port:
            await asyncio.sleep(0.001)
        async with ClientSession(f"http://127.0.0.1:{room.port}") as session:
            async with session.get("/healthz") as answer:
                assert answer.status == 200, "it is alive, and must not be started anew"
            async with session.get("/readyz") as answer:
                assert answer.status == 503
                assert (await answer.json())["database"] == "away"
            for path, status in (("/readyz/telegram", 503), ("/readyz/slack", 404), ("/articles", 200)):
                async with session.get(path) as answer:
                    assert answer.status == status
            async with session.post("/telegram/webhook", json={}) as answer:
                assert answer.status == 503, "the platform keeps what it could not deliver"
        assert not reaching.done()
        proxy.refuses = False
        assert await reaching
    assert [one["event"] for one in logs] == ["database.away", "database.reached"]


async def test_a_database_that_is_there_is_not_waited_for(proxy: Proxy, postgresql_url: str) -> None:
    proxy.refuses = False
    room = WaitingRoom(through(proxy, postgresql_url))
    with capture_logs() as logs:
        assert await room.until_reached(asyncio.Event())
    assert (room.port, logs) == (0, [])


async def test_a_database_that_does_not_come_is_not_waited_for_for_ever(
    proxy: Proxy, postgresql_url: str
) -> None:
    room = WaitingRoom(through(proxy, postgresql_url))
    with pytest.raises(DatabaseAwayError) as raised:
        await room.until_reached(asyncio.Event(), minutes=0.001)
    assert "The database cannot be reached (DATABASE_URL): OperationalError" in str(raised.value)


async def test_who_is_told_to_stop_while_waiting_stops(proxy: Proxy, postgresql_url: str) -> None:
    told = asyncio.Event()
    reaching = asyncio.create_task(WaitingRoom(through(proxy, postgresql_url)).until_reached(told))
    told.set()
    assert not await reaching


@pytest.mark.parametrize("url", ["sqlite:////proc/nowhere/allhands.db"])
async def test_what_waiting_does_not_mend_is_said_at_once(url: str) -> None:
    with pytest.raises(DatabaseAwayError, match="cannot be reached"):
        await WaitingRoom(Settings.of({"database_url": url})).until_reached(asyncio.Event())
