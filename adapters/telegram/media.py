"""The files that a Telegram message carries, as references that can be opened for as long as Telegram keeps them."""

from collections.abc import Mapping, Sequence
from typing import Any

from msgspec.structs import replace

from adapters.fields import amount, mapping, mappings, number, words
from adapters.telegram.hearing import PLATFORM
from bot.core.content import FileKind, FileRef, told_size
from bot.core.files import safe_name

Payload = Mapping[str, Any]

_FILES: dict[str, tuple[FileKind, str, str]] = {
    # The animation comes first: it is sent along as a document too.
    "animation": (FileKind.ANIMATION, "animation.mp4", "video/mp4"),
    "document": (FileKind.DOCUMENT, "document", "application/octet-stream"),
    "video": (FileKind.VIDEO, "video.mp4", "video/mp4"),
    "video_note": (FileKind.ROUND_VIDEO, "video_message.mp4", "video/mp4"),
    "audio": (FileKind.AUDIO, "audio.mp3", "audio/mpeg"),
    "voice": (FileKind.VOICE, "voice.ogg", "audio/ogg"),
}


def files_of(message: Payload) -> tuple[FileRef, ...]:
    """The files of one message: nearly always none or one. What has no id cannot be had and is not among them."""
    files = _files_of(message)
    return tuple(replace(one, is_hidden=True) for one in files) if message.get("has_media_spoiler") else files


def _files_of(message: Payload) -> tuple[FileRef, ...]:
    photo = mappings(message, "photo") or mappings(mapping(message, "live_photo"), "photo")
    if photo:
        return _known(_photo(photo))
    if sticker := mapping(message, "sticker"):
        return _known(_sticker(sticker))
    if paid := mappings(mapping(message, "paid_media"), "paid_media"):
        return tuple(file for medium in paid for file in files_of(medium))
    for key, (kind, name, mime) in _FILES.items():
        if found := mapping(message, key):
            return _known(_file(found, kind, name, mime))
    return ()


def own_id(file: FileRef) -> str:
    """The id under which Telegram sends it again."""
    return file.id.partition(" ")[0]


def shared_id(file: FileRef) -> str:
    """The id of what other platforms get to see: the file, or the picture that stands for it."""
    return file.id.rpartition(" ")[2]


def _known(file: FileRef) -> tuple[FileRef, ...]:
    return (file,) if file.id else ()


def _photo(sizes: Sequence[Payload]) -> FileRef:
    largest = max(
        sizes,
        key=lambda size: (number(size, "width") * number(size, "height"), number(size, "file_size")),
    )
    return _file(largest, FileKind.PICTURE, "photo.jpg", "image/jpeg")


def _sticker(sticker: Payload) -> FileRef:
    if sticker.get("is_animated"):
        return _animated_sticker(sticker)
    if sticker.get("is_video"):
        return _file(sticker, FileKind.STICKER, "sticker.webm", "video/webm")
    return _file(sticker, FileKind.STICKER, "sticker.webp", "image/webp")


def _animated_sticker(sticker: Payload) -> FileRef:
    """No other platform plays it, so there its still picture stands for it."""
    whole = _file(sticker, FileKind.STICKER, "sticker.tgs", "application/x-tgsticker")
    still = _file(mapping(sticker, "thumbnail"), FileKind.STICKER, "sticker.webp", "image/webp")
    if not (whole.id and still.id):
        return whole
    return replace(still, id=f"{whole.id} {still.id}", unique=whole.unique)


def _file(found: Payload, kind: FileKind, name: str, mime: str) -> FileRef:
    return FileRef(
        platform=PLATFORM,
        id=words(found, "file_id"),
        name=safe_name(words(found, "file_name"), name),
        kind=kind,
        mime=words(found, "mime_type") or mime,
        size_bytes=told_size(found.get("file_size")),
        seconds=amount(found, "duration"),
        unique=words(found, "file_unique_id"),
    )
