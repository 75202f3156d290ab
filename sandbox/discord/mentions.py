"""Whom a message pings: what its text names, cut down by allowed_mentions and by the author's rights."""

import re
from collections.abc import Iterable

from sandbox.discord.community import Community
from sandbox.discord.errors import FormErrors
from sandbox.discord.model import Channel, Json, Mentions, Message
from sandbox.discord.permissions import Permission, in_channel
from sandbox.discord.snowflake import is_snowflake

_CODE = re.compile(r"```.*?```|`[^`\n]+`", re.DOTALL)
_USER = re.compile(r"<@!?(\d+)>")
_ROLE = re.compile(r"<@&(\d+)>")
_EVERYONE = re.compile(r"@(?:everyone|here)\b")
_PARSED = ("everyone", "roles", "users")
_MOST_IDS = 100


def check_allowed_mentions(allowed: Json | None, errors: FormErrors) -> None:
    """Blame what Discord would not take as allowed_mentions."""
    if allowed is None:
        return
    for key in ("parse", "users", "roles"):
        if not isinstance(allowed.get(key) or [], list):
            errors.add(
                f"allowed_mentions.{key}", "LIST_TYPE_CONVERT", "Only iterables may be used in a ListType"
            )
            return
    parse = allowed.get("parse") or []
    for index, kind in enumerate(parse):
        errors.choice(f"allowed_mentions.parse.{index}", kind, _PARSED)
    for kind in ("users", "roles"):
        ids = allowed.get(kind) or []
        if kind in parse and ids:
            message = f'parse:["{kind}"] and {kind}: [ids...] are mutually exclusive.'
            errors.add("allowed_mentions", "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE", message)
        if len(ids) > _MOST_IDS:
            errors.count(f"allowed_mentions.{kind}", ids, 0, _MOST_IDS)
        for index, one in enumerate(ids):
            if not is_snowflake(one):
                errors.add(
                    f"allowed_mentions.{kind}.{index}",
                    "NUMBER_TYPE_COERCE",
                    f'Value "{one}" is not snowflake.',
                )


def find_mentions(
    community: Community,
    channel: Channel,
    author_id: str,
    texts: Iterable[str],
    allowed: Json | None,
    replied_to: Message | None = None,
) -> Mentions:
    """Who is pinged by these texts; code does not ping, nor does what allowed_mentions leaves out."""
    text = _CODE.sub("", "\n".join(texts))
    may_ping_all = bool(in_channel(community, author_id, channel) & Permission.MENTION_EVERYONE)
    users = [one for one in dict.fromkeys(_USER.findall(text)) if one in community.users]
    users = [one for one in users if _is_allowed(allowed, "users", one)]
    if replied_to and _pings_replied(allowed) and replied_to.author_id not in users:
        users.append(replied_to.author_id)
    roles = [one for one in dict.fromkeys(_ROLE.findall(text)) if one in community.roles and channel.guild_id]
    roles = [one for one in roles if may_ping_all or community.roles[one].is_mentionable]
    everyone = bool(channel.guild_id and may_ping_all and _EVERYONE.search(text))
    return Mentions(
        users=users,
        roles=[one for one in roles if _is_allowed(allowed, "roles", one)],
        everyone=everyone and _is_allowed(allowed, "everyone", ""),
    )


def _is_allowed(allowed: Json | None, kind: str, subject: str) -> bool:
    if allowed is None or kind in (allowed.get("parse") or []):
        return True
    return subject in [str(one) for one in allowed.get(kind) or []] if subject else False


def _pings_replied(allowed: Json | None) -> bool:
    # Without allowed_mentions a reply pings; with it only when it says so.
    return True if allowed is None else bool(allowed.get("replied_user"))
