"""For whom an article is and until when, and every version that it had

Revises: 0006
Created: 2026-11-27 06:45:00
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("articles", sa.Column("audience", sa.Text(), nullable=False, server_default="public"))
    op.add_column("articles", sa.Column("products", sa.Text(), nullable=False, server_default=""))
    op.add_column("articles", sa.Column("valid_from", UtcDateTime(), nullable=True))
    op.add_column("articles", sa.Column("valid_until", UtcDateTime(), nullable=True))
    op.add_column("articles", sa.Column("origin", sa.Text(), nullable=False, server_default="folder"))
    op.add_column("articles", sa.Column("reviewed_at", UtcDateTime(), nullable=True))
    op.add_column("offers", sa.Column("language", sa.Text(), nullable=False, server_default=""))
    op.create_index("ix_offers_article", "offers", ["article_key", "id"])
    _create_versions()
    _create_judgements()
    _create_unanswered()


def _create_unanswered() -> None:
    op.create_table(
        "unanswered",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("conversation_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("closed_at", UtcDateTime(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=False),
        sa.Column("closed_by_staff", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("message_id", name=op.f("pk_unanswered")),
    )
    where = sa.text("closed_at IS NULL")
    op.create_index(
        "ix_unanswered_open", "unanswered", ["message_id"], sqlite_where=where, postgresql_where=where
    )


def _create_judgements() -> None:
    op.create_table(
        "judgements",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("article_key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("verdict", sa.Text(), nullable=False),
        sa.Column("message_id", sa.BigInteger(), nullable=False),
        sa.Column("person", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_judgements")),
    )
    op.create_index("ix_judgements_article", "judgements", ["article_key", "id"])
    op.create_index("ix_judgements_person", "judgements", ["person"])
    op.create_index("ix_judgements_staff", "judgements", ["staff_id", "id"])


def _create_versions() -> None:
    op.create_table(
        "article_versions",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.Column("tags", sa.Text(), nullable=False),
        sa.Column("phrasings", sa.Text(), nullable=False),
        sa.Column("url", sa.Text(), nullable=False),
        sa.Column("audience", sa.Text(), nullable=False),
        sa.Column("products", sa.Text(), nullable=False),
        sa.Column("valid_from", UtcDateTime(), nullable=True),
        sa.Column("valid_until", UtcDateTime(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("written_at", UtcDateTime(), nullable=False),
        sa.Column("written_by", sa.BigInteger(), nullable=True),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("decided_at", UtcDateTime(), nullable=True),
        sa.Column("decided_by", sa.BigInteger(), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_article_versions")),
        sa.UniqueConstraint(
            "key", "language", "number", name=op.f("uq_article_versions_key_language_number")
        ),
    )
    where = sa.text("state = 'draft' OR state = 'review'")
    op.create_index(
        "ix_article_versions_undecided",
        "article_versions",
        ["id"],
        sqlite_where=where,
        postgresql_where=where,
    )
