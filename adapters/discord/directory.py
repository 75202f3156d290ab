"""Who and what is where: what the gateway told, where this process has one, and the API for all the rest."""

import asyncio
from collections.abc import Mapping
from typing import Any

import discord
from cachetools import LRUCache, TTLCache
from discord.http import Route

from adapters.discord.api import Api
from adapters.discord.errors import FAILURES, OddAnswerError
from adapters.discord.files import DEFAULT_UPLOAD_BYTES
from adapters.discord.guilds import Channel, Guild, Guilds, channel_from, guild_from
from adapters.discord.permissions import VIEW_CHANNEL, permissions_in
from adapters.discord.rooms import Hearing, Room, RoomKind, is_telling, room_from
from adapters.fields import whole
from bot.core.places import MessageAt

Json = Mapping[str, Any]

KEPT_SECONDS = 60.0
ROOMS_KEPT_SECONDS = 3600.0
"""What a room is does not change; only its name may."""
LONGEST_LOOK_SECONDS = 1.5


class Directory:
    """Looks things up; `guilds` is what the gateway tells, and nothing in a process that holds none of it."""

    def __init__(self, api: Api, hearing: Hearing) -> None:
        self._api, self._hearing = api, hearing
        self.guilds = Guilds()
        self._channels: TTLCache[str, Json] = TTLCache(500, KEPT_SECONDS)
        self._rooms: TTLCache[str, Room] = TTLCache(10_000, ROOMS_KEPT_SECONDS)
        self._guilds: TTLCache[str, Guild] = TTLCache(500, KEPT_SECONDS)
        self._members: TTLCache[tuple[str, str], tuple[str, ...] | None] = TTLCache(5_000, KEPT_SECONDS)
        self._directs: LRUCache[str, str] = LRUCache(10_000)

    # Rooms

    async def room(self, channel_id: str, hint: Json | None = None) -> Room:
        """Find a room: among those known, in a channel object that came along, or at Discord.

        Raises one of `errors.FAILURES` when even Discord does not know it.
        """
        if (known := self.guilds.room(channel_id)) is not None:
            return known
        if hint is not None and is_telling(hint):
            return room_from(hint)
        if (kept := self._rooms.get(channel_id)) is not None:
            return kept
        return room_from(await self.channel(channel_id))

    async def channel(self, channel_id: str, *, is_fresh: bool = False) -> Json:
        """The channel object itself, at most a minute old."""
        if not is_fresh and (kept := self._channels.get(channel_id)) is not None:
            return kept
        route = Route("GET", "/channels/{channel_id}", channel_id=channel_id)
        found = {**await self._api.look_up(route), "id": channel_id}
        self._channels[channel_id] = found
        self._rooms[channel_id] = room_from(found)
        return found

    async def direct(self, user_id: str) -> str:
        """The id of the direct chat with a person; Discord gives the same one every time."""
        if (known := self._directs.get(user_id)) is not None:
            return known
        route = Route("POST", "/users/@me/channels")
        channel = await self._api.look_up(route, json={"recipient_id": user_id})
        if not whole(channel, "id"):
            raise OddAnswerError("no chat")
        self._directs[user_id] = str(channel["id"])
        return str(channel["id"])

    async def channels_of(self, at: MessageAt) -> list[str]:
        """The channels in which a message can lie, the likely one first.

        The message that a thread started from lies in the channel around it, but in a forum in the thread
        itself. Where a thread could not be had, the whole exchange lies in the channel.
        """
        place = at.place
        if not place.thread:
            return [place.channel]
        try:
            if (await self.room(place.channel)).kind is RoomKind.FORUM:
                return [place.thread]
        except FAILURES:
            return [place.thread, place.channel]
        both = [place.thread, place.channel]
        return both[::-1] if place.thread == at.id else both

    # Guilds

    async def guild_of(self, channel_id: str) -> str:
        """The id of the guild a channel lies in, "" for a direct chat; raises one of `errors.FAILURES`."""
        if (room := await self.room(channel_id)).guild:
            return room.guild
        return str((await self.channel(channel_id)).get("guild_id") or "")

    async def guild(self, guild_id: str) -> Guild:
        """What is known of a guild, or a look at it that is at most a minute old; raises one of `errors.FAILURES`."""
        if (known := self.guilds.guild(guild_id) or self._guilds.get(guild_id)) is not None:
            return known
        route = Route("GET", "/guilds/{guild_id}", guild_id=guild_id)
        found = guild_from({**await self._api.look_up(route), "id": guild_id})
        self._guilds[guild_id] = found
        return found

    async def upload_limit(self, channel_id: str) -> int:
        """The largest file that a room takes."""
        try:
            guild_id = await self.guild_of(channel_id) if channel_id else ""
            return (await self.guild(guild_id)).upload_bytes if guild_id else DEFAULT_UPLOAD_BYTES
        except FAILURES:
            return DEFAULT_UPLOAD_BYTES

    async def custom_emoji(self, name: str, channel_id: str) -> str:
        """`name:id` of a custom emoji the bot can use in a room, or ""."""
        if known := self.guilds.emoji(name):
            return known
        # The bot can use the emojis of every guild it is in; those around this room and our own are the likely ones.
        for channel in dict.fromkeys((channel_id, *self._hearing.channels())):
            try:
                guild_id = await self.guild_of(channel)
                emoji = (await self.guild(guild_id)).emojis.get(name) if guild_id else None
            except FAILURES:
                continue
            if emoji:
                return f"{name}:{emoji}"
        return ""

    # Names, from what is known alone

    def name(self, kind: str, value: str) -> str:
        """What a role or channel is called, or "" when nobody told."""
        if kind == "role":
            return self.guilds.role_name(value)
        room = self.guilds.room(value) if kind == "channel" else None
        return room.name if room else ""

    # Who may see what

    async def can_see(self, channel_id: str, user_id: str) -> bool | None:
        """Whether a person can view one of our channels; None when nobody can tell in time."""
        try:
            return await asyncio.wait_for(self._can_see(channel_id, user_id), LONGEST_LOOK_SECONDS)
        except FAILURES:
            return None

    async def _can_see(self, channel_id: str, user_id: str) -> bool | None:
        channel = await self._permitting(channel_id)
        if not channel.room.guild:
            return None
        guild = await self.guild(channel.room.guild)
        if not channel.overwrites and not any(role.permissions for role in guild.roles.values()):
            # A server that tells of no permissions at all tells nothing about this one.
            return None
        roles = await self._roles(guild.id, user_id)
        if roles is None:
            return False
        granted = permissions_in(
            guild_id=guild.id,
            owner_id=guild.owner,
            role_permissions={role.id: role.permissions for role in guild.roles.values()},
            overwrites=channel.overwrites,
            user_id=user_id,
            user_roles=roles,
        )
        return bool(granted & VIEW_CHANNEL)

    async def _permitting(self, channel_id: str) -> Channel:
        return self.guilds.channel(channel_id) or channel_from(await self.channel(channel_id))

    async def _roles(self, guild_id: str, user_id: str) -> tuple[str, ...] | None:
        """The member's roles; None for a stranger."""
        key = (guild_id, user_id)
        if key in self._members:
            return self._members.get(key)
        route = Route("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild_id, user_id=user_id)
        try:
            member = await self._api.look_up(route)
        except discord.NotFound:
            self._members[key] = None
            return None
        roles = member.get("roles")
        self._members[key] = tuple(map(str, roles)) if isinstance(roles, list) else ()
        return self._members.get(key)

    def note_member(self, guild_id: str, user_id: str, roles: tuple[str, ...]) -> None:
        """An event brought the member's roles along."""
        self._members[guild_id, user_id] = roles
