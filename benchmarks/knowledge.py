"""Score the product's own knowledge index on question sets, beside baselines, in one run.

    python -m benchmarks.knowledge ../shared/kb

As a ranker of the scorer: kb_eval.py --ranker benchmarks.knowledge:index (KB_EVAL_CACHE names a file for embeddings).
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

from benchmarks.knowledge_figures import as_article
from knowledge.embedder import default_embedder
from knowledge.index import Index
from knowledge.vector_cache import VectorCache


class Ranker:
    """The product's index behind the scorer's interface."""

    def __init__(self, articles: Sequence[Mapping[str, Any]]) -> None:
        self._keys = {article["id"]: article["key"] for article in articles}
        cache = VectorCache(os.environ.get("KB_EVAL_CACHE"))
        self._index = Index.build(map(as_article, articles), embedder=default_embedder(), cache=cache)

    def search(self, query: str, limit: int) -> list[tuple[str, float]]:
        return [
            (match.article.source, match.confidence) for match in self._index.search_all(query, limit=limit)
        ]

    def learn(self, article_id: str, text: str) -> None:
        self._index.learn(self._keys[article_id], text)


def index(articles: Sequence[Mapping[str, Any]]) -> Ranker:
    """Return a searcher over `articles` as `kb_eval.py` wants it."""
    return Ranker(articles)
