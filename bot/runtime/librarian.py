"""The librarian: keeps the index beside the line and answers searches, never inside a transaction."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import structlog

from bot.core.actions import Action, Search
from bot.core.events import AnswersFound, Event
from bot.core.knowledge import Match
from bot.runtime.clock import Clock
from bot.runtime.writer import Writer
from knowledge.article import Article
from knowledge.article import Match as Found
from knowledge.embedder import default_embedder
from knowledge.folder import fingerprint, read_folder
from knowledge.index import Index
from knowledge.vector_cache import VectorCache
from storage import StoredArticle, UnitOfWork

T = TypeVar("T")

log = structlog.get_logger()

FINGERPRINT = "knowledge.fingerprint"
MATCHES = 3


class Librarian:
    """Searches by letters as soon as the articles are read, and by meaning once their vectors are made."""

    def __init__(
        self, writer: Writer, clock: Clock, folder: Path, vectors: Path, *, has_vectors: bool
    ) -> None:
        self._writer, self._clock = writer, clock
        self._folder, self._vectors, self._has_vectors = folder, vectors, has_vectors
        self._index: Index | None = None
        self._is_there = asyncio.Event()
        # The embedder is blocking C and takes a whole core: one search at a time is as fast as several.
        self._searching = ThreadPoolExecutor(1, thread_name_prefix="librarian")
        self._building = ThreadPoolExecutor(1, thread_name_prefix="librarian-build")

    async def start(self) -> None:
        """Import the folder when it changed, then build the index in the background."""
        articles: list[Article] = []
        try:
            await self._import()
            stored = await self._writer.do(lambda work: work.library.all())
            articles = [article_of(one) for one in stored]
            self._use(await self._build(articles, has_vectors=False))
            if self._has_vectors:
                self._use(await self._build(articles, has_vectors=True))
        except Exception as error:
            log.error("knowledge.unavailable", error=type(error).__name__, exc_info=error)
            if self._index is None:
                self._use(await self._build([], has_vectors=False))

    @property
    def is_ready(self) -> bool:
        return self._index is not None

    async def perform(self, action: Action, action_id: int) -> Sequence[Event]:
        """Search for a customer's message; one asked before there is an index is answered then."""
        if not isinstance(action, Search):
            raise TypeError(f"the librarian cannot {action.kind}")
        await self._is_there.wait()
        found = await asyncio.get_running_loop().run_in_executor(self._searching, self._search, action.text)
        return [
            AnswersFound(
                id=f"answers:{action_id}",
                at=self._clock.now(),
                conversation_id=action.conversation_id,
                message_id=action.message_id,
                matches=tuple(_match(one) for one in found),
                purpose=action.purpose,
            )
        ]

    def stop(self) -> None:
        self._searching.shutdown(wait=False, cancel_futures=True)
        self._building.shutdown(wait=False, cancel_futures=True)

    def _search(self, text: str) -> list[Found]:
        return self._index.search(text, limit=MATCHES) if self._index is not None else []

    def _use(self, index: Index) -> None:
        self._index = index
        self._is_there.set()
        log.info("knowledge.ready", articles=len(index.articles), vectors=index.has_vectors)

    async def _build(self, articles: Sequence[Article], *, has_vectors: bool) -> Index:
        def build() -> Index:
            embedder = default_embedder() if has_vectors else None
            cache = VectorCache(self._vectors) if has_vectors else VectorCache()
            return Index.build(articles, embedder=embedder, cache=cache)

        return await self._in_thread(build)

    async def _import(self) -> None:
        newest = await self._in_thread(lambda: fingerprint(self._folder))
        if newest == await self._writer.do(lambda work: work.marks.get(FINGERPRINT)):
            return
        report = await self._in_thread(lambda: read_folder(self._folder))
        for problem in report.problems:
            log.warning("knowledge.problem", problem=str(problem))
        added, changed, removed = await self._writer.do(
            lambda work: import_articles(work, report.articles, newest)
        )
        log.info("knowledge.imported", added=added, changed=changed, removed=removed)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._building, call)


def import_articles(work: UnitOfWork, articles: Sequence[Article], newest: str) -> tuple[int, int, int]:
    """Make the library hold exactly these; returns how many were added, changed and removed."""
    work.marks.set(FINGERPRINT, newest)
    return work.library.replace_all(
        StoredArticle(
            one.key,
            one.language,
            one.title,
            one.body,
            one.tags,
            one.phrasings,
            one.url,
            one.source,
            one.checksum,
        )
        for one in articles
    )


def article_of(stored: StoredArticle) -> Article:
    return Article(
        key=stored.key,
        language=stored.language,
        title=stored.title,
        body=stored.body,
        tags=stored.tags,
        phrasings=stored.phrasings,
        source=stored.source,
        url=stored.url,
        checksum=stored.checksum,
    )


def _match(found: Found) -> Match:
    article = found.article
    return Match(
        article_key=article.key,
        language=article.language,
        title=article.title,
        passage=found.passage,
        confidence=found.confidence,
        url=article.url,
        source=article.source,
        tags=article.tags,
    )
