"""The calls of the control API that one platform answers: everything of `Surface`, one row each."""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import asdict, dataclass
from typing import Any, Generic, TypeVar

from sandbox import control_requests as ask
from sandbox.markup import marked
from sandbox.surface import Home, Message, Server, SurfaceError, Upload
from sandbox.world import Faults, World

Asked = TypeVar("Asked", bound=ask.Request)


@dataclass(frozen=True, slots=True)
class Platform:
    """One server and the world it shares with the others."""

    server: Server
    world: World

    @property
    def faults(self) -> Faults:
        return self.world.faults[self.server.name]


@dataclass(frozen=True, slots=True)
class Call(Generic[Asked]):
    """One thing that can be asked of a platform."""

    method: str
    name: str
    request: type[Asked]
    answer: Callable[[Platform, Asked], Awaitable[dict[str, Any]]]

    @property
    def does(self) -> str:
        return self.answer.__doc__ or ""


async def people(on: Platform, _: ask.Nothing) -> dict[str, Any]:
    """Everybody on the platform, its groups by id, and the bot with what people type to mention it."""
    bot, mention = getattr(on.server, "bot", None), getattr(on.server, "bot_mention", "")
    groups = getattr(on.server, "groups", {})
    return {"people": on.server.people(), "groups": groups, "bot": bot, "bot_mention": mention}


async def add_person(on: Platform, new: ask.NewPerson) -> dict[str, Any]:
    """Let a new person in."""
    return {"person": on.server.add_person(new.name, rooms=new.rooms, language=new.language)}


async def rooms(on: Platform, asked: ask.AsPerson) -> dict[str, Any]:
    """The rooms a person can see, their direct message with the bot first."""
    return {"rooms": on.server.rooms(asked.person)}


async def messages(on: Platform, asked: ask.ReadRoom) -> dict[str, Any]:
    """The messages of a room as a person sees them, oldest first."""
    found = on.server.messages(asked.person, asked.room)[-asked.last :]
    if not asked.markup:
        return {"messages": found}
    return {"messages": [with_markup(on, message) for message in found]}


async def say(on: Platform, said: ask.Say) -> dict[str, Any]:
    """Post a message; also as multipart/form-data with any number of file parts."""
    files = _uploads(said.files)
    return {
        "message": await on.server.say(said.person, said.room, said.text, files=files, reply_to=said.reply_to)
    }


def _uploads(files: Iterable[ask.FileIn]) -> tuple[Upload, ...]:
    return tuple(Upload(file.name, file.mime, file.content, file.kind, file.seconds) for file in files)


async def send(on: Platform, asked: ask.Send) -> dict[str, Any]:
    """Say what is neither text nor file: a venue, a poll, a sticker, a canvas."""
    return {"message": await on.server.send(asked.person, asked.room, asked.content)}


async def change_files(on: Platform, asked: ask.ChangeFiles) -> dict[str, Any]:
    """Add files to one's own message or take some away."""
    add, remove = _uploads(asked.add), asked.remove
    await on.server.change_files(asked.person, asked.room, asked.message, add=add, remove=remove)
    return {}


async def open_thread(on: Platform, asked: ask.OpenThread) -> dict[str, Any]:
    """Begin a forum post, a topic or a thread."""
    return {"room": await on.server.open_thread(asked.person, asked.room, asked.title, asked.text)}


async def reply_in_thread(on: Platform, asked: ask.WithText) -> dict[str, Any]:
    """Answer in the thread under a message, opening it when there is none."""
    return {"message": await on.server.reply_in_thread(asked.person, asked.room, asked.message, asked.text)}


async def edit(on: Platform, asked: ask.WithText) -> dict[str, Any]:
    """Change one's own message."""
    await on.server.edit(asked.person, asked.room, asked.message, asked.text)
    return {}


async def delete(on: Platform, asked: ask.OnMessage) -> dict[str, Any]:
    """Delete a message."""
    await on.server.delete(asked.person, asked.room, asked.message)
    return {}


async def react(on: Platform, asked: ask.React) -> dict[str, Any]:
    """Put a reaction on a message or take it away."""
    await on.server.react(asked.person, asked.room, asked.message, asked.emoji, is_on=asked.is_on)
    return {}


async def pin(on: Platform, asked: ask.Pin) -> dict[str, Any]:
    """Pin a message or take it off."""
    await on.server.pin(asked.person, asked.room, asked.message, is_on=asked.is_on)
    return {}


async def press(on: Platform, asked: ask.Press) -> dict[str, Any]:
    """Press a button, or anything else that can be clicked in a message."""
    await on.server.press(asked.person, asked.room, asked.message, asked.button)
    return {}


async def commands(on: Platform, asked: ask.InRoom) -> dict[str, Any]:
    """What a person's client offers after a slash."""
    return {"commands": on.server.commands(asked.person, asked.room)}


async def command(on: Platform, given: ask.GiveCommand) -> dict[str, Any]:
    """Give a command."""
    await on.server.command(given.person, given.room, given.name, given.arguments)
    return {}


async def complete(on: Platform, asked: ask.Complete) -> dict[str, Any]:
    """What the bot offers while an option is typed (Discord)."""
    offered = await on.server.complete(asked.person, asked.room, asked.name, asked.option, asked.typed)
    return {"choices": [{"value": value, "label": label} for value, label in offered]}


