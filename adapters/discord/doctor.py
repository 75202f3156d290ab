"""What `allhands doctor` wants to know about Discord: token, application, membership, permissions, places."""

from collections.abc import Mapping
from typing import Any

import discord
from discord.http import Route

from adapters import AdapterContext, Finding, Translate
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
from adapters.fields import mappings, whole

_CONTENT_ALLOWED = 1 << 18
_CONTENT_ALLOWED_SMALL = 1 << 19
"""The switch of bots in fewer than a hundred servers."""


async def examine(api: Api, context: AdapterContext, hearing: Hearing) -> list[Finding]:
    """Look at everything that can be seen without connecting; never raises for what Discord refuses."""
    texts = context.texts
    try:
        me = await api.me()
    except discord.LoginFailure:
        return [Finding(False, texts("Discord token"), texts(HOW_TO_RENEW))]
    except FAILURES as error:
        advice = texts(
            "Discord does not answer ({error}): check the network and DISCORD_API_URL.",
            error=type(error).__name__,
        )
        return [Finding(False, texts("Discord API"), advice)]
    signed_in = texts("Discord token: signed in as {name}", name=me.get("username", me["id"]))
    findings = [Finding(True, signed_in), *await _application(api, str(me["id"]), texts)]
    for channel in hearing.channels():
        is_staff = context.staff_space is not None and channel == context.staff_space.channel
        findings += await _channel(api, channel, str(me["id"]), texts, is_staff=is_staff)
    return findings


async def _application(api: Api, bot_id: str, texts: Translate) -> list[Finding]:
    application_id = bot_id
    findings = []
    try:
        application = await api.look_up(Route("GET", "/oauth2/applications/@me"))
    except FAILURES as error:
        advice = texts("It cannot be read ({error}).", error=type(error).__name__)
        findings.append(Finding(False, texts("Discord application"), advice, is_fatal=False))
    else:
        application_id = str(application.get("id") or bot_id)
        findings.append(_message_content(application, texts))
    link = texts("Discord invite link with the least permissions: {link}", link=invite_link(application_id))
    return [*findings, Finding(True, link)]


def _message_content(application: Mapping[str, Any], texts: Translate) -> Finding:
    flags = whole(application, "flags")
    is_allowed = bool(flags & (_CONTENT_ALLOWED | _CONTENT_ALLOWED_SMALL))
    advice = texts(
        "Switch on 'Message Content Intent' on the Bot page of the application. Without it commands, buttons, forms, "
        "direct messages and mentions work; other messages in channels and threads arrive empty, those of staff too."
    )
    what = texts("Discord message content")
    return Finding(is_allowed, what, "" if is_allowed else advice, is_fatal=False)


async def _channel(api: Api, channel_id: str, me: str, texts: Translate, *, is_staff: bool) -> list[Finding]:
    what = texts("staff space") if is_staff else texts("support place")
    try:
        route = Route("GET", "/channels/{channel_id}", channel_id=channel_id)
        channel = {**await api.look_up(route), "id": channel_id}
    except FAILURES as error:
        label = texts("Discord {what} {channel}", what=what, channel=channel_id)
        return [Finding(False, label, _unseen_advice(error, what, texts))]
    room = room_from(channel)
    label = texts("Discord {what} #{channel}", what=what, channel=room.name or channel_id)
    if room.kind not in (RoomKind.FORUM, RoomKind.TEXT):
        advice = texts("This is no forum or text channel; take the id of one of those.")
        return [Finding(False, label, advice)]
    try:
        guild = await _guild(api, room.guild, me)
    except FAILURES as error:
        advice = texts("Its server cannot be read ({error}).", error=type(error).__name__)
        return [Finding(False, label, advice, is_fatal=False)]
    rights = _rights(_granted(guild, channel, me, guild["my_roles"]), label, texts)
    return [rights, _privacy(_granted(guild, channel, "0", []), label, texts)] if is_staff else [rights]


def _unseen_advice(error: BaseException, what: str, texts: Translate) -> str:
    if isinstance(error, discord.Forbidden):
        return texts("The bot may not see it: give its role the permission 'View Channels' there.")
    if isinstance(error, discord.NotFound):
        return texts(
            "There is no such channel, or the bot is not in its server: check the id, and invite the bot ({what}).",
            what=what,
        )
    return texts("It cannot be read ({error}).", error=type(error).__name__)


async def _guild(api: Api, guild_id: str, me: str) -> dict[str, Any]:
    """The guild object, with the bot's own roles under 'my_roles'."""
    guild = await api.look_up(Route("GET", "/guilds/{guild_id}", guild_id=guild_id))
    member = await api.look_up(
        Route("GET", "/guilds/{guild_id}/members/{user_id}", guild_id=guild_id, user_id=me)
    )
    roles = member.get("roles")
    return {
        **guild,
        "id": guild_id,
        "my_roles": [str(role) for role in roles] if isinstance(roles, list) else [],
    }


def _granted(guild: Mapping[str, Any], channel: Mapping[str, Any], user: str, roles: list[str]) -> int:
    return permissions_in(
        guild_id=str(guild["id"]),
        owner_id=str(guild.get("owner_id") or ""),
        role_permissions={
            str(role.get("id")): whole(role, "permissions") for role in mappings(guild, "roles")
        },
        overwrites=overwrites_of(channel),
        user_id=user,
        user_roles=roles,
    )


def _rights(granted: int, label: str, texts: Translate) -> Finding:
    lacking = missing(granted)
    if not lacking:
        return Finding(True, texts("{place}: all permissions are there", place=label))
    wanted = "; ".join(f"'{name}' {texts(NEEDED[name][1])}" for name in lacking)
    advice = texts("Give the bot's role there: {permissions}.", permissions=wanted)
    return Finding(False, texts("{place}: permissions", place=label), advice)


def _privacy(everyone: int, label: str, texts: Translate) -> Finding:
    if not everyone & VIEW_CHANNEL:
        return Finding(True, texts("{place}: only some can see it", place=label))
    advice = texts(
        "Everyone in the server can see it, and who can see it counts as staff. Take 'View Channel' from "
        "@everyone there and give it to your support role and to the bot."
    )
    return Finding(False, texts("{place}: privacy", place=label), advice)
