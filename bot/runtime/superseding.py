"""What need not be sent any more, because something that still waits says it anew or takes it back."""

from collections import Counter, deque

from bot.core.actions import Action, EditCopy, RemoveCopy, Say
from bot.runtime.desk import Queued
from storage import StoredAction


class Lane(deque[Queued]):
    """What waits to be sent into one place, in its order. It knows what its edits and removals are about, so that
    nobody looks through it: thousands may wait for a place that is away.
    """

    __slots__ = ("_changes",)

    def __init__(self, first: Queued) -> None:
        super().__init__()
        self._changes: Counter[tuple[object, ...]] | None = None
        """How many there are of each; most lanes never have any."""
        self.append(first)

    def append(self, item: Queued) -> None:
        super().append(item)
        about = _about(item.action)
        if about is not None:
            self._changes = self._changes or Counter()
            self._changes[about] += 1

    def popleft(self) -> Queued:
        item = super().popleft()
        about = _about(item.action)
        if about is not None and self._changes is not None:
            self._changes[about] -= 1
            if not self._changes[about]:
                del self._changes[about]
        return item

    def clear(self) -> None:
        super().clear()
        self._changes = None

    def edits(self, edit: EditCopy) -> int:
        """How many edits of the same copy there are, this one among them."""
        return self._changes[_edit_of(edit)] if self._changes else 0

    def removes(self, message_id: int) -> bool:
        """Whether a removal of one of the message's copies is there."""
        return self._changes is not None and ("removal", message_id) in self._changes


def is_superseded(lane: Lane) -> bool:
    """Whether the first one edits a copy that one of the others edits again.

    Not one that exchanges files, of which the next one would not know; nor one of which something may have arrived.
    """
    head = lane[0]
    edit = head.action
    if not isinstance(edit, EditCopy) or edit.before is not None:
        return False
    if head.row.is_uncertain or head.row.sent_so_far:
        return False
    return lane.edits(edit) > 1


def is_withdrawn_by(row: StoredAction, action: Action, lane: Lane | None) -> bool:
    """Whether its removal waits behind it and it has not arrived: it is not sent only to be taken away again."""
    if lane is None or row.is_uncertain or not isinstance(action, Say) or action.message_id is None:
        return False
    return lane.removes(action.message_id)


def _about(action: Action) -> tuple[object, ...] | None:
    """What a later one may make needless, named; None when it changes nothing that was said."""
    if isinstance(action, EditCopy):
        return _edit_of(action)
    return ("removal", action.message_id) if isinstance(action, RemoveCopy) else None


def _edit_of(edit: EditCopy) -> tuple[object, ...]:
    return edit.message_id, edit.place, edit.ticket_id, edit.conversation_id
