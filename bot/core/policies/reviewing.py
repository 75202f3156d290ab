"""What editors should look at: articles that nobody has read for long, that help nobody, or that may contradict."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from enum import Enum

from msgspec import Struct

from bot.core.article import Audience
from bot.core.policies.grouping import group
from bot.core.texts import mark

STALE_AFTER = timedelta(days=180)
JUDGED_ENOUGH = 5
"""So many verdicts say something about an article."""

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


class Remark(Enum):
    """Why an article deserves a look; the value is how it is told."""

    STALE = mark("nobody has read it for half a year")
    EXPIRED = mark("it is not valid any more")
    REJECTED = mark("it is rejected more often than it helps")
    OUTDATED = mark("it is older than the article that it translates")
    FIGURES = mark("its numbers differ from those of another language")
    ALIKE = mark("an article with nearly the same title has other numbers")


class Shelved(Struct, frozen=True):
    """A published article and when it was last looked at."""

    key: str
    language: str
    title: str
    body: str
    audience: Audience
    valid_until: datetime | None
    updated_at: datetime
    reviewed_at: datetime | None

    @property
    def read_at(self) -> datetime:
        """When somebody last wrote or confirmed it."""
        return max(self.updated_at, self.reviewed_at or self.updated_at)


class Tally(Struct, frozen=True):
    """What came of an article in one language."""

    shown: int = 0
    solved: int = 0
    rejected: int = 0


class Standing(Struct, frozen=True):
    article: Shelved
    tally: Tally
    remarks: tuple[Remark, ...]


class Overview(Struct, frozen=True):
    articles: tuple[Standing, ...]
    """By key and language."""
    topics: int
    coverage: Mapping[str, int]
    """Language to the number of topics that there is an article for in it."""


def overview(shelf: Sequence[Shelved], tallies: Mapping[tuple[str, str], Tally], now: datetime) -> Overview:
    """Every article with its figures and what should be looked at; tallies by key and language."""
    differing, alike = set(_other_figures(shelf)), set(_alike(shelf))
    newest: dict[str, datetime] = {}
    for one in shelf:
        newest[one.key] = max(one.updated_at, newest.get(one.key, one.updated_at))
    standings: list[Standing] = []
    for one in shelf:
        place = (one.key, one.language)
        tally = tallies.get(place, Tally())
        found = {
            Remark.EXPIRED: one.valid_until is not None and one.valid_until <= now,
            Remark.STALE: now - one.read_at > STALE_AFTER,
            Remark.REJECTED: tally.solved + tally.rejected >= JUDGED_ENOUGH and tally.rejected > tally.solved,
            Remark.OUTDATED: newest[one.key] - one.read_at > timedelta(days=1),
            Remark.FIGURES: place in differing,
            Remark.ALIKE: place in alike,
        }
        standings.append(Standing(one, tally, tuple(remark for remark, is_so in found.items() if is_so)))
    languages = sorted({one.language for one in shelf})
    coverage = {
        language: len({one.key for one in shelf if one.language == language}) for language in languages
    }
    return Overview(tuple(standings), len(newest), coverage)


def _other_figures(shelf: Iterable[Shelved]) -> Iterable[tuple[str, str]]:
    """Translations with other numbers than most of their topic: 30 days here, 60 there."""
    by_key: dict[str, list[Shelved]] = {}
    for one in shelf:
        by_key.setdefault(one.key, []).append(one)
    for translations in by_key.values():
        figures = [_figures(one) for one in translations]
        usual = max(figures, key=lambda one: (figures.count(one), len(one)))
        yield from (
            (one.key, one.language) for one, own in zip(translations, figures, strict=True) if own != usual
        )


def _alike(shelf: Sequence[Shelved]) -> Iterable[tuple[str, str]]:
    """Articles of one language that have nearly the same title, and other numbers in their texts."""
    for language in {one.language for one in shelf}:
        same = [one for one in shelf if one.language == language]
        for members in group([one.title for one in same]):
            if len({_figures(same[at]) for at in members}) > 1:
                yield from ((same[at].key, language) for at in members)


def _figures(article: Shelved) -> frozenset[str]:
    # Some languages write 1,000 where others write 1.000.
    return frozenset(re.sub("[.,]", "", figure) for figure in _FIGURE.findall(article.body))
