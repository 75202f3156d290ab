"""The index: articles go in, the ones that answer a question come out, or nothing when it would be a guess."""

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from knowledge.article import Article, Match
from knowledge.change import change_between
from knowledge.decoys import decoys_for
from knowledge.evidence import Evidence, features, ranked_by_topic
from knowledge.excerpts import Excerpts
from knowledge.figures import Figures, shipped_figures
from knowledge.languages import main_language
from knowledge.lexical import LexicalSide
from knowledge.meaning import MeaningSide, meaning_side
from knowledge.near_passages import NearPassages, near_passages
from knowledge.question import Question, Reader
from knowledge.scorer import scorer_of
from knowledge.senses import senses_of
from knowledge.small_talk import asks_nothing
from knowledge.spelling import spelling_of
from knowledge.teaching import Lesson, Rejections
from knowledge.threshold import threshold_for
from knowledge.topics import best_translation, numbered, topics_of
from knowledge.units import Vector
from knowledge.vector_cache import VectorCache
from knowledge.vectors import Embedder, EmbeddingError

# What may stand below the answer as "see also".
ALSO_THRESHOLD = 0.25
# Of so many topics is looked at which piece of the question they say nothing of.
_READ_CLOSELY = 5
# A language the letters of a message leave possible.
_PLAUSIBLE = 0.15

_log = logging.getLogger(__name__)


class _Asked(NamedTuple):
    """A question with what it means, if that could be told, what speaks for each article, and what it is part of."""

    question: Question
    vector: Vector | None
    evidence: Evidence
    whole: "_Asked | None" = None


