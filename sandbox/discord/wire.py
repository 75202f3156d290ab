"""The people, rooms and guild as Discord writes them in JSON."""

from typing import Any

from sandbox.discord.community import Community
from sandbox.discord.model import (
    THREAD_TYPES,
    Channel,
    ChannelType,
    Json,
    Member,
    MessageType,
    Overwrite,
    Role,
    Tag,
    User,
)
from sandbox.discord.permissions import can_see
from sandbox.discord.snowflake import born_at, iso

_SYSTEM_TYPES = (MessageType.THREAD_STARTER, MessageType.THREAD_CREATED, MessageType.CHANNEL_NAME_CHANGE)
# Application flags that tell a client which privileged intents the portal has switched on.
_HAS_PRESENCES = 1 << 13
_HAS_MEMBERS = 1 << 15
_HAS_MESSAGE_CONTENT = 1 << 19


def user_json(user: User) -> Json:
    return {
        "id": user.id,
        "username": user.name,
        "discriminator": "0",
        "global_name": None if user.is_bot else user.display_name,
        "avatar": None if user.is_bot else f"{int(user.id):032x}",
        "banner": None,
        "accent_color": None,
        "avatar_decoration_data": None,
        "collectibles": None,
        "primary_guild": None,
        "bot": user.is_bot,
        "public_flags": 0,
        "flags": 0,
    }


def member_json(community: Community, member: Member, *, with_user: bool = True) -> Json:
    data: Json = {
        "roles": list(member.roles),
        "nick": member.nick,
        "avatar": None,
        "banner": None,
        "joined_at": iso(member.joined_at),
        "premium_since": None,
        "deaf": False,
        "mute": False,
        "pending": False,
        "flags": 0,
        "communication_disabled_until": None,
    }
    if with_user:
        data["user"] = user_json(community.users[member.user_id])
    return data


def role_json(role: Role) -> Json:
    data: Json = {
        "id": role.id,
        "name": role.name,
        "color": role.color,
        "colors": {"primary_color": role.color, "secondary_color": None, "tertiary_color": None},
        "hoist": False,
        "icon": None,
        "unicode_emoji": None,
        "position": role.position,
        "permissions": str(role.permissions),
        "managed": bool(role.bot_id),
        "mentionable": role.is_mentionable,
        "flags": 0,
    }
    if role.bot_id:
        data["tags"] = {"bot_id": role.bot_id}
    return data


def overwrite_json(overwrite: Overwrite) -> Json:
    return {
        "id": overwrite.id,
        "type": 1 if overwrite.is_member else 0,
        "allow": str(overwrite.allow),
        "deny": str(overwrite.deny),
    }


def tag_json(tag: Tag) -> Json:
    return {
        "id": tag.id,
        "name": tag.name,
        "moderated": tag.is_moderated,
        "emoji_id": None,
        "emoji_name": tag.emoji,
    }


def channel_json(community: Community, channel: Channel) -> Json:
    """A channel, DM or thread; a thread carries the bot's own membership when it has joined."""
    if channel.is_dm:
        return {
            "id": channel.id,
            "type": int(channel.type),
            "last_message_id": channel.last_message_id,
            "flags": 0,
            "recipients": [user_json(community.users[channel.recipient_id])],
        }
    data: Json = {
        "id": channel.id,
        "type": int(channel.type),
        "guild_id": channel.guild_id,
        "name": channel.name,
        "parent_id": channel.parent_id or None,
        "last_message_id": channel.last_message_id,
        "rate_limit_per_user": channel.slow_seconds,
        "flags": channel.flags,
    }
    if channel.pinned_at:
        data["last_pin_timestamp"] = iso(channel.pinned_at)
    return data | (_thread_part(community, channel) if channel.is_thread else _place_part(channel))


def _place_part(channel: Channel) -> Json:
    data: Json = {
        "position": channel.position,
        "topic": channel.topic,
        "nsfw": False,
        "permission_overwrites": [overwrite_json(one) for one in channel.overwrites],
        "default_auto_archive_duration": channel.default_archive_minutes,
        "default_thread_rate_limit_per_user": 0,
    }
    if channel.type is ChannelType.FORUM:
        data |= {
            "available_tags": [tag_json(tag) for tag in channel.tags],
            "default_reaction_emoji": None,
            "default_sort_order": None,
            "default_forum_layout": 0,
            "template": "",
        }
    return data


def _thread_part(community: Community, channel: Channel) -> Json:
    thread = channel.thread
    if thread is None:
        return {}
    said = [
        one for one in community.history(channel.id) if one.type not in _SYSTEM_TYPES and one.id != channel.id
    ]
    data: Json = {
        "owner_id": thread.owner_id,
        "message_count": len([one for one in said if not one.only_for]),
        "total_message_sent": thread.total_messages,
        "member_count": min(len(thread.members), 50),
        "applied_tags": list(thread.applied_tags),
        "thread_metadata": {
            "archived": thread.is_archived,
            "archive_timestamp": iso(thread.archive_changed_at),
            "auto_archive_duration": thread.auto_archive_minutes,
            "locked": thread.is_locked,
            "create_timestamp": iso(born_at(channel.id)),
        },
    }
    if channel.type is ChannelType.PRIVATE_THREAD:
        data["thread_metadata"]["invitable"] = thread.is_invitable
    if community.bot_id in thread.members:
        data["member"] = thread_member_json(channel, community.bot_id)
    return data


