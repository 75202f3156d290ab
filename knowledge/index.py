"""The index: articles go in, the ones that answer a question come out, or nothing when it would be a guess."""

import threading
from collections.abc import Iterable, Sequence

import numpy as np
from numpy.typing import NDArray

from knowledge.article import Article, Match
from knowledge.decoys import decoys_for
from knowledge.embedder import Embedder, Vectors
from knowledge.evidence import Evidence, Scores, features, ranked_by_topic
from knowledge.excerpts import Excerpts
from knowledge.figures import Figures, shipped_figures
from knowledge.languages import main_language
from knowledge.lexical import LexicalSide
from knowledge.meaning import MeaningSide
from knowledge.passages import split_passages
from knowledge.question import Question, Reader
from knowledge.small_talk import is_small_talk
from knowledge.vector_cache import VectorCache

# Below this probability of being right the bot says nothing. Measured: docs/knowledge.md.
THRESHOLD = 0.85
THRESHOLD_OF_FEW = 0.55
# A young base has no sibling articles to be mistaken for each other, so less is needed to be sure.
FEW_TOPICS, MANY_TOPICS = 10, 20
# What may stand below the answer as "see also".
ALSO_THRESHOLD = 0.25
# A language the letters of a message leave possible.
_PLAUSIBLE = 0.15


