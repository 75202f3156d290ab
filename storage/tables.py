"""The tables. Ids are made by the application and grow with time; "" and not NULL stands in unique keys."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    false,
)

from bot.core.conversation import Direction, Owner, Status
from bot.core.sos import CallState
from bot.core.survey import OfferOutcome, SurveyKind
from bot.core.ticket import DeskKind, TicketStatus
from storage.columns import Areas, EnumText, UtcDateTime

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def row_id() -> Column[int]:
    return Column("id", BigInteger, primary_key=True, autoincrement=False)


def to(target: str, *, is_optional: bool = False) -> ForeignKey:
    return ForeignKey(target, ondelete="SET NULL" if is_optional else "CASCADE")


contacts = Table(
    "contacts",
    metadata,
    row_id(),
    Column("name", Text, nullable=False),
    Column("language", Text, nullable=False, server_default=""),
    Column("time_zone", Text, nullable=False, server_default=""),
    Column("is_opted_out", Boolean, nullable=False),
    Column("is_reachable", Boolean, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    # The same for all accounts that are linked; NULL for one that is alone.
    Column("person_id", BigInteger),
    Column("chosen_language", Text, nullable=False, server_default=""),
    Column("written_language", Text, nullable=False, server_default=""),
    Column("heard_language", Text, nullable=False, server_default=""),
    Column("heard_evidence", Float, nullable=False, server_default="0"),
)
_is_linked = contacts.c.person_id.is_not(None)
Index("ix_contacts_person", contacts.c.person_id, sqlite_where=_is_linked, postgresql_where=_is_linked)

identities = Table(
    "identities",
    metadata,
    row_id(),
    Column("contact_id", BigInteger, to("contacts.id"), nullable=False, index=True),
    Column("platform", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("handle", Text, nullable=False, server_default=""),
    UniqueConstraint("platform", "workspace", "external_id"),
)

conversations = Table(
    "conversations",
    metadata,
    row_id(),
    Column("contact_id", BigInteger, to("contacts.id"), nullable=False),
    Column("place_key", Text, nullable=False, unique=True),
    Column("is_direct", Boolean, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("last_message_at", UtcDateTime, nullable=False),
    Column("status", EnumText(Status), nullable=False),
    Column("owner", EnumText(Owner), nullable=False),
    Column("resolved_at", UtcDateTime),
    # The contact's, once more: whoever locks the conversation sees whose it is.
    Column("person_id", BigInteger),
    # Without the moment that every message moves: on a large database that would be one more page to write for each,
    # and PostgreSQL would write anew what stands in all the other indexes.
    Index("ix_conversations_contact", "contact_id"),
)

messages = Table(
    "messages",
    metadata,
    row_id(),
    Column("conversation_id", BigInteger, to("conversations.id"), nullable=False),
    Column("direction", EnumText(Direction), nullable=False),
    Column("author_name", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", UtcDateTime, nullable=False),
    Column("files", Text, nullable=False),
    Column("staff_id", BigInteger),
    Column("is_from_bot", Boolean, nullable=False),
    Column("reply_to_id", BigInteger),
    Column("origin_place_key", Text, nullable=False),
    Column("origin_is_direct", Boolean, nullable=False),
    Column("origin_external_id", Text, nullable=False),
    Column("edited_at", UtcDateTime),
    Column("deleted_at", UtcDateTime),
    Column("shown_as", Text, nullable=False, server_default=""),
    Index("ix_messages_conversation", "conversation_id", "id"),
)

message_editions = Table(
    "message_editions",
    metadata,
    row_id(),
    Column("message_id", BigInteger, to("messages.id"), nullable=False, index=True),
    Column("text", Text, nullable=False),
    Column("replaced_at", UtcDateTime, nullable=False),
)

message_refs = Table(
    "message_refs",
    metadata,
    # By room and not by place: platforms name a message within its channel or chat, and some events do not say
    # in which thread of it the message lies.
    Column("room_key", Text, primary_key=True),
    Column("external_id", Text, primary_key=True),
    Column("place_key", Text, nullable=False),
    Column("message_id", BigInteger, to("messages.id"), nullable=False),
    Column("part", Integer, nullable=False),
    Column("is_direct", Boolean, nullable=False),
    Index("ix_message_refs_message", "message_id", "place_key", "part"),
)

tickets = Table(
    "tickets",
    metadata,
    row_id(),
    Column("number", Integer, nullable=False, unique=True),
    Column("conversation_id", BigInteger, to("conversations.id"), nullable=False),
    Column("status", EnumText(TicketStatus), nullable=False),
    Column("subject", Text, nullable=False),
    Column("opened_at", UtcDateTime, nullable=False),
    Column("waiting_since", UtcDateTime, nullable=False),
    Column("claimed_by", BigInteger),
    Column("claimed_at", UtcDateTime),
    Column("resolved_at", UtcDateTime),
    Column("areas", Areas, nullable=False),
    Column("heard_in_id", BigInteger),
    Column("joined_to_id", BigInteger),
)
_is_open = tickets.c.status != TicketStatus.RESOLVED
_is_waiting = tickets.c.status == TicketStatus.WAITING
_is_claimed = tickets.c.status == TicketStatus.CLAIMED
Index(
    "uq_tickets_open_conversation",
    tickets.c.conversation_id,
    unique=True,
    sqlite_where=_is_open,
    postgresql_where=_is_open,
)
Index("ix_tickets_conversation", tickets.c.conversation_id, tickets.c.id)
Index(
    "ix_tickets_waiting",
    tickets.c.waiting_since,
    tickets.c.id,
    sqlite_where=_is_waiting,
    postgresql_where=_is_waiting,
)
Index(
    "ix_tickets_claimed_by",
    tickets.c.claimed_by,
    sqlite_where=_is_claimed,
    postgresql_where=_is_claimed,
)

_is_joined = tickets.c.joined_to_id.is_not(None)
Index("ix_tickets_joined_to", tickets.c.joined_to_id, sqlite_where=_is_joined, postgresql_where=_is_joined)

desk_places = Table(
    "desk_places",
    metadata,
    Column("place_key", Text, primary_key=True),
    Column("ticket_id", BigInteger, to("tickets.id"), nullable=False, index=True),
    Column("kind", EnumText(DeskKind), nullable=False),
    Column("is_direct", Boolean, nullable=False),
    Column("card_place_key", Text, nullable=False),
    Column("card_external_id", Text, nullable=False),
)

staff = Table(
    "staff",
    metadata,
    row_id(),
    Column("platform", Text, nullable=False),
    Column("workspace", Text, nullable=False),
    Column("external_id", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Integer, nullable=False),
    Column("areas", Areas, nullable=False),
    Column("is_volunteering", Boolean, nullable=False),
    Column("is_confirmed", Boolean, nullable=False),
    Column("alias", Text, nullable=False, server_default=""),
    UniqueConstraint("platform", "workspace", "external_id"),
)

claims = Table(
    "claims",
    metadata,
    row_id(),
    Column("ticket_id", BigInteger, to("tickets.id"), nullable=False, index=True),
    Column("staff_id", BigInteger, to("staff.id"), nullable=False),
    Column("claimed_at", UtcDateTime, nullable=False),
    Column("ended_at", UtcDateTime),
)

offers = Table(
    "offers",
    metadata,
    row_id(),
    Column("conversation_id", BigInteger, to("conversations.id"), nullable=False, index=True),
    Column("message_id", BigInteger, nullable=False),
    Column("article_key", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("confidence", Float, nullable=False),
    Column("offered_at", UtcDateTime, nullable=False),
    Column("outcome", EnumText(OfferOutcome), nullable=False),
    Column("language", Text, nullable=False, server_default=""),
    Index("ix_offers_article", "article_key", "id"),
)

surveys = Table(
    "surveys",
    metadata,
    row_id(),
    Column("kind", EnumText(SurveyKind), nullable=False),
    Column("ticket_id", BigInteger, to("tickets.id"), nullable=False, index=True),
    Column("conversation_id", BigInteger, to("conversations.id"), nullable=False, index=True),
    Column("asked_at", UtcDateTime, nullable=False),
    Column("score", Integer),
    Column("comment", Text, nullable=False),
    Column("answered_at", UtcDateTime),
    Column("commented_at", UtcDateTime),
)

sos = Table(
    "sos",
    metadata,
    row_id(),
    Column("reason", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("started_by", BigInteger, to("staff.id", is_optional=True)),
    Column("ended_at", UtcDateTime),
    Column("is_active", Boolean),
    # NULL, once it has ended, is never equal to NULL: so at most one SOS is active.
    UniqueConstraint("is_active"),
)

sos_calls = Table(
    "sos_calls",
    metadata,
    Column("sos_id", BigInteger, to("sos.id"), primary_key=True),
    Column("staff_id", BigInteger, to("staff.id"), primary_key=True),
    Column("state", EnumText(CallState), nullable=False),
)

deadlines = Table(
    "deadlines",
    metadata,
    Column("name", Text, primary_key=True),
    Column("subject", Text, primary_key=True),
    Column("due_at", UtcDateTime, nullable=False, index=True),
)

intake = Table(
    "intake",
    metadata,
    row_id(),
    Column("platform", Text, nullable=False),
    Column("event_id", Text, nullable=False),
    Column("lane", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("received_at", UtcDateTime, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("due_at", UtcDateTime, nullable=False),
    Column("error", Text, nullable=False),
    UniqueConstraint("platform", "event_id"),
)
_is_pending_event = intake.c.state == "pending"
Index(
    "ix_intake_pending",
    intake.c.lane,
    intake.c.id,
    sqlite_where=_is_pending_event,
    postgresql_where=_is_pending_event,
)
# By id alone: those that are due are read in the order they came, whatever lies handled around them.
Index(
    "ix_intake_pending_in_order",
    intake.c.id,
    sqlite_where=_is_pending_event,
    postgresql_where=_is_pending_event,
)
_is_unhandled_event = intake.c.state != "handled"
Index(
    "ix_intake_unhandled",
    intake.c.state,
    sqlite_where=_is_unhandled_event,
    postgresql_where=_is_unhandled_event,
)

outbox = Table(
    "outbox",
    metadata,
    row_id(),
    Column("lane", Text, nullable=False),
    Column("platform", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("owner", BigInteger, nullable=False, server_default="0"),
    Column("is_handed_over", Boolean, nullable=False, server_default=false()),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("is_uncertain", Boolean, nullable=False),
    Column("sent_so_far", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("first_tried_at", UtcDateTime),
    Column("error", Text, nullable=False),
)
_is_pending_action = outbox.c.state == "pending"
Index(
    "ix_outbox_handed_over",
    outbox.c.owner,
    sqlite_where=outbox.c.is_handed_over,
    postgresql_where=outbox.c.is_handed_over,
)
Index(
    "ix_outbox_lane",
    outbox.c.lane,
    outbox.c.id,
    sqlite_where=_is_pending_action,
    postgresql_where=_is_pending_action,
)

processes = Table(
    "processes",
    metadata,
    row_id(),
    Column("number", Integer, nullable=False, unique=True),
    Column("name", Text, nullable=False),
    Column("started_at", UtcDateTime, nullable=False),
    Column("alive_until", UtcDateTime, nullable=False),
)
"""Who shares this database; all moments are the database's own."""

leases = Table(
    "leases",
    metadata,
    Column("name", Text, primary_key=True),
    Column("process_id", BigInteger, to("processes.id"), nullable=False, index=True),
)
"""What only one process may do at a time, and which one does."""

cursors = Table(
    "cursors",
    metadata,
    Column("platform", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("position", Text, nullable=False),
    # In no index: every message moves it, and it is asked for when a process starts.
    Column("moved_at", UtcDateTime, nullable=False),
)

counters = Table(
    "counters",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", BigInteger, nullable=False),
)

audit = Table(
    "audit",
    metadata,
    row_id(),
    Column("at", UtcDateTime, nullable=False, index=True),
    Column("staff_id", BigInteger),
    Column("action", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("detail", Text, nullable=False),
)
