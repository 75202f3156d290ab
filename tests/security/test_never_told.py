"""The whole product with recognisable secrets and words, through failures of every kind: none is ever printed."""

import asyncio
import sqlite3
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from sandbox.slack import SlackServer
from sandbox.slack.server import SIGNING_SECRET
from sandbox.slack.signatures import signature_headers
from sandbox.surface import Upload
from tests.acceptance.bot_child import BotChild
from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import PLATFORMS, Town, open_town
from tests.security.door import signed

NAME, FILE = "Quillfeather", "salary-of-quillfeather.txt"
WORDS = ("zebra", "marmalade", "obelisk", "periwinkle", "quixotic")
WEBHOOK_SECRET, METRICS_TOKEN = "a-webhook-secret-of-ours", "a-metrics-token-of-ours"
PASSWORD = "p%40ssw0rd-of-ours"
TOKENS = ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DISCORD_TOKEN", "TELEGRAM_TOKEN")


@pytest.fixture
async def quiet_town(sqlite_url: str, articles: Path) -> AsyncIterator[Town]:
    async with open_town(sqlite_url, articles, has_house=False) as town:
        yield town


def never(town: Town) -> list[str]:
    """What must stand nowhere: secrets, names, words, and every address that opens something."""
    slack = town.servers["slack"]
    assert isinstance(slack, SlackServer)
    opening = [
        "ticket=",
        "response_url",
        "/files-pri/",
        "/file/bot",
        "ws://",
        "/webhooks/",
        *slack.workspace.response_urls,
    ]
    tokens = [town.environment()[name] for name in TOKENS]
    own = [SIGNING_SECRET, WEBHOOK_SECRET, METRICS_TOKEN, PASSWORD, "p@ssw0rd-of-ours"]
    return [*tokens, *own, *opening, NAME, FILE, *WORDS]


def assert_told_nothing(town: Town, printed: str) -> None:
    told = [one for one in never(town) if one.lower() in printed.lower()]
    assert told == [], "\n".join(line for line in printed.splitlines() if any(one in line for one in told))


async def newcomer(town: Town, platform: str) -> Dweller:
    person = town.servers[platform].add_person(f"{NAME} {platform.capitalize()}")
    return Dweller(town, platform, person.id, "").in_direct()


async def lives_through_faults(town: Town, bot: BotChild) -> None:
    """A day on which everything goes wrong, with a message in the middle of each."""
    upload = Upload(FILE, "text/plain", WORDS[1].encode())
    for platform in PLATFORMS:
        faults, customer = town.faults(platform), await newcomer(town, platform)
        await customer.gives("ticket", f"{WORDS[0]} one")
        await customer.says(f"{WORDS[1]} with a file", files=(upload,))
        faults.server_errors, faults.lost_replies, faults.duplicate_deliveries = 2, 1, 2
        await customer.says(f"{WORDS[2]} two")
        faults.rate_limited_calls, faults.retry_after_seconds = 2, 0.1
        await customer.says(f"{WORDS[3]} three")
        await town.servers[platform].settle(20)
    for platform in PLATFORMS:
        town.faults(platform).is_down = True
    await until(lambda: says(bot, "not ready"), "a platform is missed")
    for platform in PLATFORMS:
        town.faults(platform).is_down = False


async def sends_nonsense(bot: BotChild) -> None:
    """To both webhooks: signed, unsigned, broken, with words in it."""
    address = f"http://127.0.0.1:{bot.port}"
    odd: list[bytes] = [
        WORDS[0].encode(),
        f'{{"type": "event_callback", "event": {{"type": "message", "text": "{WORDS[1]}", "user": 5}}}}'.encode(),
        f'{{"type": "block_actions", "user": "{NAME}", "actions": ["{WORDS[2]}"]}}'.encode(),
        f'{{"update_id": 77, "message": {{"text": "{WORDS[3]}", "chat": "{NAME}"}}}}'.encode(),
        f'{{"update_id": "{WORDS[4]}"}}'.encode(),
        f"payload=%7B{WORDS[4]}".encode(),
    ]
    async with aiohttp.ClientSession() as session:
        for body in odd:
            for path, headers in (
                (
                    "/slack/events",
                    signature_headers(
                        SIGNING_SECRET, int(float(signed(body)["X-Slack-Request-Timestamp"])), body
                    ),
                ),
                ("/slack/events", {}),
                ("/telegram/webhook", {"X-Telegram-Bot-Api-Secret-Token": WEBHOOK_SECRET}),
                (f"/{WORDS[0]}?token={METRICS_TOKEN}", {"Authorization": f"Bearer {METRICS_TOKEN}"}),
            ):
                async with session.post(f"{address}{path}", data=body, headers=headers) as answer:
                    said = await answer.text()
                    assert not any(word in said for word in WORDS)


