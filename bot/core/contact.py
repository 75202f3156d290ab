"""A person as one of their accounts shows them; accounts that are linked are one person."""

from msgspec import Struct
from msgspec.structs import replace


class Contact(Struct, frozen=True):
    id: int
    name: str
    language: str = ""
    """What their app is set to, as its platform tells."""
    time_zone: str = ""
    is_opted_out: bool = False
    """Wants no questions that they did not ask for: ratings, check-ins."""
    is_reachable: bool = True
    person_id: int | None = None
    """The same for all accounts that are linked; None for one that is alone."""
    chosen_language: str = ""
    """What they asked for themselves; "" when it is to be found."""
    written_language: str = ""
    """What they write, once that is clear."""
    heard_language: str = ""
    """What they may have begun to write."""
    heard_evidence: float = 0.0
    """How much speaks for it: the sum of the log odds of messages in a row."""

    @property
    def languages(self) -> tuple[str, ...]:
        """What to speak to them, best first."""
        known = (self.chosen_language, self.written_language, self.language)
        return tuple(language for language in known if language)

    @property
    def person(self) -> int:
        """Who it is, whichever account they use."""
        return self.person_id or self.id

    @property
    def is_linked(self) -> bool:
        return self.person_id is not None

    def opted_out(self, is_opted_out: bool) -> "Contact":
        return replace(self, is_opted_out=is_opted_out)

    def choosing(self, language: str) -> "Contact":
        """With a language of their own choice, or "" to have it found again."""
        return replace(self, chosen_language=language)

    def reachable(self, is_reachable: bool) -> "Contact":
        return replace(self, is_reachable=is_reachable)
