"""Whose reactions stand on a message, and where it is pinned

Revises: 0004
Created: 2026-11-27 06:50:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "message_reactions",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("room_key", sa.Text(), nullable=False),
        sa.Column("emoji", sa.Text(), nullable=False),
        sa.Column("person", sa.Text(), nullable=False),
        _to_message("message_reactions"),
        sa.PrimaryKeyConstraint(
            "message_id", "room_key", "emoji", "person", name=op.f("pk_message_reactions")
        ),
    )
    op.create_table(
        "message_pins",
        sa.Column("message_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("room_key", sa.Text(), nullable=False),
        _to_message("message_pins"),
        sa.PrimaryKeyConstraint("message_id", "room_key", name=op.f("pk_message_pins")),
    )


def _to_message(table: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        ["message_id"], ["messages.id"], name=op.f(f"fk_{table}_message_id"), ondelete="CASCADE"
    )
