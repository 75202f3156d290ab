"""The tables of what stands on messages without being said: reactions and pins."""

from sqlalchemy import BigInteger, Column, Table, Text

from storage.tables import metadata, to

message_reactions = Table(
    "message_reactions",
    metadata,
    Column("message_id", BigInteger, to("messages.id"), primary_key=True, autoincrement=False),
    # Both sides react on the message, each in its own room.
    Column("room_key", Text, primary_key=True),
    Column("emoji", Text, primary_key=True),
    Column("person", Text, primary_key=True),
)

message_pins = Table(
    "message_pins",
    metadata,
    Column("message_id", BigInteger, to("messages.id"), primary_key=True, autoincrement=False),
    Column("room_key", Text, primary_key=True),
)
