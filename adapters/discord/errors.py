"""What went wrong when sending, in the house's terms.

Discord's codes: https://discord.com/developers/docs/topics/opcodes-and-status-codes#json
"""

import aiohttp
import discord

from adapters.pauses import bounded
from adapters.wire import NotConnectedError
from bot.core.outgoing import Refusal, SendError
from bot.core.places import MessageAt

UNKNOWN_CHANNEL = 10003
UNKNOWN_MESSAGE = 10008
UNKNOWN_EMOJI = 10014
TOO_MANY_REACTIONS = 30010
ALREADY_ACKNOWLEDGED = 40060
TAG_REQUIRED = 40067
MISSING_ACCESS = 50001
NOT_A_TEXT_CHANNEL = 50008
MISSING_PERMISSIONS = 50013
WRONG_CHANNEL_TYPE = 50024
THREAD_ARCHIVED = 50083
THREAD_EXISTS = 160004

_REFUSALS = {
    UNKNOWN_CHANNEL: Refusal.PLACE_GONE,
    10004: Refusal.PLACE_GONE,
    UNKNOWN_MESSAGE: Refusal.MESSAGE_GONE,
    10013: Refusal.BLOCKED,
    40005: Refusal.TOO_LARGE,
    MISSING_ACCESS: Refusal.NOT_ALLOWED,
    50005: Refusal.NOT_ALLOWED,
    50007: Refusal.BLOCKED,
    NOT_A_TEXT_CHANNEL: Refusal.NOT_ALLOWED,
    MISSING_PERMISSIONS: Refusal.NOT_ALLOWED,
    WRONG_CHANNEL_TYPE: Refusal.NOT_ALLOWED,
    THREAD_ARCHIVED: Refusal.NOT_ALLOWED,
    50278: Refusal.BLOCKED,
    90001: Refusal.BLOCKED,
    160005: Refusal.NOT_ALLOWED,
    200000: Refusal.NOT_ALLOWED,
    200001: Refusal.NOT_ALLOWED,
}
_BY_STATUS = {
    400: Refusal.INVALID,
    403: Refusal.NOT_ALLOWED,
    404: Refusal.PLACE_GONE,
    405: Refusal.INVALID,
    413: Refusal.TOO_LARGE,
}
_NO_ANSWER = frozenset({*range(300, 400), 408, 425})
"""The word of what stands in between: elsewhere, too slowly, too soon."""
_PAUSE_SECONDS = 30.0

_NOTHING_SENT = (NotConnectedError, aiohttp.ClientConnectorError, ConnectionRefusedError)


class OddAnswerError(aiohttp.ClientPayloadError):
    """An answer that is JSON, and not what the API answers to this."""


Failure = discord.DiscordException | aiohttp.ClientError | OSError
FAILURES = (discord.DiscordException, aiohttp.ClientError, OSError)
"""What a call may raise; a timeout is an OSError."""


def code_of(error: BaseException) -> int:
    """Discord's own code of a refusal, 0 for anything else."""
    return error.code if isinstance(error, discord.HTTPException) else 0


def send_error(error: Failure, sent: tuple[MessageAt, ...] = ()) -> SendError:
    """Say whether to try again; `sent` are the parts that arrived before."""
    if isinstance(error, discord.RateLimited):
        return SendError("rate limited", retry_after_seconds=bounded(error.retry_after), sent=sent)
    if isinstance(error, discord.LoginFailure):
        return SendError("Discord refuses the token", retry_after_seconds=_PAUSE_SECONDS, sent=sent)
    if isinstance(error, discord.HTTPException):
        return _refused(error, sent)
    # When no connection came about, nothing can have arrived.
    is_uncertain = not isinstance(error, _NOTHING_SENT)
    return SendError(type(error).__name__, is_uncertain=is_uncertain, sent=sent)


def is_about_files(error: Failure, *, gives_up: bool) -> bool:
    """Whether the message may be taken without its files.

    `gives_up`: it was tried so often that a line which breaks again and again is blamed on them.
    """
    if not isinstance(error, discord.HTTPException):
        return gives_up and not isinstance(error, (*_NOTHING_SENT, discord.LoginFailure, discord.RateLimited))
    if error.status >= 500:
        return gives_up and error.status != 503
    is_elsewhere = (
        error.code in (UNKNOWN_CHANNEL, THREAD_ARCHIVED) or _REFUSALS.get(error.code) is Refusal.BLOCKED
    )
    return error.status in (400, 403, 413) and not is_elsewhere


def _refused(error: discord.HTTPException, sent: tuple[MessageAt, ...]) -> SendError:
    # A page is the word of what stands in between, and may quote whatever was asked.
    said = "a page" if error.text.lstrip().startswith("<") else error.text[:200]
    detail = f"{error.status} {error.code}: {said}"
    if error.status == 429 or error.status == 401:
        return SendError(detail, retry_after_seconds=_PAUSE_SECONDS, sent=sent)
    if error.status >= 500 or error.status in _NO_ANSWER:
        return SendError(detail, is_uncertain=True, sent=sent)
    refusal = _REFUSALS.get(error.code) or _BY_STATUS.get(error.status, Refusal.INVALID)
    return SendError(detail, refusal=refusal, sent=sent)
