"""Files in and out: opened with the bot's token, uploaded in Slack's three steps."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from urllib.parse import urlsplit

import aiohttp
from msgspec import Struct
from slack_sdk.errors import SlackApiError

from adapters import FileOpener, FileUnavailableError
from adapters.addresses import leads_to, whole
from adapters.luggage import GIVES_UP_AFTER, FileLostError, Packed, packed
from adapters.slack.api import SLACK_ERRORS, Api, error_code, status_of
from adapters.slack.attached import address_of
from adapters.slack.payloads import Json
from adapters.slack.refusals import refusal_of, to_send_error
from adapters.slack.sent import look_up
from bot.core.content import FileRef, Loss, LostFile
from bot.core.outgoing import Refusal
from bot.core.places import MessageAt

MOST_BYTES = 1_000_000_000
"""Slack's limit for one file."""
_CHUNK = 64 * 1024
_TRANSFER_SECONDS = 3600
_SILENT_SECONDS = 60
_LOGIN_PAGE = "text/html"
_SHARE_LOOKS = 8
_SHARE_PAUSE_SECONDS = 0.25


@contextlib.asynccontextmanager
async def opened(
    api: Api, bot_token: str, api_url: str, file: FileRef
) -> AsyncIterator[AsyncIterator[bytes]]:
    """Open a file that lies on Slack; raises FileUnavailableError."""
    file_id, url = address_of(file)
    url = whole(url or await _ask_address(api, file_id), api_url)
    if not may_get_token(url, api_url):
        raise FileUnavailableError("the file does not lie on Slack")
    timeout = aiohttp.ClientTimeout(total=_TRANSFER_SECONDS, sock_read=_SILENT_SECONDS)
    headers = {"Authorization": f"Bearer {bot_token}"}
    try:
        response = await api.session.get(url, headers=headers, timeout=timeout, allow_redirects=False)
    except (aiohttp.ClientError, TimeoutError) as error:
        raise FileUnavailableError(f"slack: {type(error).__name__}", is_passing=True) from error
    async with response:
        if response.status != 200:
            # To a token that may not read it, Slack answers with its login page or a way there.
            is_passing = response.status >= 500 or response.status == 429
            raise FileUnavailableError(f"slack: status {response.status}", is_passing=is_passing)
        if response.content_type == _LOGIN_PAGE and file.mime != _LOGIN_PAGE:
            raise FileUnavailableError("slack: a login page instead of the file")
        if (response.content_length or 0) > MOST_BYTES:
            raise FileUnavailableError("slack: too large", is_too_large=True)
        yield _received(response)


async def _received(response: aiohttp.ClientResponse) -> AsyncIterator[bytes]:
    try:
        async for chunk in response.content.iter_chunked(_CHUNK):
            yield chunk
    except (aiohttp.ClientError, TimeoutError) as error:
        raise FileUnavailableError(f"slack: {type(error).__name__}", is_passing=True) from error


async def _ask_address(api: Api, file_id: str) -> str:
    try:
        answer = await api.reading.files_info(file=file_id)
    except SLACK_ERRORS as error:
        is_passing = not isinstance(error, SlackApiError) or status_of(error) >= 500
        raise FileUnavailableError(f"slack: {type(error).__name__}", is_passing=is_passing) from error
    found = answer.get("file") or {}
    return str(found.get("url_private_download") or found.get("url_private") or "")


def may_get_token(url: str, api_url: str) -> bool:
    """True for Slack's own hosts, and for the host of the API where another server takes its place."""
    if leads_to(url, api_url):
        return True
    try:
        found, own = urlsplit(url), urlsplit(api_url).hostname or ""
        host, port = found.hostname or "", found.port
    except ValueError:
        return False
    names = [name for name in ("slack.com", own) if name]
    is_own = any(host == name or host.endswith(f".{name}") for name in names)
    return found.scheme == "https" and port in (None, 443) and is_own


class Uploaded(Struct, frozen=True):
    """Files that Slack holds and nobody sees yet, and those that it does not hold."""

    files: tuple[Json, ...]
    lost: tuple[LostFile, ...]


async def upload(api: Api, files: Sequence[FileRef], open_file: FileOpener, tries: int) -> Uploaded:
    """Steps one and two: copy the files to Slack. What cannot be carried over is left out; raises what the Web API
    raises where another try may do better.
    """
    done: list[Json] = []
    losses: list[LostFile] = []
    for file in files:
        try:
            async with packed(file, open_file, MOST_BYTES) as found:
                done.append(await _uploaded(api, found, tries))
        except FileLostError as error:
            losses.append(error.lost)
    return Uploaded(tuple(done), tuple(losses))


async def _uploaded(api: Api, found: Packed, tries: int) -> Json:
    try:
        place = await api.saying.files_getUploadURLExternal(filename=found.ref.name, length=found.size_bytes)
        await _put(api, whole(str(place["upload_url"]), api.address), found)
    except (*SLACK_ERRORS, KeyError) as error:
        if loss := loss_of(error, tries):
            raise FileLostError(found.lost(loss)) from error
        raise
    return {"id": str(place["file_id"]), "title": found.ref.name}


def loss_of(error: Exception, tries: int) -> Loss | None:
    """Why a file has to stay behind; None when another try may do better."""
    made = to_send_error(error)
    if isinstance(error, aiohttp.ClientResponseError) and error.status == 413:
        return Loss.TOO_LARGE
    if made.refusal is Refusal.TOO_LARGE:
        return Loss.TOO_LARGE
    if made.is_permanent and refusal_of(error_code(error)) is not Refusal.PLACE_GONE:
        return Loss.REFUSED
    # The line broke again and again over this file: what stands behind it has waited long enough.
    is_broken = made.is_uncertain and tries >= GIVES_UP_AFTER
    return Loss.UNAVAILABLE if is_broken else None


async def _put(api: Api, url: str, found: Packed) -> None:
    headers = {"Content-Length": str(found.size_bytes), "Content-Type": "application/octet-stream"}
    timeout = aiohttp.ClientTimeout(total=_TRANSFER_SECONDS, sock_read=_SILENT_SECONDS)
    async with api.session.post(
        url, data=_chunks(found), headers=headers, timeout=timeout, allow_redirects=False
    ) as response:
        response.raise_for_status()


async def _chunks(found: Packed) -> AsyncIterator[bytes]:
    with found.handle() as content:
        while chunk := await asyncio.to_thread(content.read, _CHUNK):
            yield chunk


async def share(api: Api, uploaded: Uploaded, channel: str, thread: str, comment: str) -> str:
    """Step three: show the files as one message; returns its timestamp, or "" when Slack does not say it.

    `comment` is mrkdwn above them. Raises what the Web API raises, but only while nobody sees the files.
    """
    answer = await api.saying.files_completeUploadExternal(
        files=[*uploaded.files],
        channel_id=channel,
        thread_ts=thread or None,
        initial_comment=comment or None,
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


async def files_in(api: Api, message: MessageAt) -> list[str]:
    """The ids of the files that hang on a message; none when Slack does not let the bot look."""
    try:
        found = await look_up(api.reading, message)
    except SLACK_ERRORS:
        return []
    return [str(file["id"]) for file in found.get("files") or () if file.get("id")]
