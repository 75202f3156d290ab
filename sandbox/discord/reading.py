"""What people see and who they are: the part of the Surface that changes nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sandbox.discord import view
from sandbox.discord.command_form import CHAT_INPUT, MESSAGE_MENU
from sandbox.discord.community import Community
from sandbox.discord.errors import (
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    THREAD_ARCHIVED,
    THREAD_LOCKED,
    ApiError,
    Refusal,
)
from sandbox.discord.forms import Forms
from sandbox.discord.gateway import Gateway
from sandbox.discord.interactions import Interactions
from sandbox.discord.locales import in_language
from sandbox.discord.model import Channel, Json, Message
from sandbox.discord.news import News
from sandbox.discord.options import leaves
from sandbox.discord.permissions import Permission, can_see, in_channel
from sandbox.discord.posting import Posting
from sandbox.discord.threads import Threads
from sandbox.surface import Command, Form, Home, Person, Room, SurfaceError
from sandbox.surface import Message as SeenMessage

_IN_WORDS: dict[Refusal, str] = {
    MISSING_ACCESS: "You cannot see this room.",
    MISSING_PERMISSIONS: "You do not have permission to do that here.",
    THREAD_ARCHIVED: "This thread is closed; write in it to open it again, or ask a moderator when it is locked.",
    THREAD_LOCKED: "This thread is locked; only moderators can write in it.",
}


@dataclass(frozen=True, slots=True)
class Parts:
    """Everything a server is made of."""

    community: Community
    news: News
    threads: Threads
    posting: Posting
    gateway: Gateway
    interactions: Interactions
    forms: Forms


@contextmanager
def in_their_words() -> Iterator[None]:
    """Turn what Discord's API would refuse into what a person reads in the client."""
    try:
        yield
    except ApiError as error:
        blamed = _first_blame(error.errors)
        raise SurfaceError(_IN_WORDS.get(error.refusal) or blamed or error.refusal.message) from error


def _first_blame(errors: Json) -> str:
    for key, node in errors.items():
        if key == "_errors":
            return str(node[0]["message"])
        if inner := _first_blame(node):
            return inner
    return ""


class Reading:
    name = "discord"

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._community = parts.community

    def _person(self, person: str) -> str:
        if person not in self._community.users or self._community.users[person].is_bot:
            raise SurfaceError(f"There is nobody with the id {person} here.")
        return person

    def _room(self, person: str, room: str) -> Channel:
        """A room this person can see."""
        self._person(person)
        channel = self._community.channels.get(room)
        if channel is None or not can_see(self._community, person, channel):
            raise SurfaceError(f"There is no room {room} that this person can see.")
        return channel

    def _message(self, person: str, room: str, message: str) -> Message:
        """A message this person can see."""
        self._room(person, room)
        found = self._community.messages.get(room, {}).get(message)
        if found is None or found.only_for not in ("", person):
            raise SurfaceError(f"There is no message {message} in this room.")
        return found

    @property
    def bot(self) -> Person:
        return view.person(self._community, self._community.bot_id)

    @property
    def bot_mention(self) -> str:
        """What a person's client makes of a mention of the bot."""
        return f"<@{self._community.bot_id}>"

    @property
    def groups(self) -> dict[str, str]:
        """The names of the roles that a mention can be of."""
        return {role.id: role.name for role in self._community.roles.values()}

    def people(self) -> list[Person]:
        """Everybody but the bot."""
        return [
            view.person(self._community, user.id)
            for user in self._community.users.values()
            if not user.is_bot
        ]

    def rooms(self, person: str) -> list[Room]:
        return view.rooms(self._community, self._person(person))

    def messages(self, person: str, room: str) -> list[SeenMessage]:
        return view.messages(self._community, person, self._room(person, room))

    def commands(self, person: str, room: str) -> list[Command]:
        channel = self._room(person, room)
        offered = [one for one in self._offered(person, channel) if one["type"] == CHAT_INPUT]
        return [
            Command(leaf.name, leaf.description, tuple(_shown_option(option) for option in leaf.options))
            for command in offered
            for leaf in leaves(in_language(command, self._community.users[person].locale))
        ]

    def shortcuts(self, person: str) -> list[Command]:
        """Message context menus that this person has anywhere."""
        dm = self._community.dm_with(self._person(person))
        channels = [one for one in self._community.channels.values() if can_see(self._community, person, one)]
        found = {one["name"]: one for channel in [dm, *channels] for one in self._offered(person, channel)}
        return [Command(one["name"], "") for one in found.values() if one["type"] == MESSAGE_MENU]

    def _offered(self, person: str, channel: Channel) -> list[Json]:
        """The commands this person's client shows in this room; the guild's own come before global ones."""
        granted = in_channel(self._community, person, channel)
        if not granted & Permission.USE_APPLICATION_COMMANDS:
            return []
        registered = self._community.commands.get(channel.guild_id, []) if channel.guild_id else []
        context = 1 if channel.is_dm else 0
        for one in self._community.commands.get("", []):
            if one["contexts"] is None or context in one["contexts"]:
                registered = [*registered, one]
        return [one for one in registered if _is_granted(one, granted, is_dm=channel.is_dm)]

    def form(self, person: str) -> Form | None:
        shown = self._parts.forms.of(self._person(person))
        return shown.form if shown else None

    async def open_home(self, person: str) -> Home | None:
        """Discord has no App Home."""
        self._person(person)
        return None


def _is_granted(command: Json, granted: Permission, *, is_dm: bool) -> bool:
    needed = command["default_member_permissions"]
    if needed is None or is_dm or granted & Permission.ADMINISTRATOR:
        return True
    # "0" means that only administrators are offered the command.
    return int(needed) != 0 and int(granted) & int(needed) == int(needed)


def _shown_option(option: Json) -> Json:
    return {
        "name": option["name"],
        "description": option["description"],
        "required": bool(option.get("required")),
        "autocomplete": bool(option.get("autocomplete")),
    }
