"""What the company knows, as the desk sees it."""

from enum import Enum

from msgspec import Struct

from bot.core.article import Audience
from bot.core.texts import mark

AUDIENCES = {
    Audience.PUBLIC: mark("everybody, also where others read along"),
    Audience.CUSTOMERS: mark("customers in direct chats"),
    Audience.STAFF: mark("the team only"),
}
"""How it is told for whom an article is."""


class Match(Struct, frozen=True):
    """An article that answers a question, how surely, and the passage that does."""

    article_key: str
    language: str
    title: str
    passage: str
    """CommonMark, at most about 600 characters."""
    confidence: float
    """A calibrated probability, 0 to 1."""
    url: str = ""
    source: str = ""
    """Where the article lies: a path or a page's name, for people."""
    tags: tuple[str, ...] = ()
    audience: Audience = Audience.PUBLIC


class Remark(Enum):
    """Why an article deserves a look; the value is how it is told."""

    STALE = mark("nobody has read it for half a year")
    EXPIRED = mark("it is not valid any more")
    REJECTED = mark("it is rejected more often than it helps")
    OUTDATED = mark("it is older than the article that it translates")
    FIGURES = mark("its numbers differ from those of another language")
    CONTRADICTED = mark("another article says nearly the same with other numbers")


class Listed(Struct, frozen=True):
    """An article in a list: one name for all its languages."""

    key: str
    title: str
    languages: tuple[str, ...]


class Remarked(Struct, frozen=True):
    """An article in one language, and why it deserves a look."""

    key: str
    language: str
    remarks: tuple[Remark, ...]


class Contradiction(Struct, frozen=True):
    """Passages of two articles in one language that say nearly the same, with other numbers."""

    language: str
    key: str
    passage: str
    """Plain words around the numbers."""
    other_key: str
    other_passage: str


class Shelf(Struct, frozen=True):
    """What a list of the published articles shows."""

    listed: tuple[Listed, ...]
    """The first of those that were asked for."""
    count: int
    """How many were asked for."""
    remarked: tuple[Remarked, ...]
    """The first of those that deserve a look."""
    remarked_count: int
    contradictions: tuple[Contradiction, ...]
    """The first of them, the surest first."""
    topics: int
    """How many there are in all."""
    coverage: tuple[tuple[str, int], ...]
    """Languages with the number of topics that there is an article for in them."""


class Gap(Struct, frozen=True):
    """Questions that ask the same and have no good answer: their messages, the newest first."""

    message_ids: tuple[int, ...]
    askers: int


class FoundSince(Struct, frozen=True):
    """An article that answers a question which nothing answered before."""

    message_id: int
    article_key: str
    language: str


class WrittenAnswer(Struct, frozen=True):
    """What a language model wrote from articles that were found, after it was checked against them."""

    text: str
    """CommonMark."""
    language: str
    cited: tuple[str, ...]
    """The keys of the articles that it cites, the first one first; at least one."""
