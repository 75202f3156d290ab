"""Discord's channels, threads and direct chats as places, and which of them the bot listens in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Any

from adapters.discord.settings import PLATFORM
from bot.core.places import MessageAt, Place

_DIRECT_TYPES = (1, 3)
_THREAD_TYPES = (10, 11, 12)
_FORUM_TYPES = (15, 16)

SPOKEN = "spoken:"
"""Begins the cursor of a direct chat in which the bot spoke, and from which nothing was heard yet."""


class RoomKind(StrEnum):
    DIRECT = "dm"
    THREAD = "thread"
    FORUM = "forum"
    TEXT = "channel"


@dataclass(frozen=True, slots=True)
class Room:
    """One thing that messages are sent to: a direct chat, a channel, a thread or forum post, or a forum."""

    id: str
    kind: RoomKind
    parent: str = ""
    """For a thread: the channel or forum it lies in."""
    owner: str = ""
    """For a thread: who started it."""
    name: str = ""
    guild: str = ""
    place: Place = field(init=False, repr=False, compare=False)
    """The room as it is."""
    cursor: str = field(init=False, repr=False, compare=False)
    """Its name among the cursors, from which it can be made again without asking Discord."""

    def __post_init__(self) -> None:
        # Every message asks for these.
        object.__setattr__(self, "place", self._place())
        object.__setattr__(self, "cursor", ":".join(filter(None, (self.kind.value, self.parent, self.id))))

    def _place(self) -> Place:
        if self.kind is RoomKind.DIRECT:
            return Place(PLATFORM, channel=self.id, is_direct=True)
        if self.kind is RoomKind.THREAD:
            return Place(PLATFORM, channel=self.parent, thread=self.id)
        return Place(PLATFORM, channel=self.id)

    def message(self, message_id: str) -> MessageAt:
        """A message in this room, in the place where an exchange about it lives."""
        return MessageAt(self.exchange_about(message_id), message_id)

    def exchange_about(self, message_id: str) -> Place:
        """Where an exchange about a message lives: a thread that starts from it gets the message's own id."""
        if self.kind is not RoomKind.TEXT:
            return self.place
        return Place(PLATFORM, channel=self.id, thread=message_id)


def room_from(channel: Mapping[str, Any]) -> Room:
    """Read a channel object; what is not named otherwise is a text channel."""
    kind = RoomKind.TEXT
    if channel.get("type") in _DIRECT_TYPES:
        kind = RoomKind.DIRECT
    elif channel.get("type") in _THREAD_TYPES:
        kind = RoomKind.THREAD
    elif channel.get("type") in _FORUM_TYPES:
        kind = RoomKind.FORUM
    return Room(
        id=str(channel["id"]),
        kind=kind,
        parent=str(channel.get("parent_id") or "") if kind is RoomKind.THREAD else "",
        owner=str(channel.get("owner_id") or "") if kind is RoomKind.THREAD else "",
        name=str(channel.get("name") or ""),
        guild=str(channel.get("guild_id") or ""),
    )


def is_telling(channel: Mapping[str, Any]) -> bool:
    """Whether a partial channel object says enough to know the room by."""
    return "type" in channel and (channel["type"] not in _THREAD_TYPES or bool(channel.get("parent_id")))


def api_channel(place: Place) -> str:
    """The channel id that Discord's API wants for a place; "" when only the person is known."""
    return place.thread or place.channel


@lru_cache(2_000)
def direct_chat(channel: str) -> Room:
    return Room(channel, RoomKind.DIRECT)


def room_of_cursor(name: str) -> Room | None:
    """The room a cursor belongs to; None for one of another making."""
    match name.split(":"):
        case [RoomKind.THREAD.value, parent, room]:
            return Room(room, RoomKind.THREAD, parent)
        case [RoomKind.DIRECT.value | RoomKind.TEXT.value as kind, room]:
            return Room(room, RoomKind(kind))
    return None


@dataclass(frozen=True, slots=True)
class Hearing:
    """Which places the house wants to hear."""

    staff_space: Place | None
    support_places: Sequence[Place]

    def is_staff(self, place: Place) -> bool:
        return self.staff_space is not None and place.lies_in(self.staff_space)

    def is_open(self, place: Place) -> bool:
        """A direct chat, the staff space or a support place: everything said there is for us."""
        return (
            place.is_direct or self.is_staff(place) or any(place.lies_in(one) for one in self.support_places)
        )

    def channels(self) -> tuple[str, ...]:
        """The ids of our channels and forums on Discord."""
        places = (*((self.staff_space,) if self.staff_space else ()), *self.support_places)
        return tuple(dict.fromkeys(place.channel for place in places if place.platform == PLATFORM))
