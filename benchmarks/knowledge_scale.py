"""The knowledge index at a thousand, ten thousand and a hundred thousand articles: time, memory, and what is lost.

    python -m benchmarks.knowledge_scale ../shared/kb --cache data/kb-vectors.sqlite

Each size runs in a process of its own, on one core. The English articles of the question sets lie in the base with
their true vectors; the others are put together of their sentences, and because a model takes hours for so many, each
of their texts has the vector of a true one, moved by noise. What is asked are the sets' own questions, embedded when
they are asked.
"""

import argparse
import asyncio
import gc
import hashlib
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from benchmarks.disk import kept_or_temporary
from benchmarks.knowledge_figures import QuestionSet, read_sets
from benchmarks.knowledge_scorer import BESIDE_THE_REPOSITORY, scorer
from knowledge import matrix
from knowledge.article import Article
from knowledge.embedder import default_embedder
from knowledge.figures import shipped_figures
from knowledge.index import Index
from knowledge.meaning import LARGEST_READ, embedded_text
from knowledge.passages import split_passages
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, Vectors
from knowledge.wording import ReadsPieces

SIZES = (1_000, 10_000, 100_000)
STEPS = ("fill", "measure", "full-text", "compare")
QUESTIONS = 300
SEEDS = 400
"""True texts of each kind whose vectors are moved."""
NOISE = 0.3
"""The length of what is added to a unit vector: about half the distance of two true ones."""
SWITCH_SECONDS = 0.001
"""How often threads take turns, as in the running bot."""


@dataclass(slots=True)
class Measured:
    """One size of base. Times without a unit in their name are seconds of the processor."""

    articles: int
    texts: int = 0
    letters: float = 0.0
    vectors: float = 0.0
    change: float = 0.0
    loop_p99_ms: float = 0.0
    loop_most_ms: float = 0.0
    p50_ms: float = 0.0
    p99_ms: float = 0.0
    search_p50_ms: float = 0.0
    search_p99_ms: float = 0.0
    letters_p50_ms: float = 0.0
    letters_p99_ms: float = 0.0
    fts5_p50_ms: float = 0.0
    fts5_p99_ms: float = 0.0
    held_mb: float = 0.0
    most_mb: float = 0.0
    fts5: float = 0.0
    right: float = 0.0
    right_exactly: float = 0.0
    same: float = 0.0
    confidence_off: float = 0.0


class Stretched:
    """A model whose vectors of made-up texts are those of true ones, moved, and of true articles those of a file.

    From when it `is_asked` on it embeds what it is given, which are questions then.
    """

    def __init__(self, true: Embedder, file: VectorCache, made_up: frozenset[str], passages: Sequence[str],
                 titles: Sequence[str]) -> None:  # fmt: skip
        self.name, self.space, self.languages = f"stretched {true.name}", true.space, true.languages
        self.dimensions, self.is_asked, self.took = true.dimensions, False, 0.0
        self.english: Embedder | None = None
        if true.english is not None:
            self.english = Stretched(true.english, file, made_up, passages, titles)
        self._true, self._file, self._made_up = true, file, made_up
        self._titles, self._passages = file.queries(true, titles), file.passages(true, passages)

    def ask(self) -> None:
        self.is_asked = True
        if isinstance(self.english, Stretched):
            self.english.ask()

    def seconds(self) -> float:
        """How long both models took for questions."""
        return self.took + (self.english.seconds() if isinstance(self.english, Stretched) else 0.0)

    def queries(self, texts: Sequence[str]) -> Vectors:
        if self.is_asked:
            began_at = time.perf_counter()
            vectors = self._true.queries(texts)
            self.took += time.perf_counter() - began_at
            return vectors
        return self._stretched(texts, self._file.queries, self._titles)

    def passages(self, texts: Sequence[str]) -> Vectors:
        return self._stretched(texts, self._file.passages, self._passages)

    def knows(self, word: str) -> bool:
        return self._true.knows(word)

    def pieces(self, texts: Sequence[str]) -> list[Vectors]:
        if not isinstance(self._true, ReadsPieces):
            raise TypeError("only the model of English is read piece by piece")
        began_at = time.perf_counter()
        found = self._true.pieces(texts)
        if self.is_asked:
            self.took += time.perf_counter() - began_at
        return found

    def _stretched(self, texts: Sequence[str], true: Callable[[Embedder, Sequence[str]], Vectors],
                   seeds: Vectors) -> Vectors:  # fmt: skip
        is_made_up = [text.split("\n")[0] in self._made_up for text in texts]
        known = iter(
            true(self._true, [text for text, moved in zip(texts, is_made_up, strict=True) if not moved])
        )
        return np.stack([_moved(text, seeds) if moved else next(known)
                         for text, moved in zip(texts, is_made_up, strict=True)])  # fmt: skip


