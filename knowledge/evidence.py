"""What speaks for each article, mixed into one score, and the facts that tell how sure the best one may make us."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from knowledge.meaning import Nearness
from knowledge.wording import Reading

Scores = NDArray[np.float32]

# Weights of the mix, chosen on the developers' question sets: docs/knowledge.md.
COVERAGE_WEIGHT = 1.0
# Where there are texts, habits know only half of what there is to know.
HABIT_WEIGHT, HABIT_WEIGHT_WITHOUT_TEXTS = 0.1, 0.3
# Words that look alike in another language seldom mean the same.
OTHER_LANGUAGE_SHARE = 0.3
# How far the mixed score must differ for one article to be much likelier than another.
_TEMPERATURE = 0.05
# No rival in sight: as clear as it gets.
_LEAST_CROWD = 1e-4


@dataclass(frozen=True, slots=True)
class Evidence:
    """Scores for each article, in rows of equal length.

    `nearness` says how near title, phrasings and text are in meaning (None without vectors),
    `habits` how usual the topic is for such a question (None until customers have accepted enough answers),
    `coverage` how much of the question's words the article covers, `unknown` which share of them no article has,
    `same_language` how likely each article is in the question's language. Translations share a number in `topics`.
    `bodied` is the share of articles that have a text.
    """

    nearness: Nearness | None
    habits: Scores | None
    coverage: Scores
    unknown: float
    same_language: Scores
    topics: NDArray[np.int32]
    words: int
    bodied: float
    usual: float = 0.0
    """How near in meaning the articles are to each other."""
    dropped: NDArray[np.bool_] | None = None
    """Articles that are out of the question."""
    readings: Mapping[int, Reading] = field(default_factory=dict)
    """What the nearest topics and the question say of each other, piece by piece, where that was looked at."""

    def without(self, dropped: NDArray[np.bool_]) -> "Evidence":
        """Return the evidence for the other articles."""
        return replace(self, dropped=dropped)

    def near(self, article: int) -> float:
        """Return how near an article's texts are to the question, by meaning or, without vectors, by words."""
        if self.nearness is None:
            return float(self.coverage[article])
        return float(max(self.nearness.names[article], self.nearness.passages[article]))

    @property
    def total(self) -> Scores:
        """Return the mixed score that ranks the articles."""
        share = OTHER_LANGUAGE_SHARE + (1 - OTHER_LANGUAGE_SHARE) * self.same_language
        total: Scores = np.float32(COVERAGE_WEIGHT) * share * self.coverage
        if self.nearness is not None:
            total = total + self.nearness.mixed
        if self.habits is not None:
            weight = HABIT_WEIGHT_WITHOUT_TEXTS + self.bodied * (HABIT_WEIGHT - HABIT_WEIGHT_WITHOUT_TEXTS)
            total = total + np.float32(weight) * self.habits
        if self.dropped is not None:
            total = np.where(self.dropped, np.float32(-np.inf), total)
        return total


def features(evidence: Evidence, article: int) -> dict[str, float]:
    """Return the facts by which the confidence in `article` is judged, by name.

    `clear`: how little its rivals come near, in logarithms; `fit`: by how much its mixed score is better than what
    is usual between articles that have nothing to do with each other; `coverage` and `unknown`: which
    share of the question's words it covers, and which no article has; `foreign`: how likely its language is not the
    question's; `bodied`: which share of the articles has a text and not only a title; `length` of the question;
    `worded`, where it was looked at: how much nearer than any rival it comes to what it comes least near to;
    `named`, there too: how near the question comes to what it comes least near to in the title or a phrasing.
    """
    total, topic = evidence.total, int(evidence.topics[article])
    best = best_by_topic(total, evidence.topics)
    facts = {
        "clear": _clear(best, topic),
        "fit": float(total[article]) - evidence.usual,
        "coverage": float(evidence.coverage[article]),
        "unknown": evidence.unknown,
        "foreign": 1 - float(evidence.same_language[article]),
        "bodied": evidence.bodied,
        "length": math.log(1 + evidence.words),
    }
    reading = evidence.readings.get(topic)
    if reading is not None:
        facts |= {"worded": _worded(evidence.readings, best, topic), "named": reading.named}
    return facts


def best_by_topic(total: Scores, topics: NDArray[np.int32]) -> Scores:
    """Return the best score of each topic, by its number."""
    best = np.full(int(topics.max()) + 1, -np.inf, np.float32)
    np.maximum.at(best, topics, total)
    return best


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


def _worded(readings: Mapping[int, Reading], totals: Scores, own: int) -> float:
    rivals = (read.asked for topic, read in readings.items() if topic != own and np.isfinite(totals[topic]))
    return readings[own].asked - max(rivals, default=0.0)


def _clear(totals: Scores, own: int) -> float:
    odds = np.exp(np.minimum((totals - totals[own]) / _TEMPERATURE, 50.0))
    odds[own] = 0.0
    return -math.log(float(odds.sum()) + _LEAST_CROWD)
