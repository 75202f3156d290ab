"""Words in the staff space that are ahead of their thread.

People see a ticket's thread, and write in it, as soon as the platform has it; the bot knows it with the receipt.
"""

from bot.core.events import MessageReceived
from bot.runtime.lanes import TICKETS, tickets_in
from storage import UnitOfWork

_MOST_LOOKED_THROUGH = 50
"""More tickets with something to be shown are no quiet moment: one of them is being opened."""


def may_be_ahead(event: MessageReceived, work: UnitOfWork) -> bool:
    """Whether the thread, which is no ticket's so far, may be one that is being opened."""
    if not event.place.thread:
        return False
    lanes = work.outbox.pending_lanes(*TICKETS, limit=_MOST_LOOKED_THROUGH)
    if len(lanes) == _MOST_LOOKED_THROUGH:
        return True
    return any(work.tickets.thread_of(ticket_id) is None for ticket_id in tickets_in(lanes))
