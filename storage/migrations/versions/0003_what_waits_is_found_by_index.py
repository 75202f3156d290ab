"""What waits is found by an index, however much was handled

Revises: 0002
Created: 2026-11-26 23:50:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    pending, unhandled = sa.text("state = 'pending'"), sa.text("state != 'handled'")
    op.create_index(
        "ix_intake_pending_in_order", "intake", ["id"], sqlite_where=pending, postgresql_where=pending
    )
    op.create_index(
        "ix_intake_unhandled", "intake", ["state"], sqlite_where=unhandled, postgresql_where=unhandled
    )
    op.create_index(op.f("ix_surveys_ticket_id"), "surveys", ["ticket_id"])
