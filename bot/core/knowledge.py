"""What the company knows, as the desk sees it."""

from msgspec import Struct

from bot.core.article import Audience


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


class WrittenAnswer(Struct, frozen=True):
    """What a language model wrote from articles that were found, after it was checked against them."""

    text: str
    """CommonMark."""
    language: str
    cited: tuple[str, ...]
    """The keys of the articles that it cites, the first one first; at least one."""
