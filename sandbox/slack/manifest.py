"""What an app manifest says that the workspace must know: commands, shortcuts, scopes, events and the App Home."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

# The names Slack keeps for itself (slack.com/help/articles/201259356).
_RESERVED = (
    "active apps archive away call canvas collapse dm dnd expand feed feedback help huddle invite invite_people "
    "join keys kick leave list me msg mute open part prefs remind remove rename search shortcuts shrug star "
    "status topic unarchive who workflow"
)
RESERVED_COMMANDS = frozenset(_RESERVED.split())
DEFAULT_EVENTS = frozenset(
    {
        "message.channels",
        "message.groups",
        "message.im",
        "app_mention",
        "reaction_added",
        "reaction_removed",
        "app_home_opened",
        "member_joined_channel",
        "member_left_channel",
        "team_join",
        "app_uninstalled",
        "tokens_revoked",
    }
)


@dataclass(frozen=True, slots=True)
class SlashCommand:
    name: str
    """Without the slash."""
    description: str = ""
    usage_hint: str = ""
    should_escape: bool = False


@dataclass(frozen=True, slots=True)
class Shortcut:
    callback_id: str
    name: str
    description: str = ""
    is_global: bool = False


@dataclass(frozen=True, slots=True)
class Manifest:
    commands: tuple[SlashCommand, ...] = ()
    shortcuts: tuple[Shortcut, ...] = ()
    scopes: frozenset[str] | None = None
    """None grants everything."""
    events: frozenset[str] = DEFAULT_EVENTS
    accepts_any_command: bool = True
    has_home: bool = True
    has_messages_tab: bool = True
    is_interactive: bool = True

    def has_scope(self, *any_of: str) -> bool:
        return self.scopes is None or not any_of or bool(self.scopes.intersection(any_of))


# Which scope an event needs: docs.slack.dev/reference/events. One of several is enough.
_EVENT_SCOPES = {
    "message.channels": ("channels:history",),
    "message.groups": ("groups:history",),
    "message.im": ("im:history",),
    "app_mention": ("app_mentions:read",),
    "reaction_added": ("reactions:read",),
    "reaction_removed": ("reactions:read",),
    "member_joined_channel": ("channels:read", "groups:read"),
    "member_left_channel": ("channels:read", "groups:read"),
    "team_join": ("users:read",),
    "user_change": ("users:read",),
    "file_shared": ("files:read",),
    "pin_added": ("pins:read",),
    "pin_removed": ("pins:read",),
}


def read_manifest(manifest: Mapping[str, Any] | None) -> Manifest:
    """Return what the manifest says, or a workspace open to everything when there is none.

    Raises ValueError where Slack would not save it: a command name that Slack keeps for itself or that is registered
    twice, or a scope that is missing for the commands, shortcuts or events.
    """
    if manifest is None:
        return Manifest()
    features, settings = manifest.get("features", {}), manifest.get("settings", {})
    commands = tuple(_command(one) for one in features.get("slash_commands", []))
    check_command_names([command.name for command in commands])
    home = features.get("app_home", {})
    read = Manifest(
        commands=commands,
        shortcuts=tuple(
            Shortcut(one["callback_id"], one["name"], one.get("description", ""), one["type"] == "global")
            for one in features.get("shortcuts", [])
        ),
        scopes=frozenset(manifest.get("oauth_config", {}).get("scopes", {}).get("bot", [])),
        events=frozenset(settings.get("event_subscriptions", {}).get("bot_events", [])),
        accepts_any_command=False,
        has_home=bool(home.get("home_tab_enabled", False)),
        has_messages_tab=bool(home.get("messages_tab_enabled", True))
        and not home.get("messages_tab_read_only_enabled", False),
        is_interactive=bool(settings.get("interactivity", {}).get("is_enabled", False)),
    )
    _refuse_missing_scopes(read)
    return read


def _refuse_missing_scopes(manifest: Manifest) -> None:
    if (manifest.commands or manifest.shortcuts) and not manifest.has_scope("commands"):
        raise ValueError("Commands and shortcuts need the scope commands.")
    for event in sorted(manifest.events):
        needed = _EVENT_SCOPES.get(event, ())
        if not manifest.has_scope(*needed):
            raise ValueError(f"The event {event} needs the scope {' or '.join(needed)}.")


def _command(one: Mapping[str, Any]) -> SlashCommand:
    return SlashCommand(
        name=str(one["command"]).removeprefix("/"),
        description=one.get("description", ""),
        usage_hint=one.get("usage_hint", ""),
        should_escape=bool(one.get("should_escape", False)),
    )


def check_command_names(names: list[str]) -> None:
    """Raises ValueError as Slack's own form would: a name it keeps for itself, or the same name twice."""
    for name in names:
        if name in RESERVED_COMMANDS:
            raise ValueError(f"/{name} is one of Slack's own commands; choose another name.")
        if names.count(name) > 1:
            raise ValueError(f"/{name} is registered twice.")
