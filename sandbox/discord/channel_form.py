"""The bodies that create or change a channel or forum, checked as Discord checks them."""

from sandbox.discord.community import Community
from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Channel, ChannelType, Json, Overwrite, Tag

TAG_REQUIRED_FLAG = 1 << 4
MOST_SLOW_SECONDS = 21_600
_CREATABLE = (ChannelType.TEXT, ChannelType.FORUM, ChannelType.CATEGORY)
_MOST_TAGS = 20


def new_channel(community: Community, body: Json) -> Channel:
    """The channel this body creates, not yet part of the guild; raises ApiError."""
    errors = FormErrors()
    errors.choice("type", body.get("type", 0), _CREATABLE)
    if "name" not in body:
        errors.required("name")
    errors.raise_if_any()
    position = max((one.position for one in community.channels.values()), default=-1) + 1
    kind = ChannelType(body.get("type", 0))
    channel = Channel(community.snowflakes.next(), kind, guild_id=community.guild.id, position=position)
    change_channel(community, channel, body)
    return channel


def change_channel(community: Community, channel: Channel, body: Json) -> None:
    """Change a channel or forum by what the body gives; raises ApiError."""
    given = {key: value for key, value in body.items() if value is not None}
    _check(channel, given)
    channel.name = given.get("name", channel.name)
    channel.position = given.get("position", channel.position)
    channel.slow_seconds = given.get("rate_limit_per_user", channel.slow_seconds)
    channel.default_archive_minutes = given.get(
        "default_auto_archive_duration", channel.default_archive_minutes
    )
    if "topic" in body:
        channel.topic = body["topic"]
    if "parent_id" in body:
        channel.parent_id = str(body["parent_id"] or "")
    if "flags" in given:
        channel.flags = given["flags"] & TAG_REQUIRED_FLAG
    if "available_tags" in given:
        channel.tags = [_read_tag(community, one) for one in given["available_tags"]]
    if "permission_overwrites" in given:
        channel.overwrites = [read_overwrite(str(one["id"]), one) for one in given["permission_overwrites"]]


def _check(channel: Channel, given: Json) -> None:
    errors = FormErrors()
    if "name" in given:
        errors.length("name", given["name"], 1, 100)
    if "topic" in given:
        errors.length("topic", given["topic"], 0, 4096 if channel.type is ChannelType.FORUM else 1024)
    for key, most in (("rate_limit_per_user", MOST_SLOW_SECONDS), ("position", 500), ("flags", 1 << 31)):
        if key in given:
            errors.number(key, given[key], 0, most)
    tags = given.get("available_tags", [])
    if errors.dictionaries("available_tags", tags):
        errors.count("available_tags", tags, 0, _MOST_TAGS)
        for index, one in enumerate(tags):
            errors.length(f"available_tags.{index}.name", one.get("name"), 1, 20)
    overwrites = given.get("permission_overwrites", [])
    if errors.dictionaries("permission_overwrites", overwrites):
        for index, one in enumerate(overwrites):
            check_overwrite(one, f"permission_overwrites.{index}.", errors)
    errors.raise_if_any()


def check_overwrite(body: Json, prefix: str, errors: FormErrors) -> None:
    errors.choice(f"{prefix}type", body.get("type"), (0, 1))
    for key in ("allow", "deny"):
        if not str(body.get(key) or 0).isdigit():
            errors.add(f"{prefix}{key}", "NUMBER_TYPE_COERCE", f'Value "{body[key]}" is not int.')


def read_overwrite(target: str, body: Json) -> Overwrite:
    return Overwrite(target, body["type"] == 1, int(body.get("allow") or 0), int(body.get("deny") or 0))


def _read_tag(community: Community, one: Json) -> Tag:
    tag_id = str(one.get("id") or community.snowflakes.next())
    return Tag(tag_id, one["name"], one.get("emoji_name"), bool(one.get("moderated")))
