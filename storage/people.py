"""Contacts, their identities, and staff."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from msgspec.structs import replace
from sqlalchemy import BigInteger, bindparam, select, update

from bot.core.commands import Role
from bot.core.contact import Contact
from bot.core.events import Author
from bot.core.places import Identity
from bot.core.staff import Staff
from storage.bulk import Listing, as_json
from storage.ids import Ids
from storage.rows import inserting, updating
from storage.session import Question, Session
from storage.statement import Statement
from storage.tables import contacts, identities, staff

_CONTACT = (
    contacts.c.id,
    contacts.c.name,
    contacts.c.language,
    contacts.c.time_zone,
    contacts.c.is_opted_out,
    contacts.c.is_reachable,
    contacts.c.person_id,
    contacts.c.chosen_language,
    contacts.c.written_language,
    contacts.c.heard_language,
    contacts.c.heard_evidence,
)
_OF_IDENTITY = Statement(
    select(*_CONTACT)
    .join(identities, identities.c.contact_id == contacts.c.id)
    .where(
        identities.c.platform == bindparam("platform"),
        identities.c.workspace == bindparam("workspace"),
        identities.c.external_id == bindparam("external_id"),
    )
)
_OF_IDENTITIES = Listing(
    lambda among: (
        select(identities.c.external_id, *_CONTACT)
        .join(identities, identities.c.contact_id == contacts.c.id)
        .where(
            identities.c.platform == bindparam("platform"),
            identities.c.workspace == bindparam("workspace"),
            among(identities.c.external_id, "external_ids"),
        )
    )
)
_CONTACT_BY_ID = Statement(select(*_CONTACT).where(contacts.c.id == bindparam("id")))
_IDENTITIES_OF = Statement(
    select(identities.c.platform, identities.c.workspace, identities.c.external_id)
    .where(identities.c.contact_id == bindparam("contact_id"))
    .order_by(identities.c.id)
)
_OF_PERSON = Statement(
    select(*_CONTACT).where(contacts.c.person_id == bindparam("person_id")).order_by(contacts.c.id)
)
# Locked, so that of two who link or part the same people at once, the second one sees what the first one did.
_LOCK_CONTACTS = Listing(
    lambda among: (
        select(*_CONTACT).where(among(contacts.c.id, "ids")).order_by(contacts.c.id).with_for_update()
    )
)
_MAKE_PERSON = Listing(
    lambda among: (
        update(contacts)
        .where(among(contacts.c.id, "ids"))
        .values(person_id=bindparam("person_id", type_=BigInteger))
    )
)
_ADD_CONTACT = inserting(contacts)
_ADD_IDENTITY = inserting(identities)
_SAVED = (
    "name",
    "language",
    "time_zone",
    "is_opted_out",
    "is_reachable",
    "chosen_language",
    "written_language",
    "heard_language",
    "heard_evidence",
)
_SAVE_CONTACT = updating(contacts, *_SAVED)


class Contacts:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now
        self._known: dict[Identity, Contact] = {}
        self._by_id: dict[int, Contact] = {}

    def known_among(self, platform: str, workspace: str, external_ids: set[str]) -> Question:
        """Looks these accounts up; new ones are looked up again when they are met."""

        def learn(rows: list[tuple[Any, ...]]) -> None:
            for external_id, *contact in rows:
                self._known[Identity(platform, workspace, external_id)] = Contact(*contact)

        given = {"platform": platform, "workspace": workspace, "external_ids": as_json([*external_ids])}
        return Question(_OF_IDENTITIES, given, learn)

    def of(self, identity: Identity) -> Contact | None:
        if (known := self._known.get(identity)) is not None:
            return known
        row = self._session.one(
            _OF_IDENTITY,
            platform=identity.platform,
            workspace=identity.workspace,
            external_id=identity.external_id,
        )
        return Contact(*row) if row else None

    def get(self, contact_id: int) -> Contact:
        """Raises LookupError when there is none."""
        if (known := self._by_id.get(contact_id)) is not None:
            return known
        row = self._session.one(_CONTACT_BY_ID, id=contact_id)
        if row is None:
            raise LookupError(f"no contact {contact_id}")
        found = self._by_id[contact_id] = Contact(*row)
        return found

    def meet(self, author: Author) -> Contact:
        """The contact behind an account, made on first sight, with the name it has now."""
        known = self.of(author.identity)
        if known is None:
            return self._add(author)
        newest = replace(
            known,
            name=author.name or known.name,
            language=author.language or known.language,
            time_zone=author.time_zone or known.time_zone,
        )
        if newest != known and author.name != author.identity.external_id:
            self.save(newest)
            return newest
        return known

    def identities_of(self, contact_id: int) -> list[Identity]:
        return [Identity(*row) for row in self._session.all(_IDENTITIES_OF, contact_id=contact_id)]

    def accounts_of(self, contact: Contact) -> list[Contact]:
        """The contact itself, with all others that are linked with it, in the order in which they were met."""
        if contact.person_id is None:
            return [contact]
        return [Contact(*row) for row in self._session.all(_OF_PERSON, person_id=contact.person_id)]

    def lock(self, contact_ids: Collection[int]) -> list[Contact]:
        """These contacts as they are now, and until the end of the transaction."""
        self.forget()
        return [Contact(*row) for row in self._session.all(_LOCK_CONTACTS, ids=as_json([*contact_ids]))]

    def link(self, contacts: Collection[Contact]) -> int:
        """Make them one person; returns that person's number."""
        person_id = self._ids.next(self._now)
        self._set_person(contacts, person_id)
        return person_id

    def part(self, contacts: Collection[Contact]) -> None:
        """Make each of them somebody of their own again."""
        self._set_person(contacts, None)

    def _set_person(self, contacts: Collection[Contact], person_id: int | None) -> None:
        self.forget()
        self._session.run(_MAKE_PERSON, ids=as_json([one.id for one in contacts]), person_id=person_id)

    def save(self, contact: Contact) -> None:
        self.forget()
        values = {name: getattr(contact, name) for name in _SAVED}
        self._session.run(_SAVE_CONTACT, row_id=contact.id, **values)

    def forget(self) -> None:
        """Ask the database again: what is remembered may have changed, or was undone."""
        self._known.clear()
        self._by_id.clear()

    def _add(self, author: Author) -> Contact:
        contact = Contact(self._ids.next(self._now), author.name, author.language, author.time_zone)
        self._session.run(
            _ADD_CONTACT,
            id=contact.id,
            name=contact.name,
            language=contact.language,
            time_zone=contact.time_zone,
            is_opted_out=False,
            is_reachable=True,
            created_at=self._now,
            person_id=None,
            chosen_language="",
            written_language="",
            heard_language="",
            heard_evidence=0.0,
        )
        self._session.run(
            _ADD_IDENTITY,
            id=self._ids.next(self._now),
            contact_id=contact.id,
            platform=author.identity.platform,
            workspace=author.identity.workspace,
            external_id=author.identity.external_id,
            handle=author.handle,
        )
        return contact


