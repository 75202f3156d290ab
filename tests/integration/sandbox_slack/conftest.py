"""The local Slack with the real slack_bolt and slack_sdk at the other end."""

import contextlib
import json
import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer
from sandbox.world import World
from tests.integration.sandbox_slack.slack_bots import Bots


@pytest.fixture
async def world() -> World:
    return World()


@pytest.fixture
async def server(world: World) -> AsyncIterator[SlackServer]:
    server = SlackServer(world)
    await server.start("127.0.0.1", 0)
    yield server
    await server.stop()


@pytest.fixture
async def bots(server: SlackServer) -> AsyncIterator[Bots]:
    bots = Bots(server)
    yield bots
    for bot in bots.made:
        with contextlib.suppress(ConnectionError):
            await bot.close()


@pytest.fixture
async def client(server: SlackServer) -> AsyncWebClient:
    """The Web API alone, without retries that would hide what the server said."""
    settings = server.bot_settings()
    return AsyncWebClient(
        token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"], retry_handlers=[]
    )


SAMPLES = {
    "message": "MessagePayload",
    "message_changed": "MessageChangedPayload",
    "message_deleted": "MessageDeletedPayload",
    "file_share": "MessageFileSharePayload",
    "channel_join": "MessageChannelJoinPayload",
    "channel_leave": "MessageChannelLeavePayload",
    "app_mention": "AppMentionPayload",
    "reaction_added": "ReactionAddedPayload",
    "app_home_opened": "AppHomeOpenedPayload",
    "member_joined_channel": "MemberJoinedChannelPayload",
    "member_left_channel": "MemberLeftChannelPayload",
    "team_join": "TeamJoinPayload",
}


class Samples:
    """The official sample payloads: every field that may occur, with blanked values."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def unknown_keys(self, body: dict[str, Any]) -> Iterator[tuple[str, set[str]]]:
        event = body["event"]
        kind = event.get("subtype", event["type"]) if event["type"] == "message" else event["type"]
        sample = json.loads((self.folder / "events" / f"{SAMPLES[kind]}.json").read_text())
        # Sent by Slack all the same: docs.slack.dev/reference/events and the other samples.
        yield kind, set(body) - set(sample) - {"context_team_id", "context_enterprise_id"}
        yield kind, set(event) - set(sample["event"]) - {"event_ts", "files"}


@pytest.fixture
def specs() -> Path:
    """The folder with Slack's published schemas and samples; tests that compare with them need it."""
    here = Path(__file__).parents[3]
    folder = Path(os.environ.get("ALLHANDS_SPECS", here / ".." / "shared" / "specs")) / "slack"
    if not folder.is_dir():
        pytest.skip(f"no published Slack schemas in {folder}; ALLHANDS_SPECS names another folder")
    return folder


@pytest.fixture
def samples(specs: Path) -> Samples:
    return Samples(specs / "samples")
