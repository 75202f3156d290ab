"""How Slack writes its things as JSON: users, channels, messages, files and views."""

from typing import Any
from urllib.parse import quote

from sandbox.slack.model import Channel, Json, Post, StoredFile, User, View
from sandbox.slack.workspace import Workspace

FILE_TYPES = {
    "text/plain": ("text", "Plain Text"),
    "text/csv": ("csv", "CSV"),
    "text/html": ("html", "HTML"),
    "application/json": ("json", "JSON"),
    "application/pdf": ("pdf", "PDF"),
    "application/zip": ("zip", "Zip"),
    "image/png": ("png", "PNG"),
    "image/jpeg": ("jpg", "JPEG"),
    "image/gif": ("gif", "GIF"),
    "image/webp": ("webp", "WebP"),
    "audio/mpeg": ("mp3", "MP3"),
    "audio/ogg": ("ogg", "OGG"),
    "video/mp4": ("mp4", "MPEG 4 Video"),
}


def _profile(workspace: Workspace, user: User) -> Json:
    profile: Json = {
        "title": user.about,
        "real_name": user.real_name,
        "real_name_normalized": user.real_name,
        "display_name": user.display_name,
        "display_name_normalized": user.display_name,
        "first_name": user.display_name,
        "last_name": user.real_name.partition(" ")[2],
        "status_text": "",
        "status_emoji": "",
        "avatar_hash": "g" + user.id.lower(),
        **{
            f"image_{size}": f"https://avatars.slack-edge.com/{user.id}_{size}.png"
            for size in (24, 48, 72, 192)
        },
        "team": workspace.team_id,
    }
    if user.is_bot:
        profile |= {"bot_id": user.bot_id, "api_app_id": workspace.app_id, "always_active": True}
    else:
        profile["email"] = user.email
    return profile


def user_json(workspace: Workspace, user: User) -> Json:
    shown: Json = {
        "id": user.id,
        "team_id": workspace.team_id,
        "name": user.handle,
        "deleted": user.is_deleted,
        "real_name": user.real_name,
        "profile": _profile(workspace, user),
        "is_bot": user.is_bot,
        "is_app_user": False,
        "updated": 1_700_000_000,
    }
    if not user.is_deleted:
        shown |= {
            "color": "9f69e7",
            "tz": "Europe/Amsterdam",
            "tz_label": "Central European Time",
            "tz_offset": 3600,
            "is_admin": False,
            "is_owner": False,
            "is_primary_owner": False,
            "is_restricted": False,
            "is_ultra_restricted": False,
            "is_email_confirmed": True,
            "who_can_share_contact_card": "EVERYONE",
        }
    return shown


def bot_profile(workspace: Workspace) -> Json:
    bot = workspace.bot
    return {
        "id": bot.bot_id,
        "deleted": False,
        "name": bot.real_name,
        "updated": 1_700_000_000,
        "app_id": workspace.app_id,
        "user_id": bot.id,
        "icons": {f"image_{size}": f"https://a.slack-edge.com/bot_{size}.png" for size in (36, 48, 72)},
        "team_id": workspace.team_id,
    }


def _im_json(workspace: Workspace, channel: Channel) -> Json:
    return {
        "id": channel.id,
        "created": channel.created,
        "is_archived": channel.is_archived,
        "is_im": True,
        "is_org_shared": False,
        "context_team_id": workspace.team_id,
        "updated": channel.created * 1000,
        "user": channel.person,
        "is_user_deleted": workspace.users[channel.person].is_deleted,
        "priority": 0,
    }


def channel_json(workspace: Workspace, channel: Channel, *, with_members: bool = False) -> Json:
    if channel.kind == "im":
        return _im_json(workspace, channel)
    shown: Json = {
        "id": channel.id,
        "name": channel.name,
        "name_normalized": channel.name,
        "is_channel": channel.kind == "channel",
        "is_group": channel.kind == "group",
        "is_im": False,
        "is_mpim": False,
        "is_private": channel.kind == "group",
        "created": channel.created,
        "creator": "USLACKBOT",
        "is_archived": channel.is_archived,
        "is_general": False,
        "unlinked": 0,
        "is_shared": False,
        "is_org_shared": False,
        "is_ext_shared": False,
        "is_pending_ext_shared": False,
        "pending_shared": [],
        "context_team_id": workspace.team_id,
        "shared_team_ids": [workspace.team_id],
        "updated": channel.created * 1000,
        "is_member": workspace.is_bot_in(channel),
        "topic": {"value": channel.topic, "creator": "", "last_set": 0},
        "purpose": {"value": channel.purpose, "creator": "", "last_set": 0},
        "previous_names": [],
    }
    if with_members:
        shown["num_members"] = len(channel.members)
    return shown


def message_json(workspace: Workspace, post: Post, *, with_metadata: bool = True) -> Json:
    """The message as history shows it: with its thread's counters, its reactions and its pins."""
    shown = dict(post.body)
    channel = workspace.channels[post.channel]
    if post.thread_ts:
        shown["thread_ts"] = post.thread_ts
        shown["parent_user_id"] = channel.posts[post.thread_ts].author
    elif post.replies:
        shown |= thread_counters(workspace, channel, post)
    if post.reactions:
        shown["reactions"] = [
            {"name": name, "users": list(users), "count": len(users)}
            for name, users in post.reactions.items()
        ]
    if any(pin["message_ts"] == post.ts for pin in channel.pins):
        shown["pinned_to"] = [channel.id]
    if with_metadata and post.metadata is not None:
        shown["metadata"] = post.metadata
    return shown


