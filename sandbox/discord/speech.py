"""A message as Discord writes it in JSON, as the bot gets it and as people read it."""

import hashlib
import hmac
import re
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from sandbox.discord.community import Community
from sandbox.discord.model import Attachment, Json, Message, MessageFlag, MessageType
from sandbox.discord.snowflake import iso
from sandbox.discord.wire import channel_json, member_json, user_json

_LINK_HOURS = 24
_MENTION = re.compile(r"<(@!?|@&|#)(\d+)>")
_WITHHELD: dict[str, Any] = {"content": "", "embeds": [], "attachments": [], "components": []}


def attachment_json(community: Community, attachment: Attachment) -> Json:
    """An attachment with a signed address that is good for a day, as Discord's are."""
    now = community.now().replace(minute=0, second=0, microsecond=0)
    path = f"/cdn/attachments/{attachment.channel_id}/{attachment.id}/{quote(attachment.filename)}"
    since, until = int(now.timestamp()), int((now + timedelta(hours=_LINK_HOURS + 1)).timestamp())
    url = f"{community.base_url}{path}?ex={until:x}&is={since:x}&hm={link_signature(community, attachment.id, until)}"
    data: Json = {
        "id": attachment.id,
        "filename": attachment.filename,
        "size": len(attachment.content),
        "url": url,
        "proxy_url": url,
        "content_type": attachment.mime,
    }
    optional = {"title": attachment.title, "description": attachment.description}
    data |= {key: value for key, value in optional.items() if value}
    if attachment.waveform:
        data |= {"duration_secs": attachment.seconds, "waveform": attachment.waveform}
    return data | ({"ephemeral": True} if attachment.is_ephemeral else {})


def link_signature(community: Community, attachment_id: str, until: int) -> str:
    return hmac.new(community.signing_key, f"{attachment_id}:{until}".encode(), hashlib.sha256).hexdigest()


def emoji_json(key: str) -> Json:
    """`name:id` is a custom emoji, anything else the character itself."""
    name, _, emoji_id = key.rpartition(":")
    return {"id": emoji_id, "name": name, "animated": False} if name else {"id": None, "name": key}


def message_json(
    community: Community, message: Message, *, viewer: str = "", with_reply: bool = True
) -> Json:
    """The message as this viewer gets it (the bot when none is named)."""
    viewer = viewer or community.bot_id
    data: Json = {
        "id": message.id,
        "channel_id": message.channel_id,
        "author": user_json(community.users[message.author_id]),
        "type": int(message.type),
        "content": message.content,
        "timestamp": iso(message.sent_at),
        "edited_timestamp": iso(message.edited_at) if message.edited_at else None,
        "tts": message.is_tts,
        "mention_everyone": message.mentions.everyone,
        "mentions": [user_json(community.users[one]) for one in message.mentions.users],
        "mention_roles": list(message.mentions.roles),
        "mention_channels": [],
        "attachments": [attachment_json(community, one) for one in message.attachments],
        "embeds": message.embeds,
        "components": message.components,
        "pinned": message.pinned_at is not None,
        "flags": int(message.flags),
    }
    data |= message.extra
    if message.nonce is not None:
        data["nonce"] = message.nonce
    if message.interaction:
        data |= {"application_id": community.application_id, "webhook_id": community.application_id}
        data["interaction_metadata"] = message.interaction
    if message.reactions:
        data["reactions"] = _reactions_json(message, viewer)
    thread = community.channels.get(message.id)
    if thread is not None and thread.is_thread and thread.parent_id == message.channel_id:
        data["thread"] = channel_json(community, thread)
    if message.reference:
        data |= _reference_json(community, message, viewer, with_reply=with_reply)
    return data


def _reactions_json(message: Message, viewer: str) -> list[Json]:
    return [
        {
            "emoji": emoji_json(key),
            "count": len(people),
            "count_details": {"burst": 0, "normal": len(people)},
            "burst_colors": [],
            "me": viewer in people,
            "me_burst": False,
            "burst_me": False,
            "burst_count": 0,
        }
        for key, people in message.reactions.items()
        if people
    ]


