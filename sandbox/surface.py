"""What a person can see and do on a platform, the same for the three: the page and the tests use only this.

Ids are the platform's own, as strings. `native` is the object as the platform's own clients would get it
(a Slack message with blocks, a Discord message with embeds and components, a Telegram Message), so that each
pane can be drawn in that platform's manner. `text` is the same in plain words, for tests and accessibility.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol


class SurfaceError(Exception):
    """The person cannot do that on this platform; the text says why and what they could do instead."""


@dataclass(frozen=True, slots=True)
class Person:
    id: str
    name: str
    avatar: str = ""
    """A small emoji or a URL."""
    is_bot: bool = False
    about: str = ""
    """One line of who this is in the sandbox's story, such as 'customer' or 'agent in #support-desk'."""


@dataclass(frozen=True, slots=True)
class Room:
    id: str
    name: str
    kind: str
    """dm, channel, forum, thread, group, supergroup or topic."""
    parent: str = ""
    """For a thread, forum post or topic: the room it lies in."""
    is_closed: bool = False
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Button:
    id: str
    """What `press` takes: action_id on Slack, custom_id on Discord, callback_data on Telegram."""
    label: str
    style: str = ""
    url: str = ""
    is_disabled: bool = False


@dataclass(frozen=True, slots=True)
class File:
    id: str
    name: str
    size: int
    mime: str
    url: str
    """Loads in a browser from this machine."""


@dataclass(frozen=True, slots=True)
class Reaction:
    emoji: str
    """As the platform names it: 'white_check_mark' on Slack, the character on Discord and Telegram."""
    people: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Message:
    id: str
    room: str
    author: Person
    text: str
    sent_at: float
    """Unix seconds on the sandbox's clock."""
    native: dict[str, Any]
    reply_to: str = ""
    thread: str = ""
    """The room id of the thread that hangs on this message, if there is one."""
    is_edited: bool = False
    is_private: bool = False
    """Only this person sees it (Slack and Discord ephemerals)."""
    buttons: tuple[Button, ...] = ()
    files: tuple[File, ...] = ()
    reactions: tuple[Reaction, ...] = ()


@dataclass(frozen=True, slots=True)
class Command:
    name: str
    """Without the slash, as it is typed on this platform."""
    description: str
    options: tuple[dict[str, Any], ...] = ()
    """name, description, required, autocomplete."""


@dataclass(frozen=True, slots=True)
class Field:
    id: str
    label: str
    kind: str
    """text, paragraph or select."""
    is_required: bool = True
    value: str = ""
    options: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs of a select."""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Form:
    id: str
    title: str
    fields: tuple[Field, ...]
    submit_label: str = ""


@dataclass(frozen=True, slots=True)
class Upload:
    name: str
    mime: str
    content: bytes
    kind: str = ""
    """voice, sticker, video_note, document or spoiler (covered), when the app is told to send it as that; "" for what
    it makes of it.
    """
    seconds: float = 0.0
    """How long a voice, sound or film lasts."""


@dataclass(frozen=True, slots=True)
class Home:
    """A person's App Home tab (Slack only)."""

    native: dict[str, Any] = field(default_factory=dict)
    text: str = ""
    buttons: tuple[Button, ...] = ()


