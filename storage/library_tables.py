"""The tables of the imported knowledge, and of small facts."""

from sqlalchemy import Column, Table, Text

from storage.columns import Areas, UtcDateTime
from storage.tables import metadata

articles = Table(
    "articles",
    metadata,
    Column("key", Text, primary_key=True),
    Column("language", Text, primary_key=True),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("tags", Areas, nullable=False),
    Column("phrasings", Areas, nullable=False),
    Column("url", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("checksum", Text, nullable=False),
    Column("updated_at", UtcDateTime, nullable=False),
)

marks = Table(
    "marks",
    metadata,
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
)
"""Small facts about the installation, such as the fingerprint of the imported knowledge folder."""
