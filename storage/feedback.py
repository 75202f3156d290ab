"""Articles offered by the bot and what came of it; questions asked after the help; calls for help."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, desc, func, select, update
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.knowledge import Match
from bot.core.sos import Call, CallState, Sos
from bot.core.survey import Offer, OfferOutcome, Survey, SurveyKind
from storage.ids import Ids, first_id_at
from storage.rows import inserting
from storage.session import Session
from storage.statement import Statement
from storage.tables import offers, sos, sos_calls, surveys

RECENT_OFFERS = 50
"""Further back nobody looks: what is done for each question must not grow with how many were asked."""

_RECENT_OFFERS = Statement(
    select(*offers.c)
    .where(offers.c.conversation_id == bindparam("conversation_id"))
    .order_by(desc(offers.c.id))
    .limit(RECENT_OFFERS)
)
_WITHDRAW = Statement(
    update(offers)
    .where(offers.c.conversation_id == bindparam("conversation_of"), offers.c.outcome == OfferOutcome.OPEN)
    .values(outcome=OfferOutcome.PERSON)
)
_OFFER_BY_ID = Statement(select(*offers.c).where(offers.c.id == bindparam("id")))
_ADD_OFFER = inserting(offers)
_DECIDE = Statement(
    update(offers)
    .where(offers.c.id == bindparam("offer_id"), offers.c.outcome == OfferOutcome.OPEN)
    .values(outcome=bindparam("outcome", type_=offers.c.outcome.type))
    .returning(offers.c.id)
)
_COUNT_OUTCOMES = Statement(
    select(offers.c.outcome, func.count())
    .where(offers.c.id >= bindparam("first_id"), offers.c.id < bindparam("end_id"))
    .group_by(offers.c.outcome)
)
_BEYOND_ALL = 2**63 - 1


class Offers:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def add(self, conversation_id: int, message_id: int, match: Match) -> Offer:
        offer = Offer(
            id=self._ids.next(self._now),
            conversation_id=conversation_id,
            message_id=message_id,
            article_key=match.article_key,
            title=match.title,
            confidence=match.confidence,
            offered_at=self._now,
            language=match.language,
        )
        self._session.run(
            _ADD_OFFER,
            id=offer.id,
            conversation_id=conversation_id,
            message_id=message_id,
            article_key=match.article_key,
            title=match.title,
            confidence=match.confidence,
            offered_at=self._now,
            outcome=OfferOutcome.OPEN,
            language=match.language,
        )
        return offer

    def get(self, offer_id: int) -> Offer | None:
        row = self._session.one(_OFFER_BY_ID, id=offer_id)
        return Offer(*row) if row else None

    def recent(self, conversation_id: int) -> list[Offer]:
        """The newest articles offered in a conversation, oldest first."""
        rows = self._session.all(_RECENT_OFFERS, conversation_id=conversation_id)
        return [Offer(*row) for row in reversed(rows)]

    def withdraw(self, conversation_id: int) -> None:
        """A person answers instead: whatever is still open is decided."""
        self._session.run(_WITHDRAW, conversation_of=conversation_id)

    def decide(self, offer_id: int, outcome: OfferOutcome) -> bool:
        """What the customer made of it; False when that was decided before."""
        return self._session.one(_DECIDE, offer_id=offer_id, outcome=outcome) is not None

    def outcomes(
        self, *, since: datetime | None = None, before: datetime | None = None
    ) -> dict[OfferOutcome, int]:
        """How many there are of each, of those that were made in that time: it takes as long as they are many."""
        first = first_id_at(since) if since else 0
        end = first_id_at(before) if before else _BEYOND_ALL
        return dict(self._session.all(_COUNT_OUTCOMES, first_id=first, end_id=end))


_SURVEY_BY_ID = Statement(select(*surveys.c).where(surveys.c.id == bindparam("id")))
_LAST_SURVEY = Statement(
    select(*surveys.c)
    .where(surveys.c.ticket_id == bindparam("ticket_id"), surveys.c.kind == bindparam("kind"))
    .order_by(desc(surveys.c.id))
    .limit(1)
)
_LAST_IN = Statement(
    select(*surveys.c)
    .where(surveys.c.conversation_id == bindparam("conversation_id"), surveys.c.kind == bindparam("kind"))
    .order_by(desc(surveys.c.id))
    .limit(1)
)
_ADD_SURVEY = inserting(surveys)
_SCORE = Statement(
    update(surveys)
    .where(surveys.c.id == bindparam("survey_id"))
    .values(score=bindparam("score"), answered_at=bindparam("at", type_=surveys.c.answered_at.type))
)
_COMMENT = Statement(
    update(surveys)
    .where(surveys.c.id == bindparam("survey_id"))
    .values(comment=bindparam("comment"), commented_at=bindparam("at", type_=surveys.c.commented_at.type))
)


class Surveys:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def ask(self, kind: SurveyKind, ticket_id: int, conversation_id: int) -> Survey:
        survey = Survey(self._ids.next(self._now), kind, ticket_id, conversation_id, self._now)
        self._session.run(
            _ADD_SURVEY,
            id=survey.id,
            kind=kind,
            ticket_id=ticket_id,
            conversation_id=conversation_id,
            asked_at=self._now,
            score=None,
            comment="",
            answered_at=None,
            commented_at=None,
        )
        return survey

    def get(self, survey_id: int) -> Survey | None:
        row = self._session.one(_SURVEY_BY_ID, id=survey_id)
        return Survey(*row) if row else None

    def last_of_ticket(self, ticket_id: int, kind: SurveyKind) -> Survey | None:
        row = self._session.one(_LAST_SURVEY, ticket_id=ticket_id, kind=kind.value)
        return Survey(*row) if row else None

    def last_in(self, conversation_id: int, kind: SurveyKind) -> Survey | None:
        row = self._session.one(_LAST_IN, conversation_id=conversation_id, kind=kind.value)
        return Survey(*row) if row else None

    def score(self, survey: Survey, score: int) -> None:
        """The last answer counts."""
        self._session.run(_SCORE, survey_id=survey.id, score=score, at=self._now)

    def comment(self, survey: Survey, comment: str) -> None:
        self._session.run(_COMMENT, survey_id=survey.id, comment=comment, at=self._now)


_SOS = (sos.c.id, sos.c.reason, sos.c.started_at, sos.c.started_by, sos.c.ended_at)
_ACTIVE = Statement(select(*_SOS).where(sos.c.is_active))
_SOS_BY_ID = Statement(select(*_SOS).where(sos.c.id == bindparam("id")))
_START = Statement(
    upsert(sos)
    .values({c.name: bindparam(c.name) for c in sos.c})
    .on_conflict_do_nothing(index_elements=["is_active"])
    .returning(sos.c.id)
)
_END = Statement(
    update(sos)
    .where(sos.c.id == bindparam("sos_id"), sos.c.is_active)
    .values(is_active=None, ended_at=bindparam("at", type_=sos.c.ended_at.type))
    .returning(sos.c.id)
)
_SET_CALL = Statement(
    upsert(sos_calls)
    .values({c.name: bindparam(c.name) for c in sos_calls.c})
    .on_conflict_do_update(
        index_elements=["sos_id", "staff_id"],
        set_={"state": bindparam("state", type_=sos_calls.c.state.type)},
    )
)
_DECLINE = Statement(
    update(sos_calls)
    .where(
        sos_calls.c.sos_id == bindparam("in_sos"),
        sos_calls.c.staff_id == bindparam("by_staff"),
        sos_calls.c.state == CallState.ASKED,
    )
    .values(state=CallState.DECLINED)
)
_LAST_END = Statement(select(func.max(sos.c.ended_at).label("ended_at")))
_CALLS = Statement(
    select(*sos_calls.c).where(sos_calls.c.sos_id == bindparam("sos_id")).order_by(sos_calls.c.staff_id)
)


class SosCalls:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def active(self) -> Sos | None:
        return self._one(_ACTIVE)

    def get(self, sos_id: int) -> Sos | None:
        return self._one(_SOS_BY_ID, id=sos_id)

    def start(self, reason: str, started_by: int | None) -> Sos | None:
        """A new call for help; None when one is going on (the database lets only one be active)."""
        call = Sos(self._ids.next(self._now), reason, self._now, started_by)
        row = self._session.one(
            _START,
            id=call.id,
            reason=reason,
            started_at=self._now,
            started_by=started_by,
            ended_at=None,
            is_active=True,
        )
        return call if row else None

    def end(self, call: Sos) -> bool:
        """False when it had ended already."""
        return self._session.one(_END, sos_id=call.id, at=self._now) is not None

    def set_state(self, sos_id: int, staff_id: int, state: CallState) -> None:
        self._session.run(_SET_CALL, sos_id=sos_id, staff_id=staff_id, state=state)

    def decline(self, sos_id: int, staff_id: int) -> None:
        """Not now; whoever has joined already stays joined."""
        self._session.run(_DECLINE, in_sos=sos_id, by_staff=staff_id)

    def last_ended_at(self) -> datetime | None:
        row = self._session.one(_LAST_END)
        return row[0] if row else None

    def calls(self, sos_id: int) -> list[Call]:
        return [Call(*row) for row in self._session.all(_CALLS, sos_id=sos_id)]

    def _one(self, statement: Statement, **parameters: Any) -> Sos | None:
        row = self._session.one(statement, **parameters)
        return Sos(*row) if row else None