class Index:
    """A searchable set of articles. Building, searching and teaching block; all are safe from several threads."""

    def __init__(self, articles: Sequence[Article], lexical: LexicalSide, meaning: MeaningSide | None,
                 reader: Reader, figures: Figures, real: int, scorer: str, changed: int = 0) -> None:  # fmt: skip
        """Take `changed` for how many articles have changed since everything was built anew."""
        self.articles = tuple(articles[:real])
        self._indexed = tuple(articles)
        self._lexical = lexical
        self._meaning = meaning
        self._reader = reader
        self._figures = figures
        self._topics = topics_of(articles)
        self.threshold = threshold_for(len({article.key for article in self.articles}))
        """How sure an answer must be, for as many topics as there are."""
        self._languages = [main_language(article.language) for article in articles]
        self._written_in, self._language_numbers = numbered(self._languages)
        self._bodied = sum(bool(article.body.strip()) for article in articles) / max(1, len(articles))
        self._excerpts = Excerpts(articles)
        self._changed = changed
        self.scorer = scorer
        self._is_gathering = False
        self._changing = threading.Lock()
        self._learning = threading.Lock()
        self._lessons: list[Lesson] = []
        self._rejections = self._gathered()

    @classmethod
    def build(
        cls,
        articles: Iterable[Article],
        *,
        embedder: Embedder | None,
        cache: VectorCache,
        figures: Figures | None = None,
        before: "Index | None" = None,
    ) -> "Index":
        """Index `articles`, embedding only texts that `cache` does not know: some minutes for a thousand new ones.

        Of an index `before`, of nearly the same articles, everything is taken over but what it was taught.
        Raises EmbeddingError when the embedder cannot give a vector that the cache does not know.
        """
        figures = figures or shipped_figures()
        real = tuple(articles)
        articles = (*real, *decoys_for(real))
        change = None
        if before is not None:
            change = change_between(before._indexed, articles, changed=before._changed)
        if before is None or change is None:
            spelling = spelling_of(articles, embedder)
            lexical, reader = LexicalSide.of(articles), Reader(figures.guesser, articles, spelling)
            meaning = meaning_side(articles, embedder, cache, figures)
        else:
            spelling = spelling_of(articles, embedder, before._reader.spelling, change, before._indexed)
            lexical = before._lexical.changed(change, articles)
            reader = before._reader.changed(change, articles, spelling)
            meaning = meaning_side(articles, embedder, cache, figures, before._meaning, change)
        changed = before._changed + change.size if before is not None and change is not None else 0
        return cls(
            articles, lexical, meaning, reader, figures, len(real), scorer_of(embedder, figures), changed
        )

    @property
    def has_vectors(self) -> bool:
        """Return whether meaning is compared, and not only letters."""
        return self._meaning is not None

    def search(self, text: str, *, limit: int = 3, language: str | None = None, threshold: float | None = None,
               languages: Sequence[str] = (), hidden: Collection[tuple[str, str]] = (),
               rejected: Collection[str] = (), previous: str = "") -> list[Match]:  # fmt: skip
        """Return the article that answers `text`, then what else may be of use; nothing when it would be a guess.

        `language` is the one the customer stated; of translations one in the question's language is shown (the first of
        `languages` that it may be in), else the first of `languages` there is. `hidden` articles, by key and language,
        are not for this reader. `rejected` are keys this customer has already turned down. `previous` is what was asked
        before, for questions such as "and how long does that take?". Without a threshold the index's own applies.
        """
        if threshold is None:
            threshold = self.threshold
        if asks_nothing(text):
            return []
        ranked = [self._ranked(asked, shown_for, limit, languages, hidden, rejected)
                  for asked, shown_for in self._senses(text, language, previous)]  # fmt: skip
        # How it was meant shows in which reading makes most sense.
        matches = _surest([[match for match, is_plausible in found if is_plausible] for found in ranked])
        if not matches or matches[0].confidence < threshold:
            return []
        also = [match for match in matches[1:] if match.confidence >= min(threshold, ALSO_THRESHOLD)]
        return [matches[0], *also]

    def language_of(self, text: str) -> tuple[str, float]:
        """Return the language that `text` seems to be in and how likely that is; ("", 0) when too little is said."""
        return self._reader.language_of(text)

    @property
    def languages(self) -> frozenset[str]:
        """The languages that `language_of` can tell."""
        return self._reader.languages

    def passages_of(self, key: str, language: str) -> Sequence[str]:
        """Return an article in parts, each as it may be shown; nothing when there is no such article."""
        numbers = (n for n, one in enumerate(self.articles) if (one.key, one.language) == (key, language))
        return next((self._excerpts.of(number) for number in numbers), ())

    def search_all(self, text: str, *, limit: int = 10, language: str | None = None) -> list[Match]:
        """Return the nearest article of each topic, best first, however unsure: for people who judge themselves."""
        ranked = [[match for match, _ in self._ranked(asked, shown_for, limit, (), (), ())]
                  for asked, shown_for in self._senses(text, language)] or [[]]  # fmt: skip
        best = _surest(ranked)
        # A sentence by itself may be about something else; it counts where it would be answered by itself.
        chosen = best if best and best[0].confidence >= self.threshold else ranked[0]
        return [replace(match, confidence=0.0) if asks_nothing(text) else match for match in chosen]

    def meanings(self, texts: Sequence[str]) -> list[Vector | None]:
        """Return what each text means as a question; None where that cannot be told."""
        read = [self._reader.read(text) for text in texts]
        return [self._vector(question) if question.words else None for question in read]

    def near_passages(self, least: float, tells: Callable[[str], bool], *, most: int) -> list[NearPassages]:
        """Return pairs of passages of different articles in one language that say nearly the same, nearest first.

        Only passages that `tells` something of are compared, at most so many in each language. Nothing without vectors.
        """
        if self._meaning is None:
            return []
        passages = [one for one in self._excerpts.all() if one[0] < len(self.articles)]
        return near_passages(self._meaning, self.articles, passages, least, tells, most=most)

    def learn(self, key: str, text: str, *, by: str = "") -> bool:
        """Remember that an article answered `text`; return False, and learn nothing, when there is no such article.

        Of several translations the one in the language of `text` learns, or the first when there is none.
        """
        lesson = self._lesson(key, text, by, is_right=True)
        if lesson is None:
            return False
        with self._changing:
            if self._meaning is not None and lesson.vector is not None:
                if self._meaning.knows(lesson.number, lesson.vector):
                    return True
                self._meaning.learn(lesson.number, lesson.vector)
            self._lexical.learn(lesson.number, lesson.words)
            self._lessons.append(lesson)
        self._form_habits()
        return True

    def reject(self, key: str, text: str, *, by: str = "") -> bool:
        """Remember that an article did not answer `text`: near it answers must be surer; False as in `learn`."""
        lesson = self._lesson(key, text, by, is_right=False)
        if lesson is None:
            return False
        with self._changing:
            self._lessons.append(lesson)
            self._rejections = self._gathered()
        return True

    def forget(self, *, key: str | None = None, by: str | None = None, text: str | None = None) -> int:
        """Undo what was taught about an article, by a person or by a message, where all given agree; return how much.

        Given nothing it undoes everything.
        """
        with self._changing:
            gone = [
                lesson
                for lesson in self._lessons
                if key in (None, lesson.key) and by in (None, lesson.by) and text in (None, lesson.text)
            ]
            self._take_away(gone)
        if any(lesson.is_right for lesson in gone):
            self._form_habits()
        return len(gone)

    @contextmanager
    def gathering(self, *, is_all: bool = True) -> Iterator[None]:
        """Let much be learned in a row: habits are formed once, at the end, or later where this is not yet all."""
        self._is_gathering = True
        try:
            yield
        finally:
            self._is_gathering = False
            if is_all:
                self._form_habits()

    @contextmanager
    def without(self, by: Collection[str]) -> Iterator[None]:
        """Be for a while as if these had taught nothing: to ask about messages that the index has learned from."""
        with self._changing:
            left_out = [lesson for lesson in self._lessons if lesson.by in by]
            self._take_away(left_out)
        self._form_habits()
        try:
            yield
        finally:
            with self._changing:
                self._put_back(left_out)
            self._form_habits()

    def judged(self, text: str, *, language: str | None = None) -> list[tuple[str, dict[str, float]]]:
        """Return key and confidence features of the best articles: what calibration learns from."""
        asked = self._asked(text, language)
        if asked is None:
            return []
        best = ranked_by_topic(asked.evidence.total, self._topics, 10)
        return [(self._indexed[number].key, features(asked.evidence, number)) for number in best]

    def _senses(self, text: str, language: str | None, previous: str = "") -> list[tuple[_Asked, str]]:
        """What a message may ask, the whole of it first, and for which words a passage is shown."""
        found: list[tuple[_Asked, str]] = []
        for sense in senses_of(text, previous):
            asked = self._asked(sense.text, language)
            if asked is not None:
                whole = found[0][0] if sense.is_part and found else None
                found.append((asked._replace(whole=whole), sense.shown_for))
        return found

    def _ranked(self, asked: _Asked, shown_for: str, limit: int, languages: Sequence[str],
                hidden: Collection[tuple[str, str]], rejected: Collection[str],
                ) -> list[tuple[Match, bool]]:  # fmt: skip
        """The nearest article of each topic, and whether its language may be the question's, if that decides."""
        question, vector, evidence = asked.question, asked.vector, asked.evidence
        if rejected:
            # Whoever said it was not meant need not see it rival what is.
            evidence = evidence.without(np.array([article.key in rejected for article in self._indexed]))
        total = evidence.total
        order = [question.taken_for(languages), *map(main_language, languages)]
        found: list[tuple[Match, bool]] = []
        ceiling = 1.0
        wanted = limit + len(self._indexed) - len(self.articles) + len({key for key, _ in hidden})
        for number in ranked_by_topic(total, self._topics, wanted):
            if not np.isfinite(total[number]):
                break
            ceiling = min(ceiling, self._certainty(asked, evidence, number))
            if number >= len(self.articles):
                continue
            shown = best_translation(self._shown_to(number, hidden), self._languages, order, number, total)
            if shown is None:
                continue
            spoken = question.languages.get(self._languages[shown], 0.0)
            found.append(
                (self._match(shown, ceiling, asked, shown_for), vector is not None or spoken >= _PLAUSIBLE)
            )
        return found[:limit]

    def _asked(self, text: str, language: str | None) -> _Asked | None:
        question = self._reader.read(text, language)
        if not question.words or not self.articles:
            return None
        vector = self._vector(question)
        with self._changing:
            return _Asked(question, vector, self._evidence(question, vector))

    def _vector(self, question: Question, *, is_kept: bool = False) -> Vector | None:
        """What a question means; None without a model, for a language it does not know, or when it fails."""
        if self._meaning is None or not self._meaning.understands(question.language):
            return None
        try:
            return self._meaning.vector(question.text, question.language, is_kept=is_kept)
        except EmbeddingError as error:
            _log.warning("knowledge.searched_by_letters reason=%s", error)
            return None

    def _evidence(self, question: Question, vector: Vector | None) -> Evidence:
        coverage, unknown = self._lexical.scores(question.words)
        spoken = np.array([question.languages.get(one, 0.0) for one in self._written_in], np.float32)
        nearness = habits = None
        usual = 0.0
        if self._meaning is not None and vector is not None:
            nearness, habits = self._meaning.scores(vector, coverage), self._meaning.habits(vector)
            usual = self._meaning.usual
        evidence = Evidence(nearness, habits, coverage, unknown, spoken[self._language_numbers], self._topics,
                            len(question.words), self._bodied, usual)  # fmt: skip
        if self._meaning is None or vector is None or vector.pieces is None:
            return evidence
        nearest = ranked_by_topic(evidence.total, self._topics, _READ_CLOSELY)
        return replace(evidence, readings=self._meaning.readings(vector, nearest))

    def _certainty(self, asked: _Asked, evidence: Evidence, number: int) -> float:
        """How likely an article is right; where the message was rejected that this is part of, as for all of it."""
        certainty, whole = self._probability(asked, evidence, number), asked.whole
        if whole is None or not self._penalty(whole, whole.evidence, number):
            return certainty
        return min(certainty, self._probability(whole, whole.evidence, number))

    def _penalty(self, asked: _Asked, evidence: Evidence, number: int) -> float:
        return self._rejections.penalty(number, evidence.near(number), asked.question.words, asked.vector)

    def _probability(self, asked: _Asked, evidence: Evidence, number: int) -> float:
        facts = features(evidence, number)
        penalty = self._penalty(asked, evidence, number)
        if asked.vector is None or self._meaning is None:
            return self._figures.lexical_only.probability(facts, less=penalty)
        confidence = self._figures.english if asked.vector.english is not None else self._figures.with_vectors
        if "worded" in facts:
            confidence = self._figures.worded
        return confidence.probability(facts, less=penalty + self._meaning.caution)

    def _shown_to(self, number: int, hidden: Collection[tuple[str, str]]) -> list[int]:
        """An article and its translations, without those that are hidden."""
        same = np.flatnonzero(self._topics == self._topics[number]).tolist()
        return [n for n in same if (self._indexed[n].key, self._indexed[n].language) not in hidden]

    def _match(self, number: int, confidence: float, asked: _Asked, shown_for: str) -> Match:
        question, vector = asked.question, asked.vector
        near = None
        if self._meaning is not None and vector is not None:
            near = self._meaning.passages(vector, number)
        words = question.words if shown_for == question.text else self._reader.read(shown_for, None).words
        passage = self._excerpts.passage(number, words, self._lexical, near)
        reason = self._excerpts.reason(number, question, by_meaning=near is not None)
        article = self._indexed[number]
        return Match(article, confidence, passage, reason)

    def _lesson(self, key: str, text: str, by: str, *, is_right: bool) -> Lesson | None:
        known = [number for number, article in enumerate(self.articles) if article.key == key]
        question = self._reader.read(text)
        if not known or not question.words or asks_nothing(text):
            return None
        chosen = next((n for n in known if self._languages[n] == question.language), known[0])
        return Lesson(key, text, by, is_right, chosen, question.words, self._vector(question, is_kept=True))

    def _take_away(self, gone: Sequence[Lesson]) -> None:
        self._lessons = [lesson for lesson in self._lessons if lesson not in gone]
        for lesson in gone:
            if lesson.is_right:
                self._lexical.forget(lesson.number, lesson.words)
                if self._meaning is not None and lesson.vector is not None:
                    self._meaning.forget(lesson.number, lesson.vector)
        self._rejections = self._gathered()

    def _put_back(self, lessons: Sequence[Lesson]) -> None:
        for lesson in lessons:
            if lesson.is_right:
                self._lexical.learn(lesson.number, lesson.words)
                if self._meaning is not None and lesson.vector is not None:
                    self._meaning.learn(lesson.number, lesson.vector)
        self._lessons = [*self._lessons, *lessons]
        self._rejections = self._gathered()

    def _gathered(self) -> Rejections:
        dimensions = 0 if self._meaning is None else self._meaning.english_dimensions
        return Rejections(self._lessons, self._topics, dimensions)

    def _form_habits(self) -> None:
        if self._meaning is not None and not self._is_gathering:
            with self._learning:
                self._meaning.form_habits()


def _surest(found: Sequence[list[Match]]) -> list[Match]:
    return max(found, key=lambda matches: matches[0].confidence if matches else 0.0, default=[])
