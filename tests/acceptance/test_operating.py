"""What an operator sees: health, readiness and figures, while a platform is away and afterwards; wrong tokens."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import aiohttp
import pytest

from adapters.slack import connection
from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import PLATFORMS, Town, open_town

WRONG_TOKENS = {
    "slack_bot_token": ("slack", "SLACK_BOT_TOKEN"),
    "slack_app_token": ("slack", "SLACK_APP_TOKEN"),
    "discord_token": ("discord", "DISCORD_TOKEN"),
    "telegram_token": ("telegram", "TELEGRAM_TOKEN"),
}


async def test_a_town_is_ready_when_people_can_give_commands(sqlite_url: str, articles: Path) -> None:
    """However slow Discord is with what the bot does beside receiving."""
    async with open_town(sqlite_url, articles, has_house=False) as town:
        town.faults("discord").slow_seconds = 0.2
        await town.open_house()
        town.faults("discord").slow_seconds = 0.0
        await town.ticket(town.newcomer("discord"), "My shelf is crooked")


async def ask(town: Town, path: str) -> tuple[int, Any]:
    async with aiohttp.ClientSession() as session, session.get(f"{town.address}{path}") as response:
        is_json = response.content_type == "application/json"
        return response.status, await response.json() if is_json else await response.text()


async def until_answered(town: Town, path: str, is_good: Callable[[int, Any], bool]) -> Any:
    """Ask until the answer is good; what it says then."""
    for _ in range(1_200):
        status, body = await ask(town, path)
        if is_good(status, body):
            return body
        await asyncio.sleep(0.05)
    raise AssertionError(f"{path} goes on saying {status} {body}")


def figure(page: str, name: str) -> float:
    """One line of the metrics."""
    return float(next(line.rpartition(" ")[2] for line in page.splitlines() if line.startswith(f"{name} ")))


async def is_served(customer: Dweller) -> None:
    await customer.says("When does my parcel arrive?")
    await customer.sees("two to four working days")


async def test_a_house_in_order_says_so(town: Town) -> None:
    assert await ask(town, "/healthz") == (200, {"status": "ok"})
    status, body = await ask(town, "/readyz")
    assert (status, body["status"], body["knowledge"]) == (200, "ready", "ready")
    assert {name: one["state"] for name, one in body["platforms"].items()} == dict.fromkeys(
        PLATFORMS, "ready"
    )
    assert await ask(town, "/readyz/telegram") == (200, {"status": "ready"})
    assert (await ask(town, "/readyz/pigeon"))[0] == 404
    await is_served(town.newcomer("telegram"))
    _, page = await ask(town, "/metrics")
    assert figure(page, 'allhands_events_total{kind="message_received",platform="telegram"}') == 1
    assert figure(page, 'allhands_platform_ready{platform="telegram"}') == 1
    assert "two to four" not in page


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_while_a_platform_is_away_the_others_work_and_readiness_tells(
    town: Town, platform: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Slack's own client may try for a while before anybody is told; here nobody wants to wait for that.
    monkeypatch.setattr(connection, "GIVE_UP_SECONDS", 0.5)
    others = [town.newcomer(one) for one in PLATFORMS if one != platform]
    customer = town.newcomer(platform)
    await customer.gives("help")
    town.faults(platform).is_down = True
    body = await until_answered(town, "/readyz", lambda status, _: status == 503)
    assert body["status"] == "not ready"
    assert body["platforms"][platform]["state"] == "restarting"
    assert body["platforms"][platform]["problem"]
    assert await ask(town, f"/readyz/{platform}") == (503, {"status": "not ready"})
    for other in others:
        await is_served(other)
        assert town.is_ready(other.platform)
        assert await ask(town, f"/readyz/{other.platform}") == (200, {"status": "ready"})
    assert await ask(town, "/healthz") == (200, {"status": "ok"})
    _, page = await ask(town, "/metrics")
    assert figure(page, f'allhands_platform_ready{{platform="{platform}"}}') == 0
    await customer.says("When does my parcel arrive?")
    town.faults(platform).is_down = False
    await until_answered(town, "/readyz", lambda status, _: status == 200)
    await customer.sees("two to four working days")
    _, page = await ask(town, "/metrics")
    assert figure(page, f'allhands_platform_ready{{platform="{platform}"}}') == 1
    assert figure(page, f'allhands_adapter_restarts_total{{platform="{platform}"}}') >= 1


@pytest.mark.parametrize("platform", PLATFORMS)
async def test_a_platform_that_is_away_at_the_start_joins_later(
    platform: str, sqlite_url: str, articles: Path
) -> None:
    async with open_town(sqlite_url, articles, has_house=False) as town:
        town.faults(platform).is_down = True
        customer = town.newcomer(platform)
        await town.open_house(until_ready=False)
        other = town.newcomer("telegram" if platform != "telegram" else "slack")
        await town.until(lambda: town.is_ready(other.platform), "the other platform is ready")
        await is_served(other)
        status, body = await ask(town, "/readyz")
        assert status == 503
        assert body["platforms"][platform]["state"] != "ready"
        town.faults(platform).is_down = False
        await until_answered(town, "/readyz", lambda status, _: status == 200)
        await is_served(customer)


@pytest.mark.parametrize("setting", WRONG_TOKENS)
async def test_a_wrong_token_is_named_and_the_others_work(
    setting: str, sqlite_url: str, articles: Path
) -> None:
    platform, name = WRONG_TOKENS[setting]
    async with open_town(sqlite_url, articles, has_house=False) as town:
        right = town.environment()[name]
        wrong = right[:-4] + "0000"
        await town.open_house(until_ready=False, **{setting: wrong})
        body = await until_answered(
            town, "/readyz", lambda _, body: body["platforms"][platform]["state"] == "needs_setup"
        )
        assert name in body["platforms"][platform]["problem"]
        assert wrong not in str(body)
        other = town.newcomer("telegram" if platform != "telegram" else "discord")
        await town.until(lambda: town.is_ready(other.platform), "the other platform is ready")
        await is_served(other)
        await town.close_house()
        await town.open_house(**{setting: right})
        await is_served(town.newcomer(platform))
