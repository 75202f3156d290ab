"""Which article holds which word piece how often, in flat arrays: ten thousand articles take 30 MB."""

import math
from array import array
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.int32]
Counts = NDArray[np.float32]

# Articles that are sorted at a time while postings are gathered.
_BLOCK = 250
# Postings that are renumbered at a time.
_PART = 2_000_000
_MOST = np.iinfo(np.uint16).max


def word_pieces(words: Iterable[str], size: int = 4) -> list[str]:
    """Return the pieces of `size` letters of each word, its edges included; a short word is one piece."""
    pieces: list[str] = []
    for word in words:
        padded = f" {word} "
        pieces += [padded[i : i + size] for i in range(max(1, len(padded) - size + 1))]
    return pieces


@dataclass(frozen=True, slots=True)
class Gathered:
    """Postings of some articles: for each of `rows`, ascending, a run of `articles` with their `counts`."""

    rows: Numbers
    runs: NDArray[np.int64]
    articles: Numbers
    counts: NDArray[np.uint16]


class Gathering:
    """Cuts the words of articles into pieces, each word once, and numbers the pieces as they come."""

    def __init__(self, known: Mapping[str, int]) -> None:
        """Begin with the pieces that are numbered already."""
        self.rows = dict(known)
        self._word = dict[str, int]()
        self._ends = array("q", [0])
        self._pieces = array("i")

    def gathered(self, articles: Iterable[tuple[int, Mapping[str, int]]], lengths: Counts) -> list[Gathered]:
        """Return postings of articles, given by number with how often each word counts; note their lengths."""
        blocks: list[Gathered] = []
        numbers, words, times = array("i"), array("i"), array("i")
        for place, (number, counted) in enumerate(articles):
            lengths[number] = sum(count * max(1, len(word) - 1) for word, count in counted.items())
            for word, count in counted.items():
                known = self._word.get(word)
                words.append(self._new(word) if known is None else known)
                times.append(count)
            numbers.extend([number] * len(counted))
            if place % _BLOCK == _BLOCK - 1:
                blocks.append(self._sorted(numbers, words, times))
                numbers, words, times = array("i"), array("i"), array("i")
        return [*blocks, self._sorted(numbers, words, times)]

    def _new(self, word: str) -> int:
        self._pieces.extend(self.rows.setdefault(piece, len(self.rows)) for piece in word_pieces([word]))
        self._ends.append(len(self._pieces))
        self._word[word] = len(self._word)
        return self._word[word]

    def _sorted(self, numbers: "array[int]", words: "array[int]", times: "array[int]") -> Gathered:
        """Put each word's pieces in its place, sort them, and add up what an article holds several times."""
        which = np.array(words, np.int32)
        ends = np.array(self._ends, np.int64)
        pieces = np.array(self._pieces, np.int32)
        sizes = ends[which + 1] - ends[which]
        first = np.cumsum(sizes) - sizes
        inside = np.arange(sizes.sum()) - np.repeat(first, sizes)
        rows = pieces[np.repeat(ends[which], sizes) + inside].astype(np.int64)
        articles = np.repeat(np.array(numbers, np.int64), sizes)
        order = np.argsort(rows << 32 | articles, kind="stable")
        key = (rows << 32 | articles)[order]
        begins = np.flatnonzero(np.append(True, key[1:] != key[:-1])[: len(key)])
        counts = np.repeat(np.array(times, np.int64), sizes)[order]
        summed = np.minimum(np.add.reduceat(counts, begins), _MOST) if len(begins) else counts
        key = key[begins]
        found, runs = np.unique(key >> 32, return_counts=True)
        return Gathered(
            found.astype(np.int32), runs, (key & 0x7FFFFFFF).astype(np.int32), summed.astype(np.uint16)
        )


