"""Conversations and what was said in them."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, desc, insert, or_, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.content import FileRef
from bot.core.conversation import Conversation, Direction, Message, Owner, Status
from bot.core.places import MessageAt, Place
from storage.bulk import Bulk, Listing, as_json, inserted
from storage.ids import Ids
from storage.rows import files_from_text, files_to_text, inserting, message_at, place_from, updating
from storage.session import Session
from storage.statement import Statement
from storage.tables import conversations, message_editions, message_refs, messages

_other = conversations.alias("other")
_CONVERSATION = (
    conversations.c.id,
    conversations.c.contact_id,
    conversations.c.place_key,
    conversations.c.is_direct,
    conversations.c.opened_at,
    conversations.c.last_message_at,
    conversations.c.status,
    conversations.c.owner,
    conversations.c.resolved_at,
)
# The row is locked where the engine has row locks: two processes never handle one conversation at once.
_AT = Statement(
    select(*_CONVERSATION).where(conversations.c.place_key == bindparam("place_key")).with_for_update()
)
_BY_ID = Statement(select(*_CONVERSATION).where(conversations.c.id == bindparam("id")).with_for_update())
_SEVERAL = Listing(
    lambda among: (
        select(*_CONVERSATION)
        .where(or_(among(conversations.c.place_key, "place_keys"), among(conversations.c.id, "ids")))
        .order_by(conversations.c.id)
        .with_for_update()
    )
)
_OF_CONTACT = Statement(
    select(*_CONVERSATION)
    .where(
        conversations.c.contact_id == bindparam("contact_id"),
        conversations.c.last_message_at >= bindparam("since"),
    )
    .order_by(desc(conversations.c.last_message_at))
    .limit(20)
)
_DIRECT_OF = Statement(
    select(*_CONVERSATION)
    .where(
        conversations.c.contact_id == bindparam("contact_id"),
        conversations.c.is_direct,
        conversations.c.place_key.startswith(bindparam("prefix")),
    )
    .order_by(desc(conversations.c.last_message_at))
    .limit(1)
)
_SETTLE = Statement(
    update(conversations)
    .where(
        conversations.c.id == bindparam("conversation_id"),
        ~select(_other.c.id).where(_other.c.place_key == bindparam("new_key")).exists(),
    )
    .values(place_key=bindparam("new_key"), is_direct=True)
)
_ADD = inserting(conversations)
_TOUCH = Bulk(
    conversations,
    updating(conversations, "last_message_at"),
    lambda rows: (
        update(conversations)
        .where(conversations.c.id == rows.c.row_id)
        .values(last_message_at=rows.c.last_message_at)
    ),
    ("row_id", "last_message_at"),
)
_SAVE = updating(conversations, "contact_id", "last_message_at", "status", "owner", "resolved_at")


class Conversations:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now
        self._at: dict[str, Conversation] = {}
        self._by_id: dict[int, Conversation] = {}

    def foresee(self, place_keys: set[str], ids: set[int]) -> list[int]:
        """Look these up, and lock them in one order where the engine has row locks; returns their ids."""
        rows = self._session.all(_SEVERAL, place_keys=as_json([*place_keys]), ids=as_json([*ids]))
        for row in rows:
            self._remember(_conversation(row))
        return [row[0] for row in rows]

    def _remember(self, conversation: Conversation) -> None:
        self._at[conversation.place.key] = self._by_id[conversation.id] = conversation

    def at(self, place: Place) -> Conversation | None:
        if (known := self._at.get(place.key)) is not None:
            return known
        row = self._session.one(_AT, place_key=place.key)
        return _conversation(row) if row else None

    def find(self, conversation_id: int) -> Conversation | None:
        if (known := self._by_id.get(conversation_id)) is not None:
            return known
        row = self._session.one(_BY_ID, id=conversation_id)
        return _conversation(row) if row else None

    def get(self, conversation_id: int) -> Conversation:
        """Raises LookupError when there is none."""
        found = self.find(conversation_id)
        if found is None:
            raise LookupError(f"no conversation {conversation_id}")
        return found

    def of_contact(self, contact_id: int, *, since: datetime) -> list[Conversation]:
        """The contact's conversations with something said since then, newest first, at most twenty."""
        rows = self._session.all(_OF_CONTACT, contact_id=contact_id, since=since)
        return [_conversation(row) for row in rows]

    def direct_of(self, contact_id: int, platform: str) -> Conversation | None:
        """The conversation in the contact's direct chat on a platform."""
        row = self._session.one(_DIRECT_OF, contact_id=contact_id, prefix=f"{platform}|")
        return _conversation(row) if row else None

    def open(self, contact_id: int, place: Place) -> Conversation:
        conversation = Conversation(self._ids.next(self._now), contact_id, place, self._now, self._now)
        self._session.run(
            _ADD,
            id=conversation.id,
            contact_id=contact_id,
            place_key=place.key,
            is_direct=place.is_direct,
            opened_at=self._now,
            last_message_at=self._now,
            status=Status.OPEN,
            owner=Owner.BOT,
            resolved_at=None,
        )
        return conversation

    def save(self, conversation: Conversation) -> None:
        if conversation.id in self._by_id:
            self._remember(conversation)
        self._session.run(
            _SAVE,
            row_id=conversation.id,
            contact_id=conversation.contact_id,
            last_message_at=conversation.last_message_at,
            status=conversation.status,
            owner=conversation.owner,
            resolved_at=conversation.resolved_at,
        )

    def settle(self, conversation_id: int, place: Place) -> None:
        """The direct chat's channel is known now. A conversation that began there meanwhile keeps the place."""
        self._at.clear()
        self._by_id.clear()
        self._session.run(_SETTLE, conversation_id=conversation_id, new_key=place.key)

    def touch(self, conversation: Conversation) -> Conversation:
        """Something was said just now."""
        self._session.defer(_TOUCH, row_id=conversation.id, last_message_at=self._now)
        touched = replace(conversation, last_message_at=self._now)
        if touched.id in self._by_id:
            self._remember(touched)
        return touched


