"""The tables of the knowledge: what is published, every version of it, and small facts."""

from sqlalchemy import BigInteger, Column, Index, Integer, Table, Text, UniqueConstraint, or_

from bot.core.article import ArticleState, Audience
from bot.core.judgement import JudgementState, Verdict
from storage.columns import Areas, EnumText, UtcDateTime
from storage.tables import metadata, row_id

articles = Table(
    "articles",
    metadata,
    Column("key", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("tags", Areas, nullable=False),
    Column("phrasings", Areas, nullable=False),
    Column("url", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
    Column("audience", EnumText(Audience), nullable=False, server_default="public"),
    Column("products", Areas, nullable=False, server_default=""),
    Column("valid_from", UtcDateTime),
    Column("valid_until", UtcDateTime),
    Column("origin", Text, nullable=False, server_default="folder"),
    Column("reviewed_at", UtcDateTime),
)
"""What is published, and nothing else: a draft cannot be found because it is not here."""

article_versions = Table(
    "article_versions",
    metadata,
    row_id(),
    Column("key", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("number", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("tags", Areas, nullable=False),
    Column("phrasings", Areas, nullable=False),
    Column("url", Text, nullable=False),
    Column("audience", EnumText(Audience), nullable=False),
    Column("products", Areas, nullable=False),
    Column("valid_from", UtcDateTime),
    Column("valid_until", UtcDateTime),
    Column("state", EnumText(ArticleState), nullable=False),
    Column("written_at", UtcDateTime, nullable=False),
    Column("written_by", BigInteger),
    Column("note", Text, nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", BigInteger),
    UniqueConstraint("key", "language", "number"),
)
is_undecided = or_(
    article_versions.c.state == ArticleState.DRAFT, article_versions.c.state == ArticleState.REVIEW
)
Index(
    "ix_article_versions_undecided",
    article_versions.c.id,
    sqlite_where=is_undecided,
    postgresql_where=is_undecided,
)

judgements = Table(
    "judgements",
    metadata,
    row_id(),
    Column("at", UtcDateTime, nullable=False),
    Column("article_key", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("verdict", EnumText(Verdict), nullable=False),
    # The words lie there and nowhere else: whoever deletes the message takes them along.
    Column("message_id", BigInteger, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("staff_id", BigInteger),
    Column("state", EnumText(JudgementState), nullable=False),
    Column("decided_at", UtcDateTime),
    Column("decided_by", BigInteger),
    Index("ix_judgements_article", "article_key", "id"),
    Index("ix_judgements_person", "person"),
    Index("ix_judgements_staff", "staff_id", "id"),
)

unanswered = Table(
    "unanswered",
    metadata,
    Column("message_id", BigInteger, primary_key=True, autoincrement=False),
    Column("conversation_id", BigInteger, nullable=False),
    Column("person", BigInteger, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("closed_at", UtcDateTime),
    Column("closed_by", Text, nullable=False),
    Column("closed_by_staff", BigInteger),
    # The newest of the questions that it was last shown together with.
    Column("gap", BigInteger),
)
_is_open = unanswered.c.closed_at.is_(None)
Index("ix_unanswered_open", unanswered.c.message_id, sqlite_where=_is_open, postgresql_where=_is_open)
_was_shown = unanswered.c.gap.is_not(None)
Index("ix_unanswered_gap", unanswered.c.gap, sqlite_where=_was_shown, postgresql_where=_was_shown)

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Small facts about the installation, such as the fingerprint of the imported knowledge folder."""
