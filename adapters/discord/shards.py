"""The parts that Discord's gateway can be divided into, so that several processes share the receiving.

https://discord.com/developers/docs/events/gateway#sharding
"""

from collections.abc import Sequence

from msgspec import Struct


class Shard(Struct, frozen=True):
    """One part of the gateway: some guilds, and in the first of the parts all direct chats."""

    number: int = 0
    count: int = 1

    @property
    def name(self) -> str:
        return f"shard {self.number}"

    @property
    def is_alone(self) -> bool:
        return self.count == 1

    @property
    def has_direct_chats(self) -> bool:
        return self.number == 0

    @property
    def cursor(self) -> str:
        """The cursor that tells up to when everything in this shard was heard."""
        return "session" if self.is_alone else f"session:{self.number}/{self.count}"

    def has_guild(self, guild_id: str) -> bool:
        return (int(guild_id) >> 22) % self.count == self.number


def shards_of(count: int, names: Sequence[str] | None = None) -> list[Shard]:
    """All shards, or those with these names."""
    every = [Shard(number, count) for number in range(count)]
    return every if names is None else [one for one in every if one.name in names]
