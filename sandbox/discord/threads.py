"""Threads and forum posts: begun, renamed, tagged, closed, woken, joined and gone."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from sandbox.discord.community import Community
from sandbox.discord.errors import THREAD_ARCHIVED, THREAD_EXISTS, THREAD_LOCKED, ApiError
from sandbox.discord.model import Channel, ChannelType, Json, Message, MessageFlag, MessageType, ThreadState
from sandbox.discord.news import News
from sandbox.discord.permissions import Permission, in_channel

PINNED_IN_FORUM = 1 << 1
ARCHIVE_MINUTES = (60, 1440, 4320, 10080)


@dataclass(slots=True)
class Threads:
    community: Community
    news: News

    def start(
        self,
        parent: Channel,
        name: str,
        owner_id: str,
        *,
        kind: ChannelType = ChannelType.PUBLIC_THREAD,
        archive_minutes: int | None = None,
        tags: list[str] | None = None,
        from_message: Message | None = None,
        is_invitable: bool = True,
        slow_seconds: int = 0,
    ) -> Channel:
        """A new thread whose owner has joined; one that hangs on a message takes over its id."""
        if from_message and from_message.id in self.community.channels:
            raise ApiError(THREAD_EXISTS)
        now = self.community.now()
        thread_id = from_message.id if from_message else self.community.snowflakes.next()
        minutes = archive_minutes or parent.default_archive_minutes
        state = ThreadState(
            owner_id, minutes, now, now, is_invitable=is_invitable, applied_tags=list(tags or [])
        )
        state.members[owner_id] = now
        thread = Channel(
            thread_id, kind, name, parent.guild_id, parent.id, slow_seconds=slow_seconds, thread=state
        )
        self.community.channels[thread.id] = thread
        self.community.messages.setdefault(thread.id, {})
        if parent.type is ChannelType.FORUM:
            parent.last_message_id = thread.id
        self.news.thread("THREAD_CREATE", thread)
        self.news.thread_members(thread, added=owner_id)
        if from_message:
            from_message.flags |= MessageFlag.HAS_THREAD
            self._point_back(thread, from_message)
            self.news.message("MESSAGE_UPDATE", from_message)
        elif parent.type is ChannelType.TEXT and kind is ChannelType.PUBLIC_THREAD:
            reference = {"type": 0, "channel_id": thread.id, "guild_id": thread.guild_id}
            self.leave_line(parent, owner_id, MessageType.THREAD_CREATED, content=name, reference=reference)
        return thread

    def _point_back(self, thread: Channel, origin: Message) -> None:
        """Put the starter message into the thread, which only refers to the message the thread hangs on."""
        owner_id = thread.thread.owner_id if thread.thread else origin.author_id
        reference = {
            "type": 0,
            "channel_id": origin.channel_id,
            "message_id": origin.id,
            "guild_id": thread.guild_id,
        }
        self.leave_line(thread, owner_id, MessageType.THREAD_STARTER, reference=reference)

    def leave_line(
        self,
        channel: Channel,
        by: str,
        kind: MessageType,
        *,
        content: str = "",
        reference: Json | None = None,
    ) -> None:
        """Put a line into a room that tells what happened there."""
        line = Message(
            id=self.community.snowflakes.next(),
            channel_id=channel.id,
            author_id=by,
            sent_at=self.community.now(),
            type=kind,
            content=content,
            reference=reference,
        )
        self.community.messages.setdefault(channel.id, {})[line.id] = line
        channel.last_message_id = line.id
        self.news.message("MESSAGE_CREATE", line)

    def change(self, channel: Channel, by: str, mutate: Callable[[Channel, ThreadState], None]) -> None:
        """Apply a change and tell about it; a new name also leaves a line in the thread."""
        if channel.thread is None:
            return
        was_archived, old_name = channel.thread.is_archived, channel.name
        mutate(channel, channel.thread)
        if channel.thread.is_archived != was_archived:
            channel.thread.archive_changed_at = channel.thread.active_at = self.community.now()
        self.news.thread("THREAD_UPDATE", channel)
        if channel.name != old_name:
            self.leave_line(channel, by, MessageType.CHANNEL_NAME_CHANGE, content=channel.name)

    def demand_unlocked(self, channel: Channel, user_id: str) -> None:
        """Make sure this user may write here; raises 50083 with status 403 when the thread is locked to them."""
        if channel.thread is None or not channel.thread.is_locked:
            return
        if not in_channel(self.community, user_id, channel) & Permission.MANAGE_THREADS:
            raise ApiError(THREAD_LOCKED)

    def demand_open(self, channel: Channel, user_id: str) -> None:
        """Make sure this user can speak here, waking an archived thread that is not locked.

        Raises 50083: with status 400 when it is archived and locked, with 403 when it is locked to this user.
        """
        self.demand_unlocked(channel, user_id)
        if channel.thread is None or not channel.thread.is_archived:
            return
        if channel.thread.is_locked:
            raise ApiError(THREAD_ARCHIVED)
        self.change(channel, user_id, _wake)

    def count_message(self, channel: Channel, author_id: str) -> None:
        """A message was said here: the thread stays active and its author has joined."""
        if channel.thread is None:
            return
        channel.thread.total_messages += 1
        channel.thread.active_at = self.community.now()
        if author_id not in channel.thread.members:
            self.join(channel, author_id)

    def join(self, channel: Channel, user_id: str) -> None:
        if channel.thread is None or user_id in channel.thread.members:
            return
        channel.thread.members[user_id] = self.community.now()
        if user_id == self.community.bot_id:
            self.news.thread("THREAD_CREATE", channel, is_new=False)
        self.news.thread_members(channel, added=user_id)

    def leave(self, channel: Channel, user_id: str) -> None:
        if channel.thread is None or user_id not in channel.thread.members:
            return
        del channel.thread.members[user_id]
        self.news.thread_members(channel, removed=user_id)

    def archive_idle(self) -> None:
        """Archive every thread in which nothing happened for as long as it allows."""
        now = self.community.now()
        for channel in list(self.community.threads()):
            thread = channel.thread
            if thread is None or thread.is_archived or channel.flags & PINNED_IN_FORUM:
                continue
            if now - thread.active_at >= timedelta(minutes=thread.auto_archive_minutes):
                self.change(channel, thread.owner_id, _put_to_sleep)

    def delete(self, channel: Channel) -> None:
        """The thread or channel with all that is in it."""
        for inner in [one for one in self.community.threads() if one.parent_id == channel.id]:
            self.delete(inner)
        if channel.is_thread:
            self.news.thread("THREAD_DELETE", channel)
        else:
            self.news.channel("CHANNEL_DELETE", channel)
        del self.community.channels[channel.id]
        for message in self.community.messages.pop(channel.id, {}).values():
            for attachment in message.attachments:
                self.community.attachments.pop(attachment.id, None)


def _wake(_channel: Channel, thread: ThreadState) -> None:
    thread.is_archived = False


def _put_to_sleep(_channel: Channel, thread: ThreadState) -> None:
    thread.is_archived = True
