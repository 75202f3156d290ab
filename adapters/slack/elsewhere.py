"""Several processes of one bot on one Slack: who reads history, and which threads the others began to hear.

Events come to any of them, so nothing here decides who receives. A process that is alone takes no part in it.
"""

import asyncio
from collections.abc import Callable, Mapping

from adapters import AdapterContext, Cursor, LeaseLostError, alone
from adapters.slack.messages import is_by_person
from adapters.slack.payloads import Json
from adapters.slack.scope import Memory, Scope, order_of, room_of

_READING = "history"
"""The name of the lease, and of the cursor that says until when nothing is missing."""
_UNNOTICED_SECONDS = 60
"""A reader may have been cut off for so long before it noticed; and clocks differ."""


class Turn:
    """Whose turn it is to read history. The others wait to hear that nothing is missing any more."""

    def __init__(self, context: AdapterContext, on_taken: Callable[[], None]) -> None:
        self._context = context
        self._on_taken = on_taken
        self._is_alone = context.lease is alone
        self.is_ours = self._is_alone
        self.is_elsewhere = False
        """Another living process has it. At a start, or after a death, it may for a while be nobody's."""

    async def take(self) -> None:
        """Read for all whenever no other process does; returns never."""
        while True:
            try:
                async with self._context.lease((_READING,), self._note_elsewhere):
                    self.is_ours, self.is_elsewhere = True, False
                    self._on_taken()
                    await asyncio.Event().wait()
            except LeaseLostError:
                continue
            finally:
                self.is_ours = False

    def _note_elsewhere(self) -> None:
        self.is_elsewhere = True

    async def tell_others(self) -> None:
        """Note that what was said until a minute ago was heard or read; raises what the store raises."""
        if not self._is_alone:
            moment = self._context.now().timestamp() - _UNNOTICED_SECONDS
            await self._context.intake.accept([], cursor=Cursor(_READING, f"{moment:.6f}"))


def without_reading(cursors: Mapping[str, str]) -> tuple[dict[str, str], str]:
    """(the cursors of rooms, the moment until which nothing is missing or "")."""
    rooms = {name: position for name, position in cursors.items() if name != _READING}
    return rooms, cursors.get(_READING, "")


def is_told(moment: str, since: float) -> bool:
    """True when nothing is missing until `since`, as another process told."""
    return bool(moment) and order_of(moment) >= order_of(f"{since:.6f}")


def note_threads(cursors: Mapping[str, str], memory: Memory) -> None:
    """From now on what is said in these threads concerns the bot here as well."""
    for name in cursors:
        channel, thread = room_of(name)
        if thread:
            memory.note_heard(channel, thread)


class Threads:
    """Threads outside the listed channels, in which another process may have been called."""

    def __init__(self, memory: Memory, context: AdapterContext) -> None:
        self._memory = memory
        self._context = context
        self._is_alone = context.lease is alone
        self._lock = asyncio.Lock()
        self._looks = 0

    def in_question(self, payload: Json, scope: Scope) -> str:
        """The channel of a payload that concerns the bot only when another process says so, or ""."""
        if self._is_alone or payload.get("type") != "event_callback":
            return ""
        channel, thread = _thread_of(payload.get("event") or {}, scope)
        is_known = not thread or scope.is_listed(channel) or self._memory.is_heard(channel, thread)
        return "" if is_known else channel

    async def look(self) -> None:
        """Learn of all that was begun before this was asked; those who ask together share one look."""
        looks = self._looks
        async with self._lock:
            if self._looks > looks:
                return
            self._looks += 1
            note_threads(await self._context.intake.cursors(), self._memory)


def _thread_of(event: Json, scope: Scope) -> tuple[str, str]:
    """(channel, thread) of what a person said or did in a thread; "" for what can be in none."""
    kind, item = event.get("type"), event.get("item") or {}
    if kind in {"reaction_added", "reaction_removed"}:
        channel, ts = str(item.get("channel") or ""), str(item.get("ts") or "")
        is_own = event.get("user") == scope.me.user_id
        return channel, "" if is_own else scope.memory.thread_of(channel, ts) or ts
    if kind in {"pin_added", "pin_removed"}:
        message = item.get("message") or {}
        return str(event.get("channel_id") or ""), str(message.get("thread_ts") or message.get("ts") or "")
    if kind not in {"message", "app_mention"}:
        return "", ""
    changed = event.get("message") or event.get("previous_message") or {}
    message = changed or event
    thread = message.get("thread_ts") or changed.get("ts") or ""
    return str(event.get("channel") or ""), str(thread) if is_by_person(message, scope) else ""
