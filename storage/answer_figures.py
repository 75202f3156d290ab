"""How the answers do: by week what became of them, and what people judged lately."""

from collections import Counter
from datetime import datetime

from sqlalchemy import bindparam, desc, func, or_, select

from bot.core.policies.watching import RECENT_WEEKS, WEEK, WEEKS, Watch, Week, monday_of
from bot.core.policies.weighing import Fairness
from bot.core.survey import OfferOutcome
from storage.article_figures import MOST_OFFERS
from storage.ids import first_id_at
from storage.library_tables import unanswered
from storage.session import Session
from storage.statement import Statement
from storage.tables import conversations, offers
from storage.thresholds import Thresholds

MOST_JUDGED = 5_000
"""Of the last weeks, the newest."""

_newest = (
    select(offers.c.id, offers.c.outcome)
    .where(offers.c.id >= bindparam("first_id"))
    .order_by(desc(offers.c.id))
    .limit(MOST_OFFERS)
    .subquery()
)
# Ids grow with time at an even pace, so that their distance tells the week.
_week = ((_newest.c.id - bindparam("first_id")) // bindparam("ids_of_a_week")).label("week")
_ANSWERS = Statement(
    select(_week, _newest.c.outcome, func.count().label("n")).group_by(_week, _newest.c.outcome)
)
_silent = (
    select(unanswered.c.message_id)
    .where(unanswered.c.message_id >= bindparam("first_id"))
    .order_by(desc(unanswered.c.message_id))
    .limit(MOST_OFFERS)
    .subquery()
)
_silent_week = ((_silent.c.message_id - bindparam("first_id")) // bindparam("ids_of_a_week")).label("week")
_SILENCE = Statement(select(_silent_week, func.count().label("n")).group_by(_silent_week))
_JUDGED = Statement(
    select(
        func.coalesce(conversations.c.person_id, conversations.c.contact_id).label("person"),
        offers.c.article_key,
        offers.c.outcome,
    )
    .select_from(offers.join(conversations, conversations.c.id == offers.c.conversation_id))
    .where(
        offers.c.id >= bindparam("first_id"),
        or_(offers.c.outcome == OfferOutcome.SOLVED, offers.c.outcome == OfferOutcome.REJECTED),
    )
    .order_by(desc(offers.c.id))
    .limit(MOST_JUDGED)
)
_ALL_SILENCE = Statement(select(func.count().label("n")).select_from(unanswered))


class AnswerFigures:
    def __init__(self, session: Session, thresholds: Thresholds, now: datetime) -> None:
        self._session, self._thresholds, self._now = session, thresholds, now

    def watch(self) -> Watch:
        """The last weeks, of at most MOST_OFFERS answers."""
        monday = monday_of(self._now)
        begins = [monday - number * WEEK for number in reversed(range(WEEKS))]
        span = {
            "first_id": first_id_at(begins[0]),
            "ids_of_a_week": first_id_at(begins[1]) - first_id_at(begins[0]),
        }
        outcomes: dict[int, dict[OfferOutcome, int]] = {}
        for week, outcome, n in self._session.all(_ANSWERS, **span):
            outcomes.setdefault(week, {})[outcome] = n
        silence = dict(self._session.all(_SILENCE, **span))
        weeks = tuple(
            Week(begin.date(), outcomes.get(at, {}), silence.get(at, 0)) for at, begin in enumerate(begins)
        )
        solved, rejected_by = self._judged()
        rejected = sum(rejected_by.values())
        return Watch(weeks, solved, rejected, len(rejected_by), self._thresholds.aim)

    def unanswered(self) -> int:
        """How many questions have ever been asked that nothing good was found for."""
        return int(self._session.all(_ALL_SILENCE)[0][0])

    def _judged(self) -> tuple[int, Counter[int]]:
        """How many solved it in the last weeks, and who rejected how many: of each person as many as count."""
        fairness, solved, rejected_by = Fairness(), 0, Counter[int]()
        first = first_id_at(self._now - RECENT_WEEKS * WEEK)
        for person, article, outcome in self._session.all(_JUDGED, first_id=first):
            if not fairness.counts(person, [article]):
                continue
            if outcome is OfferOutcome.SOLVED:
                solved += 1
            else:
                rejected_by[person] += 1
        return solved, rejected_by
