"""Files on their way out: as what Telegram takes them for, by id where they lie on Telegram already."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

from msgspec import Struct
from msgspec.structs import replace
from telegram import (
    InputFile,
    InputMedia,
    InputMediaAudio,
    InputMediaDocument,
    InputMediaPhoto,
    InputMediaVideo,
    MessageEntity,
)

from adapters import FileOpener
from adapters.luggage import Packed, lost, packed
from adapters.telegram.formatted import Formatted
from adapters.telegram.media import own_id
from bot.core.content import FileKind, FileRef, Loss, LostFile

MAX_UPLOAD_BYTES = 50 * 1024 * 1024
MAX_PHOTO_BYTES = 10 * 1024 * 1024
MAX_STICKER_BYTES = 512 * 1024

METHODS = {
    FileKind.PICTURE: ("sendPhoto", "photo"),
    FileKind.VIDEO: ("sendVideo", "video"),
    FileKind.ROUND_VIDEO: ("sendVideoNote", "video_note"),
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
SWAPPABLE = _MEDIA.keys()
"""The kinds that can take the place of another file in a message (editMessageMedia)."""
# What the Bot API takes under each method; anything else would be refused, and goes as a document.
_MIMES = {
    FileKind.PICTURE: ("image/jpeg", "image/png", "image/webp"),
    FileKind.VIDEO: ("video/mp4", "video/quicktime"),
    FileKind.AUDIO: ("audio/mpeg", "audio/mp3", "audio/mp4", "audio/x-m4a", "audio/m4a"),
    FileKind.VOICE: ("audio/ogg", "audio/opus", "audio/mpeg", "audio/mp4", "audio/x-m4a"),
    FileKind.ANIMATION: ("image/gif", "video/mp4"),
    FileKind.STICKER: ("image/webp", "video/webm", "application/x-tgsticker"),
}


BARE = frozenset({FileKind.STICKER, FileKind.ROUND_VIDEO})
"""They have no caption."""
_COVERED = frozenset({FileKind.PICTURE, FileKind.VIDEO, FileKind.ANIMATION})
_TIMED = frozenset({FileKind.VIDEO, FileKind.AUDIO, FileKind.VOICE, FileKind.ANIMATION})


class Upload(Struct, frozen=True):
    """A file that is ready to be sent: an id that Telegram knows, or content that was fetched."""

    kind: FileKind
    ref: FileRef
    file_id: str = ""
    packed: Packed | None = None

    def as_document(self) -> "Upload":
        return replace(self, kind=FileKind.DOCUMENT)

    def lost(self, loss: Loss) -> LostFile:
        return self.packed.lost(loss) if self.packed else lost(self.ref, loss)

    def value(self, *, is_attached: bool = False) -> str | InputFile:
        """What stands for it in one call; each call reads the content from its beginning."""
        if self.packed is None:
            return self.file_id
        handle = self.packed.handle()
        return InputFile(handle, filename=self.ref.name, attach=is_attached, read_file_handle=False)

    def facts(self) -> dict[str, Any]:
        """What people see of it before they open it."""
        is_told = self.packed is not None and self.kind in _TIMED and self.ref.seconds >= 1
        cover = {"has_spoiler": True} if self.ref.is_hidden and self.kind in _COVERED else {}
        return {**({"duration": round(self.ref.seconds)} if is_told else {}), **cover}

    def medium(self, caption: Formatted) -> InputMedia:
        """The file as one of an album."""
        more = self.facts()
        if caption.text:
            entities = [MessageEntity(**entity) for entity in caption.entities()]
            more |= {"caption": caption.text, "caption_entities": entities}
        return _MEDIA[self.kind](media=self.value(is_attached=True), **more)


def can_share_album(uploads: Sequence[Upload]) -> bool:
    """Whether Telegram takes them as one album: at least two, pictures with videos, or all of one other kind."""
    families = {"visual" if kind in (FileKind.PICTURE, FileKind.VIDEO) else kind for kind in _kinds(uploads)}
    return len(uploads) > 1 and len(families) == 1 and _kinds(uploads) <= _MEDIA.keys()


def _kinds(uploads: Sequence[Upload]) -> set[FileKind]:
    return {upload.kind for upload in uploads}


@asynccontextmanager
async def prepared(file: FileRef, open_file: FileOpener, platform: str) -> AsyncIterator[Upload]:
    """The file, ready to be sent; entering raises FileLostError."""
    if file.platform == platform:
        # What lies on Telegram is sent by its id, and never leaves it.
        yield Upload(file.kind, file, file_id=own_id(file))
        return
    async with packed(file, open_file, MAX_UPLOAD_BYTES) as found:
        yield Upload(_accepted_kind(found.ref, found.size_bytes), found.ref, packed=found)


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