def _reference_json(community: Community, message: Message, viewer: str, *, with_reply: bool) -> Json:
    data: Json = {"message_reference": message.reference}
    if message.reference and message.reference.get("type"):
        # What is forwarded is shown as it was, by its snapshot.
        return data
    if message.type in (MessageType.REPLY, MessageType.THREAD_STARTER) and with_reply and message.reference:
        target = community.messages.get(message.reference["channel_id"], {}).get(
            message.reference["message_id"]
        )
        shown = message_json(community, target, viewer=viewer, with_reply=False) if target else None
        data["referenced_message"] = shown
    return data


def gateway_message_json(community: Community, message: Message) -> Json:
    """The message as MESSAGE_CREATE and MESSAGE_UPDATE carry it: with the guild and the author's membership."""
    data = message_json(community, message)
    channel = community.channels[message.channel_id]
    if channel.guild_id:
        data["guild_id"] = channel.guild_id
        member = community.members.get(message.author_id)
        if member and not message.interaction:
            data["member"] = member_json(community, member, with_user=False)
        for mentioned in data["mentions"]:
            if other := community.members.get(mentioned["id"]):
                mentioned["member"] = member_json(community, other, with_user=False)
    return data | {"channel_type": int(channel.type)}


def is_open_to_bot(community: Community, message: Message) -> bool:
    """Whether the bot may read this message without the message content intent."""
    if community.channels[message.channel_id].is_dm or message.author_id == community.bot_id:
        return True
    return community.bot_id in message.mentions.users


def without_content(data: Json) -> Json:
    """The message as an application without the message content intent gets it."""
    withheld = data | _WITHHELD
    if referenced := withheld.get("referenced_message"):
        withheld["referenced_message"] = without_content(referenced)
    return withheld


def bot_view(community: Community, message: Message) -> Json:
    """What the REST API shows the bot: contents only with the portal's leave, or where no leave is needed."""
    data = message_json(community, message)
    if community.message_content_allowed or is_open_to_bot(community, message):
        return data
    return without_content(data)


def plain_text(community: Community, message: Message) -> str:
    """The message in plain words: its content, then what its embeds and text components say."""
    parts = [message.content]
    for embed in message.embeds:
        parts += [
            (embed.get("author") or {}).get("name", ""),
            embed.get("title", ""),
            embed.get("description", ""),
        ]
        parts += [f"{one['name']}: {one['value']}" for one in embed.get("fields", [])]
        parts.append((embed.get("footer") or {}).get("text", ""))
    parts += _displayed(message.components)
    parts += _special(message.extra)
    if message.flags & MessageFlag.LOADING:
        parts.append(f"{community.display_name(message.author_id)} is thinking…")
    return _MENTION.sub(lambda found: _named(community, found), "\n".join(part for part in parts if part))


def _special(extra: Json) -> list[str]:
    """Stickers, polls, invitations and what was forwarded, in plain words."""
    texts = [f"[sticker: {one['name']}]" for one in extra.get("sticker_items", [])]
    if poll := extra.get("poll"):
        texts += [poll["question"]["text"], *(one["poll_media"]["text"] for one in poll["answers"])]
    if application := extra.get("application"):
        texts.append(f"[plays {application['name']}]")
    texts += [one["message"]["content"] or "[forwarded]" for one in extra.get("message_snapshots", [])]
    return texts


def _displayed(components: list[Json]) -> list[str]:
    texts: list[str] = []
    for component in components:
        if isinstance(component.get("content"), str):
            texts.append(component["content"])
        texts += _displayed(component.get("components", []))
    return texts


def _named(community: Community, found: re.Match[str]) -> str:
    kind, subject = found.group(1), found.group(2)
    if kind == "@&":
        role = community.roles.get(subject)
        return f"@{role.name}" if role else "@deleted-role"
    if kind == "#":
        channel = community.channels.get(subject)
        return f"#{channel.name}" if channel else "#deleted-channel"
    return f"@{community.display_name(subject)}" if subject in community.users else "@unknown-user"
