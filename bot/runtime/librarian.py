"""The librarian: keeps the index beside the line and answers searches, never inside a transaction."""

import asyncio
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import TypeVar

import structlog

from bot.core.actions import Action, AskAgain, GroupQuestions, ListArticles, Reindex, Search
from bot.core.article import FOLDER, Audience
from bot.core.events import AnswersFound, ArticlePublished, AskedAgain, Event
from bot.core.judgement import Lesson
from bot.core.knowledge import FoundSince, Match
from bot.core.policies.reviewing import Overview
from bot.core.texts import plain
from bot.core.threshold import Threshold
from bot.runtime.clock import Clock
from bot.runtime.embedding import Embedding, Version, version_of
from bot.runtime.stocktaking import Ask, Shelf, Stocktaking
from bot.runtime.teaching import Teacher
from bot.runtime.writer import Writer
from knowledge.article import Article
from knowledge.article import Match as Found
from knowledge.checkout import checkout_of
from knowledge.folder import fingerprint, read_folder
from knowledge.follow_up import last_question
from knowledge.index import Index
from knowledge.small_talk import is_abuse
from knowledge.units import Vector
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder
from storage import CHANGED, RETAUGHT, Replacement, StorageUnavailableError, StoredArticle, UnitOfWork

T = TypeVar("T")

log = structlog.get_logger()

FINGERPRINT = "knowledge.fingerprint"
MATCHES = 3
NOTHING_TO_IMPORT = (
    "KNOWLEDGE_DIR holds no article: what came from it stays. "
    "`allhands knowledge import` with the empty folder removes it."
)
IMPORTED_AT_ONCE = 200
"""Articles in one transaction: some tens of milliseconds, in which nobody else is served."""
WATCH_SECONDS = 10.0
ASKED_AGAIN = 20
"""Open questions in one go after something was published: a second of work, which a crash would repeat."""
EMBEDDED_AT_ONCE = 4
"""Questions of editors between two searches of customers."""
LOOKS_BACK = timedelta(minutes=5)
"""Judgements are numbered by the clock of whoever heard them, and committed a little later."""


