"""What was said while the bot was away: which rooms to read, from where, and reading them."""

from collections.abc import AsyncIterator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

import discord
from discord.http import Route
from msgspec import Struct

from adapters import AdapterContext, Cursor
from adapters.discord.api import Api
from adapters.discord.directory import Directory
from adapters.discord.errors import FAILURES, OddAnswerError, code_of
from adapters.discord.messages import Messages
from adapters.discord.parse import moment
from adapters.discord.rooms import SPOKEN, Hearing, Room, RoomKind, room_from, room_of_cursor
from adapters.discord.shards import Shard
from adapters.discord.snowflake import first_after, is_timed, made_at
from adapters.fields import mapping, mappings, whole

ALWAYS_READ_WITHIN = timedelta(days=3)
"""Rooms that had been quiet for longer when the bot went away are only read when something newer is in them."""
MOST_OTHER_ROOMS = 200
PAGE = 100


class Past(Struct, frozen=True):
    """A room with something to read, and the message after which it begins."""

    room: Room
    after: str
    not_before: datetime | None = None
    """What is older is history that was never the bot's to hear; None where `after` takes care of that."""


class Backfill:
    """Finds and reads missed messages of a shard; what Discord does not let the bot read is reported and left out."""

    def __init__(
        self,
        context: AdapterContext,
        shard: Shard,
        api: Api,
        directory: Directory,
        messages: Messages,
        hearing: Hearing,
    ) -> None:
        self._context, self._shard, self._api = context, shard, api
        self._directory, self._messages, self._hearing = directory, messages, hearing

    async def since(self, cursors: Mapping[str, str]) -> datetime | None:
        """When this shard was last heard, by whichever process held it; None at the very first start."""
        # Asked in any case: it is kept from now on, also for shards that were never read.
        stopped_at = await self._context.intake.stopped_at()
        position = cursors.get(self._shard.cursor, "")
        return made_at(position) if position and is_timed(position) else stopped_at

    async def pasts(
        self,
        cursors: Mapping[str, str],
        since: datetime | None,
        direct_chats: Iterable[str],
        *,
        has_all_guilds: bool,
    ) -> list[Past]:
        """The rooms of this shard that are to be read.

        `since` is when the shard was last heard, None on the first start; `direct_chats` are those that Discord
        names by itself.
        """
        found: dict[str, Past] = {}
        for name, position in cursors.items():
            room = room_of_cursor(name)
            if room is not None and await self._is_here(room, has_all_guilds=has_all_guilds):
                is_read = self._may_have_news(room, position, since)
                found[room.id] = Past(room, position if is_read else "")
        for room, position in self._spoken(cursors):
            if since is None:
                found.setdefault(room.id, Past(room, position))
                continue
            # Who speaks need not be who hears: what was said before that may have been heard by nobody. And where
            # nobody has ever heard, the bot's own word is the last sign of life: what follows it is not older.
            spoken_at = made_at(position) if is_timed(position) else since
            found.setdefault(room.id, past_since(room, min(since, spoken_at)))
        if since is not None:
            for room in await self._rooms_without_cursor(since, direct_chats):
                found.setdefault(room.id, past_since(room, since))
        return [past for past in found.values() if past.after]

    def _spoken(self, cursors: Mapping[str, str]) -> list[tuple[Room, str]]:
        """Direct chats in which the bot spoke and nobody answered while it was there."""
        if not self._shard.has_direct_chats:
            return []
        return [
            (Room(name.removeprefix(SPOKEN), RoomKind.DIRECT), position)
            for name, position in cursors.items()
            if name.startswith(SPOKEN)
        ]

    async def _is_here(self, room: Room, *, has_all_guilds: bool = True) -> bool:
        """Whether a room belongs to this shard."""
        if self._shard.is_alone:
            return True
        if room.kind is RoomKind.DIRECT:
            return self._shard.has_direct_chats
        around = room.parent or room.id
        known = self._directory.guilds.room(around)
        if known is None and has_all_guilds:
            # It lies in another shard, or where the bot may not look any more.
            return False
        try:
            guild = known.guild if known else await self._directory.guild_of(around)
        except FAILURES as error:
            self._skip(around, error)
            return False
        return bool(guild) and self._shard.has_guild(guild)

    def _may_have_news(self, room: Room, position: str, since: datetime | None) -> bool:
        if (since or self._context.now()) - made_at(position) < ALWAYS_READ_WITHIN:
            return True
        known = self._directory.guilds.channel(room.id)
        return known is None or not known.last_message or int(known.last_message) > int(position)

    async def _rooms_without_cursor(self, since: datetime, direct_chats: Iterable[str]) -> list[Room]:
        rooms = []
        for room in await self._our_channels():
            rooms += await self._rooms_of(room, since)
        if self._shard.has_direct_chats:
            rooms += [Room(one, RoomKind.DIRECT) for one in direct_chats]
        return rooms + self._active_elsewhere(since)

    async def _our_channels(self) -> list[Room]:
        """The staff space and support places, as far as they lie in this shard."""
        found = []
        for channel in self._hearing.channels():
            try:
                room = await self._directory.room(channel)
                guild = "" if self._shard.is_alone else await self._directory.guild_of(channel)
            except FAILURES as error:
                self._skip(channel, error)
            else:
                found += [room] if self._shard.is_alone or (guild and self._shard.has_guild(guild)) else []
        return found

    async def _rooms_of(self, room: Room, since: datetime) -> list[Room]:
        """One of our channels and the threads in it that may have been written in."""
        own = [] if room.kind is RoomKind.FORUM else [room]
        return [*own, *await self._active_threads(room), *await self._archived_threads(room, since)]

    async def _active_threads(self, parent: Room) -> list[Room]:
        try:
            guild = await self._directory.guild_of(parent.id)
            listed = await self._api.look_up(
                Route("GET", "/guilds/{guild_id}/threads/active", guild_id=guild)
            )
        except FAILURES as error:
            self._skip(parent.id, error)
            return self._directory.guilds.threads_in(parent.id)
        threads = (room_from(one) for one in mappings(listed, "threads") if whole(one, "id"))
        return [thread for thread in threads if thread.parent == parent.id]

    async def _archived_threads(self, parent: Room, since: datetime) -> list[Room]:
        """Threads that were begun and put to rest while the bot was away."""
        route = Route("GET", "/channels/{channel_id}/threads/archived/public", channel_id=parent.id)
        try:
            listed = await self._api.look_up(route, params={"limit": PAGE})
        except FAILURES as error:
            self._skip(parent.id, error)
            return []
        threads = (one for one in mappings(listed, "threads") if whole(one, "id"))
        return [room_from(one) for one in threads if _archived_at(one) >= since]

    def _active_elsewhere(self, since: datetime) -> list[Room]:
        """Other rooms where somebody may have called the bot."""
        border = int(first_after(since))
        fresh = [
            one.room
            for one in self._directory.guilds.channels_in(self._shard)
            if one.room.kind is not RoomKind.FORUM and int(one.last_message or 0) > border
        ]
        return fresh[:MOST_OTHER_ROOMS]

    async def baselines(self, cursors: Mapping[str, str]) -> list[Cursor]:
        """Cursors for those of our text channels that have none: from here on everything in them is news."""
        found = []
        for room in await self._our_channels():
            if room.kind is not RoomKind.TEXT or room.cursor in cursors:
                continue
            try:
                last = await self._messages.latest(room.id, 1)
            except FAILURES as error:
                self._skip(room.id, error)
            else:
                found.append(Cursor(room.cursor, str(last[0]["id"]) if last else "0"))
        return found

    async def read(self, room: Room, after: str) -> AsyncIterator[list[dict[str, Any]]]:
        """Page by page, oldest first; ends early where Discord does not let the bot read."""
        while True:
            try:
                page = await self._messages.after(room.id, after, PAGE)
            except FAILURES as error:
                is_refused = isinstance(error, discord.HTTPException) and error.status in (400, 403, 404)
                # Who answers with something else has no history to tell, and never will.
                if is_refused or isinstance(error, OddAnswerError):
                    self._skip(room.id, error)
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


def past_since(room: Room, since: datetime) -> Past:
    """Where a room without a cursor is read from: a thread begun since then from its first message."""
    if room.kind is not RoomKind.TEXT and not is_timed(room.id):
        return Past(room, "0", since)
    if room.kind is RoomKind.THREAD and made_at(room.id) >= since:
        return Past(room, str(int(room.id) - 1))
    return Past(room, first_after(since), since)


def _archived_at(thread: Mapping[str, Any]) -> datetime:
    stamp = mapping(thread, "thread_metadata").get("archive_timestamp")
    return moment(stamp) or made_at(str(thread["id"]))
