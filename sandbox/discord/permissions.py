"""Who may do what where: roles, channel overwrites, threads and DMs, computed as Discord documents it."""

from enum import IntFlag

from sandbox.discord.community import Community
from sandbox.discord.errors import MISSING_ACCESS, MISSING_PERMISSIONS, ApiError
from sandbox.discord.model import Channel, ChannelType


class Permission(IntFlag):
    ADMINISTRATOR = 1 << 3
    MANAGE_CHANNELS = 1 << 4
    ADD_REACTIONS = 1 << 6
    VIEW_CHANNEL = 1 << 10
    SEND_MESSAGES = 1 << 11
    SEND_TTS_MESSAGES = 1 << 12
    MANAGE_MESSAGES = 1 << 13
    EMBED_LINKS = 1 << 14
    ATTACH_FILES = 1 << 15
    SEND_VOICE_MESSAGES = 1 << 46
    READ_MESSAGE_HISTORY = 1 << 16
    MENTION_EVERYONE = 1 << 17
    USE_EXTERNAL_EMOJIS = 1 << 18
    MANAGE_ROLES = 1 << 28
    USE_APPLICATION_COMMANDS = 1 << 31
    MANAGE_THREADS = 1 << 34
    CREATE_PUBLIC_THREADS = 1 << 35
    CREATE_PRIVATE_THREADS = 1 << 36
    SEND_MESSAGES_IN_THREADS = 1 << 38
    PIN_MESSAGES = 1 << 51


ALL = Permission((1 << 53) - 1)
NOTHING = Permission(0)
_P = Permission
EVERYONE = (
    _P.ADD_REACTIONS | _P.VIEW_CHANNEL | _P.SEND_MESSAGES | _P.EMBED_LINKS | _P.ATTACH_FILES
    | _P.READ_MESSAGE_HISTORY | _P.USE_EXTERNAL_EMOJIS | _P.USE_APPLICATION_COMMANDS
    | _P.CREATE_PUBLIC_THREADS | _P.SEND_MESSAGES_IN_THREADS | _P.SEND_VOICE_MESSAGES
)  # fmt: skip
SUPPORT = EVERYONE | _P.MANAGE_MESSAGES | _P.MANAGE_THREADS | _P.CREATE_PRIVATE_THREADS | _P.PIN_MESSAGES
BOT = SUPPORT | _P.MENTION_EVERYONE
IN_A_DM = (
    _P.ADD_REACTIONS | _P.VIEW_CHANNEL | _P.SEND_MESSAGES | _P.EMBED_LINKS | _P.ATTACH_FILES
    | _P.READ_MESSAGE_HISTORY | _P.MENTION_EVERYONE | _P.USE_EXTERNAL_EMOJIS | _P.USE_APPLICATION_COMMANDS
    | _P.PIN_MESSAGES | _P.SEND_VOICE_MESSAGES
)  # fmt: skip
# What is worth nothing to somebody who may not send at all.
_NEEDS_SENDING = _P.MENTION_EVERYONE | _P.SEND_TTS_MESSAGES | _P.ATTACH_FILES | _P.EMBED_LINKS


def in_guild(community: Community, user_id: str) -> Permission:
    """What a member may do before any channel says otherwise; nothing for a stranger."""
    member = community.members.get(user_id)
    if member is None:
        return NOTHING
    if user_id == community.guild.owner_id:
        return ALL
    granted = community.roles[community.guild.id].permissions
    for role_id in member.roles:
        granted |= community.roles[role_id].permissions
    return ALL if granted & Permission.ADMINISTRATOR else Permission(granted)


def in_channel(community: Community, user_id: str, channel: Channel) -> Permission:
    """What this user may do in this channel, DM or thread."""
    if channel.is_dm:
        return IN_A_DM if user_id in (channel.recipient_id, community.bot_id) else NOTHING
    granted = in_guild(community, user_id)
    if granted == ALL:
        return ALL
    lawgiver = community.channels[channel.parent_id] if channel.is_thread else channel
    granted = _overwritten(community, user_id, lawgiver, granted)
    if not granted & Permission.VIEW_CHANNEL or not _is_let_into(channel, user_id, granted):
        return NOTHING
    sending = Permission.SEND_MESSAGES_IN_THREADS if channel.is_thread else Permission.SEND_MESSAGES
    return granted if granted & sending else granted & ~_NEEDS_SENDING


def _overwritten(community: Community, user_id: str, channel: Channel, granted: Permission) -> Permission:
    if not channel.overwrites:
        return granted
    everyone = [one for one in channel.overwrites if one.id == community.guild.id]
    roles = community.members[user_id].roles
    mine = [one for one in channel.overwrites if not one.is_member and one.id in roles]
    personal = [one for one in channel.overwrites if one.is_member and one.id == user_id]
    for layer in (everyone, mine, personal):
        for one in layer:
            granted &= ~Permission(one.deny)
        for one in layer:
            granted |= Permission(one.allow)
    return granted


def _is_let_into(channel: Channel, user_id: str, granted: Permission) -> bool:
    if channel.type is not ChannelType.PRIVATE_THREAD or channel.thread is None:
        return True
    return user_id in channel.thread.members or bool(granted & Permission.MANAGE_THREADS)


def can_see(community: Community, user_id: str, channel: Channel) -> bool:
    return bool(in_channel(community, user_id, channel) & Permission.VIEW_CHANNEL)


def demand(community: Community, user_id: str, channel: Channel, needed: Permission = NOTHING) -> None:
    """Raise Missing Access (50001) when the channel is out of sight, Missing Permissions (50013) for the rest."""
    granted = in_channel(community, user_id, channel)
    if not granted & Permission.VIEW_CHANNEL:
        raise ApiError(MISSING_ACCESS)
    if granted & needed != needed:
        raise ApiError(MISSING_PERMISSIONS)
