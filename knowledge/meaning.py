"""What texts mean: articles found by vectors, whatever words and languages are used."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.alike import near_pairs
from knowledge.article import Article
from knowledge.crossing import Crossing
from knowledge.habits import Habits
from knowledge.languages import main_language
from knowledge.passages import plain_text
from knowledge.siblings import Siblings
from knowledge.space import Space, adapted, own_space, raw_space
from knowledge.units import NONE, Units, Vector, best_by_owner
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, SpaceKind, Vectors

# Past this many an article's phrasings teach nothing new, and nearly equal ones only make it seem likelier.
_ENOUGH_NAMES = 40
_NEARLY_THE_SAME = 0.97
_SAME = 0.9999
ENGLISH = "en"
# Weights of the mix, chosen on the developers' question sets: docs/knowledge.md.
_NAME_WEIGHT, _PASSAGE_WEIGHT = 0.7, 1.0
# Odds of a third: until a company has judged its own questions, an unmeasured model must be surer.
_UNMEASURED = 1.1


@dataclass(frozen=True, slots=True)
class Nearness:
    """How near each article is to a question, about -1 to 1: by title and phrasings, and by text."""

    names: Vectors
    passages: Vectors

    @property
    def mixed(self) -> Vectors:
        """Return one figure for each article."""
        mixed: Vectors = np.float32(_NAME_WEIGHT) * self.names + np.float32(_PASSAGE_WEIGHT) * self.passages
        return mixed


@dataclass(frozen=True, slots=True)
class _Texts:
    """Texts with the number of the article each belongs to, and their languages."""

    owners: list[int]
    texts: list[str]
    languages: list[str]


class MeaningSide:
    """Vectors of titles and phrasings (as questions) and of passages, and the space they were cleaned in."""

    def __init__(self, articles: Sequence[Article], topics: NDArray[np.int32], passages: Sequence[Sequence[str]],
                 embedder: Embedder, cache: VectorCache, shipped: Space) -> None:  # fmt: skip
        self._embedder, self._cache = embedder, cache
        self._articles = len(articles)
        names = _texts(articles, [[text for text in (a.title, *a.phrasings) if text] for a in articles])
        parts = _texts(articles, [[embedded_text(a.title, part) for part in own]
                                  for a, own in zip(articles, passages, strict=True)])  # fmt: skip
        raw_names, raw_parts = cache.queries(embedder, names.texts), cache.passages(embedder, parts.texts)
        self._space = _space(embedder, shipped, names, raw_names, parts, raw_parts)
        means = [self._space.query_mean(spoken) for spoken in names.languages]
        self._names = _units(names, self._space.cleaned(raw_names, means), embedder, cache)
        means = [self._space.passage_mean(spoken) for spoken in parts.languages]
        self._parts = _units(parts, self._space.cleaned(raw_parts, means), embedder, cache)
        self._crossing = _crossing(self._names, self._parts)
        self._topics = topics
        self._habits = Habits(len(set(topics.tolist())), sum(bool(article.title) for article in articles))
        self._siblings = Siblings(topics)
        self.form_habits()

    def vector(self, text: str, language: str, *, is_kept: bool = False) -> Vector:
        """Return what a question means; tens of milliseconds, or none for one that was kept."""
        raw = self._cache.queries(self._embedder, [text]) if is_kept else self._embedder.queries([text])
        (general,) = self._space.cleaned(raw, [self._space.query_mean(language)])
        english = self._embedder.english
        if english is None or language != ENGLISH:
            as_english = None if self._crossing is None else self._crossing.guess(general)
            return Vector(general, as_english=as_english)
        row = self._cache.queries(english, [text]) if is_kept else english.queries([text])
        return Vector(general, row[0])

    def understands(self, language: str) -> bool:
        """Return whether the model knows this language."""
        return self._embedder.languages is None or language in self._embedder.languages

    @property
    def english_dimensions(self) -> int:
        """How many numbers the model of English adds to a vector, 0 without one."""
        return self._names.english_dimensions

    @property
    def caution(self) -> float:
        """By how much the logarithm of the odds falls because nobody measured how sure this model may make us."""
        return 0.0 if self._embedder.space is SpaceKind.SHIPPED else _UNMEASURED

    def habits(self, vector: Vector) -> Vectors | None:
        """Return for each article how usual its topic is for such a question, as a log probability."""
        by_topic = self._habits.scores(vector.joined(self._names.english_dimensions))
        return None if by_topic is None else by_topic[self._topics]

    def scores(self, vector: Vector) -> Nearness:
        """Return how near each article is to a question."""
        names = best_by_owner(self._names.similar(vector.guessed()), self._names.owners, self._articles, 3)
        similar = self._parts.similar(vector)
        first = best_by_owner(similar, self._parts.owners, self._articles, 1)
        # A second passage that fits as well speaks for the whole article.
        parts = (first + best_by_owner(similar, self._parts.owners, self._articles, 2)) / 2
        # An article that has only one of the two is judged by that one.
        return Nearness(np.where(names > NONE, names, parts), np.where(parts > NONE, parts, names))

    @property
    def usual(self) -> float:
        """How near the base's own texts are to the nearest topic that is not theirs, on average."""
        return self._siblings.usual

    def passages(self, vector: Vector, article: int) -> Vectors:
        """Return how near each passage of one article is, in the order of the passages."""
        return self._parts.of(article, vector)

    def near_passages(self, rows: Sequence[int], least: float) -> list[tuple[float, int, int]]:
        """Return pairs of these rows of different articles that are at least so near, nearest first."""
        chosen = np.array(rows, np.int32)
        pairs = near_pairs(self._parts.joined()[chosen], self._parts.owners[chosen], least)
        return [(near, int(chosen[one]), int(chosen[other])) for near, one, other in pairs]

    def learn(self, article: int, vector: Vector) -> None:
        """Add one more phrasing to an article."""
        self._names = self._names.added(article, vector)

    def forget(self, article: int, vector: Vector) -> None:
        """Take a learned phrasing away again; nothing happens when it is not there."""
        near = np.flatnonzero(self._names.owners == article)
        same = near[self._names.general[near] @ vector.general > _SAME]
        if len(same):
            self._names = self._names.without(int(same[-1]))

    def knows(self, article: int, vector: Vector) -> bool:
        """Return whether one more phrasing would teach nothing: nearly the same is there, or there are enough."""
        own = self._names.of(article, vector)
        return len(own) >= _ENOUGH_NAMES or bool((own > _NEARLY_THE_SAME).any())

    def form_habits(self) -> None:
        """Learn from the phrasings there are; may take seconds, and searching meanwhile is safe."""
        names = self._names
        self._habits.fit(names.joined(), self._topics[names.owners])
        # Only in question sets do articles have no titles.
        texts = names if len(names) >= self._topics.max() else self._parts
        self._siblings.measure(texts, lambda vector: self.scores(vector).mixed)


