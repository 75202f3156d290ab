"""Verdicts on articles: what the search learns from, who said it, and what was taken back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, desc, distinct, func, select, update

from bot.core.judgement import Judgement, JudgementState, Lesson, Verdict
from bot.core.policies.learning import Before, standing
from storage.ids import Ids, first_id_at
from storage.library_tables import judgements
from storage.rows import inserting
from storage.session import Session
from storage.statement import Statement
from storage.tables import messages

DAY = timedelta(days=1)
MOST_LESSONS = 30
"""So many of an article's newest lessons count: more add nothing (docs/knowledge.md)."""

_j = judgements.c
_JUDGEMENT = (
    _j.id, _j.at, _j.article_key, _j.language, _j.verdict, _j.message_id, _j.person, _j.staff_id, _j.state
)  # fmt: skip
_counts = _j.state == JudgementState.COUNTED
_about = _j.article_key == bindparam("about_key")
_ADD = inserting(judgements)
_BY_ID = Statement(select(*_JUDGEMENT).where(_j.id == bindparam("id")))
_OF_PERSON = Statement(
    select(_j.id, _j.article_key).where(_j.person == bindparam("person"), _j.staff_id.is_(None), _counts)
)
_OF_STAFF = Statement(
    select(func.count().label("n")).where(
        _j.staff_id == bindparam("staff_id"), _j.id >= bindparam("first_id")
    )
)
_OF_CUSTOMERS = Statement(
    select(func.count().label("n")).where(
        _about,
        _j.verdict == bindparam("verdict", type_=_j.verdict.type),
        _j.staff_id.is_(None),
        _j.decided_by.is_(None),
        _counts,
    )
)
_REJECTED_BY = Statement(
    select(func.count(distinct(_j.person)).label("n")).where(
        _about,
        _j.verdict == Verdict.REJECTED,
        _j.state != JudgementState.UNDONE,
        _j.person != bindparam("but_person"),
    )
)
_LESSON = (_j.id, _j.article_key, _j.verdict, messages.c.text, _j.state, _j.staff_id, _j.at)
_said = judgements.join(messages, messages.c.id == _j.message_id)
_LESSONS = Statement(
    select(*_LESSON)
    .select_from(_said)
    .where(_counts, _j.id >= bindparam("first_id"), messages.c.deleted_at.is_(None))
    .order_by(desc(_j.id))
)
_OF_ARTICLE = Statement(
    select(*_LESSON)
    .select_from(_said)
    .where(_about, messages.c.deleted_at.is_(None))
    .order_by(desc(_j.id))
    .limit(bindparam("most"))
)
_DECIDE = Statement(
    update(judgements)
    .where(_j.id == bindparam("judgement_id"), _j.state != bindparam("state", type_=_j.state.type))
    .values(
        state=bindparam("state", type_=_j.state.type),
        decided_at=bindparam("now", type_=_j.decided_at.type),
        decided_by=bindparam("by"),
    )
    .returning(_j.id)
)
_UNDO_ALL = Statement(
    update(judgements)
    .where(_about, _j.state != JudgementState.UNDONE)
    .values(
        state=JudgementState.UNDONE,
        decided_at=bindparam("now", type_=_j.decided_at.type),
        decided_by=bindparam("by"),
    )
    .returning(_j.id)
)


class Judgements:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def add(
        self, article_key: str, language: str, verdict: Verdict, message_id: int, person: int,
        staff_id: int | None = None,
    ) -> Judgement:  # fmt: skip
        """Remember a verdict; whether it counts at once is decided by what was said before."""
        before = self._before(article_key, verdict, person, staff_id)
        state = standing(verdict, before, is_staff=staff_id is not None)
        judgement = Judgement(
            self._ids.next(self._now), self._now, article_key, language, verdict, message_id, person, staff_id, state
        )  # fmt: skip
        self._session.run(
            _ADD,
            **{name: getattr(judgement, name) for name in Judgement.__struct_fields__},
            decided_at=None,
            decided_by=None,
        )
        return judgement

    def get(self, judgement_id: int) -> Judgement | None:
        row = self._session.one(_BY_ID, id=judgement_id)
        return Judgement(*row) if row else None

    def lessons(self, since: datetime | None = None) -> list[Lesson]:
        """What the search learns, oldest first: of each article the newest, of messages that are still there."""
        found: list[Lesson] = []
        taken: dict[tuple[str, Verdict], int] = {}
        for row in self._session.all(_LESSONS, first_id=first_id_at(since) if since else 0):
            lesson = Lesson(*row)
            place = (lesson.article_key, lesson.verdict)
            taken[place] = taken.get(place, 0) + 1
            if taken[place] <= MOST_LESSONS:
                found.append(lesson)
        return found[::-1]

    def of_article(self, key: str, *, limit: int = 20) -> list[Lesson]:
        """Every verdict on it whose words are still there, whether it counts or not; the newest first."""
        return [Lesson(*row) for row in self._session.all(_OF_ARTICLE, about_key=key, most=limit)]

    def decide(self, judgement_id: int, state: JudgementState, staff_id: int) -> bool:
        """Confirm it or take it back; False when that was done before."""
        row = self._session.one(_DECIDE, judgement_id=judgement_id, state=state, now=self._now, by=staff_id)
        return row is not None

    def undo_all(self, key: str, staff_id: int) -> int:
        """Take back everything that was learned of an article; returns how much that was."""
        return len(self._session.all(_UNDO_ALL, about_key=key, now=self._now, by=staff_id))

    def _before(self, key: str, verdict: Verdict, person: int, staff_id: int | None) -> Before:
        today = first_id_at(self._now - DAY)
        if staff_id is not None:
            return Before(0, self._count(_OF_STAFF, staff_id=staff_id, first_id=today), 0, 0)
        theirs = self._session.all(_OF_PERSON, person=person)
        return Before(
            by_them_about_it=sum(about == key for _, about in theirs),
            by_them_today=sum(id_ >= today for id_, _ in theirs),
            by_customers_about_it=self._count(_OF_CUSTOMERS, about_key=key, verdict=verdict),
            rejected_by_others=self._count(_REJECTED_BY, about_key=key, but_person=person),
        )

    def _count(self, statement: Statement, **values: Any) -> int:
        rows: Sequence[tuple[Any, ...]] = self._session.all(statement, **values)
        return int(rows[0][0])
