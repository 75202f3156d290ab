"""Files on their way out: fetched into a spool first, so that size and kind are known before Telegram is asked."""

import io
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from tempfile import TemporaryFile
from typing import IO, Any

from telegram import (
    InputFile,
    InputMedia,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    MessageEntity,
)

from adapters import FileOpener, FileUnavailableError
from adapters.telegram.formatted import Formatted
from adapters.telegram.names import file_name
from bot.core.content import FileKind, FileRef

MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_STICKER_BYTES = 512 * 1024
_IN_MEMORY_BYTES = 1024 * 1024

METHODS = {
    FileKind.PICTURE: ("sendPhoto", "photo"),
    FileKind.VIDEO: ("sendVideo", "video"),
    FileKind.AUDIO: ("sendAudio", "audio"),
    FileKind.VOICE: ("sendVoice", "voice"),
    FileKind.ANIMATION: ("sendAnimation", "animation"),
    FileKind.STICKER: ("sendSticker", "sticker"),
    FileKind.DOCUMENT: ("sendDocument", "document"),
}
_MEDIA: dict[FileKind, type[InputMedia]] = {
    FileKind.PICTURE: InputMediaPhoto,
    FileKind.VIDEO: InputMediaVideo,
    FileKind.AUDIO: InputMediaAudio,
    FileKind.DOCUMENT: InputMediaDocument,
}
# What the Bot API takes under each method; anything else would be refused, and goes as a document.
_MIMES = {
    FileKind.PICTURE: ("image/jpeg", "image/png", "image/webp"),
    FileKind.VIDEO: ("video/mp4", "video/quicktime"),
    FileKind.AUDIO: ("audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a", "audio/m4a"),
    FileKind.VOICE: ("audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/x-m4a"),
    FileKind.ANIMATION: ("image/gif", "video/mp4"),
    FileKind.STICKER: ("image/webp", "video/webm", "application/x-tgsticker"),
}


class FileTooLargeError(Exception):
    """More than Telegram takes from a bot."""


@dataclass(frozen=True, slots=True)
class Upload:
    """A file that is ready to be sent: an id that Telegram knows, or content in memory or on disk."""

    kind: FileKind
    name: str
    file_id: str = ""
    content: bytes = b""
    spool: IO[bytes] | None = None

    def as_document(self) -> "Upload":
        return replace(self, kind=FileKind.DOCUMENT)

    def value(self, *, is_attached: bool = False) -> str | InputFile:
        """What stands for it in one call; each call reads the content from its beginning."""
        if self.file_id:
            return self.file_id
        if self.spool is None:
            return InputFile(self.content, filename=self.name, attach=is_attached)
        self.spool.seek(0)
        # The transport closes what it has sent, and a refused file is sent again in another form.
        handle = os.fdopen(os.dup(self.spool.fileno()), "rb")
        return InputFile(handle, filename=self.name, attach=is_attached, read_file_handle=False)

    def medium(self, caption: Formatted) -> InputMedia:
        """The file as one of an album."""
        more: dict[str, Any] = {}
        if caption.text:
            entities = [MessageEntity(**entity) for entity in caption.entities()]
            more = {"caption": caption.text, "caption_entities": entities}
        return _MEDIA[self.kind](media=self.value(is_attached=True), **more)


def can_share_album(uploads: Sequence[Upload]) -> bool:
    """Whether Telegram takes them as one album: at least two, pictures with videos, or all of one other kind."""
    families = {"visual" if kind in (FileKind.PICTURE, FileKind.VIDEO) else kind for kind in _kinds(uploads)}
    return len(uploads) > 1 and len(families) == 1 and _kinds(uploads) <= _MEDIA.keys()


def _kinds(uploads: Sequence[Upload]) -> set[FileKind]:
    return {upload.kind for upload in uploads}


@asynccontextmanager
async def prepared(file: FileRef, open_file: FileOpener, platform: str) -> AsyncIterator[Upload]:
    """The file, ready to be sent; raises FileTooLargeError and FileUnavailableError."""
    name = file_name(file.name, "file")
    if file.platform == platform:
        # What lies on Telegram is sent by its id, and never leaves it.
        yield Upload(file.kind, name, file_id=file.id)
        return
    if file.size_bytes > MAX_UPLOAD_BYTES:
        raise FileTooLargeError(name)
    spool = _Spool()
    try:
        async with open_file(file) as chunks:
            async for chunk in chunks:
                spool.add(chunk)
        if not spool.size:
            raise FileUnavailableError("the file is empty, and Telegram takes no empty files")
        kind = _accepted_kind(file, spool.size)
        yield Upload(kind, name, content=spool.content.getvalue(), spool=spool.file)
    finally:
        spool.close()


class _Spool:
    """Holds a small file in memory and a larger one on disk."""

    def __init__(self) -> None:
        self.size = 0
        self.content = io.BytesIO()
        self.file: IO[bytes] | None = None

    def add(self, chunk: bytes) -> None:
        """Raises FileTooLargeError."""
        self.size += len(chunk)
        if self.size > MAX_UPLOAD_BYTES:
            raise FileTooLargeError
        if self.file is None and self.size > _IN_MEMORY_BYTES:
            self.file = TemporaryFile(buffering=0)  # noqa: SIM115 - closed by close()
            self.file.write(self.content.getvalue())
            self.content = io.BytesIO()
        (self.content if self.file is None else self.file).write(chunk)

    def close(self) -> None:
        if self.file is not None:
            self.file.close()


def _accepted_kind(file: FileRef, size: int) -> FileKind:
    kind = file.kind
    mime = file.mime.partition(";")[0].strip().lower()
    if kind is FileKind.STICKER and (mime not in _MIMES[kind] or size > MAX_STICKER_BYTES):
        kind = FileKind.PICTURE
    if kind is FileKind.VOICE and mime not in _MIMES[kind]:
        kind = FileKind.AUDIO
    if kind is FileKind.PICTURE and mime == "image/gif":
        kind = FileKind.ANIMATION
    is_wrong_mime = kind in _MIMES and mime not in _MIMES[kind]
    if is_wrong_mime or (kind is FileKind.PICTURE and size > MAX_PHOTO_BYTES):
        return FileKind.DOCUMENT
    return kind
