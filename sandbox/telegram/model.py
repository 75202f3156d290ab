"""What Telegram knows: people, chats, topics, messages and files."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

GENERAL_TOPIC = 1
"""The topic every forum has; its messages carry no message_thread_id."""

ADMINISTRATOR_RIGHTS = (
    "can_manage_chat",
    "can_delete_messages",
    "can_manage_video_chats",
    "can_restrict_members",
    "can_promote_members",
    "can_change_info",
    "can_invite_users",
    "can_post_stories",
    "can_edit_stories",
    "can_delete_stories",
    "can_pin_messages",
    "can_manage_topics",
    "can_manage_tags",
)
USUAL_RIGHTS = frozenset(ADMINISTRATOR_RIGHTS) - {"can_promote_members"}


@dataclass(frozen=True, slots=True)
class User:
    id: int
    first_name: str
    last_name: str = ""
    username: str = ""
    language_code: str = ""
    is_bot: bool = False
    avatar: str = ""
    about: str = ""

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True, slots=True)
class Member:
    user_id: int
    status: str
    """creator, administrator, member, left or kicked."""
    rights: frozenset[str] = frozenset()

    @property
    def is_in(self) -> bool:
        return self.status in {"creator", "administrator", "member"}

    @property
    def is_administrator(self) -> bool:
        return self.status in {"creator", "administrator"}

    def may(self, right: str) -> bool:
        return self.status == "creator" or (self.status == "administrator" and right in self.rights)


@dataclass(frozen=True, slots=True)
class Topic:
    id: int
    name: str
    creator_id: int
    icon_color: int = 0x6FB9F0
    icon_custom_emoji_id: str = ""
    is_closed: bool = False
    is_hidden: bool = False


@dataclass(frozen=True, slots=True)
class Entity:
    type: str
    offset: int
    length: int
    """Offset and length in UTF-16 code units."""
    url: str = ""
    language: str = ""
    user_id: int = 0
    custom_emoji_id: str = ""
    unix_time: int = 0
    date_time_format: str = ""

    @property
    def end(self) -> int:
        return self.offset + self.length


@dataclass(frozen=True, slots=True)
class FormattedText:
    text: str
    entities: tuple[Entity, ...] = ()


@dataclass(frozen=True, slots=True)
class StoredFile:
    unique_id: str
    name: str
    mime: str
    content: bytes
    kind: str
    """photo, document, video, audio, voice, animation, sticker, video_note or thumbnail."""
    path: str
    """As getFile gives it, such as documents/file_3.pdf."""

    @property
    def size(self) -> int:
        return len(self.content)


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    id: int
    chat_id: int
    sender_id: int
    sent_at: int
    """Unix seconds."""
    content: Mapping[str, Any]
    """The fields that say what is in it, as the Bot API names them: text, entities, photo, caption, ..."""
    topic_id: int = 0
    """0 outside of forums."""
    edited_at: int = 0
    reply_to: int = 0
    quote: Mapping[str, Any] | None = None
    external_reply: Mapping[str, Any] | None = None
    markup: Mapping[str, Any] | None = None
    media_group_id: str = ""
    forward_origin: Mapping[str, Any] | None = None
    is_service: bool = False
    is_protected: bool = False
    reactions: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """Who reacted with what."""


@dataclass(slots=True)
class Chat:
    id: int
    type: str
    """private, group or supergroup."""
    title: str = ""
    username: str = ""
    description: str = ""
    is_forum: bool = False
    is_public: bool = False
    """Anyone may join, and everyone new is a member."""
    members: dict[int, Member] = field(default_factory=dict)
    topics: dict[int, Topic] = field(default_factory=dict)
    messages: dict[int, Message] = field(default_factory=dict)
    pinned: list[int] = field(default_factory=list)
    last_message_id: int = 0
    """Of a supergroup, which counts for itself."""

    def member(self, user_id: int) -> Member:
        return self.members.get(user_id, Member(user_id, "left"))