def _conversation(row: tuple[Any, ...]) -> Conversation:
    id_, contact_id, key, is_direct, opened_at, last_message_at, status, owner, resolved_at = row
    place = place_from(key, is_direct)
    return Conversation(id_, contact_id, place, opened_at, last_message_at, status, owner, resolved_at)


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
_KNOWN_REFS = Listing(
    lambda among: select(message_refs.c.room_key, message_refs.c.external_id).where(
        among((message_refs.c.room_key, message_refs.c.external_id), "refs")
    )
)
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
_MOVE = Statement(
    update(messages)
    .where(messages.c.id == bindparam("row_id"))
    .values(direction=bindparam("direction", type_=messages.c.direction.type))
)


class Messages:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now
        self._absent: set[tuple[str, str]] = set()

    def foresee(self, refs: set[tuple[str, str]]) -> None:
        """Find out which of these (room, id) pairs are known yet."""
        rows = self._session.all(_KNOWN_REFS, refs=as_json([*refs]))
        self._absent |= refs.difference(rows)

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
    ) -> Message:
        """Store what was said; its origin becomes its first reference."""
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
        )
        if origin:
            self.add_refs(message.id, [origin])
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

    def edit(self, message: Message, text: str, files: Sequence[FileRef]) -> Message:
        """Give it new words; the old ones are kept as an edition."""
        self._session.run(
            _KEEP_EDITION,
            id=self._ids.next(self._now),
            message_id=message.id,
            text=message.text,
            replaced_at=self._now,
        )
        edited = replace(message, text=text, files=tuple(files), edited_at=self._now)
        self._session.run(
            _SAVE_TEXT, row_id=message.id, text=text, files=files_to_text(edited.files), edited_at=self._now
        )
        return edited

    def delete(self, message: Message) -> Message:
        """Mark it as taken back; its words stay for staff."""
        self._session.run(_SAVE_DELETED, row_id=message.id, deleted_at=self._now)
        return replace(message, deleted_at=self._now)

    def redirect(self, message: Message, direction: Direction) -> None:
        """It turned out to be something else: a note that was meant as a reply stays a note."""
        self._session.run(_MOVE, row_id=message.id, direction=direction)

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
    )
