"""Gateway payloads of messages, reactions and rooms into events. Pure: no I/O, and `now` is an argument."""

import hashlib
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from msgspec import Struct

from adapters import Translate, in_english
from adapters.discord.attachments import files_of
from adapters.discord.discord_read import Names
from adapters.discord.rooms import Hearing, Room, RoomKind
from adapters.discord.settings import PLATFORM
from adapters.discord.snowflake import is_timed, made_at
from adapters.discord.special import texts_beside, unknown
from adapters.discord.text import to_commonmark
from adapters.fields import mapping, mappings, whole
from bot.core.commands import Command
from bot.core.events import (
    Author,
    CommandGiven,
    Mention,
    MessageDeleted,
    MessageEdited,
    MessageReceived,
    PinChanged,
    PlaceDeleted,
    ReactionChanged,
)
from bot.core.places import Identity, MessageAt, Place
from bot.core.texts import escape

Payload = Mapping[str, Any]

# Everything else is a service message: joins, pins, boosts, thread starters.
_SAID_BY_PEOPLE = (0, 19)
_FORWARD = 1
_PINNED = 6
_NO_TIME = ""
_TYPED_COMMAND = re.compile(r"/(?P<name>[-_\w]{1,32})(?:\s+(?P<arguments>.*))?", re.DOTALL)


class Reader(Struct, frozen=True):
    """What it takes to understand a payload: who the bot is, where it listens, what things are called."""

    me: str
    """The bot's user id."""
    roles: frozenset[str]
    """The roles that belong to the bot alone: mentioning one is mentioning the bot."""
    hearing: Hearing
    names: Names
    commands: Sequence[Command]
    find_room: Callable[[str], Room | None]
    """A room of the bot's guilds by its id; None for one that nobody told of."""
    prefix: str = ""
    texts: Translate = in_english
    """The catalogue, for what can only be told in words."""

    def typed_name(self, name: str) -> str:
        """The command that goes by this typed name, or ""."""
        bare = name.lower()
        for command in self.commands:
            if bare in (self.prefix + command.name, command.name):
                return command.name
        return ""


_IDS = ("id", "channel_id", "guild_id", "parent_id", "message_id", "user_id")


def check_ids(data: Payload) -> None:
    """Raise ValueError or TypeError for a gateway payload whose ids name nothing: rooms and cursors go by them."""
    for name in _IDS:
        value = data.get(name)
        if value is not None and not (isinstance(value, str | int) and str(value).isdecimal()):
            raise ValueError(f"{name} is no id")
    if not isinstance(data.get("channel_type") or 0, int):
        raise TypeError("channel_type is no number")


def identity_of(user_id: str) -> Identity:
    return Identity(PLATFORM, "", user_id)


def author_of(
    user: Payload, member: Payload | None, *, in_staff_space: bool | None = None, locale: str = ""
) -> Author:
    """Read a user object with the membership that came along."""
    nick = member.get("nick") if member else None
    handle = str(user.get("username") or "")
    name = str(nick or user.get("global_name") or handle or user["id"])
    avatar, is_bot = str(user.get("avatar") or ""), bool(user.get("bot"))
    return _author_as(str(user["id"]), name, handle, avatar, locale[:2].lower(), is_bot, in_staff_space)


@lru_cache(2_000)
def _author_as(
    user_id: str,
    name: str,
    handle: str,
    avatar: str,
    language: str,
    is_bot: bool,
    in_staff_space: bool | None,
) -> Author:
    # Who speaks once mostly speaks again.
    return Author(
        identity=identity_of(user_id),
        name=name,
        handle=handle,
        language=language,
        avatar_url=f"https://cdn.discordapp.com/avatars/{user_id}/{avatar}.png" if avatar else "",
        is_bot=is_bot,
        is_in_staff_space=in_staff_space,
    )


def read_message(
    data: Payload, room: Room, reader: Reader, now: datetime, *, is_heard: bool, is_backfilled: bool = False
) -> MessageReceived | CommandGiven | PinChanged | None:
    """Read a new message, or the line that says what somebody pinned.

    None for bots, other service messages, and what is neither said to us nor in our places.
    `is_heard`: in this thread the bot is already part of the talk. A message whose content Discord withheld
    (no message content intent, no mention) has nothing to say and becomes None.
    """
    if data.get("type") == _PINNED and (is_heard or reader.hearing.is_open(room.place)):
        return _read_pin(data, room, reader, now)
    if not _is_from_person(data, reader.me):
        return None
    is_to_bot = room.kind is RoomKind.DIRECT or _addresses(data, reader)
    if not (is_to_bot or is_heard or reader.hearing.is_open(room.place)):
        return None
    content = _without_call(str(data.get("content") or ""), reader)
    author, at = _author(data, room, reader), said_at(data, now)
    message = room.message(str(data["id"]))
    root = _root(mapping(data, "referenced_message"), room, reader.me)
    place = room.exchange_about(root or message.id)
    if (typed := _typed_command(content, reader)) is not None:
        id_ = f"{PLATFORM}:command:{data['id']}"
        return CommandGiven(id_, at, place, author, *typed, message=message, files=files_of(data))
    text, files = _titled(_text_of(data, content, reader), data, room), files_of(data)
    if not text and not files and (room.kind is RoomKind.DIRECT or not _may_be_withheld(data, reader)):
        text = "" if data.get("content") else unknown(reader.texts)
    if not text and not files:
        return None
    return MessageReceived(
        id=f"{PLATFORM}:message:{data['id']}",
        at=at,
        place=place,
        message=message,
        author=author,
        text=text,
        files=files,
        reply_to=_reply_to(data, room, root),
        is_to_bot=is_to_bot,
        is_opening=room.kind is RoomKind.TEXT and not root,
        forwarded_from=_forwarded_from(data, room, reader),
        forwarded=_forwarded(data, room, reader),
        is_backfilled=is_backfilled,
        mentions=_mentions(data, reader),
    )


