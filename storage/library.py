"""The imported articles, small facts about the installation, and the trail of what staff did."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from storage.ids import Ids
from storage.library_tables import articles, marks
from storage.rows import inserting
from storage.session import Session
from storage.statement import Statement
from storage.tables import audit


@dataclass(frozen=True, slots=True)
class StoredArticle:
    key: str
    language: str
    title: str
    body: str
    tags: tuple[str, ...]
    phrasings: tuple[str, ...]
    url: str
    source: str
    checksum: str


_ARTICLE = tuple(c for c in articles.c if c.name != "updated_at")
_ALL = Statement(select(*_ARTICLE).order_by(articles.c.key, articles.c.language))
_PUT = Statement(
    upsert(articles)
    .values({c.name: bindparam(c.name) for c in articles.c})
    .on_conflict_do_update(
        index_elements=["key", "language"],
        set_={c.name: bindparam(c.name, type_=c.type) for c in articles.c if not c.primary_key},
    )
)
_DROP = Statement(
    delete(articles).where(articles.c.key == bindparam("key"), articles.c.language == bindparam("language"))
)
_TAGS = Statement(select(articles.c.tags).where(articles.c.key == bindparam("key")).limit(1))
_MARK = Statement(select(marks.c.value).where(marks.c.name == bindparam("name")))
_SET_MARK = Statement(
    upsert(marks)
    .values(name=bindparam("name"), value=bindparam("value"))
    .on_conflict_do_update(index_elements=["name"], set_={"value": bindparam("value")})
)


class Library:
    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def all(self) -> list[StoredArticle]:
        return [StoredArticle(*row) for row in self._session.all(_ALL)]

    def tags_of(self, key: str) -> tuple[str, ...]:
        """The article's tags; none for one that is gone."""
        row = self._session.one(_TAGS, key=key)
        return row[0] if row else ()

    def replace_all(self, newest: Iterable[StoredArticle]) -> tuple[int, int, int]:
        """Make the library hold exactly these; returns how many were added, changed and removed."""
        before = {(article.key, article.language): article for article in self.all()}
        after = {(article.key, article.language): article for article in newest}
        changed = [article for key, article in after.items() if before.get(key) != article]
        for article in changed:
            self._put(article)
        for key, language in before.keys() - after.keys():
            self._session.run(_DROP, key=key, language=language)
        added = len(after.keys() - before.keys())
        return added, len(changed) - added, len(before.keys() - after.keys())

    def _put(self, article: StoredArticle) -> None:
        self._session.run(
            _PUT,
            key=article.key,
            language=article.language,
            title=article.title,
            body=article.body,
            tags=article.tags,
            phrasings=article.phrasings,
            url=article.url,
            source=article.source,
            checksum=article.checksum,
            updated_at=self._now,
        )


class Marks:
    def __init__(self, session: Session) -> None:
        self._session = session

    def get(self, name: str) -> str:
        """ "" when it was never set."""
        row = self._session.one(_MARK, name=name)
        return row[0] if row else ""

    def set(self, name: str, value: str) -> None:
        self._session.run(_SET_MARK, name=name, value=value)


_ADD_ENTRY = inserting(audit)


class Audit:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def record(self, staff_id: int | None, action: str, subject: str, detail: str = "") -> None:
        """Who did what to which; never message text."""
        self._session.run(
            _ADD_ENTRY,
            id=self._ids.next(self._now),
            at=self._now,
            staff_id=staff_id,
            action=action,
            subject=subject,
            detail=detail,
        )
