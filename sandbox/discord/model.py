"""What a Discord community is made of, as the sandbox keeps it."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import IntEnum, IntFlag
from typing import Any

Json = dict[str, Any]


class ChannelType(IntEnum):
    TEXT = 0
    DM = 1
    CATEGORY = 4
    PUBLIC_THREAD = 11
    PRIVATE_THREAD = 12
    FORUM = 15


THREAD_TYPES = (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)


class MessageType(IntEnum):
    DEFAULT = 0
    CHANNEL_NAME_CHANGE = 4
    PINNED = 6
    THREAD_CREATED = 18
    REPLY = 19
    CHAT_INPUT_COMMAND = 20
    THREAD_STARTER = 21
    CONTEXT_MENU_COMMAND = 23


class MessageFlag(IntFlag):
    SUPPRESS_EMBEDS = 1 << 2
    HAS_THREAD = 1 << 5
    EPHEMERAL = 1 << 6
    LOADING = 1 << 7
    SUPPRESS_NOTIFICATIONS = 1 << 12
    IS_VOICE_MESSAGE = 1 << 13
    HAS_SNAPSHOT = 1 << 14
    COMPONENTS_V2 = 1 << 15


NO_FLAGS = MessageFlag(0)


@dataclass(slots=True)
class User:
    id: str
    name: str
    display_name: str
    avatar: str = ""
    about: str = ""
    is_bot: bool = False
    has_closed_dms: bool = False
    locale: str = "en-US"
    """What their app is set to."""


@dataclass(slots=True)
class Member:
    user_id: str
    joined_at: datetime
    roles: list[str] = field(default_factory=list)
    nick: str | None = None


@dataclass(slots=True)
class Role:
    id: str
    name: str
    permissions: int
    position: int
    color: int = 0
    is_mentionable: bool = False
    bot_id: str = ""
    """Set on the role that came with a bot."""


@dataclass(slots=True)
class Overwrite:
    id: str
    is_member: bool
    allow: int = 0
    deny: int = 0


@dataclass(slots=True)
class Tag:
    id: str
    name: str
    emoji: str | None = None
    is_moderated: bool = False


@dataclass(slots=True)
class ThreadState:
    owner_id: str
    auto_archive_minutes: int
    archive_changed_at: datetime
    active_at: datetime
    is_archived: bool = False
    is_locked: bool = False
    is_invitable: bool = True
    applied_tags: list[str] = field(default_factory=list)
    members: dict[str, datetime] = field(default_factory=dict)
    total_messages: int = 0


@dataclass(slots=True)
class Channel:
    id: str
    type: ChannelType
    name: str = ""
    guild_id: str = ""
    parent_id: str = ""
    position: int = 0
    topic: str | None = None
    overwrites: list[Overwrite] = field(default_factory=list)
    tags: list[Tag] = field(default_factory=list)
    slow_seconds: int = 0
    default_archive_minutes: int = 4320
    recipient_id: str = ""
    """The person on the other side of a DM with the bot."""
    last_message_id: str | None = None
    pinned_at: datetime | None = None
    flags: int = 0
    thread: ThreadState | None = None

    @property
    def is_thread(self) -> bool:
        return self.thread is not None

    @property
    def is_dm(self) -> bool:
        return self.type is ChannelType.DM


@dataclass(slots=True)
class Attachment:
    id: str
    channel_id: str
    filename: str
    mime: str
    content: bytes
    title: str | None = None
    description: str | None = None
    is_ephemeral: bool = False
    seconds: float = 0.0
    """Set on voice messages, with the waveform."""
    waveform: str = ""


@dataclass(frozen=True, slots=True)
class Sticker:
    id: str
    name: str
    format: int
    """1 PNG, 2 APNG, 3 Lottie, 4 GIF."""
    content: bytes

    @property
    def filename(self) -> str:
        endings = {1: "png", 2: "png", 3: "json", 4: "gif"}
        return f"{self.id}.{endings[self.format]}"

    @property
    def mime(self) -> str:
        return {1: "image/png", 2: "image/png", 3: "application/json", 4: "image/gif"}[self.format]


@dataclass(slots=True)
class Mentions:
    users: list[str] = field(default_factory=list)
    roles: list[str] = field(default_factory=list)
    everyone: bool = False


@dataclass(slots=True)
class Message:
    id: str
    channel_id: str
    author_id: str
    sent_at: datetime
    type: MessageType = MessageType.DEFAULT
    content: str = ""
    embeds: list[Json] = field(default_factory=list)
    components: list[Json] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)
    mentions: Mentions = field(default_factory=Mentions)
    flags: MessageFlag = NO_FLAGS
    is_tts: bool = False
    nonce: str | int | None = None
    reference: Json | None = None
    edited_at: datetime | None = None
    pinned_at: datetime | None = None
    reactions: dict[str, list[str]] = field(default_factory=dict)
    interaction: Json | None = None
    """Who gave which command, on a message that answers one."""
    extra: Json = field(default_factory=dict)
    """Further keys as Discord writes them: sticker_items, poll, message_snapshots."""
    only_for: str = ""
    """The one person who sees an ephemeral message."""

    @property
    def is_ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)


@dataclass(slots=True)
class Guild:
    id: str
    name: str
    owner_id: str
