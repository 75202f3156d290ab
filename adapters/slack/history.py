"""What a room's history says: messages and threads since a position, told in the order in which they were said."""

from collections.abc import AsyncIterator, Mapping, Sequence
from datetime import timedelta
from typing import Any

from msgspec import Struct, field

from adapters import AdapterContext, Cursor
from adapters.fields import objects
from adapters.slack import malformed
from adapters.slack.api import Api
from adapters.slack.changed import Span, changes
from adapters.slack.heard import Heard
from adapters.slack.messages import hear_past
from adapters.slack.payloads import Json
from adapters.slack.positions import Positions, earlier
from adapters.slack.receive import Receiver
from adapters.slack.scope import Scope, order_of, room_of
from adapters.slack.sent import next_cursor

PAGE = 200
_MOST_PAGES = 25


class Reading(Struct):
    """One pass over the rooms."""

    scope: Scope
    begun_at: Mapping[str, str]
    """The positions when what is missing began: what came in since may have moved those of other rooms."""
    since: str
    """For rooms without a position: when the platform was last heard, or "" when it never was."""
    most_rooms: int
    moment: int
    """When it began, as the positions count."""
    overlap: timedelta
    """How much of what was read before is read again."""
    failed: set[str] = field(default_factory=set)
    threads_read: set[str] = field(default_factory=set)


class HistoryReader:
    """Reads rooms and threads from the Web API; raises what that raises."""

    def __init__(self, api: Api, receiver: Receiver, positions: Positions, context: AdapterContext) -> None:
        self._api, self._receiver = api, receiver
        self._positions, self._context = positions, context

    async def read(self, name: str, reading: Reading) -> None:
        channel, thread = room_of(name)
        if thread:
            await self._read_thread(channel, thread, reading)
        else:
            await self._read_room(channel, name, reading)

    async def _read_room(self, channel: str, name: str, reading: Reading) -> None:
        position = reading.begun_at.get(name) or reading.since or self._positions.at(name)
        if not position:
            return
        await self._receiver.learn(channel)
        asked: dict[str, Any] = {
            "channel": channel,
            "oldest": earlier(position, reading.overlap),
            "limit": PAGE,
        }
        found = [one async for one in self.pages(self._api.reading.conversations_history, asked, "messages")]
        messages = sorted(found, key=lambda one: order_of(str(one.get("ts"))))
        await self._tell(Span(channel, "", asked["oldest"]), name, messages, position, reading)
        for message in messages:
            thread = str(message.get("ts"))
            has_replies = message.get("thread_ts") == thread or bool(message.get("reply_count"))
            if has_replies:
                await self._read_replies(channel, message, reading)

    async def _read_replies(self, channel: str, root: Json, reading: Reading) -> None:
        thread = str(root["ts"])
        name = reading.scope.place(channel, thread).key
        begun_at = self._positions.moment
        latest = str(root.get("latest_reply") or "")
        known = earlier(reading.begun_at.get(name, ""), reading.overlap)
        if reading.scope.is_direct(channel) or not latest or order_of(latest) > order_of(known):
            await self._read_thread(channel, thread, reading)
        reading.threads_read.add(name)
        self._positions.catch_up(name, begun_at)

    async def _read_thread(self, channel: str, thread: str, reading: Reading) -> None:
        name = reading.scope.place(channel, thread).key
        # A thread that was never read begins with its root; in a direct chat it shares the chat's position.
        position = thread if reading.scope.is_direct(channel) else reading.begun_at.get(name) or thread
        oldest = earlier(position, reading.overlap)
        asked: dict[str, Any] = {"channel": channel, "ts": thread, "oldest": oldest, "limit": PAGE}
        pages = self.pages(self._api.reading.conversations_replies, asked, "messages")
        replies = [message async for message in pages if message.get("ts") != thread]
        await self._tell(Span(channel, thread, oldest), name, replies, position, reading)
        reading.threads_read.add(name)

    async def _tell(
        self, span: Span, name: str, messages: Sequence[Json], position: str, reading: Reading
    ) -> None:
        """Store what is newer than the position, and what was changed since."""
        heard: list[Heard] = []
        last = position
        now = self._context.now()
        for message in messages:
            last = max(last, str(message.get("ts")), key=order_of)
            try:
                with malformed.reading():
                    said = hear_past(message, span.channel, position, reading.scope, now)
            except malformed.MalformedError as error:
                self._context.report("slack.not_understood", {"kind": "history", "error": error.error})
                continue
            if said is not None:
                heard.append(said)
        heard += await changes(span, messages, reading.scope, self._api, self._context)
        if heard or last != position:
            await self._receiver.store_history(heard, Cursor(name, last))

    async def pages(self, method: Any, asked: dict[str, Any], key: str) -> AsyncIterator[Json]:
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await method(**asked, **({"cursor": cursor} if cursor else {}))
            for one in objects(answer.get(key)):
                yield dict(one)
            cursor = next_cursor(answer)
            if not cursor:
                return
