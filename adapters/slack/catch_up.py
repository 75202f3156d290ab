"""Reading what was said while nobody listened: after a start, a gap, or something that could not be stored."""

import asyncio
import contextlib
import math
from collections.abc import Callable, Iterable, Mapping
from datetime import timedelta
from typing import Any

from adapters import AdapterContext
from adapters.slack.api import SLACK_ERRORS, Api, error_code
from adapters.slack.elsewhere import Turn, is_told, note_threads, without_reading
from adapters.slack.history import PAGE, HistoryReader, Reading
from adapters.slack.positions import Positions, overlap
from adapters.slack.receive import Receiver
from adapters.slack.refusals import to_send_error
from adapters.slack.scope import Rooms, Scope, order_of, room_of

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


class CatchUp:
    """Reads histories in the background. Every call it makes is optional: a failure is reported, not raised."""

    def __init__(
        self, api: Api, receiver: Receiver, positions: Positions, rooms: Rooms, context: AdapterContext
    ) -> None:
        self._api = api
        self._receiver = receiver
        self._history = HistoryReader(api, receiver, positions, context)
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
        self._first: dict[str, None] = {}
        """Rooms in which somebody waits: they are read before the others."""
        self._rooms_to_read = 0
        """After a gap: how many of those that were talked in last."""
        self._readings: dict[str, asyncio.Event] = {}
        self._others_until = 0.0
        """For so long what comes in waits for what another process reads."""
        self._is_away = self._is_caught_up = False
        self._scope: Scope | None = None
        self._are_chats_unread = False
        """Direct chats may have begun of which nothing is known yet: nobody listened, and they are not read."""
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
        self._are_chats_unread = True
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

    def note_unstored(self, room: str, *, is_waiting: bool = False) -> None:
        """Something was not stored: read its room again soon, or at once when it only waited for that."""
        self._unstored.add(room)
        self._first[room] = None
        self._wake.set()
        if is_waiting:
            self._hurry.set()

    def holds(self, channel: str) -> bool:
        """True while something that was said in this room before may be missing."""
        return self._is_away or self._is_unread(channel) or self._is_being_read(channel)

    async def hold(self, channel: str, arrived_at: float) -> bool:
        """Wait for as long as `holds` is true, but never so long that Slack would deliver again.

        False when that was not long enough: what was said in this room before is still being read here.
        """
        until = arrived_at + _HOLD_SECONDS
        if self._is_away:
            self.on_heard()
        elif self._is_unread(channel):
            # Something could not be stored, or was swallowed: that comes first.
            self._hold([channel])
            self._hurry.set()
        elif self.turn.is_elsewhere:
            until = min(until, self._others_until)
        left = until - asyncio.get_running_loop().time()
        if (reading := self._readings.get(channel)) is not None and left > 0:
            await _set_within(reading, left)
        return reading is None or reading.is_set() or self.turn.is_elsewhere

    def _is_unread(self, channel: str) -> bool:
        """True when something is or may be missing in this room that is read here."""
        return self._is_behind(channel) or (self._are_chats_unread and self._is_unknown_chat(channel))

    def _is_unknown_chat(self, channel: str) -> bool:
        if self._scope is None or self.turn.is_elsewhere or not self._scope.is_direct(channel):
            return False
        return not self._positions.at(self._scope.place(channel).key)

    def _is_behind(self, channel: str, since: int = 0) -> bool:
        """True when something is missing in this room, since that moment, that is read here."""
        behind = self._positions.behind_since(since)
        names = behind & self._unstored if self.turn.is_elsewhere else behind
        return any(room_of(name)[0] == channel for name in names)

    def _is_being_read(self, channel: str) -> bool:
        reading = self._readings.get(channel)
        is_here = not self.turn.is_elsewhere or self._others_until > asyncio.get_running_loop().time()
        return reading is not None and not reading.is_set() and is_here

    async def prepare(self) -> None:
        """Learn how far each room was read, before anything new comes in; until `begin` it is all held back."""
        cursors, self._told = without_reading(await self._context.intake.cursors())
        self._positions.load(cursors)
        scope = self._scope = await self._receiver.scope()
        note_threads(cursors, scope.memory)
        self._are_chats_unread = True
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
        known = (self._begun_at, self._since) if self._are_chats_unread else (self._positions.names(), "")
        reading = self._reading_of(await self._receiver.scope(), *known, _MOST_ROOMS)
        for name in self._unstored & self._positions.behind:
            await self._guarded(self._history.read(name, reading), name, reading)
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
        # What was told before says nothing of now, however far ahead the clock was by which it was told.
        if told == self._told or not is_told(told, self._wanted_at):
            return
        self._told = told
        note_threads(cursors, (await self._receiver.scope()).memory)
        self._positions.load({name: cursors[name] for name in cursors.keys() - self._unstored})
        for name in self._positions.behind - self._unstored:
            self._positions.catch_up(name, self._positions.moment)
        self._rooms_to_read, self._wanted_at = 0, 0.0
        self._are_chats_unread = False
        self._let_in()

    async def _last_heard(self) -> str:
        stopped_at = await self._context.intake.stopped_at()
        return f"{stopped_at.timestamp():.6f}" if stopped_at is not None else ""

    async def _read_again(self) -> None:
        scope = await self._receiver.scope()
        if self._rooms_to_read:
            reading = self._reading_of(scope, self._begun_at, self._since, self._rooms_to_read)
            self._rooms_to_read = 0
            await self._read_all(reading)
            if "" in reading.failed:
                # Nobody knows which chats there are to be read: all of it is tried again.
                self._begun_at, self._since = reading.begun_at, reading.since
                self._rooms_to_read = max(self._rooms_to_read, reading.most_rooms)
            return
        reading = self._reading_of(scope, self._positions.names(), "", _MOST_ROOMS)
        await self._read_each(self._positions.behind, reading)

    def _reading_of(self, scope: Scope, begun_at: Mapping[str, str], since: str, most: int) -> Reading:
        away = timedelta(seconds=self._context.now().timestamp() - float(since)) if since else timedelta()
        return Reading(scope, begun_at, since, most, self._positions.moment, overlap(away))

    # -- which rooms

    def _listed_names(self, scope: Scope) -> list[str]:
        channels = sorted({self._rooms.staff, *self._rooms.support} - {""})
        return [scope.place(channel).key for channel in channels]

    async def _read_all(self, reading: Reading) -> None:
        """The staff space and support places first, then what was talked in last."""
        listed = self._listed_names(reading.scope)
        known = sorted(reading.begun_at.items(), key=lambda item: order_of(item[1]), reverse=True)
        rooms = [name for name, _ in known if not room_of(name)[1] and name not in listed]
        threads = [name for name, _ in known if room_of(name)[1]]
        await self._read_each([*listed, *rooms[: reading.most_rooms]], reading)
        await self._read_each(threads[:_MOST_THREADS], reading)
        if reading.since:
            await self._guarded(self._read_unknown_chats(reading), "", reading)
        for name in self._positions.behind - reading.failed:
            # What lies too far back to be read now is read when it moves again.
            self._positions.catch_up(name, reading.moment)
        self._are_chats_unread = "" in reading.failed
        self._let_in()

    async def _read_each(self, names: Iterable[str], reading: Reading) -> None:
        """One after the other; a room in which somebody waits comes before its turn."""
        for name in names:
            await self._read_first(reading)
            if name not in reading.threads_read:
                await self._guarded(self._history.read(name, reading), name, reading)

    async def _read_first(self, reading: Reading) -> None:
        while self._first:
            first = next(iter(self._first))
            await self._guarded(self._history.read(first, reading), first, reading)

    def _let_in(self) -> None:
        """Hold nothing back any more, but where something was missed meanwhile."""
        for channel, event in self._readings.items():
            if not self._is_behind(channel):
                event.set()

    async def _guarded(self, work: Any, name: str, reading: Reading) -> None:
        """Run one piece of reading; a passing failure leaves the room behind, to be read again later."""
        begun_at = self._positions.moment
        self._first.pop(name, None)
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
        self._positions.catch_up(name, begun_at)
        channel, thread = room_of(name)
        is_read = not self._is_behind(channel, begun_at if not thread else 0)
        if is_read and (event := self._readings.get(channel)) is not None:
            event.set()

    async def _read_unknown_chats(self, reading: Reading) -> None:
        """Direct chats that began, or began again, while nobody listened."""
        count = 0
        asked: dict[str, Any] = {"types": "im", "limit": PAGE}
        async for chat in self._history.pages(self._api.reading.conversations_list, asked, "channels"):
            if not chat.get("is_im", True):
                # Other servers may not know how to list only some.
                continue
            reading.scope.memory.kinds.note(str(chat.get("id")), is_direct=True)
            name = reading.scope.place(str(chat.get("id"))).key
            updated = float(chat.get("updated") or 0) / 1000
            is_old = updated and updated < float(reading.since) and float(chat.get("created") or 0) < updated
            if name in reading.begun_at or is_old or count >= reading.most_rooms:
                continue
            count += 1
            await self._read_first(reading)
            await self._guarded(self._history.read(name, reading), name, reading)
            if name in reading.failed:
                self._positions.fall_behind(name, reading.since)


async def _set_within(event: asyncio.Event, seconds: float) -> None:
    """Wait until it is set, but not longer."""
    with contextlib.suppress(TimeoutError):
        # Not wait_for, which loses a cancellation that comes together with what it waits for.
        async with asyncio.timeout(seconds):
            await event.wait()
