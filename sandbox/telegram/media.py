"""Files in calls: uploaded, sent before, or behind a URL; and what Telegram makes of them."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sandbox.surface import Upload
from sandbox.telegram.arguments import Arguments
from sandbox.telegram.errors import ApiError, bad_request
from sandbox.telegram.files import FileStore
from sandbox.telegram.images import image_size
from sandbox.telegram.model import StoredFile
from sandbox.telegram.views import file_json

LARGEST_UPLOAD_BYTES = 50 * 1024 * 1024
LARGEST_PHOTO_BYTES = 10 * 1024 * 1024
LARGEST_DOWNLOAD_BYTES = 20 * 1024 * 1024
LARGEST_FETCH_BYTES = {"photo": 5 * 1024 * 1024}
"""What Telegram fetches from a URL; LARGEST_DOWNLOAD_BYTES for all other kinds."""
MOST_PHOTO_PIXELS = 10_000
"""Width and height together."""
USUAL_MIME = {
    "photo": "image/jpeg",
    "video": "video/mp4",
    "audio": "audio/mpeg",
    "voice": "audio/ogg",
    "animation": "video/mp4",
    "sticker": "image/webp",
    "video_note": "video/mp4",
}
NAMES = {"video_note": "video note"}


@dataclass(frozen=True, slots=True)
class Medium:
    """A file and the facts about it that a call gave."""

    kind: str
    stored: StoredFile
    facts: Mapping[str, Any]


def is_url(value: str) -> bool:
    return value.startswith(("http://", "https://"))


def urls_in(args: Arguments) -> list[tuple[str, str]]:
    """(kind, URL) of every file of a call that Telegram would have to fetch."""
    kinds = (*USUAL_MIME, "document")
    found = [(kind, args.text(kind)) for kind in kinds if is_url(args.text(kind))]
    media = args.structure("media", "media") if args.has("media") else None
    items = [item for item in (media if isinstance(media, list) else [media]) if isinstance(item, dict)]
    return found + [
        (str(item.get("type", "")), str(item["media"]))
        for item in items
        if is_url(str(item.get("media", "")))
    ]


def find_medium(files: FileStore, args: Arguments, kind: str, value: str, facts: Arguments) -> Medium:
    """The file that a value such as "attach://x", an id or a URL stands for, or Telegram's refusal."""
    upload = _upload(args, kind, value)
    if upload is not None:
        return Medium(kind, _store(files, kind, upload), facts.values)
    if not value:
        raise bad_request(f"there is no {NAMES.get(kind, kind)} in the request")
    known = files.find(value)
    if known is None:
        raise bad_request("wrong file identifier/HTTP URL specified")
    if known.kind != kind and not {known.kind, kind} <= {"document", "audio", "video", "animation"}:
        raise bad_request(
            f"can't use file of type {known.kind.capitalize()} as {NAMES.get(kind, kind).capitalize()}"
        )
    return Medium(kind, known, facts.values)


def _upload(args: Arguments, kind: str, value: str) -> Upload | None:
    if value.startswith("attach://"):
        return args.uploads.get(value.removeprefix("attach://"))
    if is_url(value):
        return args.fetched.get(value)
    return None if value else args.uploads.get(kind)


def _store(files: FileStore, kind: str, upload: Upload) -> StoredFile:
    if not upload.content:
        raise bad_request("file must be non-empty")
    if len(upload.content) > LARGEST_UPLOAD_BYTES:
        raise ApiError(413, "Request Entity Too Large")
    if kind == "photo":
        _check_photo(upload)
    mime = upload.mime
    if not mime or mime == "application/octet-stream":
        mime = USUAL_MIME.get(kind, mime)
    return files.add(kind, upload.name, mime, upload.content)


def _check_photo(upload: Upload) -> None:
    if len(upload.content) > LARGEST_PHOTO_BYTES:
        raise bad_request("too big for a photo")
    size = image_size(upload.content)
    if size is None:
        raise bad_request("IMAGE_PROCESS_FAILED")
    width, height = size
    if width + height > MOST_PHOTO_PIXELS or max(width, height) > 20 * min(width, height):
        raise bad_request("PHOTO_INVALID_DIMENSIONS")


def medium_content(medium: Medium) -> dict[str, Any]:
    """The message fields of a file."""
    facts = Arguments(medium.facts)
    view = file_json(medium.stored)
    match medium.kind:
        case "photo":
            return _spoiler(facts, {"photo": photo_sizes(medium.stored)})
        case "video":
            return _spoiler(facts, {"video": _sized(facts, view) | _named(medium.stored)})
        case "animation":
            animation = _sized(facts, view) | _named(medium.stored)
            document = view | _named(medium.stored)
            return _spoiler(facts, {"animation": animation, "document": document})
        case "audio":
            titles = {name: facts.text(name) for name in ("performer", "title") if facts.text(name)}
            return {"audio": view | {"duration": facts.number("duration")} | titles | _named(medium.stored)}
        case "voice":
            return {"voice": view | {"duration": facts.number("duration"), "mime_type": medium.stored.mime}}
        case "video_note":
            length = facts.number("length") or 240
            return {"video_note": view | {"duration": facts.number("duration"), "length": length}}
        case "sticker":
            return {"sticker": view | _sticker(facts)}
    return {"document": view | _named(medium.stored)}


def photo_sizes(stored: StoredFile) -> list[dict[str, Any]]:
    """One size is all there is: this server does not scale pictures."""
    width, height = image_size(stored.content) or (0, 0)
    return [file_json(stored) | {"width": width, "height": height}]


def _named(stored: StoredFile) -> dict[str, Any]:
    return {"file_name": stored.name, "mime_type": stored.mime}


def _sized(facts: Arguments, view: dict[str, Any]) -> dict[str, Any]:
    width, height = facts.number("width") or 320, facts.number("height") or 240
    return view | {"width": width, "height": height, "duration": facts.number("duration")}


def _sticker(facts: Arguments) -> dict[str, Any]:
    sticker = {"type": "regular", "width": 512, "height": 512, "is_animated": False, "is_video": False}
    return sticker | ({"emoji": facts.text("emoji")} if facts.text("emoji") else {})


def _spoiler(facts: Arguments, content: dict[str, Any]) -> dict[str, Any]:
    return content | ({"has_media_spoiler": True} if facts.flag("has_spoiler") else {})


def stored_files(files: FileStore, content: Mapping[str, Any]) -> list[StoredFile]:
    """The files a message shows, largest picture only."""
    found: list[StoredFile] = []
    for kind in (*USUAL_MIME, "document"):
        view = content.get(kind)
        if kind == "document" and "animation" in content:
            continue
        view = view[-1] if isinstance(view, list) and view else view
        stored = files.find(view["file_id"]) if isinstance(view, dict) else None
        if stored is not None:
            found.append(stored)
    return found
