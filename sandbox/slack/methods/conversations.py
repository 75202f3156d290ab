"""conversations.*: channels and who is in them."""

from sandbox.slack.methods.paging import page
from sandbox.slack.methods.registry import Call, method
from sandbox.slack.methods.users import READS_CHANNELS, listed
from sandbox.slack.model import ApiError, Channel, Json
from sandbox.slack.objects import channel_json


def _manages(*names: str) -> tuple[str, ...]:
    return ("channels:manage", "groups:write", "im:write", "mpim:write", *names)


_INVITES = _manages("channels:write.invites", "groups:write.invites")


@method("conversations.list", scopes=READS_CHANNELS, tier=2, accepts_json=False)
def conversations_list(call: Call) -> Json:
    bot = call.workspace.bot.id
    known = [one for one in call.workspace.channels.values() if one.kind == "channel" or bot in one.members]
    return listed(call, known)


@method("conversations.info", required=("channel",), scopes=READS_CHANNELS, accepts_json=False)
def conversations_info(call: Call) -> Json:
    channel = call.workspace.channel_for_bot(call.text("channel"))
    with_members = call.flag("include_num_members")
    return {"channel": channel_json(call.workspace, channel, with_members=with_members)}


@method("conversations.members", required=("channel",), scopes=READS_CHANNELS, tier=4, accepts_json=False)
def conversations_members(call: Call) -> Json:
    channel = call.workspace.channel_for_bot(call.text("channel"))
    members, metadata = page(call, channel.members)
    return {"members": members, "response_metadata": metadata}


@method("conversations.open", scopes=_manages())
def conversations_open(call: Call) -> Json:
    channel, was_open = _opened(call)
    flags = {"no_op": True, "already_open": True} if was_open else {}
    shown = channel_json(call.workspace, channel) if call.flag("return_im") else {"id": channel.id}
    return {**flags, "channel": shown}


def _opened(call: Call) -> tuple[Channel, bool]:
    """The asked-for channel and whether it was there before."""
    if channel_id := call.text("channel"):
        return call.workspace.channel_for_bot(channel_id), True
    users = [name.strip() for name in call.text("users").split(",") if name.strip()]
    if not users:
        raise ApiError("users_list_not_supplied")
    if len(users) > 1:
        # Group messages do not exist in this workspace; Slack says the same to an app without mpim:write.
        raise ApiError("missing_scope", needed="mpim:write", provided="im:write")
    if users[0] in {call.workspace.bot.id, "USLACKBOT"}:
        raise ApiError("invalid_user_combination")
    user = call.workspace.user(users[0])
    if user.is_deleted:
        raise ApiError("user_disabled")
    was_open = f"D{user.id[1:]}" in call.workspace.channels
    if not was_open and call.flag("prevent_creation"):
        raise ApiError("channel_not_found")
    return call.workspace.dm(user.id), was_open


def _real_channel(call: Call) -> Channel:
    channel = call.workspace.channel_for_bot(call.text("channel"))
    if channel.kind == "im":
        raise ApiError("method_not_supported_for_channel_type")
    if channel.is_archived:
        raise ApiError("is_archived")
    return channel


@method("conversations.join", required=("channel",), scopes=("channels:join",))
def conversations_join(call: Call) -> Json:
    channel = _real_channel(call)
    if channel.kind != "channel":
        raise ApiError("method_not_supported_for_channel_type")
    if call.workspace.is_bot_in(channel):
        warning = {"warning": "already_in_channel", "response_metadata": {"warnings": ["already_in_channel"]}}
        return {"channel": channel_json(call.workspace, channel), **warning}
    call.happenings.join(channel, call.workspace.bot.id)
    return {"channel": channel_json(call.workspace, channel)}


@method("conversations.leave", required=("channel",), scopes=_manages("channels:write"))
def conversations_leave(call: Call) -> Json:
    channel = _real_channel(call)
    if not call.workspace.is_bot_in(channel):
        return {"not_in_channel": True}
    call.happenings.leave(channel, call.workspace.bot.id)
    return {}


@method("conversations.invite", required=("channel", "users"), scopes=_INVITES)
def conversations_invite(call: Call) -> Json:
    channel = _real_channel(call)
    if not call.workspace.is_bot_in(channel):
        raise ApiError("not_in_channel")
    users = [call.workspace.user(name.strip()) for name in call.text("users").split(",") if name.strip()]
    for user in users:
        if user.id == call.workspace.bot.id:
            raise ApiError("cant_invite_self")
        if user.id in channel.members:
            raise ApiError("already_in_channel")
    for user in users:
        call.happenings.join(channel, user.id, inviter=call.workspace.bot.id)
    return {"channel": channel_json(call.workspace, channel)}


@method("conversations.mark", required=("channel", "ts"), scopes=_manages("channels:write"))
def conversations_mark(call: Call) -> Json:
    channel = call.workspace.channel_for_bot(call.text("channel"))
    if not call.workspace.is_bot_in(channel):
        raise ApiError("not_in_channel")
    return {}
