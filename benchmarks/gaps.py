"""Score how questions without an answer are grouped, by meaning and by pieces of words, on sets with known intents.

python -m benchmarks.gaps                      # sets in ../shared/kb
python -m benchmarks.gaps path/to/kb --cache data/kb-vectors.sqlite
"""

import argparse
import gzip
import json
import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from math import comb
from pathlib import Path
from typing import Any

from bot.core.policies.grouping import group
from knowledge.alike import ALIKE, group_by_meaning
from knowledge.article import Article
from knowledge.embedder import default_embedder
from knowledge.index import Index
from knowledge.vector_cache import VectorCache

BESIDE_THE_REPOSITORY = Path(__file__).parents[2] / "shared" / "kb"
ASKED = (1, 1, 2, 3, 4, 6, 10, 15)
"""So often a question is asked: most once or twice, some again and again."""
THRESHOLDS = (ALIKE - 0.05, ALIKE, ALIKE + 0.05)

Asked = list[tuple[str, str]]
"""Questions with what they are about."""


def banking(folder: Path) -> Asked:
    """Some questions of each intent of banking77, as unevenly as people ask."""
    chance = random.Random(7)  # noqa: S311 - no secret
    by_intent: dict[str, list[str]] = defaultdict(list)
    for one in _rows(folder / "banking77.queries.jsonl.gz"):
        if len(one["relevant"]) == 1:
            by_intent[one["relevant"][0]].append(one["text"])
    asked = [
        (text, intent)
        for intent, texts in sorted(by_intent.items())
        for text in chance.sample(texts, min(chance.choice(ASKED), len(texts)))
    ]
    chance.shuffle(asked)
    return asked


def gnome(folder: Path) -> Asked:
    """The same sixty questions in six languages."""
    return [
        (one["text"], one["id"].rpartition("-")[0]) for one in _rows(folder / "gnome-help.queries.jsonl.gz")
    ]


def scored(groups: Sequence[Sequence[int]], about: Sequence[str]) -> str:
    """Of pairs put together how many belong together, of those that belong together how many were; and purity."""
    inside = [Counter(about[at] for at in one) for one in groups]
    right = sum(comb(n, 2) for one in inside for n in one.values())
    together = sum(comb(len(one), 2) for one in groups)
    all_pairs = sum(comb(n, 2) for n in Counter(about).values())
    pure = sum(max(one.values()) for one in inside) / len(about)
    precision, recall = right / max(1, together), right / all_pairs
    return f"precision {precision:.2f}  recall {recall:.2f}  purity {pure:.2f}  {len(groups)} groups"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", nargs="?", type=Path, default=BESIDE_THE_REPOSITORY)
    parser.add_argument("--cache", default=None, help="a file that keeps the vectors of the index")
    given = parser.parse_args()
    # Any index will do: questions are cleaned of their language by what is shipped.
    article = Article(key="hours", language="en", title="Opening hours", body="From nine to five.")
    index = Index.build([article], embedder=default_embedder(), cache=VectorCache(given.cache))
    for name, asked in (("banking77", banking(given.folder)), ("GNOME, six languages", gnome(given.folder))):
        texts, about = [text for text, _ in asked], [one for _, one in asked]
        print(f"{name}: {len(asked)} questions about {len(set(about))} things")
        print(f"  by letters       {scored(group(texts), about)}")
        vectors = [one for one in index.meanings(texts) if one is not None]
        for least in THRESHOLDS:
            print(f"  by meaning {least:.2f}  {scored(group_by_meaning(vectors, least), about)}")


def _rows(file: Path) -> list[dict[str, Any]]:
    with gzip.open(file, "rt", encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


if __name__ == "__main__":
    main()
