"""Files in both directions: from Discord's storage in chunks, and from other platforms into an upload."""

import base64
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

import aiohttp
import discord
from discord.http import Route
from msgspec import Struct, field

from adapters import FileOpener, FileUnavailableError
from adapters.addresses import leads_to, whole
from adapters.discord.api import Api
from adapters.discord.attachments import HIDDEN, STICKER, attachments_of
from adapters.discord.errors import FAILURES
from adapters.discord.house_http import UPLOAD_TIMEOUT
from adapters.discord.settings import API_URL
from adapters.luggage import FileLostError, Packed, packed
from bot.core.content import FileRef, Loss, LostFile

MAX_DOWNLOAD_BYTES = 500 * 1024 * 1024
"""More than this nobody can have uploaded."""
DEFAULT_UPLOAD_BYTES = 10 * 1024 * 1024
"""What Discord takes for one file in a direct chat and in a server without boosts."""
CHUNK_BYTES = 64 * 1024
_HOSTS = frozenset({"cdn.discordapp.com", "media.discordapp.net"})
_FLAT = base64.b64encode(bytes([64]) * 64).decode()
"""The waveform of a voice that nobody described."""


@asynccontextmanager
async def open_attachment(api: Api, file: FileRef) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open an attachment by its message, whose fresh copy carries an address that has not expired."""
    address = whole(await _address(api, file), api.settings.api_url)
    if not _is_storage(address, api.settings.api_url):
        raise FileUnavailableError("the file does not lie on Discord")
    session = await api.plain_session()
    try:
        response = await session.get(address, timeout=UPLOAD_TIMEOUT, allow_redirects=False)
    except (aiohttp.ClientError, OSError, ValueError) as error:
        raise FileUnavailableError(type(error).__name__, is_passing=True) from error
    async with response:
        if response.status != 200:
            is_passing = response.status >= 500 or response.status == 429
            raise FileUnavailableError(f"HTTP {response.status}", is_passing=is_passing)
        yield _bounded(response)


async def _address(api: Api, file: FileRef) -> str:
    if file.id.startswith(f"{STICKER}/"):
        return _sticker_address(api, file.id)
    try:
        channel, message, attachment = file.id.split("/")
        route = Route(
            "GET", "/channels/{channel_id}/messages/{message_id}", channel_id=channel, message_id=message
        )
        data = await api.look_up(route)
    except (*FAILURES, ValueError) as error:
        is_refusal = isinstance(error, ValueError) or (
            isinstance(error, discord.HTTPException) and error.status < 500
        )
        raise FileUnavailableError(type(error).__name__, is_passing=not is_refusal) from error
    for one in attachments_of(data):
        if str(one.get("id")) == attachment:
            return str(one.get("url") or "")
    raise FileUnavailableError("the attachment was removed")


def _sticker_address(api: Api, reference: str) -> str:
    """Where stickers lie (discord.com/developers/docs/reference#image-formatting-cdn-endpoints)."""
    name = reference.partition("/")[2]
    if not name.replace(".", "").isalnum():
        raise FileUnavailableError("no sticker goes by this name")
    if api.settings.api_url.rstrip("/") == API_URL:
        host = "media.discordapp.net" if name.endswith(".gif") else "cdn.discordapp.com"
        return f"https://{host}/stickers/{name}"
    here = urlsplit(api.settings.api_url)
    return f"{here.scheme}://{here.netloc}/cdn/stickers/{name}"


def _is_storage(address: str, api_url: str) -> bool:
    """Whether it is an address of Discord's storage, or of the server that stands for Discord."""
    try:
        found = urlsplit(address)
    except ValueError:
        return False
    return (found.scheme == "https" and found.hostname in _HOSTS) or leads_to(address, api_url)


async def _bounded(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    read = 0
    try:
        async for chunk in response.content.iter_chunked(CHUNK_BYTES):
            read += len(chunk)
            if read > MAX_DOWNLOAD_BYTES:
                raise FileUnavailableError("too large", is_too_large=True)
            yield chunk
    except (aiohttp.ClientError, OSError) as error:
        raise FileUnavailableError(type(error).__name__, is_passing=True) from error


class Luggage(Struct):
    """Files that were fetched and are ready to be uploaded, and those that stay behind."""

    files: list[discord.File] = field(default_factory=list)
    packed: list[Packed] = field(default_factory=list)
    lost: list[LostFile] = field(default_factory=list)

    def all_lost(self, loss: Loss) -> list[LostFile]:
        return [*(one.lost(loss) for one in self.packed), *self.lost]

    def voice(self) -> dict[str, Any]:
        """What Discord wants to know of a voice message: how long it is and what it looks like."""
        ref = self.packed[0].ref
        return {"duration_secs": max(ref.seconds, 1.0), "waveform": ref.waveform or _FLAT}


@asynccontextmanager
async def pack(open_file: FileOpener, refs: Sequence[FileRef], limit: int) -> AsyncIterator[Luggage]:
    """Fetch the files to disk, bounded by the limit; what is too large or not to be had is left behind."""
    luggage = Luggage()
    async with AsyncExitStack() as stack:
        for ref in refs:
            try:
                found = await stack.enter_async_context(packed(ref, open_file, limit))
            except FileLostError as error:
                luggage.lost.append(error.lost)
                continue
            name = f"{HIDDEN}{found.ref.name}" if found.ref.is_hidden else found.ref.name
            file = discord.File(found.handle(), filename=name)  # type: ignore[arg-type] # IO[bytes] is one
            # The SDK keeps open what it did not open itself, and only gives it back the means to be closed.
            stack.callback(_close, file)
            luggage.packed.append(found)
            luggage.files.append(file)
        yield luggage


def _close(file: discord.File) -> None:
    file.close()
    file.fp.close()


def multipart(payload: Mapping[str, Any], files: Sequence[discord.File]) -> list[dict[str, Any]]:
    """The form fields of an upload, in the manner of `HTTPClient.request`'s `form`.

    `voice` in the payload is what there is to say of a file that is a voice message.
    """
    voice = payload.get("voice") or {}
    described = {
        **{key: value for key, value in payload.items() if key != "voice"},
        "attachments": [
            *payload.get("attachments", ()),
            *({"id": str(number), "filename": file.filename, **voice} for number, file in enumerate(files)),
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
