"""Who is writing, among all that the gateway tells of."""

from collections.abc import Callable
from typing import Any

from adapters.discord.gateway import Sink
from adapters.discord.guilds import Guilds
from adapters.discord.parse import identity_of
from adapters.discord.rooms import Hearing, Room, RoomKind, direct_chat
from bot.core.places import Identity, Place


class Typists:
    """Notes who is writing in the places that are ours, and passes everything on."""

    def __init__(
        self,
        me: str,
        guilds: Guilds,
        hearing: Hearing,
        note: Callable[[Place, Identity], None],
        sink: Sink,
    ) -> None:
        self._me, self._guilds, self._hearing = me, guilds, hearing
        self._note, self._sink = note, sink

    def feed(self, kind: str, data: dict[str, Any], sequence: int) -> None:
        """As `Receiver.feed`: never waits, and never raises."""
        self._sink(kind, data, sequence)
        if kind == "TYPING_START" and isinstance(data, dict) and (room := self._room(data)) is not None:
            self._note(room.place, identity_of(str(data["user_id"])))

    def _room(self, data: dict[str, Any]) -> Room | None:
        """Where a person is writing; None for what concerns nobody. Nobody is asked about rooms not known by now."""
        channel, user = str(data.get("channel_id") or ""), str(data.get("user_id") or "")
        member = data.get("member")
        account = member.get("user") if isinstance(member, dict) else None
        is_bot = isinstance(account, dict) and bool(account.get("bot"))
        if not (channel.isdecimal() and user.isdecimal()) or is_bot or user == self._me:
            return None
        room = self._guilds.room(channel) or (None if data.get("guild_id") else direct_chat(channel))
        if room is None or room.kind not in (RoomKind.THREAD, RoomKind.DIRECT):
            return None
        return room if self._hearing.is_open(room.place) or room.owner == self._me else None
