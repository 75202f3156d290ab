"""What need not be sent any more, because something that still waits says it anew or takes it back."""

from collections.abc import Sequence
from itertools import islice

from bot.core.actions import Action, EditCopy, RemoveCopy, Say
from bot.runtime.desk import Queued
from storage import StoredAction

_LOOKED_AHEAD = 200
"""So many of what waits behind; a longer lane is not looked through for every edit."""


def is_superseded(lane: Sequence[Queued]) -> bool:
    """Whether the first one edits a copy that one of the others edits again.

    Not one that exchanges files, of which the next one would not know; nor one of which something may have arrived.
    """
    head = lane[0]
    edit = head.action
    if not isinstance(edit, EditCopy) or edit.before is not None:
        return False
    if head.row.is_uncertain or head.row.sent_so_far:
        return False
    return any(
        isinstance(one.action, EditCopy) and _target(one.action) == _target(edit)
        for one in islice(lane, 1, _LOOKED_AHEAD)
    )


def is_withdrawn_by(row: StoredAction, action: Action, lane: Sequence[Queued]) -> bool:
    """Whether its removal waits behind it and it has not arrived: it is not sent only to be taken away again."""
    if len(lane) < 2 or row.is_uncertain or not isinstance(action, Say) or action.message_id is None:
        return False
    return any(
        isinstance(one.action, RemoveCopy) and one.action.message_id == action.message_id for one in lane
    )


def _target(edit: EditCopy) -> tuple[object, ...]:
    return edit.message_id, edit.place, edit.ticket_id, edit.conversation_id
