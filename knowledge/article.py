"""What an article is, and what it means that one fits a question."""

from dataclasses import dataclass, field, fields
from datetime import datetime
from hashlib import sha256

from bot.core.article import Audience


@dataclass(frozen=True, slots=True)
class Article:
    """One article in one language; translations of an article share its `key`.

    `body` is CommonMark, `source` the file's path inside the knowledge folder, `checksum` changes with the content.
    """

    key: str
    language: str
    title: str
    body: str
    tags: tuple[str, ...] = ()
    phrasings: tuple[str, ...] = ()
    source: str = ""
    url: str = ""
    audience: Audience = Audience.PUBLIC
    products: tuple[str, ...] = ()
    valid_from: datetime | None = None
    valid_until: datetime | None = None
    checksum: str = field(default="", compare=False)

    def __post_init__(self) -> None:
        if not self.checksum:
            object.__setattr__(self, "checksum", _checksum(self))


@dataclass(frozen=True, slots=True)
class Match:
    """An article that fits a question: how surely (0..1), in which passage, and why."""

    article: Article
    confidence: float
    passage: str
    reason: str


def _checksum(article: Article) -> str:
    content = [repr(getattr(article, part.name)) for part in fields(article) if part.name != "checksum"]
    return sha256("\n".join(content).encode()).hexdigest()
