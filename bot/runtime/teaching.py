"""What an index is taught: each lesson once, some at a time, between the searches of customers."""

from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Protocol, TypeVar

from bot.core.judgement import Lesson, Verdict
from bot.core.texts import plain
from knowledge.index import Index

T = TypeVar("T")

TAUGHT_AT_ONCE = 50
"""Lessons between two searches: some tens of milliseconds, once their vectors are kept."""


class InTurn(Protocol):
    """Does something when the searches before it are done."""

    def __call__(self, call: Callable[[], T], /) -> Awaitable[T]: ...


class Teacher:
    """Knows what an index has learned already."""

    def __init__(self, in_turn: InTurn) -> None:
        self._in_turn = in_turn
        self._taught: dict[int, str] = {}
        """The judgements that the index has learned from, and the keys of their articles."""

    async def teach_anew(self, index: Index, lessons: Sequence[Lesson]) -> None:
        """Teach an index that knows nothing yet."""
        self._taught.clear()
        await self.teach(index, lessons)

    async def teach(self, index: Index, lessons: Sequence[Lesson]) -> None:
        """Let the index learn what it was not taught yet; what is usual is worked out once, at the end."""
        new = [one for one in lessons if one.id not in self._taught]
        for start in range(0, len(new), TAUGHT_AT_ONCE):
            some, is_all = new[start : start + TAUGHT_AT_ONCE], start + TAUGHT_AT_ONCE >= len(new)
            await self._in_turn(partial(teach, index, some, is_all=is_all))
            self._taught |= {one.id: one.article_key for one in some}

    async def unteach(self, index: Index, lessons: Sequence[Lesson]) -> None:
        """Let the index forget what counts no more; the other lessons of those articles are taught again after it.

        The same words of two customers are one lesson to the index, so that one of them alone cannot be forgotten.
        """
        counted = {one.id for one in lessons}
        for key in {key for id_, key in self._taught.items() if id_ not in counted}:
            await self._in_turn(partial(index.forget, key=key))
            self._taught = {id_: about for id_, about in self._taught.items() if about != key}


def teach(index: Index, lessons: Sequence[Lesson], *, is_all: bool = True) -> None:
    """Let the index learn lessons, whether the article was right or wrong for each; `is_all` unless more follow."""
    with index.gathering(is_all=is_all):
        for one in lessons:
            learn = index.reject if one.verdict is Verdict.REJECTED else index.learn
            learn(one.article_key, plain(one.text), by=taught_by(one.id))


def taught_by(judgement_id: int) -> str:
    """What an index knows the teacher of a lesson by."""
    return f"judgement:{judgement_id}"
