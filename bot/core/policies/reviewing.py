"""What editors should look at: articles that nobody has read for long, that help nobody, or that may contradict."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from bot.core.article import Audience
from bot.core.knowledge import Listed, Remark, Remarked, Shelf
from bot.core.policies.grouping import group
from bot.core.policies.languages import first_of

STALE_AFTER = timedelta(days=180)
JUDGED_ENOUGH = 5
"""So many verdicts say something about an article."""

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


class Shelved(Struct, frozen=True):
    """A published article, without its text, and when it was last looked at."""

    key: str
    language: str
    title: str
    tags: tuple[str, ...]
    audience: Audience
    valid_until: datetime | None
    updated_at: datetime
    reviewed_at: datetime | None

    @property
    def read_at(self) -> datetime:
        """When somebody last wrote or confirmed it."""
        return max(self.updated_at, self.reviewed_at or self.updated_at)


class Figured(Struct, frozen=True):
    """The numbers that an article speaks of."""

    key: str
    language: str
    title: str
    figures: frozenset[str]


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


Differences = Mapping[tuple[str, str], tuple[Remark, ...]]
"""Articles, by key and language, that may contradict others."""


def overview(
    shelf: Sequence[Shelved],
    tallies: Mapping[tuple[str, str], Tally],
    differences: Differences,
    now: datetime,
) -> Overview:
    """Every article with its figures and what should be looked at; tallies by key and language."""
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
        }
        remarks = [remark for remark, is_so in found.items() if is_so]
        standings.append(Standing(one, tally, (*remarks, *differences.get(place, ()))))
    languages = sorted({one.language for one in shelf})
    coverage = {
        language: len({one.key for one in shelf if one.language == language}) for language in languages
    }
    return Overview(tuple(standings), len(newest), coverage)


def differences_in(texts: Sequence[Figured]) -> Differences:
    """What may contradict: numbers in a translation, or in an article with nearly the same title."""
    found: dict[tuple[str, str], tuple[Remark, ...]] = {}
    for remark, places in ((Remark.FIGURES, _other_figures(texts)), (Remark.ALIKE, _alike(texts))):
        for place in places:
            if remark not in found.get(place, ()):
                found[place] = (*found.get(place, ()), remark)
    return found


def titles_of(found: Overview, languages: Sequence[str]) -> dict[str, str]:
    """Key to the title in the first of these languages that the article has."""
    by_key: dict[str, dict[str, str]] = {}
    for one in found.articles:
        by_key.setdefault(one.article.key, {})[one.article.language] = one.article.title
    return {key: titles[first_of(languages, list(titles))] for key, titles in by_key.items()}


def shelf_of(found: Overview, word: str, languages: Sequence[str], *, most: int) -> Shelf:
    """What a list shows of the articles with this word in their key, title or tags, at most so many of each kind."""
    titles, word = titles_of(found, languages), word.casefold()
    spoken: dict[str, list[str]] = {}
    for one in found.articles:
        spoken.setdefault(one.article.key, []).append(one.article.language)
    wanted = {
        one.article.key
        for one in found.articles
        if word in " ".join([one.article.key, one.article.title, *one.article.tags]).casefold()
    }
    keys = [key for key in titles if key in wanted]
    remarked = [one for one in found.articles if one.remarks and one.article.key in wanted]
    return Shelf(
        tuple(Listed(key, titles[key], tuple(spoken[key])) for key in keys[:most]),
        len(keys),
        tuple(Remarked(one.article.key, one.article.language, one.remarks) for one in remarked[:most]),
        len(remarked),
        found.topics,
        tuple(found.coverage.items()),
    )


def figures_in(body: str) -> frozenset[str]:
    """The numbers that a text speaks of."""
    # Some languages write 1,000 where others write 1.000.
    return frozenset(re.sub("[.,]", "", figure) for figure in _FIGURE.findall(body))


def _other_figures(texts: Iterable[Figured]) -> Iterable[tuple[str, str]]:
    """Translations with other numbers than most of their topic: 30 days here, 60 there."""
    by_key: dict[str, list[Figured]] = {}
    for one in texts:
        by_key.setdefault(one.key, []).append(one)
    for translations in by_key.values():
        figures = [one.figures for one in translations]
        usual = max(figures, key=lambda one: (figures.count(one), len(one)))
        yield from ((one.key, one.language) for one in translations if one.figures != usual)


def _alike(texts: Sequence[Figured]) -> Iterable[tuple[str, str]]:
    """Articles of one language that have nearly the same title, and other numbers in their texts."""
    for language in sorted({one.language for one in texts}):
        same = [one for one in texts if one.language == language]
        for members in group([one.title for one in same]):
            if len({same[at].figures for at in members}) > 1:
                yield from ((same[at].key, language) for at in members)
