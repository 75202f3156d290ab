"""What texts mean: articles found by vectors, whatever words and languages are used."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from knowledge.alike import near_pairs
from knowledge.article import Article
from knowledge.change import Change
from knowledge.crossing import Crossing
from knowledge.figures import Figures
from knowledge.habits import Habits
from knowledge.languages import main_language
from knowledge.matrix import ExactMatrix, matrix_of
from knowledge.passages import plain_text, split_passages
from knowledge.siblings import Siblings
from knowledge.space import Space, Sums, adapted, own_space, raw_space
from knowledge.topics import topics_of
from knowledge.units import NONE, Units, Vector, best_by_owner
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, SpaceKind, Vectors
from knowledge.wording import Lens, Pieces, Reading, ReadsPieces, Wordings

# Past this many an article's phrasings teach nothing new, and nearly equal ones only make it seem likelier.
_ENOUGH_NAMES = 40
_NEARLY_THE_SAME = 0.97
# Nothing nearer than that is learned twice, so whatever is nearer than this is the same.
_SAME = 0.99
# How many texts of each side, and articles by letters, are compared where there are too many to compare all.
_LISTED = 500
_BLOCK = 20_000
# From so many texts of each side the way to English is learned.
_ENOUGH_ENGLISH = 10_000
LARGEST_READ = 10_000
"""Of so many texts of each side the pieces are kept, 32 bytes for each piece: up to 40 MB."""
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
    """Texts with the number of the article each belongs to, and their languages; `read` gives their vectors."""

    owners: list[int]
    texts: list[str]
    languages: list[str]
    read: Callable[[Sequence[str]], Vectors]

    def add(self, owner: int, article: Article, texts: Sequence[str]) -> None:
        """Add texts of an article."""
        self.owners.extend([owner] * len(texts))
        self.texts.extend(texts)
        self.languages.extend([main_language(article.language)] * len(texts))

    def blocks(self) -> Iterator[tuple[Vectors, list[str]]]:
        """Yield vectors and languages, some at a time: those of a hundred thousand articles are a gigabyte."""
        for start in range(0, len(self.texts), _BLOCK):
            here = slice(start, start + _BLOCK)
            yield self.read(self.texts[here]), self.languages[here]


class MeaningSide:
    """Vectors of titles and phrasings (as questions) and of passages, and the space they were cleaned in."""

    def __init__(self, names: Units, parts: Units, topics: NDArray[np.int32], space: Space,
                 embedder: Embedder, cache: VectorCache, titles: int, wordings: Wordings | None,
                 lens: Lens) -> None:  # fmt: skip
        """Take `titles` for how many of the names are titles."""
        self._embedder, self._cache = embedder, cache
        self._wordings, self._lens = wordings, lens
        self._articles = len(topics)
        self._space = space
        self._names, self._parts = names, parts
        self._built = len(names)
        """How many names are the articles' own; those after them were learned."""
        self._crossing = _crossing(names, parts)
        self._topics = topics
        self._habits = Habits(len(set(topics.tolist())), titles)
        self._siblings = Siblings(topics)
        self.form_habits()

    @classmethod
    def of(cls, articles: Sequence[Article], topics: NDArray[np.int32], embedder: Embedder, cache: VectorCache,
           figures: Figures) -> "MeaningSide":  # fmt: skip
        """Return the side of `articles`, embedding only texts that `cache` does not know."""
        names, parts = _texts(articles, range(len(articles)), embedder, cache)
        space = _space(embedder, figures.space, names, parts)
        units = _both_units(names, parts, space, embedder, cache)
        wordings = None
        if max(map(len, units)) <= LARGEST_READ and isinstance(embedder.english, ReadsPieces):
            wordings = Wordings(
                *(_pieces(texts, embedder.english, figures.lens, cache) for texts in (names, parts))
            )
        return cls(*units, topics, space, embedder, cache, _titles(articles), wordings, figures.lens)

    def changed(self, change: Change, articles: Sequence[Article], topics: NDArray[np.int32],
                cache: VectorCache) -> "MeaningSide":  # fmt: skip
        """Return the side of `articles`, in the same space; what was learned is left behind."""
        texts = _texts(articles, change.fresh, self._embedder, cache)
        names, parts = _both_units(*texts, self._space, self._embedder, cache)
        numbers = change.new_numbers
        names = self._names.renumbered(numbers, self._built).followed_by(names)
        parts = self._parts.renumbered(numbers, len(self._parts)).followed_by(parts)
        wordings = self._wordings
        if wordings is not None and isinstance(self._embedder.english, ReadsPieces):
            fresh = (_pieces(some, self._embedder.english, self._lens, cache) for some in texts)
            wordings = wordings.changed(numbers, *fresh)
        return MeaningSide(names, parts, topics, self._space, self._embedder, cache, _titles(articles),
                           wordings, self._lens)  # fmt: skip

    def is_of(self, embedder: Embedder | None) -> bool:
        """Return whether this model made the vectors."""
        return embedder is self._embedder

    def vector(self, text: str, language: str, *, is_kept: bool = False) -> Vector:
        """Return what a question means; tens of milliseconds, or none for one that was kept."""
        raw = self._cache.queries(self._embedder, [text]) if is_kept else self._embedder.queries([text])
        (general,) = self._space.cleaned(raw, [self._space.query_mean(language)])
        english = self._embedder.english
        if english is None or language != ENGLISH:
            as_english = None if self._crossing is None else self._crossing.guess(general)
            return Vector(general, as_english=as_english)
        row = self._cache.queries(english, [text]) if is_kept else english.queries([text])
        pieces = None
        if self._wordings is not None and isinstance(english, ReadsPieces):
            # Reading them takes longer than all else, and what was learned is learned again at each start.
            (pieces,) = (
                self._cache.pieces(english, self._lens, [text])
                if is_kept
                else [self._lens.packed(english.pieces([text])[0])]
            )
        return Vector(general, row[0], pieces=pieces)

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

    def scores(self, vector: Vector, coverage: Vectors) -> Nearness:
        """Return how near each article is to a question.

        Where there are very many texts, only articles are compared that seem near or cover the question's words.
        """
        listed = None
        if not (self._names.is_exact and self._parts.is_exact):
            listed = self._shortlist(vector, coverage)
        (names,) = _best(self._names, vector.guessed(), self._articles, (3,), listed)
        # A second passage that fits as well speaks for the whole article.
        first, second = _best(self._parts, vector, self._articles, (1, 2), listed)
        parts = (first + second) / 2
        # An article that has only one of the two is judged by that one.
        return Nearness(np.where(names > NONE, names, parts), np.where(parts > NONE, parts, names))

    def readings(self, vector: Vector, articles: Iterable[int]) -> dict[int, Reading]:
        """Return for the topic of each of these what it and the question say of each other, if it was read."""
        if self._wordings is None or vector.pieces is None:
            return {}
        topics = (int(self._topics[article]) for article in articles)
        read = {one: self._wordings.read(vector.pieces, np.flatnonzero(self._topics == one).tolist())
                for one in topics}  # fmt: skip
        return {topic: found for topic, found in read.items() if found is not None}

    @property
    def usual(self) -> float:
        """How near the base's own texts are to the nearest topic that is not theirs, on average."""
        return self._siblings.usual

    def _shortlist(self, vector: Vector, coverage: Vectors) -> NDArray[np.int64]:
        listed = np.zeros(self._articles, np.bool_)
        for units in (self._names, self._parts):
            listed[units.owners[units.nearest(vector, _LISTED)]] = True
        listed[np.argpartition(coverage, -min(_LISTED, len(coverage)))[-_LISTED:]] = True
        return np.flatnonzero(listed)

    def passages(self, vector: Vector, article: int) -> Vectors:
        """Return how near each passage of one article is, in the order of the passages."""
        return self._parts.of(article, vector)

    def near_passages(self, rows: Sequence[int], least: float) -> list[tuple[float, int, int]]:
        """Return pairs of these passages of different articles that are at least so near, nearest first.

        They are numbered through, article by article.
        """
        # After a change the rows lie in another order than the articles.
        chosen = np.argsort(self._parts.owners, kind="stable")[np.array(rows, np.int64)]
        order = np.argsort(chosen)
        # Only these are unpacked: all vectors of very many articles would fill the memory.
        compared = self._parts.taken(chosen[order])
        pairs = near_pairs(compared.joined(), compared.owners, least)
        return [(near, *sorted((rows[order[one]], rows[order[other]]))) for near, one, other in pairs]

    def learn(self, article: int, vector: Vector) -> None:
        """Add one more phrasing to an article."""
        self._names = self._names.added(article, vector)
        if self._wordings is not None and vector.pieces is not None:
            self._wordings.learn(article, vector.pieces)

    def forget(self, article: int, vector: Vector) -> None:
        """Take a learned phrasing away again; nothing happens when it is not there."""
        learned = np.flatnonzero(self._names.owners[self._built :] == article) + self._built
        same = learned[self._names.similar(vector, learned) > _SAME]
        if len(same):
            self._names = self._names.without(int(same[-1]))
            if self._wordings is not None and vector.pieces is not None:
                self._wordings.forget(article, vector.pieces)

    def knows(self, article: int, vector: Vector) -> bool:
        """Return whether one more phrasing would teach nothing: nearly the same is there, or there are enough."""
        own = self._names.of(article, vector)
        return len(own) >= _ENOUGH_NAMES or bool((own > _NEARLY_THE_SAME).any())

    def form_habits(self) -> None:
        """Learn from the phrasings there are; may take seconds, and searching meanwhile is safe."""
        names = self._names
        # Only in question sets do articles have no titles.
        texts = names if len(names) >= self._topics.max() else self._parts
        nothing = np.zeros(self._articles, np.float32)
        self._siblings.measure(texts, lambda vector: self.scores(vector, nothing).mixed)
        if names.is_exact:
            # Where there are more texts than that, there are far more than habits are ever learned from.
            self._habits.fit(names.joined(), self._topics[names.owners])


