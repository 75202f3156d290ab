"""What `allhands doctor` says about Slack: tokens, scopes, channels, each with what to do."""

from slack_sdk.errors import SlackClientError
from slack_sdk.web.async_client import AsyncWebClient

from adapters import Finding
from adapters.slack.api import SDK_LOGGER, SLACK_ERRORS, Api, error_code
from adapters.slack.manifest import SCOPES
from adapters.slack.scope import Rooms
from adapters.slack.settings import SlackSettings

_INVITE = "Invite the bot there: /invite @Allhands"


async def examine(api: Api, settings: SlackSettings, rooms: Rooms) -> list[Finding]:
    """Ask Slack about everything that is set; never raises."""
    try:
        answer = await api.reading.auth_test()
    except SLACK_ERRORS as error:
        advice = "Set SLACK_BOT_TOKEN to the bot token (xoxb-…) of the installed app."
        if not isinstance(error, SlackClientError):
            advice = "Check SLACK_API_URL and that this machine can reach it."
        return [Finding(False, f"Slack bot token: {error_code(error)}", advice)]
    findings = [Finding(True, f"Slack: signed in as {answer.get('user')} in {answer.get('team')}")]
    headers = {name.lower(): value for name, value in answer.headers.items()}
    findings.append(_scopes(str(headers.get("x-oauth-scopes") or "")))
    findings.append(await _delivery(api, settings))
    asked = [(rooms.staff, "staff space", True)] if rooms.staff else []
    asked += [(channel, "support place", True) for channel in sorted(rooms.support)]
    asked += [(channel, "colleagues' channel", False) for channel in sorted(rooms.colleagues)]
    findings += [await _channel(api, channel, what, is_fatal=is_fatal) for channel, what, is_fatal in asked]
    return findings


def _scopes(granted: str) -> Finding:
    if not granted:
        return Finding(True, "Slack scopes: the server does not say", is_fatal=False)
    missing = sorted(set(SCOPES) - {scope.strip() for scope in granted.split(",")})
    if not missing:
        return Finding(True, "Slack scopes: all there")
    reasons = "; ".join(f"{scope} ({SCOPES[scope]})" for scope in missing)
    return Finding(
        False,
        f"Slack scopes missing: {', '.join(missing)}",
        f"Add them under OAuth & Permissions, or update the app manifest, and reinstall the app. Without: {reasons}.",
        is_fatal="chat:write" in missing,
    )


async def _delivery(api: Api, settings: SlackSettings) -> Finding:
    if not settings.app_token:
        is_set = bool(settings.signing_secret)
        advice = (
            "" if is_set else "Set SLACK_APP_TOKEN (Socket Mode) or SLACK_SIGNING_SECRET with PUBLIC_URL."
        )
        return Finding(is_set, "Slack events: over HTTP" if is_set else "Slack events: no way in", advice)
    client = AsyncWebClient(
        base_url=settings.api_url, session=api.session, logger=SDK_LOGGER, retry_handlers=[]
    )
    try:
        await client.apps_connections_open(app_token=settings.app_token)
    except SLACK_ERRORS as error:
        advice = "Make an app-level token (xapp-…) with connections:write and switch Socket Mode on."
        return Finding(False, f"Slack Socket Mode: {error_code(error)}", advice)
    return Finding(True, "Slack events: Socket Mode")


async def _channel(api: Api, channel: str, what: str, *, is_fatal: bool = True) -> Finding:
    """Whether the bot is in a channel and can read who else is."""
    try:
        answer = await api.reading.conversations_info(channel=channel)
        found = answer.get("channel") or {}
        if not found.get("is_member", True):
            return Finding(False, f"Slack {what} {channel}: the bot is not in it", _INVITE, is_fatal)
        if found.get("is_archived"):
            return Finding(False, f"Slack {what} {channel}: archived", "Choose another channel.", is_fatal)
        await api.reading.conversations_members(channel=channel, limit=1)
    except SLACK_ERRORS as error:
        code = error_code(error)
        advice = _INVITE if code in {"channel_not_found", "not_in_channel"} else f"Slack says {code}."
        return Finding(False, f"Slack {what} {channel}: {code}", advice, is_fatal)
    return Finding(True, f"Slack {what}: #{found.get('name', channel)}")
