"""What a confidence comes from: the model, and the figures that turn scores into probabilities."""

from hashlib import sha256

from knowledge.figures import Figures, shipped_figures
from knowledge.vectors import Embedder, model_names

SCORING = 1
"""Raised when scores are mixed in another way, so that an old threshold means something else."""
LETTERS = "letters"


def scorer_of(embedder: Embedder | None, figures: Figures | None = None) -> str:
    """Return the name of the scorer: a threshold chosen with one tells nothing about another."""
    figures = figures or shipped_figures()
    told = repr((SCORING, figures.with_vectors, figures.english, figures.worded, figures.lexical_only))
    names = model_names(embedder) if embedder is not None else LETTERS
    return f"{names} #{sha256(told.encode()).hexdigest()[:8]}"
