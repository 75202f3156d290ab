"""Taking in what Slack delivers: store first, then acknowledge; in each room in the order in which it came."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Protocol
from weakref import WeakValueDictionary

from slack_bolt.app.async_app import AsyncApp
from slack_bolt.middleware.async_middleware import AsyncMiddleware
from slack_bolt.request.async_request import AsyncBoltRequest
from slack_bolt.response import BoltResponse
from slack_sdk.web.async_client import AsyncWebClient

from adapters import AdapterContext, Cursor
from adapters.long_texts import LONG, beside
from adapters.slack.api import SDK_LOGGER, Api
from adapters.slack.commands import CommandNames
from adapters.slack.directory import Directory
from adapters.slack.elsewhere import Threads
from adapters.slack.heard import Heard
from adapters.slack.kinds import told
from adapters.slack.malformed import MalformedError, reading
from adapters.slack.payloads import Json
from adapters.slack.people import Found
from adapters.slack.positions import Positions
from adapters.slack.postponed import NotYetError, Postponed
from adapters.slack.routing import hear
from adapters.slack.scope import Memory, Rooms, Scope
from bot.core.events import Event

Take = Callable[[Json], Awaitable[None]]
"""Stores what a payload says; raises when it could not."""
_TOKEN_EVENTS = frozenset({"tokens_revoked", "app_uninstalled"})


class History(Protocol):
    """Holds back what is said in a room while what was said there before is being read."""

    def holds(self, channel: str) -> bool: ...

    async def hold(self, channel: str, arrived_at: float) -> bool: ...

    def note_unstored(self, room: str, *, is_waiting: bool = False) -> None: ...


class Receiver:
    """Payloads in, events stored."""

    def __init__(
        self,
        api: Api,
        directory: Directory,
        memory: Memory,
        positions: Positions,
        rooms: Rooms,
        names: CommandNames,
        context: AdapterContext,
    ) -> None:
        self._api = api
        self._directory = directory
        self._positions = positions
        self._postponed = Postponed()
        self._context = context
        self._memory, self._rooms, self._names = memory, rooms, names
        self._threads = Threads(memory, context)
        self._scope: Scope | None = None
        self._lanes: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.history: History | None = None
        self.on_gap: Callable[[str], None] = lambda _room: None
        """Called with the name of a room in which something was not stored: it has to be read again."""
        self.on_token_event: Callable[[], None] = lambda: None
        """Called when Slack says that the app was removed or a token withdrawn."""

    async def scope(self) -> Scope:
        """Raises what the Web API raises."""
        if self._scope is None:
            self._scope = Scope(
                await self._api.me(), self._rooms, self._names, self._memory, self._context.texts
            )
        return self._scope

    async def take(self, payload: Json) -> None:
        """Store what a payload says; when this raises, nothing was stored and Slack must deliver again.

        Raises MalformedError for what would fail again.
        """
        with reading():
            is_about_token = str((payload.get("event") or {}).get("type")) in _TOKEN_EVENTS
        if is_about_token:
            self.on_token_event()
            return
        scope = self._scope or await self.scope()
        with reading():
            channel, is_direct = told(payload)
            if is_direct is not None:
                scope.memory.kinds.note(channel, is_direct=is_direct)
            in_question = channel if scope.is_in_question(channel) else ""
            heard = hear(payload, scope, self._context.now()) if not in_question else None
            lane = (
                heard.lane if heard is not None else in_question or self._threads.in_question(payload, scope)
            )
        if not lane:
            return
        if heard is None or heard.length > LONG or self._must_wait(heard):
            found = None
        else:
            found = self._directory.known(heard.wanted)
        if heard is None or found is None:
            heard, events = await self._in_turn(lane, payload, heard)
        else:
            events = await _told(heard, found)
        if heard is not None:
            # Storing is begun in order, and what waits together shares one commit.
            await self._store(heard, events)

    async def _learnt(self, lane: str, payload: Json) -> Heard | None:
        """What a payload says once its channel and its thread were asked about."""
        await self.learn(lane)
        scope = await self.scope()
        if self._threads.in_question(payload, scope):
            await self._threads.look()
        with reading():
            return hear(payload, scope, self._context.now())

    async def learn(self, channel: str) -> None:
        """See to it that it is known whether a channel is a direct chat, as far as Slack says."""
        if (await self.scope()).is_in_question(channel):
            await self._directory.learn_kind(channel)

    def _must_wait(self, heard: Heard) -> bool:
        """True while something that came earlier in this lane is not told yet."""
        is_held = self.history is not None and heard.cursor and self.history.holds(heard.lane)
        return bool(is_held) or heard.lane in self._lanes

    async def _in_turn(
        self, lane: str, payload: Json, heard: Heard | None
    ) -> tuple[Heard | None, list[Event]]:
        """What takes its time takes turns, so that a burst of a person whom nobody knows yet keeps its order."""
        arrived_at = asyncio.get_running_loop().time()
        lock = self._lanes.get(lane)
        if lock is None:
            lock = self._lanes.setdefault(lane, asyncio.Lock())
        async with lock:
            if heard is None:
                heard = await self._learnt(lane, payload)
            if heard is None:
                return None, []
            if self.history is not None and heard.cursor:
                is_its_turn = await self.history.hold(heard.lane, arrived_at)
                if not is_its_turn and self._postponed.may_wait(heard, arrived_at):
                    self._positions.fall_behind(heard.cursor, heard.position)
                    self.history.note_unstored(heard.cursor, is_waiting=True)
                    raise NotYetError(heard.cursor)
            return heard, await _told(heard, await self._directory.find(heard.wanted))

    async def _store(self, heard: Heard, events: list[Event]) -> None:
        if not events:
            return
        cursor = self._positions.step(heard.cursor, heard.position)
        try:
            await self._context.intake.accept(events, cursor=cursor)
            if heard.begins and (began := self._positions.step(heard.begins, heard.position)):
                await self._context.intake.accept([], cursor=began)
                self._positions.stored(began)
        except BaseException:
            if heard.cursor:
                self._positions.fall_behind(heard.cursor, heard.position)
                self.on_gap(heard.cursor)
            raise
        self._positions.stored(cursor)

    async def store_history(self, heard: list[Heard], cursor: Cursor) -> None:
        """Store what was read from a room's history, in order, and how far it was read."""
        events: list[Event] = []
        for one in heard:
            found = await self._directory.find(one.wanted)
            try:
                events += await _told(one, found)
            except MalformedError as malformed:
                # The rest of the room must get through.
                self._context.report("slack.not_understood", {"kind": "history", "error": malformed.error})
        await self._context.intake.accept(events, cursor=cursor)
        self._positions.stored(cursor)


