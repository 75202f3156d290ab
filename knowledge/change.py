"""What of an earlier index can stay when a few articles have changed."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article

# A smaller base is built anew in a second, and with every detail as if it had never been another.
_WORTH_IT = 1_000
# The space of the vectors is told from all texts: when so many have changed since, it is told again.
_CHANGED_SHARE = 0.05


@dataclass(frozen=True, slots=True)
class Change:
    """The number that each article had `before`, of so many, or -1."""

    came_from: NDArray[np.int32]
    before: int

    @property
    def fresh(self) -> list[int]:
        """The articles that are new or have other texts."""
        return [int(number) for number in np.flatnonzero(self.came_from < 0)]

    @property
    def size(self) -> int:
        """How many articles are fresh or gone; one with other texts is both."""
        return len(self.fresh) + int((self.new_numbers < 0).sum())

    @property
    def new_numbers(self) -> NDArray[np.int32]:
        """The number that each article from before has now, -1 for one that is gone."""
        numbers = np.full(self.before, -1, np.int32)
        kept = np.flatnonzero(self.came_from >= 0)
        numbers[self.came_from[kept]] = kept
        return numbers


def change_between(before: Sequence[Article], after: Sequence[Article], *, changed: int) -> Change | None:
    """Return what became of the articles, or None where everything is better built anew.

    `changed` is how many have changed already since that was done.
    """
    if len(after) < _WORTH_IT:
        return None
    numbers = {(article.key, article.language): number for number, article in enumerate(before)}
    came_from = np.full(len(after), -1, np.int32)
    for number, article in enumerate(after):
        known = numbers.get((article.key, article.language))
        if known is not None and _texts(before[known]) == _texts(article):
            came_from[number] = known
    change = Change(came_from, len(before))
    return change if changed + change.size <= _CHANGED_SHARE * len(after) else None


def _texts(article: Article) -> tuple[str, str, tuple[str, ...]]:
    return article.title, article.body, article.phrasings
