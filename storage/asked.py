"""What customers asked, with what became of each question: how right the answers are."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import bindparam, desc, func, select

from bot.core.judgement import JudgementState, Verdict
from bot.core.policies.weighing import AskedQuestion
from bot.core.survey import OfferOutcome
from storage.ids import first_id_at
from storage.library_tables import judgements, unanswered
from storage.session import Session
from storage.statement import Statement
from storage.tables import conversations, messages, offers

LOOKED_BACK = timedelta(days=180)
"""What was asked longer ago was asked of other articles."""
MOST_QUESTIONS = 5_000

_of = func.coalesce(conversations.c.person_id, conversations.c.contact_id).label("person")
_SAID = (messages.c.id, messages.c.conversation_id, _of, messages.c.text, conversations.c.is_direct)
_there = (messages.c.deleted_at.is_(None), messages.c.id >= bindparam("first_id"))
_with_person = messages.join(conversations, conversations.c.id == messages.c.conversation_id)
_OFFERED = Statement(
    select(*_SAID, offers.c.article_key, offers.c.outcome)
    .select_from(_with_person.join(offers, offers.c.message_id == messages.c.id))
    .where(*_there, offers.c.id >= bindparam("first_offer"))
    .order_by(desc(offers.c.id))
    .limit(MOST_QUESTIONS)
)
_NOT_ANSWERED = Statement(
    select(*_SAID)
    .select_from(_with_person.join(unanswered, unanswered.c.message_id == messages.c.id))
    .where(*_there)
    .order_by(desc(unanswered.c.message_id))
    .limit(MOST_QUESTIONS)
)
_JUDGED = Statement(
    select(
        judgements.c.message_id,
        judgements.c.id,
        judgements.c.article_key,
        judgements.c.verdict,
        judgements.c.state,
    ).where(judgements.c.id >= bindparam("first_judgement"))
)


class Asked:
    """The words lie in the customers' messages; those of messages that were taken back are not there."""

    def __init__(self, session: Session, now: datetime) -> None:
        self._session, self._now = session, now

    def questions(self) -> list[AskedQuestion]:
        """The newest of the last half year, each once, with everything that was said of it."""
        first = first_id_at(self._now - LOOKED_BACK)
        said = {row[0]: row for row in self._session.all(_NOT_ANSWERED, first_id=first)}
        offered: dict[int, dict[str, OfferOutcome]] = {}
        for *row, article, outcome in self._session.all(_OFFERED, first_id=first, first_offer=first):
            said[row[0]] = tuple(row)
            offered.setdefault(row[0], {})[article] = outcome
        words: dict[int, list[tuple[int, str, Verdict, JudgementState]]] = {}
        for message_id, *word in self._session.all(_JUDGED, first_judgement=first):
            words.setdefault(message_id, []).append(tuple(word))
        newest = sorted(said, reverse=True)[:MOST_QUESTIONS]
        return [_question(said[one], offered.get(one, {}), words.get(one, ())) for one in newest]


def _question(
    said: tuple[int, int, int, str, bool],
    offered: dict[str, OfferOutcome],
    words: Iterable[tuple[int, str, Verdict, JudgementState]],
) -> AskedQuestion:
    """What an editor took back was no judgement. A single rejection is one, though the search waits for a second."""
    undone = {key for _, key, _, state in words if state is JudgementState.UNDONE}
    chosen = {
        key
        for _, key, verdict, state in words
        if verdict is Verdict.CHOSEN and state is JudgementState.COUNTED
    }
    solved = {key for key, outcome in offered.items() if outcome is OfferOutcome.SOLVED}
    rejected = {key for key, outcome in offered.items() if outcome is OfferOutcome.REJECTED}
    return AskedQuestion(
        *said,
        was_answered=bool(offered),
        right=frozenset((solved | chosen) - undone),
        wrong=frozenset(rejected - undone - solved - chosen),
        lessons=frozenset(id_ for id_, _, _, _ in words),
    )
