"""Cursors are moved by every message, and by then in no index

Revises: 0010
Created: 2026-11-27 16:56:00
"""

from alembic import op

revision = "0012"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_cursors_moved_at", table_name="cursors")
