"""What people made of an article for a question: how the knowledge learns."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class Verdict(StrEnum):
    SOLVED = "solved"
    """The customer said that it solved it."""
    REJECTED = "rejected"
    """The customer meant something else."""
    CHOSEN = "chosen"
    """Somebody of the team sent it as the answer."""


class JudgementState(StrEnum):
    COUNTED = "counted"
    """The search learns from it."""
    WAITING = "waiting"
    """It would change too much at one person's word: an editor confirms it."""
    UNDONE = "undone"


class Judgement(Struct, frozen=True):
    """One person's verdict on an article for a message. It holds no words: they lie in the message, and go with it."""

    id: int
    at: datetime
    article_key: str
    language: str
    verdict: Verdict
    message_id: int
    person: int
    """Whose question it was; linked accounts are one person."""
    staff_id: int | None
    """Who of the team chose it."""
    state: JudgementState


class Lesson(Struct, frozen=True):
    """What the search learns from a judgement: the customer's words and what they meant."""

    id: int
    article_key: str
    verdict: Verdict
    text: str
    state: JudgementState
    staff_id: int | None
    at: datetime
