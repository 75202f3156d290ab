"""Embedding: vectors of what is published are made some seconds at a time, the latest first."""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Protocol, TypeVar

import structlog

from knowledge.article import Article
from knowledge.figures import shipped_figures
from knowledge.meaning import is_read, remember
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder

T = TypeVar("T")

log = structlog.get_logger()

EMBEDDING_SECONDS = 10.0
"""So long is embedded before it is looked whether something was published meanwhile."""
TOGETHER = 20
"""Articles of which all titles are embedded, then all texts."""

Version = tuple[str, str, str]
"""Key, language and checksum of an article."""


class InThread(Protocol):
    """Does what blocks beside the event loop."""

    async def __call__(self, call: Callable[[], T], /) -> T: ...


class Embedding:
    """Has a model make vectors of articles, and knows of which they are not made yet."""

    def __init__(
        self, load: Callable[[], Embedder | None] | None, vectors: Path, in_thread: InThread
    ) -> None:
        """Without `load` letters alone are compared, and no vectors are made."""
        self._load, self._vectors, self._in_thread = load, vectors, in_thread
        self._embedder: Embedder | None = None
        self._is_enough = threading.Event()
        self.is_wanted = load is not None
        """Until it shows that there is no model."""
        self._order: tuple[Version, ...] = ()

    @property
    def due(self) -> frozenset[Version]:
        """Published, and not embedded yet."""
        return frozenset(self._order)

    def interrupt(self) -> None:
        """End what is going on, or will, after some texts."""
        self._is_enough.set()

    def resume(self) -> None:
        """Let it take its time again."""
        self._is_enough.clear()

    async def go_on(self, articles: Sequence[Article], there: frozenset[Version]) -> None:
        """Embed what is not `there`, for some seconds; what is left in the end is due. Raises EmbeddingError."""
        new = {version_of(one): one for one in articles if version_of(one) not in there}
        earlier = [new[version] for version in self._order if version in new]
        # What was not due the last time was published since: it comes first, and by itself.
        due = self.due
        latest = [one for version, one in new.items() if version not in due]
        self._order = tuple(map(version_of, (*latest, *earlier)))
        over = asyncio.get_running_loop().call_later(EMBEDDING_SECONDS, self._is_enough.set)
        try:
            left = await self._in_thread(
                lambda: self._embed([*_parts(latest), *_parts(earlier)], is_read(articles))
            )
        finally:
            over.cancel()
        self._order = tuple(map(version_of, left))
        if left:
            log.info("knowledge.embedding", articles=len(new) - len(left), of=len(new))

    def embedder(self) -> Embedder | None:
        """The model, None where there is none. Loading it blocks."""
        if self._embedder is None and self._load is not None:
            self._embedder = self._load()
        return self._embedder

    def _embed(self, parts: Sequence[Sequence[Article]], has_pieces: bool) -> Sequence[Article]:
        """Return what is left."""
        embedder = self.embedder()
        if embedder is None:
            self.is_wanted = False
            return ()
        cache = VectorCache(self._vectors, told=self._told)
        lens = shipped_figures().lens if has_pieces else None
        for number, part in enumerate(parts):
            try:
                remember(part, embedder, cache, lens)
            except _EnoughError:
                return [one for other in parts[number:] for one in other]
        return ()

    def _told(self, _done: int, _all: int) -> None:
        if self._is_enough.is_set():
            raise _EnoughError


class _EnoughError(Exception):
    """Embedding is to end for now."""


def _parts(articles: Sequence[Article]) -> Iterator[Sequence[Article]]:
    return (articles[start : start + TOGETHER] for start in range(0, len(articles), TOGETHER))


def version_of(article: Article) -> Version:
    return article.key, article.language, article.checksum
