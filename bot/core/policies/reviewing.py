"""What editors should look at: articles that nobody has read for long, that help nobody, or that may contradict."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from bot.core.article import Audience
from bot.core.knowledge import Contradiction, Listed, Remark, Remarked, Shelf
from bot.core.policies.languages import first_of

STALE_AFTER = timedelta(days=180)
JUDGED_ENOUGH = 5
"""So many verdicts say something about an article."""

MOST_CONTRADICTIONS = 3
"""In a list; the page has all of them."""
AROUND = 90
"""Characters shown on both sides of a number."""

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*(?::00(?!\d))?")


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
    contradictions: tuple[Contradiction, ...] = ()


class Differences(Struct, frozen=True):
    """What may contradict."""

    places: Mapping[tuple[str, str], tuple[Remark, ...]] = {}
    """Articles, by key and language, and in what way."""
    contradictions: tuple[Contradiction, ...] = ()
    """The surest first."""


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
        standings.append(Standing(one, tally, (*remarks, *differences.places.get(place, ()))))
    languages = sorted({one.language for one in shelf})
    coverage = {
        language: len({one.key for one in shelf if one.language == language}) for language in languages
    }
    return Overview(tuple(standings), len(newest), coverage, differences.contradictions)


def differences_in(texts: Sequence[Figured], contradictions: Sequence[Contradiction]) -> Differences:
    """What may contradict: numbers in a translation, or in another article's passage that says nearly the same."""
    places: dict[tuple[str, str], tuple[Remark, ...]] = dict.fromkeys(
        _other_figures(texts), (Remark.FIGURES,)
    )
    for one in contradictions:
        for place in ((one.key, one.language), (one.other_key, one.language)):
            if Remark.CONTRADICTED not in (known := places.get(place, ())):
                places[place] = (*known, Remark.CONTRADICTED)
    return Differences(places, tuple(contradictions))


def contradicting(passage: str, other: str) -> tuple[str, str] | None:
    """The words around the first number that the other has not, in each of two that say nearly the same.

    None when one of them has all numbers of the other.
    """
    own, others = figures_in(passage), figures_in(other)
    if not own - others or not others - own:
        return None
    return _around(passage, own - others), _around(other, others - own)


def _around(passage: str, figures: frozenset[str]) -> str:
    words = " ".join(passage.split())
    at = next(found.start() for found in _FIGURE.finditer(words) if _written(found[0]) in figures)
    start, end = max(0, at - AROUND), min(len(words), at + AROUND)
    start = words.rfind(" ", 0, start) + 1 if start else 0
    shown = words[start:end]
    return f"{'…' if start else ''}{shown}{'…' if end < len(words) else ''}"


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
        tuple(one for one in found.contradictions if {one.key, one.other_key} & wanted)[:MOST_CONTRADICTIONS],
        found.topics,
        tuple(found.coverage.items()),
    )


def figures_in(body: str) -> frozenset[str]:
    """The numbers that a text speaks of."""
    return frozenset(_written(figure) for figure in _FIGURE.findall(body))


def _written(figure: str) -> str:
    # Some languages write 1,000 where others write 1.000, and some 18:00 where others write 18.
    return re.sub("[.,]", "", figure.removesuffix(":00"))


def _other_figures(texts: Iterable[Figured]) -> Iterable[tuple[str, str]]:
    """Translations with other numbers than most of their topic: 30 days here, 60 there."""
    by_key: dict[str, list[Figured]] = {}
    for one in texts:
        by_key.setdefault(one.key, []).append(one)
    for translations in by_key.values():
        figures = [one.figures for one in translations]
        usual = max(figures, key=lambda one: (figures.count(one), len(one)))
        yield from ((one.key, one.language) for one in translations if one.figures != usual)
