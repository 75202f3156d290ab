"""The bodies that begin or change a thread or channel, checked as Discord checks them."""

from dataclasses import dataclass, field

from sandbox.discord.channel_form import MOST_SLOW_SECONDS, TAG_REQUIRED_FLAG
from sandbox.discord.community import Community
from sandbox.discord.errors import TAG_REQUIRED, ApiError, FormErrors
from sandbox.discord.model import Channel, ChannelType, Json, ThreadState
from sandbox.discord.threads import ARCHIVE_MINUTES, PINNED_IN_FORUM

MOST_TAGS = 5


@dataclass(frozen=True, slots=True)
class ThreadForm:
    """A new thread, or a change; in a change only what `given` names is meant."""

    name: str = ""
    kind: ChannelType = ChannelType.PUBLIC_THREAD
    archive_minutes: int | None = None
    tags: list[str] = field(default_factory=list)
    slow_seconds: int = 0
    is_archived: bool | None = None
    is_locked: bool = False
    is_invitable: bool = True
    is_pinned: bool = False
    given: frozenset[str] = frozenset()

    def apply(self, channel: Channel, thread: ThreadState) -> None:
        """Change the thread by what was given."""
        if "name" in self.given:
            channel.name = self.name
        if "rate_limit_per_user" in self.given:
            channel.slow_seconds = self.slow_seconds
        if "applied_tags" in self.given:
            thread.applied_tags = list(self.tags)
        if self.archive_minutes is not None:
            thread.auto_archive_minutes = self.archive_minutes
        if self.is_archived is not None:
            thread.is_archived = self.is_archived
        if "locked" in self.given:
            thread.is_locked = self.is_locked
        if "invitable" in self.given:
            thread.is_invitable = self.is_invitable
        if "flags" in self.given:
            channel.flags = PINNED_IN_FORUM if self.is_pinned else 0


def read_new_thread(parent: Channel, body: Json) -> ThreadForm:
    """The thread this body begins below this channel; raises ApiError."""
    errors = FormErrors()
    kinds = (ChannelType.PUBLIC_THREAD, ChannelType.PRIVATE_THREAD)
    if body.get("type") is not None:
        errors.choice("type", body["type"], kinds)
    if "name" not in body:
        errors.required("name")
    form = _read(parent, body, errors)
    if parent.type is ChannelType.FORUM:
        if "message" not in body:
            errors.required("message")
        errors.raise_if_any()
        if parent.flags & TAG_REQUIRED_FLAG and not form.tags:
            raise ApiError(TAG_REQUIRED)
    errors.raise_if_any()
    return form


def read_thread_change(community: Community, channel: Channel, body: Json) -> ThreadForm:
    """The change of a thread; raises ApiError."""
    errors = FormErrors()
    form = _read(community.channels[channel.parent_id], body, errors)
    errors.raise_if_any()
    return form


def _read(parent: Channel, body: Json, errors: FormErrors) -> ThreadForm:
    given = {key: value for key, value in body.items() if value is not None}
    if "name" in given:
        errors.length("name", given["name"], 1, 100)
    if "auto_archive_duration" in given:
        errors.choice("auto_archive_duration", given["auto_archive_duration"], ARCHIVE_MINUTES)
    if "rate_limit_per_user" in given:
        errors.number("rate_limit_per_user", given["rate_limit_per_user"], 0, MOST_SLOW_SECONDS)
    if "flags" in given:
        errors.number("flags", given["flags"], 0, 1 << 31)
    for key in ("archived", "locked", "invitable"):
        if key in given and not isinstance(given[key], bool):
            errors.add(key, "BOOLEAN_TYPE_CONVERT", "Must be either true or false.")
    tags = _read_tags(parent, given, errors)
    errors.raise_if_any()
    kind = given.get("type", ChannelType.PRIVATE_THREAD)
    name = given.get("name", "")
    return ThreadForm(
        name=name.strip() if isinstance(name, str) else "",
        kind=ChannelType(kind) if kind in (11, 12) else ChannelType.PUBLIC_THREAD,
        archive_minutes=given.get("auto_archive_duration"),
        tags=tags,
        slow_seconds=given.get("rate_limit_per_user", 0),
        is_archived=given.get("archived"),
        is_locked=given.get("locked", False),
        is_invitable=given.get("invitable", True),
        is_pinned=bool(given.get("flags", 0) & PINNED_IN_FORUM),
        given=frozenset(given),
    )


def _read_tags(parent: Channel, given: Json, errors: FormErrors) -> list[str]:
    wanted = given.get("applied_tags") or []
    if not isinstance(wanted, list):
        errors.add("applied_tags", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType")
        return []
    tags = [str(one) for one in wanted]
    if len(tags) > MOST_TAGS:
        errors.add("applied_tags", "BASE_TYPE_MAX_LENGTH", f"Must be {MOST_TAGS} or fewer in length.")
    known = {tag.id for tag in parent.tags}
    for index, one in enumerate(tags):
        if one not in known:
            errors.add(
                f"applied_tags.{index}", "CHANNEL_TAG_INVALID", "This tag does not exist in this channel"
            )
    return tags