class Librarian:
    """Searches by letters as soon as the articles are read, and by meaning once their vectors are made."""

    def __init__(
        self,
        writer: Writer,
        clock: Clock,
        folder: Path,
        vectors: Path,
        load_embedder: Callable[[], Embedder | None] | None,
        ask: Ask,
    ) -> None:
        """Without `load_embedder` letters alone are compared. `ask` asks the database beside the writer."""
        self._writer, self._clock, self._ask = writer, clock, ask
        self._stocktaking = Stocktaking(ask, clock, lambda: self._shelf, self._meanings)
        self._folder, self._vectors = folder, vectors
        self._shelf: Shelf | None = None
        self._seen = ""
        """The newest change of what is published that the index knows of."""
        self._retaught = ""
        """The newest confirmation or undoing of a lesson that it knows of."""
        self._thresholds: dict[str, Threshold] = {}
        """What operators chose, by scorer."""
        self._refreshing = asyncio.Lock()
        self._is_there = asyncio.Event()
        # The embedder is blocking C and takes a whole core: one search at a time is as fast as several.
        self._searching = ThreadPoolExecutor(1, thread_name_prefix="librarian")
        self._building = ThreadPoolExecutor(1, thread_name_prefix="librarian-build")
        self._teacher = Teacher(self._in_turn)
        self._embedding = Embedding(load_embedder, vectors, self._in_thread)

    async def start(self) -> None:
        """Import the folder when it changed, build the index in the background, and keep it up to what is published."""
        try:
            await self._import()
            await self.refresh()
        except Exception as error:
            log.error("knowledge.unavailable", error=type(error).__name__, exc_info=error)
            if self._shelf is None:
                self._use(await self._build([], has_vectors=False), ())
        await self._watch()

    async def refresh(self) -> None:
        """Bring the index up to what is published now.

        Embedding goes on for some seconds, or until somebody else wants to refresh: what is published is found by
        letters while nothing has vectors yet, and later when it has vectors.
        """
        self._embedding.interrupt()
        async with self._refreshing:
            self._embedding.resume()
            newest, retaught, fresh, self._thresholds = await self._writer.do(_news)
            has_news = newest != self._seen or self._shelf is None
            if self._shelf is not None and not has_news:
                if retaught != self._retaught:
                    retaught, fresh = await self._writer.do(_all_lessons)
                    await self._teacher.unteach(self._shelf.index, fresh)
                    self._retaught = retaught
                await self._teacher.teach(self._shelf.index, fresh)
                if not self._embedding.due:
                    return
            newest, stored, retaught, lessons = await self._ask(_everything)
            articles = [article_of(one) for one in stored]
            if has_news and not self._is_by_meaning:
                await self._take(stored, lessons, has_vectors=False)
                self._seen, self._retaught = newest, retaught
            if not self._embedding.is_wanted:
                return
            await self._embedding.go_on(articles, self._embedded())
            due = self._embedding.due
            if self._embedding.is_wanted and (not due or (has_news and self._has_none_of(due))):
                there = [one for one, of in zip(stored, articles, strict=True) if version_of(of) not in due]
                await self._take(there, lessons, has_vectors=True)
                self._seen, self._retaught = newest, retaught

    def _has_none_of(self, due: frozenset[Version]) -> bool:
        """Whether what has vectors can be renewed without these: no earlier version of them would be lost."""
        known = {one[:2] for one in self._embedded()}
        return self._is_by_meaning and known.isdisjoint(one[:2] for one in due)

    def _embedded(self) -> frozenset[Version]:
        """What the index has vectors of."""
        if self._shelf is None or not self._is_by_meaning:
            return frozenset()
        return frozenset(map(version_of, self._shelf.index.articles))

    @property
    def _is_by_meaning(self) -> bool:
        return self._shelf is not None and self._shelf.index.has_vectors

    async def _take(
        self, stored: Sequence[StoredArticle], lessons: Sequence[Lesson], *, has_vectors: bool
    ) -> None:
        """Search in these from now on."""
        index = await self._build([article_of(one) for one in stored], has_vectors=has_vectors)
        self._use(index, stored)
        await self._teacher.teach_anew(index, lessons)

    async def _watch(self) -> None:
        """Notice what other processes and the command line publish."""
        pause = 0.0
        while True:
            await asyncio.sleep(pause)
            pause = WATCH_SECONDS
            try:
                await self.refresh()
                # What is not embedded yet is gone on with at once.
                pause = 0.0 if self._embedding.due else WATCH_SECONDS
            except StorageUnavailableError:
                continue
            except Exception as error:
                log.error("knowledge.not_refreshed", error=type(error).__name__, exc_info=error)

    @property
    def is_ready(self) -> bool:
        return self._shelf is not None

    @property
    def index(self) -> Index | None:
        """What is searched now; None before it is there."""
        return self._shelf.index if self._shelf is not None else None

    @property
    def threshold(self) -> float:
        """How sure an answer must be now; 1 while nothing can be searched."""
        if self._shelf is None:
            return 1.0
        index = self._shelf.index
        chosen = self._thresholds.get(index.scorer)
        return chosen.value if chosen is not None else index.threshold

    @property
    def published(self) -> tuple[StoredArticle, ...]:
        """What the index was built of."""
        return self._shelf.published if self._shelf is not None else ()

    async def perform(self, action: Action, action_id: int) -> Sequence[Event]:
        """Search for a customer's message; one asked before there is an index is answered then."""
        if isinstance(action, Reindex):
            await self.refresh()
            at = self._clock.now()
            return [ArticlePublished(f"published:{action_id}", at)] if action.is_publication else []
        if isinstance(action, ListArticles | GroupQuestions):
            return await self._stocktaking.perform(action, action_id)
        if isinstance(action, AskAgain):
            return [await self._ask_again(action, action_id)]
        if not isinstance(action, Search):
            raise TypeError(f"the librarian cannot {action.kind}")
        found, language, share = await self._found(action)
        return [
            AnswersFound(
                id=f"answers:{action_id}",
                at=self._clock.now(),
                conversation_id=action.conversation_id,
                message_id=action.message_id,
                matches=tuple(match_of(one) for one in found),
                purpose=action.purpose,
                asker=action.asker,
                language=language,
                language_share=share,
                is_abuse=is_abuse(plain(action.text)),
            )
        ]

    async def _ask_again(self, action: AskAgain, action_id: int) -> AskedAgain:
        """Search for some of the open questions, one after the other: customers' searches come in between."""
        questions = await self._ask(
            lambda work: work.unanswered.open(limit=ASKED_AGAIN, before=action.before)
        )
        found: list[FoundSince] = []
        for one in questions:
            search = Search(one.conversation_id, one.message_id, one.text, reader=Audience.CUSTOMERS)
            matches, *_ = await self._found(search)
            found += [
                FoundSince(one.message_id, best.article.key, best.article.language) for best in matches[:1]
            ]
        before = questions[-1].message_id if len(questions) == ASKED_AGAIN else 0
        return AskedAgain(f"asked-again:{action_id}", self._clock.now(), action.since, tuple(found), before)

    async def _found(self, search: Search) -> tuple[list[Found], str, float]:
        await self._is_there.wait()
        return await asyncio.get_running_loop().run_in_executor(self._searching, self._search, search)

    async def overview(self) -> Overview:
        """How every published article does, and which deserve a look."""
        return await self._stocktaking.overview()

    async def _meanings(self, texts: Sequence[str]) -> list[Vector | None]:
        """What each of these means to the index, some at a time: customers' searches come in between."""
        await self._is_there.wait()
        found: list[Vector | None] = []
        for start in range(0, len(texts), EMBEDDED_AT_ONCE):
            some = texts[start : start + EMBEDDED_AT_ONCE]
            if (index := self.index) is None or not index.has_vectors:
                found += [None] * len(some)
                continue
            found += await asyncio.get_running_loop().run_in_executor(self._searching, index.meanings, some)
        return found

    def stop(self) -> None:
        self._searching.shutdown(wait=False, cancel_futures=True)
        self._building.shutdown(wait=False, cancel_futures=True)

    def _search(self, search: Search) -> tuple[list[Found], str, float]:
        """What answers it, and the language that it is in with a probability."""
        if self._shelf is None:
            return [], "", 0.0
        index, guarded = self._shelf.index, self._shelf.guarded
        if search.reader is Audience.STAFF:
            # They judge themselves, and see also what is not sure.
            return index.search_all(search.text, limit=MATCHES), "", 0.0
        now = self._clock.now()
        found = index.search(
            search.text,
            limit=MATCHES,
            languages=search.languages,
            hidden={(one.key, one.language) for one in guarded if not one.is_visible(search.reader, now)},
            rejected=search.rejected,
            previous=last_question(search.before),
            threshold=self.threshold,
        )
        return found, *index.language_of(search.text)

    def _use(self, index: Index, published: Sequence[StoredArticle]) -> None:
        guarded = (
            one
            for one in published
            if one.audience is not Audience.PUBLIC or one.valid_from or one.valid_until
        )
        self._shelf = Shelf(index, tuple(published), tuple(guarded))
        self._is_there.set()
        log.info("knowledge.ready", articles=len(index.articles), vectors=index.has_vectors)

    async def _build(self, articles: Sequence[Article], *, has_vectors: bool) -> Index:
        before = self.index

        def build() -> Index:
            if not has_vectors:
                return Index.build(articles, embedder=None, cache=VectorCache(), before=before)
            return Index.build(
                articles, embedder=self._embedding.embedder(), cache=VectorCache(self._vectors), before=before
            )

        return await self._in_thread(build)

    async def _import(self) -> None:
        newest = await self._in_thread(lambda: fingerprint(self._folder))
        if newest == await self._writer.do(lambda work: work.marks.get(FINGERPRINT)):
            return
        report = await self._in_thread(lambda: read_folder(self._folder))
        for problem in report.problems:
            log.warning("knowledge.problem", problem=str(problem))
        state = await self._in_thread(lambda: checkout_of(self._folder))
        stored = [stored_of(one) for one in report.articles]
        due = await self._ask(lambda work: work.library.replacement(stored, unread=report.unread))
        if due.gone and not stored:
            # So does a folder look that was not mounted, or whose name has a mistake in it.
            log.warning("knowledge.kept", articles=len(due.gone), reason=NOTHING_TO_IMPORT)
            return
        for part in due.portions(IMPORTED_AT_ONCE):
            await self._writer.do(partial(_replace, part=part, note=state))
        # Last, so that an import that was cut off is taken up again.
        await self._writer.do(lambda work: work.marks.set(FINGERPRINT, newest))
        log.info("knowledge.imported", added=len(due.new), changed=len(due.changed), removed=len(due.gone))

    async def _in_turn(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._searching, call)

    async def _in_thread(self, call: Callable[[], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._building, call)


def _news(work: UnitOfWork) -> tuple[str, str, list[Lesson], dict[str, Threshold]]:
    lessons = work.judgements.lessons(work.now - LOOKS_BACK)
    return work.marks.get(CHANGED), work.marks.get(RETAUGHT), lessons, work.thresholds.all()


def _all_lessons(work: UnitOfWork) -> tuple[str, list[Lesson]]:
    return work.marks.get(RETAUGHT), work.judgements.lessons()


def _everything(work: UnitOfWork) -> tuple[str, list[StoredArticle], str, list[Lesson]]:
    """The mark of the newest change with all that is published, and what was taught."""
    return work.marks.get(CHANGED), work.library.all(), *_all_lessons(work)


def _replace(work: UnitOfWork, *, part: Replacement, note: str) -> None:
    work.library.replace(part, note=note)


def stored_of(article: Article, origin: str = FOLDER) -> StoredArticle:
    """An article of a folder, or from elsewhere, as it lies in the library."""
    return StoredArticle(
        article.key,
        article.language,
        article.title,
        article.body,
        article.tags,
        article.phrasings,
        article.url,
        article.source,
        article.checksum,
        article.audience,
        article.products,
        article.valid_from,
        article.valid_until,
        origin,
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
        audience=stored.audience,
        products=stored.products,
        valid_from=stored.valid_from,
        valid_until=stored.valid_until,
        checksum=stored.checksum,
    )


def match_of(found: Found) -> Match:
    """What was found, as the desk sees it."""
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
        audience=article.audience,
    )
