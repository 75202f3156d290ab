"""The desk's commands under the names they can have on Slack."""

import re
from collections.abc import Mapping, Sequence
from typing import Self

from msgspec import Struct, field

from bot.core.commands import Command

# The names Slack keeps for itself (slack.com/help/articles/201259356, with older ones that it still knows).
RESERVED_NAMES = frozenset(
    {
        *("active", "apps", "archive", "away", "call", "canvas", "collapse", "dm", "dnd", "expand", "feed"),
        *("feedback", "help", "huddle", "invite", "invite_people", "join", "keys", "kick", "leave", "list"),
        *("me", "msg", "mute", "open", "part", "prefs", "remind", "remove", "rename", "search", "shortcuts"),
        *("shrug", "star", "status", "todo", "topic", "unarchive", "who", "workflow"),
    }
)
_INSTEAD_PREFIX = "support-"
_MOST_IN_NAME = 31
_TYPED = re.compile(r"/([\w-]+)(?:\s+(.*))?", re.DOTALL)


def slack_name(name: str, prefix: str) -> str:
    """Return the command's name on Slack, without the slash: with the prefix, and never one of Slack's own."""
    chosen = f"{prefix}{name}".lower()
    return (f"{_INSTEAD_PREFIX}{chosen}" if chosen in RESERVED_NAMES else chosen)[:_MOST_IN_NAME]


class CommandNames(Struct, frozen=True):
    """Which command is meant by a name that arrives from Slack."""

    commands: Mapping[str, Command] = field(default_factory=dict)
    """By every name under which they are understood."""
    renamed: tuple[tuple[str, str], ...] = ()
    """(our name, name on Slack) where they differ."""

    @classmethod
    def of(cls, commands: Sequence[Command], prefix: str) -> Self:
        known: dict[str, Command] = {}
        for command in commands:
            known.setdefault(slack_name(command.name, prefix), command)
        for command in commands:
            known.setdefault(command.name, command)
        names = ((command.name, slack_name(command.name, prefix)) for command in commands)
        return cls(known, tuple((ours, theirs) for ours, theirs in names if ours != theirs))

    def find(self, name: str) -> Command | None:
        return self.commands.get(name.strip().removeprefix("/").lower())

    def typed(self, text: str) -> tuple[Command, str] | None:
        """The command and its arguments when a message is nothing but a known command."""
        text = text.strip()
        found = _TYPED.fullmatch(text) if text.startswith("/") else None
        if found is None or (command := self.find(found[1])) is None:
            return None
        return command, (found[2] or "").strip()