async def loses_the_database(town: Town, bot: BotChild, path: str) -> None:
    """Somebody else holds it while people speak; longer than anybody waits for it."""
    customer = await newcomer(town, "telegram")
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    await customer.says(f"{WORDS[4]} while the database is away")
    await until(lambda: logs(bot, "telegram.not_stored"), "the database is missed")
    other.execute("ROLLBACK")
    other.close()
    await customer.hears("person")


async def figures(bot: BotChild) -> str:
    """Everything that the pages tell, with the token and without."""
    pages: list[str] = []
    async with aiohttp.ClientSession() as session:
        for path in ("/metrics", "/readyz", "/healthz", "/nothing"):
            for headers in ({}, {"Authorization": f"Bearer {METRICS_TOKEN}"}):
                url = f"http://127.0.0.1:{bot.port}{path}"
                async with session.get(url, headers=headers) as answer:
                    pages.append(await answer.text())
    return "\n".join(pages)


@pytest.mark.parametrize("log_format", ["text", "json"])
async def test_a_bad_day_prints_no_words_names_or_secrets(
    quiet_town: Town, tmp_path: Path, log_format: str
) -> None:
    bot = BotChild(
        quiet_town, tmp_path / "bot.log", LOG_FORMAT=log_format, SLACK_SIGNING_SECRET=SIGNING_SECRET,
        TELEGRAM_WEBHOOK_SECRET=WEBHOOK_SECRET, METRICS_TOKEN=METRICS_TOKEN, PYTHONASYNCIODEBUG="1",
    )  # fmt: skip
    try:
        await bot.start()
        await lives_through_faults(quiet_town, bot)
        await bot.until_ready()
        await sends_nonsense(bot)
        await loses_the_database(quiet_town, bot, str(tmp_path / "allhands.db"))
        assert_told_nothing(quiet_town, await figures(bot))
        assert await bot.stop() == 0
    finally:
        await bot.kill()
    log = bot.log.read_text()
    for happened in ("outbox.retry", "adapter.restarting", "telegram.not_stored"):
        assert happened in log, f"{happened} did not happen, so nothing was seen of it"
    assert_told_nothing(quiet_town, log)


@pytest.mark.parametrize(
    "settings", [("SLACK_BOT_TOKEN", "DISCORD_TOKEN", "TELEGRAM_TOKEN"), ("SLACK_APP_TOKEN",)]
)
async def test_a_refused_token_is_not_repeated(
    quiet_town: Town, tmp_path: Path, settings: tuple[str, ...]
) -> None:
    wrong = {name: quiet_town.environment()[name][:-4] + "zzzz" for name in settings}
    bot = BotChild(quiet_town, tmp_path / "bot.log", **wrong)
    try:
        await bot.start(until_ready=False)
        await until(lambda: says(bot, "needs_setup", len(settings)), "the tokens are refused")
        pages = await figures(bot)
        assert await bot.stop() == 0
    finally:
        await bot.kill()
    code, doctor = await allhands(quiet_town, "doctor", **wrong)
    assert code == 1
    for printed in (pages, bot.log.read_text(), doctor):
        for token in wrong.values():
            assert token not in printed
            assert token[8:-4] not in printed
        assert_told_nothing(quiet_town, printed)


@pytest.mark.parametrize(
    ("url", "commands"),
    [
        pytest.param(
            f"postgresql://allhands:{PASSWORD}@127.0.0.1:1/allhands",
            ("run", "doctor", "migrate"),
            id="nobody there",
        ),
        pytest.param(f"postgresql://allhands:{PASSWORD}@127.0.0.1:port/allhands", ("run",), id="no port"),
        pytest.param(f"postgresql//allhands:{PASSWORD}@127.0.0.1/allhands", ("run",), id="no address"),
        pytest.param(f"oracle9://allhands:{PASSWORD}@127.0.0.1/allhands", ("run",), id="no such database"),
        pytest.param(
            f"postgresql://127.0.0.1:1/allhands?user=allhands&password={PASSWORD}",
            ("run",),
            id="in the query",
        ),
    ],
)
async def test_the_databases_password_is_never_printed(
    quiet_town: Town, url: str, commands: tuple[str, ...]
) -> None:
    for command in commands:
        code, printed = await allhands(quiet_town, command, DATABASE_URL=url)
        assert code == 1
        assert "DATABASE_URL" in printed
        assert_told_nothing(quiet_town, printed)
        assert "Traceback" not in printed, printed


async def says(bot: BotChild, words: str, count: int = 1) -> bool:
    return str((await bot.ask("/readyz"))[1]).count(words) >= count


async def logs(bot: BotChild, words: str) -> bool:
    return words in bot.log.read_text()


async def until(question: Callable[[], Awaitable[bool]], what: str) -> None:
    for _ in range(900):
        if await question():
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"did not happen: {what}")


async def allhands(town: Town, *arguments: str, **settings: Any) -> tuple[int, str]:
    environment = town.process_environment() | {"LC_ALL": "C.UTF-8"} | settings
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    written, _ = await process.communicate()
    return process.returncode or 0, written.decode()
