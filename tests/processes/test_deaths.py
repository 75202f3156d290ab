"""A process dies, or is told to stop: the others send what it had left, and receive what it received."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
import pytest_asyncio

from tests.acceptance.bot_child import BotChild
from tests.acceptance.counting import BACK, Copy
from tests.acceptance.flow import check, seen
from tests.acceptance.town import open_town
from tests.conftest import new_database, write_articles
from tests.processes.fleet import Fleet, open_fleet, start, talk

pytestmark = pytest.mark.asyncio(loop_scope="module")

LEFT = 5


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def with_webhooks(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    async with fleet_in(postgresql, tmp_path_factory.mktemp("fleet")) as fleet:
        yield fleet


@pytest_asyncio.fixture(loop_scope="module")
async def fleet(with_webhooks: Fleet) -> Fleet:
    """One fleet for all tests of this module, and all of it alive."""
    return await revived(with_webhooks)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def without_webhooks(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    async with fleet_in(postgresql, tmp_path_factory.mktemp("polling"), has_webhooks=False) as fleet:
        yield fleet


@pytest_asyncio.fixture(loop_scope="module")
async def polling(without_webhooks: Fleet) -> Fleet:
    """As `fleet`, without a public address: Slack by sockets, Telegram by polling."""
    return await revived(without_webhooks)


@asynccontextmanager
async def fleet_in(postgresql: str, folder: Path, *, has_webhooks: bool = True) -> AsyncIterator[Fleet]:
    with new_database(postgresql) as url:
        async with open_fleet(url, write_articles(folder), folder, has_webhooks=has_webhooks) as fleet:
            yield fleet


async def revived(fleet: Fleet) -> Fleet:
    await start([child for child in fleet.children if not child.is_alive])
    fleet.only(*fleet.children)
    return fleet


@pytest.mark.parametrize("is_killed", [True, False], ids=["killed", "stopped"])
async def test_what_it_still_had_to_send_is_sent_by_another(fleet: Fleet, is_killed: bool) -> None:
    one = await talk(fleet, "discord")
    await fleet.is_quiet()
    victim = fleet.children[0]
    fleet.only(victim)
    fleet.town.faults("discord").is_down = True
    for _ in range(LEFT):
        await one.agent_writes()
        await one.fleet.delivered()

    async def is_left() -> bool:
        return await fleet.waiting_with(victim) >= LEFT

    await fleet.within(is_left, "everything waits for Discord")
    if is_killed:
        await victim.kill()
    else:
        assert await victim.stop() == 0
    fleet.only(*fleet.children[1:])
    fleet.town.faults("discord").is_down = False

    async def arrived() -> bool:
        return not one.missing(one.customer, BACK)

    await fleet.within(arrived, f"it arrives\n{one.customer.transcript()}")
    await fleet.is_quiet()
    assert seen(one.customer) == [Copy(word) for word in one.written(BACK)]


@pytest.mark.parametrize("platform", ["discord", "telegram"])
async def test_what_only_one_may_receive_is_received_by_another(polling: Fleet, platform: str) -> None:
    one = await talk(polling, platform)
    await one.goes_on(2)
    await one.is_whole()
    victim = await polling.holder(platform)
    await victim.kill()
    await one.both_write()
    await one.is_whole()
    assert await polling.holder(platform) is not victim
    await one.goes_on(2)
    await one.is_whole()
    await polling.is_quiet()
    repeats = check(one)
    # What was just being shown to Telegram as the process died may be shown again, with a word about it.
    assert repeats == 0 or platform == "telegram"


async def test_killed_one_after_another_while_everybody_writes_nothing_is_lost(fleet: Fleet) -> None:
    talks = [await talk(fleet, platform) for platform in ("slack", "discord", "telegram")]
    for victim in fleet.children:
        for one in talks:
            await one.goes_on(3)
        await victim.kill()
        for one in talks:
            await one.goes_on(3)
        await victim.start()
    for one in talks:
        await one.is_whole()
    await fleet.is_quiet()
    for one in talks:
        check(one)


async def test_a_second_process_on_sqlite_is_refused_in_plain_words(
    sqlite_url: str, articles: Path, tmp_path: Path
) -> None:
    async with open_town(sqlite_url, articles, has_house=False) as town:
        first, second = (BotChild(town, tmp_path / f"bot{number}.log") for number in (1, 2))
        try:
            await first.start()
            await second.start(until_ready=False)
            assert await second.ended() != 0
            said = second.log.read_text()
            assert "SQLite" in said
            assert "Traceback" not in said
            assert (await first.ask("/readyz"))[0] == 200
        finally:
            await second.kill()
            await first.kill()
