"""What an app wants a message to say: checked as Slack checks it and filled in as Slack fills it in."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from sandbox.slack import mrkdwn
from sandbox.slack.block_rules import MOST_MARKDOWN, refuse_bad_blocks
from sandbox.slack.happenings import new_block_id
from sandbox.slack.model import ApiError, Json
from sandbox.slack.objects import with_emoji_flag
from sandbox.slack.workspace import Workspace

MOST_TEXT = 40_000
MOST_ATTACHMENTS = 100
MOST_METADATA = 8_000
NO_FALLBACK = "This content can't be displayed."


@dataclass(frozen=True, slots=True)
class Content:
    text: str = ""
    blocks: list[Json] = field(default_factory=list)
    attachments: list[Json] = field(default_factory=list)


def read_content(
    workspace: Workspace, asked: Json, *, links_names: bool = False, may_be_empty: bool = False
) -> Content:
    """Return the content of a message; `asked` holds text, blocks, attachments, markdown_text as parsed JSON.

    Text over 40,000 characters is cut, as Slack does. Raises ApiError no_text, invalid_blocks,
    invalid_blocks_format, msg_blocks_too_long, too_many_attachments, invalid_attachments, markdown_text_conflict.
    """
    text = asked.get("text")
    if text is not None and not isinstance(text, str):
        text = str(text)
    blocks, attachments = asked.get("blocks"), asked.get("attachments")
    if markdown := asked.get("markdown_text"):
        if text or blocks:
            raise ApiError("markdown_text_conflict")
        if len(str(markdown)) > MOST_MARKDOWN:
            raise ApiError("msg_too_long")
        blocks, text = [{"type": "markdown", "text": str(markdown)}], str(markdown)
    if blocks is not None:
        refuse_bad_blocks(blocks)
    if attachments is not None:
        _refuse_bad_attachments(attachments)
    if not (blocks or attachments or (text and text.strip())) and not may_be_empty:
        raise ApiError("no_text")
    names = workspace.mention_names() if links_names else None
    if blocks and not text:
        text = NO_FALLBACK
    return Content(
        mrkdwn.from_api((text or "")[:MOST_TEXT], names),
        [fill_in(block) for block in blocks or []],
        [_fill_attachment(number, one) for number, one in enumerate(attachments or [], 1)],
    )


def _refuse_bad_attachments(attachments: Any) -> None:
    if not isinstance(attachments, list) or not all(isinstance(one, dict) for one in attachments):
        raise ApiError("invalid_attachments")
    if len(attachments) > MOST_ATTACHMENTS:
        raise ApiError("too_many_attachments")
    for attachment in attachments:
        if attachment.get("blocks") is not None:
            refuse_bad_blocks(attachment["blocks"])


def _fill_attachment(number: int, attachment: Json) -> Json:
    filled = {"id": number, "fallback": "[no preview available]", **attachment}
    if blocks := attachment.get("blocks"):
        filled["blocks"] = [fill_in(block) for block in blocks]
    return filled


def fill_in(block: Json) -> Json:
    """The block with what Slack adds: ids where the app gave none, and the flags of its texts."""
    filled = {key: _fill_value(value) for key, value in block.items() if value is not None}
    return {**filled, "block_id": block.get("block_id") or new_block_id()}


_WITH_ACTION_ID = (
    "button workflow_button overflow radio_buttons checkboxes datepicker timepicker datetimepicker plain_text_input "
    "number_input email_text_input url_text_input rich_text_input file_input feedback_buttons icon_button"
)


def _fill_value(value: Any) -> Any:
    if isinstance(value, list):
        return [_fill_value(one) for one in value]
    if not isinstance(value, dict):
        return value
    kind = str(value.get("type", ""))
    if kind == "mrkdwn":
        return {**value, "text": mrkdwn.from_api(value["text"]), "verbatim": value.get("verbatim", False)}
    if kind == "plain_text":
        return with_emoji_flag(value)
    filled = {key: _fill_value(inner) for key, inner in value.items() if inner is not None}
    if kind in _WITH_ACTION_ID.split() or kind.endswith("_select"):
        filled.setdefault("action_id", secrets.token_urlsafe(4))
    return filled


def read_metadata(metadata: Any) -> Json | None:
    """Raises ApiError invalid_metadata_format or metadata_too_large; None and {} clear it."""
    if metadata is None or metadata == {}:
        return None
    if not isinstance(metadata, dict) or not isinstance(metadata.get("event_type"), str):
        raise ApiError("invalid_metadata_format")
    if not isinstance(metadata.get("event_payload"), dict):
        raise ApiError("invalid_metadata_format")
    if len(str(metadata)) > MOST_METADATA:
        raise ApiError("metadata_too_large")
    return {"event_type": metadata["event_type"], "event_payload": metadata["event_payload"]}
