"""What is offered while an argument is typed; only to those who may see it."""

from collections.abc import Sequence

from bot.core.commands import Role
from bot.core.places import Identity
from bot.core.policies.languages import first_of
from bot.core.texts import shorten
from bot.core.ticket import Ticket
from storage import UnitOfWork

LONGEST = 100
MOST = 25
"""Discord shows no more."""


def complete(
    work: UnitOfWork, completes: str, identity: Identity, typed: str, languages: Sequence[str] = ()
) -> list[tuple[str, str]]:
    """(value, label) pairs; [] for who is not of the team. `languages` are those of the team."""
    staff = work.team.of(identity)
    if staff is None or not staff.is_confirmed:
        return []
    if completes == "articles" and staff.role >= Role.AGENT:
        contact = work.contacts.of(identity)
        return _articles(work, typed, (*(contact.languages if contact else ()), *languages))
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


def _articles(work: UnitOfWork, typed: str, languages: Sequence[str]) -> list[tuple[str, str]]:
    """Those whose key or title in any language has what is typed, named in the first of these languages."""
    wanted, found = typed.strip().casefold(), list[tuple[str, str]]()
    for key, titles in work.library.titles().items():
        # What is longer than Discord takes could not be given back whole.
        if len(key) <= LONGEST and any(wanted in one.casefold() for one in (key, *titles.values())):
            found.append((key, shorten(f"{key}: {titles[first_of(languages, list(titles))]}", LONGEST)))
        if len(found) == MOST:
            break
    return found
