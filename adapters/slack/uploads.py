"""Files in and out: opened with the bot's token, uploaded in Slack's three steps."""

import asyncio
import contextlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import IO
from urllib.parse import urlsplit

import aiohttp

from adapters import FileOpener, FileUnavailableError
from adapters.slack.api import SLACK_ERRORS, Api
from adapters.slack.attached import address_of, safe_name
from adapters.slack.payloads import Json
from bot.core.content import FileRef

MOST_BYTES = 1_000_000_000
"""Slack's limit for one file."""
_CHUNK = 64 * 1024
_IN_MEMORY = 4 * 1024 * 1024
_TRANSFER_SECONDS = 600
_LOGIN_PAGE = "text/html"
_SHARE_LOOKS = 8
_SHARE_PAUSE_SECONDS = 0.25


@contextlib.asynccontextmanager
async def opened(
    api: Api, bot_token: str, api_url: str, file: FileRef
) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open a file that lies on Slack; raises FileUnavailableError."""
    file_id, url = address_of(file)
    url = url or await _ask_address(api, file_id)
    if not may_get_token(url, api_url):
        raise FileUnavailableError("the file does not lie on Slack")
    timeout = aiohttp.ClientTimeout(total=_TRANSFER_SECONDS)
    headers = {"Authorization": f"Bearer {bot_token}"}
    try:
        response = await api.session.get(url, headers=headers, timeout=timeout, allow_redirects=False)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise FileUnavailableError(f"slack: {type(error).__name__}") from error
    async with response:
        if response.status != 200:
            # To a token that may not read it, Slack answers with its login page or a way there.
            raise FileUnavailableError(f"slack: status {response.status}")
        if response.content_type == _LOGIN_PAGE and file.mime != _LOGIN_PAGE:
            raise FileUnavailableError("slack: a login page instead of the file")
        if (response.content_length or 0) > MOST_BYTES:
            raise FileUnavailableError("slack: too large")
        yield response.content.iter_chunked(_CHUNK)


async def _ask_address(api: Api, file_id: str) -> str:
    try:
        answer = await api.reading.files_info(file=file_id)
    except SLACK_ERRORS as error:
        raise FileUnavailableError(f"slack: {type(error).__name__}") from error
    found = answer.get("file") or {}
    return str(found.get("url_private_download") or found.get("url_private") or "")


def may_get_token(url: str, api_url: str) -> bool:
    """True for Slack's own hosts, and for the host of the API where another server takes its place."""
    found, api = urlsplit(url), urlsplit(api_url)
    host = found.hostname or ""
    if found.scheme == "https" and (host == "slack.com" or host.endswith(".slack.com")):
        return True
    return found.scheme == api.scheme and host != "" and host == api.hostname


@dataclass(slots=True)
class _Copy:
    name: str
    content: IO[bytes]
    length: int


@dataclass(frozen=True, slots=True)
class Uploaded:
    """Files that Slack holds and nobody sees yet."""

    files: tuple[Json, ...]
    names: tuple[str, ...]
    notices: tuple[str, ...]


async def upload(api: Api, files: Sequence[FileRef], open_file: FileOpener) -> Uploaded:
    """Steps one and two: copy the files to Slack; raises what the Web API raises.

    A file that cannot be had or is too large is left out and noticed.
    """
    done: list[Json] = []
    names: list[str] = []
    notices: list[str] = []
    for file in files:
        with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as spool:
            copy = _Copy(safe_name(file.name), spool, 0)
            if notice := await _copy(file, open_file, copy):
                notices.append(notice)
                continue
            place = await api.saying.files_getUploadURLExternal(filename=copy.name, length=copy.length)
            await _put(api, str(place["upload_url"]), copy)
            done.append({"id": str(place["file_id"]), "title": copy.name})
            names.append(copy.name)
    return Uploaded(tuple(done), tuple(names), tuple(notices))


async def _copy(file: FileRef, open_file: FileOpener, copy: _Copy) -> str:
    """Fill the copy, since Slack wants to know the length first; returns the notice of what went wrong, or ""."""
    if file.size_bytes > MOST_BYTES:
        return "file_too_large"
    try:
        async with open_file(file) as chunks:
            async for chunk in chunks:
                copy.length += len(chunk)
                if copy.length > MOST_BYTES:
                    return "file_too_large"
                await asyncio.to_thread(copy.content.write, chunk)
    except (FileUnavailableError, aiohttp.ClientError, TimeoutError):
        return "file_unavailable"
    return "" if copy.length else "file_unavailable"


async def _put(api: Api, url: str, copy: _Copy) -> None:
    copy.content.seek(0)
    headers = {"Content-Length": str(copy.length), "Content-Type": "application/octet-stream"}
    timeout = aiohttp.ClientTimeout(total=_TRANSFER_SECONDS)
    async with api.session.post(url, data=_chunks(copy), headers=headers, timeout=timeout) as response:
        response.raise_for_status()


async def _chunks(copy: _Copy) -> AsyncIterator[bytes]:
    while chunk := await asyncio.to_thread(copy.content.read, _CHUNK):
        yield chunk


async def share(api: Api, uploaded: Uploaded, channel: str, thread: str) -> str:
    """Step three: show the files as one message; returns its timestamp, or "" when Slack does not say it.

    Raises what the Web API raises, but only while nobody sees the files.
    """
    answer = await api.saying.files_completeUploadExternal(
        files=[*uploaded.files], channel_id=channel, thread_ts=thread or None
    )
    if ts := _shared_at(answer.get("files") or [], channel):
        return ts
    # Slack shows the message a moment after it has answered, and says its timestamp only then.
    with contextlib.suppress(*SLACK_ERRORS):
        for _ in range(_SHARE_LOOKS):
            found = await api.reading.files_info(file=uploaded.files[0]["id"])
            if ts := _shared_at([found.get("file") or {}], channel):
                return ts
            await asyncio.sleep(_SHARE_PAUSE_SECONDS)
    return ""


def _shared_at(files: Sequence[Json], channel: str) -> str:
    for file in files:
        for shares in (file.get("shares") or {}).values():
            for shared in shares.get(channel) or ():
                return str(shared.get("ts") or "")
    return ""