class Surface(Protocol):
    """One platform as its people use it. Every call is made as one person; SurfaceError says what is wrong."""

    name: str

    def people(self) -> list[Person]: ...

    def add_person(self, name: str, *, rooms: tuple[str, ...] = (), language: str = "en") -> Person:
        """A new person, already a member of these rooms besides the public ones, whose app is in this language."""
        ...

    def rooms(self, person: str) -> list[Room]:
        """The rooms this person can see, their DM with the bot first."""
        ...

    def messages(self, person: str, room: str) -> list[Message]:
        """Oldest first, with what only this person sees; deleted ones are gone."""
        ...

    async def say(
        self, person: str, room: str, text: str, *, files: tuple[Upload, ...] = (), reply_to: str = ""
    ) -> str:
        """Post as this person, in the platform's own markup; returns the message id.

        Several files on Telegram become a media group. Text that begins with "/" is a message like any other
        on Telegram; on Slack and Discord use `command`.
        """
        ...

    async def send(self, person: str, room: str, content: dict[str, Any]) -> str:
        """Say what is neither text nor file, as the platform names it: {"venue": {...}}, {"poll": {...}},
        {"canvas": {...}}, or pass on a message: {"forward": {"room": ..., "message": ...}}; returns the message
        id. SurfaceError names what the platform has.
        """
        ...

    async def change_files(
        self,
        person: str,
        room: str,
        message: str,
        *,
        add: tuple[Upload, ...] = (),
        remove: tuple[str, ...] = (),
    ) -> None:
        """Add files to one's own message, or take some away by their ids, as far as the platform's app can do that."""
        ...

    async def open_thread(self, person: str, room: str, title: str, text: str) -> str:
        """A forum post or topic or a thread that begins with this text; returns the new room's id."""
        ...

    async def reply_in_thread(self, person: str, room: str, message: str, text: str) -> str:
        """Answer in the thread under a message, opening the thread when there is none; returns the message id."""
        ...

    async def edit(self, person: str, room: str, message: str, text: str) -> None: ...

    async def delete(self, person: str, room: str, message: str) -> None: ...

    async def react(
        self, person: str, room: str, message: str, emoji: str, *, is_on: bool = True
    ) -> None: ...

    async def pin(self, person: str, room: str, message: str, *, is_on: bool = True) -> None:
        """Pin a message in its room, or take it off; SurfaceError where this person may not."""
        ...

    async def press(self, person: str, room: str, message: str, button: str) -> None:
        """Press a button, or anything else that can be clicked in a message, by its id."""
        ...

    def commands(self, person: str, room: str) -> list[Command]:
        """What this person's client offers after a slash in this room."""
        ...

    async def command(self, person: str, room: str, name: str, arguments: str = "") -> None:
        """Give a command. On Discord the arguments fill the options in order, the last one taking the rest."""
        ...

    async def complete(
        self, person: str, room: str, name: str, option: str, typed: str
    ) -> list[tuple[str, str]]:
        """(value, label) pairs the bot offers while an option is typed (Discord); empty elsewhere."""
        ...

    def shortcuts(self, person: str) -> list[Command]:
        """Message shortcuts (Slack) and message context menus (Discord)."""
        ...

    async def shortcut(self, person: str, room: str, message: str, name: str) -> None: ...

    def form(self, person: str) -> Form | None:
        """The form that is open in front of this person."""
        ...

    async def submit(self, person: str, form: str, values: dict[str, str]) -> None:
        """Send the form; errors come back as a form whose fields carry them."""
        ...

    async def open_home(self, person: str) -> Home | None:
        """Open the App Home tab and return what the bot published; None where there is no such thing."""
        ...

    async def join(self, person: str, room: str) -> None: ...

    async def leave(self, person: str, room: str) -> None: ...

    async def block_bot(self, person: str, *, is_blocked: bool = True) -> None:
        """Block the bot (Telegram), close DMs to it (Discord), leave its workspace (Slack)."""
        ...

    async def delete_room(self, room: str) -> None:
        """Delete a thread, post or topic with all that is in it, as a moderator would."""
        ...

    async def drop_connections(self) -> None:
        """Cut every open socket of the bot without a goodbye."""
        ...

    async def settle(self, timeout_seconds: float = 5.0) -> None:
        """Wait until every event of this platform was delivered and acknowledged."""
        ...


class Server(Surface, Protocol):
    """A platform that can be started and stopped."""

    async def start(self, host: str, port: int) -> None:
        """Listen; port 0 takes a free one. Raises OSError when the port is taken."""
        ...

    async def stop(self) -> None: ...

    def bot_settings(self) -> dict[str, str]:
        """The environment with which a bot finds this server: its tokens, its addresses.

        Also 'STAFF_SPACE' in this platform's form and 'SUPPORT_PLACES', for the caller to choose from.
        """
        ...
