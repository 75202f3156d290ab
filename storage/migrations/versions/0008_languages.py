"""Which language each person chose, writes, and may have begun to write

Revises: 0007
Created: 2026-11-27 07:10:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    for name in ("chosen_language", "written_language", "heard_language"):
        op.add_column("contacts", sa.Column(name, sa.Text(), server_default="", nullable=False))
    op.add_column("contacts", sa.Column("heard_evidence", sa.Float(), server_default="0", nullable=False))
