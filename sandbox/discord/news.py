"""What happened, told to the bot's gateway sessions and to the journal."""

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import IntFlag
from typing import Any

from sandbox.discord.community import Community
from sandbox.discord.model import Channel, Json, Member, Message, Role
from sandbox.discord.permissions import can_see
from sandbox.discord.speech import emoji_json, gateway_message_json, is_open_to_bot
from sandbox.discord.wire import channel_json, member_json, role_json, thread_member_json, user_json


class Intent(IntFlag):
    GUILDS = 1 << 0
    MEMBERS = 1 << 1
    PRESENCES = 1 << 8
    GUILD_MESSAGES = 1 << 9
    GUILD_REACTIONS = 1 << 10
    GUILD_TYPING = 1 << 11
    DIRECT_MESSAGES = 1 << 12
    DIRECT_REACTIONS = 1 << 13
    DIRECT_TYPING = 1 << 14
    MESSAGE_CONTENT = 1 << 15


FOR_ALL = Intent(0)


@dataclass(frozen=True, slots=True)
class Event:
    """One dispatch for every session of the bot that asked for it."""

    name: str
    data: Json
    intent: Intent = FOR_ALL
    """Any of these is enough; none means that everybody gets it."""
    guild_id: str = ""
    is_open: bool = True
    """Whether contents may be read without the message content intent."""
    is_by_bot: bool = False


