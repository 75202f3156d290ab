"""Several processes

Revises: 0001
Created: 2026-11-26 23:40:00
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "processes",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("started_at", UtcDateTime(), nullable=False),
        sa.Column("alive_until", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_processes")),
        sa.UniqueConstraint("number", name=op.f("uq_processes_number")),
    )
    op.create_table(
        "leases",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("process_id", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["process_id"], ["processes.id"], name=op.f("fk_leases_process_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_leases")),
    )
    op.create_index(op.f("ix_leases_process_id"), "leases", ["process_id"])
    op.add_column("outbox", sa.Column("owner", sa.BigInteger(), nullable=False, server_default="0"))
    op.add_column(
        "outbox", sa.Column("is_handed_over", sa.Boolean(), nullable=False, server_default=sa.false())
    )
    is_handed_over = sa.text("is_handed_over")
    op.create_index(
        "ix_outbox_handed_over",
        "outbox",
        ["owner"],
        sqlite_where=is_handed_over,
        postgresql_where=is_handed_over,
    )
    is_pending = sa.text("state = 'pending'")
    op.create_index(
        "ix_outbox_lane",
        "outbox",
        ["lane", "id"],
        sqlite_where=is_pending,
        postgresql_where=is_pending,
    )
    op.drop_index("ix_outbox_pending", "outbox")
    op.drop_index("ix_outbox_created", "outbox")
    op.drop_index("ix_intake_received", "intake")
    # What was sent is not kept any more, and what was handled keeps no text.
    op.execute("DELETE FROM outbox WHERE state = 'sent'")
    op.execute("UPDATE intake SET payload = '' WHERE state = 'handled'")
