"""What a member may do in a channel, computed as Discord documents it, and which permissions the bot asks for.

https://discord.com/developers/docs/topics/permissions#permission-overwrites
"""

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from msgspec import Struct

from bot.core.texts import mark

VIEW_CHANNEL = 1 << 10
ADMINISTRATOR = 1 << 3

NEEDED: Mapping[str, tuple[int, str]] = {
    "View Channels": (VIEW_CHANNEL, mark("to see the staff forum and the support places at all")),
    "Send Messages": (1 << 11, mark("to answer, and to open a post in the staff forum")),
    "Create Public Threads": (1 << 35, mark("to give each request in a text channel a thread of its own")),
    "Send Messages in Threads": (1 << 38, mark("to speak in threads and forum posts")),
    "Embed Links": (1 << 14, mark("to show tickets as cards")),
    "Attach Files": (1 << 15, mark("to carry pictures and files both ways")),
    "Read Message History": (1 << 16, mark("to fetch what was said while the bot was away")),
    "Add Reactions": (1 << 6, mark("to mark each staff message as sent, noted or failed")),
}
"""Name in Discord's settings: (bit, why). Nothing else is asked for."""

LEAST = sum(bit for bit, _ in NEEDED.values())
_EVERYTHING = (1 << 53) - 1


class Overwrite(Struct, frozen=True):
    """What a channel grants or takes away for one role or member."""

    id: str
    is_member: bool
    allow: int
    deny: int


def overwrites_of(channel: Mapping[str, Any]) -> list[Overwrite]:
    """Read a channel object's permission overwrites."""
    return [
        Overwrite(str(one["id"]), int(one["type"]) == 1, int(one["allow"]), int(one["deny"]))
        for one in channel.get("permission_overwrites") or ()
    ]


def permissions_in(
    *,
    guild_id: str,
    owner_id: str,
    role_permissions: Mapping[str, int],
    overwrites: Iterable[Overwrite],
    user_id: str,
    user_roles: Iterable[str],
) -> int:
    """Return the bits a member has in a channel; the role of everyone has the guild's id."""
    roles = {guild_id, *user_roles}
    granted = 0
    for role in roles:
        granted |= role_permissions.get(role, 0)
    if user_id == owner_id or granted & ADMINISTRATOR:
        return _EVERYTHING
    by_id = {one.id: one for one in overwrites}
    if everyone := by_id.get(guild_id):
        granted = granted & ~everyone.deny | everyone.allow
    mine = [by_id[role] for role in roles if role != guild_id and role in by_id]
    for one in mine:
        granted &= ~one.deny
    for one in mine:
        granted |= one.allow
    if own := by_id.get(user_id):
        granted = granted & ~own.deny | own.allow
    # Who cannot see a channel can do nothing in it.
    return granted if granted & VIEW_CHANNEL else 0


def missing(granted: int) -> list[str]:
    """The names of what the bot needs and does not have."""
    return [name for name, (bit, _) in NEEDED.items() if not granted & bit]


def invite_link(application_id: str) -> str:
    """The address that adds the bot to a server with the least permissions it can work with."""
    query = {"client_id": application_id, "permissions": str(LEAST), "scope": "bot applications.commands"}
    return f"https://discord.com/oauth2/authorize?{urlencode(query)}"
