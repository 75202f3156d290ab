"""chat.*: what the bot says."""

from sandbox.slack.contents import MOST_TEXT, read_content, read_metadata
from sandbox.slack.happenings import Draft
from sandbox.slack.methods.registry import Call, method
from sandbox.slack.model import ApiError, Channel, Json, Post
from sandbox.slack.objects import message_json, permalink

SCOPES = ("chat:write",)
MOST_UPDATE_TEXT = 4_000


def _asked(call: Call) -> Json:
    """The arguments that make up a message's content."""
    return {
        "text": call.arguments.get("text"),
        "blocks": call.json("blocks", "invalid_blocks_format"),
        "attachments": call.json("attachments", "invalid_attachments"),
        "markdown_text": call.arguments.get("markdown_text"),
    }


def postable_channel(call: Call, name: str) -> Channel:
    """Raises ApiError channel_not_found, is_archived, messages_tab_disabled or not_in_channel."""
    channel = call.workspace.channel_for_bot(name)
    if channel.is_archived:
        raise ApiError("is_archived")
    manifest = call.platform.manifest
    if channel.kind == "im" and not manifest.has_messages_tab:
        raise ApiError("messages_tab_disabled")
    may_speak = call.workspace.is_bot_in(channel)
    if not may_speak and (manifest.scopes is None or not manifest.has_scope("chat:write.public")):
        raise ApiError("not_in_channel")
    return channel


def _disguise(call: Call) -> Json:
    """Another name or icon makes the message a bot_message; without the scope Slack ignores the wish."""
    if not call.platform.manifest.has_scope("chat:write.customize"):
        return {}
    username, icon_emoji, icon_url = (call.text(name) for name in ("username", "icon_emoji", "icon_url"))
    if not (username or icon_emoji or icon_url):
        return {}
    icons = {"emoji": icon_emoji} if icon_emoji else {"image_48": icon_url} if icon_url else {}
    disguise: Json = {"subtype": "bot_message", "username": username or call.workspace.bot.real_name}
    return {**disguise, "icons": icons} if icons else disguise


def _links_names(call: Call) -> bool:
    return call.flag("link_names") or call.text("parse") == "full"


@method("chat.postMessage", required=("channel",), scopes=SCOPES, tier=0, is_posting=True)
def chat_post_message(call: Call) -> Json:
    channel = postable_channel(call, call.text("channel"))
    content = read_content(call.workspace, _asked(call), links_names=_links_names(call))
    thread_ts = call.text("thread_ts")
    draft = Draft(
        content.text,
        content.blocks,
        content.attachments,
        thread_ts=thread_ts,
        is_broadcast=bool(thread_ts) and call.flag("reply_broadcast"),
        metadata=read_metadata(call.json("metadata", "invalid_metadata_format")),
        extra=_disguise(call),
    )
    post = call.happenings.post(channel, call.workspace.bot.id, draft)
    return {"channel": channel.id, "ts": post.ts, "message": message_json(call.workspace, post)}


@method("chat.meMessage", required=("channel", "text"), scopes=SCOPES, is_posting=True)
def chat_me_message(call: Call) -> Json:
    channel = postable_channel(call, call.text("channel"))
    content = read_content(call.workspace, {"text": call.text("text")})
    draft = Draft(content.text, extra={"subtype": "me_message"})
    post = call.happenings.post(channel, call.workspace.bot.id, draft)
    return {"channel": channel.id, "ts": post.ts}


@method("chat.postEphemeral", required=("channel", "user"), scopes=SCOPES, tier=4, is_posting=True)
def chat_post_ephemeral(call: Call) -> Json:
    channel = postable_channel(call, call.text("channel"))
    content = read_content(call.workspace, _asked(call), links_names=_links_names(call))
    if len(call.text("text")) > MOST_TEXT:
        raise ApiError("msg_too_long")
    if call.text("user") not in channel.members:
        raise ApiError("user_not_in_channel")
    thread_ts = call.text("thread_ts")
    root = call.workspace.root(channel, thread_ts) if thread_ts else None
    body = {"text": content.text, "blocks": content.blocks, "attachments": content.attachments}
    said = {key: value for key, value in body.items() if value}
    said = {**call.platform.responses.bot_body(), **said}
    ephemeral = call.happenings.tell_privately(
        channel, call.text("user"), said, thread_ts=root.ts if root else ""
    )
    return {"message_ts": ephemeral.ts}


def _own_post(call: Call, error: str) -> tuple[Channel, Post]:
    """Raises ApiError channel_not_found, message_not_found, or the given error for somebody else's message."""
    channel = call.workspace.channel_for_bot(call.text("channel"))
    post = call.workspace.post(channel, call.text("ts"))
    if post.author != call.workspace.bot.id:
        raise ApiError(error)
    return channel, post


@method("chat.update", required=("channel", "ts"), scopes=SCOPES, is_posting=True)
def chat_update(call: Call) -> Json:
    channel, post = _own_post(call, "cant_update_message")
    if len(call.text("text")) > MOST_UPDATE_TEXT:
        raise ApiError("msg_too_long")
    content = read_content(call.workspace, _asked(call), links_names=_links_names(call))
    if "metadata" in call.arguments:
        post.metadata = read_metadata(call.json("metadata", "invalid_metadata_format"))
    changes: Json = {"text": content.text}
    is_given = {name: call.arguments.get(name) not in (None, "") for name in ("blocks", "attachments")}
    # Text alone takes the old blocks away; an argument that is not given leaves the attachments as they are.
    if is_given["blocks"] or call.text("text") or call.text("markdown_text"):
        changes["blocks"] = content.blocks or call.happenings.shown_text(content.text, is_typed=False)
    if is_given["attachments"]:
        changes["attachments"] = content.attachments or None
    call.happenings.edit(channel, post, changes)
    message = message_json(call.workspace, post)
    return {"channel": channel.id, "ts": post.ts, "text": message["text"], "message": message}


@method("chat.delete", required=("channel", "ts"), scopes=SCOPES, is_posting=True)
def chat_delete(call: Call) -> Json:
    channel, post = _own_post(call, "cant_delete_message")
    call.happenings.delete(channel, post)
    return {"channel": channel.id, "ts": post.ts}


@method("chat.getPermalink", required=("channel", "message_ts"), tier=0, accepts_json=False)
def chat_get_permalink(call: Call) -> Json:
    channel = call.workspace.channel_for_bot(call.text("channel"))
    post = call.workspace.post(channel, call.text("message_ts"))
    return {"channel": channel.id, "permalink": permalink(call.workspace, channel, post)}
