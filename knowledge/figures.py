"""The shipped figures: where languages lie, how languages are spelt, how sure a score may make us.

They are made by `benchmarks/knowledge_figures.py` and `benchmarks/knowledge_words.py` and hold statistics only, no text
of any question set.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from knowledge.languages import LanguageGuesser, Usage
from knowledge.space import Space
from knowledge.wording import Lens

FIGURES = Path(__file__).with_name("figures.npz")
WORDS = Path(__file__).with_name("words.npz")
"""The words of each language."""


@dataclass(frozen=True, slots=True)
class Confidence:
    """A logistic regression over named score features."""

    names: tuple[str, ...]
    weights: tuple[float, ...]
    bias: float

    def probability(self, features: Mapping[str, float], *, less: float = 0.0) -> float:
        """Return how probable it is that the article is the right one; `less` lowers the logarithm of its odds."""
        evidence = (
            self.bias
            - less
            + sum(w * features[name] for name, w in zip(self.names, self.weights, strict=True))
        )
        return float(1 / (1 + np.exp(-np.clip(evidence, -30, 30))))


@dataclass(frozen=True, slots=True)
class Figures:
    """What the knowledge room knows before it has seen an article."""

    space: Space
    guesser: LanguageGuesser
    with_vectors: Confidence
    english: Confidence
    worded: Confidence
    """For English questions and texts that were read piece by piece."""
    lexical_only: Confidence
    lens: Lens


@cache
def shipped_figures(path: Path = FIGURES) -> Figures:
    """Load the shipped figures once."""
    table = _loaded(path)
    languages = [str(language) for language in table["languages"]]
    space = Space(
        query_means=dict(zip(languages, table["query_means"].astype(np.float32), strict=True)),
        passage_means=dict(zip(languages, table["passage_means"].astype(np.float32), strict=True)),
        directions=table["directions"].astype(np.float32),
    )
    guessed = [str(name) for name in table["guessed_languages"]]
    triples = Usage(map(str, table["triples"]), table["log_shares"].astype(np.float32))
    return Figures(
        space,
        LanguageGuesser(guessed, triples, shipped_words(guessed)),
        _confidence(table, "with_vectors"),
        _confidence(table, "english"),
        _confidence(table, "worded"),
        _confidence(table, "lexical_only"),
        Lens(table["piece_directions"].astype(np.float32)),
    )


def shipped_words(languages: Sequence[str], path: Path = WORDS) -> Usage:
    """Load the words of these languages, in this order."""
    table = _loaded(path)
    columns = [[str(name) for name in table["languages"]].index(language) for language in languages]
    return Usage(map(str, table["words"]), table["log_shares"].astype(np.float32)[:, columns])


def save_figures(path: Path, table: Mapping[str, Any]) -> None:
    """Write the arrays that `shipped_figures` or `shipped_words` reads."""
    np.savez_compressed(path, **table)


def _loaded(path: Path) -> dict[str, Any]:
    with np.load(path, allow_pickle=False) as stored:
        return {name: stored[name] for name in stored.files}


def _confidence(table: Mapping[str, Any], kind: str) -> Confidence:
    names = tuple(str(name) for name in table[f"{kind}_names"])
    weights = [float(weight) for weight in table[f"{kind}_weights"]]
    return Confidence(names, tuple(weights[:-1]), weights[-1])
