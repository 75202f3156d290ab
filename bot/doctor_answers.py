"""What the doctor says of the answers: how sure they must be, where that comes from, and how they do."""

from datetime import UTC, datetime

from sqlalchemy.exc import SQLAlchemyError

from adapters import Finding
from bot.core.policies.watching import RECENT_WEEKS, Watch, Week
from bot.core.survey import OfferOutcome
from bot.core.texts import Texts
from bot.core.threshold import Threshold
from bot.runtime.catalogue import operator_texts
from knowledge.scorer import scorer_of
from knowledge.threshold import threshold_for
from knowledge.vectors import Embedder
from storage import UnitOfWork, make_engine, read
from storage.migrate import TooNewError, current, settled_at

GROWN = 1.5
"""With so many times as many topics, or so many times fewer, a threshold is chosen anew."""


def answer_findings(database_url: str, embedder: Embedder | None, folder_topics: int) -> list[Finding]:
    """The threshold in use and the last weeks; nothing while the database cannot be asked."""
    engine = make_engine(database_url)
    try:
        if not settled_at(current(engine)):
            return []
        topics, thresholds, watch = read(engine, datetime.now(UTC), _asked)
    except (SQLAlchemyError, TooNewError):
        return []
    texts = operator_texts()
    return [
        _threshold(thresholds, scorer_of(embedder), topics or folder_topics, texts),
        *_weeks(watch, texts),
    ]


def _asked(work: UnitOfWork) -> tuple[int, dict[str, Threshold], Watch]:
    return len(work.library.titles()), work.thresholds.all(), work.answers.watch()


def _threshold(thresholds: dict[str, Threshold], scorer: str, topics: int, texts: Texts) -> Finding:
    advice = texts.label("Run: allhands knowledge tune")
    chosen = thresholds.get(scorer)
    if chosen is not None:
        what = texts.label(
            "Answers are shown from {sure} sure on: chosen here on {day}, from {judged} judged questions",
            sure=texts.percent(chosen.value),
            day=chosen.chosen_at.date(),
            judged=chosen.judged,
        )
        if chosen.topics <= topics * GROWN and topics <= chosen.topics * GROWN:
            return Finding(True, what, advice)
        told = texts.label(
            "There were {then} topics then and there are {now} now. Run: allhands knowledge tune",
            then=chosen.topics,
            now=topics,
        )
        return Finding(False, what, told, is_fatal=False)
    shipped = texts.percent(threshold_for(topics))
    if thresholds:
        what = texts.label(
            "Answers are shown from {sure} sure on, as shipped: what was chosen here was chosen for {scorer}",
            sure=shipped,
            scorer=", ".join(thresholds),
        )
        return Finding(False, what, advice, is_fatal=False)
    what = texts.label(
        "Answers are shown from {sure} sure on, as shipped (topics: {topics})", sure=shipped, topics=topics
    )
    return Finding(True, what, advice)


def _weeks(watch: Watch, texts: Texts) -> list[Finding]:
    """A line for each of the last weeks in which something was asked, and whether too much was rejected."""
    asked = [one for one in watch.weeks[-RECENT_WEEKS:] if one.answers or one.unanswered]
    findings = [Finding(True, _week(one, texts), "") for one in asked]
    if watch.is_below_aim:
        what = texts.label(
            "Rejected {rejected} of {judged} judged answers, more than the threshold promises ({aim} right)",
            rejected=watch.rejected,
            judged=watch.judged,
            aim=texts.percent(watch.aim),
        )
        findings.append(Finding(False, what, texts.label("Run: allhands knowledge tune"), is_fatal=False))
    return findings


def _week(week: Week, texts: Texts) -> str:
    return texts.label(
        "Week of {day}: answers {answers}, solved {solved}, rejected {rejected}, followed by a person {person}; "
        "questions without an answer {unanswered}",
        day=week.begins_on,
        answers=week.answers,
        solved=week.of(OfferOutcome.SOLVED),
        rejected=week.of(OfferOutcome.REJECTED),
        person=week.of(OfferOutcome.PERSON),
        unanswered=week.unanswered,
    )
