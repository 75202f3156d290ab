"""reactions.* and pins.*"""

import re

from sandbox.slack.methods.registry import Call, method
from sandbox.slack.model import ApiError, Channel, Json, Post
from sandbox.slack.objects import message_json, permalink

_NAME = re.compile(r"[a-z0-9_+'-]{1,100}(?:::skin-tone-[2-6])?")
_TS = re.compile(r"\d{1,12}\.\d{6}")


def emoji_name(text: str) -> str:
    """Raises ApiError invalid_name; Slack takes the name with or without its colons."""
    name = text.strip().removeprefix(":").removesuffix(":")
    if not _NAME.fullmatch(name):
        raise ApiError("invalid_name")
    return name


def _item(call: Call) -> tuple[Channel, Post]:
    if not call.text("channel") or not call.text("timestamp"):
        raise ApiError("no_item_specified")
    channel = call.workspace.channel_for_bot(call.text("channel"))
    if not _TS.fullmatch(call.text("timestamp")):
        raise ApiError("bad_timestamp")
    return channel, call.workspace.post(channel, call.text("timestamp"))


@method("reactions.add", required=("name",), scopes=("reactions:write",))
def reactions_add(call: Call) -> Json:
    name = emoji_name(call.text("name"))
    channel, post = _item(call)
    _refuse_outsider(call, channel)
    call.happenings.react(channel, post, call.workspace.bot.id, name)
    return {}


@method("reactions.remove", required=("name",), scopes=("reactions:write",), tier=2)
def reactions_remove(call: Call) -> Json:
    name = emoji_name(call.text("name"))
    channel, post = _item(call)
    call.happenings.unreact(channel, post, call.workspace.bot.id, name)
    return {}


@method("reactions.get", scopes=("reactions:read",), accepts_json=False)
def reactions_get(call: Call) -> Json:
    channel, post = _item(call)
    message = message_json(call.workspace, post, with_metadata=False)
    message["permalink"] = permalink(call.workspace, channel, post)
    return {"type": "message", "channel": channel.id, "message": message}


def _refuse_outsider(call: Call, channel: Channel) -> None:
    if not call.workspace.is_bot_in(channel):
        raise ApiError("not_in_channel")


@method("pins.add", required=("channel",), scopes=("pins:write",), tier=2)
def pins_add(call: Call) -> Json:
    channel, post = _item(call)
    _refuse_outsider(call, channel)
    call.happenings.pin(channel, post, call.workspace.bot.id)
    return {}


@method("pins.remove", required=("channel",), scopes=("pins:write",), tier=2)
def pins_remove(call: Call) -> Json:
    channel, post = _item(call)
    call.happenings.unpin(channel, post, call.workspace.bot.id)
    return {}


@method("pins.list", required=("channel",), scopes=("pins:read",), tier=2, accepts_json=False)
def pins_list(call: Call) -> Json:
    channel = call.workspace.channel_for_bot(call.text("channel"))
    return {"items": [_pin_json(call, channel, pin) for pin in reversed(channel.pins)]}


def _pin_json(call: Call, channel: Channel, pin: Json) -> Json:
    post = channel.posts[pin["message_ts"]]
    message = {**message_json(call.workspace, post), "permalink": permalink(call.workspace, channel, post)}
    made = {"created": pin["created"], "created_by": pin["created_by"]}
    return {"type": "message", "channel": channel.id, "message": message, **made}
