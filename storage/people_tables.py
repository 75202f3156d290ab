"""The tables of how accounts become one person, and of who takes part in a conversation."""

from sqlalchemy import BigInteger, Boolean, Column, Index, Integer, Table, Text

from storage.columns import UtcDateTime
from storage.tables import metadata, row_id, to

link_codes = Table(
    "link_codes",
    metadata,
    Column("contact_id", BigInteger, to("contacts.id"), primary_key=True, autoincrement=False),
    Column("code_hash", Text, nullable=False, unique=True),
    Column("expires_at", UtcDateTime, nullable=False, index=True),
)

link_tries = Table(
    "link_tries",
    metadata,
    Column("contact_id", BigInteger, to("contacts.id"), primary_key=True, autoincrement=False),
    Column("tries", Integer, nullable=False),
    Column("since", UtcDateTime, nullable=False),
)

link_proposals = Table(
    "link_proposals",
    metadata,
    row_id(),
    Column("ticket_id", BigInteger, to("tickets.id"), nullable=False, index=True),
    Column("staff_id", BigInteger, nullable=False),
    Column("one_id", BigInteger, to("contacts.id"), nullable=False),
    Column("other_id", BigInteger, to("contacts.id"), nullable=False),
    Column("one_agreed_at", UtcDateTime),
    Column("other_agreed_at", UtcDateTime),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)
_is_undecided = link_proposals.c.ended_at.is_(None)
Index(
    "uq_link_proposals_undecided",
    link_proposals.c.one_id,
    link_proposals.c.other_id,
    unique=True,
    sqlite_where=_is_undecided,
    postgresql_where=_is_undecided,
)

participants = Table(
    "participants",
    metadata,
    Column("conversation_id", BigInteger, to("conversations.id"), primary_key=True, autoincrement=False),
    Column("contact_id", BigInteger, to("contacts.id"), primary_key=True, autoincrement=False),
    Column("is_trusted", Boolean, nullable=False),
)
"""Who else takes part in somebody's conversation; those whom they trust may decide in it, too."""
