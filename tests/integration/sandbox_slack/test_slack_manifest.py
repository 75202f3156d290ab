"""With an app manifest, only what it names exists."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from sandbox.slack import SlackServer
from sandbox.surface import SurfaceError
from sandbox.world import World
from tests.integration.sandbox_slack.slack_bots import Bots, until

MANIFEST: dict[str, Any] = {
    "display_information": {"name": "Allhands"},
    "features": {
        "app_home": {"home_tab_enabled": False, "messages_tab_enabled": True},
        "slash_commands": [
            {
                "command": "/human",
                "description": "Talk to a person",
                "usage_hint": "[why]",
                "should_escape": True,
            }
        ],
        "shortcuts": [
            {
                "name": "Open a ticket",
                "type": "message",
                "callback_id": "ticket",
                "description": "From this message",
            },
            {"name": "My tickets", "type": "global", "callback_id": "mine", "description": "All of them"},
        ],
    },
    "oauth_config": {
        "scopes": {
            "bot": [
                "channels:history",
                "channels:read",
                "chat:write",
                "commands",
                "files:read",
                "pins:read",
                "users:read",
            ]
        }
    },
    "settings": {
        "event_subscriptions": {"bot_events": ["message.channels", "file_shared", "pin_added"]},
        "interactivity": {"is_enabled": True},
        "socket_mode_enabled": True,
    },
}


@pytest.fixture
async def server(world: World) -> AsyncIterator[SlackServer]:
    server = SlackServer(world, manifest=MANIFEST)
    await server.start("127.0.0.1", 0)
    yield server
    await server.stop()


async def test_only_registered_commands_and_shortcuts_are_offered(server: SlackServer) -> None:
    (command,) = server.commands("U0CARLA", "C0HELP")
    assert (command.name, command.description) == ("human", "Talk to a person")
    assert command.options == ({"name": "[why]"},)
    assert [one.name for one in server.shortcuts("U0CARLA")] == ["Open a ticket"]
    assert [one.name for one in server.global_shortcuts("U0CARLA")] == ["My tickets"]
    with pytest.raises(SurfaceError, match="not a valid command"):
        await server.command("U0CARLA", "C0HELP", "claim")
    ts = await server.say("U0CARLA", "C0HELP", "hello")
    with pytest.raises(SurfaceError, match="no shortcut"):
        await server.shortcut("U0CARLA", "C0HELP", ts, "My tickets")
    assert await server.open_home("U0CARLA") is None


async def test_arguments_are_escaped_where_the_manifest_says_so(server: SlackServer, bots: Bots) -> None:
    bot = bots.make()
    texts = []

    @bot.app.command("/human")
    async def human(ack, command):
        await ack()
        texts.append(command["text"])

    await bots.connect("socket", bot)
    await server.command("U0CARLA", "C0HELP", "/human", "ask @Ben")
    assert texts == ["ask <@U0BEN>"]


async def test_only_subscribed_events_are_delivered(server: SlackServer, bots: Bots) -> None:
    bot = await bots.connect("socket")
    ts = await server.say("U0CARLA", "C0HELP", "@allhands hello")
    await server.say("U0CARLA", "D0CARLA", "hello")
    await server.react("U0CARLA", "C0HELP", ts, "wave")
    await server.settle()
    assert [(body["event"]["type"], body["event"]["channel"]) for body in bot.heard] == [
        ("message", "C0HELP")
    ]


@pytest.mark.parametrize(
    ("method", "arguments", "needed"),
    [
        ("reactions.add", {"channel": "C0HELP", "timestamp": "1.000001", "name": "eyes"}, "reactions:write"),
        ("conversations.history", {"channel": "C0SUPPORT"}, "groups:history"),
        ("conversations.list", {"types": "public_channel,private_channel"}, "groups:read"),
        ("files.getUploadURLExternal", {"filename": "a.txt", "length": "1"}, "files:write"),
        ("users.lookupByEmail", {"email": "ana@juniperandpine.example"}, "users:read.email"),
    ],
)
async def test_a_scope_that_was_not_granted_is_named(
    client: AsyncWebClient, method: str, arguments: dict[str, str], needed: str
) -> None:
    with pytest.raises(SlackApiError) as refused:
        await client.api_call(method, data=arguments)
    response = refused.value.response
    assert (response["error"], response["needed"]) == ("missing_scope", needed)
    assert response["provided"] == ",".join(MANIFEST["oauth_config"]["scopes"]["bot"])


async def test_what_the_scopes_do_not_cover_is_left_out(client: AsyncWebClient) -> None:
    user = (await client.users_info(user="U0ANA"))["user"]
    assert "email" not in user["profile"]
    posted = await client.chat_postMessage(channel="C0HELP", text="hi", username="Ana")
    assert "username" not in posted["message"]
    with pytest.raises(SlackApiError) as refused:
        await client.views_publish(user_id="U0ANA", view={"type": "home", "blocks": []})
    assert refused.value.response["error"] == "not_enabled"


async def test_a_message_shortcut_of_the_manifest_works_by_its_name(server: SlackServer, bots: Bots) -> None:
    bot = bots.make()
    used = []

    @bot.app.shortcut("ticket")
    async def ticket(ack, shortcut):
        await ack()
        used.append(shortcut["message"]["text"])

    await bots.connect("socket", bot)
    ts = await server.say("U0CARLA", "C0HELP", "broken")
    await server.shortcut("U0ANA", "C0HELP", ts, "Open a ticket")
    await until(lambda: used)
    assert used == ["broken"]


@pytest.mark.parametrize(
    ("names", "complaint"),
    [(["/help"], "one of Slack's own"), (["/human", "/human"], "registered twice")],
)
def test_command_names_slack_would_not_register_are_refused(names: list[str], complaint: str) -> None:
    manifest = {"features": {"slash_commands": [{"command": name, "description": "x"} for name in names]}}
    with pytest.raises(ValueError, match=complaint):
        SlackServer(World(), manifest=manifest)


@pytest.mark.parametrize(
    ("part", "complaint"),
    [
        pytest.param({"features": MANIFEST["features"]}, "need the scope commands", id="commands"),
        pytest.param(
            {"settings": MANIFEST["settings"]}, "file_shared needs the scope files:read", id="events"
        ),
    ],
)
def test_a_manifest_without_the_scopes_it_needs_is_refused(part: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        SlackServer(World(), manifest=part)


async def test_an_app_without_interactivity_gets_no_button(world: World) -> None:
    server = SlackServer(world, manifest={**MANIFEST, "settings": {}})
    with pytest.raises(SurfaceError, match="not configured to handle interactive"):
        await server.global_shortcut("U0CARLA", "mine")