class Postings:
    """Rows of articles and counts by piece, and beside them what was learned since and may be taken away again."""

    def __init__(self, rows: dict[str, int], blocks: list[Gathered], lengths: Counts) -> None:
        self._rows = rows
        self._starts, self._articles, self._counts = _merged(len(rows), blocks)
        self._lengths = lengths
        self._learned: dict[str, Counter[int]] = {}
        self._learned_lengths = np.zeros_like(lengths)

    @classmethod
    def of(cls, articles: Iterable[Mapping[str, int]], count: int) -> "Postings":
        """Return the postings of so many articles, each given by how often its words count."""
        gathering, lengths = Gathering({}), np.zeros(count, np.float32)
        blocks = gathering.gathered(enumerate(articles), lengths)
        return cls(gathering.rows, blocks, lengths)

    def changed(
        self, new_numbers: Numbers, fresh: Iterable[tuple[int, Mapping[str, int]]], count: int
    ) -> "Postings":
        """Return the postings of `count` articles: those that keep a number, as they were built, and fresh ones."""
        gathering, lengths = Gathering(self._rows), np.zeros(count, np.float32)
        kept = new_numbers >= 0
        lengths[new_numbers[kept]] = self._lengths[kept]
        blocks = gathering.gathered(fresh, lengths)
        return Postings(gathering.rows, [*self._kept(new_numbers), *blocks], lengths)

    def _kept(self, new_numbers: Numbers) -> Iterable[Gathered]:
        """The postings of articles that stay, some rows at a time: all places at once would take a gigabyte."""
        cuts = np.searchsorted(self._starts, np.arange(0, len(self._articles), _PART)).tolist()
        for first, last in pairwise(dict.fromkeys([*cuts, len(self._starts) - 1])):
            starts = self._starts[first : last + 1]
            numbers = new_numbers[self._articles[starts[0] : starts[-1]]]
            is_kept = numbers >= 0
            before = np.append(0, np.cumsum(is_kept))[starts - starts[0]]
            counts = self._counts[starts[0] : starts[-1]][is_kept]
            yield Gathered(np.arange(first, last, dtype=np.int32), np.diff(before), numbers[is_kept], counts)

    def __len__(self) -> int:
        return len(self._lengths)

    @property
    def lengths(self) -> Counts:
        """How many pieces each article holds."""
        return self._lengths + self._learned_lengths

    def rarity(self, found: int) -> float:
        """Return the inverse document frequency of a piece that so many articles hold, above zero even for all."""
        return math.log(1 + (len(self) - found + 0.5) / (found + 0.5))

    def holding(self, piece: str) -> tuple[Numbers, Counts]:
        """Return the articles that hold `piece`, in no order, and how often."""
        row = self._rows.get(piece)
        here = slice(0, 0) if row is None else slice(self._starts[row], self._starts[row + 1])
        articles, counts = self._articles[here], self._counts[here].astype(np.float32)
        learned = self._learned.get(piece)
        if learned is None:
            return articles, counts
        more = np.fromiter(learned, np.int32, len(learned))
        both = np.union1d(articles, more)
        total = np.zeros(len(both), np.float32)
        total[np.searchsorted(both, articles)] = counts
        total[np.searchsorted(both, more)] += np.fromiter(learned.values(), np.float32, len(learned))
        return both, total

    def learn(self, article: int, words: Mapping[str, int]) -> None:
        """Add words to an article."""
        for piece, count in _pieces(words).items():
            self._learned.setdefault(piece, Counter())[article] += count
            self._learned_lengths[article] += count

    def forget(self, article: int, words: Mapping[str, int]) -> None:
        """Take words away that an article learned."""
        for piece, count in _pieces(words).items():
            learned = self._learned[piece]
            learned[article] -= count
            self._learned_lengths[article] -= count
            if not learned[article]:
                del learned[article]
            if not learned:
                del self._learned[piece]


def _pieces(words: Mapping[str, int]) -> Counter[str]:
    pieces = Counter[str]()
    for word, count in words.items():
        for piece in word_pieces([word]):
            pieces[piece] += count
    return pieces


def _merged(rows: int, blocks: list[Gathered]) -> tuple[NDArray[np.int64], Numbers, NDArray[np.uint16]]:
    """Join blocks of different articles into one; they are given up on the way, for all together are large."""
    starts = np.zeros(rows + 1, np.int64)
    for block in blocks:
        starts[block.rows + 1] += block.runs
    starts = np.cumsum(starts)
    articles, counts = np.zeros(starts[-1], np.int32), np.zeros(starts[-1], np.uint16)
    free = starts[:-1].copy()
    blocks.reverse()
    while blocks:
        block = blocks.pop()
        first = np.cumsum(block.runs) - block.runs
        places = np.repeat(free[block.rows] - first, block.runs) + np.arange(len(block.articles))
        articles[places], counts[places] = block.articles, block.counts
        free[block.rows] += block.runs
    return starts, articles, counts
