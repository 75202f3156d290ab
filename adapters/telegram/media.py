"""What a Telegram message carries besides text: files, and things that are told in words."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from adapters.telegram.hearing import PLATFORM
from adapters.telegram.names import file_name, one_line
from adapters.telegram.rich import rich_to_commonmark
from adapters.telegram.text_in import to_commonmark
from bot.core.content import FileKind, FileRef, told_size

Payload = Mapping[str, Any]

_FILES: dict[str, tuple[FileKind, str, str]] = {
    # The animation comes first: it is sent along as a document too.
    "animation": (FileKind.ANIMATION, "animation.mp4", "video/mp4"),
    "document": (FileKind.DOCUMENT, "document", "application/octet-stream"),
    "video": (FileKind.VIDEO, "video.mp4", "video/mp4"),
    "video_note": (FileKind.VIDEO, "video_message.mp4", "video/mp4"),
    "audio": (FileKind.AUDIO, "audio.mp3", "audio/mpeg"),
    "voice": (FileKind.VOICE, "voice.ogg", "audio/ogg"),
}


def files_of(message: Payload) -> tuple[FileRef, ...]:
    """The files of one message: nearly always none or one."""
    if sizes := message.get("photo") or (message.get("live_photo") or {}).get("photo"):
        return (_photo(sizes),)
    if sticker := message.get("sticker"):
        return (_sticker(sticker),)
    if paid := message.get("paid_media"):
        return tuple(file for medium in paid.get("paid_media", ()) for file in files_of(medium))
    for key, (kind, name, mime) in _FILES.items():
        if found := message.get(key):
            return (_file(found, kind, name, mime),)
    return ()


def words_of(message: Payload) -> str:
    """In CommonMark what is neither text nor file: a place, a contact, a poll; "" for service messages."""
    for key, describe in _DESCRIBED.items():
        if (found := message.get(key)) is not None:
            return describe(found)
    return ""


def _photo(sizes: Sequence[Payload]) -> FileRef:
    largest = max(
        sizes, key=lambda size: (size.get("width", 0) * size.get("height", 0), size.get("file_size", 0))
    )
    return _file(largest, FileKind.PICTURE, "photo.jpg", "image/jpeg")


def _sticker(sticker: Payload) -> FileRef:
    if sticker.get("is_animated"):
        name, mime = "sticker.tgs", "application/x-tgsticker"
    elif sticker.get("is_video"):
        name, mime = "sticker.webm", "video/webm"
    else:
        name, mime = "sticker.webp", "image/webp"
    return _file(sticker, FileKind.STICKER, name, mime)


def _file(found: Payload, kind: FileKind, name: str, mime: str) -> FileRef:
    return FileRef(
        platform=PLATFORM,
        id=str(found["file_id"]),
        name=file_name(str(found.get("file_name") or ""), name),
        kind=kind,
        mime=str(found.get("mime_type") or mime),
        size_bytes=told_size(found.get("file_size")),
    )


def _location(found: Payload) -> str:
    latitude, longitude = float(found["latitude"]), float(found["longitude"])
    shown = f"{latitude:.5f}, {longitude:.5f}"
    return f"📍 [{shown}](https://www.openstreetmap.org/?mlat={latitude:.5f}&mlon={longitude:.5f})"


def _venue(found: Payload) -> str:
    names = (one_line(str(found.get(key) or "")) for key in ("title", "address"))
    return "\n".join([*(to_commonmark(name) for name in names if name), _location(found["location"])])


def _contact(found: Payload) -> str:
    name = one_line(f"{found.get('first_name', '')} {found.get('last_name') or ''}")
    return to_commonmark(f"👤 {name}, {found.get('phone_number', '')}")


def _poll(found: Payload) -> str:
    options = (to_commonmark(one_line(str(option.get("text", "")))) for option in found.get("options", ()))
    question = to_commonmark(one_line(str(found.get("question", ""))))
    return "\n".join([f"📊 {question}", *(f"▫️ {option}" for option in options)])


def _checklist(found: Payload) -> str:
    title, entities = str(found.get("title", "")), found.get("title_entities") or ()
    return "\n".join([f"📋 {_one_line(title, entities)}", "", *map(_task, found.get("tasks", ()))])


def _task(found: Payload) -> str:
    box = "[x]" if found.get("completion_date") else "[ ]"
    return f"- {box} {_one_line(str(found.get('text', '')), found.get('text_entities') or ())}"


def _one_line(text: str, entities: Sequence[Payload]) -> str:
    return to_commonmark(text.replace("\n", " "), entities)


def _titled(sign: str) -> Callable[[Payload], str]:
    return lambda found: to_commonmark(f"{sign} {one_line(str(found.get('title') or ''))}".rstrip())


def _story(found: Payload) -> str:
    chat = found.get("chat") or {}
    name = chat.get("title") or chat.get("first_name") or ""
    return to_commonmark(f"📖 {one_line(str(name))}".rstrip())


_DESCRIBED: dict[str, Callable[[Payload], str]] = {
    "rich_message": rich_to_commonmark,
    # The venue comes before the location: it is sent along as one too.
    "venue": _venue,
    "location": _location,
    "contact": _contact,
    "poll": _poll,
    "checklist": _checklist,
    "dice": lambda found: f"{found.get('emoji', '🎲')} {found.get('value', '')}".rstrip(),
    "game": _titled("🎮"),
    "invoice": _titled("🧾"),
    "story": _story,
}
