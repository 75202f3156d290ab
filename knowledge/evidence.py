"""What speaks for each article, mixed into one score, and how sure the best one may make us."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Scores = NDArray[np.float32]

# Weights of the mix, found on the developers' question sets: see benchmarks/knowledge_figures.py.
TITLE_WEIGHT = 0.7
PASSAGE_WEIGHT = 1.0
COVERAGE_WEIGHT = 0.75
SPELLING_WEIGHT = 0.5
# Words that look alike in another language seldom mean the same.
OTHER_LANGUAGE_SHARE = 0.3


@dataclass(frozen=True, slots=True)
class Evidence:
    """Four scores for each article (rows of equal length); `titles` and `passages` are None without vectors.

    `same_language` is how likely each article is in the language of the question, `topics` numbers the articles so
    that translations share a number.
    """

    titles: Scores | None
    passages: Scores | None
    coverage: Scores
    spelling: Scores
    same_language: Scores
    topics: NDArray[np.int32]
    words: int

    @property
    def meaning(self) -> Scores | None:
        """Return how near each article is in meaning, about -1 to 1."""
        if self.titles is None or self.passages is None:
            return None
        total: Scores = TITLE_WEIGHT * self.titles + PASSAGE_WEIGHT * self.passages
        return total / np.float32(TITLE_WEIGHT + PASSAGE_WEIGHT)

    @property
    def total(self) -> Scores:
        """Return the mixed score that ranks the articles."""
        share = OTHER_LANGUAGE_SHARE + (1 - OTHER_LANGUAGE_SHARE) * self.same_language
        lexical: Scores = share * (COVERAGE_WEIGHT * self.coverage + SPELLING_WEIGHT * self.spelling)
        meaning = self.meaning
        return lexical if meaning is None else lexical + np.float32(TITLE_WEIGHT + PASSAGE_WEIGHT) * meaning


def features(evidence: Evidence, total: Scores, article: int) -> dict[str, float]:
    """Return the facts by which the confidence in `article` is judged, by name."""
    rivals = evidence.topics != evidence.topics[article]
    facts = {
        "lead": _lead(total, article, rivals),
        "height": float((total[article] - total.mean()) / (total.std() + 1e-6)),
        "spelling": float(evidence.spelling[article]),
        "coverage": float(evidence.coverage[article]),
        "coverage_agrees": float(
            evidence.topics[int(evidence.coverage.argmax())] == evidence.topics[article]
        ),
        "length": math.log(1 + evidence.words),
        "topics": math.log(len(np.unique(evidence.topics))),
        "same_language": float(evidence.same_language[article]),
    }
    meaning = evidence.meaning
    if meaning is not None:
        facts["meaning"] = float(meaning[article])
        facts["meaning_lead"] = _lead(meaning, article, rivals)
    return facts


def ranked_by_topic(total: Scores, topics: NDArray[np.int32], limit: int) -> Sequence[int]:
    """Return the best article of each topic, best first; ties go to the article that was added first."""
    chosen: list[int] = []
    seen: set[int] = set()
    for article in np.argsort(-total, kind="stable"):
        if int(topics[article]) not in seen:
            seen.add(int(topics[article]))
            chosen.append(int(article))
        if len(chosen) >= limit:
            break
    return chosen


def _lead(scores: Scores, article: int, rivals: NDArray[np.bool_]) -> float:
    if not rivals.any():
        return 0.0
    return float(scores[article] - scores[rivals].max())
