"""How sure an answer must be, as whoever runs this chose it from questions that people judged."""

from datetime import datetime

from msgspec import Struct

AIM = 0.95
"""So many of the shown answers are to be right, where nobody said otherwise."""


class Threshold(Struct, frozen=True):
    """Belongs to one scorer: another model, or other figures, say the same number and mean something else."""

    value: float
    scorer: str
    aim: float
    """The share of right answers it was chosen for."""
    judged: int
    """How many judged questions it was chosen from."""
    topics: int
    """How many topics there were then."""
    chosen_at: datetime
