"""The Bot API's refusals, in Telegram's own words."""

from typing import Any


class ApiError(Exception):
    """A call was refused: the HTTP status, what the description says, and the parameters beside it."""

    def __init__(self, code: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.parameters = parameters


def bad_request(reason: str) -> ApiError:
    """A 400 with "Bad Request: " before the reason.

    The first letter is written small unless the reason is one of the constants such as TOPIC_CLOSED.
    """
    is_constant = len(reason) > 1 and (reason[1] == "_" or reason[1].isupper())
    return ApiError(400, "Bad Request: " + (reason if is_constant else reason[:1].lower() + reason[1:]))


def forbidden(reason: str) -> ApiError:
    return ApiError(403, f"Forbidden: {reason}")


def conflict(reason: str) -> ApiError:
    return ApiError(409, f"Conflict: {reason}")


def too_many_requests(retry_after_seconds: float) -> ApiError:
    # Telegram only speaks of whole seconds, and never of none.
    seconds = max(1, round(retry_after_seconds))
    return ApiError(429, f"Too Many Requests: retry after {seconds}", retry_after=seconds)
