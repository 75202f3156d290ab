"""The command line as an operator uses it, each command as a process of its own."""

import asyncio
import os
import sqlite3
import sys
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path

import pytest

from sandbox.discord import DiscordServer
from sandbox.discord.story import HELP
from tests.acceptance.bot_child import BotChild
from tests.acceptance.town import Town, open_town


@pytest.fixture
async def quiet_town(sqlite_url: str, articles: Path) -> AsyncIterator[Town]:
    """Three platforms, and no bot."""
    async with open_town(sqlite_url, articles, has_house=False) as town:
        yield town


async def allhands(town: Town, *arguments: str, **settings: str) -> tuple[int, str]:
    """Exit code, and all that was written."""
    environment = town.process_environment() | {"LC_ALL": "C.UTF-8"} | settings
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *arguments,
        env=environment, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    written, _ = await process.communicate()
    return process.returncode or 0, written.decode()


async def test_help_names_every_command(quiet_town: Town) -> None:
    code, written = await allhands(quiet_town, "--help")
    assert code == 0
    for command in ("run", "sandbox", "doctor", "migrate", "knowledge"):
        assert f"\n    {command}" in written or f"\n  {command}" in written


async def test_a_reader_who_has_seen_enough_is_no_failure(quiet_town: Town) -> None:
    """As with `allhands doctor | head`."""
    reader, writer = os.pipe()
    os.close(reader)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", "doctor", "--slack-manifest",
        env=quiet_town.process_environment(), stdout=writer, stderr=asyncio.subprocess.PIPE,
    )  # fmt: skip
    os.close(writer)
    assert (await process.communicate())[1] == b""


async def test_the_doctor_finds_a_good_house_well(quiet_town: Town) -> None:
    assert (await allhands(quiet_town, "migrate"))[0] == 0
    for staff in ("discord", "telegram"):
        quiet_town.staff_platform = staff
        code, written = await allhands(quiet_town, "doctor")
        assert code == 0, written
        assert "All is well." in written
        assert "✗" not in written, written
        # In Telegram's groups a bot sees reactions only as an administrator; it may do without.
        remarks = [line for line in written.splitlines() if line.startswith("  !")]
        assert all("sees reactions in Juniper" in line for line in remarks), written
        assert "https://discord.com/oauth2/authorize" in written
        for token in ("SLACK_BOT_TOKEN", "DISCORD_TOKEN", "TELEGRAM_TOKEN"):
            assert quiet_town.environment()[token] not in written


@pytest.mark.parametrize(
    "tokens", [("SLACK_BOT_TOKEN", "DISCORD_TOKEN", "TELEGRAM_TOKEN"), ("SLACK_APP_TOKEN",)]
)
async def test_the_doctor_names_wrong_tokens(quiet_town: Town, tokens: tuple[str, ...]) -> None:
    wrong = {token: quiet_town.environment()[token][:-4] + "0000" for token in tokens}
    code, written = await allhands(quiet_town, "doctor", **wrong)
    assert code == 1
    assert sum("✗" in line for line in written.splitlines()) == len(tokens) + ("to mend" in written)
    for token in tokens:
        assert token in written or "xapp-" in written, written
        assert wrong[token] not in written


@pytest.mark.parametrize(
    ("staff", "space"),
    [
        ("slack", "slack:C0GONE"),
        ("discord", f"discord:{HELP[:-3]}999"),
        ("telegram", "telegram:-1002999999999"),
    ],
)
async def test_the_doctor_names_a_missing_staff_space(quiet_town: Town, staff: str, space: str) -> None:
    quiet_town.staff_platform = staff
    code, written = await allhands(quiet_town, "doctor", STAFF_SPACE=space)
    assert code == 1
    lines = written.splitlines()
    bad = next(number for number, line in enumerate(lines) if "✗" in line)
    assert space.partition(":")[2] in lines[bad]
    assert lines[bad + 1].startswith("      "), f"what to do about it\n{written}"


async def test_the_doctor_names_what_the_bot_may_not_do(quiet_town: Town) -> None:
    discord = quiet_town.servers["discord"]
    assert isinstance(discord, DiscordServer)
    await discord.set_bot_right("SEND_MESSAGES", is_allowed=False, room=HELP)
    code, written = await allhands(quiet_town, "doctor")
    assert code == 1
    assert "Send Messages" in written


async def test_the_doctor_says_which_settings_cannot_work(quiet_town: Town) -> None:
    (code, written), (no_database, said), (no_space, told) = await asyncio.gather(
        allhands(quiet_town, "doctor", STAFF_SPACE="irc:desk", HTTP_PORT="many"),
        allhands(quiet_town, "doctor", DATABASE_URL="postgresql://127.0.0.1:1/nothing"),
        allhands(quiet_town, "doctor", STAFF_SPACE=""),
    )
    assert code == no_database == no_space == 1
    assert "STAFF_SPACE" in written
    assert "slack:C" in written
    assert "HTTP_PORT" in written
    assert "Traceback" not in written
    assert "DATABASE_URL" in said
    assert "STAFF_SPACE is not set" in told


