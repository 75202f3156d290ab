"""The published schemas, where somebody has them, are checked as well."""

from pathlib import Path

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer
from sandbox.slack.methods import METHODS
from sandbox.slack.schemas import Schemas
from sandbox.world import World


async def test_what_the_real_sdk_sends_fits_the_published_schemas(specs: Path, world: World) -> None:
    server = SlackServer(world, specs=specs)
    await server.start("127.0.0.1", 0)
    settings = server.bot_settings()
    client = AsyncWebClient(
        token=settings["SLACK_BOT_TOKEN"], base_url=settings["SLACK_API_URL"], retry_handlers=[]
    )
    try:
        blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": "hi"}}]
        ts = (await client.chat_postMessage(channel="C0HELP", text="hi", blocks=blocks, unfurl_links=False))[
            "ts"
        ]
        await client.chat_update(channel="C0HELP", ts=ts, text="ho", metadata={})
        await client.conversations_history(channel="C0HELP", limit=10, include_all_metadata=True)
        await client.files_upload_v2(channel="C0HELP", content="a", filename="a.txt")
        await client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": []})
        with pytest.raises(SlackApiError) as refused:
            await client.conversations_history(channel="C0HELP", limit="many")
        assert refused.value.response["error"] == "invalid_arguments"
    finally:
        await server.stop()


# These have an error of their own when they are missing, or may be empty.
CHECKED_INSIDE = {
    "reactions.add": {"channel", "timestamp"},
    "views.open": {"view"},
    "views.push": {"view"},
    "views.update": {"view"},
    "views.publish": {"view"},
    "assistant.threads.setStatus": {"status"},
    "assistant.threads.setSuggestedPrompts": {"prompts"},
}


def test_every_method_exists_and_asks_for_what_the_published_ones_ask_for(specs: Path) -> None:
    published = Schemas(specs)
    for method in METHODS.values():
        assert published.knows(method.name), method.name
        assert set(method.required) <= published.arguments_of(method.name), method.name
        missing = published.required_of(method.name) - set(method.required)
        assert missing == CHECKED_INSIDE.get(method.name, set()), method.name
