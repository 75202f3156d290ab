"""One gateway session of the bot: what it asked to hear, and what it was sent, kept for a RESUME."""

import itertools
import secrets
from collections import deque
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from sandbox.discord.model import Json
from sandbox.discord.news import Event, Intent
from sandbox.discord.speech import without_content

_MOST_KEPT = 5_000


@dataclass(slots=True)
class Session:
    intents: Intent
    shard: tuple[int, int] = (0, 1)
    id: str = field(default_factory=lambda: secrets.token_hex(16))
    sequence: int = 0
    carried: int = 0
    """The last event that was written to a socket."""
    lost_at: datetime | None = None
    """Since when no socket carries this session; None while one does."""
    _sent: deque[tuple[int, bytes]] = field(default_factory=deque)
    _oldest_kept: int = 1

    def wants(self, event: Event) -> bool:
        if event.guild_id:
            return self.has_guild(event.guild_id) and (not event.intent or bool(event.intent & self.intents))
        return self.shard[0] == 0 and (not event.intent or bool(event.intent & self.intents))

    def has_guild(self, guild_id: str) -> bool:
        """Whether the guild's events belong to this session's shard."""
        return (int(guild_id) >> 22) % self.shard[1] == self.shard[0]

    def take(self, event: Event, *, may_read: bool) -> None:
        """Number the event and keep it until a socket carries it and the client has confirmed it."""
        data = event.data
        is_message = event.name in ("MESSAGE_CREATE", "MESSAGE_UPDATE")
        if is_message and not event.is_open and not (may_read and self.intents & Intent.MESSAGE_CONTENT):
            data = without_content(data)
        self.add(event.name, data)

    def add(self, name: str, data: Json) -> None:
        self.sequence += 1
        payload: dict[str, Any] = {"op": 0, "s": self.sequence, "t": name, "d": data}
        self._sent.append((self.sequence, orjson.dumps(payload)))
        # What no socket has carried yet is kept whatever its number, unless nobody came back for it.
        while len(self._sent) > _MOST_KEPT and (self.lost_at or self._sent[0][0] <= self.carried):
            self._forget_one()

    def skip(self) -> None:
        """Use a number up for an event that nobody will ever get."""
        self.sequence += 1

    def after(self, sequence: int) -> list[tuple[int, bytes]]:
        """The events that come after this number, in their order."""
        newest = itertools.takewhile(lambda one: one[0] > sequence, reversed(self._sent))
        return list(newest)[::-1]

    def confirm(self, sequence: int) -> None:
        """The client has everything up to here, so that much need not be kept."""
        while self._sent and self._sent[0][0] <= sequence:
            self._forget_one()

    def _forget_one(self) -> None:
        number, _ = self._sent.popleft()
        self._oldest_kept = number + 1

    def can_resume_from(self, sequence: int) -> bool:
        return self._oldest_kept - 1 <= sequence <= self.sequence
