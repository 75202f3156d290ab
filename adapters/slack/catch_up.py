"""Reading what was said while nobody listened: after a start, a gap, or something that could not be stored."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from adapters import AdapterContext, Cursor
from adapters.slack.api import SLACK_ERRORS, Api, error_code
from adapters.slack.heard import Heard
from adapters.slack.messages import hear_edition, hear_message
from adapters.slack.payloads import Json
from adapters.slack.positions import Positions
from adapters.slack.receive import Receiver
from adapters.slack.refusals import to_send_error
from adapters.slack.scope import Rooms, Scope, is_direct, order_of

_OVERLAP = timedelta(hours=1)
"""Read again for editions, and for threads under messages that were read before; repeats are dropped by their ids."""
_PAGE = 200
_MOST_PAGES = 25
_MOST_THREADS = 200
_MOST_ROOMS = 500
_MOST_ROOMS_AFTER_GAP = 50
_LONG_GAP_SECONDS = 30.0
_UNNOTICED = timedelta(minutes=1)
"""A connection may have been dead for so long before anybody noticed."""
_HOLD_SECONDS = 1.2
_FIRST_PAUSE_SECONDS = 1.0
_LONGEST_PAUSE_SECONDS = 60.0


@dataclass(slots=True)
class _Reading:
    """One pass over the rooms."""

    scope: Scope
    begun_at: Mapping[str, str]
    """The positions when what is missing began: what came in since may have moved those of other rooms."""
    since: str
    """For rooms without a position: when the platform was last heard, or "" when it never was."""
    most_rooms: int
    failed: set[str] = field(default_factory=set)
    threads_read: set[str] = field(default_factory=set)


class CatchUp:
    """Reads histories in the background. Every call it makes is optional: a failure is reported, not raised."""

    def __init__(
        self, api: Api, receiver: Receiver, positions: Positions, rooms: Rooms, context: AdapterContext
    ) -> None:
        self._api = api
        self._receiver = receiver
        self._positions = positions
        self._rooms = rooms
        self._context = context
        self._wake = asyncio.Event()
        self._hurry = asyncio.Event()
        self._begun_at: Mapping[str, str] = {}
        self._since = ""
        self._rooms_to_read = 0
        """After a gap: how many of those that were talked in last."""
        self._is_reading: dict[str, asyncio.Event] = {}
        self._is_away = False
        self.on_heard: Callable[[], None] = lambda: None
        """Called when something comes in while Slack is believed to be away."""

    def note_gap(self, seconds: float, known: Mapping[str, str] | None = None) -> None:
        """The connection was away for so long: read the rooms again soon, from where they were `known` to be read."""
        # After a short gap Slack itself delivers again what was not acknowledged.
        wanted = _MOST_ROOMS if seconds > _LONG_GAP_SECONDS else _MOST_ROOMS_AFTER_GAP
        if not self._rooms_to_read:
            self._begun_at = self._positions.names() if known is None else known
            heard_at = self._context.now() - timedelta(seconds=seconds) - _UNNOTICED
            self._since = f"{heard_at.timestamp():.6f}"
        self._rooms_to_read = max(self._rooms_to_read, wanted)
        for name in self._positions.names():
            self._positions.fall_behind(name)
        self._is_away = False
        self._hold(_room_of(name)[0] for name in self._positions.behind)
        self._context.report("slack.reconnected", {"away_seconds": round(seconds, 1)})
        self._wake.set()

    def expect_gap(self) -> None:
        """Slack is away: what comes in next waits for what came before it."""
        self._is_away = True
        self._hold(_room_of(name)[0] for name in self._positions.names())

    def note_unstored(self) -> None:
        """Something was not stored: read its room again soon."""
        self._wake.set()

    def holds(self, channel: str) -> bool:
        """True while something that was said in this room before may be missing."""
        reading = self._is_reading.get(channel)
        return self._is_away or (reading is not None and not reading.is_set()) or self._is_behind(channel)

    async def hold(self, channel: str, arrived_at: float) -> None:
        """Wait for as long as `holds` is true, but never so long that Slack would deliver again."""
        if self._is_away:
            self.on_heard()
        elif self._is_behind(channel):
            # Something could not be stored, or was swallowed: that comes first.
            self._hold([channel])
            self._hurry.set()
        left = arrived_at + _HOLD_SECONDS - asyncio.get_running_loop().time()
        if (reading := self._is_reading.get(channel)) is not None and left > 0:
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(reading.wait(), left)

    def _is_behind(self, channel: str) -> bool:
        return any(_room_of(name)[0] == channel for name in self._positions.behind)

    async def prepare(self) -> None:
        """Learn how far each room was read, before anything new comes in."""
        cursors = await self._context.intake.cursors()
        self._positions.load(cursors)
        scope = await self._receiver.scope()
        for name in cursors:
            channel, thread = _room_of(name)
            if thread:
                scope.memory.note_heard(channel, thread)
        for name in (*self._positions.names(), *self._listed_names(scope)):
            self._positions.fall_behind(name)
        self._begun_at = self._positions.names()
        self._hold(_room_of(name)[0] for name in self._positions.behind)

    def _hold(self, channels: Iterable[str]) -> None:
        for channel in set(channels):
            # Who waits already goes on waiting for the same reading.
            if (reading := self._is_reading.get(channel)) is None or reading.is_set():
                self._is_reading[channel] = asyncio.Event()

    async def run(self) -> None:
        """Read everything once, then whatever falls behind; returns never."""
        stopped_at = await self._context.intake.stopped_at()
        since = f"{stopped_at.timestamp():.6f}" if stopped_at is not None else ""
        scope = await self._receiver.scope()
        reading = _Reading(scope, self._begun_at, since, _MOST_ROOMS)
        await self._read_all(reading)
        if not reading.failed:
            await self._context.intake.caught_up()
        pause = _FIRST_PAUSE_SECONDS
        while True:
            if not self._positions.behind and not self._rooms_to_read:
                self._wake.clear()
                await self._wake.wait()
                pause = _FIRST_PAUSE_SECONDS
            if not self._rooms_to_read:
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(self._hurry.wait(), pause)
                self._hurry.clear()
                pause = min(pause * 2, _LONGEST_PAUSE_SECONDS)
            await self._read_again()

    async def _read_again(self) -> None:
        scope = await self._receiver.scope()
        if self._rooms_to_read:
            reading = _Reading(scope, self._begun_at, self._since, self._rooms_to_read)
            self._rooms_to_read = 0
            await self._read_all(reading)
            return
        reading = _Reading(scope, self._positions.names(), "", _MOST_ROOMS)
        for name in self._positions.behind:
            await self._guarded(self._read_named(name, reading), name, reading)

    # -- which rooms

    def _listed_names(self, scope: Scope) -> list[str]:
        channels = sorted({self._rooms.staff, *self._rooms.support} - {""})
        return [scope.place(channel).key for channel in channels]

    async def _read_all(self, reading: _Reading) -> None:
        """The staff space and support places first, then what was talked in last."""
        listed = self._listed_names(reading.scope)
        known = sorted(reading.begun_at.items(), key=lambda item: order_of(item[1]), reverse=True)
        rooms = [name for name, _ in known if not _room_of(name)[1] and name not in listed]
        threads = [name for name, _ in known if _room_of(name)[1]]
        for name in [*listed, *rooms[: reading.most_rooms]]:
            await self._guarded(self._read_named(name, reading), name, reading)
        for name in threads[:_MOST_THREADS]:
            if name not in reading.threads_read:
                await self._guarded(self._read_named(name, reading), name, reading)
        if reading.since:
            await self._guarded(self._read_unknown_chats(reading), "", reading)
        for name in self._positions.behind - reading.failed:
            # What lies too far back to be read now is read when it moves again.
            self._positions.catch_up(name)
        for event in self._is_reading.values():
            event.set()

    async def _guarded(self, work: Any, name: str, reading: _Reading) -> None:
        """Run one piece of reading; a passing failure leaves the room behind, to be read again later."""
        try:
            await work
        except SLACK_ERRORS as error:
            self._context.report("slack.catch_up_failed", {"room": name, "error": error_code(error)})
            self._api.note(error)
            if not to_send_error(error).is_permanent:
                reading.failed.add(name)
                return
        except Exception as error:  # noqa: BLE001 - the store may fail in its own ways; this room is tried again
            self._context.report("slack.catch_up_failed", {"room": name, "error": type(error).__name__})
            reading.failed.add(name)
            return
        self._positions.catch_up(name)
        channel, thread = _room_of(name)
        is_read = not thread or not self._is_behind(channel)
        if is_read and (event := self._is_reading.get(channel)) is not None:
            event.set()

    async def _read_unknown_chats(self, reading: _Reading) -> None:
        """Direct chats that began, or began again, while nobody listened."""
        count = 0
        asked: dict[str, Any] = {"types": "im", "limit": _PAGE}
        async for chat in self._pages(self._api.reading.conversations_list, asked, "channels"):
            name = reading.scope.place(str(chat.get("id"))).key
            updated = float(chat.get("updated") or 0) / 1000
            is_old = updated and updated < float(reading.since) and float(chat.get("created") or 0) < updated
            if name in reading.begun_at or is_old or count >= reading.most_rooms:
                continue
            count += 1
            await self._guarded(self._read_named(name, reading), name, reading)

    # -- reading

    async def _read_named(self, name: str, reading: _Reading) -> None:
        channel, thread = _room_of(name)
        if thread:
            await self._read_thread(channel, thread, reading)
        else:
            await self._read_room(channel, name, reading)

    async def _read_room(self, channel: str, name: str, reading: _Reading) -> None:
        position = reading.begun_at.get(name) or reading.since
        if not position:
            return
        asked = {"channel": channel, "oldest": _earlier(position), "limit": _PAGE}
        found = [one async for one in self._pages(self._api.reading.conversations_history, asked, "messages")]
        messages = sorted(found, key=lambda one: order_of(str(one.get("ts"))))
        await self._tell(channel, name, messages, position, reading)
        for message in messages:
            thread = str(message.get("ts"))
            has_replies = message.get("thread_ts") == thread or bool(message.get("reply_count"))
            if has_replies:
                await self._read_replies(channel, message, reading)

    async def _read_replies(self, channel: str, root: Json, reading: _Reading) -> None:
        thread = str(root["ts"])
        name = reading.scope.place(channel, thread).key
        latest = str(root.get("latest_reply") or "")
        if is_direct(channel) or not latest or order_of(latest) > order_of(reading.begun_at.get(name, "")):
            await self._read_thread(channel, thread, reading)
        reading.threads_read.add(name)
        self._positions.catch_up(name)

    async def _read_thread(self, channel: str, thread: str, reading: _Reading) -> None:
        name = reading.scope.place(channel, thread).key
        # A thread that was never read begins with its root; in a direct chat it shares the chat's position.
        position = thread if is_direct(channel) else reading.begun_at.get(name) or thread
        asked = {"channel": channel, "ts": thread, "oldest": _earlier(position), "limit": _PAGE}
        messages = [
            one async for one in self._pages(self._api.reading.conversations_replies, asked, "messages")
        ]
        replies = [message for message in messages if message.get("ts") != thread]
        await self._tell(channel, name, replies, position, reading)
        reading.threads_read.add(name)

    async def _tell(
        self, channel: str, name: str, messages: Iterable[Json], position: str, reading: _Reading
    ) -> None:
        """Store what is newer than the position, and what was edited since."""
        heard: list[Heard] = []
        last = position
        now = self._context.now()
        for message in messages:
            ts = str(message.get("ts"))
            edited = str((message.get("edited") or {}).get("ts") or "")
            if order_of(ts) > order_of(position):
                said = hear_message({**message, "channel": channel}, reading.scope, now, is_backfilled=True)
                last = max(last, ts, key=order_of)
            elif order_of(edited) > order_of(position):
                said = hear_edition(message, reading.scope, channel, now)
            else:
                continue
            if said is not None:
                heard.append(said)
        if heard or last != position:
            await self._receiver.store_history(heard, Cursor(name, last))

    async def _pages(self, method: Any, asked: dict[str, Any], key: str) -> AsyncIterator[Json]:
        cursor = ""
        for _ in range(_MOST_PAGES):
            answer = await method(**asked, **({"cursor": cursor} if cursor else {}))
            for one in answer.get(key) or ():
                yield one
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return


def _room_of(name: str) -> tuple[str, str]:
    """(channel, thread) of a cursor's name, which is a place's key."""
    fields = [*name.split("|"), "", "", "", ""]
    return fields[2], fields[3]


def _earlier(position: str) -> str:
    seconds, micros = order_of(position)
    return f"{max(0, seconds - int(_OVERLAP.total_seconds()))}.{micros:06d}"
