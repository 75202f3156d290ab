"""What an article is to the desk: its text, for whom it is and until when, and its way from a draft to the archive."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from difflib import unified_diff
from enum import StrEnum

from msgspec import Struct

FOLDER = "folder"
"""Where articles of the knowledge folder come from: they are edited there and nowhere else."""
DESK = "desk"
"""Where articles come from that were written in the chat."""


class Audience(StrEnum):
    """Who may read an article, and where somebody reads: each sees what those before it may see."""

    PUBLIC = "public"
    """Anybody, also in rooms where others read along."""
    CUSTOMERS = "customers"
    """Whoever asks, in a direct chat only."""
    STAFF = "staff"

    def is_open_to(self, reader: "Audience") -> bool:
        order = list(Audience)
        return order.index(self) <= order.index(reader)


class ArticleState(StrEnum):
    DRAFT = "draft"
    REVIEW = "review"
    """Waits for an editor."""
    PUBLISHED = "published"
    ARCHIVED = "archived"
    """Replaced by a newer version, or taken down."""


class ArticleText(Struct, frozen=True):
    """All of an article that people write."""

    title: str
    body: str
    """CommonMark."""
    tags: tuple[str, ...] = ()
    phrasings: tuple[str, ...] = ()
    url: str = ""
    audience: Audience = Audience.PUBLIC
    products: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    """From this moment on it is offered no more."""

    def is_valid_at(self, now: datetime) -> bool:
        begun = self.valid_from is None or self.valid_from <= now
        return begun and (self.valid_until is None or now < self.valid_until)

    def lines(self) -> list[str]:
        """Everything in it, line by line, as two versions are compared."""
        facts = {
            "title": self.title,
            "audience": str(self.audience),
            "tags": ", ".join(self.tags),
            "products": ", ".join(self.products),
            "url": self.url,
            "valid_from": self.valid_from.isoformat() if self.valid_from else "",
            "valid_until": self.valid_until.isoformat() if self.valid_until else "",
        }
        written = [f"{name}: {value}" for name, value in facts.items() if value]
        phrasings = [f"phrasing: {one}" for one in self.phrasings]
        return [*written, *phrasings, "", *self.body.splitlines()]


class ArticleVersion(Struct, frozen=True):
    """One text of an article in one language: who wrote it when, and how far it has come."""

    id: int
    key: str
    language: str
    number: int
    text: ArticleText
    state: ArticleState
    written_at: datetime
    written_by: int | None
    """A staff member; None for what was imported."""
    note: str = ""
    """What was changed, or where it was imported from."""
    decided_at: datetime | None = None
    decided_by: int | None = None
    """Who moved it into the state that it has."""


def difference(before: ArticleText | None, after: ArticleText) -> Sequence[str]:
    """What changed from one version to another, as lines of a unified diff without its head; none for no change."""
    old = before.lines() if before is not None else []
    return list(unified_diff(old, after.lines(), lineterm="", n=1))[2:]


def moment_of(value: object, *, is_end: bool) -> datetime | None:
    """A moment as people write it, in UTC where nothing else is said; None for what is no date.

    A day alone begins at its first moment, and as an end it means the whole day.
    """
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value.strip())
        except ValueError:
            try:
                value = datetime.fromisoformat(str(value).strip())
            except ValueError:
                return None
    if isinstance(value, datetime):
        return value.astimezone(UTC) if value.tzinfo else value.replace(tzinfo=UTC)
    if isinstance(value, date):
        day = datetime.combine(value, time(), UTC)
        return day + timedelta(days=1) if is_end else day
    return None
