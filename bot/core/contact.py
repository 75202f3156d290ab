"""A person, whichever account they write from."""

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

    def opted_out(self, is_opted_out: bool) -> "Contact":
        return replace(self, is_opted_out=is_opted_out)

    def reachable(self, is_reachable: bool) -> "Contact":
        return replace(self, is_reachable=is_reachable)
