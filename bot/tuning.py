"""`allhands knowledge tune`: how sure an answer must be here, from questions whose answers people have judged."""

import math
import sys
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from bot.core.threshold import AIM, Threshold
from bot.runtime.catalogue import operator_texts
from bot.sampling import Sampled, listed_samples, own_samples
from bot.settings import Settings
from bot.taught import Shelf, open_shelf
from knowledge.question_list import QuestionList, read_questions
from knowledge.tuning import Outcome, Proposal, Sample, judged, propose, worth_showing
from storage import UnitOfWork, write
from storage.migrate import migrate

FEW_WITHOUT_ANSWER = 0.3
"""Among real messages more have no answer (docs/knowledge.md)."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What whoever runs the command asked for."""

    questions: Path | None = None
    """A list of questions; without one what customers asked here."""
    aim: float = AIM
    is_applied: bool = False


def tune(settings: Settings, engine: Engine, wish: Wish) -> int:
    """Show how right the answers are at several thresholds and which one to take; 1 when none can be proposed."""
    # To make the articles ready takes minutes: what is wrong with the list alone is said before.
    if wish.questions and _has_problems(read_questions(wish.questions, None)):
        return 1
    migrate(engine)
    now = datetime.now(UTC)
    _say(operator_texts().label("Every question is looked up; that may take some minutes."))
    shelf = open_shelf(settings, engine, now)
    sampled = _listed(shelf, wish.questions, now) if wish.questions else _own(shelf, engine, now)
    if sampled is None:
        return 1
    proposal = propose(sampled.samples, wish.aim)
    if judged(sampled.samples):
        _show(sampled.samples, proposal, shelf)
    if proposal.threshold is None:
        _refuse(proposal, wish.aim, judged(sampled.samples))
        return 1
    _settle(proposal.threshold, judged(sampled.samples), shelf, engine, wish)
    return 0


def reset(engine: Engine) -> int:
    """Go back to the threshold that is shipped."""
    migrate(engine)
    texts = operator_texts()
    if write(engine, datetime.now(UTC), _forget):
        _say(
            texts.label(
                "The shipped threshold is in use again. A running Allhands takes it up within seconds."
            )
        )
    else:
        _say(texts.label("No threshold had been chosen here: the shipped one is in use."))
    return 0


def _forget(work: UnitOfWork) -> bool:
    had = work.thresholds.reset()
    if had:
        work.audit.record(None, "threshold_reset", "knowledge")
    return had


def _own(shelf: Shelf, engine: Engine, now: datetime) -> Sampled:
    sampled, texts = own_samples(shelf, engine, now), operator_texts()
    presumed = sum(one.is_presumed for one in sampled.samples)
    told = texts.label(
        "Questions of the last half year that count, at most five of one person: {count}; judged by the customer or "
        "the team: {judged}",
        count=len(sampled.samples),
        judged=judged(sampled.samples),
    )
    _say(told)
    if presumed:
        told = texts.label(
            "Not answered, then or now: {count}. That proves nothing; but where a lower threshold would answer them, "
            "they count as answered wrongly, until somebody sends what is right (/suggest).",
            count=presumed,
        )
        _say(told)
    _tell_by_heart(sampled)
    return sampled


def _listed(shelf: Shelf, path: Path, now: datetime) -> Sampled | None:
    """None when the list has a mistake: figures of a part of it would be those of another list."""
    texts = operator_texts()
    found = read_questions(path, {article.key for article in shelf.index.articles})
    if _has_problems(found):
        return None
    sampled = listed_samples(shelf, found.questions, now)
    without = sum(not one.right for one in found.questions)
    told = texts.label(
        "Questions in the list: {count}; without an article that answers: {without}",
        count=len(found.questions),
        without=without,
    )
    _say(told)
    _tell_by_heart(sampled)
    if without < FEW_WITHOUT_ANSWER * len(found.questions):
        told = texts.label(
            "Of 100 real messages 36 to 69 had no answer where that was counted. With fewer of them in the list the "
            "threshold comes out too low: add what customers ask and no article answers (/gaps)."
        )
        _say(told)
    return sampled


