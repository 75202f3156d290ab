"""A person as one of their accounts shows them; accounts that are linked are one person."""

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class Contact:
    id: int
    name: str
    language: str = ""
    time_zone: str = ""
    is_opted_out: bool = False
    """Wants no questions that they did not ask for: ratings, check-ins."""
    is_reachable: bool = True
    person_id: int | None = None
    """The same for all accounts that are linked; None for one that is alone."""

    @property
    def person(self) -> int:
        """Who it is, whichever account they use."""
        return self.person_id or self.id

    @property
    def is_linked(self) -> bool:
        return self.person_id is not None

    def opted_out(self, is_opted_out: bool) -> "Contact":
        return replace(self, is_opted_out=is_opted_out)

    def reachable(self, is_reachable: bool) -> "Contact":
        return replace(self, is_reachable=is_reachable)
