"""The state of the sandbox's Discord: one guild, its people, its rooms and everything said in them."""

import secrets
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sandbox.discord.errors import (
    UNKNOWN_CHANNEL,
    UNKNOWN_GUILD,
    UNKNOWN_MEMBER,
    UNKNOWN_MESSAGE,
    UNKNOWN_USER,
    ApiError,
)
from sandbox.discord.model import (
    Attachment,
    Channel,
    ChannelType,
    Guild,
    Json,
    Member,
    Message,
    Role,
    Sticker,
    User,
)
from sandbox.discord.snowflake import Snowflakes
from sandbox.world import World


@dataclass(slots=True)
class Community:
    """Everything that Discord would remember; questions about it raise ApiError when the answer is 'unknown'."""

    world: World
    guild: Guild
    bot_id: str
    application_id: str
    snowflakes: Snowflakes
    base_url: str = ""
    """Where this server listens, such as http://127.0.0.1:8080; known once it has started."""
    users: dict[str, User] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    roles: dict[str, Role] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    messages: dict[str, dict[str, Message]] = field(default_factory=dict)
    """Channel id to its messages, oldest first."""
    attachments: dict[str, Attachment] = field(default_factory=dict)
    stickers: dict[str, Sticker] = field(default_factory=dict)
    """By the name of the file under which the CDN serves them."""
    commands: dict[str, list[Json]] = field(default_factory=dict)
    """The empty string for global commands, a guild id for its own."""
    nonces: dict[tuple[str, str, str], Message] = field(default_factory=dict)
    """Channel, author and nonce of messages that must not be posted twice."""
    signing_key: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    message_content_allowed: bool = True
    members_allowed: bool = True
    presences_allowed: bool = False

    def now(self) -> datetime:
        return self.world.clock.now()

    def user(self, user_id: str) -> User:
        try:
            return self.users[user_id]
        except KeyError:
            raise ApiError(UNKNOWN_USER) from None

    def member(self, user_id: str) -> Member:
        try:
            return self.members[user_id]
        except KeyError:
            raise ApiError(UNKNOWN_MEMBER) from None

    def channel(self, channel_id: str) -> Channel:
        try:
            return self.channels[channel_id]
        except KeyError:
            raise ApiError(UNKNOWN_CHANNEL) from None

    def this_guild(self, guild_id: str) -> Guild:
        if guild_id != self.guild.id:
            raise ApiError(UNKNOWN_GUILD)
        return self.guild

    def message(self, channel_id: str, message_id: str) -> Message:
        try:
            return self.messages[channel_id][message_id]
        except KeyError:
            raise ApiError(UNKNOWN_MESSAGE) from None

    def history(self, channel_id: str) -> list[Message]:
        """What was said in a room, oldest first, ephemeral messages included."""
        return list(self.messages.get(channel_id, {}).values())

    def threads(self) -> Iterator[Channel]:
        return (channel for channel in self.channels.values() if channel.is_thread)

    def dm_with(self, user_id: str) -> Channel:
        """The DM of this person with the bot, opened when it is not there yet."""
        for channel in self.channels.values():
            if channel.is_dm and channel.recipient_id == user_id:
                return channel
        channel = Channel(self.snowflakes.next(), ChannelType.DM, recipient_id=user_id)
        self.channels[channel.id] = channel
        return channel

    def display_name(self, user_id: str) -> str:
        member = self.members.get(user_id)
        return (member and member.nick) or self.users[user_id].display_name
