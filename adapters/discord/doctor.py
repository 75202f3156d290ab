"""What `allhands doctor` wants to know about Discord: token, application, membership, permissions, places."""

from collections.abc import Iterator, Mapping
from typing import Any

import discord
from discord.http import Route

from adapters import AdapterContext, Finding
from adapters.discord.api import Api
from adapters.discord.errors import FAILURES
from adapters.discord.gateway import HOW_TO_RENEW
from adapters.discord.permissions import (
    NEEDED,
    VIEW_CHANNEL,
    invite_link,
    missing,
    overwrites_of,
    permissions_in,
)
from adapters.discord.rooms import Hearing, RoomKind, room_from

_CONTENT_ALLOWED = 1 << 18
_CONTENT_ALLOWED_SMALL = 1 << 19
"""The switch of bots in fewer than a hundred servers."""


async def examine(api: Api, context: AdapterContext, hearing: Hearing) -> list[Finding]:
    """Look at everything that can be seen without connecting; never raises for what Discord refuses."""
    try:
        me = await api.me()
    except discord.LoginFailure:
        return [Finding(False, "Discord token", HOW_TO_RENEW)]
    except FAILURES as error:
        advice = f"Discord does not answer ({type(error).__name__}): check the network and DISCORD_API_URL."
        return [Finding(False, "Discord API", advice)]
    findings = [Finding(True, f"Discord token: signed in as {me.get('username', me['id'])}")]
    findings += await _application(api, str(me["id"]))
    for channel in hearing.channels():
        is_staff = context.staff_space is not None and channel == context.staff_space.channel
        findings += await _channel(api, channel, str(me["id"]), is_staff=is_staff)
    return findings


async def _application(api: Api, bot_id: str) -> list[Finding]:
    application_id = bot_id
    findings = []
    try:
        application = await api.call(Route("GET", "/oauth2/applications/@me"))
    except FAILURES as error:
        findings.append(
            Finding(
                False, "Discord application", f"It cannot be read ({type(error).__name__}).", is_fatal=False
            )
        )
    else:
        application_id = str(application["id"])
        findings.append(_message_content(application))
    link = Finding(True, f"Discord invite link with the least permissions: {invite_link(application_id)}")
    return [*findings, link]


def _message_content(application: Mapping[str, Any]) -> Finding:
    flags = int(application.get("flags") or 0)
    is_allowed = bool(flags & (_CONTENT_ALLOWED | _CONTENT_ALLOWED_SMALL))
    advice = (
        "Switch on 'Message Content Intent' on the Bot page of the application. Without it commands, buttons, forms, "
        "direct messages and mentions work; other messages in channels and threads arrive empty, those of staff too."
    )
    return Finding(is_allowed, "Discord message content", "" if is_allowed else advice, is_fatal=False)


async def _channel(api: Api, channel_id: str, me: str, *, is_staff: bool) -> list[Finding]:
    label = "staff space" if is_staff else "support place"
    try:
        channel = await api.call(Route("GET", "/channels/{channel_id}", channel_id=channel_id))
    except FAILURES as error:
        return [Finding(False, f"Discord {label} {channel_id}", _unseen_advice(error, label))]
    room = room_from(channel)
    label = f"Discord {label} #{room.name or channel_id}"
    if room.kind not in (RoomKind.FORUM, RoomKind.TEXT):
        return [Finding(False, label, "This is no forum or text channel; take the id of one of those.")]
    try:
        guild = await _guild(api, room.guild, me)
    except FAILURES as error:
        return [Finding(False, label, f"Its server cannot be read ({type(error).__name__}).", is_fatal=False)]
    return [*_rights(guild, channel, me, label), *(_privacy(guild, channel, label) if is_staff else ())]


def _unseen_advice(error: BaseException, label: str) -> str:
    if isinstance(error, discord.Forbidden):
        return "The bot may not see it: give its role the permission 'View Channels' there."
    if isinstance(error, discord.NotFound):
        return f"There is no such channel, or the bot is not in its server: check the id, and invite the bot ({label})."
    return f"It cannot be read ({type(error).__name__})."


async def _guild(api: Api, guild_id: str, me: str) -> dict[str, Any]:
    """The guild object, with the bot's own roles under 'my_roles'."""
    guild = await api.call(Route("GET", "/guilds/{guild_id}", guild_id=guild_id))
    member = await api.call(
        Route("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild_id, user_id=me)
    )
    return {**guild, "my_roles": [str(role) for role in member.get("roles") or ()]}


def _granted(guild: Mapping[str, Any], channel: Mapping[str, Any], user: str, roles: list[str]) -> int:
    return permissions_in(
        guild_id=str(guild["id"]),
        owner_id=str(guild.get("owner_id") or ""),
        role_permissions={str(role["id"]): int(role.get("permissions") or 0) for role in guild["roles"]},
        overwrites=overwrites_of(channel),
        user_id=user,
        user_roles=roles,
    )


def _rights(guild: Mapping[str, Any], channel: Mapping[str, Any], me: str, label: str) -> Iterator[Finding]:
    lacking = missing(_granted(guild, channel, me, guild["my_roles"]))
    if not lacking:
        yield Finding(True, f"{label}: all permissions are there")
        return
    wanted = "; ".join(f"'{name}' {NEEDED[name][1]}" for name in lacking)
    yield Finding(False, f"{label}: permissions", f"Give the bot's role there: {wanted}.")


def _privacy(guild: Mapping[str, Any], channel: Mapping[str, Any], label: str) -> Iterator[Finding]:
    everyone = _granted(guild, channel, "0", [])
    if everyone & VIEW_CHANNEL:
        yield Finding(
            False,
            f"{label}: privacy",
            "Everyone in the server can see it, and who can see it counts as staff. Take 'View Channel' from "
            "@everyone there and give it to your support role and to the bot.",
        )
    else:
        yield Finding(True, f"{label}: only some can see it")
