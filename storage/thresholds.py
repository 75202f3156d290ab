"""The thresholds that were chosen here, one for each scorer, in a mark of the installation."""

import json
import math
from dataclasses import asdict
from datetime import datetime
from typing import Any

from bot.core.threshold import AIM, Threshold
from storage.library import Marks

MARK = "knowledge.thresholds"


class Thresholds:
    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def all(self) -> dict[str, Threshold]:
        """Scorer to threshold; what cannot be read is not there."""
        try:
            stored = json.loads(self._marks.get(MARK) or "[]")
            return {one.scorer: one for one in map(_read, stored)}
        except (ValueError, TypeError, KeyError):
            return {}

    def of(self, scorer: str) -> Threshold | None:
        return self.all().get(scorer)

    @property
    def aim(self) -> float:
        """What the newest of them promises; the usual aim where none was chosen."""
        newest = max(self.all().values(), key=lambda one: one.chosen_at, default=None)
        return newest.aim if newest else AIM

    def set(self, threshold: Threshold) -> None:
        """From now on this one counts for its scorer."""
        self._write({**self.all(), threshold.scorer: threshold})

    def reset(self) -> bool:
        """Back to what is shipped, for every scorer; False when nothing had been chosen."""
        had = bool(self._marks.get(MARK))
        self._marks.set(MARK, "")
        return had

    def _write(self, thresholds: dict[str, Threshold]) -> None:
        facts = [{**asdict(one), "chosen_at": one.chosen_at.isoformat()} for one in thresholds.values()]
        self._marks.set(MARK, json.dumps(facts))


def _read(facts: dict[str, Any]) -> Threshold:
    """Raises KeyError, TypeError or ValueError for what is none."""
    read = Threshold(**{**facts, "chosen_at": datetime.fromisoformat(facts["chosen_at"])})
    if not (math.isfinite(read.value) and 0 < read.value <= 1 and 0 < read.aim < 1):
        raise ValueError("not a threshold")
    return read
