"""Receiving: gateway events into the intake, at once and in order, and what was missed before what is new."""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

import discord

from adapters import AdapterContext, Cursor
from adapters.discord.api import Api
from adapters.discord.backfill import SESSION, Backfill, Past, past_since
from adapters.discord.directory import Directory
from adapters.discord.errors import code_of
from adapters.discord.lanes import Arrival, Lanes
from adapters.discord.parse import (
    Reader,
    read_deletions,
    read_edit,
    read_message,
    read_reaction,
    read_room_deleted,
    said_at,
)
from adapters.discord.recent import Recent
from adapters.discord.rooms import Hearing, Room, RoomKind, cursor_name
from adapters.discord.snowflake import first_after, is_timed
from adapters.discord.threads import Threads
from bot.core.events import Event, MessageReceived

MOST_AT_ONCE = 4
GUILDS_WITHIN_SECONDS = 5.0
READY_WITHIN_SECONDS = 20.0
BEFORE_A_GAP = timedelta(minutes=1)
"""What is missing may have been said so long before the last event that came."""
STORE_PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 4.0)
"""Waits between tries to store; after the last the adapter gives up, and a new one reads the history."""

_IN_A_ROOM = (
    "MESSAGE_CREATE",
    "MESSAGE_UPDATE",
    "MESSAGE_DELETE",
    "MESSAGE_DELETE_BULK",
    "MESSAGE_REACTION_ADD",
    "MESSAGE_REACTION_REMOVE",
)
_ROOM_GONE = ("THREAD_DELETE", "CHANNEL_DELETE")
_CHAT_KNOWN = "CHAT_KNOWN"
"""Not Discord's: our own word in a lane that a direct chat has come to be known."""
_DIRECT_TYPE = 1
_TEXT_TYPE = 0


