"""All that one local Telegram remembers, and how things in it are found."""

import itertools
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

from sandbox.telegram.errors import bad_request, forbidden
from sandbox.telegram.files import FileStore
from sandbox.telegram.model import Chat, Member, Message, User
from sandbox.telegram.update_queue import UpdateQueue
from sandbox.world import World


@dataclass(slots=True)
class Profile:
    """What the bot says about itself, per language code."""

    names: dict[str, str] = field(default_factory=dict)
    descriptions: dict[str, str] = field(default_factory=dict)
    short_descriptions: dict[str, str] = field(default_factory=dict)
    commands: dict[tuple[str, int, int, str], list[dict[str, str]]] = field(default_factory=dict)
    """By scope type, chat, user and language code."""
    menu_buttons: dict[int, dict[str, object]] = field(default_factory=dict)
    """By private chat; 0 is the default."""


@dataclass(slots=True)
class PendingQuery:
    """A pressed button that waits for answerCallbackQuery."""

    user_id: int
    room: str
    message_id: int
    pressed_at: float


@dataclass(slots=True)
class TelegramState:
    world: World
    bot: User
    token: str
    updates: UpdateQueue
    has_privacy_mode: bool = False
    """In groups where the bot is no administrator only commands, mentions and replies to it arrive."""
    base_url: str = ""
    users: dict[int, User] = field(default_factory=dict)
    chats: dict[int, Chat] = field(default_factory=dict)
    started: set[int] = field(default_factory=set)
    """Who pressed Start or wrote to the bot."""
    blocked: set[int] = field(default_factory=set)
    profile: Profile = field(default_factory=Profile)
    queries: dict[str, PendingQuery] = field(default_factory=dict)
    files: FileStore = field(default_factory=FileStore)
    last_small_message_id: int = 0
    """Private chats and plain groups share one count of messages."""
    _numbers: Iterator[int] = field(default_factory=lambda: itertools.count(1))

    def now(self) -> int:
        return int(self.world.clock.now().timestamp())

    def new_number(self) -> int:
        """Never the same twice; for ids of queries, albums and polls."""
        return next(self._numbers)

    def new_album_id(self) -> str:
        return str(13_000_000_000_000_000 + self.new_number())

    def new_message_id(self, chat: Chat) -> int:
        if chat.type == "supergroup":
            chat.last_message_id += 1
            return chat.last_message_id
        self.last_small_message_id += 1
        return self.last_small_message_id

    def add_user(self, user: User) -> None:
        self.users[user.id] = user
        if not user.is_bot:
            self.chats[user.id] = Chat(user.id, "private")

    def bot_member(self, chat: Chat) -> Member:
        return chat.member(self.bot.id)

    def chat_instance(self, chat: Chat) -> str:
        return str(zlib.crc32(str(chat.id).encode()) + 2**40)

    def sender(self, message: Message) -> User:
        return self.users[message.sender_id]

    def find_chat(self, identifier: str) -> Chat | None:
        """By number or @username."""
        if identifier.startswith("@"):
            wanted = identifier[1:].lower()
            return next((chat for chat in self.chats.values() if chat.username.lower() == wanted), None)
        try:
            return self.chats.get(int(identifier))
        except ValueError:
            return None

    def readable_chat(self, identifier: str) -> Chat:
        """The chat a call is about, if the bot can read it; else Telegram's refusal."""
        if not identifier:
            raise bad_request("chat_id is empty")
        chat = self.find_chat(identifier)
        if chat is None:
            raise bad_request("chat not found")
        if chat.type == "private":
            return chat
        member = self.bot_member(chat)
        if member.is_in:
            return chat
        what_happened = "was kicked from" if member.status == "kicked" else "is not a member of"
        raise forbidden(f"bot {what_happened} the {chat.type} chat")

    def writable_chat(self, identifier: str) -> Chat:
        """The chat a call writes to, if the bot may; else Telegram's refusal."""
        chat = self.readable_chat(identifier)
        if chat.type == "private":
            if chat.id in self.blocked:
                raise forbidden("bot was blocked by the user")
            if chat.id not in self.started:
                raise forbidden("bot can't initiate conversation with a user")
        return chat
