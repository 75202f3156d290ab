"""What a handler has: the unit of work, the moment, the words, and how this desk is set up."""

from collections.abc import Callable
from datetime import datetime, timedelta

from msgspec import Struct, field

from bot.core.capabilities import Capabilities
from bot.core.commands import Command
from bot.core.events import Asker, Author, ButtonPressed, CommandGiven, FormSubmitted, ShortcutUsed
from bot.core.places import Place
from bot.core.policies.naming import AgentNames
from bot.core.staff import Staff
from bot.core.texts import Language, Texts
from storage import UnitOfWork

Asked = CommandGiven | ButtonPressed | FormSubmitted | ShortcutUsed
"""Events whose author waits for an answer."""


def asker_of(event: Asked | Asker) -> Asker:
    """Who asks, for an answer that comes with another event."""
    if isinstance(event, Asker):
        return event
    return Asker(event.place, event.author.identity, event.author.language, event.handle)


class DeskSettings(Struct, frozen=True):
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
    staff_language: str = "en"
    """Of everything that the whole team reads."""
    default_language: str = "en"
    """Of everything said to people of whom nothing else is known."""


class Context(Struct, frozen=True):
    work: UnitOfWork
    now: datetime
    settings: DeskSettings
    texts_in: Callable[..., Texts]
    """The texts of the first of these languages that is there; else those of the company's own language."""
    capabilities_of: Callable[[str], Capabilities | None]
    """What a platform can show; None when it is off."""
    commands: tuple[Command, ...] = ()
    languages: tuple[Language, ...] = ()
    """What can be chosen."""
    notes: dict[str, object] = field(default_factory=dict)
    """Facts for the log and the metrics; never message text."""

    def typed(self, command: str, platform: str) -> str:
        """How people on that platform give a command: '/claim', with the prefix or the platform's own name for it."""
        capabilities = self.capabilities_of(platform)
        name = capabilities.command_name(command) if capabilities else command
        return f"/{self.settings.command_prefix}{name}" if name == command else f"/{name}"

    def answers_privately(self, platform: str) -> bool:
        """Whether an answer there is read by whoever asked, and by nobody else."""
        capabilities = self.capabilities_of(platform)
        return capabilities is None or capabilities.has_private_answers

    def awaits_answers(self, platform: str) -> bool:
        """Whether a command there looks unfinished until something answers it."""
        capabilities = self.capabilities_of(platform)
        return capabilities is None or capabilities.awaits_answers

    @property
    def staff_texts(self) -> Texts:
        """For what the whole team reads."""
        return self.texts_in(self.settings.staff_language)

    def texts_of(self, author: Author) -> Texts:
        """For whoever did something: what they chose, else what they write, else what their app is set to."""
        contact = self.work.contacts.of(author.identity)
        return self.texts_in(*(contact.languages if contact else ()), author.language)

    def texts_to(self, staff: Staff) -> Texts:
        """For what one of the team gets alone."""
        contact = self.work.contacts.of(staff.identity)
        return self.texts_in(*(contact.languages if contact else ()), self.settings.staff_language)

    def answer_texts(self, event: Asked | Asker) -> Texts:
        """For an answer to one of the team: in their own language, unless everybody there reads it."""
        return self.texts_in(*self.answer_languages(event))

    def answer_languages(self, event: Asked | Asker) -> tuple[str, ...]:
        """The languages of an answer to one of the team, the best first; the company's, and English, come last."""
        asker = asker_of(event)
        own: tuple[str, ...] = ()
        if asker.place.is_direct or self.answers_privately(asker.place.platform):
            contact = self.work.contacts.of(asker.identity)
            own = (*(contact.languages if contact else ()), asker.language)
        known = (*own, self.settings.staff_language, self.settings.default_language, "en")
        return tuple(dict.fromkeys(language for language in known if language))
