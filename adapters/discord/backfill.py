"""What was said while the bot was away: which rooms to read, from where, and reading them."""

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import discord
from discord.http import Route

from adapters import AdapterContext, Cursor
from adapters.discord.api import Api
from adapters.discord.directory import Directory
from adapters.discord.errors import FAILURES, code_of
from adapters.discord.messages import Messages
from adapters.discord.rooms import Hearing, Room, RoomKind, cursor_name, room_from, room_of_cursor
from adapters.discord.snowflake import first_after, is_timed, made_at

ALWAYS_READ_WITHIN = timedelta(days=3)
"""Rooms quiet for longer are only read when Discord says that something newer is in them."""
MOST_OTHER_ROOMS = 200
PAGE = 100
SESSION = "session"
"""A cursor that moves with every connection, so that the house knows when it last listened."""


@dataclass(frozen=True, slots=True)
class Past:
    """A room with something to read, and the message after which it begins."""

    room: Room
    after: str
    not_before: datetime | None = None
    """What is older is history that was never the bot's to hear; None where `after` takes care of that."""


class Backfill:
    """Finds and reads missed messages; what Discord does not let the bot read is reported and left out."""

    def __init__(
        self, context: AdapterContext, api: Api, directory: Directory, messages: Messages, hearing: Hearing
    ) -> None:
        self._context, self._api = context, api
        self._directory, self._messages, self._hearing = directory, messages, hearing

    async def pasts(self, cursors: Mapping[str, str], since: datetime | None) -> list[Past]:
        """The rooms to be read. `since` is when the bot last listened, None on the first start."""
        found: dict[str, Past] = {}
        for name, position in cursors.items():
            room = room_of_cursor(name)
            if room is not None:
                if self._may_have_news(room, position):
                    found[room.id] = Past(room, position)
                else:
                    found.setdefault(room.id, Past(room, ""))
        if since is not None:
            for room in await self._rooms_without_cursor(since):
                found.setdefault(room.id, past_since(room, since))
        return [past for past in found.values() if past.after]

    def _may_have_news(self, room: Room, position: str) -> bool:
        if self._context.now() - made_at(position) < ALWAYS_READ_WITHIN:
            return True
        client = self._directory.client
        channel = client.get_channel(int(room.id)) if client else None
        last = getattr(channel, "last_message_id", None)
        return last is None or int(last) > int(position)

    async def _rooms_without_cursor(self, since: datetime) -> list[Room]:
        rooms = []
        for channel in self._hearing.channels():
            rooms += await self._rooms_of(channel, since)
        return rooms + self._active_elsewhere(since)

    async def _rooms_of(self, channel: str, since: datetime) -> list[Room]:
        """One of our channels and the threads in it that may have been written in."""
        try:
            room = await self._directory.room(channel)
        except FAILURES as error:
            self._skip(channel, error)
            return []
        own = [] if room.kind is RoomKind.FORUM else [room]
        return [*own, *await self._active_threads(room), *await self._archived_threads(room, since)]

    async def _active_threads(self, parent: Room) -> list[Room]:
        try:
            guild = await self._directory.guild_of(parent.id)
            listed = await self._api.call(Route("GET", "/guilds/{guild_id}/threads/active", guild_id=guild))
        except FAILURES as error:
            self._skip(parent.id, error)
            return self._directory.cached_threads(parent.id)
        threads = (room_from(one) for one in listed.get("threads") or ())
        return [thread for thread in threads if thread.parent == parent.id]

    async def _archived_threads(self, parent: Room, since: datetime) -> list[Room]:
        """Threads that were begun and put to rest while the bot was away."""
        route = Route("GET", "/channels/{channel_id}/threads/archived/public", channel_id=parent.id)
        try:
            listed = await self._api.call(route, params={"limit": PAGE})
        except FAILURES as error:
            self._skip(parent.id, error)
            return []
        return [room_from(one) for one in listed.get("threads") or () if _archived_at(one) >= since]

    def _active_elsewhere(self, since: datetime) -> list[Room]:
        """Other rooms where somebody may have called the bot, and direct chats that Discord names by itself."""
        client = self._directory.client
        if client is None:
            return []
        channels: list[Any] = [
            one for guild in client.guilds for one in (*guild.text_channels, *guild.threads)
        ]
        border = int(first_after(since))
        fresh = [one for one in channels if (one.last_message_id or 0) > border][:MOST_OTHER_ROOMS]
        rooms = [_room_of(one) for one in fresh]
        return rooms + [Room(str(one.id), RoomKind.DIRECT) for one in client.private_channels]

    async def baselines(self, cursors: Mapping[str, str]) -> list[Cursor]:
        """Cursors for those of our text channels that have none: from here on everything in them is news."""
        found = []
        for channel in self._hearing.channels():
            try:
                room = await self._directory.room(channel)
                if room.kind is RoomKind.TEXT and cursor_name(room) not in cursors:
                    last = await self._messages.latest(channel, 1)
                    found.append(Cursor(cursor_name(room), str(last[0]["id"]) if last else "0"))
            except FAILURES as error:
                self._skip(channel, error)
        return found

    async def read(self, past: Past) -> AsyncIterator[list[dict[str, Any]]]:
        """Page by page, oldest first; ends early where Discord does not let the bot read."""
        after = past.after
        while True:
            try:
                page = await self._messages.after(past.room.id, after, PAGE)
            except FAILURES as error:
                if isinstance(error, discord.HTTPException) and error.status in (400, 403, 404):
                    self._skip(past.room.id, error)
                    return
                raise
            if page:
                yield page
                after = str(page[-1]["id"])
            if len(page) < PAGE:
                return

    def _skip(self, room: str, error: BaseException) -> None:
        self._context.report(
            "discord.history_unread", {"room": room, "code": code_of(error), "error": type(error).__name__}
        )


def _room_of(channel: discord.TextChannel | discord.Thread) -> Room:
    if isinstance(channel, discord.Thread):
        return Room(
            str(channel.id), RoomKind.THREAD, str(channel.parent_id), str(channel.owner_id), channel.name
        )
    return Room(str(channel.id), RoomKind.TEXT, name=channel.name, guild=str(channel.guild.id))


def past_since(room: Room, since: datetime) -> Past:
    """Where a room without a cursor is read from: a thread begun since then from its first message."""
    if room.kind is not RoomKind.TEXT and not is_timed(room.id):
        return Past(room, "0", since)
    if room.kind is RoomKind.THREAD and made_at(room.id) >= since:
        return Past(room, str(int(room.id) - 1))
    return Past(room, first_after(since), since)


def _archived_at(thread: Mapping[str, Any]) -> datetime:
    stamp = (thread.get("thread_metadata") or {}).get("archive_timestamp")
    return datetime.fromisoformat(str(stamp)) if stamp else made_at(str(thread["id"]))