def thread_member_json(channel: Channel, user_id: str) -> Json:
    if channel.thread is None:
        return {}
    joined_at = channel.thread.members[user_id]
    return {
        "id": channel.id,
        "user_id": user_id,
        "join_timestamp": iso(joined_at),
        "flags": 0,
        "muted": False,
    }


def visible_channels(community: Community) -> list[Channel]:
    """The guild's rooms that the bot can see, threads left out, in their order."""
    rooms = [one for one in community.channels.values() if one.guild_id and one.type not in THREAD_TYPES]
    seen = [one for one in rooms if can_see(community, community.bot_id, one)]
    return sorted(seen, key=lambda one: one.position)


def active_threads(community: Community) -> list[Channel]:
    """The threads the bot can see that are not archived."""
    threads = [one for one in community.threads() if one.thread and not one.thread.is_archived]
    return [one for one in threads if can_see(community, community.bot_id, one)]


_AS_FOUNDED: Json = {
    "icon": None,
    "splash": None,
    "discovery_splash": None,
    "banner": None,
    "description": None,
    "home_header": None,
    "features": ["COMMUNITY", "NEWS"],
    "afk_channel_id": None,
    "afk_timeout": 300,
    "system_channel_id": None,
    "system_channel_flags": 0,
    "rules_channel_id": None,
    "public_updates_channel_id": None,
    "safety_alerts_channel_id": None,
    "widget_enabled": False,
    "widget_channel_id": None,
    "verification_level": 1,
    "default_message_notifications": 1,
    "explicit_content_filter": 2,
    "mfa_level": 0,
    "nsfw": False,
    "nsfw_level": 0,
    "incidents_data": None,
    "premium_tier": 0,
    "premium_subscription_count": 0,
    "premium_progress_bar_enabled": False,
    "preferred_locale": "en-US",
    "vanity_url_code": None,
    "application_id": None,
    "max_members": 500_000,
    "max_presences": None,
    "max_video_channel_users": 25,
    "max_stage_video_channel_users": 50,
    "region": "us-east",
    "emojis": [],
    "stickers": [],
}
"""What nobody changes about the sandbox's guild."""


def guild_json(community: Community) -> Json:
    """The guild as GET /guilds/{id} gives it, without rooms and members."""
    guild = community.guild
    roles = [role_json(role) for role in community.roles.values()]
    return _AS_FOUNDED | {"id": guild.id, "name": guild.name, "owner_id": guild.owner_id, "roles": roles}


def guild_create_json(community: Community, *, with_members: bool) -> Json:
    """The guild as the gateway first sends it; without the presence intent only the bot itself is among the members."""
    shown = list(community.members.values()) if with_members else [community.members[community.bot_id]]
    return guild_json(community) | {
        "joined_at": iso(community.members[community.bot_id].joined_at),
        "large": False,
        "unavailable": False,
        "member_count": len(community.members),
        "members": [member_json(community, member) for member in shown],
        "channels": [channel_json(community, one) for one in visible_channels(community)],
        "threads": [channel_json(community, one) for one in active_threads(community)],
        "presences": [],
        "voice_states": [],
        "stage_instances": [],
        "guild_scheduled_events": [],
        "soundboard_sounds": [],
    }


def application_flags(community: Community) -> int:
    flags = _HAS_MESSAGE_CONTENT if community.message_content_allowed else 0
    flags |= _HAS_MEMBERS if community.members_allowed else 0
    return flags | (_HAS_PRESENCES if community.presences_allowed else 0)


def application_json(community: Community) -> dict[str, Any]:
    bot = community.users[community.bot_id]
    return {
        "id": community.application_id,
        "name": bot.display_name,
        "icon": None,
        "description": "The support bot of this sandbox.",
        "summary": "",
        "type": None,
        "bot": user_json(bot),
        "bot_public": False,
        "bot_require_code_grant": False,
        "verify_key": "0" * 64,
        "flags": application_flags(community),
        "flags_new": str(application_flags(community)),
        "owner": user_json(community.users[community.guild.owner_id]),
        "team": None,
        "redirect_uris": [],
        "interactions_endpoint_url": None,
        "role_connections_verification_url": None,
        "approximate_guild_count": 1,
        "approximate_user_install_count": 0,
        "approximate_user_authorization_count": 0,
        "explicit_content_filter": 0,
        "integration_types_config": {"0": {}},
        "eligible_oauth2_scopes": ["bot", "applications.commands"],
        "hook": True,
    }
