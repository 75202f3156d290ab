"""Questions to the customer about the help they got."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct


class SurveyKind(StrEnum):
    CSAT = "csat"
    """'How was the help?', 1 to 5."""
    CHECK_IN = "check_in"
    """'Is it still working?', 1 yes, 0 no."""


class Survey(Struct, frozen=True):
    id: int
    kind: SurveyKind
    ticket_id: int
    conversation_id: int
    asked_at: datetime
    score: int | None = None
    comment: str = ""
    answered_at: datetime | None = None
    commented_at: datetime | None = None


class OfferOutcome(StrEnum):
    OPEN = "open"
    SOLVED = "solved"
    """Counts as deflected: no person was needed."""
    REJECTED = "rejected"
    PERSON = "person"


class Offer(Struct, frozen=True):
    """An article that the bot offered for a question."""

    id: int
    conversation_id: int
    message_id: int
    article_key: str
    title: str
    confidence: float
    offered_at: datetime
    outcome: OfferOutcome = OfferOutcome.OPEN
    language: str = ""
    """In which it was offered; "" for what was offered before that was noted."""