async def _told(heard: Heard, found: Found) -> list[Event]:
    """What was heard, as events; a long text is read beside the event loop. Raises MalformedError."""
    with reading():
        return await beside(heard.length, partial(heard.tell, found))


class _StoreFirst(AsyncMiddleware):
    """Answers in place of Bolt's listeners: only what runs before them runs before Bolt's acknowledgement."""

    def __init__(self, take: Take) -> None:
        self._take = take

    async def async_process(
        self,
        *,
        req: AsyncBoltRequest,
        resp: BoltResponse,
        next: Callable[[], Awaitable[BoltResponse]],  # noqa: A002 - the parameters are Bolt's
    ) -> BoltResponse | None:
        if req.body.get("type") == "url_verification":
            return await next()
        await self._take(req.body)
        return BoltResponse(status=200, body="")


def bolt_app(client: AsyncWebClient, take: Take) -> AsyncApp:
    """The Bolt app, for everything but events, which need nothing of it.

    It answers 200 only when `take` returned, else 500 (HTTP) or nothing (Socket Mode).
    `take` runs where Bolt would authorize, so that no failing look-up of Bolt's own can acknowledge an event.
    Signatures are checked by the web handler, over the bytes as they came.
    """
    return AsyncApp(
        name="allhands",
        client=client,
        logger=SDK_LOGGER,
        before_authorize=_StoreFirst(take),
        signing_secret="",
        request_verification_enabled=False,
        ssl_check_enabled=False,
    )
