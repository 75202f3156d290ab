"""How right the answers are, week by week, and when they are wrong more often than was promised."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta

from msgspec import Struct, field

from bot.core.policies.shares import VERY_SURE, highest_share
from bot.core.survey import OfferOutcome

WEEK = timedelta(days=7)
WEEKS = 8
RECENT_WEEKS = 4
LEAST_JUDGED = 20
"""Fewer judged answers tell nothing, whatever they say."""
LEAST_PEOPLE = 3
"""So many must have rejected something: nobody makes the answers look wrong alone."""


class Week(Struct, frozen=True):
    """What became of the answers of a week that begins on a Monday, in UTC."""

    begins_on: date
    outcomes: Mapping[OfferOutcome, int] = field(default_factory=dict)
    unanswered: int = 0
    """Questions that nothing good was found for."""

    @property
    def answers(self) -> int:
        return sum(self.outcomes.values())

    def of(self, outcome: OfferOutcome) -> int:
        return self.outcomes.get(outcome, 0)


class Watch(Struct, frozen=True):
    weeks: tuple[Week, ...]
    """The newest last; the last one is not over."""
    solved: int
    rejected: int
    """Of the last RECENT_WEEKS, of each person as many as count."""
    rejected_by: int
    """How many people that were."""
    aim: float
    """The share of right answers that the threshold promises."""

    @property
    def judged(self) -> int:
        return self.solved + self.rejected

    @property
    def is_below_aim(self) -> bool:
        """Whether more is rejected than the threshold promises, and more than chance would explain.

        A few answers never tell; and as this is looked at every day, only one in a hundred looks may err.
        """
        if self.judged < LEAST_JUDGED or self.rejected_by < LEAST_PEOPLE:
            return False
        return highest_share(self.solved, self.judged, VERY_SURE) < self.aim


def monday_of(now: datetime) -> datetime:
    """The midnight at which the week of this moment began, in UTC."""
    midnight = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return midnight - timedelta(days=now.weekday())
