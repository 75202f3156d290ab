"""Questions with the answer they should have had, scored by an index that has not learned from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine

from bot.core.article import Audience
from bot.core.policies.weighing import AskedQuestion, fairly, folds, is_right
from bot.core.texts import plain
from bot.runtime.teaching import taught_by
from bot.taught import Shelf
from handlers.searching import LOOKED_AT, asked_before
from knowledge.folding import words
from knowledge.follow_up import is_follow_up, last_question
from knowledge.question_list import ListedQuestion
from knowledge.small_talk import asks_nothing
from knowledge.tuning import Sample, weighed
from storage import UnitOfWork, read

FOLDS = 10
LOOKED_BACK_AT = 200
"""Messages of a conversation in which the question before a follow-up is looked for."""

Words = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sampled:
    """What there is to judge by."""

    samples: tuple[Sample, ...]
    by_heart: int = 0
    """Questions that stand in an article word for word: they are left out, for whoever knows them proves nothing."""


def own_samples(shelf: Shelf, engine: Engine, now: datetime) -> Sampled:
    """What customers asked here, and what they and the team made of the answers."""
    questions, before, taught = read(engine, now, _asked)
    by_heart = _by_heart(shelf, has_titles=False)
    kept = [one for one in questions if _words(one.text) not in by_heart]
    published = {article.key for article in shelf.index.articles}
    hidden = {reader: shelf.hidden(reader, now) for reader in (Audience.CUSTOMERS, Audience.PUBLIC)}
    # A threshold that was lowered once must not be a reason to lower it again.
    sure = max(shelf.threshold, shelf.index.threshold)
    samples: list[Sample] = []
    for part in folds(kept, FOLDS):
        with shelf.index.without({taught_by(id_) for one in part for id_ in taught[one.person]}):
            for one in part:
                found = shelf.index.search(
                    plain(one.text),
                    limit=1,
                    threshold=0.0,
                    hidden=hidden[Audience.CUSTOMERS if one.is_direct else Audience.PUBLIC],
                    previous=before.get(one.message_id, ""),
                )
                if found:
                    right = is_right(one, found[0].article.key, published)
                    samples.append(_sample(one, found[0].confidence, right, sure))
                else:
                    samples.append(Sample(0.0, None, is_answered=one.was_answered))
    return Sampled(tuple(weighed(samples)), len(questions) - len(kept))


def listed_samples(shelf: Shelf, questions: Sequence[ListedQuestion], now: datetime) -> Sampled:
    """The questions of a list, as if nothing had been learned from the same words."""
    by_heart = _by_heart(shelf, has_titles=True)
    kept = [one for one in questions if _words(one.text) not in by_heart]
    asked = {_words(one.text) for one in kept}
    same = {taught_by(one.id) for one in shelf.lessons if _words(one.text) in asked}
    hidden, samples = shelf.hidden(Audience.CUSTOMERS, now), list[Sample]()
    with shelf.index.without(same):
        for one in kept:
            found = shelf.index.search(one.text, limit=1, threshold=0.0, hidden=hidden)
            if found:
                samples.append(Sample(found[0].confidence, found[0].article.key in one.right))
            else:
                samples.append(Sample(0.0, is_right=False))
    return Sampled(tuple(samples), len(questions) - len(kept))


def _asked(work: UnitOfWork) -> tuple[list[AskedQuestion], dict[int, str], dict[int, set[int]]]:
    """Every question that counts, what was asked before those that follow up on something, and who taught what."""
    asked = work.asked.questions()
    taught: dict[int, set[int]] = {}
    for one in asked:
        taught.setdefault(one.person, set()).update(one.lessons)
    questions = [one for one in fairly(asked) if not asks_nothing(plain(one.text))]
    before = {one.message_id: _before(work, one) for one in questions if is_follow_up(plain(one.text))}
    return questions, before, taught


def _before(work: UnitOfWork, question: AskedQuestion) -> str:
    message = work.messages.get(question.message_id)
    if message is None:
        return ""
    said = work.messages.history(question.conversation_id, limit=LOOKED_BACK_AT)
    return last_question(asked_before([one for one in said if one.id < message.id][-LOOKED_AT:], message))


def _sample(question: AskedQuestion, confidence: float, right: bool | None, sure: float) -> Sample:
    """A question that nothing sure enough was found for, now as then, counts as wrong below the threshold.

    Nobody has said that its best article is right. That it is wrong nobody has said either; but customers should not
    have to find out.
    """
    is_answered = question.was_answered or confidence >= sure
    if right is None and not is_answered:
        return Sample(confidence, is_right=False, is_presumed=True)
    return Sample(confidence, right, is_answered=is_answered)


def _by_heart(shelf: Shelf, *, has_titles: bool) -> set[Words]:
    """What stands in the articles word for word: customers' questions become phrasings, and lists repeat titles."""
    said = {_words(text) for article in shelf.index.articles for text in article.phrasings}
    return said | {_words(article.title) for article in shelf.index.articles if has_titles}


def _words(text: str) -> Words:
    return tuple(words(plain(text)))
