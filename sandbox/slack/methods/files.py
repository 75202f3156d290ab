"""files.*: what the bot uploads, in the three steps of files_upload_v2, and what it may read."""

import mimetypes
import re
import secrets
from typing import Any

from sandbox.slack.contents import read_content
from sandbox.slack.happenings import Draft
from sandbox.slack.methods.chat import postable_channel
from sandbox.slack.methods.registry import Call, method
from sandbox.slack.model import ApiError, Json, StoredFile
from sandbox.slack.objects import file_json, file_with_shares
from sandbox.slack.workspace import Workspace

MOST_BYTES = 1_000_000_000
MOST_ALT_TEXT = 1_000
_MIME = re.compile(r"[\w.+-]+/[\w.+-]+")


def new_file(workspace: Workspace, owner: str, name: str, length: int, mime: str = "") -> StoredFile:
    """A file that exists, but has no content yet; its name is made fit for an address."""
    name = re.sub(r"[/\\\x00-\x1f]", "_", name).strip(". ") or "file"
    given = mime.partition(";")[0].strip().lower()
    if not _MIME.fullmatch(given):
        given = mimetypes.guess_type(name)[0] or "application/octet-stream"
    created = int(workspace.now())
    file = StoredFile(workspace.new_id("F"), name, name, given, owner, secrets.token_hex(16), created, length)
    workspace.files[file.id] = file
    return file


@method(
    "files.getUploadURLExternal",
    required=("filename", "length"),
    scopes=("files:write",),
    tier=4,
    accepts_json=False,
)
def get_upload_url(call: Call) -> Json:
    name = call.text("filename")
    length = call.number("length", 0, most=MOST_BYTES, error="invalid_arguments")
    if length <= 0:
        raise ApiError(
            "invalid_arguments", messages=["[ERROR] must be greater than 0 [json-pointer:/length]"]
        )
    if len(call.text("alt_txt")) > MOST_ALT_TEXT:
        raise ApiError("alt_txt_too_large")
    file = new_file(call.workspace, call.workspace.bot.id, name, length)
    file.alt_text = call.text("alt_txt")
    return {"upload_url": f"{call.platform.address}/upload/v1/{file.secret}", "file_id": file.id}


@method("files.completeUploadExternal", required=("files",), scopes=("files:write",), tier=4, is_posting=True)
def complete_upload(call: Call) -> Json:
    files = _uploaded(call, call.json("files"))
    wanted = call.text("channel_id") or call.text("channels")
    names = [name.strip() for name in wanted.split(",") if name.strip()]
    thread_ts = call.text("thread_ts")
    if thread_ts and len(names) != 1:
        raise ApiError("invalid_arguments")
    channels = [postable_channel(call, name) for name in names]
    blocks = call.json("blocks", "invalid_blocks_format") if not call.text("initial_comment") else None
    asked = {"text": call.text("initial_comment"), "blocks": blocks}
    content = read_content(call.workspace, asked, may_be_empty=True)
    for file in files:
        file.is_complete = True
    for channel in channels:
        draft = Draft(content.text, content.blocks, [], tuple(files), thread_ts)
        call.happenings.post(channel, call.workspace.bot.id, draft)
    return {"files": [file_with_shares(call.workspace, file, call.platform.address) for file in files]}


def _uploaded(call: Call, asked: Any) -> list[StoredFile]:
    """Raises ApiError invalid_arguments or file_not_found; a file can be completed once."""
    if not isinstance(asked, list) or not asked or not all(isinstance(one, dict) for one in asked):
        raise ApiError(
            "invalid_arguments", messages=["[ERROR] must be an array of files [json-pointer:/files]"]
        )
    files = []
    for one in asked:
        file = call.workspace.files.get(str(one.get("id")))
        if file is None or file.content is None or file.is_complete or file.owner != call.workspace.bot.id:
            raise ApiError("file_not_found")
        file.title = str(one.get("title") or file.name)
        files.append(file)
    return files


def _visible(call: Call) -> StoredFile:
    """A file of the bot's own or shared where the bot is."""
    file = call.workspace.file(call.text("file"))
    channels = [call.workspace.channels[channel] for channel, _ in file.shares]
    if file.owner != call.workspace.bot.id and not any(call.workspace.is_bot_in(one) for one in channels):
        raise ApiError("file_not_found")
    return file


@method("files.info", required=("file",), scopes=("files:read",), tier=4, accepts_json=False)
def files_info(call: Call) -> Json:
    file = file_with_shares(call.workspace, _visible(call), call.platform.address)
    return {"file": file, "comments": [], "response_metadata": {"next_cursor": ""}}


@method("files.delete", required=("file",), scopes=("files:write",))
def files_delete(call: Call) -> Json:
    file = _visible(call)
    if file.owner != call.workspace.bot.id:
        raise ApiError("cant_delete_file")
    file.is_deleted, file.content = True, None
    tombstone = {"id": file.id, "mode": "tombstone"}
    for channel_id, ts in file.shares:
        channel = call.workspace.channels[channel_id]
        if (post := channel.posts.get(ts)) is not None:
            shown = [tombstone if one["id"] == file.id else one for one in post.body.get("files", [])]
            call.happenings.edit(channel, post, {"files": shown})
    return {}


@method("files.list", scopes=("files:read",), accepts_json=False)
def files_list(call: Call) -> Json:
    channel = call.text("channel")
    files = [
        file_json(call.workspace, file, call.platform.address)
        for file in call.workspace.files.values()
        if not file.is_deleted and file.shares and (not channel or channel in dict(file.shares))
    ]
    paging = {"count": 100, "total": len(files), "page": 1, "pages": 1}
    return {"files": files, "paging": paging}
