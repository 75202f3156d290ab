"""Receiving: gateway events into the intake, at once and in order, and what was missed before what is new."""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

import discord

from adapters import AdapterContext, Cursor
from adapters.discord.api import Api
from adapters.discord.backfill import Backfill, Past, past_since
from adapters.discord.changed import UNTOLD, Changed, completed, taken_off
from adapters.discord.directory import Directory
from adapters.discord.errors import FAILURES, code_of
from adapters.discord.lanes import Arrival, Lanes
from adapters.discord.numbers import Numbers
from adapters.discord.parse import (
    Reader,
    check_ids,
    read_deletions,
    read_edit,
    read_message,
    read_room_deleted,
    said_at,
)
from adapters.discord.reactions import Reactions
from adapters.discord.rooms import Hearing, Room, RoomKind, direct_chat
from adapters.discord.shards import Shard, shards_of
from adapters.discord.snowflake import first_after, is_timed, made_at
from adapters.discord.storing import Storing
from adapters.discord.threads import Threads
from bot.core.events import Event, MessageReceived

MOST_AT_ONCE = 4
GUILDS_WITHIN_SECONDS = 5.0
READY_WITHIN_SECONDS = 20.0
NOTED_EVERY_SECONDS = 300.0
"""How often it is stored up to when everything was heard."""
ORDER_MARGIN = timedelta(minutes=1)
"""How far messages of different rooms may come out of the order of their ids."""

T = TypeVar("T")
_IN_A_ROOM = frozenset(
    {
        "MESSAGE_CREATE",
        "MESSAGE_UPDATE",
        "MESSAGE_DELETE",
        "MESSAGE_DELETE_BULK",
        "MESSAGE_REACTION_ADD",
        "MESSAGE_REACTION_REMOVE",
        *UNTOLD,
    }
)
_ROOM_GONE = ("THREAD_DELETE", "CHANNEL_DELETE")
_DIRECT_TYPE = 1


