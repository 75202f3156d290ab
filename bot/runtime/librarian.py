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
    """Searches wait until the index stands; a question asked meanwhile is answered then."""

    def __init__(
        self, writer: Writer, clock: Clock, folder: Path, vectors: Path, *, has_vectors: bool
    ) -> None:
        self._writer, self._clock = writer, clock
        self._folder, self._vectors, self._has_vectors = folder, vectors, has_vectors
        self._index: asyncio.Future[Index] = asyncio.get_running_loop().create_future()
        # The embedder is blocking C and takes a whole core: one search at a time is as fast as several.
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="librarian")

    async def start(self) -> None:
        """Import the folder when it changed, then build the index in the background thread."""
        try:
            await self._import()
            stored = await self._writer.do(lambda work: work.library.all())
            index = await self._in_thread(lambda: self._build([article_of(one) for one in stored]))
        except Exception as error:
            log.error("knowledge.unavailable", error=type(error).__name__, exc_info=error)
            index = await self._in_thread(lambda: Index.build([], embedder=None, cache=VectorCache()))
        self._index.set_result(index)
        log.info("knowledge.ready", articles=len(index.articles), vectors=index.has_vectors)

    @property
    def is_ready(self) -> bool:
        return self._index.done()

    async def perform(self, action: Action, action_id: int) -> Sequence[Event]:
        """Search for a customer's message."""
        if not isinstance(action, Search):
            raise TypeError(f"the librarian cannot {action.kind}")
        index = await asyncio.shield(self._index)
        found = await self._in_thread(lambda: index.search(action.text, limit=MATCHES))
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
        self._pool.shutdown(wait=False, cancel_futures=True)

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

    def _build(self, articles: Sequence[Article]) -> Index:
        embedder = default_embedder() if self._has_vectors else None
        return Index.build(articles, embedder=embedder, cache=VectorCache(self._vectors))

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._pool, call)


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