class Receiver:
    """Takes gateway events in `feed`; everything else happens in tasks of its own."""

    def __init__(
        self,
        context: AdapterContext,
        api: Api,
        directory: Directory,
        threads: Threads,
        backfill: Backfill,
        hearing: Hearing,
        on_interaction: Callable[[dict[str, Any], Reader], None],
        on_session: Callable[[str], None],
    ) -> None:
        self._context, self._api = context, api
        self._directory, self._threads, self._backfill = directory, threads, backfill
        self._hearing = hearing
        self._on_interaction, self._on_session = on_interaction, on_session
        self.broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Ends with the error after which only a new adapter can go on."""
        self._lanes = Lanes(self._take, self._fail)
        self._me = ""
        self._session = self._application = ""
        self._guilds_to_come: set[str] = set()
        self._guilds_are_there = asyncio.Event()
        self._catching_up: asyncio.Task[None] | None = None
        self._known: set[str] = set()
        """Cursor names: the rooms the bot has a part in."""
        self._since: datetime | None = None
        self._last_number = 0
        self._heard_at = context.now()
        self._began_at = ""
        """Where this session begins, as an id."""
        self._on_ready: Callable[[], None] = lambda: None
        self._reactions: Recent[tuple[str, ...], bool] = Recent(5_000)

    def start(self, on_ready: Callable[[], None]) -> None:
        self._on_ready = on_ready

    async def close(self) -> None:
        if self._catching_up is not None:
            self._catching_up.cancel()
            await asyncio.gather(self._catching_up, return_exceptions=True)
        await self._lanes.close()
        if not self.broken.done():
            self.broken.cancel()

    def _fail(self, error: BaseException) -> None:
        if not self.broken.done():
            self.broken.set_exception(error)

    # Live events

    def feed(self, kind: str, data: dict[str, Any], sequence: int) -> None:
        """Take one event of the gateway; never waits."""
        self._note_number(kind, sequence)
        if kind == "READY":
            self._begin_session(data)
        elif kind in ("GUILD_CREATE", "GUILD_DELETE"):
            self._guilds_to_come.discard(str(data["id"]))
            if not self._guilds_to_come:
                self._guilds_are_there.set()
        elif kind == "INTERACTION_CREATE":
            self._on_interaction(data, self.reader())
        elif kind in _IN_A_ROOM or kind in _ROOM_GONE:
            room = str(data["id"] if kind in _ROOM_GONE else data["channel_id"])
            self._lanes.put(room, Arrival(kind, data, self._session, sequence))

    def _note_number(self, kind: str, sequence: int) -> None:
        """Discord counts what it sends: a number that is left out is something that will never come."""
        heard_at, self._heard_at = self._heard_at, self._context.now()
        last, self._last_number = self._last_number, sequence
        if kind != "READY" and sequence > last + 1:
            self._context.report("discord.gap", {"missing": sequence - last - 1})
            self._read_again(heard_at - BEFORE_A_GAP)

    def reader(self) -> Reader:
        return Reader(
            me=self._me,
            roles=self._directory.bots_roles(self._me),
            hearing=self._hearing,
            names=self._directory.name,
            commands=self._context.commands,
            prefix=self._context.command_prefix,
        )

    async def _take(self, room_id: str, arrivals: Sequence[Arrival]) -> None:
        """Store what arrived in one room, with the cursor behind it."""
        gone = [self._read_gone(one) for one in arrivals if one.kind in _ROOM_GONE]
        arrivals = [one for one in arrivals if one.kind not in _ROOM_GONE]
        if arrivals and (room := await self._room(room_id, arrivals[0].data)) is not None:
            await self._take_in(room, arrivals)
        if events := [event for event in gone if event]:
            await self._accept(events, None)

    def _read_gone(self, arrival: Arrival) -> Event | None:
        is_thread = arrival.kind == "THREAD_DELETE"
        return read_room_deleted(arrival.data, self._hearing, self._context.now(), is_thread=is_thread)

    async def _take_in(self, room: Room, arrivals: Sequence[Arrival]) -> None:
        await self._read_new_direct_chat(room)
        said = [one for one in arrivals if one.kind != _CHAT_KNOWN]
        if len(said) < len(arrivals) and cursor_name(room) not in self._known:
            await self._store((), room, self._began_at if is_timed(room.id) else "0")
        reader = self.reader()
        events: list[Event] = []
        last = ""
        for arrival in said:
            read = self._read(arrival, room, reader)
            events += read
            if read and arrival.kind == "MESSAGE_CREATE":
                last = str(arrival.data["id"])
        await self._store(events, room, last)

    async def _room(self, room_id: str, data: dict[str, Any]) -> Room | None:
        """The room of an event; None for one that is gone or that the bot may not know."""
        kind = data.get("channel_type", _TEXT_TYPE if data.get("guild_id") else _DIRECT_TYPE)
        hint = None if data.get("guild_id") and "channel_type" not in data else {"id": room_id, "type": kind}
        try:
            return await self._directory.room(room_id, hint)
        except discord.HTTPException as error:
            # Anything but a plain no is a reason to come back to it later, with the history.
            if error.status not in (400, 403, 404):
                raise
            self._context.report("discord.room_unknown", {"room": room_id, "code": code_of(error)})
        if data.get("guild_id") and room_id in self._hearing.channels():
            return Room(room_id, RoomKind.TEXT, guild=str(data["guild_id"]))
        return None

    def _read(self, arrival: Arrival, room: Room, reader: Reader) -> list[Event]:
        data, now = arrival.data, self._context.now()
        if arrival.kind == "MESSAGE_CREATE":
            message = read_message(data, room, reader, now, is_heard=self._is_heard(room))
            if isinstance(message, MessageReceived) and message.is_opening:
                self._threads.note_opening(str(data["id"]), message.text)
            return [message] if message else []
        if not (self._hearing.is_open(room.place) or cursor_name(room) in self._known):
            return []
        if arrival.kind == "MESSAGE_UPDATE":
            edit = read_edit(data, room, reader, now)
            return [edit] if edit else []
        if arrival.kind in ("MESSAGE_DELETE", "MESSAGE_DELETE_BULK"):
            return list(read_deletions(data, room, now))
        return self._read_reaction(arrival, room, reader)

    def _read_reaction(self, arrival: Arrival, room: Room, reader: Reader) -> list[Event]:
        is_on = arrival.kind == "MESSAGE_REACTION_ADD"
        event = read_reaction(
            arrival.data,
            room,
            reader,
            is_on=is_on,
            session=arrival.session,
            sequence=arrival.sequence,
            now=self._context.now(),
        )
        if event is None:
            return []
        # The gateway names no reaction, so one that is delivered twice is known by changing nothing.
        key = (event.message.id, event.author.identity.external_id, event.emoji)
        if self._reactions.get(key) is is_on:
            return []
        self._reactions.put(key, is_on)
        return [event]

    def _is_heard(self, room: Room) -> bool:
        """Whether the bot already has a part in this thread: it started it or was called into it."""
        return room.kind is RoomKind.THREAD and (room.owner == self._me or cursor_name(room) in self._known)

    async def _store(self, events: Sequence[Event], room: Room, last: str) -> None:
        if not events and not last:
            return
        name = cursor_name(room)
        await self._accept(events, Cursor(name, last) if last else None)
        if last:
            self._known.add(name)

    async def _accept(self, events: Sequence[Event], cursor: Cursor | None) -> None:
        for pause in STORE_PAUSES_SECONDS:
            try:
                await self._context.intake.accept(events, cursor=cursor)
            except Exception as error:  # noqa: BLE001 - the house's storage is behind this, with errors of its own
                self._context.report("discord.not_stored", {"error": type(error).__name__})
                await asyncio.sleep(pause)
            else:
                return
        await self._context.intake.accept(events, cursor=cursor)

    # What was missed

    def _begin_session(self, data: dict[str, Any]) -> None:
        self._me = str(data["user"]["id"])
        self._session = str(data["session_id"])
        self._guilds_to_come = {str(one["id"]) for one in data.get("guilds") or ()}
        self._guilds_are_there.clear()
        if not self._guilds_to_come:
            self._guilds_are_there.set()
        self._application = str((data.get("application") or {}).get("id") or self._me)
        self._read_again(None)

    def _read_again(self, since: datetime | None) -> None:
        """Hold everything back until what is missing was read: since the house last listened, or since then."""
        self._lanes.hold_all()
        if self._catching_up is not None:
            self._catching_up.cancel()
        self._catching_up = asyncio.create_task(self._catch_up(since), name="discord catching up")

    async def _catch_up(self, since: datetime | None) -> None:
        try:
            await self._read_missed(since)
        except ExceptionGroup as group:
            self._fail(group.exceptions[0])
        except Exception as error:  # noqa: BLE001 - a past that cannot be read now is read by a new adapter
            self._fail(error)

    async def _read_missed(self, since: datetime | None) -> None:
        try:
            await asyncio.wait_for(self._guilds_are_there.wait(), GUILDS_WITHIN_SECONDS)
        except TimeoutError:
            self._context.report("discord.guilds_late", {"missing": len(self._guilds_to_come)})
        if since is None:
            self._on_session(self._application)
        self._began_at = first_after(self._context.now())
        cursors = await self._context.intake.cursors()
        stopped_at = await self._context.intake.stopped_at()
        self._since = min(since, stopped_at) if since and stopped_at else stopped_at
        self._known |= set(cursors)
        pasts = await self._backfill.pasts(cursors, self._since)
        if self._since is None:
            for cursor in await self._backfill.baselines(cursors):
                await self._accept((), cursor)
        self._lanes.hold_only(past.room.id for past in pasts)
        gate = asyncio.Semaphore(MOST_AT_ONCE)

        async def read(past: Past) -> None:
            async with gate:
                await self._read_past(past)
            self._lanes.release(past.room.id)

        # Rooms without a past are served already; a long catching up is no reason to look dead.
        late = asyncio.get_running_loop().call_later(READY_WITHIN_SECONDS, self._on_ready)
        try:
            async with asyncio.TaskGroup() as group:
                for past in pasts:
                    group.create_task(read(past))
        finally:
            late.cancel()
        await self._accept((), Cursor(SESSION, self._began_at))
        await self._context.intake.caught_up()
        self._on_ready()

    async def _read_past(self, past: Past) -> None:
        reader = self.reader()
        async for page in self._backfill.read(past):
            now = self._context.now()
            said = [one for one in page if not past.not_before or said_at(one, now) >= past.not_before]
            events: list[Event] = []
            for data in said:
                message = read_message(
                    data, past.room, reader, now, is_heard=self._is_heard(past.room), is_backfilled=True
                )
                events += [message] if message else []
            is_ours = bool(events) or cursor_name(past.room) in self._known
            await self._store(events, past.room, str(page[-1]["id"]) if is_ours else "")

    def note_direct_chat(self, channel: str) -> None:
        """The bot spoke in a direct chat, or was used in one: what is said there is to be found after a gap."""
        room = Room(channel, RoomKind.DIRECT)
        if self._began_at and cursor_name(room) not in self._known:
            self._lanes.put(channel, Arrival(_CHAT_KNOWN, {"channel_type": _DIRECT_TYPE}, "", 0))

    async def _read_new_direct_chat(self, room: Room) -> None:
        """No list of direct chats exists: one that was begun while the bot was away shows with its next message."""
        if room.kind is not RoomKind.DIRECT or self._since is None or cursor_name(room) in self._known:
            return
        await self._read_past(past_since(room, self._since))
