"""Files are fetched from the platforms alone: no token and no request goes elsewhere, whatever a message names."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest
from aiohttp import web

from adapters import Adapter, AdapterContext, FileUnavailableError
from adapters.discord import DiscordAdapter, DiscordSettings
from adapters.slack import SlackAdapter, SlackSettings
from adapters.slack.uploads import may_get_token
from adapters.telegram import TelegramAdapter, TelegramSettings
from bot.core.content import FileRef
from sandbox.slack import SlackServer
from sandbox.world import World
from tests.integration.adapters.slack.slack_house import House

TOKEN = "xoxb-900:secret"
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def listening(handler: Handler) -> AsyncIterator[str]:
    application = web.Application()
    application.router.add_route("*", "/{path:.*}", handler)
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


class Trap:
    """A server that nobody may ask for anything."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def answer(self, request: web.Request) -> web.Response:
        self.asked.append(request.path)
        return web.Response(body=b"stolen")


class Deceiver:
    """A platform of all three kinds that sends the bot elsewhere for a file: by an address, or by a redirect."""

    def __init__(self, elsewhere: str, redirects: bool) -> None:
        self._elsewhere, self._redirects = elsewhere, redirects
        self.url = ""

    async def answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path
        file = f"{self.url}/files/x" if self._redirects else f"{self._elsewhere}/x"
        if path.endswith("/files.info"):
            return web.json_response({"ok": True, "file": {"url_private": file}})
        if path.endswith("/getFile"):
            given = "x" if self._redirects else file
            return web.json_response({"ok": True, "result": {"file_path": given}})
        if path.endswith("/users/@me"):
            return web.json_response(
                {"id": "900", "username": "allhands", "discriminator": "0", "avatar": None}
            )
        if path.endswith("/messages/2"):
            return web.json_response(
                {"id": "2", "channel_id": "1", "attachments": [{"id": "3", "url": file}]}
            )
        if "/file" in path and self._redirects:
            raise web.HTTPFound(f"{self._elsewhere}/x")
        raise web.HTTPNotFound


def adapters(url: str, context: AdapterContext) -> list[tuple[Adapter, FileRef]]:
    slack = SlackAdapter(context, SlackSettings(TOKEN, "", "", f"{url}/api/"))
    discord = DiscordAdapter(context, DiscordSettings(TOKEN, f"{url}/api/v10", "ws://127.0.0.1:1/"))
    telegram = TelegramAdapter(context, TelegramSettings("900:secret", url))
    return [
        (slack, FileRef("slack", "F1", "x")),
        (discord, FileRef("discord", "1/2/3", "x")),
        (telegram, FileRef("telegram", "f", "x")),
    ]


@pytest.mark.parametrize("redirects", [False, True], ids=["an address", "a redirect"])
async def test_no_platform_can_send_the_bot_elsewhere_for_a_file(redirects: bool) -> None:
    trap = Trap()
    context = House(SlackServer(World())).context()
    async with listening(trap.answer) as elsewhere:
        deceiver = Deceiver(elsewhere, redirects)
        async with listening(deceiver.answer) as deceiver.url:
            for adapter, file in adapters(deceiver.url, context):
                with pytest.raises(FileUnavailableError):
                    async with adapter.open_file(file) as chunks:
                        _ = [chunk async for chunk in chunks]
                await adapter.close()
    assert trap.asked == []


async def test_an_address_in_a_stored_reference_gets_no_token_either() -> None:
    trap = Trap()
    context = House(SlackServer(World())).context()
    async with listening(trap.answer) as elsewhere, listening(Trap().answer) as url:
        adapter = SlackAdapter(context, SlackSettings(TOKEN, "", "", f"{url}/api/"))
        for address in (
            f"{elsewhere}/x",
            f"{url}@127.0.0.1:{elsewhere.rpartition(':')[2]}/x",
            "file:///etc/passwd",
        ):
            with pytest.raises(FileUnavailableError):
                async with adapter.open_file(FileRef("slack", f"F1 {address}", "x")):
                    pass
        await adapter.close()
    assert trap.asked == []


@pytest.mark.parametrize(
    ("address", "may"),
    [
        ("https://files.slack.com/files-pri/T1-F1/a.png", True),
        ("https://slack.com/files-pri/T1-F1/a.png", True),
        ("http://files.slack.com/files-pri/T1-F1/a.png", False),
        ("https://slack.com.evil.example/a.png", False),
        ("https://evilslack.com/a.png", False),
        ("https://files.slack.com@evil.example/a.png", False),
        ("https://evil.example/files.slack.com/a.png", False),
        ("https://files.slack.com:8443/a.png", False),
        ("https://files.slack.com\\@evil.example/a.png", False),
        ("//files.slack.com/a.png", False),
        ("https://[files.slack.com/a.png", False),
        ("", False),
    ],
)
def test_the_token_of_slack_goes_to_slack_alone(address: str, may: bool) -> None:
    assert may_get_token(address, "https://slack.com/api/") is may