def meaning_side(articles: Sequence[Article], embedder: Embedder | None, cache: VectorCache, figures: Figures,
                 before: MeaningSide | None = None, change: Change | None = None) -> MeaningSide | None:  # fmt: skip
    """Return the side of `articles`, after a change of a few out of the one before; None without a model."""
    if embedder is None or not articles:
        return None
    if before is not None and change is not None and before.is_of(embedder):
        return before.changed(change, articles, topics_of(articles), cache)
    return MeaningSide.of(articles, topics_of(articles), embedder, cache, figures)


def remember(articles: Sequence[Article], embedder: Embedder, cache: VectorCache, lens: Lens | None) -> None:
    """Have everything made that an index of these needs and `cache` does not know; pieces only with a `lens`."""
    texts = _texts(articles, range(len(articles)), embedder, cache)
    english = embedder.english
    if english is None:
        return
    in_english = [text for one in texts for text, spoken in zip(one.texts, one.languages, strict=True)
                  if spoken == ENGLISH]  # fmt: skip
    cache.remember_passages(english, in_english)
    if lens is not None and isinstance(english, ReadsPieces):
        cache.remember_pieces(english, lens, in_english)


def is_read(articles: Sequence[Article]) -> bool:
    """Return whether a base is small enough for its English texts to be read piece by piece."""
    names = sum(1 + len(one.phrasings) for one in articles)
    return names <= LARGEST_READ and sum(len(split_passages(one.body)) for one in articles) <= LARGEST_READ


