"""A link between two contacts that staff proposed."""

from datetime import datetime

from msgspec import Struct


class Proposal(Struct, frozen=True):
    """A staff member believes that two contacts are one person; each of them must say so itself."""

    id: int
    ticket_id: int
    staff_id: int
    one_id: int
    other_id: int
    one_agreed_at: datetime | None
    other_agreed_at: datetime | None
    expires_at: datetime
    ended_at: datetime | None

    @property
    def is_agreed(self) -> bool:
        return self.one_agreed_at is not None and self.other_agreed_at is not None
