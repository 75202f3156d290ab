"""How published articles do: how often each was offered, what came of it, when it was last read."""

from datetime import datetime, timedelta

from sqlalchemy import bindparam, desc, func, select, update

from bot.core.policies.reviewing import Differences, Overview, Shelved, Tally, overview
from bot.core.survey import OfferOutcome
from storage.ids import first_id_at
from storage.library_tables import articles
from storage.session import Session
from storage.statement import Statement
from storage.tables import offers

LOOKED_BACK = timedelta(days=90)
MOST_OFFERS = 100_000
"""Of all articles together, the newest of that time."""

_SHELF = Statement(
    select(*(articles.c[name] for name in Shelved.__struct_fields__)).order_by(
        articles.c.key, articles.c.language
    )
)
_OF = Statement(
    select(offers.c.article_key, offers.c.language, offers.c.outcome, func.count().label("n"))
    .where(offers.c.article_key == bindparam("key"), offers.c.id >= bindparam("first_id"))
    .group_by(offers.c.article_key, offers.c.language, offers.c.outcome)
)
_newest = (
    select(offers.c.article_key, offers.c.language, offers.c.outcome)
    .where(offers.c.id >= bindparam("first_id"))
    .order_by(desc(offers.c.id))
    .limit(MOST_OFFERS)
    .subquery()
)
_ALL = Statement(select(*_newest.c, func.count().label("n")).group_by(*_newest.c))
_this = (articles.c.key == bindparam("of_key"), articles.c.language == bindparam("of_language"))
_ONE = Statement(select(*(articles.c[name] for name in Shelved.__struct_fields__)).where(*_this))
_REVIEWED = Statement(
    update(articles)
    .where(*_this)
    .values(reviewed_at=bindparam("now", type_=articles.c.reviewed_at.type))
    .returning(articles.c.key)
)


class ArticleFigures:
    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def of(self, key: str) -> dict[str, Tally]:
        """Language to what came of the article in it, in the last ninety days."""
        return {language: tally for (_, language), tally in self._tallies(_OF, key=key).items()}

    def read_at(self, key: str, language: str) -> datetime | None:
        """When somebody last wrote or confirmed what is published; None for what is not."""
        row = self._session.one(_ONE, of_key=key, of_language=language)
        return Shelved(*row).read_at if row else None

    def overview(self, differences: Differences) -> Overview:
        """Every published article, by at most MOST_OFFERS offers. Ask it beside the line: it takes as long as there are
        articles, and others wait for an answer.
        """
        shelf = [Shelved(*row) for row in self._session.all(_SHELF)]
        return overview(shelf, self._tallies(_ALL), differences, self._now)

    def reviewed(self, key: str, language: str) -> bool:
        """Somebody has read it, and it is right; False when it is not published."""
        return self._session.one(_REVIEWED, of_key=key, of_language=language, now=self._now) is not None

    def _tallies(self, statement: Statement, **values: str) -> dict[tuple[str, str], Tally]:
        first_id = first_id_at(self._now - LOOKED_BACK)
        counts: dict[tuple[str, str], dict[OfferOutcome, int]] = {}
        for key, language, outcome, n in self._session.all(statement, first_id=first_id, **values):
            counts.setdefault((key, language), {})[outcome] = n
        return {
            place: Tally(
                sum(one.values()), one.get(OfferOutcome.SOLVED, 0), one.get(OfferOutcome.REJECTED, 0)
            )
            for place, one in counts.items()
        }
