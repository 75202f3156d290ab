"""Aliases of staff, and the name under which a customer saw a message

Revises: 0005
Created: 2026-11-27 07:00:00
"""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("staff", sa.Column("alias", sa.Text(), nullable=False, server_default=""))
    op.add_column("messages", sa.Column("shown_as", sa.Text(), nullable=False, server_default=""))
