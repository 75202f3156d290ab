"""Presence: lets one side see that somebody on the other is writing, or that the bot is still looking.

All of it is by the way: nothing is stored, nothing waits for it, and whatever cannot be shown at once is left out.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Sequence
from contextlib import suppress
from typing import Any, Protocol, TypeVar

import structlog
from cachetools import TLRUCache

from bot.core.actions import Action, Search
from bot.core.events import Event
from bot.core.places import Identity, Place
from bot.runtime.desk import Desk
from bot.runtime.exits import Performer
from storage import UnitOfWork

log = structlog.get_logger()

T = TypeVar("T")

AGAIN_AFTER_SECONDS = 8.0
"""Platforms show it for five to ten seconds, and tell of it about as often."""
SILENT_SECONDS = 60.0
"""After a refusal, and for who writes where nobody on the other side would see it."""
SLOW_SEARCH_SECONDS = 1.0
SHOWN_SECONDS = 4.5
LONGEST_SEARCH_SECONDS = 60.0
GIVES_UP_SECONDS = 3.0
MOST_AT_ONCE = 8
_MOST_KEPT = 5_000


class Shower(Protocol):
    """What lets people on one platform see it."""

    async def show_typing(self, place: Place) -> None: ...


class Presence:
    def __init__(
        self,
        ask: Callable[[Callable[[UnitOfWork], Sequence[Place]]], Awaitable[Sequence[Place]]],
        desk: Desk,
        shower_of: Callable[[str], Shower | None],
    ) -> None:
        """`ask` asks the database beside the writer."""
        self._ask, self._desk, self._shower_of = ask, desk, shower_of
        self._silent: TLRUCache[tuple[str, str], float] = TLRUCache(_MOST_KEPT, _until)
        """For how many seconds nobody is told again who writes where."""
        self._tasks: set[asyncio.Task[None]] = set()

    def typed(self, place: Place, identity: Identity) -> None:
        """Somebody is writing there. Call it in the event loop; never waits."""
        key = (place.key, identity.key)
        if key not in self._silent:
            self._silent[key] = AGAIN_AFTER_SECONDS
            self._spawn(self._pass_on(key, place, identity))

    def searching(self, search: Search) -> Callable[[], None]:
        """Show that the bot is looking, when that takes long; until what is returned is called."""
        if search.purpose != "answer":
            # The helper who gets suggestions waits for nothing.
            return lambda: None
        ended = asyncio.Event()
        later = asyncio.get_running_loop().call_later(
            SLOW_SEARCH_SECONDS, lambda: self._spawn(self._show_until(ended, search.conversation_id))
        )

        def end() -> None:
            later.cancel()
            ended.set()

        return end

    async def stop(self) -> None:
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    async def _pass_on(self, key: tuple[str, str], place: Place, identity: Identity) -> None:
        async with asyncio.timeout(GIVES_UP_SECONDS):
            seen_in = await self._ask(lambda work: self._desk.where_typing_shows(work, place, identity))
        if not seen_in:
            self._silent[key] = SILENT_SECONDS
        await self._show(seen_in)

    async def _show_until(self, ended: asyncio.Event, conversation_id: int) -> None:
        def place_of(work: UnitOfWork) -> list[Place]:
            conversation = work.conversations.find(conversation_id)
            return [conversation.place] if conversation else []

        async with asyncio.timeout(LONGEST_SEARCH_SECONDS):
            places = await self._ask(place_of)
            while not ended.is_set():
                await self._show(places)
                with suppress(TimeoutError):
                    async with asyncio.timeout(SHOWN_SECONDS):
                        await ended.wait()

    async def _show(self, places: Sequence[Place]) -> None:
        for place in places:
            key, shower = (place.key, ""), self._shower_of(place.platform)
            if shower is None or key in self._silent:
                continue
            try:
                async with asyncio.timeout(GIVES_UP_SECONDS):
                    await shower.show_typing(place)
            except Exception as error:  # noqa: BLE001 - whatever it is, nobody misses anything
                self._silent[key] = SILENT_SECONDS
                log.debug("presence.left_out", platform=place.platform, error=type(error).__name__)

    def _spawn(self, showing: Coroutine[Any, Any, None]) -> None:
        if len(self._tasks) >= MOST_AT_ONCE:
            showing.close()
            return
        task = asyncio.create_task(_quietly(showing), name="presence")
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)


def _until(_key: object, seconds: float, now: float) -> float:
    return now + seconds


async def _quietly(showing: Coroutine[Any, Any, None]) -> None:
    try:
        await showing
    except Exception as error:  # noqa: BLE001 - the database may be away; then nobody is seen writing
        log.debug("presence.left_out", error=type(error).__name__)


class Patient:
    """A performer of searches that lets whoever waits for a slow one see that it goes on."""

    def __init__(self, searcher: Performer, presence: Presence) -> None:
        self._searcher, self._presence = searcher, presence

    async def perform(self, action: Action, action_id: int) -> Sequence[Event]:
        end = self._presence.searching(action) if isinstance(action, Search) else None
        try:
            return await self._searcher.perform(action, action_id)
        finally:
            if end is not None:
                end()
