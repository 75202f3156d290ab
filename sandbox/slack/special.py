"""What people share on Slack besides words and uploads: canvases, lists, links to files, messages, huddles."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from sandbox.slack.happenings import Draft, Happenings
from sandbox.slack.methods.files import new_file
from sandbox.slack.model import ApiError, Json, StoredFile
from sandbox.slack.rooms import Place
from sandbox.slack.workspace import Workspace
from sandbox.surface import SurfaceError

_FIELDS: Mapping[str, tuple[str, ...]] = {
    "canvas": ("title",),
    "list": ("title",),
    "external": ("title", "url"),
    "forward": ("room", "message"),
    "huddle": (),
    "unsupported": (),
}
_MODES = {"canvas": "quip", "list": "list", "external": "external"}


def send(
    workspace: Workspace, happenings: Happenings, person: str, place: Place, content: Mapping[str, Any]
) -> str:
    """Post it and return its timestamp; SurfaceError when no client could have sent it."""
    if len(content) != 1 or next(iter(content)) not in _FIELDS:
        raise SurfaceError(f"Say one of these: {', '.join(_FIELDS)}.")
    ((kind, fields),) = content.items()
    names = _FIELDS[kind]
    if not isinstance(fields, Mapping) or set(fields) != set(names):
        raise SurfaceError(f"{kind} has these fields: {', '.join(names) or 'none'}.")
    if not all(isinstance(value, str) and value for value in fields.values()):
        raise SurfaceError(f"The fields of {kind} are texts.")
    draft = Draft("", thread_ts=place.thread_ts)
    if kind in _MODES:
        file = new_file(workspace, person, fields["title"], 0)
        file.mode, file.is_complete, file.external_url = _MODES[kind], True, fields.get("url", "")
        draft = replace(draft, files=(file,))
    elif kind == "forward":
        draft = replace(draft, attachments=[_shared(workspace, fields["room"], fields["message"])])
    elif kind == "unsupported":
        # What no documentation of today names.
        draft = replace(draft, blocks=[{"type": "tomorrow", "block_id": "t"}])
    else:
        started: Json = {"subtype": "huddle_thread", "room": {"created_by": person}}
        draft = replace(draft, text="A huddle started", extra=started)
    return happenings.post(place.channel, person, draft).ts


def _shared(workspace: Workspace, room: str, message: str) -> Json:
    """The attachment that a message is when it is shared elsewhere."""
    try:
        channel = workspace.channels[room.partition(":")[0]]
        post = workspace.post(channel, message)
    except (KeyError, ApiError):
        raise SurfaceError("There is no such message to share.") from None
    author = workspace.user(post.author)
    shared: Json = {
        "is_share": True,
        "is_msg_unfurl": True,
        "channel_id": channel.id,
        "ts": post.ts,
        "author_id": author.id,
        "author_name": author.display_name,
        "text": post.body.get("text", ""),
        "fallback": post.body.get("text", ""),
    }
    return shared | ({"files": post.body["files"]} if post.body.get("files") else {})


def delete_file(workspace: Workspace, happenings: Happenings, file: StoredFile) -> None:
    """Its owner deletes a file: a stone stands for it in every message, which is no edition of the message."""
    file.is_deleted, file.content = True, None
    stone = {"id": file.id, "mode": "tombstone"}
    for channel_id, ts in file.shares:
        channel = workspace.channels[channel_id]
        if (post := channel.posts.get(ts)) is not None:
            shown = [stone if one["id"] == file.id else one for one in post.body.get("files", [])]
            happenings.exchange_files(channel, post, shown)