@dataclass(slots=True)
class News:
    community: Community
    listeners: list[Callable[[Event], None]] = field(default_factory=list)

    def note(self, kind: str, room: str = "", **data: Any) -> None:
        """Write to the journal only."""
        self.community.world.journal.add("discord", kind, room, **data)

    def message(self, name: str, message: Message) -> None:
        """MESSAGE_CREATE or MESSAGE_UPDATE; ephemeral messages are never dispatched."""
        kind = "message" if name == "MESSAGE_CREATE" else "edited"
        self.note(
            kind, message.channel_id, id=message.id, author=message.author_id, only_for=message.only_for
        )
        if message.only_for:
            return
        data = gateway_message_json(self.community, message)
        is_open = is_open_to_bot(self.community, message)
        self._tell(name, message.channel_id, data, _messages(data), is_open=is_open, by=message.author_id)

    def deleted(self, channel: Channel, messages: list[Message]) -> None:
        for one in messages:
            self.note("deleted", channel.id, id=one.id)
        ids = [one.id for one in messages if not one.only_for]
        if not ids:
            return
        data: Json = {"channel_id": channel.id} | ({"guild_id": channel.guild_id} if channel.guild_id else {})
        name = "MESSAGE_DELETE" if len(messages) == 1 else "MESSAGE_DELETE_BULK"
        data |= {"id": ids[0]} if len(messages) == 1 else {"ids": ids}
        self._tell(name, channel.id, data, _messages(data))

    def reaction(self, message: Message, user_id: str, emoji: str, *, is_on: bool) -> None:
        self.note("reaction", message.channel_id, id=message.id, author=user_id, emoji=emoji, is_on=is_on)
        channel = self.community.channels[message.channel_id]
        data: Json = {
            "user_id": user_id,
            "channel_id": channel.id,
            "message_id": message.id,
            "emoji": emoji_json(emoji),
            "type": 0,
            "burst": False,
        }
        if channel.guild_id:
            data["guild_id"] = channel.guild_id
        if is_on:
            data["message_author_id"] = message.author_id
            if channel.guild_id and (member := self.community.members.get(user_id)):
                data["member"] = member_json(self.community, member)
        name = "MESSAGE_REACTION_ADD" if is_on else "MESSAGE_REACTION_REMOVE"
        self._tell(name, channel.id, data, _reactions(channel), by=user_id)

    def reactions_cleared(self, message: Message, emoji: str = "") -> None:
        """Every reaction went, or every one with this emoji."""
        self.note("reaction", message.channel_id, id=message.id, emoji=emoji, is_on=False)
        channel = self.community.channels[message.channel_id]
        data: Json = {"channel_id": channel.id, "message_id": message.id}
        if channel.guild_id:
            data["guild_id"] = channel.guild_id
        if emoji:
            data["emoji"] = emoji_json(emoji)
        name = "MESSAGE_REACTION_REMOVE_EMOJI" if emoji else "MESSAGE_REACTION_REMOVE_ALL"
        self._tell(name, channel.id, data, _reactions(channel))

    def channel(self, name: str, channel: Channel) -> None:
        """CHANNEL_CREATE, CHANNEL_UPDATE or CHANNEL_DELETE."""
        self.note("room", channel.id, change=name.removeprefix("CHANNEL_").lower())
        self._tell(name, channel.id, channel_json(self.community, channel), Intent.GUILDS)

    def thread(self, name: str, channel: Channel, *, is_new: bool = True) -> None:
        """THREAD_CREATE (of a new thread, or of one the bot came to), THREAD_UPDATE or THREAD_DELETE."""
        change = name.removeprefix("THREAD_").lower() if is_new else "joined"
        self.note("thread", channel.id, change=change, parent=channel.parent_id, name=channel.name)
        data = channel_json(self.community, channel)
        if name == "THREAD_CREATE" and is_new:
            data["newly_created"] = True
        if name == "THREAD_DELETE":
            data = {key: data[key] for key in ("id", "guild_id", "parent_id", "type")}
        self._tell(name, channel.id, data, Intent.GUILDS)

    def thread_members(self, channel: Channel, *, added: str = "", removed: str = "") -> None:
        if channel.thread is None:
            return
        self.note("thread", channel.id, change="members", parent=channel.parent_id, name=channel.name)
        data: Json = {
            "id": channel.id,
            "guild_id": channel.guild_id,
            "member_count": min(len(channel.thread.members), 50),
        }
        if added:
            joined = thread_member_json(channel, added)
            member = self.community.members.get(added)
            if member:
                joined |= {"member": member_json(self.community, member), "presence": None}
            data["added_members"] = [joined]
        if removed:
            data["removed_member_ids"] = [removed]
        # The bot always hears of itself; of others only with the members intent.
        about_bot = self.community.bot_id in (added, removed)
        intent = Intent.GUILDS if about_bot else Intent.MEMBERS
        self._tell("THREAD_MEMBERS_UPDATE", channel.id, data, intent)

    def member(self, name: str, member: Member) -> None:
        """GUILD_MEMBER_ADD, GUILD_MEMBER_UPDATE or GUILD_MEMBER_REMOVE."""
        self.note("room", change=name.removeprefix("GUILD_").lower(), person=member.user_id)
        guild_id = self.community.guild.id
        if name == "GUILD_MEMBER_REMOVE":
            data = {"guild_id": guild_id, "user": user_json(self.community.users[member.user_id])}
        else:
            data = member_json(self.community, member) | {"guild_id": guild_id}
        self.send(Event(name, data, Intent.MEMBERS, guild_id))

    def role(self, name: str, role: Role) -> None:
        """GUILD_ROLE_CREATE, GUILD_ROLE_UPDATE or GUILD_ROLE_DELETE."""
        self.note("room", change=name.removeprefix("GUILD_").lower(), role=role.id)
        guild_id = self.community.guild.id
        self.send(Event(name, {"guild_id": guild_id, "role": role_json(role)}, Intent.GUILDS, guild_id))

    def typing(self, channel: Channel, user_id: str) -> None:
        self.note("typing", channel.id, author=user_id)
        data: Json = {
            "channel_id": channel.id,
            "user_id": user_id,
            "timestamp": int(self.community.now().timestamp()),
        }
        if channel.guild_id:
            data |= {"guild_id": channel.guild_id}
            data["member"] = member_json(self.community, self.community.members[user_id])
        intent = Intent.DIRECT_TYPING if channel.is_dm else Intent.GUILD_TYPING
        self._tell("TYPING_START", channel.id, data, intent, by=user_id)

    def pins(self, channel: Channel) -> None:
        self.note("room", channel.id, change="pins")
        stamp = channel_json(self.community, channel).get("last_pin_timestamp")
        data: Json = {"channel_id": channel.id, "last_pin_timestamp": stamp}
        if channel.guild_id:
            data["guild_id"] = channel.guild_id
        intent = Intent.DIRECT_MESSAGES if channel.is_dm else Intent.GUILDS
        self._tell("CHANNEL_PINS_UPDATE", channel.id, data, intent)

    def send(self, event: Event) -> None:
        for listener in self.listeners:
            listener(event)

    def _tell(
        self, name: str, channel_id: str, data: Json, intent: Intent, *, is_open: bool = True, by: str = ""
    ) -> None:
        channel = self.community.channels[channel_id]
        if not can_see(self.community, self.community.bot_id, channel):
            return
        is_by_bot = by == self.community.bot_id
        self.send(Event(name, data, intent, channel.guild_id, is_open, is_by_bot))


def _messages(data: Json) -> Intent:
    return Intent.GUILD_MESSAGES if data.get("guild_id") else Intent.DIRECT_MESSAGES


def _reactions(channel: Channel) -> Intent:
    return Intent.DIRECT_REACTIONS if channel.is_dm else Intent.GUILD_REACTIONS
