"""Telegram's files, opened for whoever passes them on."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aiohttp
from telegram.error import TelegramError, TimedOut

from adapters import FileUnavailableError
from adapters.telegram.api import Api
from adapters.telegram.media import shared_id
from adapters.telegram.request import AiohttpRequest, FaultError, FloodError, NotReachedError
from bot.core.content import FileRef

MAX_DOWNLOAD_BYTES = 20 * 1024 * 1024
"""What the Bot API hands out (getFile)."""
_CHUNK_BYTES = 64 * 1024


@asynccontextmanager
async def opened(api: Api, transport: AiohttpRequest, file: FileRef) -> AsyncIterator[AsyncIterator[bytes]]:
    """The file's content in chunks, or of what stands for it elsewhere; raises FileUnavailableError.

    Asked for anew each time: an address is good for one hour.
    """
    if file.size_bytes > MAX_DOWNLOAD_BYTES:
        raise FileUnavailableError("Telegram hands out files of at most 20 MB", is_too_large=True)
    path = await _path(api, file)
    async with transport.download(api.file_url(path)) as answer:
        if answer is None or answer.status >= 500:
            raise FileUnavailableError("Telegram does not answer", is_passing=True)
        if answer.status != 200:
            raise FileUnavailableError("Telegram does not hand the file out")
        yield _chunks(answer)


async def _path(api: Api, file: FileRef) -> str:
    try:
        found = await api.look_up("getFile", {"file_id": shared_id(file)})
    except (NotReachedError, FaultError, TimedOut, FloodError) as error:
        raise FileUnavailableError(type(error).__name__, is_passing=True) from error
    except TelegramError as error:
        raise FileUnavailableError(str(error), is_too_large="too big" in str(error).lower()) from error
    path = str(found.get("file_path") or "")
    if not path:
        raise FileUnavailableError("Telegram does not hand the file out")
    return path


async def _chunks(answer: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.content.iter_chunked(_CHUNK_BYTES):
            yield chunk
    except (aiohttp.ClientError, TimeoutError) as error:
        # Without the cause: its address holds the token.
        raise FileUnavailableError(
            f"the download broke off: {type(error).__name__}", is_passing=True
        ) from None