async def shortcuts(on: Platform, asked: ask.AsPerson) -> dict[str, Any]:
    """The bot's entries in a message's menu."""
    return {"shortcuts": on.server.shortcuts(asked.person)}


async def shortcut(on: Platform, asked: ask.UseShortcut) -> dict[str, Any]:
    """Use one of them on a message."""
    await on.server.shortcut(asked.person, asked.room, asked.message, asked.name)
    return {}


async def form(on: Platform, asked: ask.AsPerson) -> dict[str, Any]:
    """The form that is open in front of a person, or null."""
    return {"form": on.server.form(asked.person)}


async def submit(on: Platform, asked: ask.Submit) -> dict[str, Any]:
    """Send a form; what is wrong with it comes back in the open form's fields."""
    await on.server.submit(asked.person, asked.form, asked.values)
    return {"form": on.server.form(asked.person)}


async def open_home(on: Platform, asked: ask.AsPerson) -> dict[str, Any]:
    """Open the App Home tab (Slack); null elsewhere."""
    home = await on.server.open_home(asked.person)
    return {"home": None if home is None else with_markup(on, home)}


async def join(on: Platform, asked: ask.InRoom) -> dict[str, Any]:
    """Join a room."""
    await on.server.join(asked.person, asked.room)
    return {}


async def leave(on: Platform, asked: ask.InRoom) -> dict[str, Any]:
    """Leave a room."""
    await on.server.leave(asked.person, asked.room)
    return {}


async def block_bot(on: Platform, asked: ask.Block) -> dict[str, Any]:
    """Block the bot (Telegram), close direct messages to it (Discord), leave its workspace (Slack)."""
    await on.server.block_bot(asked.person, is_blocked=asked.is_blocked)
    return {}


async def delete_room(on: Platform, asked: ask.DeleteRoom) -> dict[str, Any]:
    """Delete a thread, post or topic with all that is in it."""
    await on.server.delete_room(asked.room)
    return {}


async def drop_connections(on: Platform, _: ask.Nothing) -> dict[str, Any]:
    """Cut every open socket of the bot without a goodbye."""
    await on.server.drop_connections()
    return {}


async def settle(on: Platform, asked: ask.Settle) -> dict[str, Any]:
    """Wait until every event of the platform was delivered and acknowledged."""
    try:
        await on.server.settle(asked.timeout_seconds)
    except TimeoutError:
        raise SurfaceError(
            "The bot still has work to do on this platform: wait longer, or look at its log."
        ) from None
    return {}


async def read_faults(on: Platform, _: ask.Nothing) -> dict[str, Any]:
    """The platform's faults as they are."""
    return {"faults": on.faults.as_dict()}


async def change_faults(on: Platform, change: ask.FaultChange) -> dict[str, Any]:
    """Switch faults on and off; what is not given stays. A platform that goes down cuts its sockets."""
    was_down = on.faults.is_down
    for name, value in change.model_dump(exclude_none=True).items():
        setattr(on.faults, name, value)
    on.world.journal.add(on.server.name, "fault", **on.faults.as_dict())
    if on.faults.is_down and not was_down:
        await on.server.drop_connections()
    return {"faults": on.faults.as_dict()}


def with_markup(on: Platform, shown: Message | Home) -> dict[str, Any]:
    """The same with a tree for each of its texts."""
    return {**asdict(shown), "markup": marked(on.server.name, shown.native)}


CALLS: tuple[Call[Any], ...] = (
    Call("GET", "people", ask.Nothing, people),
    Call("POST", "people", ask.NewPerson, add_person),
    Call("GET", "rooms", ask.AsPerson, rooms),
    Call("GET", "messages", ask.ReadRoom, messages),
    Call("POST", "say", ask.Say, say),
    Call("POST", "send", ask.Send, send),
    Call("POST", "change_files", ask.ChangeFiles, change_files),
    Call("POST", "open_thread", ask.OpenThread, open_thread),
    Call("POST", "reply_in_thread", ask.WithText, reply_in_thread),
    Call("POST", "edit", ask.WithText, edit),
    Call("POST", "delete", ask.OnMessage, delete),
    Call("POST", "react", ask.React, react),
    Call("POST", "pin", ask.Pin, pin),
    Call("POST", "press", ask.Press, press),
    Call("GET", "commands", ask.InRoom, commands),
    Call("POST", "command", ask.GiveCommand, command),
    Call("POST", "complete", ask.Complete, complete),
    Call("GET", "shortcuts", ask.AsPerson, shortcuts),
    Call("POST", "shortcut", ask.UseShortcut, shortcut),
    Call("GET", "form", ask.AsPerson, form),
    Call("POST", "submit", ask.Submit, submit),
    Call("POST", "open_home", ask.AsPerson, open_home),
    Call("POST", "join", ask.InRoom, join),
    Call("POST", "leave", ask.InRoom, leave),
    Call("POST", "block_bot", ask.Block, block_bot),
    Call("POST", "delete_room", ask.DeleteRoom, delete_room),
    Call("POST", "drop_connections", ask.Nothing, drop_connections),
    Call("GET", "faults", ask.Nothing, read_faults),
    Call("PUT", "faults", ask.FaultChange, change_faults),
    Call("POST", "settle", ask.Settle, settle),
)
