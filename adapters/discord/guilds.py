"""Guilds and their rooms as the gateway tells of them, kept current by what it tells next."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from msgspec import Struct, field

from adapters.discord.files import DEFAULT_UPLOAD_BYTES
from adapters.discord.permissions import Overwrite, overwrites_of
from adapters.discord.rooms import Room, room_from
from adapters.discord.shards import Shard
from adapters.fields import mapping, mappings, whole

Payload = Mapping[str, Any]

_MEBIBYTE = 1024 * 1024
_UPLOAD_BYTES_BY_TIER = {2: 50 * _MEBIBYTE, 3: 100 * _MEBIBYTE}


class Role(Struct, frozen=True):
    id: str
    name: str
    permissions: int
    bot: str
    """The bot that Discord made this role for, or ""."""


class Guild(Struct, frozen=True):
    """What is worth knowing of a server."""

    id: str
    owner: str
    roles: dict[str, Role]
    emojis: dict[str, str]
    """Name to id of the custom emojis."""
    upload_bytes: int
    """The largest file it takes."""


class Channel(Struct, frozen=True):
    """What is worth knowing of a room besides what it is."""

    room: Room
    last_message: str
    overwrites: tuple[Overwrite, ...]


def guild_from(data: Payload) -> Guild:
    """Read a guild object."""
    roles = [_role_from(one) for one in mappings(data, "roles") if one.get("id")]
    emojis = {str(one.get("name")): str(one["id"]) for one in mappings(data, "emojis") if one.get("id")}
    return Guild(
        id=str(data["id"]),
        owner=str(data.get("owner_id") or ""),
        roles={role.id: role for role in roles},
        emojis=emojis,
        upload_bytes=_UPLOAD_BYTES_BY_TIER.get(whole(data, "premium_tier"), DEFAULT_UPLOAD_BYTES),
    )


def _role_from(data: Payload) -> Role:
    made_for = str(mapping(data, "tags").get("bot_id") or "")
    return Role(str(data["id"]), str(data.get("name") or ""), whole(data, "permissions"), made_for)


def channel_from(data: Payload, guild_id: str = "") -> Channel:
    """Read a channel object; those inside a guild object do not name the guild."""
    room = room_from({"guild_id": guild_id, **data} if guild_id else data)
    return Channel(room, str(data.get("last_message_id") or ""), tuple(overwrites_of(data)))


class Guilds(Struct):
    """Everything known of the guilds whose shards this process holds; empty in one that holds none."""

    _guilds: dict[str, Guild] = field(default_factory=dict)
    _channels: dict[str, Channel] = field(default_factory=dict)
    _bots_roles: frozenset[str] | None = None

    # Questions

    def guild(self, guild_id: str) -> Guild | None:
        return self._guilds.get(guild_id)

    def channel(self, channel_id: str) -> Channel | None:
        return self._channels.get(channel_id)

    def room(self, channel_id: str) -> Room | None:
        channel = self._channels.get(channel_id)
        return channel.room if channel else None

    def threads_in(self, parent: str) -> list[Room]:
        return [one.room for one in self._channels.values() if one.room.parent == parent]

    def channels_in(self, shard: Shard) -> Iterator[Channel]:
        """The text channels, forums and threads of a shard."""
        return (one for one in self._channels.values() if shard.has_guild(one.room.guild))

    def role_name(self, role_id: str) -> str:
        found = (guild.roles.get(role_id) for guild in self._guilds.values())
        return next((role.name for role in found if role), "")

    def bots_roles(self, me: str) -> frozenset[str]:
        """The roles that Discord made for the bot itself."""
        if self._bots_roles is None:
            roles = (role for guild in self._guilds.values() for role in guild.roles.values())
            self._bots_roles = frozenset(role.id for role in roles if role.bot == me)
        return self._bots_roles

    def emoji(self, name: str) -> str:
        """`name:id` of a custom emoji of any of the guilds, or ""."""
        found = (guild.emojis.get(name) for guild in self._guilds.values())
        return next((f"{name}:{emoji}" for emoji in found if emoji), "")

    # What the gateway tells

    def begin(self, shard: Shard, guild_ids: Iterable[str]) -> None:
        """A new session names its guilds; those it does not name were left meanwhile."""
        named = set(guild_ids)
        for left in [one for one in self._guilds if shard.has_guild(one) and one not in named]:
            self._leave(left)

    def take(self, kind: str, data: Payload) -> bool:
        """Follow one event; False when it is about something else."""
        follow = _FOLLOW.get(kind)
        if follow is None:
            return False
        follow(self, data)
        return True

    def _guild_created(self, data: Payload) -> None:
        guild_id = str(data["id"])
        if data.get("unavailable"):
            return
        self._leave(guild_id)
        self._guilds[guild_id] = guild_from(data)
        self._bots_roles = None
        for one in (*(data.get("channels") or ()), *(data.get("threads") or ())):
            self._channels[str(one["id"])] = channel_from(one, guild_id)

    def _guild_updated(self, data: Payload) -> None:
        self._guilds[str(data["id"])] = guild_from(data)
        self._bots_roles = None

    def _guild_deleted(self, data: Payload) -> None:
        # An outage takes nothing away.
        if not data.get("unavailable"):
            self._leave(str(data["id"]))

    def _leave(self, guild_id: str) -> None:
        self._bots_roles = None
        if self._guilds.pop(guild_id, None) is not None:
            self._channels = {key: one for key, one in self._channels.items() if one.room.guild != guild_id}

    def _channel_changed(self, data: Payload) -> None:
        if (data.get("thread_metadata") or {}).get("archived"):
            # There is no end to archived threads; whoever writes in one wakes it first.
            self._channels.pop(str(data["id"]), None)
        elif data.get("guild_id"):
            self._channels[str(data["id"])] = channel_from(data)

    def _channel_deleted(self, data: Payload) -> None:
        gone = str(data["id"])
        self._channels.pop(gone, None)
        for thread in self.threads_in(gone):
            self._channels.pop(thread.id, None)

    def _threads_listed(self, data: Payload) -> None:
        for one in data.get("threads") or ():
            self._channels[str(one["id"])] = channel_from(one, str(data["guild_id"]))

    def _role_changed(self, data: Payload) -> None:
        if guild := self._guilds.get(str(data["guild_id"])):
            role = _role_from(data["role"])
            guild.roles[role.id] = role
            self._bots_roles = None

    def _role_deleted(self, data: Payload) -> None:
        if guild := self._guilds.get(str(data["guild_id"])):
            guild.roles.pop(str(data["role_id"]), None)
            self._bots_roles = None


_FOLLOW: Mapping[str, Callable[[Guilds, Payload], None]] = {
    "GUILD_CREATE": Guilds._guild_created,
    "GUILD_UPDATE": Guilds._guild_updated,
    "GUILD_DELETE": Guilds._guild_deleted,
    "GUILD_ROLE_CREATE": Guilds._role_changed,
    "GUILD_ROLE_UPDATE": Guilds._role_changed,
    "GUILD_ROLE_DELETE": Guilds._role_deleted,
    "CHANNEL_CREATE": Guilds._channel_changed,
    "CHANNEL_UPDATE": Guilds._channel_changed,
    "CHANNEL_DELETE": Guilds._channel_deleted,
    "THREAD_CREATE": Guilds._channel_changed,
    "THREAD_UPDATE": Guilds._channel_changed,
    "THREAD_DELETE": Guilds._channel_deleted,
    "THREAD_LIST_SYNC": Guilds._threads_listed,
}
FOLLOWED = frozenset(_FOLLOW)
