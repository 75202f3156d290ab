"""What need not be sent any more, because something that still waits says the same thing anew."""

from collections.abc import Iterable
from itertools import islice

from bot.core.actions import EditCopy
from bot.runtime.desk import Queued

_LOOKED_AHEAD = 200
"""So many of what waits behind; a longer lane is not looked through for every edit."""


def is_superseded(lane: Iterable[Queued]) -> bool:
    """Whether the first one edits a copy that one of the others edits again.

    Not one that exchanges files, of which the next one would not know; nor one of which something may have arrived.
    """
    head, *others = islice(lane, _LOOKED_AHEAD)
    edit = head.action
    if not isinstance(edit, EditCopy) or edit.before is not None:
        return False
    if head.row.is_uncertain or head.row.sent_so_far:
        return False
    return any(isinstance(one.action, EditCopy) and _target(one.action) == _target(edit) for one in others)


def _target(edit: EditCopy) -> tuple[object, ...]:
    return edit.message_id, edit.place, edit.ticket_id, edit.conversation_id
