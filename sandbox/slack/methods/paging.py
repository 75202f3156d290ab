"""Cursors: opaque to the app, a position inside."""

import base64
import binascii
from collections.abc import Sequence
from typing import TypeVar

from sandbox.slack.methods.registry import Call
from sandbox.slack.model import ApiError, Json

Item = TypeVar("Item")


def encode_cursor(position: str) -> str:
    return base64.b64encode(f"next:{position}".encode()).decode()


def decode_cursor(cursor: str) -> str:
    """Raises ApiError invalid_cursor."""
    try:
        text = base64.b64decode(cursor, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError):
        raise ApiError("invalid_cursor") from None
    if not text.startswith("next:"):
        raise ApiError("invalid_cursor")
    return text.removeprefix("next:")


def page(
    call: Call, items: Sequence[Item], *, default: int = 100, most: int = 1000
) -> tuple[list[Item], Json]:
    """The asked-for page of a list and the response_metadata that leads to the next one."""
    limit = call.number("limit", default, most=most)
    start = 0
    if cursor := call.text("cursor"):
        position = decode_cursor(cursor)
        if not position.isdigit():
            raise ApiError("invalid_cursor")
        start = int(position)
    shown = list(items[start : start + limit])
    is_more = start + limit < len(items)
    return shown, {"next_cursor": encode_cursor(str(start + limit)) if is_more else ""}
