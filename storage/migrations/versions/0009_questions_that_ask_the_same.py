"""Which questions without an answer were last shown as one gap

Revises: 0008
Created: 2026-11-27 10:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("unanswered", sa.Column("gap", sa.BigInteger()))
    shown = sa.text("gap IS NOT NULL")
    op.create_index("ix_unanswered_gap", "unanswered", ["gap"], sqlite_where=shown, postgresql_where=shown)
