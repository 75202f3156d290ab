"""Files that people attach, as references that survive the expiry of their addresses."""

import unicodedata
from collections.abc import Iterator, Mapping
from pathlib import PurePosixPath
from typing import Any

from adapters.discord.length import clip
from adapters.discord.settings import PLATFORM
from bot.core.content import FileKind, FileRef, told_size

LONGEST_NAME = 120
_IS_VOICE_MESSAGE = 1 << 13
_KINDS = {"image": FileKind.PICTURE, "video": FileKind.VIDEO, "audio": FileKind.AUDIO}


def files_of(message: Mapping[str, Any]) -> tuple[FileRef, ...]:
    """The message's own attachments and those of the message it forwards."""
    if not (message.get("attachments") or message.get("message_snapshots")):
        return ()
    is_voice = bool(int(message.get("flags") or 0) & _IS_VOICE_MESSAGE)
    address = f"{message['channel_id']}/{message['id']}"
    return tuple(_file(one, address, is_voice=is_voice) for one in attachments_of(message))


def attachments_of(message: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The attachment objects, the forwarded ones last."""
    yield from message.get("attachments") or ()
    for snapshot in message.get("message_snapshots") or ():
        yield from snapshot["message"].get("attachments") or ()


def _file(attachment: Mapping[str, Any], address: str, *, is_voice: bool) -> FileRef:
    mime = str(attachment.get("content_type") or "application/octet-stream").partition(";")[0]
    kind = FileKind.VOICE if is_voice else _KINDS.get(mime.partition("/")[0], FileKind.DOCUMENT)
    return FileRef(
        platform=PLATFORM,
        id=f"{address}/{attachment['id']}",
        name=safe_name(str(attachment.get("filename") or "")),
        kind=FileKind.ANIMATION if mime == "image/gif" else kind,
        mime=mime,
        size_bytes=told_size(attachment.get("size")),
    )


def safe_name(name: str) -> str:
    """A file name without path parts, control or direction characters, at most 120 characters, its ending kept."""
    last = PurePosixPath(name.replace("\\", "/")).name
    visible = "".join(
        one for one in last if unicodedata.category(one) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    )
    visible = visible.strip(". ") or "file"
    path = PurePosixPath(visible)
    ending = path.suffix if len(path.suffix) <= 12 else ""
    stem = visible.removesuffix(ending)
    return clip(stem, LONGEST_NAME - len(ending)) + ending
