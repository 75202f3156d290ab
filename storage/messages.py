"""What was said in conversations, and where its copies are."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import bindparam, delete, desc, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.content import FileRef
from bot.core.conversation import Direction, Message
from bot.core.places import MessageAt, Place
from storage.bulk import Bulk, KnownKeys, as_json, inserted
from storage.ids import Ids
from storage.rows import files_from_text, files_to_text, inserting, message_at, place_from, updating
from storage.session import Question, Session
from storage.statement import Statement
from storage.tables import contacts, conversations, message_editions, message_refs, messages

_MESSAGE = tuple(messages.c)
_MESSAGE_BY_ID = Statement(select(*_MESSAGE).where(messages.c.id == bindparam("id")))
_MESSAGE_AT = Statement(
    select(*_MESSAGE)
    .join(message_refs, message_refs.c.message_id == messages.c.id)
    .where(
        message_refs.c.room_key == bindparam("room_key"),
        message_refs.c.external_id == bindparam("external_id"),
    )
)
_HISTORY = Statement(
    select(*_MESSAGE)
    .where(messages.c.conversation_id == bindparam("conversation_id"))
    .order_by(desc(messages.c.id))
    .limit(bindparam("limit"))
)
_HISTORY_OF_PERSON = Statement(
    select(*_MESSAGE)
    .join(conversations, conversations.c.id == messages.c.conversation_id)
    .join(contacts, contacts.c.id == conversations.c.contact_id)
    .where(contacts.c.person_id == bindparam("person_id"))
    .order_by(desc(messages.c.id))
    .limit(bindparam("limit"))
)
_UNSHOWN = Statement(
    select(*_MESSAGE)
    .where(
        messages.c.conversation_id == bindparam("conversation_id"),
        messages.c.direction == Direction.INCOMING,
        messages.c.deleted_at.is_(None),
        ~select(message_refs.c.message_id)
        .where(
            message_refs.c.message_id == messages.c.id,
            message_refs.c.place_key != messages.c.origin_place_key,
        )
        .exists(),
    )
    .order_by(desc(messages.c.id))
    .limit(500)
)
_REFS_IN = Statement(
    select(message_refs.c.place_key, message_refs.c.is_direct, message_refs.c.external_id)
    .where(
        message_refs.c.message_id == bindparam("message_id"),
        message_refs.c.place_key == bindparam("place_key"),
    )
    .order_by(message_refs.c.part)
)
_PLACES = Statement(
    select(message_refs.c.place_key, message_refs.c.is_direct)
    .where(message_refs.c.message_id == bindparam("message_id"))
    .distinct()
)
_ADD_MESSAGE = Bulk(
    messages,
    inserting(messages),
    lambda rows: insert(messages).from_select(*inserted(messages, rows)),
    [one.name for one in messages.c],
)
_ADD_REF = Bulk(
    message_refs,
    Statement(
        upsert(message_refs)
        .values({c.name: bindparam(c.name) for c in message_refs.c})
        .on_conflict_do_nothing(index_elements=["room_key", "external_id"])
    ),
    lambda rows: (
        upsert(message_refs)
        .from_select(*inserted(message_refs, rows))
        .on_conflict_do_nothing(index_elements=["room_key", "external_id"])
    ),
    [one.name for one in message_refs.c],
    after=_ADD_MESSAGE,
)
_KNOWN_REFS = KnownKeys(message_refs)
_DROP_REFS = Statement(
    delete(message_refs).where(
        message_refs.c.message_id == bindparam("message_id"),
        message_refs.c.place_key == bindparam("place_key"),
    )
)
_KEEP_EDITION = inserting(message_editions)
_SAVE_TEXT = updating(messages, "text", "files", "edited_at")
_SAVE_DELETED = updating(messages, "deleted_at")
_EDITIONS = Statement(
    select(message_editions.c.text, message_editions.c.replaced_at)
    .where(message_editions.c.message_id == bindparam("message_id"))
    .order_by(message_editions.c.id)
)
_SAY_ELSEWHERE = updating(messages, "conversation_id")
_MOVE = Statement(
    update(messages)
    .where(messages.c.id == bindparam("row_id"))
    .values(direction=bindparam("direction", type_=messages.c.direction.type))
)


class Messages:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now
        self._absent: set[tuple[str, str]] = set()

    def known_among(self, refs: set[tuple[str, str]]) -> Question:
        """Finds out which of these (room, id) pairs are known yet."""

        def learn(rows: list[tuple[Any, ...]]) -> None:
            self._absent |= refs.difference(rows)

        return Question(_KNOWN_REFS, {"keys": as_json([*refs])}, learn)

    def add(
        self,
        conversation_id: int,
        direction: Direction,
        author_name: str,
        text: str,
        *,
        sent_at: datetime | None = None,
        files: Sequence[FileRef] = (),
        staff_id: int | None = None,
        is_from_bot: bool = False,
        reply_to_id: int | None = None,
        origin: MessageAt | None = None,
        others: Sequence[MessageAt] = (),
        shown_as: str = "",
    ) -> Message:
        """Store what was said; its origin becomes its first reference, and the rest of its album the next ones."""
        message = Message(
            id=self._ids.next(self._now),
            conversation_id=conversation_id,
            direction=direction,
            author_name=author_name,
            text=text,
            sent_at=sent_at or self._now,
            files=tuple(files),
            staff_id=staff_id,
            is_from_bot=is_from_bot,
            reply_to_id=reply_to_id,
            origin=origin,
            shown_as=shown_as,
        )
        self._session.defer(
            _ADD_MESSAGE,
            id=message.id,
            conversation_id=conversation_id,
            direction=direction,
            author_name=author_name,
            text=text,
            sent_at=message.sent_at,
            files=files_to_text(message.files),
            staff_id=staff_id,
            is_from_bot=is_from_bot,
            reply_to_id=reply_to_id,
            origin_place_key=origin.place.key if origin else "",
            origin_is_direct=origin.place.is_direct if origin else False,
            origin_external_id=origin.id if origin else "",
            edited_at=None,
            deleted_at=None,
            shown_as=shown_as,
        )
        if origin:
            self.add_refs(message.id, [origin, *others])
        return message

    def get(self, message_id: int) -> Message | None:
        row = self._session.one(_MESSAGE_BY_ID, id=message_id)
        return _message(row) if row else None

    def find(self, at: MessageAt) -> Message | None:
        """The message of which this is the origin or a copy."""
        room_key = at.place.room_key
        if (room_key, at.id) in self._absent:
            return None
        row = self._session.one(_MESSAGE_AT, room_key=room_key, external_id=at.id)
        return _message(row) if row else None

    def history(self, conversation_id: int, *, limit: int) -> list[Message]:
        """The newest messages, oldest of them first."""
        rows = self._session.all(_HISTORY, conversation_id=conversation_id, limit=limit)
        return [_message(row) for row in reversed(rows)]

    def history_of_person(self, person_id: int, *, limit: int) -> list[Message]:
        """The newest messages of somebody with linked accounts, wherever they were said, oldest of them first."""
        rows = self._session.all(_HISTORY_OF_PERSON, person_id=person_id, limit=limit)
        return [_message(row) for row in reversed(rows)]

    def unshown(self, conversation_id: int) -> list[Message]:
        """The customer's newest messages of which no copy stands anywhere, at most five hundred, oldest first."""
        rows = self._session.all(_UNSHOWN, conversation_id=conversation_id)
        return [_message(row) for row in reversed(rows)]

    def add_refs(self, message_id: int, refs: Sequence[MessageAt]) -> None:
        """Remember the parts of one copy, in order; what is known already stays."""
        for part, ref in enumerate(refs):
            room_key = ref.place.room_key
            self._absent.discard((room_key, ref.id))
            self._session.defer(
                _ADD_REF,
                room_key=room_key,
                place_key=ref.place.key,
                external_id=ref.id,
                message_id=message_id,
                part=part,
                is_direct=ref.place.is_direct,
            )

    def replace_refs(self, message_id: int, place: Place, refs: Sequence[MessageAt]) -> None:
        """A copy has other parts now, after an edit to a different length."""
        self._session.run(_DROP_REFS, message_id=message_id, place_key=place.key)
        self.add_refs(message_id, refs)

    def refs_in(self, message_id: int, place: Place) -> tuple[MessageAt, ...]:
        """The parts of the message in that place, in order."""
        rows = self._session.all(_REFS_IN, message_id=message_id, place_key=place.key)
        return tuple(MessageAt(place_from(key, is_direct), id_) for key, is_direct, id_ in rows)

    def places_of(self, message_id: int) -> list[Place]:
        """Where it or a copy of it stands."""
        return [place_from(*row) for row in self._session.all(_PLACES, message_id=message_id)]

    def edit(self, message: Message, text: str, files: Sequence[FileRef], at: datetime) -> Message:
        """Give it the words that it got at that moment; the old ones are kept as an edition."""
        self._session.run(
            _KEEP_EDITION,
            id=self._ids.next(self._now),
            message_id=message.id,
            text=message.text,
            replaced_at=self._now,
        )
        return self.replace_text(message, text, files, at)

    def replace_text(self, message: Message, text: str, files: Sequence[FileRef], at: datetime) -> Message:
        """Give it new words in place of words that were good for a moment only."""
        edited = replace(message, text=text, files=tuple(files), edited_at=at)
        self._session.run(
            _SAVE_TEXT, row_id=message.id, text=text, files=files_to_text(edited.files), edited_at=at
        )
        return edited

    def delete(self, message: Message) -> Message:
        """Mark it as taken back; its words stay for staff."""
        self._session.run(_SAVE_DELETED, row_id=message.id, deleted_at=self._now)
        return replace(message, deleted_at=self._now)

    def redirect(self, message: Message, direction: Direction) -> None:
        """It turned out to be something else: a note that was meant as a reply stays a note."""
        self._session.run(_MOVE, row_id=message.id, direction=direction)

    def say_elsewhere(self, message: Message, conversation_id: int) -> None:
        """It could not be said where it was meant to be."""
        self._session.run(_SAY_ELSEWHERE, row_id=message.id, conversation_id=conversation_id)

    def editions(self, message_id: int) -> list[tuple[str, datetime]]:
        """(earlier text, when it was replaced), oldest first."""
        return [(text, at) for text, at in self._session.all(_EDITIONS, message_id=message_id)]


def _message(row: tuple[Any, ...]) -> Message:
    (
        id_,
        conversation_id,
        direction,
        author_name,
        text,
        sent_at,
        files,
        staff_id,
        is_from_bot,
        reply_to_id,
        origin_key,
        origin_is_direct,
        origin_id,
        edited_at,
        deleted_at,
        shown_as,
    ) = row
    return Message(
        id=id_,
        conversation_id=conversation_id,
        direction=direction,
        author_name=author_name,
        text=text,
        sent_at=sent_at,
        files=files_from_text(files),
        staff_id=staff_id,
        is_from_bot=is_from_bot,
        reply_to_id=reply_to_id,
        origin=message_at(origin_key, origin_is_direct, origin_id) if origin_id else None,
        edited_at=edited_at,
        deleted_at=deleted_at,
        shown_as=shown_as,
    )
