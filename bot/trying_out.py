"""`allhands sandbox`: local platforms with a page, and the bot beside them as a process of its own.

The bot runs its real SDKs against other addresses and does not know; this file only prepares its environment.
"""

import asyncio
import contextlib
import os
import shutil
import sys
import tempfile
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

from adapters.slack.manifest import build_manifest
from bot.runtime.catalogue import operator_texts
from bot.settings import Settings
from handlers.registry import discover
from sandbox.discord import DiscordServer
from sandbox.discord.story import SAM
from sandbox.sandbox import Ports, Sandbox, platform_servers
from sandbox.slack import SlackServer
from sandbox.telegram.story import TOM
from sandbox.world import World

COMPANY = "Juniper & Pine"
EDITORS = f"slack:U0ANA,discord:{SAM},telegram:{TOM.id}"
"""The first agent of each platform may publish articles."""
READY_WITHIN_SECONDS = 30
"""After this long the page is shown all the same: its log says what keeps the bot."""


async def run_sandbox(
    settings: Settings, host: str, port: int, staff: str, until_told: Callable[[], Awaitable[None]]
) -> None:
    """Start it, print where the page is, and go on until told to stop. Exits when a port is taken."""
    folder = Path(tempfile.mkdtemp(prefix="allhands-sandbox-"))
    sandbox = make_sandbox(settings, host, port, staff, folder)
    texts = operator_texts().label
    try:
        try:
            await sandbox.start()
        except OSError as error:
            reason = error.strerror or error
            sys.exit(
                texts(
                    "The sandbox cannot listen: {reason}. Choose other ports: .venv/bin/allhands sandbox --port 9100",
                    reason=reason,
                )
            )
        await _wait_for_bot(sandbox)
        running = texts("Allhands is running. Open this page: {page}", page=sandbox.page_url)
        sys.stdout.write(f"\n  {running}\n\n  {texts('Ctrl-C ends it.')}\n\n")
        sys.stdout.flush()
        await until_told()
    finally:
        await sandbox.stop()
        shutil.rmtree(folder, ignore_errors=True)


async def _wait_for_bot(sandbox: Sandbox) -> None:
    """Discord repeats nothing that was said before the bot came: let nobody speak into the void."""
    discord = sandbox.servers["discord"]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(READY_WITHIN_SECONDS):
            # The server has no event to wait for, and this happens once.
            while isinstance(discord, DiscordServer) and not discord.is_connected:  # noqa: ASYNC110
                await asyncio.sleep(0.05)


def make_sandbox(settings: Settings, host: str, port: int, staff: str, folder: Path) -> Sandbox:
    """A sandbox whose bot keeps its data in the folder; `port` is the page's, the platforms take the next three."""
    manifest = build_manifest(discover(settings.commands_off).commands, settings.command_prefix, "", True)

    def slack(world: World) -> SlackServer:
        return SlackServer(world, manifest=manifest)

    ports = Ports(port, port + 1, port + 2, port + 3) if port else Ports.free()
    return Sandbox(
        host=host,
        ports=ports,
        staff_platform=staff,
        bot_command=[sys.executable, "-m", "bot", "run"],
        environment=_environment(folder),
        servers={**platform_servers(), "slack": slack},
    )


def _environment(folder: Path) -> Callable[[Mapping[str, str], bool], Mapping[str, str]]:
    """The bot's environment: the sandbox's addresses, a database of its own, and nothing of a real installation."""

    def build(sandbox_settings: Mapping[str, str], is_fresh: bool) -> Mapping[str, str]:
        database = folder / "allhands.db"
        if is_fresh:
            for old in folder.glob("allhands.db*"):
                old.unlink()
        return {
            **_without_real_accounts(os.environ),
            "COMPANY_NAME": COMPANY,
            "EDITORS": EDITORS,
            "DATABASE_URL": f"sqlite:///{database}",
            "HTTP_PORT": "0",
            # Whoever moves the clock by a day wants to see the check-in, at whatever hour they sit there.
            "QUIET_HOURS": os.environ.get("QUIET_HOURS", "0-0"),
            "ALLHANDS_ENV_FILE": "",
            **sandbox_settings,
        }

    return build


def _without_real_accounts(environment: Mapping[str, str]) -> dict[str, Any]:
    """A token of a real workspace must not reach a try-out, however it came into the shell."""
    ours = Settings.names()
    kept = (
        "KNOWLEDGE_DIR",
        "KNOWLEDGE_VECTORS",
        "LOG_FORMAT",
        "WAIT_LIMIT_MINUTES",
        "CHECK_IN_HOURS",
        "QUIET_HOURS",
        "ANSWERS_URL",
        "ANSWERS_MODEL",
        "ANSWERS_KEY",
        "ANSWERS_SECONDS",
    )
    return {name: value for name, value in environment.items() if name.upper() not in ours or name in kept}
