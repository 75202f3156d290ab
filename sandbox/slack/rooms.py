"""Slack as one person reads it: their rooms and what stands in them."""

from dataclasses import dataclass, replace
from urllib.parse import quote

from sandbox.slack.model import Channel, Ephemeral, Json, Post, StoredFile, User
from sandbox.slack.objects import message_json
from sandbox.slack.plain import clickables, message_text
from sandbox.slack.workspace import Workspace
from sandbox.surface import File, Message, Person, Reaction, Room

LONGEST_NAME = 60


@dataclass(frozen=True, slots=True)
class Place:
    """A channel, or a thread in it."""

    channel: Channel
    thread_ts: str = ""

    @property
    def room(self) -> str:
        return f"{self.channel.id}:{self.thread_ts}" if self.thread_ts else self.channel.id


def person_of(user: User) -> Person:
    return Person(user.id, user.real_name, user.avatar, user.is_bot, user.about)


def may_see(channel: Channel, person: str) -> bool:
    return channel.kind == "channel" or person in channel.members


def rooms_of(workspace: Workspace, person: str) -> list[Room]:
    """The DM with the bot first, then channels and below each its threads."""
    dm = workspace.dm(person)
    rooms = [Room(dm.id, workspace.bot.real_name, "dm"), *_threads(workspace, dm)]
    for channel in workspace.channels.values():
        if channel.kind != "im" and may_see(channel, person):
            rooms.append(Room(channel.id, f"#{channel.name}", "channel", is_closed=channel.is_archived))
            rooms.extend(_threads(workspace, channel))
    return rooms


def _threads(workspace: Workspace, channel: Channel) -> list[Room]:
    return [
        Room(f"{channel.id}:{post.ts}", _thread_name(workspace, post), "thread", channel.id)
        for post in channel.posts.values()
        if post.replies
    ]


def _thread_name(workspace: Workspace, post: Post) -> str:
    first_line = message_text(workspace, post.body).partition("\n")[0]
    return first_line[:LONGEST_NAME] or "Thread"


def messages_in(workspace: Workspace, person: str, place: Place, address: str) -> list[Message]:
    """Oldest first, with what only this person sees."""
    channel = place.channel
    posts = [post for post in channel.posts.values() if _stands_in(post, place)]
    private = [one for one in channel.ephemerals if one.person == person and one.thread_ts == place.thread_ts]
    shown = [_posted(workspace, post, place, address) for post in posts]
    shown += [_whispered(workspace, one, place) for one in private]
    return sorted(shown, key=lambda message: message.sent_at)


def _stands_in(post: Post, place: Place) -> bool:
    if place.thread_ts:
        return place.thread_ts in {post.ts, post.thread_ts}
    return not post.thread_ts or post.is_broadcast


def _posted(workspace: Workspace, post: Post, place: Place, address: str) -> Message:
    native = message_json(workspace, post)
    author = person_of(workspace.users.get(post.author, workspace.users["USLACKBOT"]))
    if name := native.get("username"):
        author = replace(author, name=name)
    has_thread = bool(post.replies) and not place.thread_ts
    return Message(
        id=post.ts,
        room=place.room,
        author=author,
        text=message_text(workspace, native),
        sent_at=float(post.ts),
        native=native,
        reply_to=post.thread_ts,
        thread=f"{post.channel}:{post.ts}" if has_thread else "",
        is_edited="edited" in post.body,
        buttons=tuple(one.button for one in clickables(workspace, native)),
        files=tuple(_file(workspace.files[one["id"]], address) for one in _live_files(native)),
        reactions=tuple(Reaction(name, tuple(users)) for name, users in post.reactions.items()),
    )


def _live_files(native: Json) -> list[Json]:
    return [file for file in native.get("files", []) if file.get("mode") != "tombstone"]


def _file(file: StoredFile, address: str) -> File:
    url = f"{address}/browser-files/{file.secret}/{quote(file.name)}"
    return File(file.id, file.name, len(file.content or b""), file.mime, url)


def _whispered(workspace: Workspace, ephemeral: Ephemeral, place: Place) -> Message:
    author = workspace.users[ephemeral.body.get("user", workspace.bot.id)]
    return Message(
        id=ephemeral.ts,
        room=place.room,
        author=person_of(author),
        text=message_text(workspace, ephemeral.body),
        sent_at=float(ephemeral.ts),
        native={**ephemeral.body, "is_ephemeral": True},
        reply_to=ephemeral.thread_ts,
        is_private=True,
        buttons=tuple(one.button for one in clickables(workspace, ephemeral.body)),
    )
