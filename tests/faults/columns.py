"""The columns of the matrix: how a platform reaches the bot, and what the bot stores in."""

from dataclasses import dataclass

PLATFORMS = ("slack", "discord", "telegram")
DATABASES = ("sqlite", "postgresql")
NAMES = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


@dataclass(frozen=True, slots=True)
class Column:
    platform: str
    way: str
    """How events come: `socket`, `http`, `gateway`, `polling` or `webhook`."""
    database: str

    @property
    def is_called(self) -> bool:
        return self.way in ("http", "webhook")

    @property
    def name(self) -> str:
        return f"{self.platform}-{self.way}"

    def __str__(self) -> str:
        return f"{self.name}/{self.database}"


WAYS = (
    ("slack", "socket"),
    ("slack", "http"),
    ("discord", "gateway"),
    ("telegram", "polling"),
    ("telegram", "webhook"),
)
COLUMNS = tuple(Column(platform, way, database) for database in DATABASES for platform, way in WAYS)
