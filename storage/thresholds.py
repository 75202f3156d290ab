"""The thresholds that were chosen here, one for each scorer, in a mark of the installation."""

from collections.abc import Iterable

import msgspec

from bot.core.threshold import AIM, Threshold
from storage.library import Marks

MARK = "knowledge.thresholds"


class Thresholds:
    def __init__(self, marks: Marks) -> None:
        self._marks = marks

    def all(self) -> dict[str, Threshold]:
        """Scorer to threshold; what cannot be read, or is no share of 1, is not there."""
        try:
            stored = msgspec.json.decode(self._marks.get(MARK) or "[]", type=list[Threshold])
        except msgspec.DecodeError:
            return {}
        return {one.scorer: one for one in stored if 0 < one.value <= 1 and 0 < one.aim < 1}

    @property
    def aim(self) -> float:
        """What the newest of them promises; the usual aim where none was chosen."""
        newest = max(self.all().values(), key=lambda one: one.chosen_at, default=None)
        return newest.aim if newest else AIM

    def set(self, threshold: Threshold) -> None:
        """From now on this one counts for its scorer."""
        self._write({**self.all(), threshold.scorer: threshold}.values())

    def reset(self) -> bool:
        """Back to what is shipped, for every scorer; False when nothing had been chosen."""
        had = bool(self.all())
        self._write([])
        return had

    def _write(self, thresholds: Iterable[Threshold]) -> None:
        self._marks.set(MARK, msgspec.json.encode(list(thresholds)).decode())
