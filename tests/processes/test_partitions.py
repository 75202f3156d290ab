"""A process loses its way to the database, and finds it again: it sends nothing that others have taken over."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.acceptance.bot_child import BotChild
from tests.acceptance.flow import check
from tests.processes.fleet import Fleet, open_fleet, talk

LEFT = 4


@pytest.fixture
async def fleet(postgresql_url: str, articles: Path, tmp_path: Path) -> AsyncIterator[Fleet]:
    async with open_fleet(postgresql_url, articles, tmp_path, is_cabled=True) as fleet:
        yield fleet


async def is_struck_off(fleet: Fleet, victim: BotChild) -> None:
    async def gone() -> bool:
        return victim.pid not in await fleet.members()

    await fleet.within(gone, "the others take it for dead")


async def is_back(fleet: Fleet, victim: BotChild) -> None:
    async def there() -> bool:
        return victim.pid in await fleet.members()

    await fleet.within(there, "it has joined again")


async def test_cut_off_it_sends_nothing_that_was_taken_over_and_comes_back(fleet: Fleet) -> None:
    one = await talk(fleet, "telegram")
    await fleet.is_quiet()
    victim, cable = fleet.children[0], fleet.cables[0]
    fleet.only(victim)
    fleet.town.faults("telegram").is_down = True
    await one.goes_on(LEFT)

    async def is_left() -> bool:
        return await fleet.waiting_with(victim) >= LEFT

    await fleet.within(is_left, "everything waits for Telegram")
    cable.pull()
    fleet.only(*fleet.children[1:])
    await is_struck_off(fleet, victim)
    # Both could send now: the one that was cut off has it all in its memory, the others have it in the database.
    fleet.town.faults("telegram").is_down = False

    await one.is_whole()
    await fleet.is_quiet()
    assert check(one) == 0
    cable.plug_in()
    await is_back(fleet, victim)
    fleet.only(victim)
    await one.goes_on(2)
    await one.is_whole()
    await fleet.is_quiet()
    assert check(one) == 0


async def test_what_it_alone_received_is_received_by_another(
    postgresql_url: str, articles: Path, tmp_path: Path
) -> None:
    async with open_fleet(
        postgresql_url, articles, tmp_path, count=2, has_webhooks=False, is_cabled=True
    ) as fleet:
        one = await talk(fleet, "discord")
        await fleet.is_quiet()
        victim = await fleet.holder("discord")
        cable = fleet.cables[fleet.children.index(victim)]
        cable.pull()
        await one.both_write()
        await is_struck_off(fleet, victim)
        await one.is_whole()
        assert await fleet.holder("discord") is not victim
        cable.plug_in()
        await is_back(fleet, victim)
        await one.goes_on(2)
        await one.is_whole()
        await fleet.is_quiet()
        assert check(one) == 0
        assert len(await fleet.holders("discord")) == 1


async def test_cut_off_in_the_middle_of_a_sign_of_life_it_takes_nobody_with_it(fleet: Fleet) -> None:
    """Its transaction stays open at the server, with its locks: the others must not wait for them for ever."""
    one = await talk(fleet, "telegram")
    await fleet.is_quiet()
    victim, cable = fleet.children[0], fleet.cables[0]
    fleet.only(*fleet.children[1:])
    cable.pull_after(b"UPDATE processes")

    async def pulled() -> bool:
        return not cable.is_plugged_in

    await fleet.within(pulled, "it has given its sign of life")
    await is_struck_off(fleet, victim)
    assert await fleet.members() == {child.pid for child in fleet.children[1:]}
    await one.goes_on(2)
    await one.is_whole()
    cable.plug_in()
    await is_back(fleet, victim)
    await fleet.is_quiet()
    assert check(one) == 0