def _read_pin(data: Payload, room: Room, reader: Reader, now: datetime) -> PinChanged | None:
    pinned = mapping(data, "message_reference").get("message_id")
    if not pinned or mapping(data, "author").get("bot"):
        return None
    message, author = room.message(str(pinned)), _author(data, room, reader)
    return PinChanged(f"{PLATFORM}:pin:{data['id']}", said_at(data, now), message, True, author)


def read_pin_state(data: Payload, room: Room, now: datetime) -> PinChanged | None:
    """A message that is not pinned: Discord does not say whether it was, or who took it off."""
    if data.get("pinned") is not False:
        return None
    id_ = f"{PLATFORM}:unpin:{data['id']}:{now.timestamp()}"
    return PinChanged(id_, now, room.message(str(data["id"])), False)


def _may_be_withheld(data: Payload, reader: Reader) -> bool:
    """Without the message content intent, what does not mention the bot has no content to look at."""
    return not any(str(one.get("id")) == reader.me for one in mappings(data, "mentions"))


def _typed_command(content: str, reader: Reader) -> tuple[str, str] | None:
    """(name, arguments) of a message that is nothing but one of our commands."""
    words = content.strip()
    if not words.startswith("/"):
        return None
    typed = _TYPED_COMMAND.fullmatch(words)
    name = reader.typed_name(typed["name"]) if typed else ""
    return (name, (typed["arguments"] or "").strip()) if typed and name else None


def said_at(data: Payload, now: datetime) -> datetime:
    """When a message was said: by its timestamp, by its id, or now where a server tells neither."""
    if (stamp := moment(data.get("timestamp"))) is not None:
        return stamp
    return made_at(str(data["id"])) if is_timed(str(data["id"])) else now


def moment(stamp: object) -> datetime | None:
    """A timestamp of Discord; in UTC where a server names no zone, None where it is none."""
    try:
        told = datetime.fromisoformat(stamp) if isinstance(stamp, str) else None
    except ValueError:
        return None
    return told.replace(tzinfo=UTC) if told is not None and told.tzinfo is None else told


def read_edit(data: Payload, room: Room, reader: Reader, now: datetime) -> MessageEdited | None:
    """Read a changed message; None when people see no change (a preview was added, it was pinned)."""
    if "content" not in data or not _is_from_person(data, reader.me):
        return None
    edition = data.get("edited_timestamp", _NO_TIME)
    if edition is None:
        return None
    text = _titled(_text_of(data, _without_call(str(data["content"] or ""), reader), reader), data, room)
    # A server may tell only what changed; then the files are as they were.
    files = files_of(data) if "attachments" in data else None
    if not text and not files:
        return None
    return MessageEdited(
        id=f"{PLATFORM}:edit:{data['id']}:{_edition_of(data, edition)}",
        at=moment(edition) or now,
        message=room.message(str(data["id"])),
        author=_author(data, room, reader),
        text=text,
        files=files,
        mentions=_mentions(data, reader),
    )


def _edition_of(data: Payload, edition: str) -> str:
    """What tells this edition from others: its time, or its words where a server gives no time."""
    return edition if edition is not _NO_TIME else hashlib.sha256(str(data["content"]).encode()).hexdigest()


def read_deletions(data: Payload, room: Room, now: datetime) -> list[MessageDeleted]:
    """Read one deletion, or a moderator's many at once."""
    ids = data.get("ids") or [data["id"]]
    return [MessageDeleted(f"{PLATFORM}:delete:{one}", now, room.message(str(one))) for one in ids]


def read_reaction(
    data: Payload, room: Room, reader: Reader, *, is_on: bool, session: str, sequence: int, now: datetime
) -> ReactionChanged | None:
    """Read an emoji put on or taken off; None for those of bots.

    Discord gives it neither id nor time. Its number in the gateway session names it: a resumed session
    repeats it under the same one.
    """
    member = data.get("member") or {}
    user = member.get("user") or {"id": data["user_id"]}
    if str(data["user_id"]) == reader.me or user.get("bot"):
        return None
    emoji = data["emoji"]
    name = str(emoji.get("name") or "")
    return ReactionChanged(
        id=f"{PLATFORM}:reaction:{session}:{sequence}",
        at=now,
        message=room.message(str(data["message_id"])),
        author=author_of(user, member, in_staff_space=in_staff_space(room.place, reader)),
        emoji=f":{name}:" if emoji.get("id") else name,
        is_on=is_on,
    )


