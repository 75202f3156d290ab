"""Finding out what arrived: every message carries the key of its action in its metadata."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from adapters import Attempt
from adapters.fields import mapping, mappings, objects, words
from adapters.slack.payloads import Json
from adapters.slack.scope import Me
from bot.core.places import MessageAt

_EVENT_TYPE = "allhands_sent"
_EARLIER = timedelta(minutes=2)
"""The clocks of Slack and of this machine may differ by this much."""
_PAGE = 200
_MOST_PAGES = 10


def metadata(key: str, part: int) -> Json:
    return {"event_type": _EVENT_TYPE, "event_payload": {"key": key, "part": part}}


async def find_sent(
    client: AsyncWebClient, me: Me, channel: str, thread: str, attempt: Attempt, now: datetime
) -> "Arrived":
    """Read what the bot said there since the first try; raises what the Web API raises."""
    since = (attempt.first_tried_at or now) - _EARLIER
    asked: dict[str, Any] = {
        "channel": channel,
        "oldest": f"{since.timestamp():.6f}",
        "include_all_metadata": True,
        "limit": _PAGE,
    }
    messages: list[Json] = []
    for _ in range(_MOST_PAGES):
        if thread:
            answer = await client.conversations_replies(ts=thread, **asked)
        else:
            answer = await client.conversations_history(**asked)
        messages += map(dict, objects(answer.get("messages")))
        asked["cursor"] = next_cursor(answer)
        if not asked["cursor"]:
            break
    own = [
        message
        for message in messages
        if message.get("user") == me.user_id or message.get("bot_id") == me.bot_id
    ]
    return Arrived(own, attempt.key)


async def look_up(client: AsyncWebClient, message: MessageAt) -> Json:
    """One message as Slack has it, {} when it is gone; raises what the Web API raises."""
    place = message.place
    asked: dict[str, Any] = {
        "channel": place.channel,
        "oldest": message.id,
        "latest": message.id,
        "inclusive": True,
        "limit": 1,
    }
    if place.thread and not place.is_direct:
        answer = await client.conversations_replies(ts=place.thread, **asked)
    else:
        answer = await client.conversations_history(**asked)
    found = (dict(one) for one in objects(answer.get("messages")))
    return next((one for one in found if one.get("ts") == message.id), {})


def next_cursor(answer: AsyncSlackResponse) -> str:
    """Where the next page begins; "" behind the last."""
    told = answer.get("response_metadata")
    return words(told, "next_cursor") if isinstance(told, dict) else ""


class Arrived:
    """The bot's own messages in one place, and which of them belong to one action."""

    def __init__(self, messages: Sequence[Json], key: str) -> None:
        self._messages = messages
        self._parts: dict[str, str] = {}
        for message in messages:
            payload = mapping(mapping(message, "metadata"), "event_payload")
            if payload.get("key") == key:
                self._parts.setdefault(str(payload.get("part")), str(message.get("ts") or ""))

    def part(self, number: int) -> str | None:
        """The timestamp of a part that is there, or None."""
        return self._parts.get(str(number))

    def upload(self, names: Sequence[str]) -> str | None:
        """The message with exactly these files; uploads carry no metadata, so their names must do."""
        for message in self._messages:
            if (
                sorted(str(file.get("name")) for file in mappings(message, "files")) == sorted(names)
                and names
            ):
                return str(message.get("ts") or "")
        return None
