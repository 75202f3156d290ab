"""The librarian keeps up with what is published while vectors are still being made, and teaches in one go."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import numpy as np
import pytest

from bot.core.judgement import JudgementState, Lesson, Verdict
from bot.runtime.clock import ManualClock
from bot.runtime.librarian import Librarian, stored_of
from bot.runtime.teaching import TAUGHT_AT_ONCE, Teacher, teach
from bot.runtime.writer import Writer
from knowledge.article import Article
from knowledge.index import Index
from knowledge.vector_cache import VectorCache
from knowledge.vectors import SpaceKind, Vectors
from storage import UnitOfWork, make_engine
from storage.migrate import migrate

T = TypeVar("T")

NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MANY = 40
COUNTS = JudgementState.COUNTED


class Slow:
    """A model that embeds some texts each time it is let, and tells which."""

    name, space, languages, english, dimensions = "slow", SpaceKind.CLEAN, None, None, 8

    def __init__(self) -> None:
        self.asked: list[Sequence[str]] = []
        self._may = threading.Semaphore(0)

    def let(self, times: int = 1) -> None:
        self._may.release(times)

    def halt(self) -> None:
        self._may = threading.Semaphore(0)
        self.asked.clear()

    def queries(self, texts: Sequence[str]) -> Vectors:
        return self.passages(texts)

    def passages(self, texts: Sequence[str]) -> Vectors:
        self.asked.append(texts)
        assert self._may.acquire(timeout=30)
        found = np.ones((len(texts), 8), np.float32)
        found[range(len(texts)), [len(text) % 8 for text in texts]] = 3
        return found / np.linalg.norm(found, axis=1, keepdims=True)

    def knows(self, word: str) -> bool:
        return True


def article(key: str, title: str = "", body: str = "") -> Article:
    return Article(
        key, "en", title or f"The thing called {key}", body or f"All that there is to say of {key}."
    )


class Library:
    """A librarian with a database."""

    def __init__(self, url: str, folder: Path, model: Slow) -> None:
        engine = make_engine(url)
        migrate(engine)
        self.model, self.writer = model, Writer(engine, ManualClock(NOON))
        self.writer.start()
        self.librarian = Librarian(
            self.writer, ManualClock(NOON), folder, folder / "vectors", lambda: model, self._ask
        )

    async def _ask(self, question: Callable[[UnitOfWork], T], /) -> T:
        return await self.writer.do(question)

    async def publish(self, *articles: Article) -> None:
        def put(work: UnitOfWork) -> None:
            for one in articles:
                work.library.put(stored_of(one))
            work.library.changed()

        await self.writer.do(put)

    @property
    def index(self) -> Index:
        assert self.librarian.index is not None
        return self.librarian.index

    def holds(self, key: str) -> bool:
        index = self.librarian.index
        return index is not None and key in {one.key for one in index.articles}

    def title(self, key: str) -> str:
        return next(one.title for one in self.index.articles if one.key == key)

    def finds(self, text: str) -> str:
        return self.index.search_all(text)[0].article.key

    async def until(self, is_so: Callable[[], bool]) -> None:
        while not is_so():
            await asyncio.sleep(0.001)

    async def close(self) -> None:
        self.model.let(1_000)
        self.librarian.stop()
        await self.writer.stop()


@pytest.fixture
async def library(sqlite_url: str, tmp_path: Path) -> AsyncIterator[Library]:
    library = Library(sqlite_url, tmp_path, Slow())
    await library.publish(*(article(f"number{one}") for one in range(MANY)))
    yield library
    await library.close()


async def test_what_is_published_during_the_first_embedding_is_found_at_once_and_embedded_next(
    library: Library,
) -> None:
    first = asyncio.create_task(library.librarian.refresh())
    await library.until(lambda: len(library.model.asked) == 1)
    assert library.finds("number7") == "number7"

    await library.publish(article("plants", "Plants on the balcony"))
    second = asyncio.create_task(library.librarian.refresh())
    await asyncio.sleep(0)
    library.model.let()
    await first
    await library.until(lambda: library.holds("plants"))
    assert library.finds("balcony plants") == "plants"
    assert not library.index.has_vectors
    await library.until(lambda: len(library.model.asked) == 2)
    assert library.model.asked[1][0] == "Plants on the balcony"

    library.model.let(1_000)
    await second
    assert library.index.has_vectors
    assert library.holds("plants")
    assert len(library.index.articles) == MANY + 1


async def test_one_article_among_many_new_ones_need_not_wait_for_all_of_them(library: Library) -> None:
    library.model.let(1_000)
    await library.librarian.refresh()
    assert library.index.has_vectors
    library.model.halt()

    await library.publish(*(article(f"import{one}") for one in range(MANY)))
    first = asyncio.create_task(library.librarian.refresh())
    await library.until(lambda: len(library.model.asked) == 1)
    await library.publish(article("plants", "Plants on the balcony"))
    second = asyncio.create_task(library.librarian.refresh())
    await asyncio.sleep(0)
    library.model.let(3)
    await first
    await library.until(lambda: len(library.model.asked) == 4)
    third = asyncio.create_task(library.librarian.refresh())
    await asyncio.sleep(0)
    library.model.let()
    await second
    assert library.index.has_vectors
    assert library.holds("number1")
    assert library.holds("plants")
    assert not library.holds(f"import{MANY - 1}")

    library.model.let(1_000)
    await third
    assert library.holds(f"import{MANY - 1}")


async def test_what_is_edited_keeps_its_earlier_text_until_it_is_embedded(library: Library) -> None:
    library.model.let(1_000)
    await library.librarian.refresh()
    library.model.halt()

    await library.publish(article("number7", "The thing that was renamed"))
    first = asyncio.create_task(library.librarian.refresh())
    await library.until(lambda: len(library.model.asked) == 1)
    second = asyncio.create_task(library.librarian.refresh())
    await asyncio.sleep(0)
    library.model.let()
    await first
    assert library.title("number7") == "The thing called number7"

    library.model.let(1_000)
    await second
    assert library.title("number7") == "The thing that was renamed"


def lessons(number: int) -> list[Lesson]:
    verdicts = (Verdict.SOLVED, Verdict.SOLVED, Verdict.REJECTED)
    return [
        Lesson(
            one, f"number{one % 3}", verdicts[one % 3], f"I ask for widget {one} again", COUNTS, None, NOON
        )
        for one in range(number)
    ]


async def test_what_is_taught_in_portions_is_what_is_taught_at_once() -> None:
    articles = [article(f"number{one}") for one in range(3)]
    at_once, in_portions = (Index.build(articles, embedder=None, cache=VectorCache()) for _ in range(2))
    taught = lessons(2 * TAUGHT_AT_ONCE + 10)
    teach(at_once, taught)

    async def in_turn(call: Callable[[], T], /) -> T:
        return call()

    teacher = Teacher(in_turn)
    await teacher.teach_anew(in_portions, taught)
    await teacher.teach(in_portions, taught)
    for asked in ("the widget number 5 please", "number2", "something else"):
        assert in_portions.search_all(asked) == at_once.search_all(asked)

    await teacher.unteach(in_portions, [])
    anew = Index.build(articles, embedder=None, cache=VectorCache())
    assert in_portions.search_all("the widget number 5 please") == anew.search_all(
        "the widget number 5 please"
    )
