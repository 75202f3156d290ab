"""What people say and do in rooms; the bot hears of it over the gateway."""

from datetime import timedelta
from typing import Any

from sandbox.discord import view
from sandbox.discord.draft import MOST_CONTENT, MOST_FILE_BYTES, MOST_FILES, Draft, as_new_file
from sandbox.discord.emoji import is_emoji
from sandbox.discord.locales import locale_of
from sandbox.discord.model import Channel, ChannelType, Member, Overwrite, User
from sandbox.discord.permissions import NOTHING, Permission, can_see, demand, in_channel
from sandbox.discord.reading import Reading, in_their_words
from sandbox.discord.routes_messages import sending_right
from sandbox.discord.special import kind_of, special_draft, with_recordings
from sandbox.surface import Person, SurfaceError, Upload

_LONGEST_TITLE = 100


class Speaking(Reading):
    def add_person(self, name: str, *, rooms: tuple[str, ...] = (), language: str = "en") -> Person:
        """A newcomer; a private room is opened by the role that opens it, else by a permission of their own."""
        community = self._community
        user_id = community.snowflakes.next()
        handle = "".join(one if one.isalnum() else "." for one in name.casefold())
        community.users[user_id] = User(user_id, handle, name, about="newcomer", locale=locale_of(language))
        member = Member(user_id, community.now())
        community.members[user_id] = member
        community.dm_with(user_id)
        for room in rooms:
            if room not in community.channels:
                raise SurfaceError(f"There is no room {room}.")
            self._let_in(member, community.channels[room])
        self._parts.news.member("GUILD_MEMBER_ADD", member)
        return view.person(community, user_id)

    def _let_in(self, member: Member, channel: Channel) -> None:
        if can_see(self._community, member.user_id, channel):
            return
        place = self._community.channels[channel.parent_id] if channel.is_thread else channel
        for overwrite in place.overwrites:
            role = self._community.roles.get(overwrite.id)
            if role and not role.bot_id and overwrite.allow & Permission.VIEW_CHANNEL:
                member.roles.append(role.id)
                return
        place.overwrites.append(Overwrite(member.user_id, is_member=True, allow=int(Permission.VIEW_CHANNEL)))

    async def say(
        self, person: str, room: str, text: str, *, files: tuple[Upload, ...] = (), reply_to: str = ""
    ) -> str:
        channel = self._room(person, room)
        if channel.type is ChannelType.FORUM:
            raise SurfaceError("In a forum one opens a post; write in a post.")
        draft = _draft(text, files)
        with_recordings(self._community, draft, files)
        if reply_to:
            self._message(person, room, reply_to)
            draft.reference = {"message_id": reply_to, "fail_if_not_exists": True}
        with in_their_words():
            needed = sending_right(channel) | (Permission.ATTACH_FILES if files else NOTHING)
            demand(self._community, person, channel, needed)
            self._demand_patience(person, channel)
            return self._parts.posting.post(draft, person, channel).id

    async def send(self, person: str, room: str, content: dict[str, Any]) -> str:
        """A poll, a forwarded message, an invitation to play."""
        channel = self._room(person, room)
        kind, fields = kind_of(content)
        found = None
        if kind == "forward":
            found = self._message(person, str(fields["room"]), str(fields["message"]))
        draft = special_draft(self._community, content, found)
        with in_their_words():
            demand(self._community, person, channel, sending_right(channel))
            return self._parts.posting.post(draft, person, channel).id

    async def change_files(
        self,
        person: str,
        room: str,
        message: str,
        *,
        add: tuple[Upload, ...] = (),
        remove: tuple[str, ...] = (),
    ) -> None:
        """Take attachments away; Discord's own client can add none, other clients can."""
        found = self._message(person, room, message)
        if found.author_id != person:
            raise SurfaceError("One can only edit one's own messages.")
        draft = _draft("", add, may_be_empty=True)
        draft.given = frozenset({"attachments"})
        draft.kept_attachments = [one.id for one in found.attachments if one.id not in remove]
        with in_their_words():
            self._parts.posting.edit(found, draft)

    def _demand_patience(self, person: str, channel: Channel) -> None:
        """In a slow room people wait between messages; moderators need not."""
        if not channel.slow_seconds:
            return
        if in_channel(self._community, person, channel) & Permission.MANAGE_MESSAGES:
            return
        last = [one.sent_at for one in self._community.history(channel.id) if one.author_id == person][-1:]
        if last and self._community.now() - last[0] < timedelta(seconds=channel.slow_seconds):
            raise SurfaceError(f"This room is slow: one message every {channel.slow_seconds} seconds.")

    async def open_thread(self, person: str, room: str, title: str, text: str) -> str:
        channel = self._room(person, room)
        if channel.type not in (ChannelType.FORUM, ChannelType.TEXT):
            raise SurfaceError("Threads can only be opened in a channel or forum.")
        if not 1 <= len(title.strip()) <= _LONGEST_TITLE:
            raise SurfaceError(f"A title has between 1 and {_LONGEST_TITLE} characters.")
        draft = _draft(text, ())
        is_forum = channel.type is ChannelType.FORUM
        with in_their_words():
            right = Permission.SEND_MESSAGES if is_forum else Permission.CREATE_PUBLIC_THREADS
            demand(self._community, person, channel, right)
            thread = self._parts.threads.start(channel, title.strip(), person)
            self._parts.posting.post(draft, person, thread, message_id=thread.id if is_forum else "")
        return thread.id

    async def reply_in_thread(self, person: str, room: str, message: str, text: str) -> str:
        channel = self._room(person, room)
        origin = self._message(person, room, message)
        if channel.type is not ChannelType.TEXT:
            raise SurfaceError("A thread hangs on a message of a channel; here one just answers.")
        draft = _draft(text, ())
        with in_their_words():
            thread = self._community.channels.get(origin.id)
            if thread is None:
                demand(self._community, person, channel, Permission.CREATE_PUBLIC_THREADS)
                title = " ".join(origin.content.split())[:_LONGEST_TITLE] or "Thread"
                thread = self._parts.threads.start(channel, title, person, from_message=origin)
            demand(self._community, person, thread, Permission.SEND_MESSAGES_IN_THREADS)
            return self._parts.posting.post(draft, person, thread).id

    async def edit(self, person: str, room: str, message: str, text: str) -> None:
        found = self._message(person, room, message)
        if found.author_id != person:
            raise SurfaceError("One can only edit one's own messages.")
        draft = _draft(text, (), may_be_empty=bool(found.attachments))
        draft.given = frozenset({"content"})
        with in_their_words():
            self._parts.posting.edit(found, draft)

    async def delete(self, person: str, room: str, message: str) -> None:
        """Delete a message, or dismiss one that only this person sees."""
        found = self._message(person, room, message)
        channel = self._community.channels[room]
        with in_their_words():
            if found.author_id != person and not found.only_for:
                if channel.is_dm:
                    raise SurfaceError("In a DM one can only delete one's own messages.")
                demand(self._community, person, channel, Permission.MANAGE_MESSAGES)
            self._parts.posting.delete([found])

    async def react(self, person: str, room: str, message: str, emoji: str, *, is_on: bool = True) -> None:
        found = self._message(person, room, message)
        if found.only_for:
            raise SurfaceError("One cannot react to a message that only oneself sees.")
        if not is_emoji(emoji):
            raise SurfaceError(f"{emoji} is not an emoji.")
        with in_their_words():
            if is_on and emoji not in found.reactions:
                demand(self._community, person, self._community.channels[room], Permission.ADD_REACTIONS)
            self._parts.posting.react(found, person, emoji, is_on=is_on)

    async def pin(self, person: str, room: str, message: str, *, is_on: bool = True) -> None:
        found = self._message(person, room, message)
        channel = self._community.channels[room]
        with in_their_words():
            if not channel.is_dm:
                demand(self._community, person, channel, Permission.PIN_MESSAGES)
            self._parts.posting.pin(found, person, is_on=is_on)

    async def type(self, person: str, room: str) -> None:
        """Let the typing indicator show."""
        self._parts.news.typing(self._room(person, room), person)

    async def join(self, person: str, room: str) -> None:
        """Join a thread; with the server's id, come (back) to the server."""
        if room == self._community.guild.id:
            if self._person(person) not in self._community.members:
                member = Member(person, self._community.now())
                self._community.members[person] = member
                self._parts.news.member("GUILD_MEMBER_ADD", member)
            return
        channel = self._room(person, room)
        if not channel.is_thread:
            raise SurfaceError(
                "On Discord everybody is in every channel they can see; only threads are joined."
            )
        self._parts.threads.join(channel, person)

    async def leave(self, person: str, room: str) -> None:
        """Leave a thread; with the server's id, leave the server."""
        if room == self._community.guild.id:
            member = self._community.members.pop(self._person(person), None)
            if member is not None:
                for thread in self._community.threads():
                    if thread.thread:
                        thread.thread.members.pop(person, None)
                self._parts.news.member("GUILD_MEMBER_REMOVE", member)
            return
        channel = self._room(person, room)
        if not channel.is_thread:
            raise SurfaceError("On Discord one leaves threads or the whole server, not a channel.")
        self._parts.threads.leave(channel, person)

    async def block_bot(self, person: str, *, is_blocked: bool = True) -> None:
        """Close this person's DMs to the bot: what it sends there is refused with 50007."""
        self._community.users[self._person(person)].has_closed_dms = is_blocked
        self._parts.news.note(
            "room", self._community.dm_with(person).id, change="blocked" if is_blocked else "open"
        )


def _draft(text: str, files: tuple[Upload, ...], *, may_be_empty: bool = False) -> Draft:
    """A person's message within the client's limits."""
    if len(text) > MOST_CONTENT:
        raise SurfaceError(f"Your message is too long: {len(text)} of {MOST_CONTENT} characters.")
    if not text.strip() and not files and not may_be_empty:
        raise SurfaceError("There is nothing to send.")
    if len(files) > MOST_FILES or any(len(one.content) > MOST_FILE_BYTES for one in files):
        raise SurfaceError("Your files are too powerful: at most 10 files of 10 MiB each.")
    return Draft(content=text.strip(), files=[as_new_file(one, {}) for one in files])