def embedded_text(title: str, passage: str) -> str:
    """Return a passage as it is embedded: a piece from the middle of an article needs the title to be understood."""
    return f"{title}\n{plain_text(passage)}".strip()


def _texts(articles: Sequence[Article], numbers: Iterable[int], embedder: Embedder,
           cache: VectorCache) -> tuple[_Texts, _Texts]:  # fmt: skip
    """Names and passages of some articles, embedded."""
    names = _Texts([], [], [], partial(cache.queries, embedder))
    parts = _Texts([], [], [], partial(cache.passages, embedder))
    for number in numbers:
        article = articles[number]
        names.add(number, article, [text for text in (article.title, *article.phrasings) if text])
        passages = split_passages(article.body)
        parts.add(number, article, [embedded_text(article.title, passage) for passage in passages])
    cache.remember_queries(embedder, names.texts)
    cache.remember_passages(embedder, parts.texts)
    return names, parts


def _space(embedder: Embedder, shipped: Space, names: _Texts, parts: _Texts) -> Space:
    if embedder.space is SpaceKind.CLEAN:
        return raw_space(embedder.dimensions)
    titles, passages = Sums(), Sums()
    for texts, sums in ((names, titles), (parts, passages)):
        for vectors, languages in texts.blocks():
            sums.add(vectors, languages)
    return (
        own_space(titles, passages)
        if embedder.space is SpaceKind.UNKNOWN
        else adapted(shipped, titles, passages)
    )