_STAFF = (
    staff.c.id,
    staff.c.platform,
    staff.c.workspace,
    staff.c.external_id,
    staff.c.name,
    staff.c.role,
    staff.c.areas,
    staff.c.is_volunteering,
    staff.c.is_confirmed,
    staff.c.alias,
)
_STAFF_OF = Statement(
    select(*_STAFF).where(
        staff.c.platform == bindparam("platform"),
        staff.c.workspace == bindparam("workspace"),
        staff.c.external_id == bindparam("external_id"),
    )
)
_STAFF_BY_ID = Statement(select(*_STAFF).where(staff.c.id == bindparam("id")))
_VOLUNTEERS = Statement(select(*_STAFF).where(staff.c.is_volunteering).order_by(staff.c.id))
_ADD_STAFF = inserting(staff)
_SAVE_STAFF = updating(staff, "name", "role", "areas", "is_volunteering", "is_confirmed", "alias")
_NAMES = Statement(select(staff.c.id, staff.c.name, staff.c.alias).order_by(staff.c.id))


class Team:
    """Everybody who may help."""

    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def of(self, identity: Identity) -> Staff | None:
        row = self._session.one(
            _STAFF_OF,
            platform=identity.platform,
            workspace=identity.workspace,
            external_id=identity.external_id,
        )
        return _staff(row) if row else None

    def find(self, staff_id: int) -> Staff | None:
        row = self._session.one(_STAFF_BY_ID, id=staff_id)
        return _staff(row) if row else None

    def get(self, staff_id: int) -> Staff:
        """Raises LookupError when there is none."""
        found = self.find(staff_id)
        if found is None:
            raise LookupError(f"no staff member {staff_id}")
        return found

    def names(self) -> list[tuple[int, str, str]]:
        """(id, name, alias) of everybody who ever helped."""
        return [(id_, name, alias) for id_, name, alias in self._session.all(_NAMES)]

    def volunteers(self) -> list[Staff]:
        return [_staff(row) for row in self._session.all(_VOLUNTEERS)]

    def enlist(self, identity: Identity, name: str, role: Role, *, is_confirmed: bool = True) -> Staff:
        """A new member of the team; raises the database's error when the identity is one already."""
        member = Staff(self._ids.next(self._now), identity, name, role, is_confirmed=is_confirmed)
        self._session.run(
            _ADD_STAFF,
            id=member.id,
            platform=identity.platform,
            workspace=identity.workspace,
            external_id=identity.external_id,
            name=name,
            role=int(role),
            areas=(),
            is_volunteering=False,
            is_confirmed=is_confirmed,
            alias="",
        )
        return member

    def save(self, member: Staff) -> None:
        self._session.run(
            _SAVE_STAFF,
            row_id=member.id,
            name=member.name,
            role=int(member.role),
            areas=member.areas,
            is_volunteering=member.is_volunteering,
            is_confirmed=member.is_confirmed,
            alias=member.alias,
        )


def _staff(row: tuple[Any, ...]) -> Staff:
    id_, platform, workspace, external_id, name, role, areas, is_volunteering, is_confirmed, alias = row
    identity = Identity(platform, workspace, external_id)
    return Staff(id_, identity, name, Role(role), areas, is_volunteering, is_confirmed, alias)
