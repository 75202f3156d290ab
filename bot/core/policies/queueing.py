"""What a waiting customer may honestly be told, and which ticket suits which helper."""

import re
from collections.abc import Sequence
from statistics import median

from bot.core.policies.words import folded
from bot.core.ticket import Ticket

MOST_COUNTED_AHEAD = 1000
"""Further back nobody is told a place: to count all of a long queue would keep everybody else waiting."""
FEWEST_WAITS = 3
"""With fewer examples than this nothing is promised."""


def expected_wait_minutes(first_waits_seconds: Sequence[float], place: int) -> int | None:
    """How long it usually takes, rounded up to what people say; None when too little is known.

    The median of the last waits, stretched by the place: those who waited stood at some place too, so the first
    place gets the median itself and each further one half of it on top.
    """
    if len(first_waits_seconds) < FEWEST_WAITS:
        return None
    minutes = median(first_waits_seconds) * (1 + 0.5 * (place - 1)) / 60
    for step in (2, 5, 10, 15, 20, 30, 45, 60, 90, 120, 180, 240):
        if minutes <= step:
            return step
    return None


def best_ticket(areas: Sequence[str], waiting: Sequence[Ticket]) -> Ticket | None:
    """The waiting ticket that fits these areas best; among equals the one that waits longest."""
    if not waiting:
        return None
    known = {folded(area) for area in areas}
    return min(waiting, key=lambda ticket: (-_fit(known, ticket), ticket.waiting_since, ticket.id))


def _fit(known: set[str], ticket: Ticket) -> int:
    """Two for each shared area, one for each area with which a word of the customer begins."""
    shared = known & {folded(area) for area in ticket.areas}
    subject = " " + " ".join(re.findall(r"\w+", folded(ticket.subject)))
    named = {area for area in known - shared if area.strip() and f" {area}" in subject}
    return 2 * len(shared) + len(named)


def parse_areas(text: str) -> tuple[str, ...]:
    """'Billing, the API' → ('billing', 'the api'): lower case, each once, at most twenty of forty characters."""
    parts = (" ".join(part.split()).lower()[:40] for part in text.replace(";", ",").split(","))
    return tuple(dict.fromkeys(part for part in parts if part))[:20]
