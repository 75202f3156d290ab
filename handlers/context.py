"""What a handler has: the unit of work, the moment, the words, and how this desk is set up."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.core.capabilities import Capabilities
from bot.core.commands import Command
from bot.core.places import Place
from bot.core.policies.naming import AgentNames
from bot.core.texts import Texts
from storage import UnitOfWork


@dataclass(frozen=True, slots=True)
class DeskSettings:
    """How this company runs its desk; all of it comes from the environment."""

    company: str
    staff_space: Place | None
    support_places: tuple[Place, ...]
    admins: frozenset[tuple[str, str]]
    """(platform, external id)."""
    wait_limit: timedelta | None
    """Waiting longer than this calls for help; None: only people call."""
    check_in_after: timedelta
    quiet_hours: tuple[int, int]
    """From and to, hours of the customer's day; equal means none."""
    command_prefix: str = ""
    editors: frozenset[tuple[str, str]] = frozenset()
    """As `admins`: they may publish articles while they are on the team."""
    agent_names: AgentNames = AgentNames.OWN
    """Under which name customers see who helps them."""
    has_seen_marks: bool = True
    """Customers see on their message that somebody took it."""
    team_name: str = ""
    """What stands in place of a name that is not shown; "" for 'Support' in the customer's language."""


@dataclass(frozen=True, slots=True)
class Context:
    work: UnitOfWork
    now: datetime
    settings: DeskSettings
    texts_in: Callable[[str], Texts]
    """The texts of a language; English for one that is not there."""
    capabilities_of: Callable[[str], Capabilities | None]
    """What a platform can show; None when it is off."""
    commands: tuple[Command, ...] = ()
    staff_language: str = "en"
    notes: dict[str, object] = field(default_factory=dict)
    """Facts for the log and the metrics; never message text."""

    def typed(self, command: str, platform: str) -> str:
        """How people on that platform give a command: '/claim', with the prefix or the platform's own name for it."""
        capabilities = self.capabilities_of(platform)
        name = capabilities.command_name(command) if capabilities else command
        return f"/{self.settings.command_prefix}{name}" if name == command else f"/{name}"

    @property
    def staff_texts(self) -> Texts:
        return self.texts_in(self.staff_language)
