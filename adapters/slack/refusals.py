"""What it means for a message when Slack's Web API says no (docs.slack.dev/reference/methods, `errors`)."""

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters.slack.api import TOKEN_ERRORS, error_code, retry_after, said_code
from adapters.wire import NotConnectedError
from bot.core.outgoing import Refusal, SendError
from bot.core.places import MessageAt

_PASSING = frozenset(
    {"internal_error", "service_unavailable", "request_timeout", "team_added_to_org", "update_failed"}
)
_HALF_DONE = frozenset({"fatal_error", "internal_error", "request_timeout"})
"""Slack says of these that something may have been done before they happened."""
_LIMITS = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_PLACE_GONE = frozenset(
    {
        *("channel_not_found", "is_archived", "is_inactive", "thread_not_found", "cannot_reply_to_message"),
        *("external_channel_migrating", "method_not_supported_for_channel_type"),
    }
)
_BLOCKED = frozenset(
    {"user_disabled", "user_not_found", "user_not_visible", "cannot_dm_bot", "invalid_user_combination"}
)
_TOO_LARGE = frozenset(
    {
        *("msg_too_long", "msg_blocks_too_long", "file_upload_size_restricted", "view_too_large"),
        *("attachment_payload_limit_exceeded", "too_many_attachments", "storage_limit_reached"),
    }
)
_NOT_ALLOWED = frozenset(
    {
        *("not_in_channel", "missing_scope", "no_permission", "access_denied", "ekm_access_denied"),
        *("posting_to_channel_denied", "messages_tab_disabled", "edit_window_closed", "cant_update_message"),
        *("cant_delete_message", "team_access_not_granted", "app_access_restricted", "user_not_in_channel"),
        *("file_uploads_disabled", "file_uploads_except_images_disabled", "file_type_not_allowed"),
        *("not_enabled", "is_bot", "message_not_found_in_channel"),
    }
)
_TOKEN_PAUSE_SECONDS = 60.0
_LIMIT_PAUSE_SECONDS = 30.0
ARGUMENT_ERRORS = frozenset({"invalid_arguments", "invalid_metadata_format", "invalid_metadata_schema"})
"""Something of the message is not as the server wants it, and that may be what only other servers do not know."""
BLOCK_ERRORS = frozenset({"invalid_blocks", "invalid_blocks_format", "msg_blocks_too_long"})


def to_send_error(error: Exception, sent: tuple[MessageAt, ...] = ()) -> SendError:
    """Say whether to try again, when, and whether it may have arrived all the same."""
    if isinstance(error, SlackApiError):
        return _from_answer(error, sent)
    # Nothing was sent when there was no connection; after that, nobody knows.
    is_uncertain = not isinstance(error, aiohttp.ClientConnectorError | NotConnectedError)
    return SendError(f"slack: {type(error).__name__}", is_uncertain=is_uncertain, sent=sent)


def _from_answer(error: SlackApiError, sent: tuple[MessageAt, ...]) -> SendError:
    code = error_code(error)
    status = error.response.status_code if isinstance(error.response, AsyncSlackResponse) else 0
    if status == 429 or code in _LIMITS:
        return SendError(f"slack: {code}", retry_after_seconds=_retry_after(error), sent=sent)
    if code in TOKEN_ERRORS:
        return SendError(f"slack: {code}", retry_after_seconds=_TOKEN_PAUSE_SECONDS, sent=sent)
    # A page with 200 or on the way elsewhere is the word of whatever stands in between: of the message it says nothing.
    is_unread = status >= 500 or (status < 400 and not said_code(error))
    if is_unread or code in _PASSING or code in _HALF_DONE:
        is_uncertain = is_unread or code in _HALF_DONE
        return SendError(f"slack: {code}", is_uncertain=is_uncertain, sent=sent)
    return SendError(f"slack: {code}", refusal=refusal_of(code), sent=sent)


def _retry_after(error: SlackApiError) -> float:
    seconds = retry_after(error.response.headers)
    return _LIMIT_PAUSE_SECONDS if seconds is None else max(seconds, 0.1)


def refusal_of(code: str) -> Refusal:
    """Return why Slack will not take it; what is not known to be anything else is a defect of ours."""
    if code in _PLACE_GONE:
        return Refusal.PLACE_GONE
    if code == "message_not_found":
        return Refusal.MESSAGE_GONE
    if code in _BLOCKED:
        return Refusal.BLOCKED
    if code in _TOO_LARGE:
        return Refusal.TOO_LARGE
    if code in _NOT_ALLOWED or code.startswith(("restricted_action", "slack_connect_")):
        return Refusal.NOT_ALLOWED
    return Refusal.INVALID
