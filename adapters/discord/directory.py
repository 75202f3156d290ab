"""Who and what is where: the SDK's cache of guilds and channels, and the API for what it does not hold."""

import asyncio
from collections.abc import Mapping
from typing import Any

import discord
from discord.http import Route

from adapters.discord.api import Api
from adapters.discord.errors import FAILURES
from adapters.discord.files import DEFAULT_UPLOAD_BYTES
from adapters.discord.permissions import VIEW_CHANNEL, Overwrite, permissions_in
from adapters.discord.recent import Recent
from adapters.discord.rooms import Room, RoomKind, is_telling, room_from
from bot.core.places import MessageAt

Json = Mapping[str, Any]

KEPT_SECONDS = 60.0
LONGEST_LOOK_SECONDS = 1.5


class Directory:
    """Looks things up; `client` is the gateway's, once there is one."""

    def __init__(self, api: Api) -> None:
        self._api = api
        self.client: discord.Client | None = None
        self._channels: Recent[str, Json] = Recent(500, KEPT_SECONDS)
        self._members: Recent[tuple[str, str], tuple[str, ...] | None] = Recent(5_000, KEPT_SECONDS)
        self._directs: Recent[str, str] = Recent(10_000)

    # Rooms

    async def room(self, channel_id: str, hint: Json | None = None) -> Room:
        """Find a room: in the cache, in a channel object that came along, or at Discord.

        Raises one of `errors.FAILURES` when even Discord does not know it.
        """
        if (cached := self._cached(channel_id)) is not None:
            return cached
        if hint is not None and is_telling(hint):
            return room_from(hint)
        return room_from(await self.channel(channel_id))

    def _cached(self, channel_id: str) -> Room | None:
        channel = self.client.get_channel(int(channel_id)) if self.client else None
        if channel is None:
            return None
        if isinstance(channel, discord.Thread):
            return Room(
                channel_id,
                RoomKind.THREAD,
                str(channel.parent_id),
                str(channel.owner_id),
                channel.name,
                str(channel.guild.id),
            )
        if isinstance(channel, discord.abc.PrivateChannel):
            return Room(channel_id, RoomKind.DIRECT)
        kind = RoomKind.FORUM if isinstance(channel, discord.ForumChannel) else RoomKind.TEXT
        return Room(channel_id, kind, name=channel.name, guild=str(channel.guild.id))

    async def channel(self, channel_id: str, *, is_fresh: bool = False) -> Json:
        """The channel object itself, at most a minute old."""
        if not is_fresh and (kept := self._channels.get(channel_id)) is not None:
            return kept
        found: Json = await self._api.call(Route("GET", "/channels/{channel_id}", channel_id=channel_id))
        self._channels.put(channel_id, found)
        return found

    async def direct(self, user_id: str) -> str:
        """The id of the direct chat with a person; Discord gives the same one every time."""
        if (known := self._directs.get(user_id)) is not None:
            return known
        route = Route("POST", "/users/@me/channels")
        channel = await self._api.call(route, json={"recipient_id": user_id})
        self._directs.put(user_id, str(channel["id"]))
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

    def cached_threads(self, parent: str) -> list[Room]:
        """The threads of a channel that the cache knows."""
        channel = self.client.get_channel(int(parent)) if self.client else None
        threads = getattr(channel, "threads", ())
        return [Room(str(one.id), RoomKind.THREAD, parent, str(one.owner_id), one.name) for one in threads]

    async def guild_of(self, channel_id: str) -> str:
        """The id of the guild a channel lies in."""
        cached = self._cached(channel_id)
        if cached and cached.guild:
            return cached.guild
        return str((await self.channel(channel_id)).get("guild_id") or "")

    # Names and small facts, from the cache alone

    def name(self, kind: str, value: str) -> str:
        """What a user, role or channel is called, or "" when the cache does not know."""
        if self.client is None or not value.isdigit():
            return ""
        if kind == "role":
            roles = (guild.get_role(int(value)) for guild in self.client.guilds)
            return next((role.name for role in roles if role), "")
        if kind == "channel":
            cached = self._cached(value)
            return cached.name if cached else ""
        user = self.client.get_user(int(value))
        return user.display_name if user else ""

    def bots_roles(self, me: str) -> frozenset[str]:
        """The roles that Discord made for the bot itself."""
        guilds = self.client.guilds if self.client else ()
        return frozenset(
            str(role.id)
            for guild in guilds
            for role in guild.roles
            if role.tags and str(role.tags.bot_id) == me
        )

    def upload_limit(self, channel_id: str) -> int:
        channel = self.client.get_channel(int(channel_id)) if self.client and channel_id else None
        guild = getattr(channel, "guild", None)
        return int(guild.filesize_limit) if guild else DEFAULT_UPLOAD_BYTES

    def custom_emoji(self, name: str) -> str:
        """`name:id` of a custom emoji the bot can use, or ""."""
        guilds = self.client.guilds if self.client else ()
        found = (one for guild in guilds for one in guild.emojis if one.name == name)
        return next((f"{one.name}:{one.id}" for one in found), "")

    # Who may see what

    async def can_see(self, channel_id: str, user_id: str) -> bool | None:
        """Whether a person can view one of our channels; None when nobody can tell in time."""
        try:
            return await asyncio.wait_for(self._can_see(channel_id, user_id), LONGEST_LOOK_SECONDS)
        except FAILURES:
            return None

    async def _can_see(self, channel_id: str, user_id: str) -> bool | None:
        channel = self.client.get_channel(int(channel_id)) if self.client else None
        if not isinstance(channel, discord.abc.GuildChannel):
            return None
        guild = channel.guild
        if not channel.overwrites and not any(role.permissions.value for role in guild.roles):
            # A server that tells of no permissions at all tells nothing about this one.
            return None
        roles = await self._roles(str(guild.id), user_id)
        if roles is None:
            return False
        granted = permissions_in(
            guild_id=str(guild.id),
            owner_id=str(guild.owner_id),
            role_permissions={str(role.id): role.permissions.value for role in guild.roles},
            overwrites=[_overwrite(target, value) for target, value in channel.overwrites.items()],
            user_id=user_id,
            user_roles=roles,
        )
        return bool(granted & VIEW_CHANNEL)

    async def _roles(self, guild_id: str, user_id: str) -> tuple[str, ...] | None:
        """The member's roles; None for a stranger."""
        key = (guild_id, user_id)
        if key in self._members:
            return self._members.get(key)
        route = Route("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild_id, user_id=user_id)
        try:
            member = await self._api.call(route)
        except discord.NotFound:
            self._members.put(key, None)
            return None
        self._members.put(key, tuple(str(role) for role in member.get("roles") or ()))
        return self._members.get(key)

    def note_member(self, guild_id: str, user_id: str, roles: tuple[str, ...]) -> None:
        """An event brought the member's roles along."""
        self._members.put((guild_id, user_id), roles)


def _overwrite(
    target: discord.Role | discord.Member | discord.Object, value: discord.PermissionOverwrite
) -> Overwrite:
    allow, deny = value.pair()
    is_role = isinstance(target, discord.Role) or getattr(target, "type", None) is discord.Role
    return Overwrite(str(target.id), not is_role, allow.value, deny.value)
