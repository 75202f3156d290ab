"""What speaks for each article, mixed into one score, and the facts that tell how sure the best one may make us."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from knowledge.meaning import Nearness

Scores = NDArray[np.float32]

# Weights of the mix, chosen on the developers' question sets: docs/knowledge.md.
NAME_WEIGHT = 0.7
PASSAGE_WEIGHT = 1.0
COVERAGE_WEIGHT = 1.0
HABIT_WEIGHT = 0.1
# Words that look alike in another language seldom mean the same.
OTHER_LANGUAGE_SHARE = 0.3
# How far the mixed score must differ for one article to be much likelier than another.
_TEMPERATURE = 0.1


@dataclass(frozen=True, slots=True)
class Evidence:
    """Scores for each article, in rows of equal length.

    `nearness` says how near title, phrasings and text are in meaning (None without vectors),
    `habits` how usual the topic is for such a question (None until customers have accepted enough answers),
    `coverage` how much of the question's words the article covers, `unknown` which share of them no article has,
    `same_language` how likely each article is in the question's language. Translations share a number in `topics`.
    """

    nearness: Nearness | None
    habits: Scores | None
    coverage: Scores
    unknown: float
    same_language: Scores
    topics: NDArray[np.int32]
    words: int

    @property
    def total(self) -> Scores:
        """Return the mixed score that ranks the articles."""
        share = OTHER_LANGUAGE_SHARE + (1 - OTHER_LANGUAGE_SHARE) * self.same_language
        total: Scores = np.float32(COVERAGE_WEIGHT) * share * self.coverage
        if self.nearness is not None:
            total = total + NAME_WEIGHT * self.nearness.names + PASSAGE_WEIGHT * self.nearness.passages
        if self.habits is not None:
            total = total + np.float32(HABIT_WEIGHT) * self.habits
        return total


def features(evidence: Evidence, article: int) -> dict[str, float]:
    """Return the facts by which the confidence in `article` is judged, by name."""
    rivals = evidence.topics != evidence.topics[article]
    total = evidence.total
    facts = {
        "lead": _lead(total, article, rivals),
        "share": _share(total, article, rivals),
        "height": float((total[article] - total.mean()) / (total.std() + 1e-6)),
        "coverage": float(evidence.coverage[article]),
        "coverage_agrees": float(
            evidence.topics[int(evidence.coverage.argmax())] == evidence.topics[article]
        ),
        "unknown": evidence.unknown,
        "length": math.log(1 + evidence.words),
        "topics": math.log(len(np.unique(evidence.topics))),
    }
    if evidence.nearness is not None:
        facts["near"] = float(max(evidence.nearness.names[article], evidence.nearness.passages[article]))
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


def _share(total: Scores, article: int, rivals: NDArray[np.bool_]) -> float:
    """Return the article's share among its rivals when scores are read as odds."""
    against = np.exp((total[rivals] - total[article]) / _TEMPERATURE).sum()
    return float(1 / (1 + against))
