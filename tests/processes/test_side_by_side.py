"""Several processes at work: order, nothing twice, one winner, one timer; with Slack and Telegram behind a balancer."""

import asyncio
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.acceptance.dwellers import Dweller
from tests.acceptance.flow import check
from tests.acceptance.town import PLATFORMS
from tests.conftest import new_database, write_articles
from tests.processes.fleet import Fleet, open_fleet, talk

pytestmark = pytest.mark.asyncio(loop_scope="module")

TIMES = 10
TICKETS = 4


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(postgresql: str, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Fleet]:
    """One fleet for all: each test brings customers of its own."""
    folder = tmp_path_factory.mktemp("fleet")
    with new_database(postgresql) as url:
        async with open_fleet(url, write_articles(folder), folder, check_in_hours=0) as fleet:
            yield fleet


@pytest_asyncio.fixture(loop_scope="module")
async def fleet(running: Fleet) -> AsyncIterator[Fleet]:
    """The fleet, at rest and without faults before and after."""
    yield running
    for platform in PLATFORMS:
        faults = running.town.faults(platform)
        faults.slow_seconds, faults.duplicate_deliveries = 0.0, 0


async def ticket_of(fleet: Fleet, customer: Dweller) -> int:
    """A new ticket's number, as the customer was told."""
    await fleet.town.ticket(customer, f"Help {customer.name}")
    told = await customer.hears("Your ticket is #")
    (number,) = re.findall(r"#(\d+)", told.text)
    return int(number)


async def test_each_conversation_keeps_its_order_and_nothing_comes_twice(fleet: Fleet) -> None:
    """The staff side is slow, so that what one process decides waits behind what another still sends."""
    talks = [await talk(fleet, platform) for platform in PLATFORMS]
    served = fleet.balancer.served.copy()
    for platform in PLATFORMS:
        fleet.town.faults(platform).slow_seconds = 0.1
    await asyncio.gather(*(one.goes_on(TIMES) for one in talks))
    for one in talks:
        await one.is_whole()
    await fleet.is_quiet()
    for one in talks:
        assert check(one) == 0
    assert all(fleet.balancer.served[child.port] > served[child.port] for child in fleet.children)


async def test_of_two_who_claim_through_different_processes_one_wins(fleet: Fleet) -> None:
    first, second = fleet.town.agents()
    for turn in range(TICKETS):
        customer = fleet.town.newcomer(PLATFORMS[turn % len(PLATFORMS)])
        number = await ticket_of(fleet, customer)
        thread = await fleet.town.thread_of(first, f"Help {customer.name}")
        await thread.sees_one(lambda one: any(button.label == "Claim" for button in one.buttons), "a button")
        await fleet.delivered()
        served = fleet.balancer.served.copy()
        rivals = (first.at(thread.room), second.at(thread.room))
        await asyncio.gather(*(one.presses("Claim") for one in rivals))
        assert len(fleet.balancer.served - served) > 1, "the two presses went to one process"
        await customer.sees("is helping you now")
        await fleet.is_quiet()
        assert customer.count("is helping you now") == 1
        told = [await _is_winner(fleet, one, number) for one in (first, second)]
        assert sorted(told) == [False, True]


async def _is_winner(fleet: Fleet, agent: Dweller, number: int) -> bool:
    """What an agent was told about their claim, in the room of the card: that it is theirs, or who was first."""
    won, lost = f"#{number} is yours", f"#{number} is with them"

    def told() -> str:
        texts = " ".join(one.text for one in agent.messages()).replace("*", "")
        return won if won in texts else lost if lost in texts else ""

    said: str = await fleet.town.until(told, lambda: f"{agent} hears of their claim\n{agent.transcript()}")
    return said == won


async def test_whatever_is_due_happens_once_however_many_look(fleet: Fleet) -> None:
    """All processes look every second; every customer is asked once, at once after the end, how it is."""
    agent, _ = fleet.town.agents()
    customers = [fleet.town.newcomer(platform) for platform in PLATFORMS * 2]
    numbers = [await ticket_of(fleet, customer) for customer in customers]
    await asyncio.gather(*(agent.gives("resolve", str(number)) for number in numbers))
    for customer in customers:
        await customer.sees("is it still working?")
    await fleet.is_quiet()
    assert [customer.count("is it still working?") for customer in customers] == [1] * len(customers)


async def test_what_is_delivered_again_to_another_process_is_handled_once(fleet: Fleet) -> None:
    one = await talk(fleet, "slack")
    for platform in ("slack", "telegram"):
        fleet.town.faults(platform).duplicate_deliveries = 2 * TIMES
    other = await talk(fleet, "telegram")
    await asyncio.gather(one.goes_on(TIMES), other.goes_on(TIMES))
    await one.is_whole()
    await other.is_whole()
    await fleet.is_quiet()
    assert (check(one), check(other)) == (0, 0)
