"""Conversations: one exchange with one contact in one place."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import BigInteger, ColumnElement, bindparam, desc, or_, select, update

from bot.core.contact import Contact
from bot.core.conversation import Conversation, Owner, Status
from bot.core.places import Place
from storage.bulk import Among, Bulk, Listing, as_json
from storage.ids import Ids
from storage.rows import inserting, place_from, updating
from storage.session import Question, Session
from storage.statement import Statement
from storage.tables import contacts, conversations, desk_places, tickets

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
    conversations.c.person_id,
)
# The row is locked where the engine has row locks: two processes never handle one conversation at once.
_AT = Statement(
    select(*_CONVERSATION).where(conversations.c.place_key == bindparam("place_key")).with_for_update()
)
_BY_ID = Statement(select(*_CONVERSATION).where(conversations.c.id == bindparam("id")).with_for_update())


def is_around(among: Among) -> ColumnElement[bool]:
    """True for conversations in one of these `place_keys`, or on whose tickets staff work there."""
    return or_(
        among(conversations.c.place_key, "place_keys"),
        among(
            conversations.c.id,
            select(tickets.c.conversation_id)
            .join(desk_places, desk_places.c.ticket_id == tickets.c.id)
            .where(among(desk_places.c.place_key, "place_keys")),
        ),
    )


_AROUND = Listing(
    lambda among: (
        select(*_CONVERSATION).where(is_around(among)).order_by(conversations.c.id).with_for_update()
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
_OF_PERSON = Statement(
    select(*_CONVERSATION)
    .where(
        conversations.c.contact_id.in_(
            select(contacts.c.id).where(contacts.c.person_id == bindparam("person_id"))
        )
    )
    .order_by(desc(conversations.c.last_message_at))
    .limit(50)
)
_HAND_OVER = Listing(
    lambda among: (
        update(conversations)
        .where(among(conversations.c.contact_id, "contact_ids"))
        .values(person_id=bindparam("person_id", type_=BigInteger))
    )
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

    def around(self, place_keys: set[str]) -> Question:
        """Looks up the conversations in these places and those on whose tickets staff work there, and locks them in one
        order where the engine has row locks.
        """
        return Question(_AROUND, {"place_keys": as_json([*place_keys])}, self._learn)

    def _learn(self, rows: list[tuple[Any, ...]]) -> None:
        for row in rows:
            self._remember(_conversation(row))

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

    def of_person(self, person_id: int) -> list[Conversation]:
        """The conversations of all accounts that are linked as this person, newest first, at most fifty."""
        return [_conversation(row) for row in self._session.all(_OF_PERSON, person_id=person_id)]

    def hand_over(self, contact_ids: Collection[int], person_id: int | None) -> None:
        """These contacts' conversations belong to this person from now on; None: each contact is alone."""
        self.forget()
        self._session.run(_HAND_OVER, contact_ids=as_json([*contact_ids]), person_id=person_id)

    def forget(self) -> None:
        """What was foreseen is not true any more."""
        self._at.clear()
        self._by_id.clear()

    def direct_of(self, contact_id: int, platform: str) -> Conversation | None:
        """The conversation in the contact's direct chat on a platform."""
        row = self._session.one(_DIRECT_OF, contact_id=contact_id, prefix=f"{platform}|")
        return _conversation(row) if row else None

    def open(self, contact: Contact, place: Place) -> Conversation:
        conversation = Conversation(
            self._ids.next(self._now), contact.id, place, self._now, self._now, person_id=contact.person_id
        )
        self._session.run(
            _ADD,
            id=conversation.id,
            contact_id=contact.id,
            place_key=place.key,
            is_direct=place.is_direct,
            opened_at=self._now,
            last_message_at=self._now,
            status=Status.OPEN,
            owner=Owner.BOT,
            resolved_at=None,
            person_id=contact.person_id,
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
        self.forget()
        self._session.run(_SETTLE, conversation_id=conversation_id, new_key=place.key)

    def touch(self, conversation: Conversation) -> Conversation:
        """Something was said just now."""
        self._session.defer(_TOUCH, row_id=conversation.id, last_message_at=self._now)
        touched = replace(conversation, last_message_at=self._now)
        if touched.id in self._by_id:
            self._remember(touched)
        return touched


def _conversation(row: tuple[Any, ...]) -> Conversation:
    id_, contact_id, key, is_direct, *state = row
    return Conversation(id_, contact_id, place_from(key, is_direct), *state)