@pytest.mark.parametrize(
    ("address", "also"),
    [
        # A server may be on its way, and whoever is to run waits for it.
        pytest.param("postgresql://127.0.0.1:1/nothing", (), id="server"),
        pytest.param("sqlite:////proc/nowhere/allhands.db", (("run",),), id="folder"),
    ],
)
async def test_without_its_database_every_command_says_what_to_do(
    quiet_town: Town, address: str, also: tuple[tuple[str], ...]
) -> None:
    commands = (*also, ("doctor",), ("migrate",), ("knowledge", "ask", "where?"))
    ended = await asyncio.gather(*(allhands(quiet_town, *one, DATABASE_URL=address) for one in commands))
    for code, written in ended:
        assert code == 1
        assert "Traceback" not in written
        assert "The database cannot be reached" in written
        assert "DATABASE_URL" in written


async def test_the_doctor_prints_the_manifest_alone(quiet_town: Town) -> None:
    code, written = await allhands(quiet_town, "doctor", "--slack-manifest")
    assert code == 0
    assert written.startswith("{")
    assert '"socket_mode_enabled": true' in written


async def test_migrate_brings_an_empty_database_to_the_newest_schema(
    quiet_town: Town, postgresql_url: str
) -> None:
    code, written = await allhands(quiet_town, "migrate", DATABASE_URL=postgresql_url)
    assert (code, "from empty to" in written) == (0, True), written
    code, written = await allhands(quiet_town, "migrate", DATABASE_URL=postgresql_url)
    assert (code, "The database is at" in written) == (0, True), written


async def test_knowledge_is_imported_and_asked(quiet_town: Town, tmp_path: Path) -> None:
    folder = tmp_path / "more"
    folder.mkdir()
    (folder / "opening.md").write_text(
        "---\ntitle: When are you open?\nlanguage: en\n---\nWe open at nine.\n"
    )
    code, written = await allhands(quiet_town, "knowledge", "import", str(folder))
    assert (code, "1 article: 1 new" in written) == (0, True), written
    (code, written), (also, nothing), (refused, why) = await asyncio.gather(
        allhands(quiet_town, "knowledge", "ask", "when are you open?"),
        allhands(quiet_town, "knowledge", "ask", "how tall is Mount Everest"),
        allhands(quiet_town, "knowledge", "import", str(tmp_path / "nowhere")),
    )
    assert code == also == 0
    assert "We open at nine." in written
    assert "opening.md" in written
    assert "Nothing is offered" in nothing
    assert (refused, "nowhere" in why) == (1, True)


async def test_run_works_until_it_is_told_to_stop(quiet_town: Town, tmp_path: Path) -> None:
    child = BotChild(quiet_town, tmp_path / "bot.log")
    try:
        await child.start()
        customer = quiet_town.newcomer("telegram")
        await customer.says("My secret words: when does my parcel arrive?")
        await customer.sees("two to four working days")
        assert await child.ask("/healthz") == (200, {"status": "ok"})
        assert await child.stop() == 0
    finally:
        await child.kill()
    log = child.log.read_text()
    assert "Traceback" not in log
    assert "secret words" not in log, "what people say is nobody's business"
    for token in ("SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "DISCORD_TOKEN", "TELEGRAM_TOKEN"):
        assert quiet_town.environment()[token] not in log


async def test_run_without_a_platform_says_what_to_do(quiet_town: Town) -> None:
    off = dict.fromkeys(("SLACK_BOT_TOKEN", "DISCORD_TOKEN", "TELEGRAM_TOKEN"), "")
    code, written = await allhands(quiet_town, "run", **off)
    assert code == 1
    assert "SLACK_BOT_TOKEN" in written
    assert "allhands sandbox" in written


async def test_a_database_of_a_newer_version_is_left_alone_and_said_to_be_one(
    quiet_town: Town, tmp_path: Path
) -> None:
    url = f"sqlite:///{tmp_path / 'newer.db'}"
    assert (await allhands(quiet_town, "migrate", DATABASE_URL=url))[0] == 0
    with closing(sqlite3.connect(tmp_path / "newer.db")) as database, database:
        database.execute("UPDATE alembic_version SET version_num = '9001'")
    for command in (("run",), ("migrate",), ("doctor",), ("knowledge", "ask", "where?")):
        code, written = await allhands(quiet_town, *command, DATABASE_URL=url)
        assert code == 1
        assert "9001" in written
        assert "newer version" in written
        assert "Traceback" not in written