class Index:
    """A searchable set of articles. Building, searching and learning block; all are safe from several threads."""

    def __init__(self, articles: Sequence[Article], lexical: LexicalSide, meaning: MeaningSide | None,
                 excerpts: Excerpts, reader: Reader, figures: Figures, real: int) -> None:  # fmt: skip
        self.articles = tuple(articles[:real])
        self._indexed = tuple(articles)
        self._lexical = lexical
        self._meaning = meaning
        self._reader = reader
        self._confidence = figures.lexical_only if meaning is None else figures.with_vectors
        self._topics = _topics(articles)
        self._languages = [main_language(article.language) for article in articles]
        self._excerpts = excerpts
        self._changing = threading.Lock()
        self._learning = threading.Lock()

    @classmethod
    def build(
        cls,
        articles: Iterable[Article],
        *,
        embedder: Embedder | None,
        cache: VectorCache,
        figures: Figures | None = None,
    ) -> "Index":
        """Index `articles`, embedding only texts that `cache` does not know: some minutes for a thousand new ones."""
        figures = figures or shipped_figures()
        real = tuple(articles)
        articles = (*real, *decoys_for(real))
        passages = [split_passages(article.body) for article in articles]
        lexical = LexicalSide(articles)
        meaning = None
        if embedder is not None and articles:
            meaning = MeaningSide(articles, _topics(articles), passages, embedder, cache, figures.space)
        return cls(
            articles,
            lexical,
            meaning,
            Excerpts(articles, passages),
            Reader(figures.guesser, articles),
            figures,
            len(real),
        )

    @property
    def threshold(self) -> float:
        """How sure an answer must be, for as many topics as there are."""
        return threshold_for(len({article.key for article in self.articles}))

    @property
    def has_vectors(self) -> bool:
        """Return whether meaning is compared, and not only letters."""
        return self._meaning is not None

    def search(self, text: str, *, limit: int = 3, language: str | None = None,
               threshold: float | None = None) -> list[Match]:  # fmt: skip
        """Return the article that answers `text`, then what else may be of use; nothing when it would be a guess.

        Without a threshold the index's own applies.
        """
        if threshold is None:
            threshold = self.threshold
        matches = self.search_all(text, limit=limit, language=language)
        if self._meaning is None:
            # Letters alone say nothing across languages.
            spoken = self._reader.read(text, language).languages
            matches = [
                match
                for match in matches
                if spoken.get(main_language(match.article.language), 0.0) >= _PLAUSIBLE
            ]
        if is_small_talk(text) or not matches or matches[0].confidence < threshold:
            return []
        also = [match for match in matches[1:] if match.confidence >= min(threshold, ALSO_THRESHOLD)]
        return [matches[0], *also]

    def language_of(self, text: str) -> tuple[str, float]:
        """Return the language that `text` seems to be in and how likely that is; ("", 0) when too little is said."""
        return self._reader.language_of(text)

    def search_all(self, text: str, *, limit: int = 10, language: str | None = None) -> list[Match]:
        """Return the nearest article of each topic, best first, however unsure: for people who judge themselves."""
        question = self._reader.read(text, language)
        if not question.words or not self.articles:
            return []
        vector = None if self._meaning is None else self._meaning.vector(question.text, question.language)
        with self._changing:
            evidence = self._evidence(question, vector)
            total = evidence.total
            matches: list[Match] = []
            ceiling = 0.0 if is_small_talk(text) else 1.0
            for number in ranked_by_topic(
                total, self._topics, limit + len(self._indexed) - len(self.articles)
            ):
                ceiling = min(ceiling, self._confidence.probability(features(evidence, number)))
                if number >= len(self.articles):
                    continue
                shown = self._best_translation(number, question, total)
                matches.append(self._match(shown, ceiling, question, vector))
        return matches[:limit]

    def learn(self, article_key: str, text: str) -> bool:
        """Remember that an article answered `text`; return False, and learn nothing, when there is no such article.

        Of several translations the one in the language of `text` learns, or the first when there is none.
        """
        known = [number for number, article in enumerate(self.articles) if article.key == article_key]
        question = self._reader.read(text)
        if not known or not question.words or is_small_talk(text):
            return False
        chosen = next((n for n in known if self._languages[n] == question.language), known[0])
        vector = None if self._meaning is None else self._meaning.vector(question.text, question.language)
        with self._changing:
            if self._meaning is not None and vector is not None:
                if self._meaning.knows(chosen, vector):
                    return True
                self._meaning.learn(chosen, vector)
            self._lexical.learn(chosen, question.words)
        if self._meaning is not None:
            with self._learning:
                self._meaning.form_habits()
        return True

    def judged(self, text: str, *, language: str | None = None) -> list[tuple[str, dict[str, float]]]:
        """Return key and confidence features of the best articles: what calibration learns from."""
        question = self._reader.read(text, language)
        if not question.words or not self.articles:
            return []
        vector = None if self._meaning is None else self._meaning.vector(question.text, question.language)
        with self._changing:
            evidence = self._evidence(question, vector)
        best = ranked_by_topic(evidence.total, self._topics, 10)
        return [(self._indexed[number].key, features(evidence, number)) for number in best]

    def _evidence(self, question: Question, vector: Vectors | None) -> Evidence:
        coverage, unknown = self._lexical.scores(question.words)
        spoken = [question.languages.get(language, 0.0) for language in self._languages]
        nearness = habits = None
        if self._meaning is not None and vector is not None:
            nearness, habits = self._meaning.scores(vector), self._meaning.habits(vector)
        return Evidence(nearness, habits, coverage, unknown, np.array(spoken, np.float32), self._topics,
                        len(question.words))  # fmt: skip

    def _best_translation(self, number: int, question: Question, total: Scores) -> int:
        """The customer's own language comes first, then whatever fitted best."""
        same = np.flatnonzero(self._topics == self._topics[number])
        return int(max(same, key=lambda n: (self._languages[n] == question.language, n == number, total[n])))

    def _match(self, number: int, confidence: float, question: Question, vector: Vectors | None) -> Match:
        near = None
        if self._meaning is not None and vector is not None:
            near = self._meaning.passages(vector, number)
        passage = self._excerpts.passage(number, question, self._lexical, near)
        reason = self._excerpts.reason(number, question, by_meaning=near is not None)
        return Match(self.articles[number], confidence, passage, reason)


def threshold_for(topics: int) -> float:
    """How sure the bot must be to answer: THRESHOLD from MANY_TOPICS on, less for a base of a few topics."""
    share = min(1.0, max(0.0, (topics - FEW_TOPICS) / (MANY_TOPICS - FEW_TOPICS)))
    return THRESHOLD_OF_FEW + share * (THRESHOLD - THRESHOLD_OF_FEW)


def _topics(articles: Sequence[Article]) -> NDArray[np.int32]:
    """Number the keys: translations of an article are one topic."""
    numbers = {key: number for number, key in enumerate(dict.fromkeys(article.key for article in articles))}
    return np.array([numbers[article.key] for article in articles], np.int32)
