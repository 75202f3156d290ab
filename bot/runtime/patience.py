"""For how long something is tried that a platform does not take for now."""

from datetime import datetime, timedelta

from bot.core.actions import Action, DrawHome, MarkMessage, MarkSeen, ReactToCopy, UpdateButtons
from bot.core.outgoing import SendError
from storage import StoredAction

GIVE_UP_AFTER = timedelta(hours=24)
_DECORATIONS = (ReactToCopy, MarkMessage, MarkSeen, UpdateButtons, DrawHome)
"""They only adorn what was said: words must not wait behind one for a day."""
_TRIES_BESIDE_OTHERS = 4
_TRIES_ALONE = 10
"""With the pauses between them this takes three minutes."""


def is_over(
    action: Action, row: StoredAction, error: SendError, now: datetime, taken_at: datetime | None
) -> bool:
    """Whether to try it no more. `taken_at` is when the platform last took anything."""
    if row.first_tried_at is None:
        return False
    if now - row.first_tried_at > GIVE_UP_AFTER:
        return True
    # A platform that says when to come back, or that cannot be reached at all, is waited for.
    if not isinstance(action, _DECORATIONS) or not error.is_uncertain:
        return False
    # One that takes other things is not away: it cannot do this.
    is_there = taken_at is not None and taken_at > row.first_tried_at
    return row.attempts >= (_TRIES_BESIDE_OTHERS if is_there else _TRIES_ALONE)
