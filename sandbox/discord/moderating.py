"""What moderators and administrators do: close and delete rooms, clear away messages, take rights from the bot."""

from sandbox.discord.model import Overwrite
from sandbox.discord.permissions import Permission, can_see, demand, in_channel
from sandbox.discord.reading import in_their_words
from sandbox.discord.speaking import Speaking
from sandbox.discord.story import BOT_ROLE
from sandbox.discord.thread_form import ThreadForm
from sandbox.surface import SurfaceError


class Moderating(Speaking):
    async def delete_many(self, person: str, room: str, messages: tuple[str, ...]) -> None:
        """Delete several messages at once, as a moderator's tool does."""
        found = [self._message(person, room, one) for one in messages]
        with in_their_words():
            demand(self._community, person, self._community.channels[room], Permission.MANAGE_MESSAGES)
            self._parts.posting.delete(found)

    async def close_room(
        self, person: str, room: str, *, is_archived: bool = True, is_locked: bool = False
    ) -> None:
        """Archive, lock or open a thread as this person."""
        channel = self._room(person, room)
        thread = channel.thread
        if thread is None:
            raise SurfaceError("Only threads and posts can be closed.")
        may_manage = bool(in_channel(self._community, person, channel) & Permission.MANAGE_THREADS)
        if not may_manage and (thread.owner_id != person or thread.is_locked):
            raise SurfaceError("Only its author or a moderator can close this.")
        given = frozenset({"archived", "locked"})
        change = ThreadForm(is_archived=is_archived, is_locked=is_locked, given=given)
        self._parts.threads.change(channel, person, change.apply)

    async def delete_room(self, room: str) -> None:
        channel = self._community.channels.get(room)
        if channel is None or channel.is_dm:
            raise SurfaceError("Only channels, threads and posts can be deleted.")
        self._parts.threads.delete(channel)

    async def set_bot_right(self, right: str, *, is_allowed: bool, room: str = "") -> None:
        """Give the bot a right such as SEND_MESSAGES or take it away, in one channel or in the whole server."""
        bit = int(Permission[right])
        if not room:
            role = self._community.roles[BOT_ROLE]
            role.permissions = role.permissions | bit if is_allowed else role.permissions & ~bit
            self._parts.news.role("GUILD_ROLE_UPDATE", role)
            return
        channel = self._community.channels.get(room)
        if channel is None or channel.is_dm or channel.is_thread:
            raise SurfaceError("Rights are set on channels and forums.")
        old = next(
            (one for one in channel.overwrites if one.id == BOT_ROLE), Overwrite(BOT_ROLE, is_member=False)
        )
        allow, deny = (old.allow | bit, old.deny & ~bit) if is_allowed else (old.allow & ~bit, old.deny | bit)
        others = [one for one in channel.overwrites if one.id != BOT_ROLE]
        could_see = can_see(self._community, self._community.bot_id, channel)
        if could_see and not is_allowed and right == "VIEW_CHANNEL":
            # To one who loses sight of it a channel is deleted.
            self._parts.news.channel("CHANNEL_DELETE", channel)
        channel.overwrites = [*others, Overwrite(BOT_ROLE, is_member=False, allow=allow, deny=deny)]
        self._parts.news.channel("CHANNEL_UPDATE" if could_see else "CHANNEL_CREATE", channel)
