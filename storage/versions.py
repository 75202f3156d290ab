"""Every text that an article ever had, and how far each has come."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, desc, select, update

from bot.core.article import ArticleState, ArticleText, ArticleVersion
from storage.ids import Ids
from storage.library_tables import article_versions, is_undecided
from storage.rows import inserting
from storage.session import Session
from storage.statement import Statement

UNDECIDED = (ArticleState.DRAFT, ArticleState.REVIEW)

_v = article_versions.c
_COLUMNS = (
    _v.id, _v.key, _v.language, _v.number, _v.state, _v.written_at, _v.written_by, _v.note, _v.decided_at,
    _v.decided_by, _v.title, _v.body, _v.tags, _v.phrasings, _v.url, _v.audience, _v.products, _v.valid_from,
    _v.valid_until,
)  # fmt: skip
_this = (_v.key == bindparam("of_key"), _v.language == bindparam("of_language"))
_BY_ID = Statement(select(*_COLUMNS).where(_v.id == bindparam("id")))
_OF = Statement(select(*_COLUMNS).where(*_this).order_by(desc(_v.number)).limit(bindparam("most")))
_NUMBERED = Statement(select(*_COLUMNS).where(*_this, _v.number == bindparam("number")))
_UNDECIDED = Statement(select(*_COLUMNS).where(is_undecided).order_by(_v.id).limit(bindparam("most")))
_LANGUAGES = Statement(
    select(_v.language).where(_v.key == bindparam("of_key")).group_by(_v.language).order_by(_v.language)
)
_ADD = inserting(article_versions)
_MOVE = Statement(
    update(article_versions)
    .where(_v.id == bindparam("version_id"), _v.state == bindparam("state_before", type_=_v.state.type))
    .values(
        state=bindparam("state_after", type_=_v.state.type),
        decided_at=bindparam("at", type_=_v.decided_at.type),
        decided_by=bindparam("staff_id"),
    )
    .returning(_v.id)
)
_REPLACE = Statement(
    update(article_versions)
    .where(*_this, _v.state == bindparam("state_before", type_=_v.state.type))
    .values(
        state=ArticleState.ARCHIVED,
        decided_at=bindparam("at", type_=_v.decided_at.type),
        decided_by=bindparam("staff_id"),
    )
)


class Versions:
    def __init__(self, session: Session, ids: Ids, now: datetime) -> None:
        self._session, self._ids, self._now = session, ids, now

    def get(self, version_id: int) -> ArticleVersion | None:
        row = self._session.one(_BY_ID, id=version_id)
        return _version(row) if row else None

    def of(self, key: str, language: str, *, limit: int = 20) -> list[ArticleVersion]:
        """The newest first."""
        rows = self._session.all(_OF, of_key=key, of_language=language, most=limit)
        return [_version(row) for row in rows]

    def newest(self, key: str, language: str) -> ArticleVersion | None:
        return next(iter(self.of(key, language, limit=1)), None)

    def numbered(self, key: str, language: str, number: int) -> ArticleVersion | None:
        row = self._session.one(_NUMBERED, of_key=key, of_language=language, number=number)
        return _version(row) if row else None

    def languages_of(self, key: str) -> list[str]:
        """Every language in which there was ever a version."""
        return [row[0] for row in self._session.all(_LANGUAGES, of_key=key)]

    def undecided(self, *, limit: int = 50) -> list[ArticleVersion]:
        """Drafts, and what waits for an editor; the oldest first."""
        return [_version(row) for row in self._session.all(_UNDECIDED, most=limit)]

    def write(
        self,
        key: str,
        language: str,
        text: ArticleText,
        staff_id: int | None,
        *,
        note: str = "",
        state: ArticleState = ArticleState.DRAFT,
    ) -> ArticleVersion:
        """Add a version; an older draft of the article in this language gives way to it."""
        newest = self.newest(key, language)
        for before in UNDECIDED:
            self._replace(key, language, before, staff_id)
        if state is ArticleState.PUBLISHED:
            self._replace(key, language, state, staff_id)
        version = ArticleVersion(
            self._ids.next(self._now), key, language, newest.number + 1 if newest else 1, text, state, self._now,
            staff_id, note,
        )  # fmt: skip
        self._session.run(
            _ADD,
            id=version.id,
            key=key,
            language=language,
            number=version.number,
            state=state,
            written_at=self._now,
            written_by=staff_id,
            note=note,
            decided_at=None,
            decided_by=None,
            **{name: getattr(text, name) for name in ArticleText.__struct_fields__},
        )
        return version

    def move(self, version: ArticleVersion, to: ArticleState, staff_id: int | None) -> bool:
        """Bring it from the state it was read in to another; False when somebody else was faster."""
        if to is ArticleState.PUBLISHED:
            self._replace(version.key, version.language, to, staff_id)
        moved = self._session.one(
            _MOVE, version_id=version.id, state_before=version.state, state_after=to, at=self._now, staff_id=staff_id
        )  # fmt: skip
        return moved is not None

    def withdraw(self, key: str, language: str, staff_id: int | None) -> None:
        """Nothing of it is published any more."""
        self._replace(key, language, ArticleState.PUBLISHED, staff_id)

    def _replace(self, key: str, language: str, state: ArticleState, staff_id: int | None) -> None:
        self._session.run(
            _REPLACE, of_key=key, of_language=language, state_before=state, at=self._now, staff_id=staff_id
        )


def _version(row: Sequence[Any]) -> ArticleVersion:
    id_, key, language, number, state, written_at, written_by, note, decided_at, decided_by, *text = row
    return ArticleVersion(
        id_, key, language, number, ArticleText(*text), state, written_at, written_by, note, decided_at, decided_by
    )  # fmt: skip
