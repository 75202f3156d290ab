"""What Slack says of people, and what the edge found out before an event is made."""

from collections.abc import Mapping

from msgspec import Struct, field
from msgspec.structs import replace

from adapters.slack.payloads import Json
from adapters.slack.render import visible_name
from adapters.slack.scope import PLATFORM, Me
from bot.core.events import Author
from bot.core.places import Identity


class Profile(Struct, frozen=True):
    """A person as users.info describes them."""

    id: str
    name: str
    handle: str = ""
    language: str = ""
    time_zone: str = ""
    avatar_url: str = ""
    is_bot: bool = False


class Wanted(Struct, frozen=True):
    """What must be asked of Slack before a payload can become events."""

    people: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    """Whose names are mentioned."""
    groups: frozenset[str] = frozenset()
    """User groups that are mentioned; Slack tells of all of them at once."""
    members: bool = False
    """Who is in the staff space and among the colleagues."""
    thread_of: tuple[str, str] | None = None
    """(channel, message) whose thread is unknown."""
    direct_chat_of: str = ""
    """A person whose own chat with the bot may not be the one the payload names."""
    presence_in: str = ""
    """A channel that the bot may not be in."""


class Found(Struct, frozen=True):
    """What Slack answered in time; what is missing is left out of the event or stands in it as an id."""

    people: Mapping[str, Profile] = field(default_factory=dict)
    channels: Mapping[str, str] = field(default_factory=dict)
    groups: Mapping[str, str] = field(default_factory=dict)
    """The handles of user groups, such as "support-team"."""
    staff: frozenset[str] | None = None
    """None when nobody asked or nobody answered."""
    colleagues: frozenset[str] = frozenset()
    thread: str | None = None
    direct_chat: str = ""
    is_present: bool = True
    """False only where Slack says that the bot is not in the channel."""

    @property
    def without_members(self) -> "Found":
        if self.staff is None and not self.colleagues:
            return self
        return replace(self, staff=None, colleagues=frozenset())

    def name(self, user_id: str) -> str:
        return self.people[user_id].name if user_id in self.people else user_id


def profile_of(user: Json) -> Profile:
    """Return the profile in an answer of users.info."""
    shown = user.get("profile") or {}
    name = shown.get("display_name") or shown.get("real_name") or user.get("real_name") or user.get("name")
    return Profile(
        id=str(user.get("id", "")),
        name=visible_name(str(name or user.get("id", ""))),
        handle=str(user.get("name") or ""),
        language=str(user.get("locale") or "").partition("-")[0].lower(),
        time_zone=str(user.get("tz") or ""),
        avatar_url=str(shown.get("image_192") or shown.get("image_72") or ""),
        is_bot=bool(user.get("is_bot")),
    )


def author_of(user_id: str, me: Me, found: Found, *, is_in_staff_space: bool = False) -> Author:
    """Return who did it; `is_in_staff_space` when the event itself shows that."""
    profile = found.people.get(user_id) or Profile(user_id, user_id)
    is_staff = None if found.staff is None else user_id in found.staff
    return Author(
        identity=Identity(PLATFORM, me.team_id, user_id),
        name=profile.name,
        handle=profile.handle,
        language=profile.language,
        time_zone=profile.time_zone,
        avatar_url=profile.avatar_url,
        is_bot=profile.is_bot,
        is_in_staff_space=True if is_in_staff_space else is_staff,
        is_colleague=user_id in found.colleagues,
    )
