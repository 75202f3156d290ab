"""One person behind several accounts, and several people in one conversation

Revises: 0003
Created: 2026-11-27 02:30:00
"""

import sqlalchemy as sa
from alembic import op

from storage.columns import UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("contacts", sa.Column("person_id", sa.BigInteger(), nullable=True))
    op.add_column("conversations", sa.Column("person_id", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("heard_in_id", sa.BigInteger(), nullable=True))
    op.add_column("tickets", sa.Column("joined_to_id", sa.BigInteger(), nullable=True))
    _index_where("ix_contacts_person", "contacts", ["person_id"], "person_id IS NOT NULL")
    _index_where("ix_tickets_joined_to", "tickets", ["joined_to_id"], "joined_to_id IS NOT NULL")
    _create_codes()
    _create_proposals()
    op.create_table(
        "participants",
        sa.Column("conversation_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("is_trusted", sa.Boolean(), nullable=False),
        _to("participants", "conversation_id", "conversations"),
        _to("participants", "contact_id", "contacts"),
        sa.PrimaryKeyConstraint("conversation_id", "contact_id", name=op.f("pk_participants")),
    )


def _create_codes() -> None:
    op.create_table(
        "link_codes",
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("code_hash", sa.Text(), nullable=False),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        _to("link_codes", "contact_id", "contacts"),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_link_codes")),
        sa.UniqueConstraint("code_hash", name=op.f("uq_link_codes_code_hash")),
    )
    op.create_index(op.f("ix_link_codes_expires_at"), "link_codes", ["expires_at"])
    op.create_table(
        "link_tries",
        sa.Column("contact_id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.Column("since", UtcDateTime(), nullable=False),
        _to("link_tries", "contact_id", "contacts"),
        sa.PrimaryKeyConstraint("contact_id", name=op.f("pk_link_tries")),
    )


def _create_proposals() -> None:
    op.create_table(
        "link_proposals",
        sa.Column("id", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("ticket_id", sa.BigInteger(), nullable=False),
        sa.Column("staff_id", sa.BigInteger(), nullable=False),
        sa.Column("one_id", sa.BigInteger(), nullable=False),
        sa.Column("other_id", sa.BigInteger(), nullable=False),
        sa.Column("one_agreed_at", UtcDateTime(), nullable=True),
        sa.Column("other_agreed_at", UtcDateTime(), nullable=True),
        sa.Column("expires_at", UtcDateTime(), nullable=False),
        sa.Column("ended_at", UtcDateTime(), nullable=True),
        _to("link_proposals", "ticket_id", "tickets"),
        _to("link_proposals", "one_id", "contacts"),
        _to("link_proposals", "other_id", "contacts"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_link_proposals")),
    )
    op.create_index(op.f("ix_link_proposals_ticket_id"), "link_proposals", ["ticket_id"])
    _index_where(
        "uq_link_proposals_undecided",
        "link_proposals",
        ["one_id", "other_id"],
        "ended_at IS NULL",
        is_unique=True,
    )


def _to(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    return sa.ForeignKeyConstraint(
        [column], [f"{target}.id"], name=op.f(f"fk_{table}_{column}"), ondelete="CASCADE"
    )


def _index_where(
    name: str, table: str, columns: list[str], condition: str, *, is_unique: bool = False
) -> None:
    where = sa.text(condition)
    op.create_index(name, table, columns, unique=is_unique, sqlite_where=where, postgresql_where=where)
