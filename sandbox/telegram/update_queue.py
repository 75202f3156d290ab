"""Updates that wait for the bot: kept until it confirms them, at most a day."""

import asyncio
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from sandbox.world import World

KEPT_SECONDS = 24 * 60 * 60
FIRST_UPDATE_ID = 480_000_001
ALL_KINDS = (
    "message",
    "edited_message",
    "channel_post",
    "edited_channel_post",
    "business_connection",
    "business_message",
    "edited_business_message",
    "deleted_business_messages",
    "guest_message",
    "message_reaction",
    "message_reaction_count",
    "inline_query",
    "chosen_inline_result",
    "callback_query",
    "shipping_query",
    "pre_checkout_query",
    "purchased_paid_media",
    "poll",
    "poll_answer",
    "my_chat_member",
    "chat_member",
    "chat_join_request",
    "chat_boost",
    "removed_chat_boost",
    "managed_bot",
)
ONLY_WHEN_NAMED = frozenset({"chat_member", "message_reaction", "message_reaction_count"})
DEFAULT_KINDS = frozenset(ALL_KINDS) - ONLY_WHEN_NAMED


@dataclass(frozen=True, slots=True)
class Update:
    id: int
    kind: str
    body: Any
    """As it was when it happened; what changed later comes as another update."""
    chat_id: int
    happened_at: float

    def as_json(self) -> dict[str, Any]:
        return {"update_id": self.id, self.kind: self.body}


@dataclass(slots=True)
class UpdateQueue:
    world: World
    wanted: frozenset[str] = DEFAULT_KINDS
    """allowed_updates as the bot last set it; it is remembered between calls."""
    waiting: dict[int, Update] = field(default_factory=dict)
    """By id, oldest first."""
    repeats: list[Update] = field(default_factory=list)
    """Confirmed already, and sent once more because a fault says so."""
    repeated: set[int] = field(default_factory=set)
    changed: asyncio.Event = field(default_factory=asyncio.Event)
    next_id: int = FIRST_UPDATE_ID
    listeners: list[Callable[[Update], None]] = field(default_factory=list)

    def add(self, kind: str, body: Any, chat_id: int) -> None:
        """Queue an update, unless the bot does not want this kind."""
        if kind not in self.wanted:
            return
        update = Update(self.next_id, kind, body, chat_id, self.world.clock.now().timestamp())
        self.next_id += 1
        self.waiting[update.id] = update
        self.wake()
        for listener in self.listeners:
            listener(update)

    def allow(self, kinds: Iterable[object]) -> None:
        """Remember which kinds are wanted; none at all means all that need not be named."""
        known = frozenset(str(kind).lower() for kind in kinds) & frozenset(ALL_KINDS)
        self.wanted = known or DEFAULT_KINDS

    def forget_old(self) -> None:
        oldest = self.world.clock.now().timestamp() - KEPT_SECONDS
        while self.waiting and self._first.happened_at <= oldest:
            del self.waiting[self._first.id]

    def confirm_below(self, offset: int) -> None:
        """Forget every update with a smaller id; a negative offset keeps only that many of the last."""
        if offset < 0:
            offset = self.next_id if not self.waiting else list(self.waiting)[offset:][0]
        while self.waiting and self._first.id < offset:
            del self.waiting[self._first.id]
        self.wake()

    def confirm(self, update: Update) -> None:
        self.waiting.pop(update.id, None)
        self.wake()

    @property
    def _first(self) -> Update:
        return next(iter(self.waiting.values()))

    def clear(self) -> None:
        self.waiting.clear()
        self.repeats.clear()
        self.wake()

    def is_to_repeat(self, update: Update) -> bool:
        """Whether a fault wants this update delivered twice; asked once for each delivery."""
        if update.id in self.repeated or not self.world.faults["telegram"].take("duplicate_deliveries"):
            return False
        self.repeated.add(update.id)
        return True

    def batch(self, limit: int) -> list[Update]:
        """What to hand out next: first the repeats, then what waits, oldest first."""
        self.forget_old()
        repeats, self.repeats = self.repeats[:limit], self.repeats[limit:]
        fresh = list(islice(self.waiting.values(), limit - len(repeats)))
        self.repeats.extend(update for update in fresh if self.is_to_repeat(update))
        return repeats + fresh

    @property
    def is_settled(self) -> bool:
        self.forget_old()
        return not self.waiting and not self.repeats

    def wake(self) -> None:
        self.changed.set()
        self.changed = asyncio.Event()
