"""What a person types after a command's name, read into the options Discord would send."""

from collections.abc import Iterator
from dataclasses import dataclass

from sandbox.discord.command_form import (
    ATTACHMENT,
    BOOLEAN,
    CHANNEL,
    INTEGER,
    MENTIONABLE,
    NUMBER,
    ROLE,
    STRING,
    SUBCOMMAND,
    SUBCOMMAND_GROUP,
    USER,
)
from sandbox.discord.community import Community
from sandbox.discord.model import Json
from sandbox.discord.permissions import in_channel
from sandbox.discord.wire import channel_json, member_json, role_json, user_json
from sandbox.surface import SurfaceError

_YES, _NO = ("true", "yes", "on", "1"), ("false", "no", "off", "0")


@dataclass(frozen=True, slots=True)
class Leaf:
    """A command or subcommand that can be given: its full name and its own options."""

    name: str
    description: str
    command: Json
    options: tuple[Json, ...]

    @property
    def path(self) -> list[str]:
        return self.name.split(" ")[1:]


def leaves(command: Json) -> Iterator[Leaf]:
    """What can be typed for this command: itself, or each of its subcommands."""
    yield from _below(command, command, command["name"])


def _below(command: Json, node: Json, name: str) -> Iterator[Leaf]:
    nested = [one for one in node.get("options") or [] if one["type"] in (SUBCOMMAND, SUBCOMMAND_GROUP)]
    if not nested:
        yield Leaf(name, node["description"], command, tuple(node.get("options") or []))
    for one in nested:
        yield from _below(command, one, f"{name} {one['name']}")


class OptionReader:
    """Reads arguments for one person in one place."""

    def __init__(self, community: Community, user_id: str, channel_id: str) -> None:
        self._community = community
        self._user_id = user_id
        self._channel_id = channel_id
        self.resolved: Json = {}

    def read(self, leaf: Leaf, arguments: str) -> Json:
        """The interaction data of this command; raises SurfaceError as the person's client would complain."""
        words = arguments.split(maxsplit=max(len(leaf.options) - 1, 0)) if leaf.options else []
        if arguments.strip() and not leaf.options:
            raise SurfaceError(f"/{leaf.name} takes no options.")
        filled = []
        for option, word in zip(leaf.options, words, strict=False):
            value = self._value(option, word.strip())
            filled.append({"name": option["name"], "type": option["type"], "value": value})
        for option in leaf.options[len(words) :]:
            if option.get("required"):
                raise SurfaceError(f"This option is required. Specify a value: {option['name']}.")
        return self.data(leaf, filled)

    def data(self, leaf: Leaf, filled: list[Json]) -> Json:
        """These options, wrapped into the subcommands that lead to them."""
        options = filled
        for depth, name in reversed(list(enumerate(leaf.path))):
            is_innermost = depth == len(leaf.path) - 1
            kind = SUBCOMMAND if is_innermost else SUBCOMMAND_GROUP
            options = [{"name": name, "type": kind, "options": options}]
        command = leaf.command
        data: Json = {
            "id": command["id"],
            "name": command["name"],
            "type": command["type"],
            "options": options,
        }
        data |= {"guild_id": command["guild_id"]} if command.get("guild_id") else {}
        return data | ({"resolved": self.resolved} if self.resolved else {})

    def _value(self, option: Json, word: str) -> str | int | float | bool:
        kind, name = option["type"], option["name"]
        if option.get("choices"):
            return self._choice(option, word)
        if kind == STRING:
            low, high = option.get("min_length") or 0, option.get("max_length") or 6000
            if not low <= len(word) <= high:
                raise SurfaceError(f"{name} must be between {low} and {high} characters long.")
            return word
        if kind in (INTEGER, NUMBER):
            return self._number(option, word)
        if kind == BOOLEAN:
            if word.lower() not in _YES + _NO:
                raise SurfaceError(f"{name} must be true or false.")
            return word.lower() in _YES
        if kind == ATTACHMENT:
            raise SurfaceError("The sandbox's commands cannot take files; post the file as a message.")
        return self._entity(kind, name, word)

    def _choice(self, option: Json, word: str) -> str | int | float:
        for choice in option["choices"]:
            if word.casefold() in (str(choice["value"]).casefold(), choice["name"].casefold()):
                value: str | int | float = choice["value"]
                return value
        offered = ", ".join(choice["name"] for choice in option["choices"])
        raise SurfaceError(f"{option['name']} must be one of: {offered}.")

    def _number(self, option: Json, word: str) -> int | float:
        try:
            value = int(word) if option["type"] == INTEGER else float(word)
        except ValueError:
            raise SurfaceError(f"{option['name']} must be a number.") from None
        low, high = option.get("min_value"), option.get("max_value")
        if (low is not None and value < low) or (high is not None and value > high):
            raise SurfaceError(f"{option['name']} is outside the allowed range.")
        return value

    def _entity(self, kind: int, name: str, word: str) -> str:
        """A person, role or channel, given as a mention, an id or a name."""
        bare = word.strip("<>").lstrip("@!&#")
        if kind in (USER, MENTIONABLE):
            for user in self._community.users.values():
                if bare.casefold() in (user.id, user.name.casefold(), user.display_name.casefold()):
                    return self.resolve_user(user.id)
        if kind in (ROLE, MENTIONABLE):
            for role in self._community.roles.values():
                if bare.casefold() in (role.id, role.name.casefold()):
                    self.resolved.setdefault("roles", {})[role.id] = role_json(role)
                    return role.id
        if kind == CHANNEL:
            for channel in self._community.channels.values():
                if channel.guild_id and bare.casefold() in (channel.id, channel.name.casefold()):
                    return self.resolve_channel(channel.id)
        raise SurfaceError(f"{name}: there is no {word} here.")

    def resolve_user(self, user_id: str) -> str:
        """Add a person to what is sent along; returns the id."""
        self.resolved.setdefault("users", {})[user_id] = user_json(self._community.users[user_id])
        member = self._community.members.get(user_id)
        if member and self._community.channels[self._channel_id].guild_id:
            granted = in_channel(self._community, user_id, self._community.channels[self._channel_id])
            shown = member_json(self._community, member, with_user=False) | {"permissions": str(int(granted))}
            self.resolved.setdefault("members", {})[user_id] = shown
        return user_id

    def resolve_channel(self, channel_id: str) -> str:
        channel = self._community.channels[channel_id]
        granted = in_channel(self._community, self._user_id, channel)
        shown = channel_json(self._community, channel) | {"permissions": str(int(granted))}
        self.resolved.setdefault("channels", {})[channel_id] = shown
        return channel_id
