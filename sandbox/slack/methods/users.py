"""users.*"""

from sandbox.slack.methods.paging import page
from sandbox.slack.methods.registry import Call, method
from sandbox.slack.model import ApiError, Channel, Json, User
from sandbox.slack.objects import channel_json, user_json

CHANNEL_TYPES = {"public_channel": "channel", "private_channel": "group", "im": "im", "mpim": "mpim"}


def _shown(call: Call, user: User) -> Json:
    shown = user_json(call.workspace, user)
    if call.flag("include_locale"):
        shown["locale"] = user.locale
    if not call.platform.manifest.has_scope("users:read.email"):
        shown["profile"].pop("email", None)
    return shown


@method("users.info", required=("user",), scopes=("users:read",), tier=4, accepts_json=False)
def users_info(call: Call) -> Json:
    return {"user": _shown(call, call.workspace.user(call.text("user")))}


@method("users.list", scopes=("users:read",), tier=2, accepts_json=False)
def users_list(call: Call) -> Json:
    users, metadata = page(call, list(call.workspace.users.values()), default=1000)
    members = [_shown(call, user) for user in users]
    return {"members": members, "cache_ts": int(call.workspace.now()), "response_metadata": metadata}


@method("users.lookupByEmail", required=("email",), scopes=("users:read.email",), accepts_json=False)
def users_lookup_by_email(call: Call) -> Json:
    email = call.text("email").lower()
    for user in call.workspace.people():
        if user.email == email and not user.is_deleted:
            return {"user": _shown(call, user)}
    raise ApiError("users_not_found")


@method("users.getPresence", required=("user",), scopes=("users:read",), accepts_json=False)
def users_get_presence(call: Call) -> Json:
    call.workspace.user(call.text("user"))
    return {"presence": "active"}


@method("users.profile.get", scopes=("users.profile:read",), tier=4, accepts_json=False)
def users_profile_get(call: Call) -> Json:
    user = call.workspace.user(call.text("user") or call.workspace.bot.id)
    return {"profile": _shown(call, user)["profile"]}


READS_CHANNELS = ("channels:read", "groups:read", "im:read", "mpim:read")


def wanted_kinds(call: Call) -> set[str]:
    """The kinds of channels asked for; raises ApiError invalid_types, or missing_scope for one not granted."""
    names = [name.strip() for name in call.text("types", "public_channel").split(",") if name.strip()]
    if not set(names) <= set(CHANNEL_TYPES):
        raise ApiError("invalid_types")
    scopes = {"public_channel": "channels:read", "private_channel": "groups:read", "im": "im:read"}
    for name in names:
        needed = scopes.get(name, "mpim:read")
        if not call.platform.manifest.has_scope(needed):
            provided = ",".join(sorted(call.platform.manifest.scopes or ()))
            raise ApiError("missing_scope", needed=needed, provided=provided)
    return {CHANNEL_TYPES[name] for name in names}


def listed(call: Call, channels: list[Channel]) -> Json:
    kinds = wanted_kinds(call)
    without_archived = call.flag("exclude_archived")
    wanted = [one for one in channels if one.kind in kinds and not (without_archived and one.is_archived)]
    shown, metadata = page(call, wanted)
    return {
        "channels": [channel_json(call.workspace, channel, with_members=True) for channel in shown],
        "response_metadata": metadata,
    }


@method("users.conversations", scopes=READS_CHANNELS, accepts_json=False)
def users_conversations(call: Call) -> Json:
    user = call.workspace.user(call.text("user") or call.workspace.bot.id)
    channels = [one for one in call.workspace.channels.values() if user.id in one.members]
    if user.id != call.workspace.bot.id:
        # The bot hears only of the private channels and direct messages it shares with that person.
        channels = [one for one in channels if one.kind == "channel" or call.workspace.is_bot_in(one)]
    return listed(call, channels)