def embedded_text(title: str, passage: str) -> str:
    """Return a passage as it is embedded: a piece from the middle of an article needs the title to be understood."""
    return f"{title}\n{plain_text(passage)}".strip()


def _texts(articles: Sequence[Article], texts: Sequence[Sequence[str]]) -> _Texts:
    owners = [number for number, own in enumerate(texts) for _ in own]
    languages = [main_language(articles[number].language) for number in owners]
    return _Texts(owners, [text for own in texts for text in own], languages)


def _space(embedder: Embedder, shipped: Space, names: _Texts, raw_names: Vectors, parts: _Texts,
           raw_parts: Vectors) -> Space:  # fmt: skip
    if embedder.space is SpaceKind.CLEAN:
        return raw_space(max(raw_names.shape[1], raw_parts.shape[1]))
    if embedder.space is SpaceKind.UNKNOWN:
        return own_space(raw_names, names.languages, raw_parts, parts.languages)
    return adapted(shipped, raw_names, names.languages, raw_parts, parts.languages)


def _units(texts: _Texts, general: Vectors, embedder: Embedder, cache: VectorCache) -> Units:
    owners = np.array(texts.owners, np.int32)
    rows = [row for row, spoken in enumerate(texts.languages) if spoken == ENGLISH]
    if embedder.english is None:
        return Units(owners, general, np.zeros(0, np.int32), np.zeros((0, 0), np.float32))
    english = cache.passages(embedder.english, [texts.texts[row] for row in rows])
    if not rows:
        english = np.zeros((0, embedder.english.dimensions), np.float32)
    return Units(owners, general, np.array(rows, np.int32), english)


def _crossing(*units: Units) -> Crossing | None:
    """Learn the way to English from the texts that are English; None where there are none, or no such model."""
    pairs = [both for both in (one.english_rows() for one in units) if len(both[1])]
    if not pairs:
        return None
    return Crossing(
        np.concatenate([general for general, _ in pairs]), np.concatenate([en for _, en in pairs])
    )