def read_room_deleted(
    data: Payload, hearing: Hearing, now: datetime, *, is_thread: bool
) -> PlaceDeleted | None:
    """Read a deleted thread, or a deleted channel when it was one of ours."""
    if not is_thread and str(data["id"]) not in hearing.channels():
        return None
    place = (
        Place(PLATFORM, channel=str(data["parent_id"]), thread=str(data["id"]))
        if is_thread
        else Place(PLATFORM, channel=str(data["id"]))
    )
    return PlaceDeleted(f"{PLATFORM}:gone:{data['id']}", now, place)


def _is_from_person(data: Payload, me: str) -> bool:
    author = data.get("author") or {}
    is_person = bool(author) and not author.get("bot") and not data.get("webhook_id")
    return is_person and str(author["id"]) != me and (data.get("type") or 0) in _SAID_BY_PEOPLE


def _addresses(data: Payload, reader: Reader) -> bool:
    if any(str(one.get("id")) == reader.me for one in mappings(data, "mentions")):
        return True
    roles = data.get("mention_roles")
    if isinstance(roles, list) and any(str(one) in reader.roles for one in roles):
        return True
    return str(mapping(mapping(data, "referenced_message"), "author").get("id") or "") == reader.me


def _author(data: Payload, room: Room, reader: Reader) -> Author:
    return author_of(
        data["author"], mapping(data, "member"), in_staff_space=in_staff_space(room.place, reader)
    )


def in_staff_space(place: Place, reader: Reader) -> bool | None:
    """True where only staff are; None elsewhere, where nobody knows."""
    return True if reader.hearing.is_staff(place) else None


def _without_call(content: str, reader: Reader) -> str:
    """The content without '@Allhands' in front of it."""
    if "<@" not in content:
        return content
    calls = [f"<@!?{reader.me}>", *(f"<@&{role}>" for role in reader.roles)]
    return re.sub(rf"^\s*(?:{'|'.join(calls)})[,:]?\s*", "", content, count=1)


def _root(answered: Payload, room: Room, me: str) -> str:
    """The message that a reply in a text channel belongs under, when the bot had to answer without a thread."""
    if room.kind is not RoomKind.TEXT or str(mapping(answered, "author").get("id") or "") != me:
        return ""
    return str(mapping(answered, "message_reference").get("message_id") or "")


def _reply_to(data: Payload, room: Room, root: str) -> MessageAt | None:
    reference = mapping(data, "message_reference")
    if reference.get("type", 0) == _FORWARD or not whole(reference, "message_id"):
        return None
    answered = str(reference["message_id"])
    return MessageAt(room.exchange_about(root or answered), answered)


def _forwarded_from(data: Payload, room: Room, reader: Reader) -> str:
    reference = mapping(data, "message_reference")
    if reference.get("type", 0) != _FORWARD:
        return ""
    name = reader.names("channel", str(reference.get("channel_id") or ""))
    # The names of tickets are the team's own, wherever they would be told.
    return f"#{name}" if name and not in_staff_space(room.place, reader) else "Discord"


def _forwarded(data: Payload, room: Room, reader: Reader) -> MessageAt | None:
    reference = mapping(data, "message_reference")
    channel, message = (str(reference.get(key) or "") for key in ("channel_id", "message_id"))
    if reference.get("type", 0) != _FORWARD or not channel or not message:
        return None
    found = room if channel == room.id else reader.find_room(channel)
    if found is None and room.kind is RoomKind.THREAD:
        # A thread at rest is not told of: most likely it lies where this one does.
        found = Room(channel, RoomKind.THREAD, parent=room.parent)
    return (found or Room(channel, RoomKind.TEXT)).message(message)


def _titled(text: str, data: Payload, room: Room) -> str:
    """A forum post's first message with the post's title, which people write as part of what they say."""
    is_first = room.kind is RoomKind.THREAD and str(data["id"]) == room.id
    if not is_first or not room.name or room.name.rstrip("…") in text:
        return text
    return f"**{escape(room.name)}**\n\n{text}".rstrip()


def _text_of(data: Payload, content: str, reader: Reader) -> str:
    names = names_in(data, reader.names)
    text = to_commonmark(content, names)
    return "\n\n".join(filter(None, (text, *texts_beside(data, names))))


def _mentions(data: Payload, reader: Reader) -> tuple[Mention, ...]:
    """The people who are mentioned, but for the bot."""
    return tuple(
        Mention(one.identity, one.name) for one in _people_in(data) if one.identity.external_id != reader.me
    )


def _people_in(data: Payload) -> list[Author]:
    return [author_of(one, mapping(one, "member")) for one in mappings(data, "mentions") if one.get("id")]


def names_in(message: Payload, names: Names) -> Names:
    """The names, with those of the people whom this message mentions."""
    if not message.get("mentions"):
        return names
    mentioned = {one.identity.external_id: one.name for one in _people_in(message)}
    return lambda kind, value: (mentioned.get(value, "") if kind == "user" else "") or names(kind, value)