def thread_counters(workspace: Workspace, channel: Channel, root: Post) -> Json:
    authors = list(dict.fromkeys(post.author for post in workspace.replies(channel, root)))
    return {
        "thread_ts": root.ts,
        "reply_count": len(root.replies),
        "reply_users_count": len(authors),
        "latest_reply": root.replies[-1],
        "reply_users": authors[:5],
        "is_locked": False,
        "subscribed": workspace.bot.id in {root.author, *authors},
    }


def file_json(workspace: Workspace, file: StoredFile, address: str) -> Json:
    """The file object; `address` is where this server can be reached."""
    kind, pretty = FILE_TYPES.get(file.mime, ("binary", "Binary"))
    private = f"{address}/files-pri/{workspace.team_id}-{file.id}"
    permalink = f"https://{workspace.domain}.slack.com/files/{file.owner}/{file.id}/{quote(file.name)}"
    shown: Json = {
        "id": file.id,
        "created": file.created,
        "timestamp": file.created,
        "name": file.name,
        "title": file.title,
        "mimetype": file.mime,
        "filetype": kind,
        "pretty_type": pretty,
        "user": file.owner,
        "user_team": workspace.team_id,
        "editable": False,
        "size": len(file.content or b""),
        "mode": "hosted",
        "is_external": False,
        "external_type": "",
        "is_public": any(workspace.channels[channel].kind == "channel" for channel, _ in file.shares),
        "public_url_shared": False,
        "display_as_bot": False,
        "username": "",
        "url_private": f"{private}/{quote(file.name)}",
        "url_private_download": f"{private}/download/{quote(file.name)}",
        "media_display_type": "unknown",
        "permalink": permalink,
        "permalink_public": f"https://slack-files.com/{workspace.team_id}-{file.id}-{file.secret[:10]}",
        "has_rich_preview": False,
        "file_access": "visible",
    }
    if file.mode != "hosted":
        shown |= _elsewhere(file)
    if file.subtype:
        shown |= {"subtype": file.subtype, "duration_ms": round(file.seconds * 1000), "mode": "hosted"}
    if file.alt_text:
        shown["alt_txt"] = file.alt_text
    return shown


def _elsewhere(file: StoredFile) -> Json:
    """The keys by which canvases, lists and files of other services differ."""
    if file.mode == "external":
        url = {"url_private": file.external_url, "external_url": file.external_url}
        return {"mode": "external", "is_external": True, "external_type": "gdrive", **url}
    filetype, mime, pretty = {
        "quip": ("quip", "application/vnd.slack-docs", "Canvas"),
        "list": ("list", "application/vnd.slack-list", "List"),
    }[file.mode]
    return {"mode": file.mode, "filetype": filetype, "mimetype": mime, "pretty_type": pretty}


def file_with_shares(workspace: Workspace, file: StoredFile, address: str) -> Json:
    """The file object of files.info, which also says where the file was shared."""
    shown = file_json(workspace, file, address)
    shares: dict[str, dict[str, list[Json]]] = {}
    by_kind: dict[str, list[str]] = {"channels": [], "groups": [], "ims": []}
    for channel_id, ts in file.shares:
        channel = workspace.channels[channel_id]
        by_kind[{"channel": "channels", "group": "groups", "im": "ims"}[channel.kind]].append(channel_id)
        visibility = "public" if channel.kind == "channel" else "private"
        share: Json = {"ts": ts, "channel_name": channel.name, "team_id": workspace.team_id}
        if (post := channel.posts.get(ts)) is not None and post.thread_ts:
            share["thread_ts"] = post.thread_ts
        shares.setdefault(visibility, {}).setdefault(channel_id, []).append(share)
    return {**shown, "shares": shares, **by_kind, "comments_count": 0}


def view_json(workspace: Workspace, view: View, *, state: Json | None = None) -> Json:
    """The view object with every field Slack adds to what the app sent."""
    payload = view.payload
    shown: Json = {
        "id": view.id,
        "team_id": workspace.team_id,
        "type": payload["type"],
        "blocks": payload["blocks"],
        "private_metadata": payload.get("private_metadata", ""),
        "callback_id": payload.get("callback_id", ""),
        "state": {"values": state or {}},
        "hash": view.hash,
        "title": payload.get("title") or {"type": "plain_text", "text": "View Title", "emoji": True},
        "clear_on_close": bool(payload.get("clear_on_close", False)),
        "notify_on_close": bool(payload.get("notify_on_close", False)),
        "close": payload.get("close"),
        "submit": payload.get("submit"),
        "previous_view_id": view.previous_id or None,
        "root_view_id": view.root_id,
        "app_id": workspace.app_id,
        "external_id": view.external_id,
        "app_installed_team_id": workspace.team_id,
        "bot_id": workspace.bot.bot_id,
    }
    if payload["type"] == "modal":
        shown["submit_disabled"] = bool(payload.get("submit_disabled", False))
    return shown


def permalink(workspace: Workspace, channel: Channel, post: Post) -> str:
    link = f"https://{workspace.domain}.slack.com/archives/{channel.id}/p{post.ts.replace('.', '')}"
    return f"{link}?thread_ts={post.thread_ts}&cid={channel.id}" if post.thread_ts else link


def with_emoji_flag(text: Any) -> Any:
    """Slack adds `emoji: true` to plain text objects that do not say."""
    if isinstance(text, dict) and text.get("type") == "plain_text":
        return {**text, "emoji": text.get("emoji", True)}
    return text
