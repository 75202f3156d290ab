"""Files on their way from one platform to another: through a file on disk, never whole in memory.

The size has to be known before an upload begins, and what is inside before anyone is told what it is.
"""

import asyncio
import os
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from tempfile import TemporaryFile
from typing import IO

from msgspec import Struct, field
from msgspec.structs import replace

from adapters import FileOpener, FileUnavailableError, Translate
from bot.core.content import FileKind, FileRef, Loss, LostFile
from bot.core.files import SNIFFED_BYTES, name_and_size, safe_name, true_ending
from bot.core.texts import escape

TRAVELS_WITH_TEXT_BYTES = 8 * 1024 * 1024
"""Files up to this size, all together, may share a message with words; larger ones must not hold the words up."""
GIVES_UP_AFTER = 4
"""The try of sending from which on a file that cannot be uploaded is left behind, so that the lane goes on."""
_PAUSES_SECONDS = (0.5, 2.0)
_FIRST_SECONDS = 30.0
_SLOWEST_BYTES_PER_SECOND = 100_000


class FileLostError(Exception):
    """The file cannot be carried over."""

    def __init__(self, lost: LostFile) -> None:
        super().__init__(lost.loss.value)
        self.lost = lost


class Packed(Struct, frozen=True):
    """A file that was fetched and is ready to be uploaded."""

    ref: FileRef
    """Its name and kind are what its content bears out."""
    content: IO[bytes]
    size_bytes: int
    given: list[IO[bytes]] = field(default_factory=list)
    """What was handed to uploads: one that never began closes nothing."""

    def handle(self) -> IO[bytes]:
        """The content from its beginning, for one upload, which may close it."""
        self.content.seek(0)
        self.given.append(os.fdopen(os.dup(self.content.fileno()), "rb"))
        return self.given[-1]

    def lost(self, loss: Loss) -> LostFile:
        return LostFile(self.ref.name, self.size_bytes, loss)


def lost(file: FileRef, loss: Loss) -> LostFile:
    return LostFile(safe_name(file.name), file.size_bytes, loss)


def travels_with_text(files: Sequence[FileRef]) -> bool:
    """Whether words can wait for these files."""
    return sum(file.size_bytes for file in files) <= TRAVELS_WITH_TEXT_BYTES


@asynccontextmanager
async def packed(file: FileRef, open_file: FileOpener, limit_bytes: int) -> AsyncIterator[Packed]:
    """Fetch the file to disk; entering raises FileLostError, for an empty file too, which no platform takes."""
    if file.size_bytes > limit_bytes:
        raise FileLostError(lost(file, Loss.TOO_LARGE))
    with _spool(file) as content:
        size = await _fetched(file, open_file, content, limit_bytes)
        content.seek(0)
        found = Packed(_honest(file, content.read(SNIFFED_BYTES)), content, size)
        try:
            yield found
        finally:
            for handle in found.given:
                handle.close()


def _spool(file: FileRef) -> IO[bytes]:
    try:
        # Without a buffer: what is written can be read by any other handle at once.
        return TemporaryFile(buffering=0)
    except OSError as error:
        raise FileLostError(lost(file, Loss.UNAVAILABLE)) from error


async def _fetched(file: FileRef, open_file: FileOpener, content: IO[bytes], limit_bytes: int) -> int:
    """Copy it, again where that may help; the size. Raises FileLostError."""
    for pause in (*_PAUSES_SECONDS, None):
        content.seek(0)
        content.truncate()
        try:
            async with asyncio.timeout(_FIRST_SECONDS + file.size_bytes / _SLOWEST_BYTES_PER_SECOND):
                size = await _copied(file, open_file, content, limit_bytes)
        except FileUnavailableError as error:
            if error.is_passing and pause is not None:
                await asyncio.sleep(pause)
                continue
            loss = Loss.TOO_LARGE if error.is_too_large else Loss.UNAVAILABLE
            raise FileLostError(lost(file, loss)) from error
        except OSError as error:
            # It took too long, or the disk is full: the words must not suffer for it.
            raise FileLostError(lost(file, Loss.UNAVAILABLE)) from error
        if size:
            return size
        break
    raise FileLostError(lost(file, Loss.UNAVAILABLE if file.size_bytes else Loss.EMPTY))


async def _copied(file: FileRef, open_file: FileOpener, content: IO[bytes], limit_bytes: int) -> int:
    size = 0
    async with open_file(file) as chunks:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit_bytes:
                raise FileLostError(
                    replace(lost(file, Loss.TOO_LARGE), size_bytes=max(size, file.size_bytes))
                )
            _write(content, chunk)
    return size


def _write(content: IO[bytes], chunk: bytes) -> None:
    # A disk that is nearly full takes a part of it, and only then says no.
    left = memoryview(chunk)
    while left:
        left = left[content.write(left) :]


def _honest(file: FileRef, beginning: bytes) -> FileRef:
    """The file under a safe name; one whose name hides a program is a document that shows what it is."""
    name = safe_name(file.name)
    if not (ending := true_ending(name, beginning)):
        return replace(file, name=name)
    return replace(file, name=f"{name}.{ending}", kind=FileKind.DOCUMENT, mime="application/octet-stream")


def told(losses: Sequence[LostFile], texts: Translate) -> str:
    """In CommonMark, a line for each file that did not come along: there was one, how large, and why it is not here."""
    return "\n".join(escape(_line(one, texts)) for one in losses)


def _line(one: LostFile, texts: Translate) -> str:
    named = name_and_size(one)
    match one.loss:
        case Loss.TOO_LARGE:
            return texts("📎 {file} is not here: it is too large to be passed on.", file=named)
        case Loss.UNAVAILABLE:
            return texts("📎 {file} is not here: it could not be fetched.", file=named)
        case Loss.EMPTY:
            return texts("📎 {file} is not here: it is empty.", file=named)
        case Loss.REFUSED:
            return texts("📎 {file} is not here: this chat does not take it.", file=named)
