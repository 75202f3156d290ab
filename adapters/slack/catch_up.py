"""Reading what was said while nobody listened: after a start, a gap, or something that could not be stored."""

import asyncio
import contextlib
import math
from collections.abc import AsyncIterator, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from adapters import AdapterContext, Cursor
from adapters.slack import malformed
from adapters.slack.api import SLACK_ERRORS, Api, error_code
from adapters.slack.elsewhere import Turn, is_told, note_threads, without_reading
from adapters.slack.heard import Heard
from adapters.slack.messages import hear_past
from adapters.slack.payloads import Json
from adapters.slack.positions import Positions
from adapters.slack.receive import Receiver
from adapters.slack.refusals import to_send_error
from adapters.slack.scope import Rooms, Scope, is_direct, order_of, room_of

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
_TELL_SECONDS = 60.0
"""How often several processes tell and ask each other whether anything is missing."""


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
        self.turn = Turn(context, self._wake.set)
        self._wanted_at = 0.0
        """What was said until then may be missing here; 0 when nothing is."""
        self._unstored: set[str] = set()
        """Rooms of which only this process knows that something is missing."""
        self._begun_at: Mapping[str, str] = {}
        self._since = self._told = ""
        self._rooms_to_read = 0
        """After a gap: how many of those that were talked in last."""
        self._readings: dict[str, asyncio.Event] = {}
        self._others_until = 0.0
        """For so long what comes in waits for what another process reads."""
        self._is_away = self._is_caught_up = False
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
        self._wanted_at = self._context.now().timestamp()
        self._rooms_to_read = max(self._rooms_to_read, wanted)
        for name in self._positions.names():
            self._positions.fall_behind(name)
        self._is_away = False
        self._hold_all()
        self._context.report("slack.reconnected", {"away_seconds": round(seconds, 1)})
        self._wake.set()
        self._hurry.set()

    def expect_gap(self) -> None:
        """Slack is away: what comes in next waits for what came before it."""
        self._is_away = True
        self._hold(room_of(name)[0] for name in self._positions.names())

    def note_unstored(self, room: str) -> None:
        """Something was not stored: read its room again soon."""
        self._unstored.add(room)
        self._wake.set()

    def holds(self, channel: str) -> bool:
        """True while something that was said in this room before may be missing."""
        return self._is_away or self._is_behind(channel) or self._is_being_read(channel)

    async def hold(self, channel: str, arrived_at: float) -> None:
        """Wait for as long as `holds` is true, but never so long that Slack would deliver again."""
        until = arrived_at + _HOLD_SECONDS
        if self._is_away:
            self.on_heard()
        elif self._is_behind(channel):
            # Something could not be stored, or was swallowed: that comes first.
            self._hold([channel])
            self._hurry.set()
        elif not self.turn.is_ours:
            until = min(until, self._others_until)
        left = until - asyncio.get_running_loop().time()
        if (reading := self._readings.get(channel)) is not None and left > 0:
            await _set_within(reading, left)

    def _is_behind(self, channel: str) -> bool:
        """True when something is missing in this room that is read here."""
        behind = self._positions.behind
        names = behind if self.turn.is_ours else behind & self._unstored
        return any(room_of(name)[0] == channel for name in names)

    def _is_being_read(self, channel: str) -> bool:
        reading = self._readings.get(channel)
        is_here = self.turn.is_ours or self._others_until > asyncio.get_running_loop().time()
        return reading is not None and not reading.is_set() and is_here

    async def prepare(self) -> None:
        """Learn how far each room was read, before anything new comes in; until `begin` it is all held back."""
        cursors, self._told = without_reading(await self._context.intake.cursors())
        self._positions.load(cursors)
        scope = await self._receiver.scope()
        note_threads(cursors, scope.memory)
        for name in (*self._positions.names(), *self._listed_names(scope)):
            self._positions.fall_behind(name)
        self._begun_at = self._positions.names()
        self._rooms_to_read = _MOST_ROOMS
        self._wanted_at = self._context.now().timestamp()
        self._hold_all()
        self._others_until = math.inf

    def begin(self) -> None:
        """Events can come from now on."""
        self._others_until = asyncio.get_running_loop().time() + _HOLD_SECONDS

    def _hold_all(self) -> None:
        self._hold(room_of(name)[0] for name in self._positions.behind)
        self.begin()

    def _hold(self, channels: Iterable[str]) -> None:
        for channel in set(channels):
            # Who waits already goes on waiting for the same reading.
            if (reading := self._readings.get(channel)) is None or reading.is_set():
                self._readings[channel] = asyncio.Event()

    async def run(self) -> None:
        """Read everything once, then whatever falls behind; returns never.

        While it is another process's turn, only what this one could not store is read here.
        """
        self._since = self._told or await self._last_heard()
        pause = 0.0
        while True:
            await _set_within(self._hurry, pause)
            self._hurry.clear()
            self._wake.clear()
            is_ours = self.turn.is_ours
            is_done = await (self._read_for_all() if is_ours else self._see_to_own())
            if is_ours or not is_done:
                pause = min(max(pause * 2, _FIRST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)
            if is_done:
                pause = min(pause, _FIRST_PAUSE_SECONDS)
                await _set_within(self._wake, _TELL_SECONDS)

    async def _read_for_all(self) -> bool:
        """Read what is missing, for every process; True when nothing is missing any more."""
        await self._read_again()
        if self._positions.behind or self._rooms_to_read:
            return False
        self._unstored.clear()
        self._wanted_at = 0.0
        try:
            await self.turn.tell_others()
            if not self._is_caught_up:
                await self._context.intake.caught_up()
                self._is_caught_up = True
        except Exception as error:  # noqa: BLE001 - it is told again in a minute
            self._context.report("slack.position_not_stored", {"error": type(error).__name__})
        return True

    async def _see_to_own(self) -> bool:
        """Read what only this process knows to be missing; True when that is done."""
        reading = _Reading(await self._receiver.scope(), self._positions.names(), "", _MOST_ROOMS)
        for name in self._unstored & self._positions.behind:
            await self._guarded(self._read_named(name, reading), name, reading)
        self._unstored &= self._positions.behind
        if self._wanted_at:
            await self._ask_others()
        return not self._unstored

    async def _ask_others(self) -> None:
        """Go on from where the process got whose turn it is, once it has read what is missing here."""
        try:
            cursors, told = without_reading(await self._context.intake.cursors())
        except Exception as error:  # noqa: BLE001 - it is asked again in a minute
            self._context.report("slack.catch_up_failed", {"room": "", "error": type(error).__name__})
            return
        if not is_told(told, self._wanted_at):
            return
        note_threads(cursors, (await self._receiver.scope()).memory)
        self._positions.load({name: cursors[name] for name in cursors.keys() - self._unstored})
        for name in self._positions.behind - self._unstored:
            self._positions.catch_up(name)
        self._rooms_to_read, self._wanted_at = 0, 0.0
        self._let_in()

    async def _last_heard(self) -> str:
        stopped_at = await self._context.intake.stopped_at()
        return f"{stopped_at.timestamp():.6f}" if stopped_at is not None else ""

    async def _read_again(self) -> None:
        scope = await self._receiver.scope()
        if self._rooms_to_read:
            reading = _Reading(scope, self._begun_at, self._since, self._rooms_to_read)
            self._rooms_to_read = 0
            await self._read_all(reading)
            if "" in reading.failed:
                # Nobody knows which chats there are to be read: all of it is tried again.
                self._begun_at, self._since = reading.begun_at, reading.since
                self._rooms_to_read = max(self._rooms_to_read, reading.most_rooms)
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
        rooms = [name for name, _ in known if not room_of(name)[1] and name not in listed]
        threads = [name for name, _ in known if room_of(name)[1]]
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
        self._let_in()

    def _let_in(self) -> None:
        """Hold nothing back any more."""
        for event in self._readings.values():
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
        channel, thread = room_of(name)
        is_read = not thread or not self._is_behind(channel)
        if is_read and (event := self._readings.get(channel)) is not None:
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
            if name in reading.failed:
                self._positions.fall_behind(name, reading.since)

    # -- reading

    async def _read_named(self, name: str, reading: _Reading) -> None:
        channel, thread = room_of(name)
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
            last = max(last, str(message.get("ts")), key=order_of)
            try:
                with malformed.reading():
                    said = hear_past(message, channel, position, reading.scope, now)
            except malformed.MalformedError as error:
                self._context.report("slack.not_understood", {"kind": "history", "error": error.error})
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
                if isinstance(one, dict):
                    yield one
            cursor = str((answer.get("response_metadata") or {}).get("next_cursor") or "")
            if not cursor:
                return


def _earlier(position: str) -> str:
    seconds, micros = order_of(position)
    return f"{max(0, seconds - int(_OVERLAP.total_seconds()))}.{micros:06d}"


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    """Wait until it is set, but not longer."""
    with contextlib.suppress(TimeoutError):
        # Not wait_for, which loses a cancellation that comes together with what it waits for.
        async with asyncio.timeout(seconds):
            await event.wait()