class Receiver:
    """Takes the gateway events of one shard in `feed`; everything else happens in tasks of its own."""

    def __init__(
        self,
        context: AdapterContext,
        shard: Shard,
        api: Api,
        directory: Directory,
        threads: Threads,
        backfill: Backfill,
        hearing: Hearing,
        on_interaction: Callable[[dict[str, Any], Reader], None],
        on_session: Callable[[str], None],
        on_ready: Callable[[], None],
    ) -> None:
        self._context, self._shard, self._api = context, shard, api
        self._storing = Storing(context)
        self._directory, self._threads, self._backfill = directory, threads, backfill
        self._hearing = hearing
        self._on_interaction, self._on_session, self._on_ready = on_interaction, on_session, on_ready
        self._broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Ends with the error after which only a new adapter can go on."""
        self._lanes = Lanes(self._take, self._fail)
        self._me = ""
        self._reader: Reader | None = None
        self._session = ""
        self._guilds_to_come: set[str] = set()
        self._guilds_are_there = asyncio.Event()
        self._catching_up: asyncio.Task[None] | None = None
        self._known: set[str] = set()
        """Cursor names: the rooms the bot has a part in."""
        self._since: datetime | None = None
        self._direct_chats: list[str] = []
        """Those that Discord names by itself."""
        self._is_caught_up = False
        self._noted_at = 0.0
        self._numbers = Numbers(context.now, context.report)
        self._reactions = Reactions()

    async def run(self, listening: Coroutine[Any, Any, None]) -> None:
        """Receive while something listens and feeds this; raises what it ended with, or what is beyond repair."""
        listener = asyncio.create_task(listening, name=f"discord {self._shard.name}")
        try:
            await asyncio.wait({listener, self._broken}, return_when=asyncio.FIRST_COMPLETED)
            if self._broken.done():
                self._broken.result()
            await listener
        finally:
            listener.cancel()
            await asyncio.gather(listener, return_exceptions=True)
            await self._close()

    async def _close(self) -> None:
        if self._catching_up is not None:
            self._catching_up.cancel()
            await asyncio.gather(self._catching_up, return_exceptions=True)
        await self._lanes.close()
        if not self._broken.done():
            self._broken.cancel()

    def _fail(self, error: BaseException) -> None:
        if not self._broken.done():
            self._broken.set_exception(error)

    # Live events

    def feed(self, kind: str, data: dict[str, Any], sequence: int) -> None:
        """Take one event of the gateway; never waits, and never raises: that would end the session."""
        try:
            self._feed(kind, data, sequence)
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one event, the others must get through
            if kind == "READY":
                # Without it nothing can be understood.
                self._fail(error)
            self._note_malformed(kind, error)

    def _note_malformed(self, kind: str, error: Exception) -> None:
        self._context.report("discord.event_malformed", {"event": kind, "error": type(error).__name__})

    def _tried(self, kind: str, read: Callable[[], T]) -> T | None:
        """What reading gives, or None where it fails: it would fail again, and the others must get through."""
        try:
            return read()
        except Exception as error:  # noqa: BLE001 - whatever is wrong with one payload
            self._note_malformed(kind, error)
            return None

    def _feed(self, kind: str, data: dict[str, Any], sequence: int) -> None:
        if (since := self._numbers.note(kind, sequence)) is not None:
            self._read_again(since)
        if kind in _IN_A_ROOM:
            check_ids(data)
            self._lanes.put(str(data["channel_id"]), Arrival(kind, data, self._session, sequence))
            return
        self._directory.guilds.take(kind, data)
        if kind == "READY":
            self._begin_session(data)
        elif kind in ("GUILD_CREATE", "GUILD_DELETE"):
            self._guilds_to_come.discard(str(data["id"]))
            if not self._guilds_to_come:
                self._guilds_are_there.set()
        elif kind == "INTERACTION_CREATE":
            self._on_interaction(data, self.reader())
        elif kind in _ROOM_GONE:
            check_ids(data)
            self._lanes.put(str(data["id"]), Arrival(kind, data, self._session, sequence))

    def reader(self) -> Reader:
        roles = self._directory.guilds.bots_roles(self._me)
        if self._reader is None or self._reader.roles is not roles:
            self._reader = Reader(
                me=self._me,
                roles=roles,
                hearing=self._hearing,
                names=self._directory.name,
                commands=self._context.commands,
                find_room=self._directory.guilds.room,
                prefix=self._context.command_prefix,
                texts=self._context.texts,
            )
        return self._reader

    async def _take(self, room_id: str, arrivals: Sequence[Arrival]) -> None:
        """Store what arrived in one room, with the cursor behind it."""
        gone = [
            self._tried(one.kind, partial(self._read_gone, one)) for one in arrivals if one.kind in _ROOM_GONE
        ]
        if gone:
            arrivals = [one for one in arrivals if one.kind not in _ROOM_GONE]
        if arrivals and (room := await self._room(room_id, arrivals[0].data)) is not None:
            await self._take_in(room, arrivals)
            if self._is_caught_up:
                await self._note_heard(room_id, arrivals[-1])
        if events := [event for event in gone if event]:
            await self._storing.accept(events, None)

    def _read_gone(self, arrival: Arrival) -> Event | None:
        is_thread = arrival.kind == "THREAD_DELETE"
        return read_room_deleted(arrival.data, self._hearing, self._context.now(), is_thread=is_thread)

    async def _take_in(self, room: Room, arrivals: Sequence[Arrival]) -> None:
        if room.kind is RoomKind.DIRECT and self._since is not None and room.cursor not in self._known:
            # No list of direct chats exists: one that was begun while the bot was away shows with its next message.
            await self._read_past(past_since(room, self._since))
        reader = self.reader()
        events, last = list[Event](), ""
        for arrival in arrivals:
            if arrival.kind in UNTOLD:
                # What is compared with has to be stored.
                await self._store(events, room, last)
                events, last = await taken_off(self._context, self._api, room, arrival), ""
                continue
            whole = await completed(self._api, room, arrival)
            read = self._tried(arrival.kind, partial(self._read, whole, room, reader)) or []
            events += read
            if read and arrival.kind == "MESSAGE_CREATE":
                last = str(arrival.data["id"])
        await self._store(events, room, last)

    async def _room(self, room_id: str, data: dict[str, Any]) -> Room | None:
        """The room of an event; None for one that is gone or that the bot may not know."""
        if (known := self._directory.guilds.room(room_id)) is not None:
            return known
        kind = data.get("channel_type")
        if not data.get("guild_id") and kind in (_DIRECT_TYPE, None):
            return await self._unnamed_room(room_id) if kind is None else direct_chat(room_id)
        hint = {"id": room_id, "type": kind} if kind is not None else None
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

    async def _unnamed_room(self, room_id: str) -> Room:
        """A direct chat, unless Discord says otherwise: some servers leave out where in a guild something was said."""
        direct = direct_chat(room_id)
        if direct.cursor in self._known:
            return direct
        try:
            return await self._directory.room(room_id)
        except FAILURES:
            return direct

    def _read(self, arrival: Arrival, room: Room, reader: Reader) -> list[Event]:
        data, now = arrival.data, self._context.now()
        if arrival.kind == "MESSAGE_CREATE":
            message = read_message(data, room, reader, now, is_heard=self._is_heard(room))
            if isinstance(message, MessageReceived) and message.is_opening:
                self._threads.note_opening(str(data["id"]), message.text)
            return [message] if message else []
        if not (self._hearing.is_open(room.place) or room.cursor in self._known):
            return []
        if arrival.kind == "MESSAGE_UPDATE":
            edit = read_edit(data, room, reader, now)
            return [edit] if edit else []
        if arrival.kind in ("MESSAGE_DELETE", "MESSAGE_DELETE_BULK"):
            return list(read_deletions(data, room, now))
        return list(self._reactions.read(arrival, room, reader, now))

    def _is_heard(self, room: Room) -> bool:
        """Whether the bot already has a part in this thread: it started it or was called into it."""
        return room.kind is RoomKind.THREAD and (room.owner == self._me or room.cursor in self._known)

    async def _store(self, events: Sequence[Event], room: Room, last: str) -> None:
        if not events and not last:
            return
        name = room.cursor
        await self._storing.accept(events, Cursor(name, last) if last else None)
        if last:
            self._known.add(name)

    # What was missed

    def _begin_session(self, data: dict[str, Any]) -> None:
        self._me = str(data["user"]["id"])
        self._reader = None
        self._session = str(data["session_id"])
        self._direct_chats = [str(one["id"]) for one in data.get("private_channels") or ()]
        self._guilds_to_come = {str(one["id"]) for one in data.get("guilds") or ()}
        self._directory.guilds.begin(self._shard, self._guilds_to_come)
        self._guilds_are_there.clear()
        if not self._guilds_to_come:
            self._guilds_are_there.set()
        if self._shard.has_direct_chats:
            self._on_session(str((data.get("application") or {}).get("id") or self._me))
        self._read_again(None)

    def _read_again(self, since: datetime | None) -> None:
        """Hold everything back until what is missing was read: since the house last listened, or since then."""
        self._is_caught_up = False
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
        # Where this session begins, as an id. Whoever held the shard before has moved the cursors meanwhile.
        began_at = first_after(self._context.now())
        cursors = await self._context.intake.cursors()
        stopped_at = await self._backfill.since(cursors)
        self._since = min(since, stopped_at) if since and stopped_at else stopped_at
        self._known |= set(cursors)
        pasts = await self._backfill.pasts(
            cursors, self._since, self._direct_chats, has_all_guilds=not self._guilds_to_come
        )
        if self._since is None:
            for cursor in await self._backfill.baselines(cursors):
                await self._storing.accept((), cursor)
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
        await self._storing.accept((), Cursor(self._shard.cursor, began_at))
        await self._note_caught_up()
        self._is_caught_up = True
        self._noted_at = asyncio.get_running_loop().time()
        self._on_ready()

    async def _note_caught_up(self) -> None:
        """Whoever holds a shard that was never read asks since when the platform was away: until then it is kept."""
        cursors = await self._context.intake.cursors()
        if all(shard.cursor in cursors for shard in shards_of(self._shard.count)):
            await self._context.intake.caught_up()

    async def _read_past(self, past: Past) -> None:
        reader = self.reader()
        changed = Changed(self._context, self._api, past.room, past.after, self._since)
        await changed.look_up()
        async for page in self._backfill.read(past.room, changed.begins_after):
            now = self._context.now()
            events: list[Event] = []
            for data in page:
                event = self._tried("history", partial(self._read_old, data, past, changed, reader, now))
                events += [event] if event else []
            is_ours = bool(events) or past.room.cursor in self._known
            last = str(page[-1]["id"]) if is_ours and changed.is_news(page[-1]) else ""
            events += [event async for event in changed.on_page(page, reader, now)]
            await self._store(events, past.room, last)
        await self._store(await changed.gone(self._context.now()), past.room, "")

    def _read_old(
        self, data: dict[str, Any], past: Past, changed: Changed, reader: Reader, now: datetime
    ) -> Event | None:
        if not changed.is_news(data):
            return read_edit(data, past.room, reader, now) if data.get("edited_timestamp") else None
        if past.not_before and said_at(data, now) < past.not_before:
            return None
        is_heard = self._is_heard(past.room)
        return read_message(data, past.room, reader, now, is_heard=is_heard, is_backfilled=True)

    async def _note_heard(self, room_id: str, arrival: Arrival) -> None:
        """Now and then store up to when everything was heard, so that little has to be looked through after a gap."""
        now = asyncio.get_running_loop().time()
        if now < self._noted_at + NOTED_EVERY_SECONDS:
            return
        # With anything still on its way in another room, this message does not tell that all before it is stored.
        if arrival.kind == "MESSAGE_CREATE" and is_timed(arrival.data["id"]) and self._lanes.is_last(room_id):
            heard = first_after(made_at(arrival.data["id"]) - ORDER_MARGIN)
            self._noted_at = now
            await self._storing.accept((), Cursor(self._shard.cursor, heard))