def _has_problems(found: QuestionList) -> bool:
    """Say what is wrong with a list."""
    texts = operator_texts()
    for problem in found.problems:
        _say(f"! {problem.told(texts.label)}")
    if found.problems:
        _say(texts.label("Nothing was tried: mend the list first."))
    return bool(found.problems)


def _tell_by_heart(sampled: Sampled) -> None:
    if sampled.by_heart:
        told = operator_texts().label(
            "Left out, for they stand in an article word for word and prove nothing: {count}",
            count=sampled.by_heart,
        )
        _say(told)


def _show(samples: tuple[Sample, ...], proposal: Proposal, shelf: Shelf) -> None:
    texts = operator_texts()
    _say("")
    head = texts.label(
        "For each threshold: how many of 100 questions get an answer, and how many of 100 answers are right "
        "(in brackets: at least and at most, each with a certainty of 95 in 100):"
    )
    _say(head)
    for one in worth_showing(samples, shelf.threshold, proposal.threshold):
        remark = ""
        if one.threshold == round(shelf.threshold, 4):
            remark = (
                texts.label("← in use, chosen here") if shelf.chosen else texts.label("← in use, shipped")
            )
        elif one.threshold == proposal.threshold:
            remark = texts.label("← proposed")
        _say(f"  {_outcome(one)}  {remark}".rstrip())
    _say("")


def _outcome(one: Outcome) -> str:
    # Rounded so that no answer looks righter than it is.
    return operator_texts().label(
        "from {sure} sure: {answered} get an answer, {right} are right ({least} to {most}; judged: {judged})",
        judged=one.judged,
        sure=operator_texts().percent(one.threshold),
        answered=f"{100 * one.answered:3.0f}",
        right=f"{math.floor(100 * one.right):3}",
        least=math.floor(100 * one.least),
        most=math.ceil(100 * one.most),
    )


def _refuse(proposal: Proposal, aim: float, have: int) -> None:
    texts = operator_texts()
    if proposal.best is None:
        told = texts.label(
            "No threshold is proposed: {have} judged, which is too few to tell it from luck; still needed, at least: "
            "{missing}. Judged is what customers say with the buttons below an answer and what the team sends with "
            "/suggest; or give a list of your own: --questions FILE",
            have=have,
            missing=max(1, proposal.missing),
        )
    elif proposal.missing:
        told = texts.label(
            "No threshold is proposed: that {aim} of the answers are right is likely, but not certain. More judged "
            "questions like these would show it (about {missing}); or aim lower: --precision",
            aim=texts.percent(aim),
            missing=proposal.missing,
        )
    else:
        told = texts.label(
            "No threshold is proposed: at none of them {aim} of the answers are right; the best is {best}. More "
            "questions would not change that, better articles would: /articles names those that are rejected. Or aim "
            "lower: --precision",
            aim=texts.percent(aim),
            best=texts.percent(math.floor(100 * proposal.best.right) / 100),
        )
    _say(told)


def _settle(value: float, count: int, shelf: Shelf, engine: Engine, wish: Wish) -> None:
    texts = operator_texts()
    old, new = texts.percent(shelf.threshold), texts.percent(value)
    if value == round(shelf.threshold, 4):
        _say(texts.label("Proposed: {new}, as it is.", new=new))
    else:
        _say(texts.label("Proposed: {new} instead of {old}.", new=new, old=old))
    if not wish.is_applied:
        _say(texts.label("Nothing was changed. Run the same with --apply to use what is proposed."))
        return
    now = datetime.now(UTC)
    topics = len({article.key for article in shelf.index.articles})
    chosen = Threshold(value, shelf.index.scorer, wish.aim, count, topics, now)

    def store(work: UnitOfWork) -> None:
        work.thresholds.set(chosen)
        work.audit.record(None, "threshold", "knowledge", f"{value:.2f}")

    write(engine, now, store)
    told = texts.label(
        "It is in use from now on, for {scorer}. A running Allhands takes it up within seconds; --reset goes back to "
        "the shipped one.",
        scorer=shelf.index.scorer,
    )
    _say(told)


def _say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
