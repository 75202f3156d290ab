"""The app manifest, which an administrator pastes into Slack: the scopes that are needed and no more."""

from collections.abc import Callable, Sequence
from typing import Any

from adapters.slack.commands import slack_name
from bot.core.commands import Argument, Command
from bot.core.texts import mark

SCOPES = {
    "channels:history": mark("reads messages in public channels it was invited to"),
    "channels:read": mark("sees who is in the staff channel"),
    "chat:write": mark("answers"),
    "chat:write.customize": mark("shows people's words under their own names and pictures"),
    "commands": mark("offers the slash commands"),
    "files:read": mark("passes on files"),
    "files:write": mark("passes on files"),
    "groups:history": mark("reads messages in private channels it was invited to"),
    "groups:read": mark("sees who is in a private staff channel"),
    "im:history": mark("reads its direct messages"),
    "im:read": mark("finds direct messages that came while it was away"),
    "im:write": mark("writes to a person first"),
    "pins:read": mark("tells what somebody pinned"),
    "reactions:read": mark("passes on reactions"),
    "reactions:write": mark("marks what became of a message"),
    "usergroups:read": mark("shows the names of user groups that are mentioned"),
    "users:read": mark("knows people's names, languages and time zones"),
}
"""Every bot scope, with what breaks without it."""
EVENTS = (
    "app_home_opened",
    "app_uninstalled",
    "message.channels",
    "message.groups",
    "message.im",
    "pin_added",
    "pin_removed",
    "reaction_added",
    "reaction_removed",
    "tokens_revoked",
)
EVENTS_PATH = "/slack/events"
OPEN_TICKET, ADD_NOTE = "open_ticket", "add_note"
_SHORTCUTS = (
    (OPEN_TICKET, mark("Open a ticket"), mark("Ask for a person about this message.")),
    (
        ADD_NOTE,
        mark("Add as note"),
        mark("Put this message into the ticket as a note that the customer does not see."),
    ),
)


def build_manifest(
    commands: Sequence[Command],
    prefix: str,
    public_url: str,
    socket_mode: bool,
    name: str = "Allhands",
    texts: Callable[[str], str] = str,
) -> dict[str, Any]:
    """Return the manifest for Socket Mode, or for requests to `public_url` + /slack/events.

    Valid by slackapi/manifest-schema 2.0.0. Raises ValueError without Socket Mode when there is no public URL.
    """
    url = "" if socket_mode else f"{public_url.rstrip('/')}{EVENTS_PATH}"
    if not socket_mode and not public_url:
        raise ValueError("Without Socket Mode Slack needs an address to call: set PUBLIC_URL.")
    requests = {"request_url": url} if url else {}
    return {
        "_metadata": {"major_version": 2, "minor_version": 0},
        "display_information": {
            "name": name,
            "description": texts("Answers questions, hands over to a person, calls all hands."),
        },
        "features": {
            "app_home": {
                "home_tab_enabled": True,
                "messages_tab_enabled": True,
                "messages_tab_read_only_enabled": False,
            },
            "bot_user": {"display_name": name, "always_online": True},
            "shortcuts": [
                {
                    "name": texts(title),
                    "type": "message",
                    "callback_id": callback_id,
                    "description": texts(what),
                }
                for callback_id, title, what in _SHORTCUTS
            ],
            "slash_commands": [_slash_command(command, prefix, url, texts) for command in commands],
        },
        "oauth_config": {"scopes": {"bot": sorted(SCOPES)}},
        "settings": {
            "event_subscriptions": {**requests, "bot_events": list(EVENTS)},
            "interactivity": {"is_enabled": True, **requests},
            "org_deploy_enabled": False,
            "socket_mode_enabled": socket_mode,
            "token_rotation_enabled": False,
        },
    }


def _slash_command(command: Command, prefix: str, url: str, texts: Callable[[str], str]) -> dict[str, Any]:
    made: dict[str, Any] = {
        "command": f"/{slack_name(command.name, prefix)}",
        "description": texts(command.description),
        "should_escape": False,
    }
    if command.arguments:
        made["usage_hint"] = " ".join(_hint(argument) for argument in command.arguments)
    if url:
        made["url"] = url
    return made


def _hint(argument: Argument) -> str:
    name = "|".join(argument.choices) or argument.name.replace("_", " ")
    return name if argument.is_required else f"[{name}]"
