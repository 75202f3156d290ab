"""The conversations of a contact, found by an index that nothing which is said changes

Revises: 0009
Created: 2026-11-27 14:20:00
"""

from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.drop_index("ix_conversations_contact", table_name="conversations")
    op.create_index("ix_conversations_contact", "conversations", ["contact_id"])
