"""What stands on messages without being said: whose reactions, and where they are pinned."""

from sqlalchemy import bindparam, delete, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.conversation import Remembered
from bot.core.places import MessageAt, Place
from storage.rows import place_from
from storage.session import Session
from storage.sign_tables import message_pins, message_reactions
from storage.statement import Statement
from storage.tables import message_refs, messages

MOST_REMEMBERED = 1_000

_REACT = Statement(
    upsert(message_reactions)
    .values({c.name: bindparam(c.name) for c in message_reactions.c})
    .on_conflict_do_nothing(index_elements=["message_id", "room_key", "emoji", "person"])
    .returning(message_reactions.c.message_id)
)
_THAT_EMOJI = (
    message_reactions.c.message_id == bindparam("message_id"),
    message_reactions.c.room_key == bindparam("room_key"),
    message_reactions.c.emoji == bindparam("emoji"),
)
_UNREACT = Statement(
    delete(message_reactions).where(*_THAT_EMOJI, message_reactions.c.person == bindparam("person"))
)
_COUNT = Statement(select(func.count()).select_from(message_reactions).where(*_THAT_EMOJI))
_PIN = Statement(
    upsert(message_pins)
    .values({c.name: bindparam(c.name) for c in message_pins.c})
    .on_conflict_do_nothing(index_elements=["message_id", "room_key"])
    .returning(message_pins.c.message_id)
)
_UNPIN = Statement(
    delete(message_pins)
    .where(
        message_pins.c.message_id == bindparam("message_id"),
        message_pins.c.room_key == bindparam("room_key"),
    )
    .returning(message_pins.c.message_id)
)
_IN_ROOM = (
    message_refs.c.room_key == bindparam("room_key"),
    message_refs.c.external_id > bindparam("after"),
)
_REMEMBERED = Statement(
    select(
        message_refs.c.place_key,
        message_refs.c.is_direct,
        message_refs.c.external_id,
        message_refs.c.message_id,
        messages.c.origin_external_id,
        messages.c.origin_place_key,
        message_pins.c.message_id.label("pinned_id"),
    )
    .join(messages, messages.c.id == message_refs.c.message_id)
    .outerjoin(
        message_pins,
        (message_pins.c.message_id == message_refs.c.message_id)
        & (message_pins.c.room_key == message_refs.c.room_key),
    )
    .where(*_IN_ROOM, messages.c.deleted_at.is_(None))
    # What is pinned comes first, however old it is.
    .order_by(message_pins.c.message_id.is_(None), message_refs.c.external_id.desc())
    .limit(MOST_REMEMBERED)
)
_REACTIONS_IN_ROOM = Statement(
    select(message_reactions.c.message_id, message_reactions.c.emoji, message_reactions.c.person)
    .join(
        message_refs,
        (message_refs.c.message_id == message_reactions.c.message_id)
        & (message_refs.c.room_key == message_reactions.c.room_key),
    )
    .where(*_IN_ROOM)
    .distinct()
)


class Signs:
    def __init__(self, session: Session) -> None:
        self._session = session

    def react(self, message_id: int, room_key: str, emoji: str, person: str) -> bool:
        """Somebody put this emoji on it in that room; True when nobody else there had."""
        row = self._session.one(_REACT, message_id=message_id, room_key=room_key, emoji=emoji, person=person)
        return row is not None and self._count(message_id, room_key, emoji) == 1

    def unreact(self, message_id: int, room_key: str, emoji: str, person: str) -> bool:
        """They took it off; True when nobody else there has it on."""
        self._session.run(_UNREACT, message_id=message_id, room_key=room_key, emoji=emoji, person=person)
        return not self._count(message_id, room_key, emoji)

    def _count(self, message_id: int, room_key: str, emoji: str) -> int:
        row = self._session.one(_COUNT, message_id=message_id, room_key=room_key, emoji=emoji)
        return int(row[0]) if row else 0

    def pin(self, message_id: int, room_key: str, *, is_on: bool) -> bool:
        """It is pinned in that room or is no more; False when that was known."""
        statement = _PIN if is_on else _UNPIN
        return self._session.one(statement, message_id=message_id, room_key=room_key) is not None

    def remembered(self, room: Place, after: str) -> list[Remembered]:
        """What is known of the newest messages in a room whose ids come after this one."""
        where = {"room_key": room.room_key, "after": after}
        reactions: dict[int, set[tuple[str, str]]] = {}
        for message_id, emoji, person in self._session.all(_REACTIONS_IN_ROOM, **where):
            reactions.setdefault(message_id, set()).add((emoji, person))
        return [
            Remembered(
                MessageAt(place_from(key, is_direct), id_),
                is_origin=id_ == origin_id and origin_key == key,
                reactions=frozenset(reactions.get(message_id, ())),
                is_pinned=pinned_id is not None,
            )
            for key, is_direct, id_, message_id, origin_id, origin_key, pinned_id in self._session.all(
                _REMEMBERED, **where
            )
        ]
