"""What is asked with every message goes a short way, and keeps to Discord's limits and terms as the SDK does."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass, field
from functools import partial

import aiohttp
import discord
import pytest
from aiohttp import web
from discord.http import Route

from adapters import again as again_module
from adapters.discord import house_http as house_http_module
from adapters.discord.api import Api
from adapters.discord.commands import register
from adapters.discord.errors import send_error
from adapters.discord.settings import DiscordSettings

ME = {"id": "1", "username": "bot"}


def limits(remaining: int, *, bucket: str = "b", reset_after: float = 0.2, limit: int = 2) -> dict[str, str]:
    return {
        "X-RateLimit-Bucket": bucket,
        "X-RateLimit-Limit": str(limit),
        "X-RateLimit-Remaining": str(remaining),
        "X-RateLimit-Reset-After": str(reset_after),
    }


@dataclass
class Script:
    """Answers in turn what it was told to; after the last one, with an empty object."""

    answers: list[tuple[int, object, Mapping[str, str]]] = field(default_factory=list)
    calls: list[tuple[str, str]] = field(default_factory=list)
    """(method, path) of each call."""
    heads: list[Mapping[str, str]] = field(default_factory=list)

    @property
    def channels(self) -> list[str]:
        """The channels of the calls, in their order."""
        return [path.split("/")[4] for _, path in self.calls]

    async def answer(self, request: web.Request) -> web.Response:
        if request.path.endswith("/users/@me"):
            return web.json_response(ME)
        self.calls.append((request.method, request.raw_path))
        self.heads.append(request.headers)
        status, body, headers = self.answers.pop(0) if self.answers else (200, {}, {})
        if isinstance(body, str):
            return web.Response(status=status, text=body, headers=headers)
        return web.json_response(body, status=status, headers=headers)


@pytest.fixture
def script() -> Script:
    return Script()


@pytest.fixture
async def api(script: Script) -> AsyncIterator[Api]:
    app = web.Application()
    app.router.add_route("*", "/api/{path:.*}", script.answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    port = runner.addresses[0][1]
    api = Api(DiscordSettings("token", f"http://127.0.0.1:{port}/api/v10"))
    yield api
    await api.close()
    await runner.cleanup()


def _post(channel: str = "5") -> Route:
    return Route("POST", "/channels/{channel_id}/messages", channel_id=channel)


async def _say(api: Api, channel: str = "5") -> object:
    return await api.call(_post(channel), json={"content": "Hello"})


async def test_the_bot_says_who_it_is_and_paths_are_quoted(api: Api, script: Script) -> None:
    route = Route("PUT", "/channels/{channel_id}/reactions/{emoji}/@me", channel_id="5", emoji="👍 a")
    await api.call(route)
    [(method, path)] = script.calls
    assert (method, path) == ("PUT", "/api/v10/channels/5/reactions/%F0%9F%91%8D%20a/@me")
    assert script.heads[0]["Authorization"] == "Bot token"
    assert script.heads[0]["User-Agent"].startswith("DiscordBot (")


@pytest.mark.parametrize(
    ("status", "body", "kind", "code"),
    [
        pytest.param(403, {"code": 50007, "message": "no"}, discord.Forbidden, 50007, id="forbidden"),
        pytest.param(404, {"code": 10003, "message": "gone"}, discord.NotFound, 10003, id="not found"),
        pytest.param(
            400, {"code": 50035, "message": "odd"}, discord.HTTPException, 50035, id="not understood"
        ),
        pytest.param(503, "no healthy upstream", discord.DiscordServerError, 0, id="not there"),
    ],
)
async def test_refusals_are_the_sdks(
    api: Api, script: Script, status: int, body: object, kind: type[discord.HTTPException], code: int
) -> None:
    script.answers = [(status, body, {})]
    with pytest.raises(discord.HTTPException) as raised:
        await _say(api)
    assert (type(raised.value), raised.value.status, raised.value.code) == (kind, status, code)
    assert len(script.calls) == 1


async def test_nothing_is_uncertain_without_a_connection() -> None:
    nobody = Api(DiscordSettings("token", "http://127.0.0.1:9/api/v10"))
    with pytest.raises(aiohttp.ClientConnectionError) as raised:
        await _say(nobody)
    assert not send_error(raised.value).is_uncertain
    await nobody.close()


async def test_a_bucket_that_is_empty_is_waited_for_and_others_are_not(api: Api, script: Script) -> None:
    script.answers = [(200, {}, limits(1)), (200, {}, limits(0))]
    await _say(api)
    await asyncio.gather(_say(api), _say(api), _say(api, "6"))
    assert script.channels == ["5", "5", "6", "5"]


async def test_a_bucket_is_shared_with_what_goes_the_sdks_way(api: Api, script: Script) -> None:
    script.answers = [(200, {}, limits(1)), (200, {}, limits(0))]
    await _say(api)
    uploading = asyncio.create_task(api.call(_post(), form=[{"name": "payload_json", "value": "{}"}]))
    while len(script.calls) < 2:
        await asyncio.sleep(0)
    await asyncio.gather(uploading, _say(api), _say(api, "6"))
    assert script.channels == ["5", "5", "6", "5"]


async def test_who_emptied_a_bucket_has_the_answer_and_does_not_wait(api: Api, script: Script) -> None:
    script.answers = [(200, {}, limits(0))]
    first, second = asyncio.create_task(_say(api)), asyncio.create_task(_say(api))
    await first
    await _say(api, "6")
    await second
    assert script.channels == ["5", "6", "5"]


async def test_a_limit_is_waited_out_and_one_that_is_too_long_is_told(api: Api, script: Script) -> None:
    via = {"Via": "1.1 google"}
    script.answers = [(429, {"retry_after": 0.2, "global": False}, via), (200, {"id": "9"}, {})]
    assert await _say(api) == {"id": "9"}
    # Another server that speaks like Discord has nothing in front of it that would name itself.
    script.answers = [(429, {"retry_after": 0.2}, {}), (200, {"id": "9"}, {})]
    assert await _say(api) == {"id": "9"}
    script.answers = [(429, {"retry_after": 90.0, "global": False}, via)]
    with pytest.raises(discord.RateLimited) as raised:
        await _say(api)
    assert raised.value.retry_after == 90.0


async def test_limits_that_are_none_take_nothing_away_from_an_answer(api: Api, script: Script) -> None:
    for odd in (
        {"X-Ratelimit-Limit": "5.0", "X-Ratelimit-Remaining": "", "X-Ratelimit-Reset-After": "soon"},
        {"X-Ratelimit-Remaining": "0"},
        {"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset-After": "nan"},
        {"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset-After": "-1"},
        {"X-Ratelimit-Remaining": "0", "X-Ratelimit-Reset": "1e400"},
    ):
        script.answers = [(200, {"id": "9"}, odd), (200, {"id": "10"}, {})]
        async with asyncio.timeout(5):
            assert await _say(api) == {"id": "9"}
            assert await _say(api) == {"id": "10"}


async def test_a_global_limit_holds_up_everything(api: Api, script: Script) -> None:
    await api.me()
    http = api._http
    assert http is not None
    script.answers = [(429, {"retry_after": 0.3, "global": True}, {"Via": "1.1 google"})]
    first = asyncio.create_task(_say(api))
    while http._global_over.is_set():
        await asyncio.sleep(0)
    uploading = asyncio.create_task(api.call(_post("7"), form=[{"name": "payload_json", "value": "{}"}]))
    await asyncio.gather(first, _say(api, "6"), uploading)
    assert script.channels[:2] == ["5", "5"]
    assert sorted(script.channels[2:]) == ["6", "7"]


async def test_what_stands_before_discord_is_not_waited_for(api: Api, script: Script) -> None:
    script.answers = [(429, "error code: 1015", {})]
    with pytest.raises(discord.HTTPException) as raised:
        await _say(api)
    assert (raised.value.status, len(script.calls)) == (429, 1)


async def test_errors_of_the_server_are_tried_again_and_in_the_end_told(
    api: Api, script: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(house_http_module, "MOST_TRIES", 2)
    script.answers = [(502, "bad gateway", {}), (200, {"id": "9"}, {})]
    assert await _say(api) == {"id": "9"}
    script.answers = [(500, {"code": 0, "message": "oh"}, {})] * 2
    with pytest.raises(discord.DiscordServerError) as raised:
        await _say(api)
    assert send_error(raised.value).is_uncertain


COMMAND = {"type": 1, "name": "help", "description": "What it can do"}


@pytest.mark.parametrize(
    ("answers", "told"),
    [
        ([(503, {}, {}), (200, [], {}), (200, [COMMAND], {})], ["not_registered", "registered"]),
        ([(400, {"code": 50035, "message": "Invalid Form Body"}, {})], ["not_registered"]),
    ],
    ids=["away for a moment", "refused"],
)
async def test_commands_are_registered_as_soon_as_discord_takes_them(
    api: Api,
    script: Script,
    answers: list[tuple[int, object, Mapping[str, str]]],
    told: list[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(again_module, "FIRST_PAUSE_SECONDS", 0)
    reports: list[str] = []
    script.answers = [(200, [], {}), *answers]
    attempt = partial(register, api, "1", [COMMAND], lambda name, _fields: reports.append(name))
    await again_module.until_done(attempt)
    assert reports == [f"discord.commands_{one}" for one in told]
