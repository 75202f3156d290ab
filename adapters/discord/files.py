"""Files in both directions: from Discord's storage in chunks, and from other platforms into an upload."""

import json
import tempfile
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import IO, Any

import aiohttp
import discord
from discord.http import Route

from adapters import FileOpener, FileUnavailableError
from adapters.discord.api import Api
from adapters.discord.attachments import attachments_of, safe_name
from adapters.discord.errors import FAILURES
from adapters.discord.house_http import UPLOAD_TIMEOUT
from bot.core.content import FileRef

MAX_DOWNLOAD_BYTES = 100 * 1024 * 1024
DEFAULT_UPLOAD_BYTES = 10 * 1024 * 1024
"""What Discord takes for one file in a direct chat and in a server without boosts."""
CHUNK_BYTES = 64 * 1024

TOO_LARGE = "file_too_large"
UNAVAILABLE = "file_unavailable"


@asynccontextmanager
async def open_attachment(api: Api, file: FileRef) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open an attachment by its message, whose fresh copy carries an address that has not expired."""
    address = await _address(api, file)
    session = await api.plain_session()
    try:
        response = await session.get(address, timeout=UPLOAD_TIMEOUT)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FileUnavailableError(type(error).__name__) from error
    async with response:
        if response.status != 200:
            raise FileUnavailableError(f"HTTP {response.status}")
        if (response.content_length or 0) > MAX_DOWNLOAD_BYTES:
            raise FileUnavailableError("too large")
        yield _bounded(response)


async def _address(api: Api, file: FileRef) -> str:
    try:
        channel, message, attachment = file.id.split("/")
        route = Route(
            "GET", "/channels/{channel_id}/messages/{message_id}", channel_id=channel, message_id=message
        )
        data: Mapping[str, Any] = await api.call(route)
    except (*FAILURES, ValueError) as error:
        raise FileUnavailableError(type(error).__name__) from error
    for one in attachments_of(data):
        if str(one["id"]) == attachment:
            return str(one["url"])
    raise FileUnavailableError("the attachment was removed")


async def _bounded(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    read = 0
    try:
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            read += len(chunk)
            if read > MAX_DOWNLOAD_BYTES:
                raise FileUnavailableError("too large")
            yield chunk
    except (aiohttp.ClientError, OSError) as error:
        raise FileUnavailableError(type(error).__name__) from error


@dataclass(slots=True)
class Luggage:
    """Files that were fetched and are ready to be uploaded; close it when the message is sent."""

    files: list[discord.File] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)
    left_behind: list[tuple[str, str]] = field(default_factory=list)
    """(file name, notice)."""

    def leave(self, name: str, notice: str) -> None:
        self.left_behind.append((safe_name(name), notice))
        if notice not in self.notices:
            self.notices.append(notice)

    def close(self) -> None:
        for file in self.files:
            # The SDK keeps open what it did not open itself.
            file.close()
            file.fp.close()


async def pack(open_file: FileOpener, refs: Sequence[FileRef], limit: int) -> Luggage:
    """Fetch the files to disk, bounded by the limit; what is too large or not to be had is left behind."""
    luggage = Luggage()
    try:
        for ref in refs:
            await _pack_one(open_file, ref, limit, luggage)
    except BaseException:
        luggage.close()
        raise
    return luggage


async def _pack_one(open_file: FileOpener, ref: FileRef, limit: int, luggage: Luggage) -> None:
    if ref.size_bytes > limit:
        luggage.leave(ref.name, TOO_LARGE)
        return
    spool: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - closed with the luggage
    try:
        is_whole = await _fill(spool, open_file, ref, limit)
    except FileUnavailableError:
        spool.close()
        luggage.leave(ref.name, UNAVAILABLE)
        return
    except BaseException:
        spool.close()
        raise
    if not is_whole:
        spool.close()
        luggage.leave(ref.name, TOO_LARGE)
        return
    spool.seek(0)
    luggage.files.append(discord.File(spool, filename=safe_name(ref.name)))  # type: ignore[arg-type] # IO[bytes] is one


async def _fill(spool: IO[bytes], open_file: FileOpener, ref: FileRef, limit: int) -> bool:
    """Copy the file into the spool; False when it is larger than the limit."""
    size = 0
    async with open_file(ref) as chunks:
        async for chunk in chunks:
            size += len(chunk)
            if size > limit:
                return False
            spool.write(chunk)
    return True


def multipart(payload: Mapping[str, Any], files: Sequence[discord.File]) -> list[dict[str, Any]]:
    """The form fields of an upload, in the manner of `HTTPClient.request`'s `form`."""
    described = {
        **payload,
        "attachments": [
            *payload.get("attachments", ()),
            *({"id": str(number), "filename": file.filename} for number, file in enumerate(files)),
        ],
    }
    fields: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(described)}]
    for number, file in enumerate(files):
        fields.append(
            {
                "name": f"files[{number}]",
                "value": file.fp,
                "filename": file.filename,
                "content_type": "application/octet-stream",
            }
        )
    return fields
