"""The state of one workspace and the questions asked of it; a question without an answer is Slack's own error."""

import secrets
from dataclasses import dataclass, field

from sandbox.slack.model import (
    ApiError,
    Channel,
    Ephemeral,
    Post,
    ResponseUrl,
    StoredFile,
    Trigger,
    User,
    View,
)
from sandbox.world import Clock


@dataclass(slots=True)
class Workspace:
    clock: Clock
    team_id: str
    name: str
    domain: str
    app_id: str
    bot: User
    users: dict[str, User] = field(default_factory=dict)
    channels: dict[str, Channel] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    """The handles of user groups by their ids."""
    files: dict[str, StoredFile] = field(default_factory=dict)
    views: dict[str, View] = field(default_factory=dict)
    homes: dict[str, View] = field(default_factory=dict)
    """The published App Home of each person."""
    open_views: dict[str, list[str]] = field(default_factory=dict)
    """The stack of modals in front of each person, the one on top last."""
    triggers: dict[str, Trigger] = field(default_factory=dict)
    response_urls: dict[str, ResponseUrl] = field(default_factory=dict)
    statuses: dict[tuple[str, str], str] = field(default_factory=dict)
    """What the assistant says it is doing, by (channel, thread)."""
    prompts: dict[str, list[dict[str, str]]] = field(default_factory=dict)
    is_installed: bool = True
    """Whether the workspace still has the app."""
    _last_micros: int = 0
    _last_number: int = 0

    # -- names for new things

    def now(self) -> float:
        return self.clock.now().timestamp()

    def next_ts(self) -> str:
        """A new message timestamp: the clock's microseconds, but never one that was given out before."""
        self._last_micros = max(self._last_micros + 1, int(self.now() * 1_000_000))
        seconds, micros = divmod(self._last_micros, 1_000_000)
        return f"{seconds}.{micros:06d}"

    def new_id(self, prefix: str) -> str:
        """An id in Slack's manner: the prefix and ten capital letters and digits."""
        self._last_number += 1
        return f"{prefix}0{_base32(self._last_number, 5)}{_base32(secrets.randbelow(32**4), 4)}"

    # -- people

    def user(self, user_id: str) -> User:
        """Raises ApiError user_not_found."""
        if (user := self.users.get(user_id)) is None:
            raise ApiError("user_not_found")
        return user

    def people(self) -> list[User]:
        return [user for user in self.users.values() if not user.is_bot and user.id != "USLACKBOT"]

    def mention_names(self) -> dict[str, str]:
        """What a person types after @ and #, in small letters, and what Slack makes of it."""
        names = {f"@{word}": f"<!{word}>" for word in ("here", "channel", "everyone")}
        for user in self.users.values():
            for name in (user.handle, user.display_name, user.real_name):
                names.setdefault(f"@{name.lower()}", f"<@{user.id}>")
        names |= {f"@{handle.lower()}": f"<!subteam^{group_id}>" for group_id, handle in self.groups.items()}
        for channel in self.channels.values():
            if channel.kind != "im":
                names[f"#{channel.name.lower()}"] = f"<#{channel.id}|{channel.name}>"
        return names

    # -- channels

    def dm(self, user_id: str) -> Channel:
        """The direct message channel between this person and the bot, made when it is first needed."""
        channel_id = f"D{user_id[1:]}"
        if (channel := self.channels.get(channel_id)) is None:
            channel = Channel(channel_id, "", "im", [user_id, self.bot.id], created=int(self.now()))
            self.channels[channel_id] = channel
        return channel

    def channel(self, channel_id: str) -> Channel:
        """Raises ApiError channel_not_found."""
        if (channel := self.channels.get(channel_id)) is None:
            raise ApiError("channel_not_found")
        return channel

    def channel_for_bot(self, name: str) -> Channel:
        """The channel with this id, `#name`, or the DM of this person, if the bot may know of it.

        Raises ApiError channel_not_found, also for a private channel the bot is not in: Slack does not tell
        them apart.
        """
        if name in self.users and name not in {self.bot.id, "USLACKBOT"}:
            return self.dm(name)
        by_name = name.removeprefix("#").lower()
        channel = self.channels.get(name) or next(
            (one for one in self.channels.values() if one.kind != "im" and one.name == by_name), None
        )
        if channel is None or (channel.kind != "channel" and self.bot.id not in channel.members):
            raise ApiError("channel_not_found")
        return channel

    def is_bot_in(self, channel: Channel) -> bool:
        return self.bot.id in channel.members

    # -- messages

    def post(self, channel: Channel, ts: str) -> Post:
        """Raises ApiError message_not_found."""
        post = channel.posts.get(ts)
        if post is None or post.is_tombstone:
            raise ApiError("message_not_found")
        return post

    def root(self, channel: Channel, thread_ts: str) -> Post:
        """The message a reply with this thread_ts hangs on; raises ApiError thread_not_found."""
        post = channel.posts.get(thread_ts)
        if post is None:
            raise ApiError("thread_not_found")
        # Slack asks never to give the ts of a reply; clients show such a message in the reply's own thread.
        return channel.posts[post.thread_ts] if post.thread_ts else post

    def replies(self, channel: Channel, root: Post) -> list[Post]:
        return [channel.posts[ts] for ts in root.replies]

    def ephemeral(self, channel: Channel, person: str, ts: str) -> Ephemeral | None:
        return next((one for one in channel.ephemerals if one.ts == ts and one.person == person), None)

    # -- files

    def file(self, file_id: str) -> StoredFile:
        """Raises ApiError file_not_found or file_deleted."""
        if (file := self.files.get(file_id)) is None:
            raise ApiError("file_not_found")
        if file.is_deleted:
            raise ApiError("file_deleted")
        return file


_DIGITS = "0123456789ABCDEFGHJKLMNPQRSTUVWX"


def _base32(number: int, length: int) -> str:
    digits = ""
    for _ in range(length):
        number, digit = divmod(number, 32)
        digits = _DIGITS[digit] + digits
    return digits
