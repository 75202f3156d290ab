"""Slack's interactions, signed and all, with contents that Slack would never send: they act on nothing."""

import json
import time
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import aiohttp
import pytest

from sandbox.slack import SlackServer
from sandbox.slack.server import SIGNING_SECRET
from sandbox.slack.signatures import signature_headers
from tests.acceptance.bot_child import free_port
from tests.acceptance.dwellers import Dweller
from tests.acceptance.town import Town, open_town

REFUSED = "This is for the support team"
ODD: list[Any] = [
    None,
    5,
    -1,
    2**70,
    1.5,
    True,
    [],
    {},
    [[]],
    {"id": {}},
    "",
    "\x00",
    "\ud800",
    "x" * 200_000,
]


@pytest.fixture
async def called(sqlite_url: str, articles: Path) -> AsyncIterator[Town]:
    """A town whose Slack calls the house."""
    port = free_port()
    settings = {"http_port": port, "public_url": f"http://127.0.0.1:{port}", "slack_app_token": ""}
    async with open_town(sqlite_url, articles, staff_platform="slack", has_house=False, **settings) as town:
        server = town.servers["slack"]
        assert isinstance(server, SlackServer)
        server.request_url = f"http://127.0.0.1:{port}/slack/events"
        await town.open_house()
        yield town


class Forger:
    """Sends interactions in somebody's name, signed as Slack would."""

    def __init__(self, town: Town, person: Dweller) -> None:
        self.town, self.person = town, person
        self._number = 0

    async def presses(self, action: str, subject: object, **changed: Any) -> int:
        self._number += 1
        payload = {
            "type": "block_actions",
            "team": {"id": "T0JUNIPER"},
            "user": {"id": self.person.id, "team_id": "T0JUNIPER"},
            "channel": {"id": self.person.room},
            "container": {"type": "message", "message_ts": "1.000001", "channel_id": self.person.room},
            "message": {"ts": "1.000001"},
            "trigger_id": f"{self.person.id}.{self._number}.{time.time()}",
            "response_url": "",
            "actions": [{"action_id": action, "value": f"{action}:{subject}", "type": "button"}],
            **changed,
        }
        return await self.sends(payload)

    async def sends(self, payload: Any) -> int:
        body = urlencode({"payload": json.dumps(payload)}).encode()
        headers = signature_headers(SIGNING_SECRET, int(time.time()), body)
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        url = f"{self.town.address}/slack/events"
        async with (
            aiohttp.ClientSession() as session,
            session.post(url, data=body, headers=headers) as answer,
        ):
            return answer.status


async def test_no_interaction_reaches_into_somebody_elses_matter(called: Town) -> None:
    dana, eve = called.newcomer("telegram"), called.newcomer("slack")
    thread = await called.ticket(dana, "my secret shelf")
    await eve.gives("help")
    await eve.hears("Ask me anything")
    found = await called.house.writer.do(lambda work: work.tickets.numbered(1))  # type: ignore[union-attr]
    assert found is not None
    forger = Forger(called, eve)
    buttons = sorted(name for kind, name in called.house.handlers._by_purpose if kind == "button_pressed")  # type: ignore[union-attr]
    for action in [*buttons, "made_up", "", "claim:claim", "__class__"]:
        for subject in (found.id, found.conversation_id, f"{found.id}:1", 1):
            assert await forger.presses(action, subject) == 200
            assert await forger.presses(action, subject, team={"id": "T0OTHER"}) == 200
    await called.settle()
    ticket = await called.house.writer.do(lambda work: work.tickets.numbered(1))  # type: ignore[union-attr]
    assert ticket == found
    assert not thread.count("has it")
    assert eve.count(REFUSED) >= 1
    assert eve.count("secret shelf") == 0
    await thread.presses("Claim")
    await dana.sees("is helping you now")


@pytest.mark.parametrize(
    "part",
    ["type", "team", "user", "channel", "container", "message", "trigger_id", "response_url", "actions"],
)
async def test_no_odd_part_of_an_interaction_stops_the_next_one(called: Town, part: str) -> None:
    eve = called.newcomer("slack")
    forger = Forger(called, eve)
    for odd in ODD:
        await forger.presses("claim", "1", **{part: odd})
        await forger.presses("claim", "1", actions=[{"action_id": odd, "value": odd}])
    await eve.gives("help")
    await eve.hears("Ask me anything")
    failed = called.house.metrics_book.registry.get_sample_value(  # type: ignore[union-attr]
        "allhands_event_failures_total", {"kind": "button_pressed"}
    )
    assert not failed
