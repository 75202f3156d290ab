"""The arguments of a call, however they came: query, form, multipart or JSON."""

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson
from aiohttp import BodyPartReader, web

from sandbox.surface import Upload
from sandbox.telegram.errors import ApiError, bad_request

LONGEST_REQUEST = 60 * 1024 * 1024
"""Somewhat above the 50 MB a bot may upload, so that the refusal can be Telegram's."""


@dataclass(frozen=True, slots=True)
class Arguments:
    values: Mapping[str, Any] = field(default_factory=dict)
    uploads: Mapping[str, Upload] = field(default_factory=dict)
    fetched: Mapping[str, Upload] = field(default_factory=dict)
    """What was found behind the URLs among the values."""

    def has(self, name: str) -> bool:
        return self.values.get(name) not in (None, "")

    def text(self, name: str) -> str:
        """The value as text; empty when it is missing."""
        value = self.values.get(name)
        if value is None:
            return ""
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict | list):
            return orjson.dumps(value).decode()
        return str(value)

    def flag(self, name: str) -> bool:
        return self.text(name).strip().lower() in {"true", "yes", "1"}

    def number(self, name: str, default: int = 0) -> int:
        """The value as a whole number; what is none counts as the default, as on Telegram."""
        found = re.match(r"\s*([+-]?\d{1,18})(?!\d)", self.text(name))
        return int(found[1]) if found else default

    def decimal(self, name: str) -> float:
        """Raise 400 when it is missing or no number."""
        text = self.text(name).strip()
        if not text:
            raise bad_request(f"{name} is empty")
        try:
            value = float(text)
        except ValueError:
            value = math.nan
        if not math.isfinite(value):
            raise bad_request(f"{name} must be a number")
        return value

    def structure(self, name: str, what: str) -> Any:
        """The value parsed from JSON, None when it is missing; 400 "can't parse WHAT JSON object" when broken."""
        value = self.values.get(name)
        if value is None or value == "":
            return None
        if not isinstance(value, str):
            return value
        try:
            return orjson.loads(value)
        except orjson.JSONDecodeError as error:
            raise bad_request(f"can't parse {what} JSON object") from error


async def read_arguments(request: web.Request) -> Arguments:
    """Take a call apart; raise 400 for JSON that is none and 413 for what is far too big."""
    values: dict[str, Any] = dict(request.query)
    uploads: dict[str, Upload] = {}
    if request.content_type == "application/json":
        values.update(await _read_json(request))
    elif request.content_type == "application/x-www-form-urlencoded":
        values.update(await request.post())
    elif request.content_type == "multipart/form-data":
        await _read_parts(request, values, uploads)
    return Arguments(values, uploads)


async def _read_json(request: web.Request) -> dict[str, Any]:
    body = await request.read()
    if not body.strip():
        return {}
    try:
        parsed = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_request("can't parse JSON request body") from error
    if not isinstance(parsed, dict):
        raise bad_request("JSON request body must be an Object")
    return parsed


async def _read_parts(request: web.Request, values: dict[str, Any], uploads: dict[str, Upload]) -> None:
    size = 0
    async for part in await request.multipart():
        # A part within a part, or one without a name, is nothing a Bot API client sends.
        if not isinstance(part, BodyPartReader) or part.name is None:
            continue
        content = bytes(await part.read(decode=True))
        size += len(content)
        if size > LONGEST_REQUEST:
            raise ApiError(413, "Request Entity Too Large")
        if part.filename is None:
            values[part.name] = content.decode("utf-8", "replace")
        else:
            mime = part.headers.get("Content-Type", "application/octet-stream")
            uploads[part.name] = Upload(part.filename, mime.partition(";")[0], content)
