"""What Telegram's refusals mean for a message: never, later, or perhaps already there."""

from telegram.error import (
    BadRequest,
    ChatMigrated,
    Conflict,
    Forbidden,
    InvalidToken,
    NetworkError,
    TelegramError,
)

from adapters.telegram.request import FaultError, FloodError, MissingError, NotReachedError
from bot.core.outgoing import Refusal, SendError
from bot.core.places import MessageAt

WRONG_TOKEN = (InvalidToken, MissingError)
"""Telegram knows no bot of this token; what is not even formed like one leads to an address that is not there."""
WRONG_TOKEN_PAUSE_SECONDS = 60.0

# The Bot API has no codes for its refusals, only these words (tdlib/telegram-bot-api and the servers behind it).
_REFUSALS: tuple[tuple[Refusal, tuple[str, ...]], ...] = (
    (
        Refusal.BLOCKED,
        ("blocked by the user", "can't initiate conversation", "user is deactivated", "messages to bots"),
    ),
    (
        Refusal.PLACE_GONE,
        (
            "chat not found",
            "thread not found",
            "topic_deleted",
            "topic_id_invalid",
            "peer_id_invalid",
            "chat was deleted",
            "deactivated",
            "was kicked",
            "is not a member",
        ),
    ),
    (
        Refusal.MESSAGE_GONE,
        (
            "to edit not found",
            "to delete not found",
            "to react not found",
            "message not found",
            "message_id_invalid",
        ),
    ),
    (Refusal.TOO_LARGE, ("too long", "too big", "too large", "file_parts_invalid")),
    (
        Refusal.NOT_ALLOWED,
        (
            "not enough rights",
            "have no rights",
            "administrator rights",
            "forbidden",
            "topic_closed",
            "can't be deleted",
            "can't be edited",
            "chat_admin_required",
            "chat_restricted",
        ),
    ),
)


def words(error: TelegramError) -> str:
    """The refusal in lower case, for recognising it."""
    return str(error).lower()


def is_not_modified(error: TelegramError) -> bool:
    """Everything already is as it was asked for."""
    return "not modified" in words(error) or "not_modified" in words(error)


def refusal_of(error: TelegramError) -> Refusal | None:
    """Why it will never work; None when it may work later."""
    if isinstance(error, (FloodError, FaultError, NotReachedError, InvalidToken, MissingError, Conflict)):
        return None
    if isinstance(error, ChatMigrated):
        # What was there stays behind under the old id.
        return Refusal.PLACE_GONE
    said = words(error)
    found = next((refusal for refusal, signs in _REFUSALS if any(sign in said for sign in signs)), None)
    if found is not None and not _is_connection_trouble(error):
        return found
    if isinstance(error, Forbidden):
        return Refusal.NOT_ALLOWED
    return Refusal.INVALID if isinstance(error, BadRequest) else None


def send_error(
    error: TelegramError, sent: tuple[MessageAt, ...] = (), *, is_direct: bool = False
) -> SendError:
    """The error as the dispatcher understands it; `sent` are the parts that this try did deliver."""
    if isinstance(error, FloodError):
        return SendError(str(error), retry_after_seconds=error.retry_after_seconds, sent=sent)
    if isinstance(error, WRONG_TOKEN):
        # The message is well; the setting is not, and somebody is being told so.
        return SendError("the token is refused", retry_after_seconds=WRONG_TOKEN_PAUSE_SECONDS, sent=sent)
    refusal = refusal_of(error)
    if refusal is Refusal.PLACE_GONE and is_direct:
        # Telegram does not know a private chat that the person never opened.
        refusal = Refusal.BLOCKED
    return SendError(str(error), refusal=refusal, is_uncertain=is_uncertain(error), sent=sent)


def is_uncertain(error: TelegramError) -> bool:
    """Whether it may have been done all the same."""
    return _is_connection_trouble(error) and not isinstance(error, NotReachedError)


def _is_connection_trouble(error: TelegramError) -> bool:
    return isinstance(error, NetworkError) and not isinstance(error, BadRequest)
