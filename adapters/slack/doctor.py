"""What `allhands doctor` says about Slack: tokens, scopes, channels, each with what to do."""

from slack_sdk.web.async_client import AsyncWebClient

from adapters import Finding, Translate
from adapters.slack.api import SDK_LOGGER, SLACK_ERRORS, TOKEN_ERRORS, Api, error_code, granted
from adapters.slack.connection import APP_ERRORS, NO_SOCKETS
from adapters.slack.manifest import SCOPES
from adapters.slack.scope import Rooms
from adapters.slack.settings import SlackSettings
from bot.core.texts import mark

_UNREACHED = mark("Check SLACK_API_URL and that this machine can reach it.")
_INVITE = mark("Invite the bot there: /invite @Allhands")


async def examine(api: Api, settings: SlackSettings, rooms: Rooms, texts: Translate) -> list[Finding]:
    """Ask Slack about everything that is set; never raises."""
    try:
        answer = await api.reading.auth_test()
    except SLACK_ERRORS as error:
        code = error_code(error)
        if code not in TOKEN_ERRORS:
            return [Finding(False, texts("Slack does not answer: {code}", code=code), texts(_UNREACHED))]
        advice = texts("Set SLACK_BOT_TOKEN to the bot token (xoxb-…) of the installed app.")
        return [Finding(False, texts("Slack bot token: {code}", code=code), advice)]
    user, team = (answer.get(key) or answer.get(f"{key}_id") or "?" for key in ("user", "team"))
    signed_in = texts("Slack: signed in as {user} in {team}", user=user, team=team)
    findings = [Finding(True, signed_in)]
    findings.append(_scopes(granted(answer), texts))
    findings.append(await _delivery(api, settings, texts))
    asked = [(rooms.staff, texts("staff space"), True)] if rooms.staff else []
    asked += [(channel, texts("support place"), True) for channel in sorted(rooms.support)]
    asked += [(channel, texts("colleagues' channel"), False) for channel in sorted(rooms.colleagues)]
    for channel, what, is_fatal in asked:
        findings.append(await _channel(api, channel, what, texts, is_fatal=is_fatal))
    return findings


def _scopes(scopes: frozenset[str] | None, texts: Translate) -> Finding:
    if scopes is None:
        return Finding(True, texts("Slack scopes: the server does not say"), is_fatal=False)
    missing = sorted(set(SCOPES) - scopes)
    if not missing:
        return Finding(True, texts("Slack scopes: all there"))
    reasons = "; ".join(f"{scope} ({texts(SCOPES[scope])})" for scope in missing)
    return Finding(
        False,
        texts("Slack scopes missing: {scopes}", scopes=", ".join(missing)),
        texts(
            "Add them under OAuth & Permissions, or update the app manifest, and reinstall the app. Without: "
            "{reasons}.",
            reasons=reasons,
        ),
        is_fatal="chat:write" in missing,
    )


async def _delivery(api: Api, settings: SlackSettings, texts: Translate) -> Finding:
    if not settings.app_token:
        if settings.signing_secret:
            return Finding(True, texts("Slack events: over HTTP"))
        advice = texts("Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET with PUBLIC_URL.")
        return Finding(False, texts("Slack events: no way in"), advice)
    client = AsyncWebClient(
        base_url=settings.api_url, session=api.session, logger=SDK_LOGGER, retry_handlers=[]
    )
    try:
        await client.apps_connections_open(app_token=settings.app_token)
    except SLACK_ERRORS as error:
        code = error_code(error)
        advice = texts("Make an app-level token (xapp-…) with connections:write and switch Socket Mode on.")
        if code in NO_SOCKETS:
            advice = texts("Leave SLACK_APP_TOKEN empty; set SLACK_SIGNING_SECRET and PUBLIC_URL.")
        elif code not in APP_ERRORS:
            advice = texts(_UNREACHED)
        return Finding(False, texts("Slack Socket Mode: {code}", code=code), advice)
    return Finding(True, texts("Slack events: Socket Mode"))


async def _channel(api: Api, channel: str, what: str, texts: Translate, *, is_fatal: bool) -> Finding:
    """Whether the bot is in a channel and can read who else is."""
    try:
        answer = await api.reading.conversations_info(channel=channel)
        found = answer.get("channel") or {}
        if not found.get("is_member", True):
            lacking = texts("Slack {what} {channel}: the bot is not in it", what=what, channel=channel)
            return Finding(False, lacking, texts(_INVITE), is_fatal)
        if found.get("is_archived"):
            archived = texts("Slack {what} {channel}: archived", what=what, channel=channel)
            return Finding(False, archived, texts("Choose another channel."), is_fatal)
        await api.reading.conversations_members(channel=channel, limit=1)
    except SLACK_ERRORS as error:
        code = error_code(error)
        is_outside = code in {"channel_not_found", "not_in_channel"}
        # Another server may not know how to look; that says nothing about the channel.
        is_fatal = is_fatal and code != "unknown_method" and not code.startswith("http_4")
        advice = texts(_INVITE) if is_outside else texts("Slack says {code}.", code=code)
        refused = texts("Slack {what} {channel}: {code}", what=what, channel=channel, code=code)
        return Finding(False, refused, advice, is_fatal)
    return Finding(True, texts("Slack {what}: #{channel}", what=what, channel=found.get("name", channel)))
