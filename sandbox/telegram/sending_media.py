"""Methods that post files."""

from typing import Any

from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import bad_request
from sandbox.telegram.inputs import Call, caption_content, formatted_text, list_of, target_of
from sandbox.telegram.keyboards import parse_markup
from sandbox.telegram.media import LARGEST_DOWNLOAD_BYTES, find_medium, medium_content
from sandbox.telegram.sending import Method, send
from sandbox.telegram.views import file_json, message_json

MOST_IN_ALBUM = 10
ALONE = {"document": "Document", "audio": "Audio"}
"""Kinds that cannot share an album with others."""
ALBUM_KINDS = frozenset({"photo", "video", "document", "audio"})


def _send_medium(call: Call, kind: str) -> dict[str, Any]:
    parse_markup(call.args)
    caption = formatted_text(call.state, call.args, "caption", "parse_mode", "caption_entities")
    medium = find_medium(call.state.files, call.args, kind, call.args.text(kind), call.args)
    target = target_of(call)
    content = medium_content(medium)
    if kind not in {"sticker", "video_note"}:
        content |= caption_content(call.state, caption) | caption_place(call.args)
    return message_json(call.state, send(call, target, content))


def caption_place(args: Arguments) -> dict[str, Any]:
    return {"show_caption_above_media": True} if args.flag("show_caption_above_media") else {}


def _sender(kind: str) -> Method:
    def send_this(call: Call) -> dict[str, Any]:
        return _send_medium(call, kind)

    return send_this


def media_item(call: Call, item: Any) -> tuple[str, dict[str, Any]]:
    """Kind and message fields of an InputMedia, or 400."""
    if not isinstance(item, dict):
        raise bad_request("can't parse InputMedia: expected an Object")
    fields = Arguments(item)
    kind = fields.text("type")
    if kind not in ALBUM_KINDS | {"animation"}:
        raise bad_request("can't parse InputMedia: Unsupported type specified")
    if not fields.text("media"):
        raise bad_request("can't parse InputMedia: media not found")
    caption = formatted_text(call.state, fields, "caption", "parse_mode", "caption_entities")
    medium = find_medium(call.state.files, call.args, kind, fields.text("media"), fields)
    content = medium_content(medium) | caption_content(call.state, caption)
    return kind, content | caption_place(fields)


def send_media_group(call: Call) -> list[dict[str, Any]]:
    given = call.args.structure("media", "media")
    if given is None:
        raise bad_request("there are no messages to send")
    items = [media_item(call, item) for item in list_of(given, "expected an Array of InputMedia")]
    if not items:
        raise bad_request("there are no messages to send")
    if len(items) > MOST_IN_ALBUM:
        raise bad_request("too many messages to send as an album")
    kinds = {kind for kind, _ in items}
    if not kinds <= ALBUM_KINDS:
        raise bad_request("invalid message content type")
    for kind in sorted(kinds & set(ALONE)):
        if len(kinds) > 1:
            raise bad_request(f"{ALONE[kind]} can't be mixed with other media types")
    target = target_of(call)
    album = call.state.new_album_id() if len(items) > 1 else ""
    messages = [send(call, target, content, media_group_id=album) for _, content in items]
    return [message_json(call.state, message) for message in messages]


def get_file(call: Call) -> dict[str, Any]:
    if not call.args.text("file_id"):
        raise bad_request("file_id not specified")
    stored = call.state.files.find(call.args.text("file_id"))
    if stored is None:
        raise bad_request("invalid file_id")
    if stored.size > LARGEST_DOWNLOAD_BYTES:
        raise bad_request("file is too big")
    return file_json(stored) | {"file_path": stored.path}


METHODS: dict[str, Method] = {
    "sendPhoto": _sender("photo"),
    "sendDocument": _sender("document"),
    "sendVideo": _sender("video"),
    "sendAudio": _sender("audio"),
    "sendVoice": _sender("voice"),
    "sendAnimation": _sender("animation"),
    "sendSticker": _sender("sticker"),
    "sendVideoNote": _sender("video_note"),
    "sendMediaGroup": send_media_group,
    "getFile": get_file,
}
