"""The whole sandbox: one world, the three servers, the page with its control API, and perhaps a bot."""

import asyncio
import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

from aiohttp import web

from sandbox.bot_process import BotProcess, BotState
from sandbox.control import control_app
from sandbox.discord import DiscordServer
from sandbox.slack import SlackServer
from sandbox.surface import Server
from sandbox.telegram import TelegramServer
from sandbox.world import World

PLATFORMS = ("slack", "discord", "telegram")
MakeServer = Callable[[World], Server]
BuildEnvironment = Callable[[Mapping[str, str], bool], Mapping[str, str]]
"""From the sandbox's settings, and whether everything begins afresh, to the bot's whole environment."""


@dataclass(frozen=True, slots=True)
class Ports:
    """Where everything listens; 0 takes a free port."""

    page: int = 9000
    slack: int = 9001
    discord: int = 9002
    telegram: int = 9003

    @classmethod
    def free(cls) -> "Ports":
        return cls(0, 0, 0, 0)

    def of(self, platform: str) -> int:
        return int(getattr(self, platform))


def platform_servers(slack_manifest: Mapping[str, Any] | None = None) -> dict[str, MakeServer]:
    """The three local platforms; Slack knows an app's commands and shortcuts only from its manifest."""
    return {
        "slack": partial(SlackServer, manifest=slack_manifest),
        "discord": DiscordServer,
        "telegram": TelegramServer,
    }


def inherit(settings: Mapping[str, str], _is_fresh: bool) -> Mapping[str, str]:
    """This process's own environment with the sandbox's settings on top."""
    return {**os.environ, **settings}


class Sandbox:
    """Start it, and there are three platforms, a page, and a bot when a command line for one was given."""

    def __init__(
        self,
        *,
        host: str = "127.0.0.1",
        ports: Ports | None = None,
        staff_platform: str = "slack",
        bot_command: Sequence[str] = (),
        environment: BuildEnvironment = inherit,
        servers: Mapping[str, MakeServer] | None = None,
    ) -> None:
        self.host = host
        self.staff_platform = _known(staff_platform)
        self._ports = ports or Ports()
        self._environment = environment
        self._make = dict(servers) if servers is not None else platform_servers()
        self._runner: web.AppRunner | None = None
        self._changing = asyncio.Lock()
        self.world = World()
        self.servers: dict[str, Server] = {}
        self.bot = BotProcess(bot_command, self._bot_changed)

    async def start(self) -> None:
        """Listen everywhere, then start the bot; OSError names the port that is taken."""
        try:
            await self._start_servers()
            self._runner = web.AppRunner(control_app(self), access_log=None, shutdown_timeout=0.2)
            await self._runner.setup()
            await web.TCPSite(self._runner, self.host, self._ports.page).start()
            await self.start_bot(is_fresh=True)
        except BaseException:
            await self.stop()
            raise

    async def stop(self) -> None:
        await self.bot.stop()
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None
        await self._stop_servers()

    async def start_bot(self, *, is_fresh: bool = False) -> None:
        if self.bot.has_command:
            await self.bot.start(self._environment(self.settings(), is_fresh))

    async def reset(self, staff_platform: str = "") -> None:
        """Begin afresh: new platforms, an empty database for the bot, the staff where this says.

        The journal goes on counting, so that whoever follows it sees the entry 'reset' and what comes after.
        """
        chosen = _known(staff_platform or self.staff_platform)
        async with self._changing:
            had_bot = self.bot.state.status in ("running", "crashed")
            await self.bot.stop()
            await self._stop_servers()
            journal = self.world.journal
            journal.entries.clear()
            self.world = World(journal=journal)
            self.staff_platform = chosen
            await self._start_servers()
            journal.add("sandbox", "reset", staff_platform=chosen)
            if had_bot:
                await self.start_bot(is_fresh=True)

    @property
    def page_url(self) -> str:
        """Where the page is, once started."""
        if self._runner is None or not self._runner.addresses:
            raise RuntimeError("The sandbox does not run: start it first.")
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self._runner.addresses[0][1]}/"

    def settings(self) -> dict[str, str]:
        """What a bot needs in its environment: every platform's settings, one staff space, all support places."""
        merged: dict[str, str] = {}
        places = []
        for name, server in self.servers.items():
            own = server.bot_settings()
            places.append(own.pop("SUPPORT_PLACES", ""))
            staff_space = own.pop("STAFF_SPACE", "")
            merged |= own
            if name == self.staff_platform:
                merged["STAFF_SPACE"] = staff_space
        merged["SUPPORT_PLACES"] = ",".join(place for place in places if place)
        merged["CLOCK_URL"] = f"{self.page_url}clock"
        return merged

    def origins(self) -> list[str]:
        """The addresses of the three servers, from which the page may load files."""
        found = set()
        for server in self.servers.values():
            for value in server.bot_settings().values():
                parts = urlsplit(value)
                if parts.scheme in ("http", "https") and parts.netloc:
                    found.add(f"{parts.scheme}://{parts.netloc}")
        return sorted(found)

    async def _start_servers(self) -> None:
        for name in PLATFORMS:
            server = self._make[name](self.world)
            await server.start(self.host, self._ports.of(name))
            self.servers[name] = server

    async def _stop_servers(self) -> None:
        servers, self.servers = list(self.servers.values()), {}
        for server in servers:
            await server.stop()

    def _bot_changed(self, state: BotState) -> None:
        self.world.journal.add("sandbox", "bot", **state.as_dict())


def _known(platform: str) -> str:
    if platform not in PLATFORMS:
        raise ValueError(f"There is no platform {platform!r}: choose one of {', '.join(PLATFORMS)}.")
    return platform
