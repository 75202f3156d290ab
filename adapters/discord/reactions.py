"""Reactions as the gateway tells them, each once."""

from datetime import datetime

from cachetools import LRUCache

from adapters.discord.lanes import Arrival
from adapters.discord.parse import Reader, read_reaction
from adapters.discord.rooms import Room
from bot.core.events import ReactionChanged


class Reactions:
    def __init__(self) -> None:
        self._seen: LRUCache[tuple[str, ...], bool] = LRUCache(5_000)

    def read(self, arrival: Arrival, room: Room, reader: Reader, now: datetime) -> list[ReactionChanged]:
        """Empty for those of bots, and for one that was told before."""
        is_on = arrival.kind == "MESSAGE_REACTION_ADD"
        event = read_reaction(
            arrival.data,
            room,
            reader,
            is_on=is_on,
            session=arrival.session,
            sequence=arrival.sequence,
            now=now,
        )
        if event is None:
            return []
        # The gateway names no reaction, so one that is delivered twice is known by changing nothing.
        key = (event.message.id, event.author.identity.external_id, event.emoji)
        if self._seen.get(key) is is_on:
            return []
        self._seen[key] = is_on
        return [event]