def _moved(text: str, seeds: Vectors) -> Vectors:
    number = int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big")
    noise = np.random.default_rng(number).standard_normal(seeds.shape[1], np.float32)
    moved = seeds[number % len(seeds)] + noise * np.float32(NOISE / np.sqrt(seeds.shape[1]))
    unit: Vectors = moved / np.linalg.norm(moved)
    return unit


@dataclass(frozen=True, slots=True)
class Base:
    """Articles of which the first are true, questions with the keys that answer them, and the model."""

    articles: list[Article]
    questions: list[tuple[str, frozenset[str]]]
    embedder: Stretched


def base(sets: Sequence[QuestionSet], size: int, file: VectorCache, true: Embedder) -> Base:
    """Put a base of `size` articles together, the same each time."""
    choice = random.Random(1)  # noqa: S311  no secrets
    known = [replace(one, key=f"{of.name}/{one.key}", checksum="")
             for of in sets for one in of.articles if one.language == "en"]  # fmt: skip
    questions = [(str(one["text"]), frozenset(f"{of.name}/{key}" for key in one["relevant"]))
                 for of in sets for one in of.questions
                 if one["lang"] == "en" and one["split"] == "test" and one["relevant"]]  # fmt: skip
    choice.shuffle(questions)
    sentences = [line for one in known for line in one.body.split("\n") if 20 < len(line) < 200]
    made_up = [_made_up(number, sentences, choice) for number in range(size - len(known))]
    passages = [embedded_text(one.title, part) for one in known for part in split_passages(one.body)]
    titles = [one.title for one in known if one.title]
    embedder = Stretched(
        true,
        file,
        frozenset(one.title for one in made_up),
        choice.sample(passages, SEEDS),
        choice.sample(titles, SEEDS // 2),
    )
    return Base([*known, *made_up][:size], questions[:QUESTIONS], embedder)


def _made_up(number: int, sentences: Sequence[str], choice: random.Random) -> Article:
    body = "\n\n".join(" ".join(choice.choices(sentences, k=4)) for _ in range(2))
    return Article(f"made-up/{number}", "en", f"{choice.choice(sentences)[:60]} {number}", body)


def fill(of: Base, cache: VectorCache) -> int:
    """Put the vectors of all texts into the file; return how many texts there are."""
    names = [text for one in of.articles for text in (one.title, *one.phrasings) if text]
    parts = [embedded_text(one.title, part) for one in of.articles for part in split_passages(one.body)]
    cache.remember_queries(of.embedder, names)
    cache.remember_passages(of.embedder, parts)
    if of.embedder.english is not None:
        cache.remember_passages(of.embedder.english, [*names, *parts])
        if max(len(names), len(parts)) <= LARGEST_READ and isinstance(of.embedder.english, ReadsPieces):
            cache.pieces(of.embedder.english, shipped_figures().lens, [*names, *parts])
    return len(names) + len(parts)


def measure(of: Base, cache: VectorCache, kb_eval: ModuleType) -> Measured:
    """Build, change and search."""
    found = Measured(len(of.articles))
    before_mb = kb_eval.rss_mb()
    by_letters, found.letters = _timed(lambda: Index.build(of.articles, embedder=None, cache=VectorCache()))
    found.letters_p50_ms, found.letters_p99_ms = _percentiles(_asked(by_letters.search, of)[0])
    build = partial(Index.build, of.articles, embedder=of.embedder, cache=cache, before=by_letters)
    (index, late), found.vectors = _timed(partial(_built_beside_a_loop, build))
    found.loop_p99_ms, found.loop_most_ms = _percentiles(late)[1], 1000 * max(late)
    del by_letters, build
    of.embedder.ask()
    edited = replace(of.articles[0], body=f"{of.articles[0].body}\n\nOne more line.", checksum="")
    changed = [edited, *of.articles[1:]]
    index, found.change = _timed(lambda: Index.build(
        changed, embedder=of.embedder, cache=cache, before=index))  # fmt: skip
    gc.collect()
    found.held_mb = kb_eval.rss_mb() - before_mb
    found.most_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    times, embedding = _asked(index.search, of)
    found.p50_ms, found.p99_ms = _percentiles(times)
    found.search_p50_ms, found.search_p99_ms = _percentiles(
        [whole - part for whole, part in zip(times, embedding, strict=True)]
    )
    return found


def compare(of: Base, cache: VectorCache, found: Measured) -> None:
    """Tell what is lost by not comparing every text: how often the first article is right, and the same."""
    index = Index.build(of.articles, embedder=of.embedder, cache=cache)
    most, matrix.LARGEST_EXACT = matrix.LARGEST_EXACT, sys.maxsize
    exact = Index.build(of.articles, embedder=of.embedder, cache=cache, before=None)
    matrix.LARGEST_EXACT = most
    of.embedder.ask()
    pairs = []
    for text, keys in of.questions:
        quick, full = (one.search_all(text, limit=1)[0] for one in (index, exact))
        pairs.append((quick.article.key, full.article.key, keys, quick.confidence - full.confidence))
    found.right = statistics.mean(one in keys for one, _, keys, _ in pairs)
    found.right_exactly = statistics.mean(one in keys for _, one, keys, _ in pairs)
    found.same = statistics.mean(one == other for one, other, _, _ in pairs)
    found.confidence_off = statistics.quantiles([abs(off) for *_, off in pairs], n=100)[98]


def full_text(of: Base, kb_eval: ModuleType, found: Measured) -> None:
    """Ask SQLite's full-text search the same."""
    rows = [{"id": f"{place}", "title": one.title, "alt": one.phrasings, "body": one.body}
            for place, one in enumerate(of.articles)]  # fmt: skip
    search, found.fts5 = _timed(lambda: kb_eval.builtin_fts5(rows))
    found.fts5_p50_ms, found.fts5_p99_ms = _percentiles(_asked(lambda text: search.search(text, 3), of)[0])


def _asked(search: Callable[[str], object], of: Base) -> tuple[list[float], list[float]]:
    """Ask everything; return the seconds of each question, and how many of them the models took."""
    times, embedding = [], []
    for text, _ in of.questions:
        before = of.embedder.seconds()
        began_at = time.perf_counter()
        search(text)
        times.append(time.perf_counter() - began_at)
        embedding.append(of.embedder.seconds() - before)
    return times, embedding


def _built_beside_a_loop(build: Callable[[], Index]) -> tuple[Index, list[float]]:
    """Build in a thread, and note how late a loop is that wants to turn every millisecond."""
    late: list[float] = []

    async def turn() -> Index:
        building = asyncio.get_running_loop().run_in_executor(None, build)
        while not building.done():
            began_at = time.perf_counter()
            await asyncio.sleep(0.001)
            late.append(time.perf_counter() - began_at - 0.001)
        return await building

    sys.setswitchinterval(SWITCH_SECONDS)
    return asyncio.run(turn()), late


def _timed(call: Callable[[], Any]) -> tuple[Any, float]:
    began_at = time.process_time()
    done = call()
    return done, time.process_time() - began_at


def _percentiles(seconds: Sequence[float]) -> tuple[float, float]:
    in_order = sorted(1000 * one for one in seconds)
    return in_order[len(in_order) // 2], in_order[int(len(in_order) * 0.99)]


def _child(folder: Path, size: int, cache: Path, file: Path, step: str) -> None:
    """One step with one size, in a process of its own."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    true = default_embedder()
    if true is None:
        sys.exit("No model is installed: there is nothing to measure.")
    kb_eval, vectors = scorer(folder), VectorCache(file)
    of = base(read_sets(folder), size, VectorCache(cache), true)
    found = Measured(size)
    if step == "fill":
        found.texts = fill(of, vectors)
    elif step == "measure":
        found = measure(of, vectors, kb_eval)
    elif step == "compare":
        compare(of, vectors, found)
    else:
        full_text(of, kb_eval, found)
    print(json.dumps(asdict(found)))


def _in_child(arguments: Sequence[str]) -> dict[str, float]:
    environment = os.environ | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
    done = subprocess.run([sys.executable, "-m", "benchmarks.knowledge_scale", *arguments], env=environment,
                          check=True, capture_output=True, text=True)  # fmt: skip
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return {name: value for name, value in found.items() if value}


def line(found: Measured) -> str:
    """Return what was measured as a line of the table."""
    cells = [f"{found.articles:,}", f"{found.texts:,}",
             *(f"{p50:.0f} / {p99:.0f}" for p50, p99 in (
                 (found.p50_ms, found.p99_ms), (found.search_p50_ms, found.search_p99_ms),
                 (found.letters_p50_ms, found.letters_p99_ms), (found.fts5_p50_ms, found.fts5_p99_ms))),
             f"{found.letters:.1f}", f"{found.vectors:.1f}", f"{found.change:.1f}", f"{found.fts5:.1f}",
             f"{found.loop_p99_ms:.1f} / {found.loop_most_ms:.0f}",
             f"{found.held_mb:.0f}", f"{found.most_mb:.0f}",
             *(f"{share:.3f}" for share in (found.right, found.right_exactly, found.same)),
             f"{found.confidence_off:.3f}"]  # fmt: skip
    return " | ".join(["", *cells, ""]).strip()


HEADS = ("articles", "texts", "message to suggestion, ms p50 / p99", "without the models", "by letters", "FTS5",
         "index by letters, s", "with vectors from the file, s", "one article changed, s", "FTS5, s",
         "loop late, ms p99 / most", "held, MB", "most, MB", "first is right", "comparing all", "same first",
         "confidence off, p99")  # fmt: skip


def run(folder: Path, cache: Path | None, sizes: Sequence[int], steps: Sequence[str] = STEPS,
        file: Path | None = None) -> None:  # fmt: skip
    """Measure each size, and print a table."""
    print(" | ".join(["", *HEADS, ""]).strip())
    print("|" + " --- |" * len(HEADS))
    for size in sizes:
        with kept_or_temporary(None) as temporary:
            arguments = [str(folder), "--cache", str(cache or temporary / "true"), "--sizes", str(size),
                         "--file", str(file or temporary / "vectors")]  # fmt: skip
            found = Measured(size)
            for step in steps:
                found = replace(found, **_in_child([*arguments, "--child", step]))
            print(line(found), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=BESIDE_THE_REPOSITORY)
    parser.add_argument("--cache", type=Path, help="file that keeps the embeddings of articles between runs")
    parser.add_argument("--sizes", default=",".join(map(str, SIZES)))
    parser.add_argument("--steps", default=",".join(STEPS), help="comma list of what to do")
    parser.add_argument(
        "--file", type=Path, help="where the vectors of made-up articles are kept between runs"
    )
    parser.add_argument("--child", help=argparse.SUPPRESS)
    given = parser.parse_args()
    sizes = [int(size) for size in given.sizes.split(",")]
    if given.child:
        _child(given.folder, sizes[0], given.cache, given.file, given.child)
    else:
        run(given.folder, given.cache, sizes, given.steps.split(","), given.file)


if __name__ == "__main__":
    main()
