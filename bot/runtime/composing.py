"""Composing: has a language model write the answer from what the librarian found, where the settings name one.

The model decides nothing: it is asked only where the search is sure, and only with articles that the reader may see.
Whatever goes wrong, what was found is the answer as it is without a model.
"""

import asyncio
from collections.abc import Collection, Sequence

import structlog
from msgspec.structs import replace

from bot.core.actions import Action, Search
from bot.core.article import Audience
from bot.core.events import AnswersFound, Event
from bot.core.knowledge import Match, WrittenAnswer
from bot.core.policies.languages import LIKELY
from bot.core.policies.redacting import redact
from bot.core.texts import mark, plain
from bot.runtime.breaker import Breaker
from bot.runtime.catalogue import fallbacks, languages, texts_in
from bot.runtime.librarian import Librarian
from bot.runtime.metrics import Metrics
from knowledge.follow_up import is_follow_up, last_question
from knowledge.grounding import Checker, Passage
from knowledge.index import Index
from knowledge.language_model import LanguageModel
from knowledge.languages import main_language
from knowledge.unwritten import SERVICE, NotWrittenError
from knowledge.written import LONGEST_QUESTION, Query, enough, write_answer

log = structlog.get_logger()

MOST_AT_ONCE = 8
"""Whoever asks while so many wait for the model gets the passage at once."""
_OWN_WORDS = (
    mark("That solved it"),
    mark("Not what I meant"),
    mark("Talk to a person"),
)
"""The buttons under an answer: its text may not speak of them."""


class Composing:
    """A performer of searches, in the librarian's place."""

    def __init__(self, librarian: Librarian, model: LanguageModel, metrics: Metrics) -> None:
        self._librarian, self._model, self._metrics = librarian, model, metrics
        self._breaker = Breaker()
        self._under_way = 0
        self._own_words = own_words()

    async def perform(self, action: Action, action_id: int) -> Sequence[Event]:
        """Search; where that is sure of an answer, have it written."""
        events = await self._librarian.perform(action, action_id)
        if not isinstance(action, Search) or action.purpose != "answer":
            return events
        return [
            await self._with_words(action, one) if isinstance(one, AnswersFound) else one for one in events
        ]

    async def _with_words(self, search: Search, found: AnswersFound) -> AnswersFound:
        index = self._librarian.index
        query = query_for(search, found, index, self._librarian.threshold) if index is not None else None
        if index is None or query is None:
            return found
        now = asyncio.get_running_loop().time
        if self._under_way >= MOST_AT_ONCE:
            return self._left_out(found, "busy")
        began_at = now()
        if not self._breaker.lets_through(began_at):
            return self._left_out(found, "paused")
        self._under_way += 1
        self._metrics.answers_asked.inc()
        try:
            written = await self._written(query, index, began_at)
            return replace(found, written=written) if written else found
        finally:
            self._under_way -= 1
            self._breaker.gave_up()
            self._metrics.answer_seconds.observe(now() - began_at)

    async def _written(self, query: Query, index: Index, began_at: float) -> WrittenAnswer | None:
        try:
            grounded = await write_answer(self._model, query, Checker(index.language_of, self._own_words))
        except NotWrittenError as error:
            self._metrics.answers_failed.labels(error.reason.value).inc()
            log.info("answers.not_written", reason=str(error))
            self._hear(error, began_at)
            return None
        except Exception as error:
            # A customer waits: a defect here must not cost them the passage.
            self._metrics.answers_failed.labels("defect").inc()
            log.error("answers.defect", error=type(error).__name__, exc_info=error)
            return None
        self._breaker.succeeded()
        self._metrics.answers_written.inc()
        log.info("answers.written", citing=len(grounded.cited))
        return WrittenAnswer(str(grounded.text), query.language, grounded.cited)

    def _hear(self, error: NotWrittenError, began_at: float) -> None:
        """What the service did wrong opens the breaker; what the model wrote, which a question can cause, does not."""
        if error.reason not in SERVICE:
            self._breaker.succeeded()
            return
        pause = self._breaker.failed(began_at, asyncio.get_running_loop().time(), error.after_seconds)
        if pause:
            log.warning("answers.paused", seconds=round(pause), reason=str(error))

    def _left_out(self, found: AnswersFound, reason: str) -> AnswersFound:
        self._metrics.answers_failed.labels(reason).inc()
        return found


def own_words() -> Collection[str]:
    """The bot's own words, in all of its languages."""
    return frozenset(texts_in(language).label(one) for language in languages() for one in _OWN_WORDS)


def query_for(search: Search, found: AnswersFound, index: Index, threshold: float) -> Query | None:
    """What the model is asked; None where the search is not sure of any article: below the threshold in use."""
    sure = [
        one for one in found.matches if one.confidence >= threshold and one.audience.is_open_to(search.reader)
    ]
    if not sure or found.is_abuse or search.reader is Audience.STAFF:
        return None
    before = last_question(search.before) if is_follow_up(search.text[:LONGEST_QUESTION]) else ""
    return Query(
        question=_without_persons(search.text, search.asker_name),
        language=_language(search, found, sure[0], index),
        passages=enough([passage for one in sure for passage in _passages(one, index)]),
        before=_without_persons(before, search.asker_name),
    )


def _without_persons(text: str, asker: str) -> str:
    # Cut before it is read: a message may be of any length.
    return redact(plain(text[: 4 * LONGEST_QUESTION])[: 2 * LONGEST_QUESTION], [asker])[:LONGEST_QUESTION]


def _language(search: Search, found: AnswersFound, best: Match, index: Index) -> str:
    """The first language that an answer can be checked to be in: the question's, those they read, the article's."""
    asked_in = found.language if found.language_share >= LIKELY else ""
    for language in filter(None, (asked_in, *search.languages)):
        for code in fallbacks(language):
            if code in index.languages:
                return code
    return main_language(best.language)


def _passages(match: Match, index: Index) -> list[Passage]:
    """An article that was found, the passage that answers first."""
    rest = (one for one in index.passages_of(match.article_key, match.language) if one not in match.passage)
    return [Passage(match.article_key, match.language, match.title, text) for text in (match.passage, *rest)]
