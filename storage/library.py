"""The published articles, small facts about the installation, and the trail of what staff did."""

from collections.abc import Collection, Iterable, Iterator
from datetime import datetime

from msgspec import Struct
from sqlalchemy import bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert

from bot.core.article import DESK, FOLDER, ArticleState, ArticleText, ArticleVersion, Audience
from storage.ids import Ids
from storage.library_tables import articles, marks
from storage.rows import inserting
from storage.session import Session
from storage.statement import Statement
from storage.tables import audit
from storage.versions import Versions

CHANGED = "knowledge.changed"
"""The mark that says which change of what is published was the newest."""
RETAUGHT = "knowledge.retaught"
"""The mark that says when a lesson was last confirmed or taken back."""


class StoredArticle(Struct, frozen=True):
    key: str
    language: str
    title: str
    body: str
    tags: tuple[str, ...]
    phrasings: tuple[str, ...]
    url: str
    source: str
    checksum: str
    audience: Audience = Audience.PUBLIC
    products: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    origin: str = FOLDER

    @property
    def text(self) -> ArticleText:
        return ArticleText(
            self.title,
            self.body,
            self.tags,
            self.phrasings,
            self.url,
            self.audience,
            self.products,
            self.valid_from,
            self.valid_until,
        )

    def is_visible(self, reader: Audience, now: datetime) -> bool:
        """Whether it may be shown to such a reader at this moment."""
        return self.audience.is_open_to(reader) and self.text.is_valid_at(now)


class Replacement(Struct, frozen=True):
    """Articles that come, that become others, and that go."""

    new: tuple[StoredArticle, ...] = ()
    changed: tuple[StoredArticle, ...] = ()
    gone: tuple[StoredArticle, ...] = ()
    kept: tuple[StoredArticle, ...] = ()
    """What stays although nothing new is known of it."""

    def portions(self, most: int) -> Iterator["Replacement"]:
        """Parts of at most so many articles. What goes is last, so that a renamed one is always there."""
        for start in range(0, len(self.new), most):
            yield Replacement(new=self.new[start : start + most])
        for start in range(0, len(self.changed), most):
            yield Replacement(changed=self.changed[start : start + most])
        for start in range(0, len(self.gone), most):
            yield Replacement(gone=self.gone[start : start + most])


_ARTICLE = tuple(articles.c[name] for name in StoredArticle.__struct_fields__)
_ALL = Statement(select(*_ARTICLE).order_by(articles.c.key, articles.c.language))
_TITLES = Statement(
    select(articles.c.key, articles.c.language, articles.c.title).order_by(
        articles.c.key, articles.c.language
    )
)
_ONE = Statement(
    select(*_ARTICLE).where(articles.c.key == bindparam("key"), articles.c.language == bindparam("language"))
)
_OF_KEY = Statement(select(*_ARTICLE).where(articles.c.key == bindparam("key")).order_by(articles.c.language))
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
    """What is published. Everything that is put here or taken away leaves a version behind."""

    def __init__(self, session: Session, versions: Versions, marks: "Marks", ids: Ids, now: datetime) -> None:
        self._session, self._versions, self._marks = session, versions, marks
        self._ids, self._now = ids, now

    def all(self) -> list[StoredArticle]:
        return [StoredArticle(*row) for row in self._session.all(_ALL)]

    def titles(self) -> dict[str, dict[str, str]]:
        """Key to language to title of what is published."""
        titles: dict[str, dict[str, str]] = {}
        for key, language, title in self._session.all(_TITLES):
            titles.setdefault(key, {})[language] = title
        return titles

    def get(self, key: str, language: str) -> StoredArticle | None:
        row = self._session.one(_ONE, key=key, language=language)
        return StoredArticle(*row) if row else None

    def of(self, key: str) -> list[StoredArticle]:
        """An article in every language in which it is published."""
        return [StoredArticle(*row) for row in self._session.all(_OF_KEY, key=key)]

    def is_visible(self, key: str, language: str, reader: Audience) -> bool:
        """Whether it may be shown to such a reader now; False for what is not published."""
        article = self.get(key, language)
        return article is not None and article.is_visible(reader, self._now)

    def tags_of(self, key: str) -> tuple[str, ...]:
        """The article's tags; none for one that is gone."""
        row = self._session.one(_TAGS, key=key)
        return row[0] if row else ()

    def publish(self, version: ArticleVersion, staff_id: int | None) -> bool:
        """Show this version from now on instead of the one before; False when somebody else was faster."""
        if not self._versions.move(version, ArticleState.PUBLISHED, staff_id):
            return False
        text, before = version.text, self.get(version.key, version.language)
        origin = before.origin if before is not None else DESK
        shown = StoredArticle(
            version.key,
            version.language,
            text.title,
            text.body,
            text.tags,
            text.phrasings,
            text.url,
            before.source if before is not None else version.key,
            f"version:{version.id}",
            text.audience,
            text.products,
            text.valid_from,
            text.valid_until,
            origin,
        )
        self._put(shown, reviewed_at=self._now)
        self.changed()
        return True

    def withdraw(self, key: str, language: str, staff_id: int | None) -> bool:
        """Show it no more; False when it was not shown."""
        if self.get(key, language) is None:
            return False
        self._session.run(_DROP, key=key, language=language)
        self._versions.withdraw(key, language, staff_id)
        self.changed()
        return True

    def replacement(
        self, newest: Iterable[StoredArticle], *, origin: str = FOLDER, unread: Collection[str] = ()
    ) -> "Replacement":
        """What has to change so that exactly these are published of what has this origin, and what is of a source
        that is `unread` stays.

        They win over what was written in the chat under the same key and language.
        """
        before = {(article.key, article.language): article for article in self.all()}
        after = {(article.key, article.language): article for article in newest}
        left = [one for place, one in before.items() if one.origin == origin and place not in after]
        return Replacement(
            tuple(article for place, article in after.items() if place not in before),
            tuple(article for place, article in after.items() if before.get(place, article) != article),
            tuple(article for article in left if article.source not in unread),
            tuple(article for article in left if article.source in unread),
        )

    def replace(self, part: "Replacement", *, note: str = "") -> None:
        """Do it; what somebody else has done meanwhile is not done again."""
        for article in (*part.new, *part.changed):
            if self.get(article.key, article.language) != article:
                self.put(article, note=note)
        for article in part.gone:
            self.withdraw(article.key, article.language, None)

    def put(self, article: StoredArticle, *, note: str = "") -> None:
        """Publish what was written elsewhere."""
        self._versions.write(
            article.key, article.language, article.text, None, note=note, state=ArticleState.PUBLISHED
        )
        self._put(article, reviewed_at=None)
        self.changed()

    def changed(self) -> None:
        """Every process builds its index anew."""
        self._marks.set(CHANGED, str(self._ids.next(self._now)))

    def retaught(self) -> None:
        """Every process looks again at which lessons count."""
        self._marks.set(RETAUGHT, str(self._ids.next(self._now)))

    def _put(self, article: StoredArticle, *, reviewed_at: datetime | None) -> None:
        values = {name: getattr(article, name) for name in StoredArticle.__struct_fields__}
        self._session.run(_PUT, updated_at=self._now, reviewed_at=reviewed_at, **values)


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
