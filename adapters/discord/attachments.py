"""Files that people attach, and stickers, as references that survive the expiry of their addresses."""

from collections.abc import Iterator, Mapping
from typing import Any

from adapters.discord.settings import PLATFORM
from bot.core.content import FileKind, FileRef, told_size
from bot.core.files import safe_name

VOICE_MESSAGE = 1 << 13
"""The flag of a message that is nothing but a voice (discord.com/developers/docs/resources/message#message-object)."""
STICKER = "sticker"
"""The first word of the reference of a sticker: sticker/123.png."""
_LARGEST = 1 << 53
_KINDS = {"image": FileKind.PICTURE, "video": FileKind.VIDEO, "audio": FileKind.AUDIO}
_STICKER_ENDINGS = {1: "png", 2: "png", 4: "gif"}
"""By format: PNG, APNG, GIF. The third, Lottie, is a drawing in JSON that no other platform shows."""

Payload = Mapping[str, Any]


def files_of(message: Payload) -> tuple[FileRef, ...]:
    """The message's own attachments and stickers, and those of the message it forwards."""
    if not (message.get("attachments") or message.get("message_snapshots") or message.get("sticker_items")):
        return ()
    return tuple(_all(message))


def _all(message: Payload) -> Iterator[FileRef]:
    address = f"{message['channel_id']}/{message['id']}"
    for said in said_in(message):
        is_voice = bool(int(_number(said, "flags")) & VOICE_MESSAGE)
        for attachment in _objects(said, "attachments"):
            if attachment.get("id"):
                yield _file(attachment, address, is_voice=is_voice)
        for sticker in _objects(said, "sticker_items"):
            if sticker.get("id") and _ending(sticker):
                yield _sticker(sticker)


def said_in(message: Payload) -> Iterator[Payload]:
    """The message, and what it forwards."""
    yield message
    for snapshot in _objects(message, "message_snapshots"):
        if isinstance(forwarded := snapshot.get("message"), Mapping):
            yield forwarded


def attachments_of(message: Payload) -> Iterator[Payload]:
    """The attachment objects, the forwarded ones last."""
    for said in said_in(message):
        yield from _objects(said, "attachments")


def named_stickers(message: Payload) -> list[str]:
    """The names of the stickers that cannot be shown anywhere else."""
    stickers = _objects(message, "sticker_items")
    return [str(one.get("name") or "") for one in stickers if not (one.get("id") and _ending(one))]


def _ending(sticker: Payload) -> str:
    """Of the file that the sticker is; "" for one that only Discord shows."""
    return _STICKER_ENDINGS.get(int(_number(sticker, "format_type")), "")


def _objects(message: Payload, key: str) -> list[Payload]:
    value = message.get(key)
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list | tuple) else []


def _number(found: Payload, key: str) -> float:
    value = found.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float):
        return 0.0
    return float(value) if 0 < value <= _LARGEST else 0.0


def _file(attachment: Payload, address: str, *, is_voice: bool) -> FileRef:
    mime = str(attachment.get("content_type") or "application/octet-stream").partition(";")[0]
    kind = FileKind.VOICE if is_voice else _KINDS.get(mime.partition("/")[0], FileKind.DOCUMENT)
    return FileRef(
        platform=PLATFORM,
        id=f"{address}/{attachment['id']}",
        name=_name(attachment),
        kind=FileKind.ANIMATION if mime == "image/gif" else kind,
        mime=mime,
        size_bytes=told_size(attachment.get("size")),
        seconds=_number(attachment, "duration_secs"),
        waveform=str(attachment.get("waveform") or "") if is_voice else "",
    )


def _name(attachment: Payload) -> str:
    """What the person called it: of a name that Discord could not keep, the title has the words."""
    name = str(attachment.get("filename") or "")
    stem, dot, ending = name.rpartition(".")
    title = str(attachment.get("title") or "")
    if not title:
        return safe_name(name)
    return safe_name(f"{title}{dot}{ending}" if dot and stem else title, safe_name(name))


def _sticker(sticker: Payload) -> FileRef:
    ending = _ending(sticker)
    return FileRef(
        platform=PLATFORM,
        id=f"{STICKER}/{sticker['id']}.{ending}",
        name=safe_name(f"{sticker.get('name') or STICKER}.{ending}"),
        kind=FileKind.STICKER,
        mime=f"image/{ending}",
    )