def _both_units(names: _Texts, parts: _Texts, space: Space, embedder: Embedder,
                cache: VectorCache) -> tuple[Units, Units]:  # fmt: skip
    return (
        _units(names, space, space.query_mean, embedder, cache),
        _units(parts, space, space.passage_mean, embedder, cache),
    )


def _units(texts: _Texts, space: Space, mean_of: Callable[[str], Vectors], embedder: Embedder,
           cache: VectorCache) -> Units:  # fmt: skip
    cleaned = (space.cleaned(vectors, [mean_of(one) for one in spoken]) for vectors, spoken in texts.blocks())
    general = matrix_of(cleaned, len(texts.texts), space.directions.shape[1])
    owners = np.array(texts.owners, np.int32)
    if embedder.english is None:
        return Units(owners, general, np.zeros(0, np.int32), ExactMatrix(np.zeros((0, 0), np.float32)))
    rows = [row for row, spoken in enumerate(texts.languages) if spoken == ENGLISH]
    in_english = [texts.texts[row] for row in rows]
    cache.remember_passages(embedder.english, in_english)
    blocks = (
        cache.passages(embedder.english, in_english[start : start + _BLOCK])
        for start in range(0, len(rows), _BLOCK)
    )
    english = matrix_of(blocks, len(rows), embedder.english.dimensions)
    return Units(owners, general, np.array(rows, np.int32), english)


def _pieces(texts: _Texts, reader: ReadsPieces, lens: Lens, cache: VectorCache) -> dict[int, list[Pieces]]:
    """The pieces of the English ones among some texts, by the number of their article."""
    found: dict[int, list[Pieces]] = {}
    rows = [row for row, spoken in enumerate(texts.languages) if spoken == ENGLISH]
    read = cache.pieces(reader, lens, [texts.texts[row] for row in rows])
    for row, pieces in zip(rows, read, strict=True):
        found.setdefault(texts.owners[row], []).append(pieces)
    return found


def _best(units: Units, vector: Vector, articles: int, counts: Sequence[int],
          listed: NDArray[np.int64] | None) -> list[Vectors]:  # fmt: skip
    """Return the mean of each article's best texts, for each of `counts`; of unlisted articles it is unknown."""
    if listed is None:
        similar = units.similar(vector)
        return [best_by_owner(similar, units.owners, articles, count) for count in counts]
    is_listed = np.zeros(articles, np.bool_)
    is_listed[listed] = True
    rows = np.flatnonzero(is_listed[units.owners])
    similar = units.similar(vector, rows)
    owners = np.searchsorted(listed, units.owners[rows]).astype(np.int32)
    found = []
    for count in counts:
        found.append(np.full(articles, NONE, np.float32))
        found[-1][listed] = best_by_owner(similar, owners, len(listed), count)
    return found


def _titles(articles: Sequence[Article]) -> int:
    return sum(bool(article.title) for article in articles)


def _crossing(*units: Units) -> Crossing | None:
    """Learn the way to English from the texts that are English; None where there are none, or no such model."""
    pairs = [both for both in (one.english_rows(_ENOUGH_ENGLISH) for one in units) if len(both[1])]
    if not pairs:
        return None
    return Crossing(
        np.concatenate([general for general, _ in pairs]), np.concatenate([en for _, en in pairs])
    )
