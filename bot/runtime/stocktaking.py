"""Stocktaking: what editors ask of the whole of the knowledge, worked out beside the line, however much there is."""

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from bot.core.actions import GroupQuestions, ListArticles
from bot.core.events import ArticlesListed, Event, QuestionsGrouped
from bot.core.knowledge import Contradiction, Gap
from bot.core.policies.grouping import gaps_of, group
from bot.core.policies.reviewing import (
    Differences,
    Figured,
    Overview,
    contradicting,
    differences_in,
    figures_in,
    shelf_of,
)
from bot.core.texts import plain
from bot.runtime.clock import Clock
from knowledge.alike import group_by_meaning
from knowledge.index import Index
from knowledge.units import Vector
from storage import OpenQuestion, StoredArticle, UnitOfWork

T = TypeVar("T")

LISTED = 25
GAPS = 5
SAME = 0.7
"""So near passages must be to be about the same. Measured: docs/decisions/0033."""
MOST_PASSAGES = 5000
"""Of one language; comparing them takes a few seconds, once for each change."""
MOST_QUESTIONS = 2000
"""The newest are looked at. Each is embedded once, some twenty milliseconds; grouping them all takes a second."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """The index and what it was built of, exchanged together; `guarded` is not for everybody at any time."""

    index: Index
    published: tuple[StoredArticle, ...]
    guarded: tuple[StoredArticle, ...]


class Ask(Protocol):
    """Asks the database beside the writer; raises StorageUnavailableError."""

    async def __call__(self, question: Callable[[UnitOfWork], T], /) -> T: ...


class Stocktaking:
    def __init__(
        self,
        ask: Ask,
        clock: Clock,
        shelf: Callable[[], Shelf | None],
        meanings: Callable[[Sequence[str]], Awaitable[list[Vector | None]]],
    ) -> None:
        """`shelf` gives what is searched now, `meanings` the vector of each text, None for one without."""
        self._ask, self._clock, self._shelf, self._meanings = ask, clock, shelf, meanings
        self._differences: tuple[Shelf | None, Differences] = None, Differences()
        """What may contradict, and the articles that were compared."""
        self._known: dict[bytes, Vector | None] = {}
        """The vectors of open questions, by a hash of their words: they go when the questions do."""
        self._comparing, self._embedding = asyncio.Lock(), asyncio.Lock()

    async def perform(self, action: ListArticles | GroupQuestions, action_id: int) -> Sequence[Event]:
        if isinstance(action, GroupQuestions):
            gaps = await self._gaps()
            at = self._clock.now()
            return [QuestionsGrouped(f"grouped:{action_id}", at, action.asker, tuple(gaps[:GAPS]), len(gaps))]
        found = await self.overview()
        shelf = await asyncio.to_thread(shelf_of, found, action.word, action.languages, most=LISTED)
        return [ArticlesListed(f"listed:{action_id}", self._clock.now(), action.asker, action.word, shelf)]

    async def overview(self) -> Overview:
        """How every published article does, and which deserve a look."""
        differences = await self._compared()
        return await self._ask(lambda work: work.figures.overview(differences))

    async def _compared(self) -> Differences:
        """What may contradict: looked for once for each change of what is published."""
        async with self._comparing:
            shelf = self._shelf()
            if shelf is not None and self._differences[0] is not shelf:
                self._differences = shelf, await asyncio.to_thread(_differences, shelf.index, shelf.published)
            return self._differences[1]

    async def _gaps(self) -> list[Gap]:
        questions = [one for one in await self._ask(_open_questions) if one.text.strip()]
        texts = [plain(one.text) for one in questions]
        async with self._embedding:
            vectors = await self._vectors(texts)
        return await asyncio.to_thread(_grouped, questions, texts, vectors)

    async def _vectors(self, texts: Sequence[str]) -> list[Vector | None]:
        hashes = [hashlib.blake2b(text.encode(errors="replace"), digest_size=16).digest() for text in texts]
        new = {own: text for own, text in zip(hashes, texts, strict=True) if own not in self._known}
        found = dict(zip(new, await self._meanings(list(new.values())), strict=True))
        vectors = self._known | found
        # One that could not be had is asked for again.
        self._known = {own: vectors[own] for own in hashes if vectors[own] is not None}
        return [vectors[own] for own in hashes]


def _open_questions(work: UnitOfWork) -> list[OpenQuestion]:
    return work.unanswered.open(limit=MOST_QUESTIONS)


def _grouped(
    questions: Sequence[OpenQuestion], texts: Sequence[str], vectors: Sequence[Vector | None]
) -> list[Gap]:
    """By what they mean; by their letters where that is not known."""
    meant = [(at, vector) for at, vector in enumerate(vectors) if vector is not None]
    spelt = [at for at, vector in enumerate(vectors) if vector is None]
    groups = [[meant[at][0] for at in one] for one in group_by_meaning([vector for _, vector in meant])]
    groups += [[spelt[at] for at in one] for one in group([texts[at] for at in spelt])]
    return gaps_of([[(questions[at].message_id, questions[at].person) for at in one] for one in groups])


def _differences(index: Index, published: Sequence[StoredArticle]) -> Differences:
    texts = [Figured(one.key, one.language, figures_in(one.body)) for one in published]
    return differences_in(texts, list(_contradictions(index)))


def _contradictions(index: Index) -> Iterator[Contradiction]:
    """One for each pair of articles."""
    told: set[tuple[str, str, str]] = set()
    near = index.near_passages(SAME, lambda passage: bool(figures_in(passage)), most=MOST_PASSAGES)
    for article, passage, other, other_passage in near:
        pair = (article.language, article.key, other.key)
        words = contradicting(plain(passage), plain(other_passage))
        if words is not None and pair not in told:
            told.add(pair)
            yield Contradiction(article.language, article.key, words[0], other.key, words[1])
