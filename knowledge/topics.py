"""Which articles are about the same: translations of an article are one topic."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article


def topics_of(articles: Sequence[Article]) -> NDArray[np.int32]:
    """Return the number of each article's topic."""
    return numbered([article.key for article in articles])[1]


def numbered(names: Sequence[str]) -> tuple[list[str], NDArray[np.int32]]:
    """Return each name once, in the order they come, and the number of each."""
    numbers = {name: number for number, name in enumerate(dict.fromkeys(names))}
    return list(numbers), np.array([numbers[name] for name in names], np.int32)


def best_translation(
    translations: Sequence[int],
    spoken: Sequence[str],
    languages: Sequence[str],
    nearest: int,
    fit: NDArray[np.float32],
) -> int | None:
    """Return the one in the first of `languages` there is, else the `nearest` one or what fits best; None of none."""
    place = {language: at for at, language in reversed(list(enumerate(languages)))}
    return min(
        translations,
        key=lambda n: (place.get(spoken[n], len(languages)), n != nearest, -fit[n]),
        default=None,
    )
