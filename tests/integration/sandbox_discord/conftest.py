"""A Discord of its own for each test, and the real discord.py client as the bot in it."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import Any

import aiohttp
import pytest
import yarl

with warnings.catch_warnings():
    # discord.py still imports the deprecated audioop.
    warnings.simplefilter("ignore", DeprecationWarning)
    import discord

from discord import app_commands

from sandbox.discord import DiscordServer
from sandbox.world import World

WAIT_SECONDS = 10.0


class Bot(discord.Client):
    """The real client; it remembers every event it dispatched, so that a test can wait for one."""

    def __init__(self, intents: discord.Intents, **options: Any) -> None:
        # The client waits this long for further guilds before it calls itself ready.
        super().__init__(intents=intents, guild_ready_timeout=0.05, **options)
        self.tree = app_commands.CommandTree(self)
        self.heard: list[tuple[str, tuple[Any, ...]]] = []
        self._more = asyncio.Event()

    def dispatch(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        self.heard.append((event, args))
        self._more.set()
        super().dispatch(event, *args, **kwargs)

    async def hears(self, event: str, where: Callable[..., bool] = lambda *_: True) -> Any:
        """The first argument of the first such event for which the condition holds, past or to come."""
        async with asyncio.timeout(WAIT_SECONDS):
            while True:
                self._more.clear()
                for name, args in self.heard:
                    if name == event and where(*args):
                        return args[0] if args else None
                await self._more.wait()

    async def hears_text(self, text: str) -> discord.Message:
        found: discord.Message = await self.hears("message", lambda message: message.content == text)
        return found

    def count(self, event: str, where: Callable[..., bool] = lambda *_: True) -> int:
        return sum(name == event and where(*args) for name, args in self.heard)

    @property
    def guild_here(self) -> discord.Guild:
        return self.guilds[0]

    def room(self, room: str) -> Any:
        channel = self.get_channel(int(room))
        assert channel is not None
        return channel


def all_intents() -> discord.Intents:
    intents = discord.Intents.default()
    intents.message_content = True
    intents.members = True
    return intents


class TicketForm(discord.ui.Modal, title="New ticket"):
    subject = discord.ui.TextInput(label="Subject", custom_id="subject", min_length=3, max_length=20)
    details = discord.ui.TextInput(
        label="Details",
        custom_id="details",
        style=discord.TextStyle.paragraph,
        required=False,
        default="none",
    )

    async def on_submit(self, interaction: discord.Interaction) -> None:
        text = f"{self.subject.value}: {self.details.value}"
        await interaction.response.send_message(text, ephemeral=True)


class Panel(discord.ui.View):
    def __init__(self) -> None:
        super().__init__(timeout=None)

    @discord.ui.button(label="Open a ticket", custom_id="panel:open")
    async def open(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.send_modal(TicketForm())

    @discord.ui.button(label="Claim", custom_id="panel:claim", style=discord.ButtonStyle.success)
    async def claim(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.edit_message(content=f"Claimed by {interaction.user.display_name}")

    @discord.ui.button(label="Later", custom_id="panel:later")
    async def later(self, interaction: discord.Interaction, _: discord.ui.Button) -> None:
        await interaction.response.defer()
        await interaction.edit_original_response(content="edited later")

    @discord.ui.select(
        custom_id="panel:priority",
        max_values=2,
        options=[
            discord.SelectOption(label="High", value="high"),
            discord.SelectOption(label="Low", value="low"),
        ],
    )
    async def priority(self, interaction: discord.Interaction, select: discord.ui.Select) -> None:
        await interaction.response.send_message("Priority " + " and ".join(select.values), ephemeral=True)

    @discord.ui.select(cls=discord.ui.UserSelect, custom_id="panel:assign")
    async def assign(self, interaction: discord.Interaction, select: discord.ui.UserSelect) -> None:
        await interaction.response.send_message(f"For {select.values[0].display_name}", ephemeral=True)


class PostPanel:
    """Posts the panel; `view` is for a client that only knows its ids."""

    view = Panel

    async def __call__(self, room: Any) -> discord.Message:
        message: discord.Message = await room.send("Need help?", view=Panel())
        return message


@pytest.fixture
def panel() -> PostPanel:
    return PostPanel()


@pytest.fixture
async def world() -> World:
    return World()


@pytest.fixture
async def server(world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[DiscordServer]:
    server = DiscordServer(world)
    await server.start("127.0.0.1", 0)
    settings = server.bot_settings()
    monkeypatch.setattr(discord.http.Route, "BASE", settings["DISCORD_API_URL"])
    gateway = yarl.URL(settings["DISCORD_GATEWAY_URL"])
    monkeypatch.setattr(discord.gateway.DiscordWebSocket, "DEFAULT_GATEWAY", gateway)
    yield server
    await server.stop()


Connect = Callable[[Bot], Any]


@pytest.fixture
async def connect(server: DiscordServer) -> AsyncIterator[Connect]:
    """Log a bot in and wait until it is ready; it is closed after the test."""
    async with AsyncExitStack() as stack:

        async def connect(bot: Bot) -> Bot:
            await bot.login(server.bot_settings()["DISCORD_TOKEN"])
            task = asyncio.create_task(bot.connect())

            async def close() -> None:
                await bot.close()
                await asyncio.gather(task, return_exceptions=True)

            stack.push_async_callback(close)
            await asyncio.wait_for(bot.wait_until_ready(), WAIT_SECONDS)
            return bot

        yield connect


@pytest.fixture
def new_bot() -> Callable[..., Bot]:
    """A bot that is not connected yet, with every intent a support bot has unless told otherwise."""

    def new_bot(intents: discord.Intents | None = None) -> Bot:
        return Bot(intents or all_intents())

    return new_bot


@pytest.fixture
async def bot(connect: Connect) -> Bot:
    connected: Bot = await connect(Bot(all_intents()))
    return connected


@dataclass(frozen=True)
class Answer:
    status: int
    body: Any
    headers: Any


class Api:
    """Plain calls with the bot's token, for what the client library would not send."""

    def __init__(self, session: aiohttp.ClientSession, base: str, token: str) -> None:
        self._session = session
        self._base = base
        self.headers = {"Authorization": f"Bot {token}"}

    async def call(self, method: str, path: str, body: Any = None, **options: Any) -> Answer:
        headers = options.pop("headers", self.headers)
        if body is not None:
            options["json"] = body
        async with self._session.request(method, self._base + path, headers=headers, **options) as response:
            raw = await response.read()
            is_json = response.headers.get("Content-Type") == "application/json"
            return Answer(
                response.status, await response.json() if is_json and raw else raw, response.headers
            )

    async def say(self, room: str, **body: Any) -> Answer:
        return await self.call("POST", f"/channels/{room}/messages", body)


@pytest.fixture
async def api(server: DiscordServer) -> AsyncIterator[Api]:
    settings = server.bot_settings()
    async with aiohttp.ClientSession() as session:
        yield Api(session, settings["DISCORD_API_URL"], settings["DISCORD_TOKEN"])
