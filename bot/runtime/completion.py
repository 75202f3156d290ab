"""What is offered while an argument is typed; only to those who may see it."""

from bot.core.commands import Role
from bot.core.places import Identity
from bot.core.texts import shorten
from bot.core.ticket import Ticket
from storage import UnitOfWork

LONGEST = 100
MOST = 25
"""Discord shows no more."""


def complete(work: UnitOfWork, completes: str, identity: Identity, typed: str) -> list[tuple[str, str]]:
    """(value, label) pairs; [] for who is not of the team."""
    staff = work.team.of(identity)
    if staff is None or not staff.is_confirmed:
        return []
    if completes == "articles" and staff.role >= Role.AGENT:
        wanted = typed.strip().lower()
        # What is longer than Discord takes could not be given back whole.
        return [
            (key, shorten(f"{key}: {title}", 100))
            for key, title in work.library.titles()
            if len(key) <= LONGEST and (wanted in key.lower() or wanted in title.lower())
        ][:MOST]
    tickets: list[Ticket] = []
    if completes == "waiting_tickets" and staff.role >= Role.AGENT:
        tickets = work.tickets.waiting(limit=200)
    elif completes == "my_tickets":
        tickets = work.tickets.held_by(staff.id)
    wanted = typed.strip().lstrip("#").lower()
    return [
        (str(ticket.number), shorten(f"#{ticket.number} {ticket.subject}", 100))
        for ticket in tickets
        if wanted in str(ticket.number) or wanted in ticket.subject.lower()
    ][:MOST]
