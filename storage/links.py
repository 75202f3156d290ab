"""How accounts become one person: codes, who guesses at them, and what staff proposed."""

import hashlib
import secrets
from datetime import datetime, timedelta

from sqlalchemy import bindparam, case, delete, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.policies.codes import ALPHABET, LENGTH
from bot.core.proposal import Proposal
from storage.ids import Ids
from storage.people_tables import link_codes, link_proposals, link_tries
from storage.session import Session
from storage.statement import Statement

CODE_LIVES = timedelta(minutes=10)
TRIES = 5
TRIES_WITHIN = timedelta(hours=1)
PROPOSAL_LIVES = timedelta(days=1)

_EXPIRE = Statement(
    delete(link_codes).where(link_codes.c.expires_at <= bindparam("now", type_=link_codes.c.expires_at.type))
)
_ISSUE = Statement(
    upsert(link_codes)
    .values({c.name: bindparam(c.name) for c in link_codes.c})
    .on_conflict_do_update(
        index_elements=["contact_id"],
        set_={
            "code_hash": bindparam("code_hash"),
            "expires_at": bindparam("expires_at", type_=link_codes.c.expires_at.type),
        },
    )
)
_TAKE = Statement(
    delete(link_codes)
    .where(
        link_codes.c.code_hash == bindparam("code_hash"),
        link_codes.c.contact_id != bindparam("but"),
        link_codes.c.expires_at > bindparam("now", type_=link_codes.c.expires_at.type),
    )
    .returning(link_codes.c.contact_id)
)
_IS_OF = Statement(
    select(link_codes.c.contact_id).where(
        link_codes.c.code_hash == bindparam("code_hash"), link_codes.c.contact_id == bindparam("contact_id")
    )
)
_VOID = Statement(delete(link_codes).where(link_codes.c.code_hash == bindparam("code_hash")))
_is_over = link_tries.c.since <= bindparam("over", type_=link_tries.c.since.type)
_TRY = Statement(
    upsert(link_tries)
    .values({c.name: bindparam(c.name) for c in link_tries.c})
    .on_conflict_do_update(
        index_elements=["contact_id"],
        set_={
            "tries": case((_is_over, 1), else_=link_tries.c.tries + 1),
            "since": case(
                (_is_over, bindparam("since", type_=link_tries.c.since.type)), else_=link_tries.c.since
            ),
        },
    )
    .returning(link_tries.c.tries)
)
_FORGET_TRIES = Statement(delete(link_tries).where(link_tries.c.contact_id == bindparam("contact_id")))

_PROPOSAL = tuple(link_proposals.c)
_END_OLD = Statement(
    update(link_proposals)
    .where(
        link_proposals.c.one_id == bindparam("one"),
        link_proposals.c.other_id == bindparam("other"),
        link_proposals.c.ended_at.is_(None),
        link_proposals.c.expires_at <= bindparam("now", type_=link_proposals.c.expires_at.type),
    )
    .values(ended_at=bindparam("now", type_=link_proposals.c.ended_at.type))
)
_PROPOSE = Statement(
    upsert(link_proposals)
    .values({c.name: bindparam(c.name) for c in link_proposals.c})
    .on_conflict_do_nothing(
        index_elements=["one_id", "other_id"], index_where=link_proposals.c.ended_at.is_(None)
    )
    .returning(link_proposals.c.id)
)
_PROPOSAL_BY_ID = Statement(select(*_PROPOSAL).where(link_proposals.c.id == bindparam("id")))


def _agreeing(side: str) -> Statement:
    return Statement(
        update(link_proposals)
        .where(
            link_proposals.c.id == bindparam("proposal_id"),
            link_proposals.c.ended_at.is_(None),
            link_proposals.c.expires_at > bindparam("at", type_=link_proposals.c.expires_at.type),
        )
        .values({f"{side}_agreed_at": bindparam("at", type_=link_proposals.c.ended_at.type)})
        .returning(*_PROPOSAL)
    )


_ONE_AGREES, _OTHER_AGREES = _agreeing("one"), _agreeing("other")
_END = Statement(
    update(link_proposals)
    .where(link_proposals.c.id == bindparam("proposal_id"), link_proposals.c.ended_at.is_(None))
    .values(ended_at=bindparam("at", type_=link_proposals.c.ended_at.type))
    .returning(link_proposals.c.id)
)


class Links:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def issue(self, contact_id: int) -> str:
        """A new code, in the place of the contact's last one. It is known to nobody but whoever is given it."""
        code = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        self._session.run(_EXPIRE, now=self._now)
        self._session.run(
            _ISSUE, contact_id=contact_id, code_hash=_hash(code), expires_at=self._now + CODE_LIVES
        )
        return code

    def may_try(self, contact_id: int) -> bool:
        """Count a try; False when there were too many of late."""
        row = self._session.one(
            _TRY, contact_id=contact_id, tries=1, since=self._now, over=self._now - TRIES_WITHIN
        )
        return row is not None and row[0] <= TRIES

    def forget_tries(self, contact_id: int) -> None:
        self._session.run(_FORGET_TRIES, contact_id=contact_id)

    def take(self, code: str, *, by: int) -> int | None:
        """Use the code of another contact up: exactly one of those who try at once gets that contact's id."""
        row = self._session.one(_TAKE, code_hash=_hash(code), but=by, now=self._now)
        return row[0] if row else None

    def is_own(self, code: str, contact_id: int) -> bool:
        return self._session.one(_IS_OF, code_hash=_hash(code), contact_id=contact_id) is not None

    def void(self, code: str) -> None:
        """Others have seen it, so it is worth nothing any more."""
        self._session.run(_VOID, code_hash=_hash(code))

    def propose(self, ticket_id: int, staff_id: int, one: int, other: int) -> Proposal | None:
        """None when these two are being asked already."""
        one, other = sorted((one, other))
        self._session.run(_END_OLD, one=one, other=other, now=self._now)
        proposal = Proposal(
            self._ids.next(self._now), ticket_id, staff_id, one, other, None, None,
            self._now + PROPOSAL_LIVES, None,
        )  # fmt: skip
        row = self._session.one(
            _PROPOSE,
            id=proposal.id,
            ticket_id=ticket_id,
            staff_id=staff_id,
            one_id=one,
            other_id=other,
            one_agreed_at=None,
            other_agreed_at=None,
            expires_at=proposal.expires_at,
            ended_at=None,
        )
        return proposal if row else None

    def proposal(self, proposal_id: int) -> Proposal | None:
        row = self._session.one(_PROPOSAL_BY_ID, id=proposal_id)
        return Proposal(*row) if row else None

    def agree(self, proposal: Proposal, contact_id: int) -> Proposal | None:
        """One of the two says yes; None when it is too late for that."""
        statement = _ONE_AGREES if contact_id == proposal.one_id else _OTHER_AGREES
        row = self._session.one(statement, proposal_id=proposal.id, at=self._now)
        return Proposal(*row) if row else None

    def end(self, proposal: Proposal) -> bool:
        """Nobody is asked any more; False when that was so before."""
        return self._session.one(_END, proposal_id=proposal.id, at=self._now) is not None


def _hash(code: str) -> str:
    # A code has fifty random bits and lives for minutes: it needs no salt and no slow hash.
    return hashlib.sha256(code.encode()).hexdigest()
