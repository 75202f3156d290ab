"""Who else takes part in somebody's conversation, and whom of them the asker trusts to decide in it."""

from msgspec import Struct
from sqlalchemy import bindparam, func, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.people_tables import participants
from storage.session import Session
from storage.statement import Statement
from storage.tables import contacts, identities

MOST_SHOWN = 20

_HEAR = Statement(
    upsert(participants)
    .values({c.name: bindparam(c.name) for c in participants.c})
    .on_conflict_do_nothing(index_elements=["conversation_id", "contact_id"])
    .returning(participants.c.contact_id)
)
_TRUST = Statement(
    upsert(participants)
    .values({c.name: bindparam(c.name) for c in participants.c})
    .on_conflict_do_update(
        index_elements=["conversation_id", "contact_id"], set_={"is_trusted": bindparam("is_trusted")}
    )
)
_IS_TRUSTED = Statement(
    select(participants.c.is_trusted).where(
        participants.c.conversation_id == bindparam("conversation_id"),
        participants.c.contact_id == bindparam("contact_id"),
        participants.c.is_trusted,
    )
)
_OF = Statement(
    select(
        participants.c.contact_id,
        contacts.c.name,
        func.min(identities.c.handle).label("handle"),
        participants.c.is_trusted,
    )
    .join(contacts, contacts.c.id == participants.c.contact_id)
    .join(identities, identities.c.contact_id == contacts.c.id)
    .where(participants.c.conversation_id == bindparam("conversation_id"))
    .group_by(participants.c.contact_id, contacts.c.name, participants.c.is_trusted)
    .order_by(participants.c.contact_id)
    .limit(MOST_SHOWN)
)


class Participant(Struct, frozen=True):
    contact_id: int
    name: str
    handle: str
    is_trusted: bool


class Participants:
    def __init__(self, session: Session) -> None:
        self._session = session

    def hear(self, conversation_id: int, contact_id: int) -> bool:
        """Somebody else has said something there; True when it is the first time."""
        row = self._session.one(
            _HEAR, conversation_id=conversation_id, contact_id=contact_id, is_trusted=False
        )
        return row is not None

    def trust(self, conversation_id: int, contact_id: int, *, is_trusted: bool) -> None:
        self._session.run(
            _TRUST, conversation_id=conversation_id, contact_id=contact_id, is_trusted=is_trusted
        )

    def is_trusted(self, conversation_id: int, contact_id: int) -> bool:
        row = self._session.one(_IS_TRUSTED, conversation_id=conversation_id, contact_id=contact_id)
        return row is not None

    def of(self, conversation_id: int) -> list[Participant]:
        """Those who take part beside the asker, at most twenty."""
        return [Participant(*row) for row in self._session.all(_OF, conversation_id=conversation_id)]
